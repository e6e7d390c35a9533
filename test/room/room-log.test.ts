import { describe, expect, test } from "vitest";
import { linesAheadBytesMax, linesAheadMax } from "../../src/room/limits.ts";
import type { LogEntry } from "../../src/room/log-entry.ts";
import { type LogNews, RoomLog } from "../../src/room/room-log.ts";
import { messageEntry as entry } from "../support/log-entries.ts";
import { SeededRandom } from "../support/random.ts";

function entries(from: number, to: number): LogEntry[] {
  return Array.from({ length: to - from + 1 }, (_, index) => entry(from + index));
}

/** Sequences that were said as numbers, lost ones as `from-to`. */
function brief(news: readonly LogNews[]): (number | string)[] {
  return news.map((item) =>
    item.type === "said" ? item.entry.sequence : `${item.range.from}-${item.range.to}`,
  );
}

function enteredAt(lastSequence: number): RoomLog {
  const log = new RoomLog();
  log.handleEntered("log", lastSequence);
  return log;
}

describe("a client's place in a log", () => {
  test("goes on where an earlier visit ended", () => {
    const log = new RoomLog({ log: "log", sequence: 7, missedMax: 3 });
    expect(log.hasBegun).toBe(false);
    expect(log.handleEntered("log", 10)).toBe("same");
    expect(log.missingAfter).toBe(7);
    expect(brief(log.handlePage(entries(8, 10), []))).toEqual([8, 9, 10]);
  });

  test("begins anew when one entry too many was missed since an earlier visit", () => {
    const log = new RoomLog({ log: "log", sequence: 7, missedMax: 3 });
    expect(log.handleEntered("log", 11)).toBe("far");
    expect(log.missingAfter).toBeUndefined();
    expect(brief(log.handleSaid(entry(12)))).toEqual([12]);
  });

  test("takes no sequence of an earlier visit for one of another log", () => {
    const log = new RoomLog({ log: "log", sequence: 7, missedMax: 3 });
    expect(log.handleEntered("other", 9)).toBe("other");
    expect(log.missingAfter).toBeUndefined();
  });

  test("starts behind the newest line when the room is entered for the first time", () => {
    const log = enteredAt(10);
    expect(log.missingAfter).toBeUndefined();
    expect(brief(log.handleSaid(entry(10)))).toEqual([]);
    expect(brief(log.handleSaid(entry(11)))).toEqual([11]);
  });

  test("gives a line once, however often it is told", () => {
    const log = enteredAt(0);
    expect(brief(log.handleSaid(entry(1)))).toEqual([1]);
    expect(brief(log.handleSaid(entry(1)))).toEqual([]);
    expect(brief(log.handlePage([entry(1), entry(2)], []))).toEqual([2]);
  });

  test("holds later lines back until the missing ones were read", () => {
    const log = enteredAt(0);
    expect(brief(log.handleSaid(entry(3)))).toEqual([]);
    expect(brief(log.handleSaid(entry(5)))).toEqual([]);
    expect(log.missingAfter).toBe(0);
    expect(brief(log.handlePage(entries(1, 2), []))).toEqual([1, 2, 3]);
    expect(log.missingAfter).toBe(3);
    expect(brief(log.handlePage([entry(4)], []))).toEqual([4, 5]);
    expect(log.missingAfter).toBeUndefined();
  });

  test("reads what has grown", () => {
    const log = enteredAt(4);
    log.handleGrown(6);
    expect(log.missingAfter).toBe(4);
    expect(brief(log.handlePage(entries(5, 6), []))).toEqual([5, 6]);
  });

  test("reads after a reconnect what was missed meanwhile", () => {
    const log = enteredAt(4);
    log.handleEntered("log", 7);
    expect(log.missingAfter).toBe(4);
    expect(brief(log.handlePage(entries(5, 7), []))).toEqual([5, 6, 7]);
  });

  test("steps over what has expired meanwhile, which is not lost", () => {
    const log = enteredAt(4);
    log.handleEntered("log", 9, 8);
    expect(log.missingAfter).toBe(7);
    expect(brief(log.handlePage(entries(8, 9), []))).toEqual([8, 9]);
    log.handleEntered("log", 9, 10);
    expect(log.missingAfter).toBeUndefined();
  });

  test("starts again in a log that is shorter than what was seen", () => {
    const log = enteredAt(40);
    expect(log.handleEntered("log", 40)).toBe("same");
    expect(log.handleEntered("log", 39)).toBe("other");
    expect(log.handleEntered("log", 3)).toBe("other");
    expect(log.missingAfter).toBeUndefined();
    expect(brief(log.handleSaid(entry(4)))).toEqual([4]);
  });

  test.each([5, 6, 7])("starts again in another log, also one of %i lines", (lastSequence) => {
    const log = new RoomLog();
    expect(log.handleEntered("log", 6)).toBe("same");
    expect(log.handleEntered("other", lastSequence)).toBe("other");
    expect(log.missingAfter).toBeUndefined();
    expect(brief(log.handleSaid(entry(lastSequence + 1)))).toEqual([lastSequence + 1]);
    expect(log.handleEntered("other", lastSequence + 1)).toBe("same");
  });

  test("tells lost lines where they would have come", () => {
    const log = enteredAt(0);
    log.handleGrown(9);
    const page = [entry(2), entry(3), entry(7)];
    const damaged = [
      { from: 1, to: 1 },
      { from: 4, to: 6 },
      { from: 8, to: 9 },
    ];
    expect(brief(log.handlePage(page, damaged))).toEqual(["1-1", 2, 3, "4-6", 7, "8-9"]);
  });

  test("tells a hole in a page as lost lines", () => {
    const log = enteredAt(0);
    log.handleGrown(5);
    expect(brief(log.handlePage([entry(2), entry(5)], []))).toEqual(["1-1", 2, "3-4", 5]);
  });

  test("does not follow a lost range beyond what the log is known to have", () => {
    const log = enteredAt(0);
    log.handleGrown(2);
    const endless = [{ from: 1, to: Number.MAX_SAFE_INTEGER }];
    expect(brief(log.handlePage([], endless))).toEqual(["1-2"]);
    expect(brief(log.handleSaid(entry(3)))).toEqual([3]);
  });

  test("does not ask again and again for a page that leads nowhere", () => {
    const log = enteredAt(0);
    log.handleGrown(5);
    expect(brief(log.handlePage([], []))).toEqual([]);
    expect(log.missingAfter).toBeUndefined();
    log.handleGrown(6);
    expect(log.missingAfter).toBe(0);
  });

  test("keeps 1,000 lines that came too early and not one more", () => {
    const log = enteredAt(0);
    for (const early of entries(2, linesAheadMax + 2)) log.handleSaid(early);
    expect(log.handlePage([entry(1)], [])).toHaveLength(linesAheadMax + 1);
    expect(log.missingAfter).toBe(linesAheadMax + 1);
  });

  test("keeps 1 MiB of lines that came too early and not a byte more", () => {
    const half = "h".repeat(linesAheadBytesMax / 2);
    const log = enteredAt(0);
    for (const [sequence, text] of [
      [2, half],
      [3, half],
      [4, "!"],
    ] as const) {
      log.handleSaid(entry(sequence, text));
    }
    expect(brief(log.handlePage([entry(1)], []))).toEqual([1, 2, 3]);
    // What was told makes room again.
    for (const [sequence, text] of [
      [5, half],
      [6, half],
    ] as const) {
      log.handleSaid(entry(sequence, text));
    }
    expect(brief(log.handlePage([entry(4)], []))).toEqual([4, 5, 6]);
  });

  test.each([1, 2, 3, 4, 5])("gives each line once and in order, with seed %i", (seed) => {
    const random = new SeededRandom(seed);
    const log = enteredAt(0);
    const told: (number | string)[] = [];
    const read = (last: number) => {
      const after = log.missingAfter;
      if (after !== undefined) told.push(...brief(log.handlePage(entries(after + 1, last), [])));
    };
    for (let sequence = 1; sequence <= 500; sequence += 1) {
      if (random.chance(0.7)) told.push(...brief(log.handleSaid(entry(sequence))));
      if (random.chance(0.2)) log.handleGrown(sequence);
      if (random.chance(0.05)) log.handleEntered("log", sequence);
      if (random.chance(0.5))
        read(Math.min(sequence, (log.missingAfter ?? 0) + random.between(1, 9)));
    }
    log.handleEntered("log", 500);
    read(500);
    expect(told).toEqual(entries(1, 500).map(({ sequence }) => sequence));
  });
});
