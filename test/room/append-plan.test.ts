import { describe, expect, test } from "vitest";
import { type LogEnd, planAppend } from "../../src/room/append-plan.ts";
import type { Draft } from "../../src/room/history-port.ts";
import { sentAtAheadMsMax } from "../../src/room/limits.ts";
import { SeededRandom } from "../support/random.ts";

function draft(room: string, id: string): Draft {
  return { room, id, author: "anna", text: `text of ${id}` };
}

describe("a plan to append", () => {
  test("numbers the lines of each room from where its log ends", () => {
    const plan = planAppend({
      drafts: [draft("a", "1"), draft("b", "2"), draft("a", "3")],
      known: [undefined, undefined, undefined],
      ends: new Map([["a", { sequence: 41, sentAt: 5 }]]),
      wallNow: 10,
    });
    expect(plan.placements).toEqual([
      { sequence: 42, sentAt: 10, isDuplicate: false },
      { sequence: 1, sentAt: 10, isDuplicate: false },
      { sequence: 43, sentAt: 10, isDuplicate: false },
    ]);
    expect(plan.ends.get("a")).toEqual({ sequence: 43, sentAt: 10 });
  });

  test("answers an id that is stored with where it is", () => {
    const plan = planAppend({
      drafts: [draft("a", "1")],
      known: [{ sequence: 7, sentAt: 3 }],
      ends: new Map([["a", { sequence: 41, sentAt: 5 }]]),
      wallNow: 10,
    });
    expect(plan.placements).toEqual([{ sequence: 7, sentAt: 3, isDuplicate: true }]);
    expect(plan.entries).toEqual([]);
    expect(plan.ends.size).toBe(0);
  });

  test.each([
    ["stays", 0],
    ["stays", sentAtAheadMsMax],
    ["is not more than 60 s ahead", sentAtAheadMsMax + 1],
    ["is not more than 60 s ahead", 12 * 365 * 86_400_000],
  ])("the time of a room %s when the clock was set back by %i ms", (_what, setBackMs) => {
    const last = 1_800_000_000_000;
    const wallNow = last - setBackMs;
    const plan = planAppend({
      drafts: [draft("a", "1"), draft("a", "2")],
      known: [undefined, undefined],
      ends: new Map([["a", { sequence: 1, sentAt: last }]]),
      wallNow,
    });
    const sentAt = Math.min(last, wallNow + sentAtAheadMsMax);
    expect(plan.placements.map((placement) => placement.sentAt)).toEqual([sentAt, sentAt]);
  });

  test("keeps the times of rooms apart", () => {
    const plan = planAppend({
      drafts: [draft("a", "1"), draft("b", "2")],
      known: [undefined, undefined],
      ends: new Map([["a", { sequence: 1, sentAt: 1_000 }]]),
      wallNow: 10,
    });
    expect(plan.placements.map(({ sentAt }) => sentAt)).toEqual([1_000, 10]);
  });

  test.each([1, 2, 3])("agrees with a log that takes one line at a time, with seed %i", (seed) => {
    const random = new SeededRandom(seed);
    const naive: Record<string, string[]> = { a: [], b: [], c: [] };
    const known = new Map<string, LogEnd>();
    const ends = new Map<string, LogEnd>();
    for (let batch = 0; batch < 200; batch += 1) {
      const drafts = Array.from({ length: random.between(1, 12) }, () =>
        draft(random.pick(Object.keys(naive)), String(random.between(1, 400))),
      );
      const plan = planAppend({
        drafts,
        known: drafts.map(({ room, id }) => known.get(`${room} ${id}`)),
        ends,
        wallNow: batch,
      });
      const expected = drafts.map(({ room, id }) => {
        const log = naive[room]!;
        const isDuplicate = log.includes(id);
        if (!isDuplicate) log.push(id);
        return { sequence: log.indexOf(id) + 1, isDuplicate };
      });
      expect(plan.placements).toMatchObject(expected);
      for (const { room, entry } of plan.entries) known.set(`${room} ${entry.id}`, entry);
      for (const [room, end] of plan.ends) ends.set(room, end);
    }
    for (const [room, log] of Object.entries(naive)) {
      expect(ends.get(room)?.sequence).toBe(log.length);
    }
  });
});
