import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Level } from "level";
import { describe, expect, test } from "vitest";
import { systemRandom } from "../../src/base/random.ts";
import { encodeCbor } from "../../src/room/codec.ts";
import { History } from "../../src/room/history.ts";
import type {
  AppendResult,
  Draft,
  HistoryQuery,
  Placement,
  ReadResult,
} from "../../src/room/history-port.ts";
import { SimulatedClock } from "../support/clock.ts";
import { temporaryDirectory } from "../support/directory.ts";

type Page = Extract<ReadResult, { type: "page" }>;

const clock = new SimulatedClock();

/** A history that is closed at the end of the test. */
async function open(
  directory: string,
  onTrouble: (message: string) => void = () => undefined,
): Promise<History & AsyncDisposable> {
  const history = await History.open({ directory, clock, random: systemRandom, onTrouble });
  return Object.assign(history, { [Symbol.asyncDispose]: () => history.close() });
}

function draft(number: number, room = "lobby", text = `line ${number}`): Draft {
  return { room, id: String(number).padStart(21, "0"), author: "anna", text };
}

function drafts(from: number, to: number, room = "lobby"): Draft[] {
  return Array.from({ length: to - from + 1 }, (_, index) => draft(from + index, room));
}

function append(history: History, lines: readonly Draft[]): Promise<AppendResult> {
  return new Promise((resolve) => history.append(lines, resolve));
}

async function place(history: History, lines: readonly Draft[]): Promise<readonly Placement[]> {
  const result = await append(history, lines);
  if (result.type === "failed") throw new Error(result.message);
  return result.placements;
}

function read(history: History, query: Partial<HistoryQuery> = {}): Promise<ReadResult> {
  return new Promise((resolve) => {
    history.read({ room: "lobby", limit: 200, ...query }, resolve);
  });
}

async function readPage(history: History, query: Partial<HistoryQuery> = {}): Promise<Page> {
  const result = await read(history, query);
  if (result.type === "failed") throw new Error(result.message);
  return result;
}

/** Changes the database behind the history's back. */
async function tamper(
  directory: string,
  change: (db: Level<string, Uint8Array>) => Promise<void>,
): Promise<void> {
  const db = new Level<string, Uint8Array>(join(directory, "log"), { valueEncoding: "view" });
  await db.open();
  await change(db);
  await db.close();
}

function entryKey(sequence: number): string {
  return `!entries!lobby!${sequence.toString(16).padStart(16, "0")}`;
}

describe("a history", () => {
  test("gives back after a restart what it stored before", async () => {
    await using directory = await temporaryDirectory();
    const first = await open(directory.path);
    await place(first, [...drafts(1, 3), draft(4, "küche")]);
    await first.close();
    await using second = await open(directory.path);
    expect(second.lastSequences).toEqual(
      new Map([
        ["küche", 1],
        ["lobby", 3],
      ]),
    );
    expect(second.damagedRooms).toEqual([]);
    const { entries } = await readPage(second);
    expect(entries.map(({ sequence, text }) => `${sequence} ${text}`)).toEqual([
      "1 line 1",
      "2 line 2",
      "3 line 3",
    ]);
    expect(await place(second, [draft(5)])).toMatchObject([{ sequence: 4 }]);
  });

  test("has a name of its own, and keeps it", async () => {
    await using directory = await temporaryDirectory();
    await using other = await temporaryDirectory();
    const first = await open(directory.path);
    await first.close();
    const second = await open(directory.path);
    await using stranger = await open(other.path);
    expect(second.id).toBe(first.id);
    expect(stranger.id).not.toBe(first.id);
    await second.close();
    // A history of a version that gave no names gets one.
    await tamper(directory.path, (db) => db.del("id"));
    const third = await open(directory.path);
    await third.close();
    expect(third.id).not.toBe(first.id);
    await using fourth = await open(directory.path);
    expect(fourth.id).toBe(third.id);
  });

  test("recognises an id it stored, in the same batch, a later one and after a restart", async () => {
    await using directory = await temporaryDirectory();
    const first = await open(directory.path);
    const [one, again] = await place(first, [draft(1), draft(1)]);
    expect(one).toMatchObject({ sequence: 1, isDuplicate: false });
    expect(again).toEqual({ ...one, isDuplicate: true });
    expect(await place(first, [draft(1)])).toEqual([again]);
    await first.close();
    clock.advance(5_000);
    await using second = await open(directory.path);
    expect(await place(second, [draft(2), draft(1)])).toMatchObject([{ sequence: 2 }, again]);
    expect(await place(second, [draft(1, "other")])).toMatchObject([{ sequence: 1 }]);
    expect((await readPage(second)).entries).toHaveLength(2);
  });

  test("keeps the time of a room from running backwards when the clock does a little", async () => {
    await using directory = await temporaryDirectory();
    const first = await open(directory.path);
    const [before] = await place(first, [draft(1)]);
    await first.close();
    clock.jumpWall(-60_000);
    await using second = await open(directory.path);
    const [after] = await place(second, [draft(2)]);
    expect(after!.sentAt).toBe(before!.sentAt);
    clock.jumpWall(60_000);
  });

  test("reads pages in both directions", async () => {
    await using directory = await temporaryDirectory();
    await using history = await open(directory.path);
    await place(history, drafts(1, 300));
    const last = await readPage(history, { limit: 50 });
    expect(last.entries.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 50 }, (_, index) => 251 + index),
    );
    expect(last.hasMore).toBe(true);
    const first = await readPage(history, { before: 51 });
    expect([first.entries.length, first.hasMore]).toEqual([50, false]);
    const next = await readPage(history, { after: 100 });
    expect([next.entries[0]!.sequence, next.entries.length, next.hasMore]).toEqual([
      101,
      200,
      false,
    ]);
    expect((await readPage(history, { room: "nowhere" })).entries).toEqual([]);
  });

  test("keeps a line of 16 MiB and stops the page there", async () => {
    await using directory = await temporaryDirectory();
    await using history = await open(directory.path);
    const text = "l".repeat(16 * 2 ** 20);
    await place(history, [draft(1, "lobby", text), draft(2)]);
    const page = await readPage(history, { after: 0 });
    expect(page.entries).toHaveLength(1);
    expect(page.entries[0]!.text === text).toBe(true);
    expect(page.hasMore).toBe(true);
  });

  test.skipIf(process.platform === "win32")("is readable by its owner only", async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "new", "history");
    await using _history = await open(path);
    expect((await stat(path)).mode & 0o077).toBe(0);
  });
});

describe("a damaged history", () => {
  test("tells which lines are gone or changed", async () => {
    await using directory = await temporaryDirectory();
    const first = await open(directory.path);
    await place(first, drafts(1, 10));
    await first.close();
    await tamper(directory.path, async (db) => {
      const record = Uint8Array.from(await db.get(entryKey(3)));
      record[record.length - 1]! ^= 1;
      await db.put(entryKey(3), record);
      await db.del(entryKey(4));
      await db.put(entryKey(8), await db.get(entryKey(9)));
      await db.put(entryKey(9), new Uint8Array(3));
    });
    await using second = await open(directory.path);
    expect(second.damagedRooms).toEqual(["lobby"]);
    const page = await readPage(second);
    expect(page.damaged).toEqual([
      { from: 3, to: 4 },
      { from: 8, to: 9 },
    ]);
    expect(page.entries.map(({ sequence }) => sequence)).toEqual([1, 2, 5, 6, 7, 10]);
    expect(await place(second, [draft(11)])).toMatchObject([{ sequence: 11 }]);
  });

  test("never gives a sequence away twice when only the room's end is behind", async () => {
    await using directory = await temporaryDirectory();
    const first = await open(directory.path);
    await place(first, drafts(1, 5));
    await first.close();
    await tamper(directory.path, (db) =>
      db.put("!rooms!lobby", encodeCbor({ sequence: 2, sentAt: 1 })),
    );
    await using second = await open(directory.path);
    expect(await place(second, [draft(6)])).toMatchObject([{ sequence: 6 }]);
  });

  test("shows a table that cannot be read as lost lines", async () => {
    await using directory = await temporaryDirectory();
    const first = await open(directory.path);
    for (let batch = 0; batch < 20; batch += 1) {
      const text = `${batch} `.repeat(500);
      await place(
        first,
        drafts(100 * batch + 1, 100 * batch + 100).map((line) => ({ ...line, text })),
      );
    }
    await first.close();
    // Opening moves everything from the log file to tables.
    await (await open(directory.path)).close();
    const files = await readdir(join(directory.path, "log"));
    const table = join(directory.path, "log", files.find((name) => name.endsWith(".ldb"))!);
    const bytes = await readFile(table);
    bytes[Math.floor(bytes.length / 2)]! ^= 0xff;
    await writeFile(table, bytes);
    await using second = await open(directory.path);
    const seen: number[] = [];
    let lostCount = 0;
    for (let after = 0, hasMore = true; hasMore; ) {
      const page = await readPage(second, { after });
      seen.push(...page.entries.map(({ sequence }) => sequence));
      for (const { from, to } of page.damaged) lostCount += to - from + 1;
      after += page.entries.length;
      for (const { from, to } of page.damaged) after += to - from + 1;
      hasMore = page.hasMore;
    }
    expect(lostCount).toBeGreaterThan(0);
    expect(lostCount).toBeLessThan(1_000);
    expect(seen.length + lostCount).toBe(2_000);
  });

  test.each(["CURRENT", "everything"])("is not made anew when %s is gone", async (what) => {
    await using directory = await temporaryDirectory();
    const first = await open(directory.path);
    await place(first, drafts(1, 5));
    await first.close();
    const log = join(directory.path, "log");
    await rm(what === "everything" ? log : join(log, what), { recursive: true });
    await expect(open(directory.path)).rejects.toMatchObject({
      code: "history-damaged",
      message: expect.stringContaining(directory.path),
    });
    await expect(open(directory.path)).rejects.toMatchObject({ code: "history-damaged" });
  });

  test("is refused when its format record is gone", async () => {
    await using directory = await temporaryDirectory();
    await (await open(directory.path)).close();
    await tamper(directory.path, (db) => db.del("format"));
    await expect(open(directory.path)).rejects.toMatchObject({ code: "history-damaged" });
  });
});

describe("a directory", () => {
  test("is used by one history at a time", async () => {
    await using directory = await temporaryDirectory();
    const first = await open(directory.path);
    await expect(open(directory.path)).rejects.toMatchObject({ code: "data-directory-in-use" });
    await first.close();
    await using second = await open(directory.path);
    expect(second.lastSequences.size).toBe(0);
  });

  test("of a later version is left alone", async () => {
    await using directory = await temporaryDirectory();
    await (await open(directory.path)).close();
    await tamper(directory.path, (db) => db.put("format", encodeCbor(2)));
    await expect(open(directory.path)).rejects.toMatchObject({
      code: "data-directory-unusable",
      message: expect.stringContaining("format 2"),
    });
  });

  test("that is a file is refused with its name", async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "file");
    await writeFile(path, "");
    await expect(open(path)).rejects.toMatchObject({
      code: "data-directory-unusable",
      message: expect.stringContaining(path),
    });
  });

  test("in which the first start was interrupted is used", async () => {
    await using directory = await temporaryDirectory();
    await (await open(directory.path)).close();
    await rm(join(directory.path, "created"));
    await using history = await open(directory.path);
    expect(await place(history, [draft(1)])).toMatchObject([{ sequence: 1 }]);
  });
});

// Windows does not let a directory be renamed while files in it are open.
describe.skipIf(process.platform === "win32")("a disk that fails for a while", () => {
  const megabyte = "m".repeat(2 ** 20);

  /** Takes the directory away, and writes until LevelDB needs a new file there. */
  async function fail(history: History, path: string): Promise<number> {
    await rename(path, `${path}-away`);
    for (let number = 1; number < 50; number += 1) {
      const result = await append(history, [draft(number, "lobby", megabyte)]);
      if (result.type === "failed") return number - 1;
    }
    throw new Error("nothing failed");
  }

  test("is told, can be read, and is written again later without a loss", async () => {
    await using directory = await temporaryDirectory();
    const log = join(directory.path, "log");
    await using history = await open(directory.path);
    const storedCount = await fail(history, log);
    expect(storedCount).toBeGreaterThan(0);
    expect(await append(history, [draft(1_000)])).toMatchObject({
      type: "failed",
      code: "history-unavailable",
    });
    expect((await readPage(history, { after: 0 })).entries[0]!.sequence).toBe(1);
    await rename(`${log}-away`, log);
    clock.advance(1_000);
    await expect.poll(async () => (await append(history, [draft(1_000)])).type).toBe("appended");
    const { entries } = await readPage(history, { after: storedCount - 1, limit: 1 });
    expect(entries).toMatchObject([{ sequence: storedCount }]);
    const last = (await readPage(history, { limit: 1 })).entries[0]!;
    expect(last.text).toBe("line 1000");
    expect(await place(history, [draft(1_000)])).toMatchObject([
      { sequence: last.sequence, isDuplicate: true },
    ]);
  });

  test("goes on being read, and is not opened again, before a file can be written", async () => {
    await using directory = await temporaryDirectory();
    const log = join(directory.path, "log");
    const told: string[] = [];
    await using history = await open(directory.path, (message) => {
      told.push(message);
    });
    await fail(history, log);
    await rename(`${log}-away`, log);
    // Where a directory is no file can be written, as on a full disk.
    const probe = join(directory.path, "probe");
    await mkdir(probe);
    const files = await readdir(log);
    for (const waitMs of [1_000, 2_000, 5_000]) {
      await expect.poll(() => clock.nextAt()).toBe(clock.now() + waitMs);
      clock.advance(waitMs);
      expect((await readPage(history, { limit: 1 })).entries).toHaveLength(1);
    }
    await expect.poll(() => clock.nextAt()).toBe(clock.now() + 5_000);
    expect(await readdir(log)).toEqual(files);
    expect(told).toEqual([expect.stringContaining("history cannot be written: ")]);
    await rm(probe, { recursive: true });
    clock.advance(5_000);
    await expect.poll(async () => (await append(history, [draft(1_000)])).type).toBe("appended");
    await place(history, [draft(1_001)]);
    expect(told.slice(1)).toEqual(["history can be written again"]);
    expect(await readdir(directory.path)).not.toContain("probe");
  });

  test("is tried again after 1, 2 and 5 seconds", async () => {
    await using directory = await temporaryDirectory();
    const log = join(directory.path, "log");
    await using history = await open(directory.path);
    await fail(history, log);
    for (const waitMs of [1_000, 2_000, 5_000, 5_000]) {
      await expect.poll(() => clock.nextAt()).toBe(clock.now() + waitMs);
      clock.advance(waitMs - 1);
      expect(clock.nextAt()).toBe(clock.now() + 1);
      clock.advance(1);
      await expect.poll(async () => (await read(history)).type).toBe("failed");
    }
    await expect.poll(() => clock.nextAt()).toBe(clock.now() + 5_000);
    // LevelDB makes the directory even when it must not make a database in it.
    await rm(log, { recursive: true, force: true });
    await rename(`${log}-away`, log);
    clock.advance(5_000);
    await expect.poll(async () => (await read(history)).type).toBe("page");
  });
});
