import { cp, readdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { systemRandom } from "../../src/base/random.ts";
import { checkStore } from "../../src/room/store-backup.ts";
import type { StoreReport } from "../../src/room/store-check.ts";
import { storePaths } from "../../src/room/store-directory.ts";
import { repairStore } from "../../src/room/store-repair.ts";
import { temporaryDirectory } from "../support/directory.ts";
import { SeededRandom } from "../support/random.ts";
import {
  idOf,
  message,
  openStore,
  succeeded,
  type TestStore,
  tamper,
  textOf,
} from "../support/store.ts";

const lineCount = 1_500;
const filler = "words to fill a table with ".repeat(20);

/** The first part of the lines lies in tables, the last part in LevelDB's log, as in life. */
async function makeStore(directory: string): Promise<void> {
  let store = await openStore(directory);
  for (let from = 1; from <= lineCount; from += 50) {
    // Opening moves everything from the log to a table.
    if (from % 500 === 1) {
      await store.close();
      store = await openStore(directory);
    }
    const numbers = Array.from({ length: 50 }, (_, index) => from + index);
    succeeded(
      await store.commit(
        numbers.map((number) => message(number, `${filler}${number}`)),
        () => [{ table: "accounts", key: `account ${from}`, value: Uint8Array.of(1, 2, 3) }],
      ),
    );
  }
  await store.close();
}

interface Seen {
  readonly lines: readonly number[];
  readonly lost: readonly number[];
}

/** Reads a whole room page by page; every line must say what was written. */
async function readAll(store: TestStore): Promise<Seen> {
  const lines: number[] = [];
  const lost: number[] = [];
  for (let after = 0, hasMore = true; hasMore; ) {
    const page = await store.page({ after });
    for (const entry of page.entries) {
      expect(textOf(entry)).toBe(`${filler}${entry.sequence}`);
      expect(entry.id).toBe(idOf(entry.sequence));
    }
    lines.push(...page.entries.map(({ sequence }) => sequence));
    for (const { from, to } of page.damaged) {
      for (let sequence = from; sequence <= to; sequence += 1) lost.push(sequence);
    }
    after = Math.max(after, lines.at(-1) ?? 0, lost.at(-1) ?? 0);
    hasMore = page.hasNewer;
  }
  return { lines, lost };
}

function problems(report: StoreReport): number {
  const lost = [...report.lost.values()].flat();
  return report.damagedCount + lost.reduce((sum, { from, to }) => sum + to - from + 1, 0);
}

type Change = (path: string, seed: number) => Promise<void>;

const changes: Readonly<Record<string, Change>> = {
  "with a flipped bit": async (path, seed) => {
    const bytes = await readFile(path);
    const at = new SeededRandom(seed).between(Math.floor(bytes.length / 10), bytes.length - 1);
    bytes[at]! ^= 0x10;
    await writeFile(path, bytes);
  },
  "cut in half": async (path) => {
    const { length } = await readFile(path);
    await truncate(path, Math.floor(length / 2));
  },
  deleted: (path) => rm(path),
  "full of zeros": async (path) => {
    const { length } = await readFile(path);
    await writeFile(path, new Uint8Array(length));
  },
};

const kinds: Readonly<Record<string, RegExp>> = {
  "the log": /\.log$/,
  "a table": /\.ldb$/,
  "the manifest": /^MANIFEST/,
  CURRENT: /^CURRENT$/,
};

describe("a store", () => {
  let sound: Awaited<ReturnType<typeof temporaryDirectory>>;

  beforeAll(async () => {
    sound = await temporaryDirectory();
    await makeStore(sound.path);
    return () => sound[Symbol.asyncDispose]();
  });

  const cases = Object.keys(kinds).flatMap((kind) =>
    Object.keys(changes).map((change) => [kind, change] as const),
  );

  test.each(cases)(
    "of which %s is %s never hides it, and never shows a wrong line",
    async (kind, change) => {
      await using directory = await temporaryDirectory();
      const path = join(directory.path, "history");
      await cp(sound.path, path, { recursive: true });
      const database = storePaths(path).database;
      const names = (await readdir(database)).filter((name) => kinds[kind]!.test(name));
      expect(names).not.toEqual([]);
      // The largest, which has lines; the newest one LevelDB makes for itself is empty.
      const sizes = await Promise.all(
        names.map(async (name) => ({ name, size: (await readFile(join(database, name))).length })),
      );
      const name = sizes.sort((a, b) => b.size - a.size)[0]!.name;
      await changes[change]!(join(database, name), 7);
      const store = await openStore(path).catch((error: unknown) => error);
      if (store instanceof Error) {
        expect(store).toMatchObject({
          code: "history-damaged",
          message: expect.stringContaining(path),
        });
        await repairStore(path, systemRandom);
        await using repaired = await openStore(path);
        const { lines, lost } = await readAll(repaired);
        const last = repaired.store.ends.get("lobby")?.sequence ?? 0;
        expect(lines.length + lost.length).toBe(last);
        return;
      }
      await using opened = store as TestStore & AsyncDisposable;
      const { lines, lost } = await readAll(opened);
      expect(lines.length + lost.length).toBe(lineCount);
      expect(
        opened.store.records.accounts.size + opened.store.damage.length,
      ).toBeGreaterThanOrEqual(lineCount / 50);
      await opened.close();
      // What the pages do not show is found by reading everything.
      if (lost.length === 0) return;
      const report = await checkStore(path).catch((error: unknown) => error);
      if (report instanceof Error) expect(report).toMatchObject({ code: "history-damaged" });
      else expect(problems(report as StoreReport)).toBeGreaterThan(0);
    },
  );

  test("of which the newest writes are gone is refused, and can be repaired without them", async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "history");
    await cp(sound.path, path, { recursive: true });
    const before = await openStore(path);
    await before.close();
    await cp(storePaths(path).database, join(directory.path, "old"), { recursive: true });
    const store = await openStore(path);
    const { id } = store.store;
    await store.place([message(lineCount + 1, "new")]);
    await store.close();
    await rm(storePaths(path).database, { recursive: true });
    await rename(join(directory.path, "old"), storePaths(path).database);
    await expect(openStore(path)).rejects.toMatchObject({
      code: "history-damaged",
      message: expect.stringContaining("the newest 1 of its writes are gone"),
    });
    expect(await repairStore(path, systemRandom)).toMatchObject({ hasNewest: false });
    await using repaired = await openStore(path);
    expect(repaired.store.id).not.toBe(id);
    expect((await readAll(repaired)).lines).toHaveLength(lineCount);
    expect(repaired.store.records.accounts.size).toBe(lineCount / 50);
    expect(await repaired.found("1500")).toEqual(["lobby 1500"]);
    expect(await readdir(path)).toContain("store.damaged-1");
  });

  test("of which a write in the middle is gone is refused", async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "history");
    await cp(sound.path, path, { recursive: true });
    await tamper(path, async (database) => {
      const keys = await database.keys({ gte: "commits!", lte: "commits!~" });
      await database.write([{ type: "del", key: keys[5]! }]);
    });
    await expect(openStore(path)).rejects.toMatchObject({
      message: expect.stringContaining("1 of its newest writes are missing"),
    });
  });

  test.each(["store", "everything but the marker"])(
    "is not made anew when %s is gone",
    async (what) => {
      await using directory = await temporaryDirectory();
      const path = join(directory.path, "history");
      await cp(sound.path, path, { recursive: true });
      for (const name of await readdir(path)) {
        const isGone = what === "store" ? name === "store" : name !== "created";
        if (isGone) await rm(join(path, name), { recursive: true });
      }
      for (let time = 0; time < 2; time += 1) {
        await expect(openStore(path)).rejects.toMatchObject({ code: "history-damaged" });
      }
    },
  );

  test.each(["format", "id"])("is refused when its %s is gone", async (key) => {
    await using directory = await temporaryDirectory();
    await (await openStore(directory.path)).close();
    await tamper(directory.path, (database) => database.write([{ type: "del", key }]));
    await expect(openStore(directory.path)).rejects.toMatchObject({ code: "history-damaged" });
  });

  test("says that the number of its newest write is gone", async () => {
    await using directory = await temporaryDirectory();
    const first = await openStore(directory.path);
    await first.place([message(1)]);
    await first.close();
    await rm(storePaths(directory.path).mark);
    await using second = await openStore(directory.path);
    expect(second.store.damage).toEqual([expect.stringContaining("number of its newest write")]);
  });
});

describe("records that are damaged", () => {
  test("are lost lines, told at opening and in every page, and their numbers are not used again", async () => {
    await using directory = await temporaryDirectory();
    const first = await openStore(directory.path);
    await first.place(Array.from({ length: 10 }, (_, index) => message(index + 1)));
    await first.close();
    const key = (sequence: number) => `entries!lobby!${sequence.toString(16).padStart(14, "0")}`;
    await tamper(directory.path, async (database) => {
      const flipped = Uint8Array.from((await database.read(key(3)))!);
      flipped[flipped.length - 1]! ^= 1;
      await database.write([
        { type: "put", key: key(3), value: flipped },
        { type: "del", key: key(4) },
        { type: "put", key: key(8), value: (await database.read(key(9)))! },
        { type: "put", key: key(9), value: new Uint8Array(3) },
        { type: "put", key: "records!accounts!anna", value: new Uint8Array(9) },
        { type: "put", key: "logs!lobby", value: new Uint8Array(9) },
      ]);
    });
    const report = await checkStore(directory.path);
    expect(report).toMatchObject({ isSound: false, entryCount: 6, damagedCount: 5 });
    expect(report.damagedKeys).toContain(key(3));
    await using second = await openStore(directory.path);
    expect(second.store.damagedRooms).toEqual(["lobby"]);
    expect(second.store.damage).toEqual([
      "the record logs!lobby is missing or damaged",
      "the record records!accounts!anna is damaged",
    ]);
    const page = await second.page();
    expect(page.damaged).toEqual([
      { from: 3, to: 4 },
      { from: 8, to: 9 },
    ]);
    expect(page.entries.map(({ sequence }) => sequence)).toEqual([1, 2, 5, 6, 7, 10]);
    expect(await second.place([message(11)])).toMatchObject([{ sequence: 11, ordinal: 11 }]);
  });
});

describe("opening a store", () => {
  test("destroys nothing that could be saved when it is damaged", async () => {
    await using directory = await temporaryDirectory();
    await makeStore(directory.path);
    const { database } = storePaths(directory.path);
    const manifest = (await readdir(database)).find((name) => name.startsWith("MANIFEST"))!;
    const bytes = await readFile(join(database, manifest));
    await truncate(join(database, manifest), Math.floor(bytes.length / 2));
    // LevelDB opens it with most of the lines gone, and deletes their tables.
    await expect(openStore(directory.path)).rejects.toMatchObject({ code: "history-damaged" });
    const report = await repairStore(directory.path, systemRandom);
    expect(report).toMatchObject({ hasNewest: true, droppedCount: 0 });
    await using repaired = await openStore(directory.path);
    expect((await readAll(repaired)).lines).toHaveLength(lineCount);
  });

  test("keeps nothing when it is sound", async () => {
    await using directory = await temporaryDirectory();
    await (await openStore(directory.path)).close();
    await (await openStore(directory.path)).close();
    expect((await readdir(directory.path)).sort()).toEqual(["created", "mark", "store"]);
  });
});
