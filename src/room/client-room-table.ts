import { EarshotError } from "../base/errors.ts";
import { ClientRoom, type JoinCall } from "./client-room.ts";
import { sessionRoomsMax } from "./limits.ts";
import { parseRoom } from "./name.ts";

/** The rooms of a client session by name, at most `sessionRoomsMax`. */
export class ClientRoomTable {
  readonly #rooms = new Map<string, ClientRoom>();

  get all(): Iterable<ClientRoom> {
    return this.#rooms.values();
  }

  get(name: string): ClientRoom | undefined {
    return this.#rooms.get(name);
  }

  /**
   * The room, if its owner joined it and did not leave it.
   * @throws {EarshotError} WHEN `not-joined` or `room-invalid`.
   */
  wanted(input: string): ClientRoom {
    const name = parseRoom(input);
    const room = this.#rooms.get(name);
    if (!room?.isWanted) throw new EarshotError("not-joined", `you are not in room ${name}`);
    return room;
  }

  /** @throws {EarshotError} WHEN there are too many `limit-reached`. */
  add(name: string, joinCall: JoinCall): ClientRoom {
    if (sessionRoomsMax <= this.#rooms.size) {
      throw new EarshotError("limit-reached", `at most ${sessionRoomsMax} rooms at a time`);
    }
    const room = new ClientRoom(name, joinCall);
    this.#rooms.set(name, room);
    return room;
  }

  /** A room that is only joined for what waits to be stored in it. */
  addUnwanted(name: string): void {
    const room = new ClientRoom(name, { ref: undefined });
    room.isWanted = false;
    this.#rooms.set(name, room);
  }

  delete(name: string): void {
    this.#rooms.delete(name);
  }

  /** The connection is gone. */
  handleLost(): void {
    for (const room of this.#rooms.values()) room.handleLost();
  }

  handleTimeout(now: number): void {
    for (const room of this.#rooms.values()) {
      if (room.retryAt !== undefined && room.retryAt <= now) room.retryAt = undefined;
    }
  }

  /** When a room may be joined or read again, or something is to be reported; or `undefined`. */
  pollTimeout(): number | undefined {
    let at: number | undefined;
    for (const { phase, retryAt, reportAt } of this.#rooms.values()) {
      if (retryAt !== undefined) at = Math.min(at ?? retryAt, retryAt);
      if (phase === "in" && reportAt !== undefined) at = Math.min(at ?? reportAt, reportAt);
    }
    return at;
  }
}
