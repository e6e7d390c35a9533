import { expect, test } from "vitest";
import { countOf, formatCount, lineCount } from "../../src/tui/count-text.ts";
import { localTimeFormat } from "../../src/tui/time-format.ts";

test.each([
  [0, "0"],
  [999, "999"],
  [1_000, "1,000"],
  [8_313, "8,313"],
  [1_234_567, "1,234,567"],
])("%d is written %s", (count, text) => {
  expect(formatCount(count)).toBe(text);
});

test("nouns follow their number", () => {
  expect([0, 1, 2].map((count) => countOf(count, "line"))).toEqual([
    "0 lines",
    "1 line",
    "2 lines",
  ]);
});

test("lines are counted by their line feeds", () => {
  expect(["", "a", "a\n", "\n\n", "a\nb\nc"].map(lineCount)).toEqual([1, 1, 2, 3, 3]);
});

test("a time that is none is written as such", () => {
  expect(localTimeFormat.time(9e15)).toBe("--:--");
  expect(localTimeFormat.date(9e15)).toBe("unknown day");
  expect(localTimeFormat.time(0)).toMatch(/^\d\d:\d\d$/);
  expect(localTimeFormat.date(0)).toMatch(/^(Wed 31 Dec 1969|Thu 1 Jan 1970)$/);
});
