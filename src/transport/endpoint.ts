import assert from "node:assert/strict";
import type { Address } from "../base/address.ts";
import { ByteWriter } from "../base/bytes.ts";
import { TokenBucket } from "../base/token-bucket.ts";
import { Acceptor } from "./acceptor.ts";
import { nodeAead } from "./aead.ts";
import { Bbr } from "./bbr.ts";
import { applicationCodeMax, transportCodes } from "./close-codes.ts";
import { Connection } from "./connection.ts";
import type { ConnectionHost, ConnectionStart } from "./connection-options.ts";
import { ConnectionTable } from "./connection-table.ts";
import type { Transmit } from "./datagram.ts";
import { Deadlines } from "./deadlines.ts";
import type { EndpointOptions } from "./endpoint-options.ts";
import type { ConnectionHandle, ConnectOptions, EndpointEvent } from "./endpoint-port.ts";
import {
  type ConnectionStats,
  type DropReason,
  type EndpointStats,
  noDrops,
} from "./endpoint-stats.ts";
import { HandshakeRates } from "./handshake-rates.ts";
import { newIdentity, type TransportIdentity } from "./identity.ts";
import {
  ackDelayCrowdedMs,
  ackDelayMaxMs,
  acksPerMs,
  burstBytesMax,
  burstDatagramsMax,
  channelMax,
  connectionCountMaxDefault,
  datagramBytesMax,
  datagramBytesMin,
  halfOpenCountMax,
  messageBytesMax,
  receiveBudgetBytesDefault,
  replyCountMax,
  resetsInAll,
  resetTriggerBytesMin,
  transportVersion,
} from "./limits.ts";
import {
  type ConnectionId,
  decodeLongHeader,
  decodeLongPacket,
  decodeShortHeader,
  encodeLongPacket,
  type LongPacket,
  type LongPacketOf,
  longPacketTypes,
  packetForm,
} from "./packet.ts";
import { ourParameters } from "./parameters.ts";
import { ReceiveBudget } from "./receive-budget.ts";
import { SocketShares } from "./socket-shares.ts";
import type { StreamPort } from "./stream-port.ts";

/**
 * All connections of one UDP socket, without the socket: datagrams and time go in, datagrams and
 * events come out. Nothing here costs more for ten thousand connections than for ten.
 */
export class Endpoint {
  #isAccepting: boolean;
  readonly #isWelcome: (peerKey: Uint8Array) => boolean;
  readonly #connectionCountMax: number;
  readonly #host: ConnectionHost;
  readonly #identity: TransportIdentity;
  readonly #acceptor: Acceptor;
  #rates: HandshakeRates | undefined;
  #resets: TokenBucket | undefined;
  readonly #writer = new ByteWriter(new Uint8Array(datagramBytesMax));
  readonly #table: ConnectionTable;
  readonly #halfOpen = new Set<Connection>();
  readonly #deadlines = new Deadlines<Connection>();
  /** Connections that may have something to send in this turn and, after a burst, in the next. */
  #ready = new Set<Connection>();
  #readyNext = new Set<Connection>();
  #burstCount = 0;
  #burstBytes = 0;
  readonly #replies: Transmit[] = [];
  readonly #events: EndpointEvent[] = [];
  #nextHandle = 1;
  readonly #counts = { datagramsReceived: 0, datagramsSent: 0, bytesReceived: 0, bytesSent: 0 };
  readonly #dropped = noDrops();

  constructor(options: EndpointOptions) {
    const budgetBytes = options.receiveBudgetBytes ?? receiveBudgetBytesDefault;
    assert(messageBytesMax <= budgetBytes, "the budget must hold the longest message");
    this.#isAccepting = options.isAccepting;
    this.#isWelcome = options.isWelcome ?? (() => true);
    this.#connectionCountMax = options.connectionCountMax ?? connectionCountMaxDefault;
    this.#table = new ConnectionTable(options.random);
    assert(options.identity !== undefined || !options.isAccepting, "a server needs an identity");
    this.#identity = options.identity ?? newIdentity(options.random);
    const { random, makeCongestion = (datagramBytes) => new Bbr(datagramBytes) } = options;
    const parameters = {
      ...ourParameters,
      socketBytes: options.socketBytes ?? ourParameters.socketBytes,
    };
    this.#host = {
      random,
      budget: new ReceiveBudget(budgetBytes),
      shares: new SocketShares(parameters.socketBytes),
      isConsuming: options.isConsuming ?? false,
      makeAead: options.makeAead ?? nodeAead,
      makeCongestion,
      ackDelayMs: () => this.#ackDelayMs,
      parameters,
      pathBytesMax: options.pathBytesMax ?? (() => datagramBytesMin),
      emit: (event) => this.#events.push(event),
      wake: (handle) => {
        const connection = this.#table.withHandle(handle);
        if (connection !== undefined) this.#touch(connection);
      },
    };
    this.#acceptor = new Acceptor({ identity: this.#identity, random, parameters });
  }

  get stats(): EndpointStats {
    return {
      ...this.#counts,
      connections: this.#table.size,
      halfOpen: this.#halfOpen.size,
      dropped: { ...this.#dropped },
    };
  }

  /** How a connection is doing, or `undefined` when it has ended. */
  connectionStats(connection: ConnectionHandle): ConnectionStats | undefined {
    return this.#table.withHandle(connection)?.stats;
  }

  /** Starts a connection. `opened` or `closed` follows. */
  connect(now: number, to: Address, options: ConnectOptions = {}): ConnectionHandle {
    const local = this.#identity.keyPair;
    const names = { handle: this.#nextHandle, id: this.#table.newId(), peer: to };
    const connection = this.#add(now, { type: "outgoing", ...names, local, options });
    this.#touch(connection);
    return connection.handle;
  }

  /**
   * A cookie with which a client at this host needs one round trip less. Whoever gets it must have
   * asked from there, and for an answer that is no longer than the question.
   */
  issueCookie(now: number, host: string): Uint8Array {
    return this.#acceptor.issueCookie(now, host);
  }

  /** Whether this is a cookie of ours for this host, and young enough: who shows it receives there. */
  isCookie(now: number, host: string, cookie: Uint8Array): boolean {
    return this.#acceptor.isCookie(now, host, cookie);
  }

  /** Queues a message; see `EndpointPort.send`. */
  send(now: number, handle: ConnectionHandle, channel: number, message: Uint8Array): boolean {
    assert(Number.isInteger(channel) && 0 <= channel && channel <= channelMax);
    assert(message.length <= messageBytesMax);
    const connection = this.#table.withHandle(handle);
    if (connection === undefined) return true;
    const isBelowMark = connection.send(now, channel, message);
    this.#touch(connection);
    return isBelowMark;
  }

  /** What may be done with the streams of a connection; see `EndpointPort.streams`. */
  streams(now: number, handle: ConnectionHandle): StreamPort | undefined {
    const connection = this.#table.withHandle(handle);
    if (connection === undefined) return undefined;
    const streams = connection.streams(now);
    this.#touch(connection);
    return streams;
  }

  /** Delivers what is queued, for 2 s at most, then closes with a code in 0..65535. */
  close(now: number, handle: ConnectionHandle, code: number, text: string): void {
    assert(0 <= code && code <= applicationCodeMax);
    const connection = this.#table.withHandle(handle);
    if (connection === undefined) return;
    connection.close(now, code, text);
    this.#touch(connection);
  }

  /** Closes without delivering what is queued. */
  abort(now: number, handle: ConnectionHandle, code: number, text: string): void {
    assert(0 <= code && code <= applicationCodeMax);
    const connection = this.#table.withHandle(handle);
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

  /**
   * When to call `handleTimeout` and `pollTransmit`, or `undefined` when nothing is planned. Ask at
   * the end of a turn, when nothing is left to send.
   */
  pollTimeout(): number | undefined {
    return this.#deadlines.nextAt;
  }

  /** The next event, in the order in which they happened. */
  pollEvent(): EndpointEvent | undefined {
    return this.#events.shift();
  }

  /** The more connections there are, the longer their ACKs may wait. */
  get #ackDelayMs(): number {
    const crowdMs = Math.min(this.#table.size / acksPerMs, ackDelayCrowdedMs);
    return Math.max(crowdMs, ackDelayMaxMs);
  }

  #nextTransmit(now: number): Transmit | undefined {
    for (const connection of this.#ready) {
      const isOverBurst =
        burstDatagramsMax <= this.#burstCount || burstBytesMax <= this.#burstBytes;
      const transmit = isOverBurst ? undefined : connection.pollTransmit(now, this.#writer);
      if (transmit?.isLast === false) {
        this.#burstCount += 1;
        this.#burstBytes += transmit.datagram.length;
        return transmit;
      }
      if (isOverBurst) this.#readyNext.add(connection);
      this.#burstCount = 0;
      this.#burstBytes = 0;
      this.#ready.delete(connection);
      this.#settle(connection);
      if (transmit !== undefined) return transmit;
    }
    [this.#ready, this.#readyNext] = [this.#readyNext, this.#ready];
    return undefined;
  }

  #handle(now: number, from: Address, datagram: Uint8Array): DropReason | undefined {
    switch (packetForm(datagram)) {
      case "other":
        return "not-transport";
      case "short":
        return this.#handleShort(now, from, datagram);
      case "long":
        return this.#handleLong(now, from, datagram);
    }
  }

  /** Found by id alone: the peer may have moved, or answer from another of its adapters. */
  #handleShort(now: number, from: Address, datagram: Uint8Array): DropReason | undefined {
    const header = decodeShortHeader(datagram);
    if (header === undefined) return "malformed";
    const connection = this.#table.withId(header.destination);
    if (connection === undefined) {
      if (!this.#isAccepting || datagram.length < resetTriggerBytesMin) return "unknown-connection";
      return this.#answerReset(now, from, header.destination);
    }
    const drop = connection.handlePacket(now, { from, datagram, numberLow: header.numberLow });
    this.#touch(connection);
    return drop;
  }

  /** Stateless reset (RFC 9000 section 10.3): the peer has not noticed that we forgot it. */
  #answerReset(now: number, from: Address, id: ConnectionId): DropReason {
    this.#resets ??= new TokenBucket(now, resetsInAll);
    if (!this.#resets.take(now)) return "reset-limit";
    return this.#reply(from, this.#acceptor.resetOf(id)) ?? "unknown-connection";
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
    switch (packet.type) {
      case "query":
        return this.#handleQuery(now, from, packet);
      case "init":
        return this.#handleInit(now, from, packet);
      case "reset": {
        const connection = this.#table.withPeerId(packet.source);
        if (connection === undefined) return "unknown-connection";
        const drop = connection.handleReset(packet.token);
        this.#touch(connection);
        this.#settle(connection);
        return drop;
      }
      default:
        return this.#handleAnswer(now, packet);
    }
  }

  /** Something from a server that we are connecting to. */
  #handleAnswer(now: number, packet: LongPacket): DropReason | undefined {
    const connection = this.#table.withId(packet.destination);
    if (connection === undefined || connection.isIncoming) return "unknown-connection";
    const drop = connection.handleHandshake(now, packet);
    this.#table.notePeerId(connection);
    this.#touch(connection);
    this.#settle(connection);
    return drop;
  }

  #answerVersion(from: Address, client: ConnectionId, bytes: number): DropReason {
    if (this.#isAccepting && datagramBytesMin <= bytes) {
      const ids = { destination: client, source: 0 };
      this.#reply(from, { type: "version", ...ids, versions: [transportVersion] });
    }
    return "unknown-version";
  }

  #handleQuery(now: number, from: Address, query: LongPacketOf<"query">): DropReason | undefined {
    if (!this.#isAccepting) return "not-accepting";
    return this.#reply(from, this.#acceptor.answerTo(now, from.host, query.source));
  }

  /** Until the cookie is valid nothing is kept, nothing is computed and nothing long is answered. */
  #handleInit(now: number, from: Address, init: LongPacketOf<"init">): DropReason | undefined {
    if (!this.#isAccepting) return "not-accepting";
    if (!this.#acceptor.isCookie(now, from.host, init.cookie)) {
      return this.#reply(from, this.#acceptor.answerTo(now, from.host, init.source));
    }
    const known = this.#table.withInit(init);
    if (known !== undefined) {
      known.handleInitAgain();
      this.#touch(known);
      return undefined;
    }
    if (this.#connectionCountMax <= this.#table.size) {
      const text = `the server has ${this.#connectionCountMax} connections and takes no more`;
      const ids = { destination: init.source, source: 0 };
      return this.#reply(from, { type: "refuse", ...ids, code: transportCodes.serverFull, text });
    }
    this.#rates ??= new HandshakeRates(now);
    if (!this.#rates.take(now, from.host)) return "handshake-limit";
    const incoming = this.#acceptor.accept(init, this.#table.newId());
    if (incoming === undefined) {
      // Forged, or for the key of a server that was here before: then the client must know ours.
      return this.#reply(from, this.#acceptor.answerTo(now, from.host, init.source)) ?? "damaged";
    }
    if (!this.#isWelcome(incoming.peerKey)) return "not-accepting";
    this.#makeRoomForHalfOpen(now);
    const names = { handle: this.#nextHandle, id: incoming.id, peer: from };
    const connection = this.#add(now, { type: "incoming", ...names, init, incoming });
    this.#touch(connection);
    this.#settle(connection);
    return undefined;
  }

  /** The oldest gives way: who means it confirms within a round trip, and no host can fill it all. */
  #makeRoomForHalfOpen(now: number): void {
    for (const oldest of this.#halfOpen) {
      if (this.#halfOpen.size < halfOpenCountMax) return;
      if (oldest.isHalfOpen) oldest.abort(now, 0, "");
      this.#settle(oldest);
    }
  }

  #reply(to: Address, packet: LongPacket): DropReason | undefined {
    if (replyCountMax <= this.#replies.length) return "replies-full";
    this.#replies.push({ to, datagram: encodeLongPacket(packet), isLast: true });
    return undefined;
  }

  #add(now: number, start: ConnectionStart): Connection {
    const connection = new Connection(now, this.#host, start);
    this.#nextHandle += 1;
    this.#table.add(connection, start.type === "incoming" ? start.init : undefined);
    return connection;
  }

  /**
   * Something happened to the connection: it may have something to send, and is settled when it has
   * sent it: once a turn, however many packets have come.
   */
  #touch(connection: Connection): void {
    if (!this.#readyNext.has(connection)) this.#ready.add(connection);
  }

  /** Puts the connection where its state belongs. */
  #settle(connection: Connection): void {
    if (connection.isForgotten) {
      this.#remove(connection);
      return;
    }
    this.#deadlines.set(connection, connection.plan());
    if (connection.isHalfOpen) this.#halfOpen.add(connection);
    else this.#halfOpen.delete(connection);
  }

  #remove(connection: Connection): void {
    this.#table.remove(connection);
    this.#halfOpen.delete(connection);
    this.#ready.delete(connection);
    this.#readyNext.delete(connection);
    this.#deadlines.set(connection, undefined);
  }
}
