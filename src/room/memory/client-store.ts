import { setImmediate as nextTurn } from "node:timers/promises";
import { utf8Bytes } from "../../base/text.ts";
import { encodeCbor } from "../codec.ts";
import { CommitMark } from "../commit-mark.ts";
import {
  type Database,
  type DatabaseChange,
  type OpenDatabase,
  openLevelDatabase,
} from "../database.ts";
import type { LogEntry } from "../log-entry.ts";
import { readPage, walkLog } from "../log-reader.ts";
import {
  makeStoreDirectory,
  openFailure,
  removePid,
  type StorePaths,
  storePaths,
  writePid,
} from "../store-directory.ts";
import { diskMessage } from "../store-failure.ts";
import { commitKey, type KeyRange, partRange } from "../store-keys.ts";
import { commitsKept } from "../store-open.ts";
import type { SearchHit } from "../store-port.ts";
import { MemoryBatch } from "./memory-batch.ts";
import {
  type CacheLimits,
  cacheKeptShare,
  cacheLimits,
  recalledBytesMax,
  recalledEntriesMax,
  rememberedServersMax,
} from "./memory-limits.ts";
import { type OpenedMemory, openMemory } from "./memory-open.ts";
import type {
  MemoryChange,
  MemoryPage,
  MemoryPort,
  MemoryQuery,
  RecalledRoom,
  Recollection,
  ServerMemory,
} from "./memory-port.ts";
import {
  type CachedRoom,
  decodeDraft,
  decodePost,
  decodeRoom,
  decodeServer,
  logOf,
  ownRange,
  placeOfRoomKey,
  roomOfDraftKey,
  serverOfKey,
} from "./memory-record.ts";
import { type CacheSearch, matcherOf } from "./memory-search.ts";

export interface ClientStoreOptions {
  /** Holds the database and what belongs to it; made when it is missing. */
  readonly directory: string;
  /** LevelDB when absent. */
  readonly openDatabase?: OpenDatabase;
  /** `cacheLimits` when absent. */
  readonly limits?: CacheLimits;
}

/** Changes that are made ready in one turn of the event loop, some 3 ms: keys wait no longer than that. */
const changesPerTurn = 200;

/** A server that is remembered. */
export interface RememberedServer extends ServerMemory {
  /** Its key, base64url. */
  readonly id: string;
}

/**
 * What the clients of one user keep on disk, in LevelDB: lines that are not stored yet, a part of each
 * room's log, drafts, rooms and servers. Every write is one synced batch. One process has it at a time.
 */
export class ClientStore {
  /** What was found damaged when it was opened, as phrases for people. */
  readonly damage: readonly string[];
  readonly #paths: StorePaths;
  readonly #database: Database;
  readonly #mark: CommitMark;
  readonly #limits: CacheLimits;
  readonly #servers = new Map<string, ServerMemory>();
  readonly #rooms = new Map<string, ReadonlyMap<string, CachedRoom>>();
  #lastCommit: number;
  /** Why nothing can be written any more: LevelDB refuses it after a first failure. */
  #failure: string | undefined;
  /** What is done last; calls are done one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(
    paths: StorePaths,
    mark: CommitMark,
    opened: OpenedMemory,
    limits: CacheLimits,
  ) {
    this.#paths = paths;
    this.#mark = mark;
    this.#limits = limits;
    this.#database = opened.database;
    this.#lastCommit = opened.lastCommit;
    this.damage = opened.damage;
  }

  /**
   * Opens what is kept, or begins it. What is damaged is begun anew, and told by `damage`.
   *
   * @throws {EarshotError} WHEN another process has it `data-directory-in-use`; anything else
   * `data-directory-unusable`.
   */
  static async open(options: ClientStoreOptions): Promise<ClientStore> {
    const { directory, openDatabase = openLevelDatabase, limits = cacheLimits } = options;
    const paths = storePaths(directory);
    try {
      await makeStoreDirectory(paths);
      const opened = await openMemory(paths, openDatabase, await readMark(paths));
      try {
        const mark = await CommitMark.open(paths.mark);
        const store = new ClientStore(paths, mark, opened, limits);
        await writePid(paths);
        await store.#load();
        if (opened.isIncomplete) await store.#beginCommits();
        return store;
      } catch (error) {
        await opened.database.close();
        throw error;
      }
    } catch (error) {
      throw await openFailure(paths, error);
    }
  }

  /** The servers, the one that was visited last first. */
  get servers(): readonly RememberedServer[] {
    return [...this.#servers]
      .map(([id, server]) => ({ id, ...server }))
      .sort((a, b) => b.visitedAt - a.visitedAt);
  }

  /** The rooms that are remembered of a server. */
  roomsOf(server: string): readonly string[] {
    return [...(this.#rooms.get(server)?.keys() ?? [])];
  }

  /** What is kept of a server. Rejects with an EarshotError or what LevelDB says. */
  recall(server: string): Promise<Recollection> {
    return this.#next(() => this.#recall(server));
  }

  /** A part of what is kept of a room; `undefined` when not all of it is. */
  read(server: string, query: MemoryQuery): Promise<MemoryPage | undefined> {
    return this.#next(() => this.#read(server, query));
  }

  /** The newest messages of the rooms of a server that are what is looked for. */
  search(server: string, search: CacheSearch): Promise<readonly SearchHit[]> {
    return this.#next(() => this.#search(server, search));
  }

  /** Where a client of this server keeps what it knows. */
  port(server: string): MemoryPort {
    return {
      write: (changes, onDone) => {
        void this.#next(() => this.#write(server, changes)).then(onDone);
      },
      read: (query, onDone) => {
        void this.read(server, query).then(onDone, (error: unknown) => {
          diskMessage(error);
          onDone(undefined);
        });
      },
      search: (search, onDone) => {
        void this.search(server, search).then(onDone, (error: unknown) => {
          diskMessage(error);
          onDone([]);
        });
      },
    };
  }

  /** Closes it when everything that was asked for is done. */
  async close(): Promise<void> {
    await this.#next(async () => {
      await this.#database.close();
      await this.#mark.close();
      await removePid(this.#paths);
    });
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #load(): Promise<void> {
    for (const [key, server] of await this.#values(partRange("servers"), decodeServer)) {
      this.#servers.set(serverOfKey(key), server);
    }
    for (const [key, cached] of await this.#values(partRange("rooms"), decodeRoom)) {
      const { server, room } = placeOfRoomKey(key);
      this.#rooms.set(server, new Map(this.#rooms.get(server)).set(room, cached));
    }
  }

  /** Writes are missing, so no cache is what it seems; what else is there has its own checksums. */
  async #beginCommits(): Promise<void> {
    const commits = await this.#database.keys(partRange("commits"));
    const changes = commits.map((key): DatabaseChange => ({ type: "del", key }));
    for (const [server, rooms] of this.#rooms) {
      const batch = new MemoryBatch(this.#database, server, rooms);
      for (const room of rooms.keys()) await batch.reset(room);
      changes.push(...batch.changes);
      this.#rooms.set(server, batch.rooms);
    }
    await this.#commit(changes);
  }

  async #recall(server: string): Promise<Recollection> {
    const kept = await this.#values(ownRange("posts", server), decodePost);
    const drafts = await this.#values(ownRange("drafts", server), decodeDraft);
    const rooms: RecalledRoom[] = [];
    let bytesLeft = recalledBytesMax;
    for (const [room, cached] of this.#rooms.get(server) ?? []) {
      const range = { limit: 0 < bytesLeft ? recalledEntriesMax : 1 };
      const page = await this.#read(server, { room, range });
      const { entries = [], hasMore = false } = page ?? {};
      bytesLeft -= bytesOf(entries);
      const { log, state, persons } = cached;
      rooms.push({ log, state, ...(persons && { persons }), room, entries, hasMore });
    }
    return {
      server: this.#servers.get(server),
      rooms,
      drafts: new Map([...drafts].map(([key, text]) => [roomOfDraftKey(server, key), text])),
      posts: [...kept.values()],
    };
  }

  /** The values of a range by key, without those that are damaged. */
  async #values<T>(
    range: KeyRange,
    decode: (key: string, record: Uint8Array) => T | undefined,
  ): Promise<Map<string, T>> {
    const values = new Map<string, T>();
    for await (const chunk of this.#database.walk(range)) {
      for (const [key, record] of chunk) {
        const value = decode(key, record);
        if (value !== undefined) values.set(key, value);
      }
    }
    return values;
  }

  async #read(server: string, { room, range }: MemoryQuery): Promise<MemoryPage | undefined> {
    const cached = this.#rooms.get(server)?.get(room);
    if (cached === undefined || cached.to < cached.from) return undefined;
    const { from, to } = cached;
    const { before, after, limit = recalledEntriesMax } = range;
    if (typeof before === "number" && (before <= from || to + 1 < before)) return undefined;
    const end = { sequence: to, firstSequence: from, sentAt: 0, ordinal: 0 };
    const query = { ...range, room: logOf(server, room), limit };
    const page = await readPage(this.#database, query, end);
    if (page.type === "failed" || page.entries.length === 0) return undefined;
    if (0 < page.damaged.length) {
      await this.#write(server, [{ type: "reset", room }]);
      return undefined;
    }
    // Whether the server has something older than the oldest that is kept, only it knows.
    const hasMore = after === undefined ? 1 < (page.entries[0]?.sequence ?? 0) : page.hasNewer;
    return { entries: page.entries, hasMore };
  }

  async #search(server: string, search: CacheSearch): Promise<readonly SearchHit[]> {
    const isMatch = matcherOf(search, this.#servers.get(server)?.own.person ?? "");
    const hits: SearchHit[] = [];
    for (const [room, { from, to }] of this.#rooms.get(server) ?? []) {
      let count = 0;
      const walk = { from: to, count: Math.max(0, to - from + 1), isUpward: false };
      for await (const [, entry] of walkLog(this.#database, logOf(server, room), walk)) {
        if (entry === undefined || !isMatch(room, entry)) continue;
        hits.push({ room, entry });
        count += 1;
        if (search.limit <= count) break;
      }
    }
    return hits.sort((a, b) => b.entry.sentAt - a.entry.sentAt).slice(0, search.limit);
  }

  /** Gives why it failed. */
  async #write(server: string, changes: readonly MemoryChange[]): Promise<string | undefined> {
    if (this.#failure !== undefined) return this.#failure;
    try {
      const batch = this.#batch(server);
      for (const [index, change] of changes.entries()) {
        if (index % changesPerTurn === changesPerTurn - 1) await nextTurn();
        await batch.add(change);
      }
      await this.#commit(batch.changes);
      this.#rooms.set(server, batch.rooms);
      for (const change of changes) {
        if (change.type === "server") this.#servers.set(server, change.server);
        if (change.type === "forgotten") this.#servers.delete(server);
      }
      await this.#tidy(server);
      return undefined;
    } catch (error) {
      this.#failure = diskMessage(error);
      return this.#failure;
    }
  }

  #batch(server: string): MemoryBatch {
    return new MemoryBatch(this.#database, server, this.#rooms.get(server) ?? new Map());
  }

  async #commit(changes: readonly DatabaseChange[]): Promise<void> {
    const commit = this.#lastCommit + 1;
    await this.#database.write([
      ...changes,
      { type: "put", key: commitKey(commit), value: encodeCbor(commit) },
      { type: "del", key: commitKey(Math.max(0, commit - commitsKept)) },
    ]);
    await this.#mark.write(commit);
    this.#lastCommit = commit;
  }

  /** What exceeds the limits goes: the oldest of a room, then servers not seen for long. */
  async #tidy(server: string): Promise<void> {
    const { roomBytes, bytes } = this.#limits;
    await this.#trim(server, roomBytes);
    const others = this.servers.filter(({ id }) => id !== server).reverse();
    for (const { id } of others) {
      if (this.#servers.size <= rememberedServersMax && this.#bytes <= bytes) return;
      const batch = this.#batch(id);
      await batch.forget();
      await this.#commit(batch.changes);
      this.#rooms.delete(id);
      this.#servers.delete(id);
    }
    // One server alone has too much: each of its rooms gets the same share.
    const roomCount = this.#rooms.get(server)?.size ?? 0;
    if (bytes < this.#bytes) await this.#trim(server, bytes / Math.max(1, roomCount));
  }

  async #trim(server: string, bytesMax: number): Promise<void> {
    const { roomEntries } = this.#limits;
    for (const [name, room] of this.#rooms.get(server) ?? []) {
      const count = room.to - room.from + 1;
      if (count <= roomEntries && room.bytes <= bytesMax) continue;
      const batch = this.#batch(server);
      await batch.trim(name, roomEntries * cacheKeptShare, bytesMax * cacheKeptShare);
      await this.#commit(batch.changes);
      this.#rooms.set(server, batch.rooms);
    }
  }

  get #bytes(): number {
    let bytes = 0;
    for (const rooms of this.#rooms.values())
      for (const room of rooms.values()) bytes += room.bytes;
    return bytes;
  }
}

async function readMark(paths: StorePaths): Promise<number | undefined> {
  const mark = await CommitMark.open(paths.mark);
  try {
    return await mark.read();
  } finally {
    await mark.close();
  }
}

function bytesOf(entries: readonly LogEntry[]): number {
  return entries.reduce((sum, { body }) => sum + ("text" in body ? utf8Bytes(body.text) : 0), 0);
}
