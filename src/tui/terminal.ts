import { writeSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import type { Clock, Timer } from "../base/clock.ts";
import { systemErrorCode } from "../base/errors.ts";
import { type Capabilities, capabilitiesOf, type TerminalEnvironment } from "./capabilities.ts";
import { CapturedOutput } from "./captured-output.ts";
import type { Rgb } from "./colour.ts";
import type { KeyEvent, MouseEvent, TerminalEvent } from "./key.ts";
import { KeyDecoder } from "./key-decoder.ts";
import { copySequence, type Notice, noticeSequence } from "./notice.ts";
import type { Picture, Size } from "./picture.ts";
import { CellScreen } from "./screen.ts";
import { mouseMode } from "./terminal-modes.ts";
import { TerminalProbe } from "./terminal-probe.ts";
import type { TerminalReply } from "./terminal-reply.ts";

/** Larger windows are used in part: two grids of 400,000 cells of about 60 bytes are 48 MB. */
export const sizeMax: Size = { columns: 1_000, rows: 400 };

/** What a terminal has that does not say its size. */
const usualSize: Size = { columns: 80, rows: 24 };

/** At its end the process tries for half a second to give a full terminal back. */
const writeAttemptsMax = 50;
const writeRetryMs = 10;

/** A process that nobody can stop or continue (no job control) goes on after this. */
const suspendWaitMs = 1_000;

/** Where keys come from: `process.stdin`. */
export interface TerminalInput extends Readable {
  readonly isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
}

/** What is drawn on: `process.stdout`. */
export interface TerminalOutput extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  readonly fd?: number;
}

/** The terminal to take, and who is told what happens at it. */
export interface TerminalOptions {
  readonly stdin: TerminalInput;
  readonly stdout: TerminalOutput;
  /** Captured while the terminal is open; `process.stderr` when absent. */
  readonly stderr?: Writable;
  readonly env: TerminalEnvironment;
  readonly clock: Clock;
  readonly onKey: (event: KeyEvent) => void;
  /** Only told while the mouse is on. */
  readonly onMouse?: (event: MouseEvent) => void;
  /** Whether the terminal's window is in front; some terminals never tell. */
  readonly onFocus?: (isFocused: boolean) => void;
  /** What colour is behind the text, once the terminal has told. */
  readonly onBackground?: (rgb: Rgb) => void;
  /** Whether the terminal tells of the mouse from the beginning. */
  readonly hasMouse?: boolean;
  readonly onResize: (size: Size) => void;
  /** The terminal is gone: its window was closed or the line hung up. It comes once. */
  readonly onClosed?: () => void;
}

/** The terminal while it is ours. */
export interface Terminal {
  readonly size: Size;
  /** Shows the picture; while the terminal does not keep up, only the newest. */
  draw(picture: Picture): void;
  /** Draws everything again, for a screen that something else has written on. */
  redraw(): void;
  /** Tells somebody who looks elsewhere, in the way that this terminal has, and rings. */
  notify(notice: Notice): void;
  /** Puts text into the clipboard if the terminal lets us; `false` when it is too long or cannot. */
  copy(text: string): boolean;
  /** Lets the terminal tell of wheel and clicks, or leaves them to itself. */
  setMouse(isOn: boolean): void;
  /** Gives the terminal back and stops the process until the shell continues it. Not on Windows. */
  suspend(): void;
  /** Gives the terminal to another program until `takeBack`; what is drawn meanwhile is seen then. */
  lend(): void;
  takeBack(): void;
  /** Gives the terminal back as it was and prints what was captured. A second call does nothing. */
  close(): void;
}

/** Whether a full screen can be drawn; otherwise there is the plain mode. */
export function isTerminalUsable(
  stdin: Pick<TerminalInput, "isTTY">,
  stdout: Pick<TerminalOutput, "isTTY">,
  env: TerminalEnvironment,
): boolean {
  if (stdin.isTTY !== true || stdout.isTTY !== true || env.TERM === "dumb") return false;
  // Windows names no terminal.
  return process.platform === "win32" || (env.TERM ?? "") !== "";
}

/**
 * Takes the terminal: alternate screen, raw keys, bracketed pastes. It is given back once, by `close`
 * or at the end of the process, also after an exception, which Node reports after that. Signals are
 * the owner's, but those that suspend and continue. Nothing here waits for a slow terminal.
 */
export function openTerminal(options: TerminalOptions): Terminal {
  return new OpenTerminal(options);
}

type State = "open" | "suspended" | "lent" | "closed";

type WriteMethod = (this: Writable, chunk: string, onWritten?: () => void) => boolean;

class OpenTerminal implements Terminal {
  readonly #options: TerminalOptions;
  readonly #decoder = new KeyDecoder();
  readonly #probe = new TerminalProbe();
  readonly #capabilities: Capabilities;
  readonly #screen: CellScreen;
  readonly #captured: CapturedOutput;
  /** The output's own `write`, which others cannot reach meanwhile. */
  readonly #write: (bytes: string, onWritten?: () => void) => void;
  #state: State = "open";
  #size: Size;
  #picture: Picture = { rows: [] };
  #isFrameWaiting = false;
  #hasMouse: boolean;
  /** The bytes that give the terminal back, once they are on their way. */
  #farewell = "";
  #keyTimer: Timer | undefined;
  #resumeTimer: Timer | undefined;

  constructor(options: TerminalOptions) {
    const { stdin, stdout, stderr = process.stderr, env } = options;
    this.#options = options;
    this.#size = sizeOf(stdout);
    this.#hasMouse = options.hasMouse ?? false;
    this.#capabilities = capabilitiesOf(env);
    this.#screen = new CellScreen(env, this.#capabilities, this.#size);
    const write: WriteMethod = stdout.write;
    this.#write = (bytes, onWritten) => {
      write.call(stdout, bytes, onWritten);
    };
    // Node makes terminals blocking: one that is stopped (Ctrl-S) would stop the network too.
    setBlocking(stdout, false);
    this.#captured = new CapturedOutput([stdout, stderr]);
    stdin.on("data", this.#onData).on("end", this.#onLost).on("error", this.#onLost);
    stdin.on("close", this.#onLost);
    stdout.on("drain", this.#onDrain).on("resize", this.#onResize);
    stdout.on("error", this.#onLost).on("close", this.#onLost);
    process.on("exit", this.#onExit);
    process.on("SIGCONT", this.#onContinue);
    process.on("SIGTSTP", this.#onStop);
    this.#enter();
    if (this.#capabilities.hasCommands) this.#write(this.#probe.question());
  }

  get size(): Size {
    return this.#size;
  }

  draw(picture: Picture): void {
    this.#picture = picture;
    const { stdout } = this.#options;
    // What cannot be written now is not composed: the next frame is made from the newest picture.
    this.#isFrameWaiting = this.#state !== "open" || stdout.writableNeedDrain;
    if (!this.#isFrameWaiting) this.#write(this.#screen.frame(picture, this.#size));
  }

  redraw(): void {
    if (this.#state !== "open") return;
    this.#screen.forget();
    this.draw(this.#picture);
  }

  notify(notice: Notice): void {
    this.#writeIfReady(noticeSequence(notice, this.#capabilities));
  }

  copy(text: string): boolean {
    const sequence = copySequence(text, this.#capabilities);
    return sequence !== undefined && this.#writeIfReady(sequence);
  }

  setMouse(isOn: boolean): void {
    this.#hasMouse = isOn;
    if (this.#state === "open") this.#write(mouseMode(isOn));
  }

  suspend(): void {
    if (this.#state !== "open" || process.platform === "win32") return;
    this.#state = "suspended";
    this.#leave();
    const { clock } = this.#options;
    this.#resumeTimer = clock.setTimer(clock.now() + suspendWaitMs, this.#onContinue);
    // Without a listener the signal stops the process, and with it the others of its job (npm).
    process.off("SIGTSTP", this.#onStop);
    process.kill(0, "SIGTSTP");
  }

  lend(): void {
    if (this.#state !== "open") return;
    this.#state = "lent";
    // The other program is stopped with us, as the shell wants it.
    process.off("SIGTSTP", this.#onStop);
    this.#leave();
  }

  takeBack(): void {
    if (this.#state !== "lent") return;
    process.on("SIGTSTP", this.#onStop);
    this.#open();
  }

  close(): void {
    if (this.#state === "closed") return;
    const wasOpen = this.#state === "open";
    this.#state = "closed";
    const { stdin, stdout } = this.#options;
    this.#keyTimer?.cancel();
    this.#resumeTimer?.cancel();
    stdin.off("data", this.#onData).off("end", this.#onLost).off("close", this.#onLost);
    stdout.off("drain", this.#onDrain).off("resize", this.#onResize).off("close", this.#onLost);
    process.off("SIGCONT", this.#onContinue);
    process.off("SIGTSTP", this.#onStop);
    if (wasOpen) this.#leave();
    this.#screen.destroy();
    this.#printCaptured();
    // Behind a frame that waits, the farewell waits too; if the process ends first, it is said then.
    if (stdout.writableLength === 0) process.off("exit", this.#onExit);
  }

  readonly #onData = (bytes: Uint8Array): void => {
    this.#tell(this.#decoder.handleBytes(this.#options.clock.now(), bytes));
  };

  readonly #onKeyTime = (): void => {
    this.#tell(this.#decoder.handleTimeout(this.#options.clock.now()));
  };

  readonly #onDrain = (): void => {
    if (this.#isFrameWaiting) this.draw(this.#picture);
  };

  readonly #onResize = (): void => {
    this.#size = sizeOf(this.#options.stdout);
    this.#options.onResize(this.#size);
  };

  readonly #onStop = (): void => this.suspend();

  readonly #onContinue = (): void => {
    if (this.#state === "lent") return;
    const wasSuspended = this.#state === "suspended";
    this.#resumeTimer?.cancel();
    if (wasSuspended) process.on("SIGTSTP", this.#onStop);
    else this.#forgetTerminal();
    this.#open();
  };

  readonly #onLost = (): void => {
    if (this.#state === "closed") return;
    this.close();
    this.#options.onClosed?.();
  };

  /** The last moment to give the terminal back: what is not written at once never will be. */
  readonly #onExit = (): void => {
    const { stdin, stdout } = this.#options;
    if (this.#state === "open") {
      stdin.setRawMode?.(false);
      this.#farewell = this.#screen.leave();
      this.#say(this.#farewell);
    } else if (0 < stdout.writableLength) this.#say(this.#farewell);
    this.#state = "closed";
    this.#printCaptured();
  };

  /** What would come late is not worth waiting for. */
  #writeIfReady(bytes: string): boolean {
    const isReady = this.#state === "open" && !this.#options.stdout.writableNeedDrain;
    if (isReady) this.#write(bytes);
    return isReady;
  }

  #tell(events: readonly TerminalEvent[]): void {
    const { onKey, onMouse, onFocus } = this.#options;
    for (const event of events) {
      if (this.#state !== "open") break;
      if (event.type === "mouse") onMouse?.(event);
      else if (event.type === "focus") onFocus?.(event.isFocused);
      else if (event.type === "reply") this.#handleReply(event);
      else onKey(event);
    }
    this.#keyTimer?.cancel();
    const at = this.#state === "open" ? this.#decoder.pollTimeout() : undefined;
    this.#keyTimer =
      at === undefined ? undefined : this.#options.clock.setTimer(at, this.#onKeyTime);
  }

  /** Takes the terminal again, whatever it shows and however large it is now. */
  #open(): void {
    this.#state = "open";
    this.#size = sizeOf(this.#options.stdout);
    this.#enter();
    this.redraw();
    this.#options.onResize(this.#size);
  }

  #handleReply(reply: TerminalReply): void {
    if (!this.#probe.handleReply(reply)) return;
    const { facts } = this.#probe;
    if (reply.about === "background") this.#options.onBackground?.(reply.rgb);
    else {
      this.#screen.setFacts(facts);
      this.draw(this.#picture);
    }
  }

  #enter(): void {
    const { stdin } = this.#options;
    stdin.setRawMode?.(true);
    stdin.resume();
    this.#write(this.#screen.enter(this.#hasMouse));
  }

  #leave(): void {
    const { stdin } = this.#options;
    stdin.setRawMode?.(false);
    stdin.pause();
    this.#farewell = this.#screen.leave();
    this.#write(this.#farewell, () => {
      if (this.#state === "closed") process.off("exit", this.#onExit);
    });
  }

  /** After a stop that was not ours (SIGSTOP) the terminal is as the shell left it: given back late. */
  #forgetTerminal(): void {
    this.#options.stdin.setRawMode?.(false);
    this.#write(this.#screen.leave());
  }

  /** Writes past the stream's queue. CAN ends a sequence of which only half was written. */
  #say(bytes: string): void {
    const { fd } = this.#options.stdout;
    // On Windows terminals never queue.
    if (process.platform === "win32" || fd === undefined) this.#write(bytes);
    else writeAtOnce(fd, Buffer.from(`\x18${bytes}`));
  }

  #printCaptured(): void {
    const captured = this.#captured.release();
    if (captured !== "") (this.#options.stderr ?? process.stderr).write(captured);
  }
}

function sizeOf({ columns, rows }: TerminalOutput): Size {
  return {
    columns: Math.min(columns || usualSize.columns, sizeMax.columns),
    rows: Math.min(rows || usualSize.rows, sizeMax.rows),
  };
}

function setBlocking(stdout: TerminalOutput, isBlocking: boolean): void {
  const { _handle: handle } = stdout as TerminalOutput & {
    readonly _handle?: { setBlocking?(isBlocking: boolean): void };
  };
  handle?.setBlocking?.(isBlocking);
}

function writeAtOnce(fd: number, bytes: Uint8Array): void {
  let written = 0;
  for (let attempt = 0; attempt < writeAttemptsMax && written < bytes.length; attempt += 1) {
    try {
      written += writeSync(fd, bytes, written);
    } catch (error) {
      // Any other error means that the terminal is gone, and there is nothing to give back.
      if (systemErrorCode(error) !== "EAGAIN") return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, writeRetryMs);
    }
  }
}
