import { describe, expect, test } from "vitest";
import { entriesOf, startBefore } from "../../src/cli/log-walk.ts";
import type { Visit } from "../../src/cli/visit.ts";
import type { HistoryRange } from "../../src/room/client-port.ts";
import type { LogEntry } from "../../src/room/log-entry.ts";
import { messageEntry } from "../support/log-entries.ts";

/** A room of so many entries, of which each third only edits another; gives pages of `pageMax`. */
class PagedRoom {
  readonly warnings: string[] = [];
  readonly #entries: readonly LogEntry[];
  readonly #pageMax: number;
  readonly #lost: readonly number[];

  constructor(count: number, pageMax: number, lost: readonly number[] = []) {
    this.#lost = lost;
    this.#pageMax = pageMax;
    this.#entries = Array.from({ length: count }, (_, index) => {
      const entry = messageEntry(index + 1);
      const isEdit = (index + 1) % 3 === 0;
      return isEdit ? { ...entry, body: { type: "edit", target: index, text: "x" } } : entry;
    });
  }

  /** What the walk needs of a visit. */
  get visit(): Visit {
    const page = async (room: string, { before, after, limit = 50 }: HistoryRange) => {
      const count = Math.min(limit, this.#pageMax);
      const part =
        typeof after === "number"
          ? this.#entries.filter(({ sequence }) => after < sequence).slice(0, count)
          : this.#entries.filter(({ sequence }) => sequence < Number(before)).slice(-count);
      const edge = typeof after === "number" ? part.at(-1) : part[0];
      const last = typeof after === "number" ? this.#entries.at(-1) : this.#entries[0];
      const damaged = part
        .filter(({ sequence }) => this.#lost.includes(sequence))
        .map(({ sequence }) => ({ from: sequence, to: sequence }));
      const entries = part.filter(({ sequence }) => !this.#lost.includes(sequence));
      return { type: "page", room, entries, damaged, hasMore: edge !== last };
    };
    const warn = (text: string) => this.warnings.push(text);
    return { page, warn } as unknown as Visit;
  }
}

async function sequencesOf(room: PagedRoom, stretch: { from: number; to: number; count: number }) {
  const found: number[] = [];
  for await (const entries of entriesOf(room.visit, { room: "dev", ...stretch })) {
    found.push(...entries.map(({ sequence }) => sequence));
  }
  return found;
}

describe("walking a log", () => {
  test("edits are not counted among the lines before a place", async () => {
    const room = new PagedRoom(9, 100);
    expect(await startBefore(room.visit, "dev", { end: 10, count: 3 })).toBe(5);
    expect(await startBefore(room.visit, "dev", { end: 5, count: 1 })).toBe(4);
    expect(await startBefore(room.visit, "dev", { end: 10, count: 0 })).toBe(10);
  });

  test("it goes back over as many pages as the lines need, and stops at the beginning", async () => {
    const room = new PagedRoom(30, 4);
    expect(await startBefore(room.visit, "dev", { end: 31, count: 15 })).toBe(8);
    expect(await startBefore(room.visit, "dev", { end: 31, count: 20 })).toBe(1);
    expect(await startBefore(room.visit, "dev", { end: 31, count: 21 })).toBe(1);
    expect(await startBefore(new PagedRoom(0, 4).visit, "dev", { end: 1, count: 5 })).toBe(1);
  });

  test("it gives each entry of a stretch once, page by page", async () => {
    const all = { from: 1, to: 30, count: 100 };
    const sequences = Array.from({ length: 30 }, (_, index) => index + 1);
    expect(await sequencesOf(new PagedRoom(30, 4), all)).toEqual(sequences);
    expect(await sequencesOf(new PagedRoom(30, 100), { ...all, from: 5, to: 7 })).toEqual([
      5, 6, 7,
    ]);
    expect(await sequencesOf(new PagedRoom(0, 4), { from: 1, to: 0, count: 9 })).toEqual([]);
  });

  test("it ends with the last line that is wanted", async () => {
    const room = new PagedRoom(30, 4);
    expect(await sequencesOf(room, { from: 4, to: 30, count: 3 })).toEqual([4, 5, 6, 7]);
  });

  test("lost lines are told of and passed over", async () => {
    const room = new PagedRoom(8, 4, [4, 5]);
    const found = await sequencesOf(room, { from: 1, to: 8, count: 9 });
    expect(found).toEqual([1, 2, 3, 6, 7, 8]);
    expect(room.warnings).toHaveLength(2);
  });
});
