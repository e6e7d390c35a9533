import { PassThrough, Writable } from "node:stream";
import type { IBufferCell, IUnicodeVersionProvider } from "@xterm/headless";
import xterm from "@xterm/headless";
import type { Size } from "../../src/tui/picture.ts";
import { graphemeWidth } from "../../src/tui/text.ts";

/** What kind of terminal it is; 80 x 24 and modern when nothing is said. */
export interface EmulatorOptions extends Partial<Size> {
  /** `modern` gives emoji two cells, as terminals do today; `old` is Unicode 6, where they have one. */
  readonly widths?: "modern" | "old";
}

/** The keyboard side of a terminal, as `process.stdin` shows it. */
export class FakeTtyInput extends PassThrough {
  readonly isTTY = true;
  isRaw = false;

  setRawMode(isRaw: boolean): this {
    this.isRaw = isRaw;
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

/** The screen side of a terminal, as `process.stdout` shows it; stop it with `isStalled`. */
export class FakeTtyOutput extends Writable {
  readonly isTTY = true;
  columns: number;
  rows: number;
  /** While true nothing is taken, as when a person scrolls in the terminal or the link is stuck. */
  isStalled = false;
  readonly #take: (bytes: Uint8Array) => void;
  #waiting: (() => void)[] = [];

  constructor(size: Size, take: (bytes: Uint8Array) => void) {
    super({ highWaterMark: 16_384, decodeStrings: true });
    this.columns = size.columns;
    this.rows = size.rows;
    this.#take = take;
  }

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    const taken = () => {
      this.#take(chunk);
      done();
    };
    if (this.isStalled) this.#waiting.push(taken);
    else taken();
  }

  /** Takes what had to wait, and everything after it. */
  resumeTaking(): void {
    this.isStalled = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const taken of waiting) taken();
  }
}

interface Waiter {
  isDone(): boolean;
  finish(): void;
}

/**
 * A terminal in memory: bytes written to `stdout` become cells, `type` and answers to questions become
 * bytes on `stdin`.
 */
export class Emulator {
  readonly stdin: FakeTtyInput = new FakeTtyInput();
  readonly stdout: FakeTtyOutput;
  readonly #terminal: xterm.Terminal;
  #title = "";
  #bellCount = 0;
  #commandCount = 0;
  #bytesTaken = 0;
  #unparsedCount = 0;
  #waiters: Waiter[] = [];

  constructor(options: EmulatorOptions = {}) {
    const { columns = 80, rows = 24, widths = "modern" } = options;
    this.#terminal = new xterm.Terminal({
      cols: columns,
      rows,
      scrollback: 1_000,
      allowProposedApi: true,
    });
    if (widths === "modern") {
      this.#terminal.unicode.register(modernWidths);
      this.#terminal.unicode.activeVersion = modernWidths.version;
    }
    this.#terminal.onTitleChange((title) => {
      this.#title = title;
    });
    // Clipboard and notices: whatever xterm.js itself does with them.
    for (const command of [9, 52, 99, 777]) {
      this.#terminal.parser.registerOscHandler(command, () => {
        this.#commandCount += 1;
        return false;
      });
    }
    this.#terminal.onBell(() => {
      this.#bellCount += 1;
    });
    this.#terminal.onData((answer) => this.stdin.write(answer));
    this.stdout = new FakeTtyOutput({ columns, rows }, (bytes) => this.#parse(bytes));
  }

  get size(): Size {
    return { columns: this.#terminal.cols, rows: this.#terminal.rows };
  }

  get title(): string {
    return this.#title;
  }

  get bellCount(): number {
    return this.#bellCount;
  }

  /** Notices and copies that the terminal was asked for (OSC 9, 52, 99, 777). */
  get commandCount(): number {
    return this.#commandCount;
  }

  /** Bytes that reached the terminal so far. */
  get bytesTaken(): number {
    return this.#bytesTaken;
  }

  get isAlternate(): boolean {
    return this.#terminal.buffer.active.type === "alternate";
  }

  get isPasteBracketed(): boolean {
    return this.#terminal.modes.bracketedPasteMode;
  }

  get isMouseOff(): boolean {
    return this.#terminal.modes.mouseTrackingMode === "none";
  }

  get isWrapping(): boolean {
    return this.#terminal.modes.wraparoundMode;
  }

  get cursor(): { readonly column: number; readonly row: number; readonly isVisible: boolean } {
    const { cursorX, cursorY } = this.#terminal.buffer.active;
    // The public interface does not say whether the cursor is hidden.
    const core = (this.#terminal as unknown as { _core: { coreService: CoreService } })._core;
    return { column: cursorX, row: cursorY, isVisible: !core.coreService.isCursorHidden };
  }

  /** What is on the screen, one string a row, without blanks at the right. */
  rows(): string[] {
    const buffer = this.#terminal.buffer.active;
    return Array.from({ length: this.#terminal.rows }, (_, row) => {
      return (
        buffer
          .getLine(buffer.baseY + row)
          ?.translateToString()
          .trimEnd() ?? ""
      );
    });
  }

  /** The screen as one picture, rows joined, blank rows at the end left out. */
  picture(): string {
    return this.rows().join("\n").trimEnd();
  }

  /** One cell: its characters (empty in the second half of a wide one), width and attributes. */
  cell(column: number, row: number): IBufferCell | undefined {
    const buffer = this.#terminal.buffer.active;
    return buffer.getLine(buffer.baseY + row)?.getCell(column);
  }

  /** A person types: bytes arrive on stdin. */
  type(input: string | Uint8Array): void {
    this.stdin.write(input);
  }

  /** A person changes the window; stdout tells it as Node does. */
  resize(size: Size): void {
    this.#terminal.resize(size.columns, size.rows);
    this.stdout.columns = size.columns;
    this.stdout.rows = size.rows;
    this.stdout.emit("resize");
  }

  /** Waits until everything written so far has been parsed. */
  async settled(): Promise<void> {
    await this.until(() => this.#unparsedCount === 0);
  }

  /**
   * Waits until the screen is as wanted, looking after each write that was parsed.
   * @throws after `msMax` real milliseconds, with the screen in the message.
   */
  async until(isDone: (emulator: Emulator) => boolean, msMax = 5_000): Promise<void> {
    if (isDone(this)) return;
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = { isDone: () => isDone(this), finish };
      const timeout = setTimeout(() => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        reject(new Error(`the screen is not as wanted after ${msMax} ms:\n${this.picture()}`));
      }, msMax);
      function finish() {
        clearTimeout(timeout);
        resolve();
      }
      this.#waiters.push(waiter);
    });
  }

  dispose(): void {
    this.#terminal.dispose();
  }

  #parse(bytes: Uint8Array): void {
    this.#bytesTaken += bytes.length;
    this.#unparsedCount += 1;
    this.#terminal.write(bytes.slice(), () => {
      this.#unparsedCount -= 1;
      const done = this.#waiters.filter((waiter) => waiter.isDone());
      this.#waiters = this.#waiters.filter((waiter) => !done.includes(waiter));
      for (const waiter of done) waiter.finish();
    });
  }
}

interface CoreService {
  readonly isCursorHidden: boolean;
}

/**
 * A terminal of today: each character has its own width and marks join the cell before them, but
 * clusters of several wide characters are not merged (as tmux, and most terminals without mode 2027).
 */
const modernWidths: IUnicodeVersionProvider = {
  version: "modern",
  wcwidth: (codepoint) => graphemeWidth(String.fromCodePoint(codepoint)) as 0 | 1 | 2,
  charProperties(codepoint, preceding) {
    const width = this.wcwidth(codepoint);
    const doesJoin = width === 0 && preceding !== 0;
    const shownWidth = doesJoin ? (preceding >> 1) & 3 : width;
    return (shownWidth << 1) | (doesJoin ? 1 : 0);
  },
};
