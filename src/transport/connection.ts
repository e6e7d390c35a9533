import { assertNever } from "../base/assert.ts";
import type { ByteWriter } from "../base/bytes.ts";
import type { AeadMaker } from "./aead.ts";
import { transportCodes } from "./close-codes.ts";
import { Closing } from "./closing.ts";
import type { ConnectionHost, ConnectionStart } from "./connection-options.ts";
import type { ReceivedPacket, Transmit } from "./datagram.ts";
import { earliest } from "./deadlines.ts";
import type { CloseReason, ConnectionHandle, EndpointEvent } from "./endpoint-port.ts";
import type { ConnectionStats, PacketDrop } from "./endpoint-stats.ts";
import { decodeFrames } from "./frames.ts";
import { type Agreement, ClientHandshake } from "./handshake.ts";
import {
  halfOpenMs,
  keepAliveClientMs,
  keepAliveServerMs,
  lingerMs,
  sendQueueBytesMax,
  stallMs,
} from "./limits.ts";
import { Link } from "./link.ts";
import type { ConnectionId, LongPacket } from "./packet.ts";
import { PeerPath } from "./peer-path.ts";
import { type FramesOutcome, Session } from "./session.ts";
import { SocketShare } from "./socket-shares.ts";
import type { StreamPort } from "./stream-port.ts";

type State =
  | { readonly type: "connecting"; readonly handshake: ClientHandshake }
  | {
      readonly type: "half-open";
      readonly expiresAt: number;
      readonly proven: Proven;
      readonly accept: Uint8Array;
      acceptSentAt: number | undefined;
      isAcceptDue: boolean;
    }
  | { readonly type: "open" }
  | { readonly type: "lingering"; readonly until: number; readonly reason: CloseReason }
  | { readonly type: "closing"; readonly closing: Closing }
  | { readonly type: "draining"; readonly forgetAt: number }
  | { readonly type: "forgotten" };

/** What `opened` tells of the peer. It is not kept, for the application keeps what it needs of it. */
interface Proven {
  readonly peerKey: Uint8Array;
  readonly channelBinding: Uint8Array;
}

/** Closing and draining last this many probe timeouts (RFC 9000 section 10.2). */
const forgetProbeTimeouts = 3;

/**
 * One connection from its first packet to its last, as a pure state machine. After any calls but
 * `pollTransmit`, the owner polls it until it has nothing more to send, then asks for a deadline
 * (`plan`).
 */
export class Connection {
  readonly handle: ConnectionHandle;
  readonly id: ConnectionId;
  readonly isIncoming: boolean;
  readonly #emit: (event: EndpointEvent) => void;
  readonly #makeAead: AeadMaker;
  readonly #session: Session;
  readonly #path: PeerPath;
  #state: State;
  /** What the handshake brought, or `undefined` before. */
  #link: Link | undefined;
  /** The deadline that the owner was last told. */
  #plannedAt: number | undefined;

  constructor(now: number, host: ConnectionHost, start: ConnectionStart) {
    this.handle = start.handle;
    this.id = start.id;
    this.isIncoming = start.type === "incoming";
    this.#path = new PeerPath({
      address: start.peer,
      isFollowing: this.isIncoming,
      random: host.random,
    });
    this.#emit = host.emit;
    this.#makeAead = host.makeAead;
    this.#session = new Session(now, {
      random: host.random,
      budget: host.budget,
      makeCongestion: host.makeCongestion,
      ackDelayMs: host.ackDelayMs,
      pathBytesMax: () => host.pathBytesMax(this.#path.address),
      isConsuming: host.isConsuming,
      share: new SocketShare(host.shares, host.parameters.socketBytes),
      onMessage: (channel, message) =>
        host.emit({ type: "message", connection: this.handle, channel, message }),
      onDatagram: (bytes) => host.emit({ type: "datagram", connection: this.handle, bytes }),
      onEvent: (event) => host.emit({ ...event, connection: this.handle }),
      onResumed: () => host.wake(this.handle),
    });
    if (start.type === "outgoing") {
      const { id } = this;
      const { random, parameters } = host;
      const handshake = new ClientHandshake(now, {
        ...start.options,
        id,
        random,
        local: start.local,
        parameters,
      });
      this.#state = { type: "connecting", handshake };
    } else {
      const { accept } = start.incoming;
      const proven = provenBy(start.incoming);
      const expiresAt = now + halfOpenMs;
      const acceptSentAt = undefined;
      this.#state = {
        type: "half-open",
        expiresAt,
        proven,
        accept,
        acceptSentAt,
        isAcceptDue: true,
      };
      this.#agree(now, start.incoming, keepAliveServerMs);
    }
  }

  get isHalfOpen(): boolean {
    return this.#state.type === "half-open";
  }

  /** The id that the peer has for itself, or `undefined` before the handshake told it. */
  get peerId(): ConnectionId | undefined {
    return this.#link?.peerId;
  }

  /** Nothing will come of it any more; its id may be dropped. */
  get isForgotten(): boolean {
    return this.#state.type === "forgotten";
  }

  get stats(): ConnectionStats {
    return this.#session.stats;
  }

  /** When `handleTimeout` is due or an ACK must leave, or `undefined`. Who asks keeps to it. */
  plan(): number | undefined {
    this.#plannedAt = this.#deadline;
    return this.#plannedAt;
  }

  get #deadline(): number | undefined {
    const state = this.#state;
    switch (state.type) {
      case "connecting":
        return state.handshake.deadline;
      case "half-open":
        return state.expiresAt;
      case "open":
        return earliest(this.#session.deadline, this.#path.deadline);
      case "lingering":
        return earliest(state.until, earliest(this.#session.deadline, this.#path.deadline));
      case "closing":
        return state.closing.forgetAt;
      case "draining":
        return state.forgetAt;
      case "forgotten":
        return undefined;
      default:
        return assertNever(state);
    }
  }

  /** Queues a message; see `EndpointPort.send`. */
  send(now: number, channel: number, message: Uint8Array): boolean {
    return this.#mayQueue(now) ? this.#session.send(channel, message) : true;
  }

  /** What may be done with its streams now; see `EndpointPort.streams`. */
  streams(now: number): StreamPort | undefined {
    return this.#mayQueue(now) ? this.#session.streams : undefined;
  }

  /** Delivers what is queued, for `lingerMs` at most, then closes. */
  close(now: number, code: number, text: string): void {
    const reason: CloseReason = { cause: "local", code, text };
    const { type } = this.#state;
    if (type === "open" && 0 < this.#session.queuedBytes) {
      this.#state = { type: "lingering", until: now + lingerMs, reason };
    } else if (type !== "lingering") this.abort(now, code, text);
  }

  /** Closes at once; what is queued is lost. */
  abort(now: number, code: number, text: string): void {
    const reason: CloseReason = { cause: "local", code, text };
    const { type } = this.#state;
    if (type === "connecting" || type === "half-open") this.#end(reason);
    else if (this.#isUsable()) this.#startClosing(now, reason);
  }

  /** A long packet from the server of a connection that we begin. */
  handleHandshake(now: number, packet: LongPacket): PacketDrop | undefined {
    if (this.#state.type !== "connecting") return "duplicate";
    const outcome = this.#state.handshake.handle(now, packet);
    if (typeof outcome !== "object") return outcome;
    this.#agree(now, outcome, keepAliveClientMs);
    this.#open(provenBy(outcome));
    return undefined;
  }

  /** The client sent INIT again: it has not seen our ACCEPT. */
  handleInitAgain(): void {
    if (this.#state.type === "half-open") this.#state.isAcceptDue = true;
  }

  /** The server says that it does not know this connection, and proves that it did. */
  handleReset(token: Uint8Array): PacketDrop | undefined {
    if (!this.#isUsable() || this.#link?.isReset(token) !== true) return "unexpected";
    this.#end({ cause: "reset", code: 0, text: "the server has forgotten this connection" });
    return undefined;
  }

  /** A short packet with our id. */
  handlePacket(now: number, received: ReceivedPacket): PacketDrop | undefined {
    const link = this.#link;
    if (link === undefined) return "unexpected";
    this.#noteStall(now);
    const { from, datagram } = received;
    const packetNumber = this.#session.expand(received.numberLow);
    const payload = link.open(now, datagram, packetNumber);
    if (link.failure !== undefined && this.#isUsable()) {
      this.#violate(now, link.failure.code, link.failure.text);
    }
    if (payload === undefined) return "damaged";
    // Not before it is proven: else a forgery could say which packets have come.
    if (this.#session.isDuplicate(packetNumber)) return "duplicate";
    if (this.#state.type === "closing") this.#state.closing.onStray();
    if (this.#state.type === "half-open") {
      this.#session.assumeRoundTrip(now - (this.#state.acceptSentAt ?? now));
      this.#open(this.#state.proven);
    }
    if (!this.#isUsable()) return "unexpected";
    this.#session.onHeard(now, datagram.length);
    const frames = decodeFrames(payload);
    if (frames === undefined) {
      this.#violate(now, transportCodes.protocolViolation, "a packet has frames we cannot read");
      return undefined;
    }
    const isNewest = this.#session.isNewest(packetNumber);
    const outcome = this.#session.handleFrames(now, packetNumber, frames);
    if (this.#path.handlePacket(now, { from, bytes: datagram.length, frames, isNewest })) {
      this.#session.onPathChanged(now);
    }
    this.#apply(now, outcome);
    this.#noteProgress(now);
    return outcome.type === "refused" ? "no-room" : undefined;
  }

  /** Does what has fallen due by `now`. */
  handleTimeout(now: number): void {
    this.#noteStall(now);
    const state = this.#state;
    switch (state.type) {
      case "connecting": {
        const reason = state.handshake.onTimeout(now);
        if (reason !== undefined) this.#end(reason);
        return;
      }
      case "half-open":
        if (state.expiresAt <= now) this.#forget();
        return;
      case "lingering":
        if (state.until <= now) this.#startClosing(now, state.reason);
        else this.#handleSessionTimeout(now);
        return;
      case "open":
        this.#handleSessionTimeout(now);
        return;
      case "closing":
        if (state.closing.forgetAt <= now) this.#forget();
        return;
      case "draining":
        if (state.forgetAt <= now) this.#forget();
        return;
      case "forgotten":
        return;
      default:
        assertNever(state);
    }
  }

  /** The next datagram; short packets lie in the writer's buffer. `undefined`: nothing to send. */
  pollTransmit(now: number, writer: ByteWriter): Transmit | undefined {
    this.#apply(now, this.#session.takeResumeOutcome());
    const probe = this.#isUsable() ? this.#path.takeProbe(now) : undefined;
    if (probe !== undefined && this.#link !== undefined) {
      const datagram = this.#link.writeProbe(now, writer, probe);
      return { to: probe.to, datagram, isLast: false };
    }
    const datagram = this.#nextDatagram(now, writer);
    const isLast = this.#isUsable() && this.#link?.isDrained === true;
    return datagram && { to: this.#path.address, datagram, isLast };
  }

  #nextDatagram(now: number, writer: ByteWriter): Uint8Array | undefined {
    const state = this.#state;
    switch (state.type) {
      case "connecting":
        return state.handshake.takePacket(now);
      case "half-open":
        if (!state.isAcceptDue) return undefined;
        state.isAcceptDue = false;
        state.acceptSentAt ??= now;
        return state.accept;
      case "open":
      case "lingering":
        return this.#link?.writePacket(now, writer);
      case "closing":
        if (!state.closing.takeClose()) return undefined;
        return this.#link?.writeClose(now, writer, state.closing.reason);
      case "draining":
      case "forgotten":
        return undefined;
      default:
        return assertNever(state);
    }
  }

  /** Whether more may be queued; where too much is, the connection ends. */
  #mayQueue(now: number): boolean {
    const { type } = this.#state;
    if (type !== "connecting" && type !== "open") return false;
    if (this.#session.queuedBytes <= sendQueueBytesMax) return true;
    const text = "the peer takes too little of what it is sent";
    this.#startClosing(now, { cause: "local", code: transportCodes.peerTooSlow, text });
    return false;
  }

  #isUsable(): boolean {
    return this.#state.type === "open" || this.#state.type === "lingering";
  }

  #noteStall(now: number): void {
    if (this.#plannedAt === undefined || now <= this.#plannedAt + stallMs) return;
    this.#plannedAt = undefined;
    this.#session.onStall(now);
  }

  #handleSessionTimeout(now: number): void {
    this.#path.onTimeout(now);
    if (this.#session.handleTimeout(now) === "alive") return;
    this.#end({ cause: "timed-out", code: 0, text: "no sign of life" });
  }

  /** What the acknowledgements of a packet made possible. */
  #noteProgress(now: number): void {
    if (this.#state.type === "lingering" && this.#session.queuedBytes === 0) {
      this.#startClosing(now, this.#state.reason);
    } else if (this.#state.type === "open" && this.#session.takeWritable()) {
      this.#emit({ type: "writable", connection: this.handle });
    }
  }

  #apply(now: number, outcome: FramesOutcome): void {
    if (outcome.type === "violated") this.#violate(now, outcome.code, outcome.text);
    if (outcome.type !== "ended") return;
    const { code, text } = outcome;
    this.#finish({ cause: "peer", code, text });
    this.#state = { type: "draining", forgetAt: this.#forgetAt(now) };
  }

  #violate(now: number, code: number, text: string): void {
    this.#startClosing(now, { cause: "protocol-violation", code, text });
  }

  #agree(now: number, agreement: Agreement, keepAliveMs: number): void {
    this.#session.setPeer(now, agreement.parameters, keepAliveMs);
    if (agreement.handshakeMs !== undefined) this.#session.assumeRoundTrip(agreement.handshakeMs);
    this.#link = new Link(now, agreement, this.#session, this.#makeAead);
  }

  #open(proven: Proven): void {
    this.#state = { type: "open" };
    // The client's PING makes the connection real for the server; the server's gives it a round
    // trip, without which it would take half a second longer to tell a dead client.
    this.#session.ping();
    const { handle, isIncoming } = this;
    const peer = this.#path.address;
    this.#emit({ type: "opened", connection: handle, peer, ...proven, isIncoming });
  }

  #startClosing(now: number, reason: CloseReason): void {
    this.#finish(reason);
    this.#state = { type: "closing", closing: new Closing(reason, this.#forgetAt(now)) };
  }

  /** Over without a word to the peer: there is none, or it does not hear. */
  #end(reason: CloseReason): void {
    this.#finish(reason);
    this.#forget();
  }

  #finish(reason: CloseReason): void {
    this.#session.stop();
    // Nobody was ever told of a half-open connection.
    if (this.#state.type !== "half-open") {
      this.#emit({ type: "closed", connection: this.handle, reason });
    }
  }

  #forget(): void {
    this.#state = { type: "forgotten" };
  }

  #forgetAt(now: number): number {
    return now + forgetProbeTimeouts * this.#session.probeTimeoutMs;
  }
}

function provenBy({ peerKey, session }: Agreement): Proven {
  return { peerKey, channelBinding: session.handshakeHash };
}
