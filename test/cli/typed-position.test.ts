import { expect, test } from "vitest";
import { parsePosition } from "../../src/cli/typed-position.ts";

const now = Date.UTC(2026, 10, 20, 9, 31);

test("a place in a log is a line's number, a moment, or how long ago", () => {
  expect(parsePosition("12", now)).toBe(12);
  expect(parsePosition("#12", now)).toBe(12);
  expect(parsePosition("2026-11-20T09:30:00.5Z", now)).toEqual({ time: now - 59_500 });
  expect(parsePosition("2026-11-20T10:31+01:00", now)).toEqual({ time: now });
  expect(parsePosition("2h", now)).toEqual({ time: now - 2 * 3_600_000 });
  expect(parsePosition("1d", now)).toEqual({ time: now - 86_400_000 });
  expect(parsePosition("999999d", now)).toEqual({ time: 0 });
});

test("a day or a time without an offset is of this machine's time zone", () => {
  expect(parsePosition("2026-11-20", now)).toEqual({ time: new Date(2026, 10, 20).getTime() });
  const morning = new Date(2026, 10, 20, 9, 30).getTime();
  for (const typed of ["2026-11-20T09:30", "2026-11-20 09:30"]) {
    expect(parsePosition(typed, now)).toEqual({ time: morning });
  }
});

test.each([
  "",
  "x",
  "-1",
  "1.5",
  "2026-13-01",
  "2026-11-20T25:00",
  "1969-01-01",
  "2w",
  "9".repeat(16),
])("%j is no place", (typed) => {
  expect(() => parsePosition(typed, now)).toThrow(
    expect.objectContaining({ code: "argument-invalid" }),
  );
});
