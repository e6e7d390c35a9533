import type { Address } from "../base/address.ts";
import { assertNever } from "../base/assert.ts";
import { ByteWriter } from "../base/bytes.ts";
import type { Random } from "../base/random.ts";
import { transportCodes } from "./close-codes.ts";
import { Closing } from "./closing.ts";
import type { CongestionFactory } from "./congestion.ts";
import type { CloseReason, ConnectionHandle, EndpointEvent } from "./endpoint-port.ts";
import { decodeFrames, writeClose } from "./frames.ts";
import { ClientHandshake } from "./handshake.ts";
import {
  datagramBytesMax,
  halfOpenMs,
  keepAliveClientMs,
  keepAliveServerMs,
  lingerMs,
  sendQueueBytesHigh,
  sendQueueBytesLow,
  sendQueueBytesMax,
  stallMs,
  transportVersion,
} from "./limits.ts";
import {
  type ConnectionId,
  checksumProtection,
  encodeLongPacket,
  type InitPacket,
  type LongPacket,
  shortHeaderBytes,
  writeShortHeader,
} from "./packet.ts";
import { ourParameters } from "./parameters.ts";
import type { ReceiveBudget } from "./receive-budget.ts";
import { type ConnectionStats, type FramesOutcome, Session } from "./session.ts";

/** What a connection needs from its endpoint. */
export interface ConnectionOptions {
  readonly handle: ConnectionHandle;
  /** Our own id, which the peer writes into every packet to us. */
  readonly id: ConnectionId;
  /** Where we send, for the whole life of the connection: roaming comes with encryption. */
  readonly peer: Address;
  readonly random: Random;
  readonly budget: ReceiveBudget;
  readonly makeCongestion: CongestionFactory;
  readonly emit: (event: EndpointEvent) => void;
  /** Something outside of the connection gave it work: poll it. */
  readonly wake: () => void;
}

/** Why a packet of a connection was dropped. */
export type PacketDrop = "damaged" | "duplicate" | "no-room" | "unexpected";

type State =
  | { readonly type: "connecting"; readonly handshake: ClientHandshake }
  | { readonly type: "half-open"; readonly expiresAt: number; isAcceptDue: boolean }
  | { readonly type: "open" }
  | { readonly type: "lingering"; readonly until: number; readonly reason: CloseReason }
  | { readonly type: "closing"; readonly closing: Closing }
  | { readonly type: "draining"; readonly forgetAt: number }
  | { readonly type: "forgotten" };

/** Closing and draining last this many probe timeouts (RFC 9000 section 10.2). */
const forgetProbeTimeouts = 3;

/**
 * One connection from its first packet to its last, as a pure state machine. After any call but
 * `pollTransmit`, the owner polls it until it has nothing more to send, then looks at `deadline`.
 */
export class Connection {
  readonly handle: ConnectionHandle;
  readonly id: ConnectionId;
  readonly peer: Address;
  readonly isIncoming: boolean;
  readonly #emit: (event: EndpointEvent) => void;
  readonly #session: Session;
  #state: State;
  /** The id that the peer wants to see; known once the handshake told it. */
  #peerId: ConnectionId = 0;
  /** `send` said false, and `writable` has not come since. */
  #isPaused = false;

  /** With `init` it is one that a client begins, whose cookie was verified; else it is ours. */
  constructor(now: number, options: ConnectionOptions, init?: InitPacket) {
    this.handle = options.handle;
    this.id = options.id;
    this.peer = options.peer;
    this.isIncoming = init !== undefined;
    this.#emit = options.emit;
    this.#session = new Session(now, {
      random: options.random,
      budget: options.budget,
      makeCongestion: options.makeCongestion,
      onMessage: (channel, message) =>
        options.emit({ type: "message", connection: options.handle, channel, message }),
      onResumed: options.wake,
    });
    if (init === undefined) {
      this.#state = { type: "connecting", handshake: new ClientHandshake(now) };
    } else {
      this.#state = { type: "half-open", expiresAt: now + halfOpenMs, isAcceptDue: true };
      this.#peerId = init.source;
      this.#session.setPeer(now, init.parameters, keepAliveServerMs);
    }
  }

  get isHalfOpen(): boolean {
    return this.#state.type === "half-open";
  }

  /** Nothing will come of it any more; its id may be dropped. */
  get isForgotten(): boolean {
    return this.#state.type === "forgotten";
  }

  get stats(): ConnectionStats {
    return this.#session.stats;
  }

  /** When `handleTimeout` is due or an ACK must leave, or `undefined`. */
  get deadline(): number | undefined {
    const state = this.#state;
    switch (state.type) {
      case "connecting":
        return state.handshake.deadline;
      case "half-open":
        return state.expiresAt;
      case "open":
        return this.#session.deadline;
      case "lingering":
        return Math.min(state.until, this.#session.deadline ?? state.until);
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
    const { type } = this.#state;
    if (type !== "connecting" && type !== "open") return true;
    if (sendQueueBytesMax < this.#session.queuedBytes) {
      const text = "the peer takes too little of what it is sent";
      this.#startClosing(now, { cause: "local", code: transportCodes.peerTooSlow, text });
      return true;
    }
    this.#session.write(channel, message);
    if (this.#session.unsentBytes <= sendQueueBytesHigh) return true;
    this.#isPaused = true;
    return false;
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
    switch (packet.type) {
      case "retry":
        this.#state.handshake.onRetry(packet.cookie);
        return undefined;
      case "accept":
        this.#peerId = packet.source;
        this.#session.setPeer(now, packet.parameters, keepAliveClientMs);
        this.#open();
        return undefined;
      case "refuse":
        this.#end({ cause: "refused", code: packet.code, text: packet.text });
        return undefined;
      case "version": {
        // RFC 9000 section 6.2: a list that names our own version is a forgery or a mistake.
        if (packet.versions.includes(transportVersion)) return "unexpected";
        const theirs = packet.versions.join(", ");
        const text = `the server speaks transport version ${theirs}, we speak ${transportVersion}`;
        this.#end({ cause: "refused", code: transportCodes.versionMismatch, text });
        return undefined;
      }
      case "init":
        return "unexpected";
      default:
        return assertNever(packet);
    }
  }

  /** The client sent INIT again: it has not seen our ACCEPT. */
  handleInitAgain(): void {
    if (this.#state.type === "half-open") this.#state.isAcceptDue = true;
  }

  /** A short packet with our id. */
  handlePacket(now: number, datagram: Uint8Array, numberLow: number): PacketDrop | undefined {
    this.#noteStall(now);
    const packetNumber = this.#session.expand(numberLow);
    const packet = checksumProtection.open(datagram, packetNumber);
    if (packet === undefined || packet.length < shortHeaderBytes) return "damaged";
    if (this.#state.type === "closing") this.#state.closing.onStray();
    if (this.#state.type === "half-open") this.#open();
    if (!this.#isUsable()) return "unexpected";
    this.#session.onHeard(now);
    if (this.#session.isDuplicate(packetNumber)) return "duplicate";
    const frames = decodeFrames(packet.subarray(shortHeaderBytes));
    if (frames === undefined) {
      this.#violate(now, transportCodes.protocolViolation, "a packet has frames we cannot read");
      return undefined;
    }
    const outcome = this.#session.handleFrames(now, packetNumber, frames);
    this.#apply(now, outcome);
    this.#noteProgress(now);
    return outcome.type === "refused" ? "no-room" : undefined;
  }

  /** Does what has fallen due by `now`. */
  handleTimeout(now: number): void {
    this.#noteStall(now);
    const state = this.#state;
    switch (state.type) {
      case "connecting":
        if (!state.handshake.onTimeout(now)) {
          this.#end({ cause: "unreachable", code: 0, text: "no answer" });
        }
        return;
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

  /** The next datagram; short packets are written into `buffer`. `undefined`: nothing to send. */
  pollTransmit(now: number, buffer: Uint8Array): Uint8Array | undefined {
    this.#apply(now, this.#session.takeResumeOutcome());
    const state = this.#state;
    switch (state.type) {
      case "connecting": {
        const cookie = state.handshake.takeInit();
        if (cookie === undefined) return undefined;
        const ids = { destination: 0, source: this.id };
        return encodeLongPacket({ type: "init", ...ids, cookie, parameters: ourParameters });
      }
      case "half-open": {
        if (!state.isAcceptDue) return undefined;
        state.isAcceptDue = false;
        const ids = { destination: this.#peerId, source: this.id };
        return encodeLongPacket({ type: "accept", ...ids, parameters: ourParameters });
      }
      case "open":
      case "lingering":
        return this.#writePacket(now, buffer);
      case "closing": {
        if (!state.closing.takeClose()) return undefined;
        const writer = payloadWriter(buffer);
        writeClose(writer, state.closing.reason.code, state.closing.reason.text);
        return this.#seal(buffer, writer.offset, this.#session.takeNumber());
      }
      case "draining":
      case "forgotten":
        return undefined;
      default:
        return assertNever(state);
    }
  }

  #writePacket(now: number, buffer: Uint8Array): Uint8Array | undefined {
    const writer = payloadWriter(buffer);
    const payload = this.#session.writePayload(now, writer);
    if (payload === undefined) return undefined;
    const packetNumber = this.#session.takeNumber();
    const packet = this.#seal(buffer, writer.offset, packetNumber);
    this.#session.onSent(now, packetNumber, payload, packet.length);
    return packet;
  }

  #seal(buffer: Uint8Array, payloadBytes: number, packetNumber: number): Uint8Array {
    const bytes = shortHeaderBytes + payloadBytes + checksumProtection.tagBytes;
    const packet = buffer.subarray(0, bytes);
    writeShortHeader(new ByteWriter(packet), this.#peerId, packetNumber);
    checksumProtection.seal(packet, packetNumber);
    return packet;
  }

  #isUsable(): boolean {
    return this.#state.type === "open" || this.#state.type === "lingering";
  }

  #noteStall(now: number): void {
    const { deadline } = this;
    if (deadline !== undefined && deadline + stallMs < now) this.#session.onStall(now);
  }

  #handleSessionTimeout(now: number): void {
    if (this.#session.handleTimeout(now) === "alive") return;
    this.#end({ cause: "timed-out", code: 0, text: "no sign of life" });
  }

  /** What the acknowledgements of a packet made possible. */
  #noteProgress(now: number): void {
    const { queuedBytes, unsentBytes } = this.#session;
    if (this.#state.type === "lingering" && queuedBytes === 0) {
      this.#startClosing(now, this.#state.reason);
    } else if (this.#state.type === "open" && this.#isPaused && unsentBytes < sendQueueBytesLow) {
      this.#isPaused = false;
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

  #open(): void {
    this.#state = { type: "open" };
    // The client's PING makes the connection real for the server; the server's gives it a round
    // trip, without which it would take half a second longer to tell a dead client.
    this.#session.ping();
    const { handle, peer, isIncoming } = this;
    this.#emit({ type: "opened", connection: handle, peer, isIncoming });
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

function payloadWriter(buffer: Uint8Array): ByteWriter {
  const end = datagramBytesMax - checksumProtection.tagBytes;
  return new ByteWriter(buffer.subarray(shortHeaderBytes, end));
}
