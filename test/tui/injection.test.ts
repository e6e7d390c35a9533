import { describe, expect, test } from "vitest";
import { decodeServerMessage, encodeCbor } from "../../src/room/codec.ts";
import { capabilitiesOf } from "../../src/tui/capabilities.ts";
import type { Cell } from "../../src/tui/cells.ts";
import { noticeSequence } from "../../src/tui/notice.ts";
import { CellScreen } from "../../src/tui/screen.ts";
import { cellsOf, difference } from "../support/cells.ts";
import { enteredEvent, plainState } from "../support/client-events.ts";
import { Emulator } from "../support/emulator.ts";
import { entry } from "../support/fake-client.ts";
import { joiningView, type ViewRun } from "../support/view.ts";

/** Everything that a terminal, a person or blessed could take for more than text. */
const corpus: readonly string[] = [
  ...Array.from({ length: 32 }, (_, unit) => `a${String.fromCharCode(unit)}b`),
  ...Array.from({ length: 33 }, (_, unit) => `a${String.fromCharCode(unit + 0x7f)}b`),
  "\x1b[2J\x1b[H\x1b[31m",
  "\x1b[?1049l\x1b[?25l\x1bc",
  "\x1b]0;owned\x07\x1b]2;owned\x1b\\",
  "\x1b]52;c;b3duZWQ=\x07",
  "\x1b]8;;https://evil.lab\x1b\\here\x1b]8;;\x1b\\",
  "\x1b]9;owned\x07\x1b]777;notify;owned;owned\x07\x1b]99;;owned\x1b\\",
  "\x1bP+q544e\x1b\\\x1bP1$r\x1b\\\x1b_x\x1b\\\x1b^x\x1b\\\x1bXx\x1b\\",
  "\x1b[6n\x1b[c\x1b]11;?\x07\x1b[?2026$p",
  "\u009b2J\u009d0;owned\u009c\u0090x\u009c",
  "\u202egnp.exe\u202c \u2066x\u2069 \u200e\u200f\u061c",
  "zero\u200bwidth\u2060and\ufefftags\u{e0061}\u{e0062}\u{e007f}",
  "\ufff9a\ufffab\ufffb",
  "lone \ud800 and \udc00",
  `e${"\u0301".repeat(300)}`,
  "{red-fg}{bold}{center}{|}{escape}{/}",
  "line\u2028line\u2029line\u0085line\r\nline\rline",
  "x\n-- bob left\n09:31      ann │ I did it",
  "%s%n$(reboot)`reboot`",
];

/** What the terminal was told but for its cells. */
class Watched {
  readonly emulator = new Emulator({ columns: 100, rows: 30 });
  readonly #screen: CellScreen;

  constructor() {
    const env = { TERM: "xterm-256color" };
    this.#screen = new CellScreen(env, capabilitiesOf(env), this.emulator.size);
    this.emulator.stdout.write(this.#screen.enter(true));
  }

  /** Draws what the view shows; gives the cells that it should be. */
  async draw(run: ViewRun): Promise<Cell[][]> {
    const picture = run.picture();
    this.emulator.stdout.write(this.#screen.frame(picture, this.emulator.size));
    await this.emulator.settled();
    return cellsOf(picture, this.emulator.size);
  }

  [Symbol.dispose](): void {
    this.#screen.destroy();
    this.emulator.dispose();
  }
}

function chatting(): ViewRun {
  const run = joiningView({ size: { columns: 100, rows: 30 } }).enter("bob");
  return run.said(1, "before");
}

/** A line as the network brings it, in bytes. */
function sayHostile(run: ViewRun, text: string): void {
  const entries = [entry(2, text, { id: "V1StGXR8_Z5jdHi6B-myT" })];
  const told = decodeServerMessage(encodeCbor({ type: "said", room: "lobby", entries }));
  if (told?.type !== "said") throw new Error("the message was dropped");
  for (const said of told.entries) {
    run.client({ type: "said", room: told.room, entry: said, isOwn: false });
  }
}

async function expectHarmless(watched: Watched, run: ViewRun, hostile: string): Promise<void> {
  const what = JSON.stringify(hostile);
  const cells = await watched.draw(run);
  const { emulator } = watched;
  expect(difference(emulator, cells, "modern"), what).toBe("");
  const { title, bellCount, commandCount, isAlternate, isWrapping } = emulator;
  expect({ title, bellCount, commandCount, isAlternate, isWrapping }, what).toEqual({
    title: "",
    bellCount: 0,
    commandCount: 0,
    isAlternate: true,
    isWrapping: false,
  });
  expect(emulator.cursor.isVisible, what).toBe(true);
  expect(emulator.stdin.readableLength, what).toBe(0);
}

describe("hostile text", () => {
  test("in a message stays in its cells, and every other cell is as without it", async () => {
    using watched = new Watched();
    for (const hostile of corpus) {
      const run = chatting();
      sayHostile(run, hostile);
      await expectHarmless(watched, run, hostile);
      const rows = watched.emulator.rows();
      const harmless = chatting().said(2, "x");
      // Above the message and below it, as far as it is one of one line.
      expect(rows[0], hostile).toBe(textRows(harmless)[0]);
      expect(rows.at(-1), hostile).toBe(textRows(harmless).at(-1));
    }
  });

  test("in names, topics and titles stays in its cells, too", async () => {
    using watched = new Watched();
    for (const hostile of corpus) {
      const run = joiningView({ size: { columns: 100, rows: 30 } }).enter("bob", hostile);
      const state = { ...plainState, topic: hostile };
      run.client(enteredEvent("dev", ["alice", hostile], { ref: "chosen", state }));
      run.said(1, hostile, hostile);
      await expectHarmless(watched, run, hostile);
    }
  });

  test("never begins a row where times and names stand", () => {
    const run = chatting();
    sayHostile(run, "x\n-- bob left\n09:31      ann │ I did it\n>>> owned");
    const forged = textRows(run).filter((row) => /bob left|I did it|owned/.test(row));
    expect(forged).toHaveLength(3);
    for (const row of forged) expect(row).toMatch(/│ +(?:-- bob|09:31|>>>)/);
  });

  test("in a notice ends no command early", () => {
    for (const TERM of ["foot", "xterm-kitty", "xterm"]) {
      for (const hostile of corpus) {
        const capabilities = capabilitiesOf({ TERM });
        const notice = { title: hostile, body: hostile };
        const sent = noticeSequence(notice, capabilities);
        const calm = noticeSequence({ title: "a", body: "b" }, capabilities);
        expect(controlsOf(sent), JSON.stringify(hostile)).toBe(controlsOf(calm));
      }
    }
  });
});

function textRows(run: ViewRun): string[] {
  return run.text().split("\n");
}

/** Only the characters that mean something to a terminal. */
function controlsOf(bytes: string): string {
  return bytes.replace(/\P{Cc}/gu, "");
}
