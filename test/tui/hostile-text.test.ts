import { describe, expect, test } from "vitest";
import type { LogEntry } from "../../src/room/log-entry.ts";
import { answerText } from "../../src/tui/answer-text.ts";
import { parseInput } from "../../src/tui/command.ts";
import { type CommandContext, commandAction } from "../../src/tui/command-action.ts";
import { noFileNews } from "../../src/tui/file-news.ts";
import { entryLine } from "../../src/tui/plain-room.ts";
import { parseSearch } from "../../src/tui/search-request.ts";
import { cpuMsOf } from "../support/cpu-time.ts";
import { entry } from "../support/fake-client.ts";
import { rowWidth } from "../support/row-width.ts";
import { joiningView, utcTimeFormat } from "../support/view.ts";

const columns = 80;

function room() {
  return joiningView({ size: { columns, rows: 24 } }).enter("bob");
}

describe("templates of terminal libraries", () => {
  test.each(["{bold}", "{/}", "{|}", "{red-bg}unclosed", "{escape}", "{center}"])(
    "%s is text",
    (text) => {
      expect(room().said(1, `<${text}>`).text()).toContain(`<${text}>`);
    },
  );
});

describe("texts that are made to break the layout", () => {
  test.each([
    ["ten thousand joined emoji", "👩‍👩‍👧‍👦".repeat(10_000)],
    ["a thousand marks on a letter", `a${"\u0301".repeat(1_000)}`],
    ["characters of two cells", "漢".repeat(10_000)],
    ["directions, tags and line separators", "\u202ea\u2066b\u{e0041}c\u2028d\u2029e"],
  ])("%s leave every row as wide as the screen at most, at once", (_what, text) => {
    const run = room().said(1, text);
    let widths: readonly number[] = [];
    const ms = cpuMsOf(() => {
      widths = run.picture().rows.map(rowWidth);
    });
    expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
    // A frame is 16 ms; a machine that does other things takes some times longer.
    expect(ms).toBeLessThan(160);
  });
});

describe("a line that looks like the server's", () => {
  const forged: LogEntry = entry(1, "hello\nalice has left\n-- alice has left #lobby");

  test("is set in below its author, in line mode and on the screen", () => {
    const [first, ...others] = entryLine(forged, "", utcTimeFormat).split("\n");
    expect(first).toBe("09:31 bob: hello");
    for (const row of others) expect(row).toMatch(/^ {6}/);
    const rows = room().client({ type: "said", room: "lobby", entry: forged, isOwn: false }).text();
    for (const row of rows.split("\n").filter((each) => each.includes("alice has left"))) {
      expect(row).toMatch(/^ {4}/);
    }
  });
});

describe("texts that are made to keep a parser busy", () => {
  const context: CommandContext = {
    room: "dev",
    state: undefined,
    files: noFileNews,
    asked: [],
    lastLine: () => entry(1, "a".repeat(100_000)),
    line: () => entry(1, "a".repeat(100_000)),
  };

  test.each([
    `${"a".repeat(100_000)}!`,
    `/edit s/${"a".repeat(50_000)}${"\\/".repeat(25_000)}`,
    `/search ${"has:".repeat(25_000)}`,
    `/search ${"a ".repeat(50_000)}`,
    `/ban eve ${"9".repeat(100_000)}`,
    `/${"q".repeat(100_000)}`,
    `/history ${"#".repeat(100_000)}`,
    `/query ${"a,".repeat(50_000)}`,
  ])("%#", (typed) => {
    const ms = cpuMsOf(() => {
      const input = parseInput(typed);
      if (input.type === "command") commandAction(input.name, input.arg, context);
      parseSearch(typed);
    });
    // 10 ms on a machine that does nothing else.
    expect(ms).toBeLessThan(100);
  });
});

describe("what others tell of themselves", () => {
  test("stays on the line where it is told", () => {
    const profile = { name: "anna", role: "x", text: "y" };
    const who = { nick: "anna", person: "p", presence: "online", rooms: [], profile } as const;
    const asked = { question: { type: "who", nick: "anna" }, answer: { type: "who", ...who } };
    for (const line of answerText(asked as Parameters<typeof answerText>[0], utcTimeFormat)) {
      expect(line).not.toContain("\n");
    }
  });
});
