import { describe, expect, test } from "vitest";
import type { Line } from "../../src/tui/line.ts";
import { foldedRows } from "../../src/tui/message-body.ts";
import { type MessageContext, messageColumns } from "../../src/tui/message-context.ts";
import { type Above, messageHeight, messageRows } from "../../src/tui/message-rows.ts";
import { themeFor } from "../../src/tui/theme.ts";
import { cpuMsOf } from "../support/cpu-time.ts";
import { entry, someTime } from "../support/fake-client.ts";
import { SeededRandom } from "../support/random.ts";
import { rowWidth } from "../support/row-width.ts";
import { pictureText, utcTimeFormat } from "../support/view.ts";

const context: MessageContext = {
  at: messageColumns(60),
  theme: themeFor(false),
  timeFormat: utcTimeFormat,
  ownNick: "alice",
};

/** A line above, so that no date is drawn. */
const above: Above = aboveOf(said("above", "zoe"));

function said(text: string, author = "bob", sentAt = someTime): Line {
  return { type: "said", key: "m", entry: entry(1, text, { author, sentAt }), isOwn: false };
}

function aboveOf(line: Line): Above {
  return { line, sentAt: line.type === "said" ? line.entry.sentAt : undefined };
}

function drawn(line: Line, before: Above = above): string {
  return pictureText({ rows: messageRows(line, before, context) });
}

describe("a line of text", () => {
  test("hangs below itself where it is longer than a row", () => {
    expect(drawn(said("the build box is back and the tests are green again"))).toBe(
      [
        " 09:31        bob │ the build box is back and the tests",
        "                  │ are green again",
      ].join("\n"),
    );
  });

  test("has its day above when that is another than before, and at the top", () => {
    const yesterday = said("late", "bob", someTime - 86_400_000);
    expect(drawn(said("early"), aboveOf(yesterday)).split("\n")[0]).toContain(
      "── Fri 20 Nov 2026 ──",
    );
    const first = messageRows(said("early"), { line: undefined, sentAt: undefined }, context);
    expect(pictureText({ rows: first })).toContain("── Fri 20 Nov 2026 ──");
  });

  test("of our own clock has no day and starts none, whatever it is", () => {
    const notice: Line = { type: "notice", key: "n", text: "bob joined", at: 0 };
    expect(drawn(notice)).toBe(" 00:00         -- │ bob joined");
    expect(drawn(said("hi"), { line: notice, sentAt: someTime })).toBe(" 09:31        bob │ hi");
  });

  test("does not repeat the nickname within five minutes, and does after them", () => {
    const minute = 60_000;
    const first = aboveOf(said("one"));
    expect(drawn(said("two", "bob", someTime + 5 * minute - 1), first)).toBe(
      " 09:35            │ two",
    );
    expect(drawn(said("two", "bob", someTime + 5 * minute), first)).toBe(" 09:36        bob │ two");
    expect(drawn(said("two", "carol"), first)).toBe(" 09:31      carol │ two");
  });

  test("shows tabs as blanks and a nickname that is too long cut", () => {
    expect(drawn(said("a\tb", "an-unusually-long-name"))).toBe(" 09:31 an-unusua… │ a b");
  });

  test("shows a time that makes no sense as such", () => {
    expect(() => drawn(said("x", "bob", 8.64e15))).not.toThrow();
  });
});

describe("own lines", () => {
  const pending: Line = {
    type: "pending",
    key: "m",
    id: "own",
    text: "hi",
    at: someTime,
    isStored: false,
  };

  test("show that they wait, that they are stored, and that they failed and why", () => {
    expect(drawn(pending)).toMatch(/alice │ hi {36}…$/);
    expect(drawn({ ...pending, isStored: true })).toMatch(/alice │ hi {36}✓$/);
    const body = { type: "message", text: "hi" } as const;
    const reason = "too long";
    const failed: Line = { type: "failed", key: "f", body, text: "hi", at: someTime, reason };
    expect(drawn(failed)).toMatch(/alice │ hi\n +│ not sent: too long {20}!$/);
  });

  test("show the same without anything beyond ASCII", () => {
    const ascii = { ...context, theme: themeFor(true) };
    const rows = messageRows({ ...pending, isStored: true }, above, ascii);
    expect(pictureText({ rows })).toBe(
      " 09:31      alice | hi                                    +",
    );
  });
});

describe("long messages", () => {
  test(`of ${foldedRows} rows are shown whole, of one more folded with what is left`, () => {
    const whole = Array.from({ length: foldedRows }, (_, index) => `row ${index}`).join("\n");
    expect(messageHeight(said(whole), above, context)).toBe(foldedRows);
    expect(drawn(said(whole))).not.toContain("more line");
    const folded = drawn(said(`${whole}\none more`)).split("\n");
    expect(folded).toHaveLength(foldedRows + 1);
    expect(folded.at(-1)).toBe("                  │ … 1 more line (82 B), F4 opens");
  });

  test("of a mebibyte cost a few milliseconds, not a wrap of all of it", () => {
    const text = "0123456789 ".repeat(11).concat("\n").repeat(8_325);
    const line = said(text);
    let rows: readonly string[] = [];
    const tookMs = cpuMsOf(() => {
      rows = drawn(line).split("\n");
    });
    expect(tookMs).toBeLessThan(500);
    expect(rows.at(-1)).toMatch(/… 8,32\d more lines \(1\.0 MB\), F4 opens$/);
  });

  test("tell their size and the key also in 40 columns", () => {
    const narrow = { ...context, at: messageColumns(40) };
    const rows = messageRows(said("x".repeat(16 * 2 ** 20)), above, narrow);
    expect(pictureText({ rows }).split("\n").at(-1)).toBe("                │ … 16.8 MB, F4 opens");
  });

  test("of one endless line say how much there is", () => {
    const rows = drawn(said("x".repeat(1_000_000))).split("\n");
    expect(rows).toHaveLength(foldedRows + 1);
    expect(rows.at(-1)).toContain("… 1 more line (1.0 MB)");
  });
});

test("what the server lost is told in its place", () => {
  const range = { from: 3, to: 60 };
  expect(drawn({ type: "damaged", key: "d", range })).toBe(
    [
      "               -- │ 58 messages are missing here: history",
      "                  │ is damaged --",
    ].join("\n"),
  );
});

test("no row is wider than the pane, whatever is said, and the height is told right", () => {
  const alphabet = ["a", " ", "\n", "\t", "王", "é", "👩‍👩‍👧", "\u0301", "🇫🇷", "-", "שלום"];
  for (let seed = 1; seed <= 300; seed += 1) {
    const random = new SeededRandom(seed);
    const at = messageColumns(random.between(40, 120));
    const text = Array.from({ length: random.between(1, 200) }, () => random.pick(alphabet)).join(
      "",
    );
    const line = said(text, random.pick(["bob", "王小明", "an-unusually-long-name"]));
    const rows = messageRows(line, above, { ...context, at });
    expect(rows.length, `seed ${seed}`).toBe(messageHeight(line, above, { ...context, at }));
    for (const row of rows) expect(rowWidth(row), `seed ${seed}`).toBeLessThanOrEqual(at.columns);
  }
});
