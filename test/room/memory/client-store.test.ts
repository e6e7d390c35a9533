import { readdir, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { EarshotError } from "../../../src/base/errors.ts";
import {
  type DatabaseChange,
  type OpenDatabase,
  openLevelDatabase,
} from "../../../src/room/database.ts";
import { entryText } from "../../../src/room/entry.ts";
import { encodeEntry } from "../../../src/room/entry-record.ts";
import { tokenBytes } from "../../../src/room/limits.ts";
import type { LogEntry } from "../../../src/room/log-entry.ts";
import { ClientStore } from "../../../src/room/memory/client-store.ts";
import {
  type CacheLimits,
  cacheLimits,
  rememberedRoomsMax,
  rememberedServersMax,
} from "../../../src/room/memory/memory-limits.ts";
import type { MemoryChange, ServerMemory } from "../../../src/room/memory/memory-port.ts";
import { roomKey } from "../../../src/room/memory/memory-record.ts";
import { entryKey, formatKey } from "../../../src/room/store-keys.ts";
import { plainState, textBody } from "../../support/client-events.ts";
import { temporaryDirectory } from "../../support/directory.ts";
import { messageEntry, personOf } from "../../support/log-entries.ts";
import { logId } from "../../support/server-desk.ts";

const server = "s".repeat(43);
const kitchen: ServerMemory = {
  ...{ name: "kitchen", nick: "anna", visitedAt: 5 },
  own: { person: personOf("anna"), isGuest: true },
  token: Uint8Array.from({ length: tokenBytes }, (_, index) => index),
};

const entered: MemoryChange = {
  type: "room",
  room: "lobby",
  memory: { log: logId, state: plainState },
  firstSequence: 1,
};

function post(number: number, text = `line ${number}`): MemoryChange {
  const id = String(number).padStart(21, "0");
  return { type: "post", number, post: { id, room: "lobby", body: textBody(text), at: number } };
}

function said(entry: LogEntry): MemoryChange {
  return { type: "said", room: "lobby", entry };
}

function lines(from: number, to: number): LogEntry[] {
  return Array.from({ length: to - from + 1 }, (_, index) => messageEntry(from + index));
}

function page(from: number, to: number): MemoryChange {
  return { type: "page", room: "lobby", entries: lines(from, to) };
}

describe("what a client keeps", () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let store: ClientStore | undefined;

  async function open(
    openDatabase?: OpenDatabase,
    limits: Partial<CacheLimits> = {},
  ): Promise<ClientStore> {
    directory ??= await temporaryDirectory();
    await store?.close();
    store = undefined;
    store = await ClientStore.open({
      directory: directory.path,
      ...(openDatabase && { openDatabase }),
      limits: { ...cacheLimits, ...limits },
    });
    return store;
  }

  async function close(): Promise<void> {
    await store?.close();
    store = undefined;
  }

  function write(changes: readonly MemoryChange[], to = server): Promise<string | undefined> {
    return new Promise((resolve) => store!.port(to).write(changes, resolve));
  }

  async function texts(before?: number): Promise<readonly string[] | undefined> {
    const range = { limit: 200, ...(before !== undefined && { before }) };
    const found = await store!.read(server, { room: "lobby", range });
    return found?.entries.map((entry) => entryText(entry));
  }

  async function sequences(): Promise<readonly number[]> {
    const found = await store!.read(server, { room: "lobby", range: { limit: 200 } });
    return found?.entries.map(({ sequence }) => sequence) ?? [];
  }

  afterEach(async () => {
    await close();
    await directory[Symbol.asyncDispose]();
    directory = undefined as never;
  });

  test("is there again at the next start: lines, entries, drafts, rooms and servers", async () => {
    await open();
    expect(await store!.recall(server)).toEqual({
      ...{ server: undefined, rooms: [], drafts: new Map(), posts: [] },
    });
    expect(
      await write([
        { type: "server", server: { ...kitchen, shownRoom: "lobby" } },
        ...[entered, page(1, 3), said(messageEntry(4)), post(1), post(2), post(3)],
        { type: "settled", number: 2 },
        { type: "draft", room: "lobby", text: "half a line" },
      ]),
    ).toBeUndefined();
    await open();
    const found = await store!.recall(server);
    expect(found.server).toEqual({ ...kitchen, shownRoom: "lobby" });
    expect(found.posts.map(({ number, post }) => [number, post.body])).toEqual([
      [1, textBody("line 1")],
      [3, textBody("line 3")],
    ]);
    expect(found.drafts).toEqual(new Map([["lobby", "half a line"]]));
    expect(found.rooms).toMatchObject([
      { room: "lobby", log: logId, state: plainState, entries: lines(1, 4), hasMore: false },
    ]);
    expect(store!.servers).toEqual([{ id: server, ...kitchen, shownRoom: "lobby" }]);
    expect(store!.damage).toEqual([]);
  });

  test("is for this user only", async () => {
    await open();
    await write([post(1)]);
    for (const name of await readdir(directory.path)) {
      const { mode } = await stat(join(directory.path, name));
      if (process.platform !== "win32") expect([name, mode & 0o077]).toEqual([name, 0]);
    }
  });

  test("takes what touches the entries that are kept, and nothing behind a gap", async () => {
    await open();
    await write([entered, page(10, 12)]);
    await write([page(5, 8)]);
    expect(await sequences()).toEqual([10, 11, 12]);
    await write([page(7, 9), page(11, 14)]);
    expect(await sequences()).toEqual([7, 8, 9, 10, 11, 12, 13, 14]);
    await write([said(messageEntry(15)), said(messageEntry(12))]);
    expect(await sequences()).toHaveLength(9);
    await write([said(messageEntry(20))]);
    expect(await sequences()).toEqual([20]);
  });

  test("gives older pages as far as they are kept", async () => {
    await open();
    await write([entered, page(10, 12)]);
    expect(await texts(12)).toEqual(["line 10", "line 11"]);
    expect(await texts(13)).toHaveLength(3);
    expect(await texts(14)).toBeUndefined();
    expect(await texts(10)).toBeUndefined();
    expect(await store!.read(server, { room: "elsewhere", range: {} })).toBeUndefined();
  });

  test("is changed by edits, reactions and deletions that come later", async () => {
    await open();
    const { author } = messageEntry(1);
    const later = (sequence: number, body: LogEntry["body"]) =>
      said(messageEntry(sequence, "", "ben", { author, body }));
    await write([entered, page(1, 3)]);
    await write([later(4, { type: "edit", target: 1, text: "better" })]);
    await write([later(5, { type: "react", target: 2, emoji: "👍", isOn: true })]);
    const [first, second] = (await store!.recall(server)).rooms[0]!.entries;
    expect(first).toMatchObject({ body: { text: "better" }, edited: { sequences: [4] } });
    expect(second?.reactions).toEqual([{ emoji: "👍", persons: [author.person] }]);
    await write([later(6, { type: "delete", target: 1 })]);
    const { entries } = (await store!.recall(server)).rooms[0]!;
    expect(entries.map(({ body }) => body.type)).toEqual([
      ...["deleted", "message", "message", "deleted", "react", "delete"],
    ]);
  });

  test("follows the server: another history, expired entries, a room that is not ours any more", async () => {
    await open();
    await write([entered, page(1, 9)]);
    await write([{ ...entered, firstSequence: 4 }]);
    expect(await sequences()).toEqual([4, 5, 6, 7, 8, 9]);
    await write([{ ...entered, memory: { log: "o".repeat(21), state: plainState } }]);
    expect(await sequences()).toEqual([]);
    await write([page(1, 2), { type: "gone", room: "lobby" }]);
    expect((await store!.recall(server)).rooms).toEqual([]);
  });

  test("forgets a server but for the lines that wait", async () => {
    await open();
    await write([{ type: "server", server: kitchen }, entered, page(1, 2), post(1)]);
    await write([{ type: "draft", room: "lobby", text: "half" }, { type: "forgotten" }]);
    await open();
    const found = await store!.recall(server);
    expect(found).toMatchObject({ server: undefined, rooms: [], posts: [{ number: 1 }] });
    expect(found.drafts.size).toBe(0);
    expect(store!.servers).toEqual([]);
  });

  test("of many lines is one write, which has the record of their room once and lets others work", async () => {
    const writes: (readonly DatabaseChange[])[] = [];
    await open(async (path, options) => {
      const database = await openLevelDatabase(path, options);
      const write = database.write.bind(database);
      return Object.assign(database, {
        write: (changes: readonly DatabaseChange[]) => {
          writes.push(changes);
          return write(changes);
        },
      });
    });
    await write([{ type: "server", server: kitchen }, entered]);
    writes.length = 0;
    let turns = 0;
    const count = () => {
      if (0 < writes.length) return;
      turns += 1;
      setImmediate(count);
    };
    setImmediate(count);
    const spoken = lines(1, 1_000);
    expect(await write(spoken.map(said))).toBeUndefined();
    // A turn for each 200 of them.
    expect(turns).toBeGreaterThanOrEqual(5);
    const [changes = [], ...more] = writes;
    expect(more).toEqual([]);
    const keys = changes.map(({ key }) => key);
    expect(keys.filter((key) => key === roomKey(server, "lobby"))).toHaveLength(1);
    expect(new Set(keys).size).toBe(keys.length);
    await open();
    expect((await sequences()).at(-1)).toBe(1_000);
    expect(await sequences()).toHaveLength(200);
  });

  test("is searched as the server would", async () => {
    await open();
    await write([
      { type: "server", server: kitchen },
      ...[entered, { ...entered, room: "dev" } as const],
      said(messageEntry(1, "The soup is hot", "ben", { sentAt: 10 })),
      said(messageEntry(2, "soupçon of salt", "anna", { sentAt: 20 })),
      said(messageEntry(3, "see https://example.org", "ben", { sentAt: 30 })),
      { type: "said", room: "dev", entry: messageEntry(1, "SOUP again", "ben", { sentAt: 40 }) },
    ]);
    const found = async (change: object) => {
      const search = { type: "search", words: [], limit: 10, ...change } as const;
      const hits = await store!.search(server, search);
      return hits.map(({ room, entry }) => `${room} ${entry.sequence}`);
    };
    expect(await found({ words: ["soup"] })).toEqual(["dev 1", "lobby 2", "lobby 1"]);
    expect(await found({ words: ["soup", "hot"] })).toEqual(["lobby 1"]);
    expect(await found({ words: ["soup"], room: "dev" })).toEqual(["dev 1"]);
    expect(await found({ words: ["soup"], from: "ANNA" })).toEqual(["lobby 2"]);
    expect(await found({ words: ["soup"], limit: 1 })).toEqual(["dev 1"]);
    expect(await found({ has: "link" })).toEqual(["lobby 3"]);
    expect(await found({ words: ["s"] })).toEqual([]);
    expect(await found({ words: ["soup"], before: 20 })).toEqual(["lobby 1"]);
    expect(await found({ words: ["soup"], after: 40 })).toEqual(["dev 1"]);
  });

  test("drops the oldest entries of a room beyond the limit, an eighth at a time", async () => {
    await open(undefined, { roomEntries: 80 });
    await write([entered, page(1, 80)]);
    expect(await sequences()).toHaveLength(80);
    await write([said(messageEntry(81))]);
    expect(await sequences()).toEqual(lines(12, 81).map(({ sequence }) => sequence));
    await open(undefined, { roomEntries: 80 });
    expect(await texts(13)).toEqual(["line 12"]);
    expect(await texts(12)).toBeUndefined();
  });

  test("drops the oldest entries of a room beyond its bytes, also the only one", async () => {
    const bytes = encodeEntry(`${server}!lobby`, messageEntry(1)).length;
    await open(undefined, { roomBytes: 8 * bytes });
    await write([entered, page(1, 8)]);
    expect(await sequences()).toHaveLength(8);
    await write([said(messageEntry(9))]);
    expect(await sequences()).toEqual([3, 4, 5, 6, 7, 8, 9]);
    await write([said(messageEntry(10, "x".repeat(9 * bytes)))]);
    expect(await sequences()).toEqual([]);
  });

  test("drops other servers, then a share of each room, beyond the bytes of all", async () => {
    const bytes = encodeEntry(`${server}!lobby`, messageEntry(1)).length;
    // Later entries take a few bytes more.
    await open(undefined, { bytes: 20 * bytes + 10 });
    const other = "o".repeat(43);
    await write([{ type: "server", server: kitchen }, entered, page(1, 12)], other);
    await write([{ type: "server", server: kitchen }, entered, page(1, 8)]);
    expect((await store!.recall(other)).rooms[0]?.entries).toHaveLength(12);
    await write([said(messageEntry(9))]);
    expect((await store!.recall(other)).rooms).toEqual([]);
    expect(await sequences()).toHaveLength(9);
    const dev = { ...entered, room: "dev" } as const;
    await write([dev, { type: "page", room: "dev", entries: lines(1, 12) }]);
    const { rooms } = await store!.recall(server);
    expect(rooms.map(({ room, entries }) => [room, entries.length])).toEqual([
      ["lobby", 9],
      ["dev", 8],
    ]);
  });

  test(`remembers ${rememberedRoomsMax} rooms of a server, and no more`, async () => {
    await open();
    const rooms = Array.from({ length: rememberedRoomsMax + 1 }, (_, index) => `room-${index}`);
    await write(rooms.map((room) => ({ ...entered, room })));
    expect(store!.roomsOf(server)).toEqual(rooms.slice(0, -1));
  });

  test("drops the server that was visited longest ago beyond the limit", async () => {
    await open();
    for (let visit = 0; visit <= rememberedServersMax; visit += 1) {
      const id = String(visit).padStart(43, "k");
      await write([{ type: "server", server: { ...kitchen, visitedAt: visit } }], id);
    }
    expect(store!.servers).toHaveLength(rememberedServersMax);
    expect(store!.servers.at(-1)?.visitedAt).toBe(1);
  });

  test("belongs to one process at a time, which the next one is told", async () => {
    await open();
    const error = await ClientStore.open({ directory: directory.path }).catch((error) => error);
    expect(error).toBeInstanceOf(EarshotError);
    expect(error.code).toBe("data-directory-in-use");
    expect(await write([post(1)])).toBeUndefined();
  });

  test("is left alone when it was written by a later version", async () => {
    await open();
    await write([post(1)]);
    await close();
    const database = await openLevelDatabase(join(directory.path, "store"), { isNew: false });
    await database.write([{ type: "put", key: formatKey, value: Uint8Array.of(2) }]);
    await database.close();
    const error = await ClientStore.open({ directory: directory.path }).catch((error) => error);
    expect(error).toMatchObject({ code: "data-directory-unusable" });
    expect(error.message).toMatch(/format 2, this program reads up to 1/);
  });

  test("says why nothing is kept any more when the disk fails, and is whole at the next start", async () => {
    let isFailing = false;
    await open(async (path, options) => {
      const database = await openLevelDatabase(path, options);
      const write = database.write.bind(database);
      database.write = (changes) => {
        if (!isFailing) return write(changes);
        const error = Object.assign(new Error("no space left"), { code: "LEVEL_IO_ERROR" });
        return Promise.reject(error);
      };
      return database;
    });
    expect(await write([entered, page(1, 2), post(1)])).toBeUndefined();
    isFailing = true;
    expect(await write([post(2)])).toBe("no space left");
    isFailing = false;
    expect(await write([post(3)])).toBe("no space left");
    expect(await sequences()).toEqual([1, 2]);
    await open();
    expect((await store!.recall(server)).posts.map(({ number }) => number)).toEqual([1]);
    expect(store!.damage).toEqual([]);
  });

  describe("damaged", () => {
    async function logFile(): Promise<string> {
      const names = await readdir(join(directory.path, "store"));
      return join(directory.path, "store", names.find((name) => name.endsWith(".log"))!);
    }

    test("in the newest writes keeps the lines that are left, says so once, and trusts no cache", async () => {
      await open();
      await write([{ type: "server", server: kitchen }, entered, page(1, 2), post(1)]);
      await write([post(2)]);
      await close();
      const file = await logFile();
      await truncate(file, (await stat(file)).size - 10);
      await open();
      expect(store!.damage.join()).toMatch(/lines that waited to be sent may be missing/);
      const { posts, rooms } = await store!.recall(server);
      expect(posts.map(({ number }) => number)).toEqual([1]);
      expect(rooms).toMatchObject([{ room: "lobby", entries: [] }]);
      await write([post(3), page(1, 2)]);
      await open();
      expect(store!.damage).toEqual([]);
      expect(await sequences()).toEqual([1, 2]);
    });

    test("in one entry drops the cache of its room only", async () => {
      await open();
      await write([entered, page(1, 3), { ...entered, room: "other" }, post(1)]);
      await write([{ type: "page", room: "other", entries: lines(1, 3) }]);
      await close();
      const database = await openLevelDatabase(join(directory.path, "store"), { isNew: false });
      const key = entryKey(`${server}!lobby`, 2);
      const value = Uint8Array.from((await database.read(key))!);
      value[10]! ^= 1;
      await database.write([{ type: "put", key, value }]);
      await database.close();
      await open();
      const { rooms, posts } = await store!.recall(server);
      expect(rooms.map(({ room, entries }) => [room, entries.length])).toEqual([
        ["lobby", 0],
        ["other", 3],
      ]);
      expect(posts).toHaveLength(1);
      await write([page(1, 3)]);
      expect(await sequences()).toEqual([1, 2, 3]);
    });

    test("in the record of a room forgets that room", async () => {
      await open();
      await write([entered, page(1, 3), post(1)]);
      await close();
      const database = await openLevelDatabase(join(directory.path, "store"), { isNew: false });
      await database.write([
        { type: "put", key: roomKey(server, "lobby"), value: Uint8Array.of(1, 2, 3, 4, 5) },
      ]);
      await database.close();
      await open();
      const { rooms, posts } = await store!.recall(server);
      expect(rooms).toEqual([]);
      expect(posts).toHaveLength(1);
      await write([entered, page(2, 3)]);
      expect(await sequences()).toEqual([2, 3]);
    });

    test.each(["CURRENT", "MANIFEST"])(
      "without its %s is put aside, and the lines are saved",
      async (gone) => {
        await open();
        await write([entered, page(1, 3), post(1), post(2)]);
        await close();
        const database = join(directory.path, "store");
        const names = await readdir(database);
        for (const name of names.filter((name) => name.startsWith(gone))) {
          await rm(join(database, name));
        }
        await open();
        expect(store!.damage.join()).toMatch(
          /begun anew: 2 lines that waited to be sent were saved/,
        );
        const { posts, rooms } = await store!.recall(server);
        expect(posts.map(({ number }) => number)).toEqual([1, 2]);
        expect(rooms).toEqual([]);
        expect(await readdir(directory.path)).toContain("store.damaged");
        await write([post(3)]);
        await open();
        expect(store!.damage).toEqual([]);
        expect((await store!.recall(server)).posts).toHaveLength(3);
      },
    );

    test("and gone altogether is said", async () => {
      await open();
      await write([post(1)]);
      await close();
      await rm(join(directory.path, "store"), { recursive: true });
      await open();
      expect(store!.damage.join()).toMatch(/begun anew: 0 lines/);
    });

    test("without its mark opens as it is", async () => {
      await open();
      await write([post(1)]);
      await close();
      await rm(join(directory.path, "mark"));
      await open();
      expect((await store!.recall(server)).posts).toHaveLength(1);
    });
  });
});
