import { assertNever } from "../../base/assert.ts";
import type { Database, DatabaseChange } from "../database.ts";
import { decodeEntry, encodeEntry } from "../entry-record.ts";
import type { LogEntry } from "../log-entry.ts";
import { readEach } from "../log-reader.ts";
import { changedBy, deletedBy, isChanging } from "../overlay.ts";
import { entryKey, logRange } from "../store-keys.ts";
import { rememberedRoomsMax } from "./memory-limits.ts";
import type { MemoryChange } from "./memory-port.ts";
import {
  type CachedRoom,
  draftKey,
  encodeMemory,
  logOf,
  ownRange,
  postKey,
  roomKey,
  serverKey,
} from "./memory-record.ts";

/**
 * What changes of one server make of its records: collected here, then written at once. `rooms` are
 * those of the server, and stay as they are until the batch is written.
 */
export class MemoryBatch {
  readonly #database: Database;
  readonly #server: string;
  readonly #rooms: Map<string, CachedRoom>;
  /** Rooms whose record is another: each line changes it, and it is written once. */
  readonly #changedRooms = new Set<string>();
  /** What is to be under a key, `undefined` for nothing. */
  readonly #values = new Map<string, Uint8Array | undefined>();

  constructor(database: Database, server: string, rooms: ReadonlyMap<string, CachedRoom>) {
    this.#database = database;
    this.#server = server;
    this.#rooms = new Map(rooms);
  }

  /** The rooms as they are after the batch. */
  get rooms(): ReadonlyMap<string, CachedRoom> {
    return this.#rooms;
  }

  get changes(): readonly DatabaseChange[] {
    const changes: DatabaseChange[] = [];
    for (const [key, value] of this.#values) {
      changes.push(value === undefined ? { type: "del", key } : { type: "put", key, value });
    }
    for (const name of this.#changedRooms) changes.push(this.#roomChange(name));
    return changes;
  }

  async add(change: MemoryChange): Promise<void> {
    const server = this.#server;
    switch (change.type) {
      case "post": {
        const key = postKey(server, change.number);
        this.#values.set(key, encodeMemory(key, change.post));
        break;
      }
      case "settled":
        this.#values.set(postKey(server, change.number), undefined);
        break;
      case "server": {
        const key = serverKey(server);
        this.#values.set(key, encodeMemory(key, change.server));
        break;
      }
      case "room":
        await this.#enter(change);
        break;
      case "said":
        await this.#say(change.room, change.entry);
        break;
      case "page":
        this.#addPage(change.room, change.entries);
        break;
      case "reset":
        await this.reset(change.room);
        break;
      case "gone":
        await this.#forgetRoom(change.room);
        break;
      case "draft": {
        const key = draftKey(server, change.room);
        this.#values.set(key, change.text === "" ? undefined : encodeMemory(key, change.text));
        break;
      }
      case "forgotten":
        await this.forget();
        break;
      default:
        assertNever(change);
    }
  }

  /** The entries of the room are kept no longer. */
  async reset(name: string): Promise<void> {
    const room = this.#rooms.get(name);
    if (room === undefined) return;
    await this.#drop(entryKeyRange(this.#server, name));
    this.#setRoom(name, { ...room, from: 1, to: 0, bytes: 0 });
  }

  /** Everything of the server but what waits to be stored. */
  async forget(): Promise<void> {
    for (const name of [...this.#rooms.keys()]) await this.#forgetRoom(name);
    await this.#drop(ownRange("drafts", this.#server));
    this.#values.set(serverKey(this.#server), undefined);
  }

  /** The oldest entries go, until the room has at most so many entries and bytes. */
  async trim(name: string, entriesMax: number, bytesMax: number): Promise<void> {
    const room = this.#rooms.get(name);
    if (room === undefined) return;
    let { from, bytes } = room;
    const range = { gte: this.#key(name, from), lte: this.#key(name, room.to) };
    for await (const chunk of this.#database.walk(range)) {
      for (const [key, record] of chunk) {
        if (room.to - from + 1 <= entriesMax && bytes <= bytesMax) {
          this.#setRoom(name, { ...room, from, bytes });
          return;
        }
        this.#values.set(key, undefined);
        from += 1;
        bytes -= record.length;
      }
    }
    await this.reset(name);
  }

  async #enter({
    room: name,
    memory,
    firstSequence,
  }: Extract<MemoryChange, { type: "room" }>): Promise<void> {
    const known = this.#rooms.get(name);
    if (known === undefined || known.log !== memory.log || known.to < firstSequence) {
      if (known !== undefined) await this.reset(name);
      else if (rememberedRoomsMax <= this.#rooms.size) return;
      this.#setRoom(name, { ...memory, from: 1, to: 0, bytes: 0 });
      return;
    }
    let { from, bytes } = known;
    // What the server keeps no longer is not kept here.
    for (; from < firstSequence; from += 1) {
      const key = this.#key(name, from);
      bytes -= (await this.#record(key))?.length ?? 0;
      this.#values.set(key, undefined);
    }
    this.#setRoom(name, { ...memory, from, to: known.to, bytes });
  }

  async #say(name: string, entry: LogEntry): Promise<void> {
    const room = this.#rooms.get(name);
    if (room === undefined || entry.sequence <= room.to) return;
    if (entry.sequence !== room.to + 1) await this.reset(name);
    this.#append(name, [entry]);
    const { body } = entry;
    if (!isChanging(body)) return;
    const target = await this.#entry(name, body.target);
    if (target === undefined) return;
    await this.#replace(name, changedBy(target, entry));
    if (body.type !== "delete") return;
    for (const sequence of target.edited?.sequences ?? []) {
      const edit = await this.#entry(name, sequence);
      if (edit === undefined) continue;
      await this.#replace(name, deletedBy(edit, entry.author.nick, body.reason));
    }
  }

  #addPage(name: string, entries: readonly LogEntry[]): void {
    const room = this.#rooms.get(name);
    if (room === undefined) return;
    if (room.to < room.from) {
      this.#append(name, entries);
      return;
    }
    const [first] = entries;
    const last = entries.at(-1);
    if (first === undefined || last === undefined) return;
    if (last.sequence < room.from - 1 || room.to + 1 < first.sequence) return;
    this.#prepend(
      name,
      entries.filter(({ sequence }) => sequence < room.from),
    );
    this.#append(
      name,
      entries.filter(({ sequence }) => room.to < sequence),
    );
  }

  #append(name: string, entries: readonly LogEntry[]): void {
    const room = this.#rooms.get(name);
    const [first] = entries;
    if (room === undefined || first === undefined) return;
    const from = room.to < room.from ? first.sequence : room.from;
    const to = first.sequence + entries.length - 1;
    this.#setRoom(name, { ...room, from, to, bytes: room.bytes + this.#put(name, entries) });
  }

  #prepend(name: string, entries: readonly LogEntry[]): void {
    const room = this.#rooms.get(name);
    const [first] = entries;
    if (room === undefined || first === undefined) return;
    const bytes = room.bytes + this.#put(name, entries);
    this.#setRoom(name, { ...room, from: first.sequence, bytes });
  }

  /** Gives the bytes of their records. */
  #put(name: string, entries: readonly LogEntry[]): number {
    let bytes = 0;
    for (const entry of entries) {
      const record = encodeEntry(logOf(this.#server, name), entry);
      this.#values.set(this.#key(name, entry.sequence), record);
      bytes += record.length;
    }
    return bytes;
  }

  async #replace(name: string, entry: LogEntry): Promise<void> {
    const room = this.#rooms.get(name);
    if (room === undefined) return;
    const before = (await this.#record(this.#key(name, entry.sequence)))?.length ?? 0;
    const bytes = room.bytes + this.#put(name, [entry]) - before;
    this.#setRoom(name, { ...room, bytes });
  }

  /** An entry that is kept, as it is by now. */
  async #entry(name: string, sequence: number): Promise<LogEntry | undefined> {
    const room = this.#rooms.get(name);
    if (room === undefined || sequence < room.from || room.to < sequence) return undefined;
    const record = await this.#record(this.#key(name, sequence));
    return decodeEntry(record, logOf(this.#server, name), sequence);
  }

  /** `undefined` also where it is damaged. */
  async #record(key: string): Promise<Uint8Array | undefined> {
    if (this.#values.has(key)) return this.#values.get(key);
    const [record] = await readEach(this.#database, [key]);
    return record;
  }

  async #forgetRoom(name: string): Promise<void> {
    if (!this.#rooms.has(name)) return;
    await this.#drop(entryKeyRange(this.#server, name));
    this.#rooms.delete(name);
    this.#changedRooms.add(name);
    this.#values.set(draftKey(this.#server, name), undefined);
  }

  #setRoom(name: string, room: CachedRoom): void {
    this.#rooms.set(name, room);
    this.#changedRooms.add(name);
  }

  #roomChange(name: string): DatabaseChange {
    const key = roomKey(this.#server, name);
    const room = this.#rooms.get(name);
    return room === undefined
      ? { type: "del", key }
      : { type: "put", key, value: encodeMemory(key, room) };
  }

  #key(name: string, sequence: number): string {
    return entryKey(logOf(this.#server, name), sequence);
  }

  /** Everything of the range goes, on disk and what is in this batch. */
  async #drop({ gte, lte }: { readonly gte: string; readonly lte: string }): Promise<void> {
    for (const key of await this.#database.keys({ gte, lte })) this.#values.set(key, undefined);
    for (const key of this.#values.keys()) {
      if (gte <= key && key <= lte) this.#values.set(key, undefined);
    }
  }
}

function entryKeyRange(server: string, name: string) {
  return logRange(logOf(server, name));
}
