import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  type Database,
  type DatabaseChange,
  type OpenDatabase,
  openLevelDatabase,
} from "../../src/room/database.ts";
import { SimulatedClock } from "../support/clock.ts";
import { temporaryDirectory } from "../support/directory.ts";
import { message, openStore, succeeded, type TestStore, textOf } from "../support/store.ts";

class DiskError extends Error {
  readonly code = "LEVEL_IO_ERROR";
}

/** A disk that fails when it is told to, before or after it wrote. */
class FaultyDisk {
  failsBefore = false;
  failsAfter = false;
  openCount = 0;

  readonly open: OpenDatabase = async (path, options) => {
    this.openCount += 1;
    const database = await openLevelDatabase(path, options);
    const write = database.write.bind(database);
    const failing: Partial<Database> = {
      write: async (changes: readonly DatabaseChange[]) => {
        if (this.failsBefore) throw new DiskError("No space left on device");
        await write(changes);
        if (this.failsAfter) throw new DiskError("Input/output error");
      },
    };
    return Object.assign(database, failing);
  };
}

describe("a write that fails", () => {
  test.each(["failsBefore", "failsAfter"] as const)(
    "(%s) is told, never acknowledged, and repeated without doubling",
    async (how) => {
      await using directory = await temporaryDirectory();
      const clock = new SimulatedClock();
      const disk = new FaultyDisk();
      const told: string[] = [];
      await using store = await openStore(directory.path, {
        clock,
        openDatabase: disk.open,
        onTrouble: (text) => told.push(text),
      });
      await store.place([message(1)]);
      disk[how] = true;
      expect(await store.commit([message(2)])).toMatchObject({
        type: "failed",
        code: "history-unavailable",
      });
      expect(await store.commit([message(3)])).toMatchObject({ type: "failed" });
      expect((await store.entries()).map(textOf)).toContain("line 1");
      expect(await store.found("line")).toContain("lobby 1");
      disk[how] = false;
      await expect.poll(() => clock.nextAt()).toBe(clock.now() + 1_000);
      clock.advance(1_000);
      await expect.poll(async () => (await store.commit([message(2)])).type).toBe("committed");
      expect((await store.entries()).map(textOf)).toEqual(["line 1", "line 2"]);
      expect(await store.found("line")).toEqual(["lobby 2", "lobby 1"]);
      expect(await store.place([message(3)])).toMatchObject([{ sequence: 3 }]);
      expect(told).toEqual([
        expect.stringContaining("history cannot be written: "),
        "history can be written again",
      ]);
      expect(disk.openCount).toBe(2);
    },
  );

  test("is tried again after 1, 2 and 5 seconds", async () => {
    await using directory = await temporaryDirectory();
    const clock = new SimulatedClock();
    const disk = new FaultyDisk();
    await using store = await openStore(directory.path, { clock, openDatabase: disk.open });
    disk.failsBefore = true;
    for (const waitMs of [1_000, 2_000, 5_000, 5_000]) {
      expect(await store.commit([message(1)])).toMatchObject({ type: "failed" });
      await expect.poll(() => clock.nextAt()).toBe(clock.now() + waitMs);
      clock.advance(waitMs - 1);
      expect(clock.nextAt()).toBe(clock.now() + 1);
      clock.advance(1);
      // Open again: only a write finds out that the disk still fails.
      await expect.poll(() => clock.nextAt()).toBeUndefined();
      await expect
        .poll(async () => (await store.commit([message(1)])).type === "failed" && clock.nextAt())
        .not.toBeFalsy();
    }
  });
});

// Windows does not let a directory be renamed while files in it are open.
describe.skipIf(process.platform === "win32")("a directory that is away for a while", () => {
  const megabyte = "m".repeat(2 ** 20);

  /** Takes the directory away, and writes until LevelDB needs a new file there. */
  async function fail(store: TestStore, path: string): Promise<number> {
    await rename(path, `${path}-away`);
    for (let number = 1; number < 50; number += 1) {
      const result = await store.commit([message(number, megabyte)]);
      if (result.type === "failed") return number - 1;
    }
    throw new Error("nothing failed");
  }

  test("can be read, and is written again later without a loss", async () => {
    await using directory = await temporaryDirectory();
    const clock = new SimulatedClock();
    const path = join(directory.path, "store");
    await using store = await openStore(directory.path, { clock });
    const storedCount = await fail(store, path);
    expect(storedCount).toBeGreaterThan(0);
    expect(await store.commit([message(1_000)])).toMatchObject({ type: "failed" });
    expect((await store.entries({ after: 0 }))[0]!.sequence).toBe(1);
    await rename(`${path}-away`, path);
    clock.advance(1_000);
    await expect.poll(async () => (await store.commit([message(1_000)])).type).toBe("committed");
    expect(await store.entries({ after: storedCount - 1, limit: 1 })).toMatchObject([
      { sequence: storedCount },
    ]);
    const last = (await store.entries({ limit: 1 }))[0]!;
    expect(textOf(last)).toBe("line 1000");
    expect(await store.place([message(1_000)])).toMatchObject([
      { sequence: last.sequence, isDuplicate: true },
    ]);
  });

  test("is not opened again before a file can be written", async () => {
    await using directory = await temporaryDirectory();
    const clock = new SimulatedClock();
    const path = join(directory.path, "store");
    const told: string[] = [];
    await using store = await openStore(directory.path, {
      clock,
      onTrouble: (text) => told.push(text),
    });
    await fail(store, path);
    await rename(`${path}-away`, path);
    // Where a directory is no file can be written, as on a full disk.
    const probe = join(directory.path, "probe");
    await mkdir(probe);
    const files = await readdir(path);
    for (const waitMs of [1_000, 2_000, 5_000]) {
      await expect.poll(() => clock.nextAt()).toBe(clock.now() + waitMs);
      clock.advance(waitMs);
      expect(await store.entries({ limit: 1 })).toHaveLength(1);
    }
    await expect.poll(() => clock.nextAt()).toBe(clock.now() + 5_000);
    expect(await readdir(path)).toEqual(files);
    expect(told).toEqual([expect.stringContaining("history cannot be written: ")]);
    await rm(probe, { recursive: true });
    clock.advance(5_000);
    await expect.poll(async () => (await store.commit([message(1_000)])).type).toBe("committed");
    expect(told.slice(1)).toEqual(["history can be written again"]);
    expect(await readdir(directory.path)).not.toContain("probe");
  });
});

describe("reads under way", () => {
  test("are answered before the store is closed", async () => {
    await using directory = await temporaryDirectory();
    const store = await openStore(directory.path);
    await store.place([message(1)]);
    const reading = store.read();
    const searching = store.search({ words: ["line"] });
    await store.close();
    expect(succeeded(await reading)).toMatchObject({ entries: [{ sequence: 1 }] });
    expect(succeeded(await searching)).toMatchObject({ hits: [{ room: "lobby" }] });
  });
});
