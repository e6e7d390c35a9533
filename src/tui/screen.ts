import { EventEmitter } from "node:events";
import { createRequire } from "node:module";
import { PassThrough } from "node:stream";
import type blessed from "blessed";
import type { Capabilities, TerminalEnvironment } from "./capabilities.ts";
import { type Cell, paint, plainStyle, styleSequence } from "./cells.ts";
import { composeFrame } from "./frame.ts";
import type { Picture, Size, Style } from "./picture.ts";
import { modesOff, modesOn } from "./terminal-modes.ts";
import { type TerminalFacts, unknownFacts } from "./terminal-probe.ts";

/** Only what is used: all of blessed takes twice as long to load as everything else of ours. */
const require = createRequire(import.meta.url);
const createBlessedScreen = require("blessed/lib/widgets/screen") as typeof blessed.screen;
const createBox = require("blessed/lib/widgets/box") as typeof blessed.box;

/**
 * The terminal's cells, on blessed. It makes bytes and sends none: blessed gets streams of ours, so it
 * reads no keys, hears no signals and restores nothing by itself.
 */
export class CellScreen {
  readonly #output: CollectedOutput;
  readonly #screen: BlessedScreen;
  /** Most styles are a theme's, which stay the same objects. */
  readonly #sequences = new WeakMap<Style, string>();
  readonly #capabilities: Capabilities;
  #facts: TerminalFacts = unknownFacts;
  #picture: Picture = { rows: [] };
  /** What is in the grid; `undefined` when blessed has made a new one. */
  #painted: Picture | undefined;
  #changedRows: readonly number[] = [];
  #isEntered = true;

  constructor(env: TerminalEnvironment, capabilities: Capabilities, size: Size) {
    this.#capabilities = capabilities;
    this.#output = new CollectedOutput(size);
    this.#screen = withoutListeners(() => createScreen(env, this.#output));
    this.#screen.draw = () => this.#compose();
    this.#screen.dattr = plainStyle;
    this.#screen.alloc();
    // The one element is as large as the screen, and shows the picture in place of its content.
    const pane: BlessedElement = createBox({
      parent: this.#blessed,
      width: "100%",
      height: "100%",
    });
    pane.render = () => {
      this.#changedRows = paint(this.#picture, this.#screen.lines, this.#size, this.#painted);
      this.#painted = this.#picture;
    };
  }

  /** The bytes that prepare the terminal: alternate screen, keypad, modes, nothing shown. */
  enter(hasMouse: boolean): string {
    if (!this.#isEntered) this.#screen.enter();
    this.#painted = undefined;
    this.#isEntered = true;
    return `${this.#take()}${modesOn(this.#capabilities, hasMouse)}`;
  }

  /** The bytes that give the terminal back as it was. */
  leave(): string {
    if (this.#isEntered) this.#screen.leave();
    this.#isEntered = false;
    return `${modesOff(this.#capabilities)}${this.#take()}\x1b[?25h`;
  }

  /** The bytes that make the terminal show the picture. */
  frame(picture: Picture, size: Size): string {
    this.#picture = picture;
    const isSame = size.columns === this.#output.columns && size.rows === this.#output.rows;
    // blessed clears and draws again when its output says that it was resized.
    if (isSame) this.#screen.render();
    else {
      this.#painted = undefined;
      this.#output.resize(size);
    }
    return this.#take();
  }

  /** Draws from now on as these ask for; what is shown already has to be drawn again. */
  setFacts(facts: TerminalFacts): void {
    const isSame = facts.wideKinds === this.#facts.wideKinds;
    this.#facts = facts;
    if (!isSame) this.forget();
  }

  /** Forgets what the terminal shows, so that the next frame draws everything. */
  forget(): void {
    this.#painted = undefined;
    this.#screen.alloc();
  }

  /** Lets blessed forget this screen. */
  destroy(): void {
    this.#screen.destroy();
    this.#take();
  }

  get #size(): Size {
    return { columns: this.#output.columns, rows: this.#output.rows };
  }

  get #blessed(): blessed.Widgets.Screen {
    return this.#screen as unknown as blessed.Widgets.Screen;
  }

  #compose(): void {
    const { lines, olines: shownLines, program } = this.#screen;
    program._write(
      composeFrame({
        lines,
        shownLines,
        changedRows: this.#changedRows,
        cursor: this.#picture.cursor,
        sequenceOf: (style) => this.#sequenceOf(style),
        hasLinks: this.#capabilities.hasCommands,
        facts: this.#facts,
      }),
    );
  }

  #sequenceOf(style: Style): string {
    const known = this.#sequences.get(style);
    if (known !== undefined) return known;
    const sequence = styleSequence(style, this.#capabilities);
    this.#sequences.set(style, sequence);
    return sequence;
  }

  /** What blessed has written, which it would send a turn later. */
  #take(): string {
    this.#screen.program.flush();
    return this.#output.take();
  }
}

/** The parts of a blessed screen that are used, of which its types know only some. */
interface BlessedScreen {
  readonly lines: Cell[][];
  readonly olines: Cell[][];
  /** What blessed puts into blank cells. */
  dattr: Style;
  readonly program: { _write(text: string): void; flush(): void };
  draw: (start: number, end: number) => void;
  alloc(): void;
  enter(): void;
  leave(): void;
  render(): void;
  destroy(): void;
}

interface BlessedElement {
  render: () => unknown;
}

/** What blessed takes for the terminal; it keeps what is written. */
class CollectedOutput extends EventEmitter {
  readonly isTTY = true;
  readonly writable = true;
  columns: number;
  rows: number;
  #text = "";

  constructor(size: Size) {
    super();
    this.columns = size.columns;
    this.rows = size.rows;
  }

  resize(size: Size): void {
    this.columns = size.columns;
    this.rows = size.rows;
    this.emit("resize");
  }

  write(text: string): boolean {
    this.#text += text;
    return true;
  }

  take(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }
}

function createScreen(env: TerminalEnvironment, output: CollectedOutput): BlessedScreen {
  const screen: unknown = createBlessedScreen({
    input: new PassThrough(),
    output: output as unknown as NodeJS.WriteStream,
    terminal: terminalName(env),
  } as blessed.Widgets.IScreenOptions);
  return screen as BlessedScreen;
}

/** blessed listens to signals, exceptions and the exit; what it hears there is the owner's to decide. */
function withoutListeners<T>(create: () => T): T {
  const events = ["uncaughtException", "SIGTERM", "SIGINT", "SIGQUIT", "exit"];
  const before = new Set(events.flatMap((event) => process.rawListeners(event)));
  const created = create();
  for (const event of events) {
    for (const listener of process.rawListeners(event)) {
      if (!before.has(listener)) process.off(event, listener as () => void);
    }
  }
  return created;
}

/**
 * The terminal's description. blessed cannot read what newer systems say of most terminals, or prints
 * its complaints; all but the simplest understand what its own copy says of xterm.
 */
function terminalName(env: TerminalEnvironment): string {
  const name = env.TERM ?? "";
  return /^(?:linux|ansi|vt\d)/.test(name) ? name : "xterm-256color";
}
