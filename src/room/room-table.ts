import { EarshotError } from "../base/errors.ts";
import { lobbyName, roomsMax, unwrittenRoomsMax } from "./limits.ts";
import type { RecordBook } from "./record-book.ts";
import { Room } from "./room.ts";
import type { Parting } from "./room-news.ts";
import { decodeRoomRecord, encodeRoomRecord, type RoomRecord } from "./room-record.ts";
import type { Member, Session } from "./session.ts";
import { SortedKeys } from "./sorted-keys.ts";
import type { LogEnd, StoreContents } from "./store-port.ts";

/** All rooms of a server, and who is in which: both sides of that are changed here, together. */
export class RoomTable {
  readonly #book: RecordBook;
  readonly #rooms = new Map<string, Room>();
  readonly #names = new SortedKeys();
  /** Rooms of which something is kept. */
  #writtenCount: number;
  /** Rooms that have something to tell. */
  readonly #newsy = new Set<Room>();

  /**
   * Starts with the rooms that have a log or a record.
   * @throws {EarshotError} WHEN a record is none `history-damaged`.
   */
  constructor(book: RecordBook, { ends, records }: Pick<StoreContents, "ends" | "records">) {
    this.#book = book;
    for (const name of new Set([...ends.keys(), ...records.rooms.keys()])) {
      const value = records.rooms.get(name);
      const record = value === undefined ? undefined : decodeRoomRecord(name, value);
      this.#add(new Room(name, ends.get(name), record));
    }
    this.#writtenCount = this.#rooms.size;
  }

  get size(): number {
    return this.#rooms.size;
  }

  /** Rooms whose names come after this one, in order. */
  *after(name: string): Generator<Room> {
    for (const other of this.#names.after(name)) {
      const room = this.#rooms.get(other);
      if (room !== undefined) yield room;
    }
  }

  /** Rooms whose news may be due. */
  get newsy(): ReadonlySet<Room> {
    return this.#newsy;
  }

  get(name: string): Room | undefined {
    return this.#rooms.get(name);
  }

  /** @throws {EarshotError} WHEN the server has too many rooms `limit-reached`. */
  create(name: string): Room {
    if (name !== lobbyName) this.#checkPlace();
    const room = new Room(name);
    this.#add(room);
    return room;
  }

  /** The log of the room ends here now. */
  grow(room: Room, end: LogEnd): void {
    if (!room.isWritten) this.#writtenCount += 1;
    room.end = end;
  }

  /** What is kept of the room is this now; it goes to the disk with the next commit. */
  record(room: Room, record: RoomRecord): void {
    if (!room.isWritten) this.#writtenCount += 1;
    room.record = record;
    room.isRecorded = true;
    this.#markRecord(room);
  }

  /** Its record could not be stored: it was never made. */
  unmake(now: number, room: Room): void {
    room.isRecorded = false;
    this.#writtenCount -= room.isWritten ? 0 : 1;
    this.#markRecord(room);
    for (const member of room.members) this.exit(now, member, room, { reason: "left" });
    this.dispose(room);
  }

  /** Forgets the room if nobody would miss it. */
  dispose(room: Room): void {
    if (room.isDisposable && this.#rooms.delete(room.name)) this.#names.delete(room.name);
  }

  /**
   * The room, if the session is in it.
   * @throws {EarshotError} WHEN `not-joined`.
   */
  joined(session: Session, name: string): Room {
    const room = this.#rooms.get(name);
    if (room === undefined || !session.rooms.has(name)) {
      throw new EarshotError("not-joined", `you are not in room ${name}`);
    }
    return room;
  }

  enter(now: number, member: Member, room: Room): void {
    this.change(now, room, member.state.key, () => {
      room.add(member);
      member.rooms.add(room.name);
    });
  }

  /** Takes the member out, if it is in it. */
  exit(now: number, member: Member, room: Room, parting: Parting): void {
    if (!member.rooms.delete(room.name)) return;
    member.stalledRooms.delete(room.name);
    member.behindRooms.delete(room.name);
    member.staleRooms.delete(room.name);
    member.delivered.delete(room.name);
    this.change(now, room, member.state.key, () => room.remove(member), parting);
    this.dispose(room);
  }

  /** Does something after which the others see the member with this key in another way. */
  change(now: number, room: Room, key: string, action: () => void, parting?: Parting): void {
    const before = room.view(key);
    action();
    // Another session of the same person is still there, or was.
    const isAsBefore = (before === undefined) === (room.view(key) === undefined);
    if (isAsBefore && parting !== undefined) return;
    room.news.addChange(now, room.memberCount, { key, before }, parting);
    this.#newsy.add(room);
  }

  /** The others will see the member with this key in another way, but for its being there. */
  noteBefore(now: number, room: Room, key: string): void {
    room.news.addChange(now, room.memberCount, { key, before: room.view(key) });
    this.#newsy.add(room);
  }

  /** A member has another nickname, under which it is in the room already. */
  tellRename(
    now: number,
    room: Room,
    rename: { readonly key: string; readonly wasKey: string; readonly was: string },
  ): void {
    const { key, wasKey, was } = rename;
    const after = room.view(key);
    const before = after === undefined ? undefined : { ...after, nick: was };
    room.news.addRename(now, room.memberCount, { key, wasKey, before });
    this.#newsy.add(room);
  }

  /** The room has something to tell. */
  addNews(room: Room): void {
    this.#newsy.add(room);
  }

  /** The room has told what it had to tell. */
  removeNews(room: Room): void {
    this.#newsy.delete(room);
  }

  /** Puts a member in the place of its earlier connection, in every room. */
  takeOver(owner: Member, member: Member): void {
    for (const name of owner.rooms) {
      member.rooms.add(name);
      this.#rooms.get(name)?.add(member);
      this.#rooms.get(name)?.remove(owner);
    }
  }

  #add(room: Room): void {
    this.#rooms.set(room.name, room);
    this.#names.add(room.name);
  }

  #markRecord(room: Room): void {
    this.#book.mark("rooms", room.name, () =>
      room.isRecorded ? encodeRoomRecord(room.record) : undefined,
    );
  }

  #checkPlace(): void {
    const written = this.#writtenCount;
    if (roomsMax <= written) {
      throw new EarshotError("limit-reached", `server has ${written} rooms, at most ${roomsMax}`);
    }
    const unwritten = this.size - written;
    if (unwrittenRoomsMax <= unwritten) {
      const message = `server has ${unwritten} rooms without a line, at most ${unwrittenRoomsMax}`;
      throw new EarshotError("limit-reached", message);
    }
  }
}
