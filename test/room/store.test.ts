import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { encodeCbor } from "../../src/room/codec.ts";
import { commitsKept } from "../../src/room/store-open.ts";
import { SimulatedClock } from "../support/clock.ts";
import { temporaryDirectory } from "../support/directory.ts";
import {
  anna,
  ben,
  draft,
  idOf,
  message,
  messages,
  openStore,
  placed,
  tamper,
  textOf,
} from "../support/store.ts";

describe("a store", () => {
  test("gives back after a restart what it stored before", async () => {
    await using directory = await temporaryDirectory();
    const first = await openStore(directory.path);
    await first.place([...messages(1, 3), message(4, "soup", "küche")]);
    await first.close();
    await using second = await openStore(directory.path);
    expect(
      [...second.store.ends].map(([room, { sequence, ordinal }]) => [room, sequence, ordinal]),
    ).toEqual([
      ["küche", 1, 1],
      ["lobby", 3, 3],
    ]);
    expect([second.store.damagedRooms, second.store.damage]).toEqual([[], []]);
    expect((await second.entries()).map(textOf)).toEqual(["line 1", "line 2", "line 3"]);
    expect(await second.place([message(5)])).toMatchObject([{ sequence: 4, ordinal: 4 }]);
  });

  test("has a name of its own, and keeps it", async () => {
    await using directory = await temporaryDirectory();
    await using other = await temporaryDirectory();
    const first = await openStore(directory.path);
    await first.close();
    await using second = await openStore(directory.path);
    await using stranger = await openStore(other.path);
    expect(second.store.id).toBe(first.store.id);
    expect(stranger.store.id).not.toBe(first.store.id);
  });

  test("recognises an id in the same batch, a later one and after a restart", async () => {
    await using directory = await temporaryDirectory();
    const clock = new SimulatedClock();
    const first = await openStore(directory.path, { clock });
    const [one, again] = await first.place([message(1), message(1)]);
    expect(one).toMatchObject({ sequence: 1, isDuplicate: false });
    expect(again).toEqual({ ...one, isDuplicate: true });
    expect(await first.place([message(1)])).toEqual([again]);
    await first.close();
    clock.advance(5_000);
    await using second = await openStore(directory.path, { clock });
    expect(await second.place([message(2), message(1)])).toMatchObject([{ sequence: 2 }, again]);
    expect(await second.place([message(1, "x", "other")])).toMatchObject([{ sequence: 1 }]);
    expect(await second.entries()).toHaveLength(2);
  });

  test("counts messages beside sequences", async () => {
    await using directory = await temporaryDirectory();
    await using store = await openStore(directory.path);
    const placements = await store.place([
      message(1),
      draft(2, { type: "topic", text: "tea" }),
      message(3),
    ]);
    expect(placements.map((each) => placed(each).ordinal)).toEqual([1, 1, 2]);
  });

  test("keeps records with what they were stored with, and without what was deleted", async () => {
    await using directory = await temporaryDirectory();
    const first = await openStore(directory.path);
    await first.commit([message(1), message(2)], (placements) => [
      { table: "markers", key: "anna", value: encodeCbor(placed(placements[1]).sequence) },
      { table: "accounts", key: "with!mark", value: Uint8Array.of(1) },
      { table: "accounts", key: "gone", value: Uint8Array.of(2) },
    ]);
    await first.commit([], () => [{ table: "accounts", key: "gone", value: undefined }]);
    await first.close();
    await using second = await openStore(directory.path);
    const { accounts, markers, rooms, server } = second.store.records;
    expect([...accounts.keys()]).toEqual(["with!mark"]);
    expect(Buffer.from(markers.get("anna")!).equals(encodeCbor(2))).toBe(true);
    expect([rooms.size, server.size]).toEqual([0, 0]);
  });

  test("keeps the time of a room from running backwards when the clock does a little", async () => {
    await using directory = await temporaryDirectory();
    const clock = new SimulatedClock();
    const first = await openStore(directory.path, { clock });
    const [before] = await first.place([message(1)]);
    await first.close();
    clock.jumpWall(-60_000);
    await using second = await openStore(directory.path, { clock });
    const [after] = await second.place([message(2)]);
    expect(placed(after).sentAt).toBe(placed(before).sentAt);
    clock.jumpWall(-1);
    expect(placed((await second.place([message(3)]))[0]).sentAt).toBe(placed(before).sentAt - 1);
  });

  test(`remembers its newest ${commitsKept} commits one by one`, async () => {
    await using directory = await temporaryDirectory();
    const store = await openStore(directory.path);
    await store.place([message(1)]);
    await store.close();
    await tamper(directory.path, async (database) => {
      const keys = await database.keys({ gte: "commits!", lte: "commits!~" });
      expect(keys).toHaveLength(1);
    });
    expect(commitsKept).toBe(32_768);
  });

  test.skipIf(process.platform === "win32")("is readable by its owner only", async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "new", "history");
    await using _store = await openStore(path);
    for (const name of ["", "created", "mark", "pid"]) {
      expect((await stat(join(path, name))).mode & 0o077).toBe(0);
    }
  });
});

describe("entries that change others", () => {
  test("are applied to their message and stay entries of the log", async () => {
    await using directory = await temporaryDirectory();
    const first = await openStore(directory.path);
    await first.place([message(1, "helo"), message(2)]);
    await first.place([
      draft(3, { type: "edit", target: 1, text: "hello" }),
      { ...draft(4, { type: "react", target: 1, emoji: "👍", isOn: true }), author: ben },
    ]);
    await first.close();
    await using second = await openStore(directory.path);
    const entries = await second.entries();
    expect(entries.map(textOf)).toEqual(["hello", "line 2", "<edit>", "<react>"]);
    expect(entries[0]).toMatchObject({
      edited: { sequences: [3] },
      reactions: [{ emoji: "👍", persons: [ben.person] }],
    });
  });

  test("leave nothing of a deleted message and its edits", async () => {
    await using directory = await temporaryDirectory();
    const store = await openStore(directory.path);
    await store.place([message(1, "secretone")]);
    await store.place([draft(2, { type: "edit", target: 1, text: "secrettwo" })]);
    await store.place([
      draft(3, { type: "edit", target: 1, text: "secretthree" }),
      draft(4, { type: "delete", target: 1, reason: "oops" }),
    ]);
    expect((await store.entries()).map(textOf)).toEqual([
      "<deleted>",
      "<deleted>",
      "<deleted>",
      "<delete>",
    ]);
    expect(await store.found("secret")).toEqual([]);
    await store.close();
    await tamper(directory.path, async (database) => {
      for await (const chunk of database.walk({ gte: "", lte: "~" })) {
        for (const [key, value] of chunk) {
          expect(key + Buffer.from(value).toString("latin1")).not.toContain("secret");
        }
      }
    });
  });

  test("are refused, and use no sequence, when their target cannot be changed", async () => {
    await using directory = await temporaryDirectory();
    await using store = await openStore(directory.path);
    await store.place([message(1)]);
    const edit = { type: "edit", text: "mine" } as const;
    expect(
      await store.place([
        draft(2, { ...edit, target: 9 }),
        { ...draft(3, { ...edit, target: 1 }), author: ben, isForOwn: true },
        { ...draft(4, { ...edit, target: 1 }), author: anna, isForOwn: true },
        message(5),
      ]),
    ).toMatchObject([
      { type: "refused", reason: "target-missing" },
      { type: "refused", reason: "target-foreign" },
      { sequence: 2 },
      { sequence: 3 },
    ]);
  });
});

describe("a directory", () => {
  test("is used by one store at a time, and says which process has it", async () => {
    await using directory = await temporaryDirectory();
    const first = await openStore(directory.path);
    await expect(openStore(directory.path)).rejects.toMatchObject({
      code: "data-directory-in-use",
      message: expect.stringContaining(`process ${process.pid}`),
    });
    expect(await readFile(join(directory.path, "pid"), "utf8")).toBe(`${process.pid}\n`);
    await first.close();
    await using second = await openStore(directory.path);
    expect(second.store.ends.size).toBe(0);
  });

  test("of which the note about its process is nonsense does not repeat that", async () => {
    await using directory = await temporaryDirectory();
    await using _first = await openStore(directory.path);
    await writeFile(join(directory.path, "pid"), "\u001b[31m1\n");
    await expect(openStore(directory.path)).rejects.toMatchObject({
      message: expect.stringContaining("by another process"),
    });
  });

  test("of a later version is left alone", async () => {
    await using directory = await temporaryDirectory();
    await (await openStore(directory.path)).close();
    await tamper(directory.path, (database) =>
      database.write([{ type: "put", key: "format", value: encodeCbor(3) }]),
    );
    await expect(openStore(directory.path)).rejects.toMatchObject({
      code: "data-directory-unusable",
      message: expect.stringContaining("format 3, this program reads up to 2"),
    });
  });

  test("that is a file is refused with its name", async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "file");
    await writeFile(path, "");
    await expect(openStore(path)).rejects.toMatchObject({
      code: "data-directory-unusable",
      message: expect.stringContaining(path),
    });
  });

  test("in which the first start was interrupted is used", async () => {
    await using directory = await temporaryDirectory();
    await (await openStore(directory.path)).close();
    await rm(join(directory.path, "created"));
    await using store = await openStore(directory.path);
    expect(await store.place([message(1)])).toMatchObject([{ sequence: 1 }]);
  });
});

describe("expired entries", () => {
  test("are gone with their ids and words, and are not called damaged", async () => {
    await using directory = await temporaryDirectory();
    const first = await openStore(directory.path);
    await first.place(messages(1, 2_500));
    expect(await first.expire("lobby", { throughSequence: 2_400 })).toBe(2_401);
    expect(await first.page({ after: 0, limit: 2 })).toMatchObject({
      entries: [{ sequence: 2_401 }, { sequence: 2_402 }],
      damaged: [],
      hasOlder: false,
    });
    expect(await first.found("2400")).toEqual([]);
    expect(await first.found("2401")).toEqual(["lobby 2401"]);
    await first.close();
    await using second = await openStore(directory.path);
    expect(second.store.damagedRooms).toEqual([]);
    expect(second.store.ends.get("lobby")).toMatchObject({ firstSequence: 2_401, sequence: 2_500 });
    expect(await second.place([message(2_501)])).toMatchObject([{ sequence: 2_501 }]);
  });

  test("can be all there are, and more than there are", async () => {
    await using directory = await temporaryDirectory();
    await using store = await openStore(directory.path);
    await store.place(messages(1, 3));
    expect(await store.expire("lobby", { throughSequence: 99 })).toBe(4);
    expect(await store.expire("lobby", { throughSequence: 2 })).toBe(4);
    expect(await store.expire("nowhere", { throughSequence: 2 })).toBe(1);
    expect(await store.page()).toMatchObject({ entries: [], hasOlder: false, hasNewer: false });
    expect(await store.place([message(4)])).toMatchObject([{ sequence: 4, ordinal: 4 }]);
    expect(await store.place([{ ...message(1), id: idOf(1) }])).toMatchObject([{ sequence: 5 }]);
  });
});
