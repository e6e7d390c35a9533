import { Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import { capturedUnitsMax } from "../../src/tui/captured-output.ts";
import type { KeyEvent } from "../../src/tui/key.ts";
import { escapeWaitMs } from "../../src/tui/key-decoder.ts";
import type { Picture, Size } from "../../src/tui/picture.ts";
import { isTerminalUsable, openTerminal, sizeMax, type Terminal } from "../../src/tui/terminal.ts";
import { SimulatedClock } from "../support/clock.ts";
import { cpuMsOf } from "../support/cpu-time.ts";
import { Emulator } from "../support/emulator.ts";

/** A terminal opened on an emulator, with all that it told. */
class Fixture {
  readonly emulator: Emulator;
  readonly clock = new SimulatedClock();
  readonly keys: KeyEvent[] = [];
  readonly sizes: Size[] = [];
  closedCount = 0;
  printed = "";
  readonly terminal: Terminal;
  readonly stderr = new Writable({
    write: (chunk, _encoding, done) => {
      this.printed += String(chunk);
      done();
    },
  });
  onKey: (event: KeyEvent) => void = (event) => this.keys.push(event);

  constructor(size: Partial<Size> = {}) {
    this.emulator = new Emulator(size);
    const { stdin, stdout } = this.emulator;
    this.terminal = openTerminal({
      stdin,
      stdout,
      stderr: this.stderr,
      env: { TERM: "xterm-256color" },
      clock: this.clock,
      onKey: (event) => this.onKey(event),
      onResize: (resized) => this.sizes.push(resized),
      onClosed: () => {
        this.closedCount += 1;
      },
    });
  }

  /** What a person types arrives in the next turn, after what the terminal has answered. */
  async type(input: string): Promise<void> {
    await this.emulator.settled();
    await new Promise(setImmediate);
    this.emulator.type(input);
    await new Promise(setImmediate);
  }

  [Symbol.dispose](): void {
    this.terminal.close();
    this.emulator.dispose();
  }
}

function pictureOf(...rows: readonly string[]): Picture {
  return { rows: rows.map((text) => [{ text, style: {} }]) };
}

describe("the terminal", () => {
  test("is usable when both sides are terminals that can be drawn on", () => {
    const tty = { isTTY: true };
    const env = { TERM: "xterm" };
    expect(isTerminalUsable(tty, tty, env)).toBe(true);
    expect(isTerminalUsable({}, tty, env)).toBe(false);
    expect(isTerminalUsable(tty, {}, env)).toBe(false);
    expect(isTerminalUsable(tty, tty, { TERM: "dumb" })).toBe(false);
    expect(isTerminalUsable(tty, tty, {})).toBe(process.platform === "win32");
    expect(isTerminalUsable(tty, tty, { TERM: "" })).toBe(process.platform === "win32");
  });

  test("is taken raw with the alternate screen, and given back as it was", async () => {
    using fixture = new Fixture();
    const { emulator, terminal } = fixture;
    terminal.draw({ ...pictureOf("hello"), cursor: { column: 2, row: 1 } });
    await emulator.until((screen) => screen.picture() === "hello");
    expect(emulator.stdin.isRaw).toBe(true);
    expect(emulator.isAlternate && emulator.isPasteBracketed).toBe(true);
    expect(emulator.isWrapping).toBe(false);
    terminal.close();
    await emulator.until((screen) => !screen.isAlternate);
    expect(emulator.stdin.isRaw).toBe(false);
    expect(emulator.isPasteBracketed).toBe(false);
    expect(emulator.isWrapping && emulator.cursor.isVisible).toBe(true);
    expect(emulator.picture()).toBe("");
  });

  test("is lent to another program, and taken back as it is then", async () => {
    using fixture = new Fixture();
    const { emulator, terminal } = fixture;
    terminal.draw(pictureOf("before"));
    await emulator.settled();
    terminal.lend();
    await emulator.until((screen) => !screen.isAlternate);
    expect(emulator.stdin.isRaw).toBe(false);
    expect(emulator.isPasteBracketed).toBe(false);
    await emulator.settled();
    const bytes = emulator.bytesTaken;
    terminal.draw(pictureOf("meanwhile"));
    terminal.lend();
    process.emit("SIGCONT");
    await emulator.settled();
    expect(emulator.bytesTaken).toBe(bytes);
    terminal.takeBack();
    await emulator.until((screen) => screen.isAlternate && screen.picture() === "meanwhile");
    expect(emulator.stdin.isRaw && emulator.isPasteBracketed).toBe(true);
    expect(fixture.sizes).toHaveLength(1);
    terminal.takeBack();
    expect(fixture.sizes).toHaveLength(1);
  });

  test("is given back once", async () => {
    using fixture = new Fixture();
    const { emulator, terminal } = fixture;
    terminal.close();
    await emulator.settled();
    const bytes = emulator.bytesTaken;
    terminal.close();
    terminal.draw(pictureOf("late"));
    terminal.redraw();
    terminal.notify({ title: "bob", body: "hello" });
    terminal.suspend();
    emulator.stdout.emit("drain");
    await emulator.settled();
    expect(emulator.bytesTaken).toBe(bytes);
    expect(fixture.closedCount).toBe(0);
  });

  test("leaves no listener behind but those for late errors", () => {
    const { stdin, stdout } = new Emulator();
    const counts = () => [
      ...["data", "end", "close"].map((event) => stdin.listenerCount(event)),
      ...["drain", "resize", "close"].map((event) => stdout.listenerCount(event)),
      ...["exit", "SIGCONT", "SIGTSTP", "warning"].map((event) => process.listenerCount(event)),
    ];
    const before = counts();
    const clock = new SimulatedClock();
    const nothing = () => undefined;
    const options = { stdin, stdout, env: {}, clock, onKey: nothing, onResize: nothing };
    const terminal = openTerminal(options);
    expect(stdout.listenerCount("drain")).toBe(1);
    terminal.close();
    expect(counts()).toEqual(before);
  });

  test("tells keys, and a lone Escape after a while", async () => {
    using fixture = new Fixture();
    await fixture.type("a\x1b[A");
    expect(fixture.keys.map((event) => (event.type === "key" ? event.name : event.text))).toEqual([
      "a",
      "up",
    ]);
    await fixture.type("\x1b");
    expect(fixture.keys).toHaveLength(2);
    fixture.clock.advance(escapeWaitMs);
    expect(fixture.keys).toHaveLength(3);
    expect(fixture.clock.nextAt()).toBeUndefined();
  });

  test("tells no key after it was closed by one", async () => {
    using fixture = new Fixture();
    fixture.onKey = (event) => {
      fixture.keys.push(event);
      fixture.terminal.close();
    };
    await fixture.type("\rabc\x1b");
    expect(fixture.keys).toHaveLength(1);
    expect(fixture.clock.nextAt()).toBeUndefined();
  });

  test("tells a new size and draws for it", async () => {
    using fixture = new Fixture({ columns: 20, rows: 3 });
    const { emulator, terminal } = fixture;
    terminal.draw(pictureOf("one", "two", "three", "four"));
    emulator.resize({ columns: 3, rows: 4 });
    expect(fixture.sizes).toEqual([{ columns: 3, rows: 4 }]);
    expect(terminal.size).toEqual({ columns: 3, rows: 4 });
    terminal.draw(pictureOf("one", "two", "three", "four"));
    await emulator.settled();
    expect(emulator.rows()).toEqual(["one", "two", "thr", "fou"]);
  });

  test("has a usual size when none is told, and the largest at most", () => {
    const sizeWith = (columns: number, rows: number) => {
      using fixture = new Fixture();
      fixture.emulator.stdout.columns = columns;
      fixture.emulator.stdout.rows = rows;
      fixture.emulator.stdout.emit("resize");
      return fixture.terminal.size;
    };
    expect(sizeWith(0, 0)).toEqual({ columns: 80, rows: 24 });
    expect(sizeWith(sizeMax.columns, sizeMax.rows)).toEqual(sizeMax);
    expect(sizeWith(sizeMax.columns + 1, sizeMax.rows + 1)).toEqual(sizeMax);
  });

  test("skips frames while the output is stalled and then draws the newest", async () => {
    using fixture = new Fixture({ columns: 100, rows: 40 });
    const { emulator, terminal } = fixture;
    await emulator.settled();
    emulator.stdout.isStalled = true;
    const tookMs = cpuMsOf(() => {
      for (let frame = 0; frame < 1_000; frame += 1) {
        terminal.draw(pictureOf(...Array.from({ length: 40 }, () => `${frame} `.repeat(30))));
      }
      terminal.draw(pictureOf("the newest"));
    });
    expect(tookMs).toBeLessThan(500);
    // The queue's limit and the frame that went over it.
    expect(emulator.stdout.writableLength).toBeLessThan(2 * emulator.stdout.writableHighWaterMark);
    expect(emulator.stdout.listenerCount("drain")).toBe(1);
    terminal.notify({ title: "bob", body: "hello" });
    emulator.stdout.resumeTaking();
    await emulator.until((screen) => screen.picture() === "the newest");
    expect(emulator.bellCount).toBe(0);
    terminal.notify({ title: "bob", body: "hello" });
    await emulator.until((screen) => screen.bellCount === 1);
  });

  test("gives a stalled terminal back after what was on its way", async () => {
    using fixture = new Fixture();
    const { emulator, terminal } = fixture;
    const exitCount = process.listenerCount("exit");
    await emulator.until((screen) => screen.isAlternate);
    emulator.stdout.isStalled = true;
    terminal.draw(pictureOf("on its way"));
    terminal.close();
    // Should the process end now, this one gives the terminal back.
    expect(process.listenerCount("exit")).toBe(exitCount);
    emulator.stdout.resumeTaking();
    await emulator.until((screen) => !screen.isAlternate && screen.cursor.isVisible);
    expect(process.listenerCount("exit")).toBe(exitCount - 1);
    expect(emulator.picture()).toBe("");
  });

  test("draws everything again when asked", async () => {
    using fixture = new Fixture();
    fixture.terminal.draw(pictureOf("hello"));
    await fixture.emulator.settled();
    const before = fixture.emulator.bytesTaken;
    fixture.terminal.redraw();
    await fixture.emulator.settled();
    expect(before).toBeLessThan(fixture.emulator.bytesTaken);
    expect(fixture.emulator.picture()).toBe("hello");
  });

  test("keeps what others print off the screen and prints it afterwards", async () => {
    using fixture = new Fixture();
    const { emulator, terminal } = fixture;
    terminal.draw(pictureOf("the screen"));
    const isWritten = new Promise<void>((resolve) => {
      emulator.stdout.write("from a library\n", () => resolve());
    });
    fixture.stderr.write(Buffer.from("an error\n"));
    process.emitWarning("a warning");
    await isWritten;
    await new Promise(setImmediate);
    await emulator.settled();
    expect(emulator.picture()).toBe("the screen");
    expect(fixture.printed).toBe("");
    terminal.close();
    expect(fixture.printed).toMatch(/^from a library\nan error\nWarning: a warning\n/);
    emulator.stdout.write("after");
    await emulator.until((screen) => screen.picture() === "after");
  });

  test("keeps the newest of what others print, up to a limit", () => {
    using fixture = new Fixture();
    fixture.stderr.write("a".repeat(capturedUnitsMax - 1));
    fixture.stderr.write("b");
    fixture.terminal.close();
    expect(fixture.printed).toBe(`${"a".repeat(capturedUnitsMax - 1)}b`);
    using full = new Fixture();
    full.stderr.write("a".repeat(capturedUnitsMax));
    full.stderr.write("b");
    full.terminal.close();
    expect(full.printed).toBe(`${"a".repeat(capturedUnitsMax - 1)}b`);
  });

  test.each([
    ["the input ends", (emulator: Emulator) => emulator.stdin.end()],
    ["the input fails", (emulator: Emulator) => emulator.stdin.destroy(new Error("EIO"))],
    ["the output fails", (emulator: Emulator) => emulator.stdout.destroy(new Error("EPIPE"))],
  ])("tells once that it is gone when %s", async (_name, lose) => {
    using fixture = new Fixture();
    lose(fixture.emulator);
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(fixture.closedCount).toBe(1);
    expect(fixture.emulator.stdin.isRaw).toBe(false);
  });
});
