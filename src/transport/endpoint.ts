import assert from "node:assert/strict";
import { type Address, formatAddress } from "../base/address.ts";
import { ByteReader } from "../base/bytes.ts";
import type { Random } from "../base/random.ts";
import { Bbr } from "./bbr.ts";
import { applicationCodeMax, transportCodes } from "./close-codes.ts";
import type { CongestionFactory } from "./congestion.ts";
import { Connection, type PacketDrop } from "./connection.ts";
import { CookieJar } from "./cookie.ts";
import { Deadlines } from "./deadlines.ts";
import type { ConnectionHandle, EndpointEvent } from "./endpoint-port.ts";
import {
  burstDatagramsMax,
  channelMax,
  connectionCountMaxDefault,
  datagramBytesMax,
  halfOpenCountMax,
  messageBytesMax,
  receiveBudgetBytesDefault,
  replyCountMax,
  transportVersion,
} from "./limits.ts";
import {
  type ConnectionId,
  decodeLongHeader,
  decodeLongPacket,
  decodeShortHeader,
  encodeLongPacket,
  type InitPacket,
  type LongPacket,
  longPacketTypes,
  packetForm,
} from "./packet.ts";
import { ReceiveBudget } from "./receive-budget.ts";
import type { ConnectionStats } from "./session.ts";

export interface EndpointOptions {
  readonly random: Random;
  /** Whether it is a server: others may connect to it. */
  readonly isAccepting: boolean;
  /** Connections at once, half-open ones included; default 10,000. */
  readonly connectionCountMax?: number;
  /** Memory for long messages being assembled; at least `messageBytesMax`, default 256 MiB. */
  readonly receiveBudgetBytes?: number;
  /** What decides how fast connections send; default `Bbr`. */
  readonly makeCongestion?: CongestionFactory;
}

/** A datagram to send. Its bytes are good until the next call of the endpoint. */
export interface Transmit {
  readonly to: Address;
  readonly datagram: Uint8Array;
}

/** Why datagrams were dropped. `not-transport` is what belongs to others on the same port. */
export type DropReason =
  | PacketDrop
  | "not-transport"
  | "malformed"
  | "unknown-connection"
  | "unknown-version"
  | "not-accepting"
  | "half-open-full"
  | "replies-full";

/** What an endpoint has seen since it began. */
export interface EndpointStats {
  readonly datagramsReceived: number;
  readonly datagramsSent: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  readonly connections: number;
  readonly halfOpen: number;
  readonly dropped: Readonly<Record<DropReason, number>>;
}

/**
 * All connections of one UDP socket, without the socket: datagrams and time go in, datagrams and
 * events come out. Nothing here costs more for ten thousand connections than for ten.
 */
export class Endpoint {
  readonly #random: Random;
  #isAccepting: boolean;
  readonly #connectionCountMax: number;
  readonly #budget: ReceiveBudget;
  readonly #makeCongestion: CongestionFactory;
  readonly #cookies: CookieJar;
  readonly #buffer = new Uint8Array(datagramBytesMax);
  readonly #byId = new Map<ConnectionId, Connection>();
  readonly #byHandle = new Map<ConnectionHandle, Connection>();
  /** Connections that clients began, by address and client's id: an INIT may come twice. */
  readonly #byClient = new Map<string, Connection>();
  readonly #clientKeys = new Map<Connection, string>();
  readonly #halfOpen = new Set<Connection>();
  readonly #deadlines = new Deadlines<Connection>();
  /** Connections that may have something to send in this turn and, after a burst, in the next. */
  #ready = new Set<Connection>();
  #readyNext = new Set<Connection>();
  #burstCount = 0;
  readonly #replies: Transmit[] = [];
  readonly #events: EndpointEvent[] = [];
  #nextHandle = 1;
  readonly #counts = { datagramsReceived: 0, datagramsSent: 0, bytesReceived: 0, bytesSent: 0 };
  readonly #dropped: Record<DropReason, number> = {
    damaged: 0,
    duplicate: 0,
    "no-room": 0,
    unexpected: 0,
    "not-transport": 0,
    malformed: 0,
    "unknown-connection": 0,
    "unknown-version": 0,
    "not-accepting": 0,
    "half-open-full": 0,
    "replies-full": 0,
  };

  constructor(options: EndpointOptions) {
    const budgetBytes = options.receiveBudgetBytes ?? receiveBudgetBytesDefault;
    assert(messageBytesMax <= budgetBytes, "the budget must hold the longest message");
    this.#random = options.random;
    this.#isAccepting = options.isAccepting;
    this.#connectionCountMax = options.connectionCountMax ?? connectionCountMaxDefault;
    this.#budget = new ReceiveBudget(budgetBytes);
    this.#makeCongestion = options.makeCongestion ?? ((datagramBytes) => new Bbr(datagramBytes));
    this.#cookies = new CookieJar(options.random);
  }

  get stats(): EndpointStats {
    return {
      ...this.#counts,
      connections: this.#byId.size,
      halfOpen: this.#halfOpen.size,
      dropped: { ...this.#dropped },
    };
  }

  /** How a connection is doing, or `undefined` when it has ended. */
  connectionStats(connection: ConnectionHandle): ConnectionStats | undefined {
    return this.#byHandle.get(connection)?.stats;
  }

  /** Starts a connection. `opened` or `closed` follows. */
  connect(now: number, to: Address): ConnectionHandle {
    const connection = this.#add(now, to);
    this.#touch(connection);
    return connection.handle;
  }

  /** Queues a message; see `EndpointPort.send`. */
  send(now: number, handle: ConnectionHandle, channel: number, message: Uint8Array): boolean {
    assert(Number.isInteger(channel) && 0 <= channel && channel <= channelMax);
    assert(message.length <= messageBytesMax);
    const connection = this.#byHandle.get(handle);
    if (connection === undefined) return true;
    const isBelowMark = connection.send(now, channel, message);
    this.#touch(connection);
    return isBelowMark;
  }

  /** Delivers what is queued, for 2 s at most, then closes with a code in 0..65535. */
  close(now: number, handle: ConnectionHandle, code: number, text: string): void {
    assert(0 <= code && code <= applicationCodeMax);
    const connection = this.#byHandle.get(handle);
    if (connection === undefined) return;
    connection.close(now, code, text);
    this.#touch(connection);
  }

  /** Closes without delivering what is queued. */
  abort(now: number, handle: ConnectionHandle, code: number, text: string): void {
    assert(0 <= code && code <= applicationCodeMax);
    const connection = this.#byHandle.get(handle);
    if (connection === undefined) return;
    connection.abort(now, code, text);
    this.#touch(connection);
  }

  /** From now on clients are not answered, as if no server was here. */
  stopAccepting(): void {
    this.#isAccepting = false;
  }

  /** Takes in a datagram; its bytes may be reused afterwards. */
  handleDatagram(now: number, from: Address, datagram: Uint8Array): void {
    this.#counts.datagramsReceived += 1;
    this.#counts.bytesReceived += datagram.length;
    const drop = this.#handle(now, from, datagram);
    if (drop !== undefined) this.#dropped[drop] += 1;
  }

  /** Does what has fallen due; call it when `pollTimeout` is reached, then `pollTransmit`. */
  handleTimeout(now: number): void {
    for (const connection of this.#deadlines.takeDue(now)) {
      connection.handleTimeout(now);
      this.#touch(connection);
    }
  }

  /**
   * The next datagram to send. `undefined` ends the turn: connections that had more than a burst to
   * send go on in the next one (`hasMore`), after what has arrived meanwhile was read.
   */
  pollTransmit(now: number): Transmit | undefined {
    const transmit = this.#replies.shift() ?? this.#nextTransmit(now);
    if (transmit !== undefined) {
      this.#counts.datagramsSent += 1;
      this.#counts.bytesSent += transmit.datagram.length;
    }
    return transmit;
  }

  /** Whether another turn of `pollTransmit` is wanted as soon as possible. */
  get hasMore(): boolean {
    return 0 < this.#ready.size;
  }

  /** When to call `handleTimeout` and `pollTransmit`, or `undefined` when nothing is planned. */
  pollTimeout(): number | undefined {
    return this.#deadlines.nextAt;
  }

  /** The next event, in the order in which they happened. */
  pollEvent(): EndpointEvent | undefined {
    return this.#events.shift();
  }

  #nextTransmit(now: number): Transmit | undefined {
    for (const connection of this.#ready) {
      if (this.#burstCount < burstDatagramsMax) {
        const datagram = connection.pollTransmit(now, this.#buffer);
        if (datagram !== undefined) {
          this.#burstCount += 1;
          return { to: connection.peer, datagram };
        }
      } else this.#readyNext.add(connection);
      this.#burstCount = 0;
      this.#ready.delete(connection);
      this.#settle(connection);
    }
    [this.#ready, this.#readyNext] = [this.#readyNext, this.#ready];
    return undefined;
  }

  #handle(now: number, from: Address, datagram: Uint8Array): DropReason | undefined {
    switch (packetForm(datagram)) {
      case "other":
        return "not-transport";
      case "short":
        return this.#handleShort(now, datagram);
      case "long":
        return this.#handleLong(now, from, datagram);
    }
  }

  /** Found by id alone: a host with two adapters may answer from the other one. */
  #handleShort(now: number, datagram: Uint8Array): DropReason | undefined {
    const header = decodeShortHeader(datagram);
    if (header === undefined) return "malformed";
    const connection = this.#byId.get(header.destination);
    if (connection === undefined) return "unknown-connection";
    const drop = connection.handlePacket(now, datagram, header.numberLow);
    this.#touch(connection);
    return drop;
  }

  #handleLong(now: number, from: Address, datagram: Uint8Array): DropReason | undefined {
    const header = decodeLongHeader(datagram);
    if (header === undefined) return "malformed";
    const isForAll = header.type === longPacketTypes.version && header.version === 0;
    if (header.version !== transportVersion && !isForAll) {
      return this.#answerVersion(from, header.source, datagram.length);
    }
    const packet = decodeLongPacket(datagram);
    if (packet === undefined) return "malformed";
    if (packet.type === "init") return this.#handleInit(now, from, packet);
    const connection = this.#byId.get(packet.destination);
    if (connection === undefined || connection.isIncoming) return "unknown-connection";
    const drop = connection.handleHandshake(now, packet);
    this.#touch(connection);
    return drop;
  }

  #answerVersion(from: Address, client: ConnectionId, bytes: number): DropReason {
    if (this.#isAccepting && datagramBytesMax <= bytes) {
      const ids = { destination: client, source: 0 };
      this.#reply(from, { type: "version", ...ids, versions: [transportVersion] });
    }
    return "unknown-version";
  }

  /** Until the cookie is valid nothing is kept and nothing long is answered. */
  #handleInit(now: number, from: Address, init: InitPacket): DropReason | undefined {
    if (!this.#isAccepting) return "not-accepting";
    const clientKey = `${formatAddress(from)}#${init.source}`;
    const known = this.#byClient.get(clientKey);
    if (known !== undefined) {
      known.handleInitAgain();
      this.#touch(known);
      return undefined;
    }
    const ids = { destination: init.source, source: 0 };
    if (!this.#cookies.isValid(now, from, init.source, init.cookie)) {
      const cookie = this.#cookies.issue(now, from, init.source);
      return this.#reply(from, { type: "retry", ...ids, cookie });
    }
    if (this.#connectionCountMax <= this.#byId.size) {
      const text = `the server has ${this.#connectionCountMax} connections and takes no more`;
      return this.#reply(from, { type: "refuse", ...ids, code: transportCodes.serverFull, text });
    }
    if (halfOpenCountMax <= this.#halfOpen.size) return "half-open-full";
    const connection = this.#add(now, from, init);
    this.#byClient.set(clientKey, connection);
    this.#clientKeys.set(connection, clientKey);
    this.#touch(connection);
    return undefined;
  }

  #reply(to: Address, packet: LongPacket): DropReason | undefined {
    if (replyCountMax <= this.#replies.length) return "replies-full";
    this.#replies.push({ to, datagram: encodeLongPacket(packet) });
    return undefined;
  }

  #add(now: number, peer: Address, init?: InitPacket): Connection {
    const connection: Connection = new Connection(
      now,
      {
        handle: this.#nextHandle,
        id: this.#newId(),
        peer,
        random: this.#random,
        budget: this.#budget,
        makeCongestion: this.#makeCongestion,
        emit: (event) => this.#events.push(event),
        wake: () => this.#touch(connection),
      },
      init,
    );
    this.#nextHandle += 1;
    this.#byId.set(connection.id, connection);
    this.#byHandle.set(connection.handle, connection);
    return connection;
  }

  #newId(): ConnectionId {
    for (;;) {
      const id = new ByteReader(this.#random.bytes(6)).u48() ?? 0;
      if (id !== 0 && !this.#byId.has(id)) return id;
    }
  }

  /** Something happened to the connection: it may have something to send. */
  #touch(connection: Connection): void {
    if (!this.#readyNext.has(connection)) this.#ready.add(connection);
    this.#settle(connection);
  }

  /** Puts the connection where its state belongs. */
  #settle(connection: Connection): void {
    if (connection.isForgotten) {
      this.#remove(connection);
      return;
    }
    this.#deadlines.set(connection, connection.deadline);
    if (connection.isHalfOpen) this.#halfOpen.add(connection);
    else this.#halfOpen.delete(connection);
  }

  #remove(connection: Connection): void {
    this.#byId.delete(connection.id);
    this.#byHandle.delete(connection.handle);
    this.#byClient.delete(this.#clientKeys.get(connection) ?? "");
    this.#clientKeys.delete(connection);
    this.#halfOpen.delete(connection);
    this.#ready.delete(connection);
    this.#readyNext.delete(connection);
    this.#deadlines.set(connection, undefined);
  }
}
