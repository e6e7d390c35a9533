import { describe, expect, test } from "vitest";
import { type CommitPlanInput, planCommit } from "../../src/room/commit-plan.ts";
import { sentAtAheadMsMax } from "../../src/room/limits.ts";
import type { EntryBody, LogEntry } from "../../src/room/log-entry.ts";
import { emptyLog, type LogState, type Place } from "../../src/room/log-state.ts";
import { entryKey } from "../../src/room/store-keys.ts";
import type { Draft } from "../../src/room/store-port.ts";
import { SeededRandom } from "../support/random.ts";
import { anna, ben, placed } from "../support/store.ts";

function line(room: string, id: string): Draft {
  return { room, id, author: anna, body: { type: "message", text: `text of ${id}` } };
}

function plan(input: Partial<CommitPlanInput> & { readonly drafts: readonly Draft[] }) {
  const known = input.drafts.map(() => undefined);
  return planCommit({ known, stored: new Map(), logs: new Map(), wallNow: 10, ...input });
}

function log(state: Partial<LogState>): LogState {
  return { ...emptyLog, ...state };
}

function stored(sequence: number, body: EntryBody, more: Partial<LogEntry> = {}): LogEntry {
  return { sequence, id: `${sequence}`, sentAt: 1, ordinal: sequence, author: anna, body, ...more };
}

function storedMap(...entries: readonly LogEntry[]): ReadonlyMap<string, LogEntry> {
  return new Map(entries.map((entry) => [entryKey("a", entry.sequence), entry]));
}

describe("a plan to commit", () => {
  test("numbers the entries of each room from where its log ends, and its messages apart", () => {
    const result = plan({
      drafts: [
        line("a", "1"),
        line("b", "2"),
        { ...line("a", "3"), body: { type: "topic", text: "tea" } },
      ],
      logs: new Map([["a", log({ sequence: 41, sentAt: 5, ordinal: 30, firstSequence: 7 })]]),
    });
    expect(result.placements).toEqual([
      { type: "placed", sequence: 42, sentAt: 10, ordinal: 31, isDuplicate: false },
      { type: "placed", sequence: 1, sentAt: 10, ordinal: 1, isDuplicate: false },
      { type: "placed", sequence: 43, sentAt: 10, ordinal: 31, isDuplicate: false },
    ]);
    expect(result.logs.get("a")).toMatchObject({ sequence: 43, ordinal: 31, firstSequence: 7 });
  });

  test("answers an id that is stored with where it is", () => {
    const result = plan({
      drafts: [line("a", "1")],
      known: [{ sequence: 7, sentAt: 3, ordinal: 5 }],
      logs: new Map([["a", log({ sequence: 41, sentAt: 5 })]]),
    });
    expect(result.placements).toEqual([
      { type: "placed", sequence: 7, sentAt: 3, ordinal: 5, isDuplicate: true },
    ]);
    expect([result.changes, result.logs.size]).toEqual([[], 0]);
  });

  test.each([
    ["stays", 0],
    ["stays", sentAtAheadMsMax],
    ["is not more than 60 s ahead", sentAtAheadMsMax + 1],
    ["is not more than 60 s ahead", 12 * 365 * 86_400_000],
  ])("the time of a room %s when the clock was set back by %i ms", (_what, setBackMs) => {
    const last = 1_800_000_000_000;
    const wallNow = last - setBackMs;
    const { placements } = plan({
      drafts: [line("a", "1"), line("a", "2")],
      logs: new Map([["a", log({ sequence: 1, sentAt: last })]]),
      wallNow,
    });
    const sentAt = Math.min(last, wallNow + sentAtAheadMsMax);
    expect(placements.map((placement) => placed(placement).sentAt)).toEqual([sentAt, sentAt]);
  });

  test("keeps the times of rooms apart", () => {
    const { placements } = plan({
      drafts: [line("a", "1"), line("b", "2")],
      logs: new Map([["a", log({ sequence: 1, sentAt: 1_000 })]]),
    });
    expect(placements.map((placement) => placed(placement).sentAt)).toEqual([1_000, 10]);
  });

  test("changes a target once, whatever is done to it in one commit", () => {
    const message = stored(3, { type: "message", text: "old" });
    const result = plan({
      drafts: [
        { ...line("a", "1"), body: { type: "edit", target: 3, text: "new" } },
        {
          ...line("a", "2"),
          author: ben,
          body: { type: "react", target: 3, emoji: "👍", isOn: true },
        },
      ],
      stored: storedMap(message),
      logs: new Map([["a", log({ sequence: 3 })]]),
    });
    const changed = result.changes.filter(({ before }) => before !== undefined);
    expect(changed).toMatchObject([
      {
        before: message,
        after: {
          body: { text: "new" },
          edited: { sequences: [4] },
          reactions: [{ persons: [ben.person] }],
        },
      },
    ]);
    expect(result.changes.map(({ after }) => after?.sequence).sort()).toEqual([3, 4, 5]);
  });

  test("takes the text of a deleted message out of its edits, old and new", () => {
    const edits = [stored(4, { type: "edit", target: 3, text: "e4" })];
    const message = stored(
      3,
      { type: "message", text: "e4" },
      { edited: { at: 1, sequences: [4] } },
    );
    const result = plan({
      drafts: [
        { ...line("a", "1"), body: { type: "edit", target: 3, text: "e5" } },
        { ...line("a", "2"), body: { type: "delete", target: 3, reason: "r" } },
        { ...line("a", "3"), body: { type: "edit", target: 3, text: "late" } },
      ],
      stored: storedMap(message, ...edits),
      logs: new Map([["a", log({ sequence: 4 })]]),
    });
    expect(result.placements.at(-1)).toEqual({ type: "refused", reason: "target-missing" });
    const bodies = result.changes.map(({ after }) => `${after?.sequence} ${after?.body.type}`);
    expect(bodies.sort()).toEqual(["3 deleted", "4 deleted", "5 deleted", "6 delete"]);
    expect(result.logs.get("a")?.sequence).toBe(6);
  });

  test.each([1, 2, 3])("agrees with a log that takes one line at a time, with seed %i", (seed) => {
    const random = new SeededRandom(seed);
    const naive: Record<string, string[]> = { a: [], b: [], c: [] };
    const known = new Map<string, Place>();
    const logs = new Map<string, LogState>();
    for (let batch = 0; batch < 200; batch += 1) {
      const drafts = Array.from({ length: random.between(1, 12) }, () =>
        line(random.pick(Object.keys(naive)), String(random.between(1, 400))),
      );
      const result = plan({
        drafts,
        known: drafts.map(({ room, id }) => known.get(`${room} ${id}`)),
        logs,
        wallNow: batch,
      });
      const expected = drafts.map(({ room, id }) => {
        const ids = naive[room]!;
        const isDuplicate = ids.includes(id);
        if (!isDuplicate) ids.push(id);
        return { sequence: ids.indexOf(id) + 1, isDuplicate };
      });
      expect(result.placements).toMatchObject(expected);
      for (const { room, after } of result.changes) known.set(`${room} ${after!.id}`, after!);
      for (const [room, state] of result.logs) logs.set(room, state);
    }
    for (const [room, ids] of Object.entries(naive)) {
      expect(logs.get(room)?.sequence).toBe(ids.length);
    }
  });
});
