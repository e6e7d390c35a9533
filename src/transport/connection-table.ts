import { ByteReader } from "../base/bytes.ts";
import type { Random } from "../base/random.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionHandle } from "./endpoint-port.ts";
import { keyBytes } from "./noise.ts";
import type { ConnectionId, LongPacketOf } from "./packet.ts";

/** The connections of an endpoint, by all that they are known by. */
export class ConnectionTable {
  readonly #random: Random;
  readonly #byId = new Map<ConnectionId, Connection>();
  readonly #byHandle = new Map<ConnectionHandle, Connection>();
  /** Those that we began, once the server told its id, which is all that its RESET tells. */
  readonly #byPeerId = new Map<ConnectionId, Connection>();
  /** Those that clients began, by the ephemeral key of the INIT, which no other INIT has. */
  readonly #byInit = new Map<string, Connection>();
  readonly #initKeys = new Map<Connection, string>();

  constructor(random: Random) {
    this.#random = random;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** An id that is free. */
  newId(): ConnectionId {
    for (;;) {
      const id = new ByteReader(this.#random.bytes(6)).u48() ?? 0;
      if (id !== 0 && !this.#byId.has(id)) return id;
    }
  }

  withId(id: ConnectionId): Connection | undefined {
    return this.#byId.get(id);
  }

  withHandle(handle: ConnectionHandle): Connection | undefined {
    return this.#byHandle.get(handle);
  }

  /** The connection that we began and whose other end has this id. */
  withPeerId(id: ConnectionId): Connection | undefined {
    return this.#byPeerId.get(id);
  }

  /** The connection that this very INIT began. */
  withInit(init: LongPacketOf<"init">): Connection | undefined {
    return this.#byInit.get(initKey(init));
  }

  /** With the INIT that began it, if it is the peer's. */
  add(connection: Connection, init?: LongPacketOf<"init">): void {
    this.#byId.set(connection.id, connection);
    this.#byHandle.set(connection.handle, connection);
    if (init === undefined) return;
    this.#byInit.set(initKey(init), connection);
    this.#initKeys.set(connection, initKey(init));
  }

  /** The server of a connection that we began has told its id. */
  notePeerId(connection: Connection): void {
    if (connection.peerId !== undefined) this.#byPeerId.set(connection.peerId, connection);
  }

  remove(connection: Connection): void {
    this.#byId.delete(connection.id);
    this.#byHandle.delete(connection.handle);
    this.#byInit.delete(this.#initKeys.get(connection) ?? "");
    this.#initKeys.delete(connection);
    const { peerId } = connection;
    if (peerId !== undefined && this.#byPeerId.get(peerId) === connection) {
      this.#byPeerId.delete(peerId);
    }
  }
}

function initKey(init: LongPacketOf<"init">): string {
  return Buffer.from(init.message.subarray(0, keyBytes)).toString("latin1");
}
