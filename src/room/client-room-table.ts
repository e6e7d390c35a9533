import { EarshotError } from "../base/errors.ts";
import type { LogPlace } from "./client-port.ts";
import { ClientRoom, type JoinCall } from "./client-room.ts";
import { sessionRoomsMax } from "./limits.ts";
import { parseRoom } from "./name.ts";
import { RoomLog } from "./room-log.ts";

/** The rooms of a client session by name, at most `sessionRoomsMax`. */
export class ClientRoomTable {
  readonly #rooms = new Map<string, ClientRoom>();
  /** How far the logs of rooms that are not here were told at an earlier visit. */
  #places = new Map<string, LogPlace>();
  #missedMax = 0;

  get all(): Iterable<ClientRoom> {
    return this.#rooms.values();
  }

  /** Rooms that are added from now on go on at these places; see `EarlierVisit`. */
  restore(places: ReadonlyMap<string, LogPlace>, missedMax: number): void {
    this.#places = new Map(places);
    this.#missedMax = missedMax;
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
    return this.#add(name, joinCall);
  }

  /** A room that is only joined for what waits to be stored in it. */
  addUnwanted(name: string): void {
    this.#add(name, { ref: undefined }).isWanted = false;
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

  #add(name: string, joinCall: JoinCall): ClientRoom {
    const place = this.#places.get(name);
    // Only once: who leaves a room and joins it again begins anew.
    this.#places.delete(name);
    const log = new RoomLog(place && { ...place, missedMax: this.#missedMax });
    const room = new ClientRoom(name, joinCall, log);
    this.#rooms.set(name, room);
    return room;
  }
}
