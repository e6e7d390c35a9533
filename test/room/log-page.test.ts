import { describe, expect, test } from "vitest";
import { pageTextBytesMax } from "../../src/room/limits.ts";
import type { LogEntry } from "../../src/room/log-entry.ts";
import { PageCollector, type PagePlace, planPage } from "../../src/room/log-page.ts";
import { SimulatedClock } from "../support/clock.ts";
import { temporaryDirectory } from "../support/directory.ts";
import { anna, message, messages, openStore, tamper } from "../support/store.ts";

const end = { sequence: 100, sentAt: 0, ordinal: 100, firstSequence: 11 };

/** The sequences that are looked at, in order. */
function walked(place: PagePlace): number[] {
  return planPage(place, end).flatMap(({ from, count, isUpward }) =>
    Array.from({ length: count }, (_, index) => from + (isUpward ? index : -index)),
  );
}

function entry(sequence: number, text = "x"): LogEntry {
  const body = { type: "message", text } as const;
  return { sequence, id: "0".repeat(21), sentAt: 0, ordinal: sequence, author: anna, body };
}

describe("where a page is looked for", () => {
  test.each<[PagePlace, number[]]>([
    [{ limit: 3 }, [100, 99, 98]],
    [{ before: 50, limit: 2 }, [49, 48]],
    [{ before: 12, limit: 5 }, [11]],
    [{ before: 11, limit: 5 }, []],
    [{ before: 2, limit: 5 }, []],
    [{ before: 500, limit: 2 }, [100, 99]],
    [{ after: 98, limit: 5 }, [99, 100]],
    [{ after: 100, limit: 5 }, []],
    [{ after: 500, limit: 5 }, []],
    [{ after: 0, limit: 2 }, [11, 12]],
    [{ around: 50, limit: 5 }, [50, 51, 52, 49, 48]],
    [{ around: 50, limit: 1 }, [50]],
    [{ around: 100, limit: 4 }, [100, 99, 98, 97]],
    [{ around: 11, limit: 4 }, [11, 12]],
    [{ around: 1, limit: 2 }, [11]],
    [{ around: 500, limit: 2 }, [100, 99]],
  ])("%j", (place, expected) => {
    expect(walked(place)).toEqual(expected);
  });
});

describe("a page", () => {
  test("says what is lost in it, and whether there is more", () => {
    const collector = new PageCollector(planPage({ around: 50, limit: 5 }, end));
    collector.add(50, entry(50));
    collector.add(51, undefined);
    collector.add(52, undefined);
    collector.add(49, undefined);
    collector.add(48, entry(48));
    expect(collector.page(end)).toMatchObject({
      entries: [{ sequence: 48 }, { sequence: 50 }],
      damaged: [
        { from: 49, to: 49 },
        { from: 51, to: 52 },
      ],
      hasOlder: true,
      hasNewer: true,
    });
  });

  test("of nothing knows where it is", () => {
    const empty = (place: PagePlace) => new PageCollector(planPage(place, end)).page(end);
    expect(empty({ after: 100, limit: 1 })).toMatchObject({ hasOlder: true, hasNewer: false });
    expect(empty({ before: 11, limit: 1 })).toMatchObject({ hasOlder: false, hasNewer: true });
  });

  test(`has ${pageTextBytesMax} bytes of text and not one more, but one line at least`, () => {
    const collector = new PageCollector(planPage({ after: 10, limit: 5 }, end));
    expect(collector.add(11, entry(11, "x".repeat(pageTextBytesMax - 1)))).toBe(true);
    expect(collector.add(12, entry(12, "xx"))).toBe(false);
    expect(collector.add(12, entry(12, "x"))).toBe(true);
    const large = new PageCollector(planPage({ limit: 5 }, end));
    expect(large.add(100, entry(100, "x".repeat(pageTextBytesMax + 1)))).toBe(true);
    expect(large.add(99, entry(99))).toBe(false);
  });
});

describe("pages of a store", () => {
  test("go both ways, and around a place", async () => {
    await using directory = await temporaryDirectory();
    await using store = await openStore(directory.path);
    await store.place(messages(1, 300));
    const numbers = async (query: object) =>
      (await store.entries(query)).map(({ sequence }) => sequence);
    const range = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, index) => from + index);
    expect(await numbers({ limit: 50 })).toEqual(range(251, 300));
    expect(await numbers({ before: 51 })).toEqual(range(1, 50));
    expect(await numbers({ after: 100 })).toEqual(range(101, 300));
    expect(await numbers({ around: 100, limit: 10 })).toEqual(range(95, 104));
    expect(await numbers({ room: "nowhere" })).toEqual([]);
  });

  test("stop at a line of 16 MiB, and have it around its own place", async () => {
    await using directory = await temporaryDirectory();
    await using store = await openStore(directory.path);
    const text = "l".repeat(16 * 2 ** 20);
    await store.place([message(1), message(2, text), message(3)]);
    expect((await store.entries({ after: 0 })).map(({ sequence }) => sequence)).toEqual([1]);
    const page = await store.page({ around: 2 });
    expect(page.entries.map(({ sequence }) => sequence)).toEqual([2]);
    expect([page.hasOlder, page.hasNewer]).toEqual([true, true]);
  });

  test("are found by time, also where entries are lost or the clock was set back", async () => {
    await using directory = await temporaryDirectory();
    const clock = new SimulatedClock();
    const first = await openStore(directory.path, { clock });
    const times: number[] = [];
    for (let number = 1; number <= 40; number += 1) {
      clock.advance(1_000);
      if (number === 30) clock.jumpWall(-3_600_000);
      times.push(clock.wallNow());
      await first.place([message(number)]);
    }
    await first.close();
    await tamper(directory.path, async (database) => {
      const keys = await database.keys({ gte: "entries!", lte: "entries!~" });
      await database.write(keys.slice(9, 15).map((key) => ({ type: "del", key })));
    });
    await using store = await openStore(directory.path, { clock });
    const numbers = async (query: object) =>
      (await store.entries(query)).map(({ sequence }) => sequence);
    const at = (number: number) => ({ time: times[number - 1]! });
    expect(await numbers({ after: at(5), limit: 2 })).toEqual([5, 6]);
    expect(await numbers({ before: at(5), limit: 2 })).toEqual([3, 4]);
    expect(await numbers({ before: { time: 0 } })).toEqual([]);
    expect((await numbers({ after: { time: 0 }, limit: 1 }))[0]).toBe(1);
    expect(await numbers({ after: { time: times[28]! + 1 } })).toEqual([]);
    expect(await numbers({ around: at(20), limit: 2 })).toEqual([19, 20]);
    expect((await numbers({ around: { time: Number.MAX_SAFE_INTEGER }, limit: 1 }))[0]).toBe(40);
  });
});
