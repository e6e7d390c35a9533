import { EarshotError } from "../base/errors.ts";
import { lobbyName, roomsMax, sessionRoomsMax, unwrittenRoomsMax } from "./limits.ts";
import { Room } from "./room.ts";
import type { Member, Session } from "./session.ts";

/** All rooms of a server, and who is in which: both sides of that are changed here, together. */
export class RoomTable {
  readonly #rooms = new Map<string, Room>();
  /** Rooms with a line. */
  #writtenCount: number;

  /** Starts with the written rooms. */
  constructor(lastSequences: ReadonlyMap<string, number>) {
    for (const [name, sequence] of lastSequences) this.#rooms.set(name, new Room(name, sequence));
    this.#writtenCount = this.#rooms.size;
  }

  get size(): number {
    return this.#rooms.size;
  }

  get(name: string): Room | undefined {
    return this.#rooms.get(name);
  }

  /** The log of the room ends at this sequence now. */
  grow(room: Room, sequence: number): void {
    if (room.lastSequence === 0) this.#writtenCount += 1;
    room.lastSequence = sequence;
  }

  /** Forgets the room if nobody would miss it. */
  dispose(room: Room): void {
    if (room.isDisposable) this.#rooms.delete(room.name);
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

  /** @throws {EarshotError} WHEN the server or the member has too many rooms `limit-reached`. */
  enter(member: Member, name: string): Room {
    if (sessionRoomsMax <= member.rooms.size) {
      const message = `you are in ${member.rooms.size} rooms, at most ${sessionRoomsMax}`;
      throw new EarshotError("limit-reached", message);
    }
    const room = this.#rooms.get(name) ?? this.#create(name);
    room.add(member);
    member.rooms.add(name);
    return room;
  }

  /** Takes the member out; gives the room, or `undefined` when it was not in it. */
  exit(member: Member, name: string): Room | undefined {
    const room = this.#rooms.get(name);
    if (room === undefined || !member.rooms.delete(name)) return undefined;
    member.stalledRooms.delete(name);
    member.behindRooms.delete(name);
    room.remove(member.state.key);
    this.dispose(room);
    return room;
  }

  /** Puts a member in the place of its earlier connection, in every room. */
  takeOver(owner: Member, member: Member): void {
    for (const name of owner.rooms) {
      member.rooms.add(name);
      this.#rooms.get(name)?.add(member);
    }
  }

  #create(name: string): Room {
    if (name !== lobbyName) this.#checkPlace();
    const room = new Room(name, 0);
    this.#rooms.set(name, room);
    return room;
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
