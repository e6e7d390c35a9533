import { describe, expect, test } from "vitest";
import type { Entry } from "../../src/room/entry.ts";
import type { HistoryQuery, ReadResult } from "../../src/room/history-port.ts";
import { pageTextBytesMax } from "../../src/room/limits.ts";
import { PageCollector, planPage } from "../../src/room/page-plan.ts";
import { SeededRandom } from "../support/random.ts";

function entry(sequence: number, text = "x"): Entry {
  return { sequence, id: `id ${sequence}`, author: "anna", sentAt: 1, text };
}

type Page = Extract<ReadResult, { type: "page" }>;

function read(
  query: Omit<HistoryQuery, "room">,
  lastSequence: number,
  find: (sequence: number) => Entry | undefined = entry,
): Page {
  const walk = planPage({ room: "lobby", ...query }, lastSequence);
  const collector = new PageCollector(walk, lastSequence);
  for (let index = 0; index < walk.count; index += 1) {
    const sequence = walk.first + index * walk.step;
    if (!collector.add(sequence, find(sequence))) break;
  }
  return collector.page() as Page;
}

function sequences(page: Page): number[] {
  return page.entries.map(({ sequence }) => sequence);
}

describe("a page", () => {
  test("is the last lines when nothing else is asked for", () => {
    const page = read({ limit: 3 }, 10);
    expect(sequences(page)).toEqual([8, 9, 10]);
    expect(page.hasMore).toBe(true);
    expect(read({ limit: 10 }, 10).hasMore).toBe(false);
  });

  test("is what comes before or after a line, without it", () => {
    expect(sequences(read({ limit: 3, before: 6 }, 10))).toEqual([3, 4, 5]);
    expect(sequences(read({ limit: 3, after: 6 }, 10))).toEqual([7, 8, 9]);
    expect(sequences(read({ limit: 9, after: 6 }, 10))).toEqual([7, 8, 9, 10]);
    expect(sequences(read({ limit: 9, before: 3 }, 10))).toEqual([1, 2]);
  });

  test("says whether there is more in the direction that was asked for", () => {
    expect(read({ limit: 3, before: 4 }, 10).hasMore).toBe(false);
    expect(read({ limit: 2, before: 4 }, 10).hasMore).toBe(true);
    expect(read({ limit: 4, after: 6 }, 10).hasMore).toBe(false);
    expect(read({ limit: 3, after: 6 }, 10).hasMore).toBe(true);
  });

  test("is empty beyond the ends of the log", () => {
    for (const query of [{ before: 1 }, { after: 10 }, { after: 99 }]) {
      expect(read({ limit: 5, ...query }, 10)).toMatchObject({ entries: [], hasMore: false });
    }
    expect(read({ limit: 5 }, 0)).toMatchObject({ entries: [], damaged: [], hasMore: false });
    expect(sequences(read({ limit: 2, before: 99 }, 10))).toEqual([9, 10]);
  });

  test("tells lost lines as ranges, joined where they touch", () => {
    const lost = new Set([1, 4, 5, 6, 10]);
    const find = (sequence: number) => (lost.has(sequence) ? undefined : entry(sequence));
    const damaged = [
      { from: 1, to: 1 },
      { from: 4, to: 6 },
      { from: 10, to: 10 },
    ];
    expect(read({ limit: 10 }, 10, find).damaged).toEqual(damaged);
    expect(read({ limit: 10, after: 0 }, 10, find).damaged).toEqual(damaged);
  });

  test("holds 256 KiB of text and not a byte more", () => {
    const half = "h".repeat(pageTextBytesMax / 2);
    const full = read({ limit: 10, after: 0 }, 10, (sequence) => entry(sequence, half));
    expect(sequences(full)).toEqual([1, 2]);
    expect(full.hasMore).toBe(true);
    const over = (sequence: number) => entry(sequence, sequence === 2 ? `${half}!` : half);
    expect(sequences(read({ limit: 10, after: 0 }, 10, over))).toEqual([1]);
    expect(sequences(read({ limit: 10, before: 3 }, 10, over))).toEqual([2]);
  });

  test("holds at least one line, however long", () => {
    const long = "l".repeat(pageTextBytesMax + 1);
    const page = read({ limit: 10, after: 3 }, 10, (sequence) => entry(sequence, long));
    expect(sequences(page)).toEqual([4]);
  });

  test.each([1, 2, 3])("by page the log comes whole and in order, with seed %i", (seed) => {
    const random = new SeededRandom(seed);
    const last = random.between(1, 300);
    const lost = new Set(Array.from({ length: 40 }, () => random.between(1, last)));
    const find = (sequence: number) =>
      lost.has(sequence) ? undefined : entry(sequence, "t".repeat(random.between(1, 60_000)));
    for (const direction of ["after", "before"] as const) {
      const seen: number[] = [];
      let at = direction === "after" ? 0 : last + 1;
      for (let hasMore = true; hasMore; ) {
        const page = read({ limit: random.between(1, 20), [direction]: at }, last, find);
        const covered = [
          ...sequences(page),
          ...page.damaged.flatMap(({ from, to }) =>
            Array.from({ length: to - from + 1 }, (_, index) => from + index),
          ),
        ].sort((a, b) => a - b);
        seen.push(...covered);
        at = direction === "after" ? covered.at(-1)! : covered[0]!;
        hasMore = page.hasMore;
      }
      expect(seen.sort((a, b) => a - b)).toEqual(
        Array.from({ length: last }, (_, index) => index + 1),
      );
    }
  });
});
