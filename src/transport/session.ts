import { assertNever } from "../base/assert.ts";
import type { ByteWriter } from "../base/bytes.ts";
import type { Random } from "../base/random.ts";
import { transportCodes } from "./close-codes.ts";
import type { CongestionFactory } from "./congestion.ts";
import { earliest } from "./deadlines.ts";
import type { ConnectionStats } from "./endpoint-stats.ts";
import {
  controlFrameBytesMax,
  type Frame,
  frameTypes,
  isAckEliciting,
  writeNumber,
} from "./frames.ts";
import { datagramBytesMin, keepAliveServerMs, probeCount } from "./limits.ts";
import { Liveness } from "./liveness.ts";
import { PacketSpace, type SettledPackets } from "./packet-space.ts";
import type { TransportParameters } from "./parameters.ts";
import type { ReceiveOutcome } from "./receive-stream.ts";
import type { SentFrame, SentPacket } from "./sent-packet.ts";
import type { SocketShare } from "./socket-shares.ts";
import type { StreamPort } from "./stream-port.ts";
import { Streams, type StreamsOptions } from "./streams.ts";
import { YieldWindow, yieldWindowBytes } from "./yield-window.ts";

/**
 * What a packet led to. After `refused` it must count as not received; `ended` is the peer's CLOSE;
 * `violated` asks us to close with this code.
 */
export type FramesOutcome =
  | { readonly type: "taken" | "refused" }
  | { readonly type: "ended" | "violated"; readonly code: number; readonly text: string };

/** The frames of one packet, before header and tag. */
export interface Payload {
  readonly frames: readonly SentFrame[];
  readonly isAckEliciting: boolean;
  readonly isMtuProbe: boolean;
  /** Nothing is left that may be sent now. */
  readonly isLast: boolean;
}

const taken: FramesOutcome = { type: "taken" };
const refused: FramesOutcome = { type: "refused" };

/**
 * What runs over a connection once both sides know each other: packets, streams, credit and
 * keep-alive. It neither knows addresses nor how connections begin and end.
 */
export class Session {
  readonly #random: Random;
  readonly #pathBytesMax: () => number;
  readonly #space: PacketSpace;
  readonly #streams: Streams;
  readonly #share: SocketShare;
  /** The newest packet in which the peer told our part of its socket. */
  #shareNumber = -1;
  /** `undefined` until something of the files class is on its way. */
  #yield: YieldWindow | undefined;
  #liveness: Liveness;
  #probesDue = 0;
  #isPingDue = false;
  #resumeOutcome: ReceiveOutcome = "taken";
  #largestAcked: number | undefined;

  constructor(
    now: number,
    options: Omit<StreamsOptions, "onUnblocked"> & {
      readonly random: Random;
      readonly makeCongestion: CongestionFactory;
      /** The peer's part of our socket. */
      readonly share: SocketShare;
      /** How long the peer's ACKs may wait now, in ms. */
      readonly ackDelayMs: () => number;
      /** The longest datagram that our side of the path to the peer carries now. */
      readonly pathBytesMax: () => number;
      /** A stream that waited for memory went on: there may be something to send. */
      readonly onResumed: () => void;
    },
  ) {
    this.#random = options.random;
    this.#pathBytesMax = options.pathBytesMax;
    this.#share = options.share;
    this.#space = new PacketSpace(options.random, options.makeCongestion, options.ackDelayMs);
    this.#liveness = new Liveness(now, keepAliveServerMs);
    const { onResumed } = options;
    this.#streams = new Streams({
      ...options,
      onUnblocked: (outcome) => {
        if (outcome !== "taken") this.#resumeOutcome = outcome;
        onResumed();
      },
    });
  }

  get stats(): ConnectionStats {
    return {
      roundTripMs: this.#space.roundTripMs,
      latestRoundTripMs: this.#space.latestRoundTripMs,
      windowBytes: this.#space.windowBytes,
      bytesInFlight: this.#space.bytesInFlight,
      sentPackets: this.#space.sentCount,
      lostPackets: this.#space.lostCount,
      queuedBytes: this.queuedBytes,
      heldBytes: this.#streams.heldBytes,
    };
  }

  /** Bytes that the peer has not acknowledged. */
  get queuedBytes(): number {
    return this.#streams.queuedBytes;
  }

  /** The highest packet number that the peer has acknowledged, or `undefined`. */
  get largestAcked(): number | undefined {
    return this.#largestAcked;
  }

  /** Bytes that were not sent yet, for want of window, credit or time. */
  get unsentBytes(): number {
    return this.#streams.unsentBytes;
  }

  /** One probe timeout, in ms. */
  get probeTimeoutMs(): number {
    return this.#space.probeTimeoutMs;
  }

  /** When `handleTimeout` is due or an ACK must leave, or `undefined`. */
  get deadline(): number | undefined {
    return earliest(this.#space.deadline, this.#liveness.deadline(this.#space.probeRounds));
  }

  /** What the handshake brought. `keepAliveMs` is ours; a peer that is less patient shortens it. */
  setPeer(now: number, parameters: TransportParameters, keepAliveMs: number): void {
    this.#streams.setLimits(parameters);
    this.#space.setPeer(parameters, this.#pathBytesMax());
    // The other half of the peer's patience is for the probes that follow a lost PING.
    this.#liveness = new Liveness(now, Math.min(keepAliveMs, parameters.idleMsMax / 2));
  }

  /** How long the handshake took, in ms: the first guess of the round trip. */
  assumeRoundTrip(roundTripMs: number): void {
    this.#space.assumeRoundTrip(roundTripMs);
  }

  /** What the user of the connection may do with its streams. */
  get streams(): StreamPort {
    return this.#streams;
  }

  /** Queues a message on a channel; `false` when its class is above its mark. */
  send(channel: number, message: Uint8Array): boolean {
    return this.#streams.send(channel, message);
  }

  /** Whether those who were asked for a pause may go on; says so once. */
  takeWritable(): boolean {
    return this.#streams.takeWritable();
  }

  /** A PING goes out as soon as there is room, unless something else does that must be answered. */
  ping(): void {
    this.#isPingDue = true;
  }

  /** The connection is over; gives back memory. */
  stop(): void {
    this.#streams.end();
  }

  /** The peer is somewhere else: what was measured is void, and what is in flight goes again. */
  onPathChanged(now: number): void {
    this.#settle(this.#space.onPathChanged(now, this.#pathBytesMax()));
    this.#yield = undefined;
    this.#isPingDue = true;
  }

  /** We were away for so long that silence proves nothing. */
  onStall(now: number): void {
    this.#space.onStall(now);
    this.#liveness.onStall(now);
  }

  /** A valid packet arrived, whatever is in it. */
  onHeard(now: number, bytes: number): void {
    this.#share.onReceived(now, bytes);
    this.#liveness.onHeard(now, this.#random.unit());
  }

  expand(numberLow: number): number {
    return this.#space.expand(numberLow);
  }

  /** Whether no higher packet number has come yet. */
  isNewest(packetNumber: number): boolean {
    return this.#space.isNewest(packetNumber);
  }

  isDuplicate(packetNumber: number): boolean {
    return this.#space.isDuplicate(packetNumber);
  }

  handleFrames(now: number, packetNumber: number, frames: readonly Frame[]): FramesOutcome {
    let isRefused = false;
    for (const frame of frames) {
      const outcome = this.#handleFrame(now, packetNumber, frame);
      if (outcome.type === "refused") isRefused = true;
      else if (outcome.type !== "taken") return outcome;
    }
    // Doing the frames of a refused packet again, when it is repeated, changes nothing.
    if (isRefused) return refused;
    this.#space.onReceived(now, packetNumber, frames.some(isAckEliciting));
    return taken;
  }

  /** Does what has fallen due; says that the peer is dead. */
  handleTimeout(now: number): "alive" | "dead" {
    const settled = this.#space.onTimeout(now);
    this.#settle(settled);
    if (settled.probes !== undefined) {
      this.#probesDue = probeCount;
      for (const packet of settled.probes) this.#onPacketLost(packet);
    }
    if (this.#liveness.takePing(now)) this.#isPingDue = true;
    return this.#liveness.isDead(now, this.#space.probeRounds) ? "dead" : "alive";
  }

  /** What a stream did when memory came free; a violation is told once. */
  takeResumeOutcome(): FramesOutcome {
    const outcome = this.#resumeOutcome;
    this.#resumeOutcome = "taken";
    return frameOutcome(outcome);
  }

  /** How long the next packet may be. Probes are short: a path may have ceased to carry long ones. */
  get datagramBytes(): number {
    return 0 < this.#probesDue ? datagramBytesMin : this.#space.datagramBytes;
  }

  /**
   * The length of a packet that should leave now to try the path, or `undefined`. A probe costs its
   * length, so it is only worth it when one of that length could be filled: a thousand who chat would
   * be sent 60 kB each for lines of 200 bytes.
   */
  mtuProbeBytes(now: number): number | undefined {
    const bytes = this.#probesDue === 0 ? this.#space.mtuProbeBytes(now) : undefined;
    return bytes !== undefined && bytes <= this.unsentBytes ? bytes : undefined;
  }

  /** Fills a packet that tries the path. */
  writeMtuProbe(writer: ByteWriter): Payload {
    writer.u8(frameTypes.ping);
    writer.zeros(writer.remaining);
    return { frames: [], isAckEliciting: true, isMtuProbe: true, isLast: false };
  }

  /** Writes the frames of the next packet; `undefined` when there is nothing to send now. */
  writePayload(now: number, writer: ByteWriter): Payload | undefined {
    const isProbe = 0 < this.#probesDue;
    const hasRoom = isProbe || this.#space.hasWindow;
    const mayCarryData = hasRoom && (isProbe || this.#space.isPaceOpen(now));
    const isAckDue = this.#space.isAckDue(now);
    if (!hasRoom && !isAckDue) {
      this.#space.onSendingStopped(this.#streams.hasSendable(this.#fileBytesMax));
      return undefined;
    }
    const frames: SentFrame[] = [];
    const ack = this.#space.writeAck(now, writer);
    if (ack !== undefined) frames.push(ack);
    const ackEnd = writer.offset;
    if (this.#space.isAckOfAckDue(now)) this.#isPingDue = true;
    if (hasRoom) this.#writeAckEliciting(writer, frames, mayCarryData);
    const isAckEliciting = ackEnd < writer.offset;
    if (!isAckEliciting && !isAckDue) {
      this.#space.onSendingStopped(!mayCarryData && this.#streams.hasSendable(this.#fileBytesMax));
      return undefined;
    }
    if (ack !== undefined) this.#space.onAckSent();
    // Of probes there are two, whatever is in them.
    const isLast = mayCarryData && !isProbe && this.#streams.isEmptiedInto(writer);
    return { frames, isAckEliciting, isMtuProbe: false, isLast };
  }

  /** The number for the packet that is about to leave. */
  takeNumber(): number {
    return this.#space.takeNumber();
  }

  onSent(now: number, packetNumber: number, payload: Payload, bytes: number): void {
    const { frames, isAckEliciting, isMtuProbe, isLast } = payload;
    if (isAckEliciting) {
      this.#probesDue = Math.max(0, this.#probesDue - 1);
      this.#space.onSent({ packetNumber, sentAt: now, bytes, frames, isMtuProbe });
    }
    if (isLast) this.#space.onSendingStopped(false);
  }

  /** Credit and PING are never paced: they are few, and others wait for them. */
  #writeAckEliciting(writer: ByteWriter, frames: SentFrame[], mayCarryData: boolean): void {
    const start = writer.offset;
    this.#streams.writeCredit(writer, frames);
    this.#writeShare(writer, frames);
    if (mayCarryData && 0 < this.unsentBytes) {
      const request = this.#space.writeAckFrequency(writer);
      if (request !== undefined) frames.push(request);
    }
    if (mayCarryData) this.#streams.writeData(writer, frames, this.#fileBytesMax);
    const isPingNeeded = this.#isPingDue || 0 < this.#probesDue;
    if (isPingNeeded && writer.offset === start) writer.u8(frameTypes.ping);
    this.#isPingDue = false;
  }

  #writeShare(writer: ByteWriter, frames: SentFrame[]): void {
    const bytes = this.#share.due;
    if (bytes === undefined || writer.remaining < controlFrameBytesMax) return;
    writeNumber(writer, frameTypes.socketBytes, bytes);
    this.#share.onTold(bytes);
    frames.push({ type: "socket-bytes" });
  }

  #handleFrame(now: number, packetNumber: number, frame: Frame): FramesOutcome {
    switch (frame.type) {
      case "ping":
      // These are about where the peer is, which is not known here.
      case "path-challenge":
      case "path-response":
        return taken;
      case "ack-frequency":
        this.#space.onAckRequest(frame);
        return taken;
      case "socket-bytes":
        // It rises and falls, so the order of sending counts, not that of arrival.
        if (this.#shareNumber <= packetNumber) this.#space.setPeerSocketBytes(frame.bytes);
        this.#shareNumber = Math.max(this.#shareNumber, packetNumber);
        return taken;
      case "ack": {
        const settled = this.#space.onAck(now, frame.ranges, frame.delayMs);
        if (settled === undefined) {
          return violation("an ACK names a packet that was never sent");
        }
        this.#noteQueue(now, settled, frame.delayMs);
        this.#settle(settled);
        this.#largestAcked = Math.max(this.#largestAcked ?? 0, (frame.ranges[0]?.end ?? 0) - 1);
        return taken;
      }
      case "close":
        return { type: "ended", code: frame.code, text: frame.text };
      default:
        return frameOutcome(this.#streams.handleFrame(frame));
    }
  }

  get #fileBytesMax(): number {
    return this.#yield?.bytes ?? yieldWindowBytes(this.#space.datagramBytes);
  }

  /** Files give way to what the ACK shows of the queue. */
  #noteQueue(now: number, settled: SettledPackets, ackDelayMs: number): void {
    const { datagramBytes, roundTripMinMs } = this.#space;
    const { fileBytesInFlight } = this.#streams;
    if (this.#yield === undefined) {
      if (fileBytesInFlight === 0) return;
      const known = roundTripMinMs === undefined ? undefined : { now, roundTripMs: roundTripMinMs };
      this.#yield = new YieldWindow(datagramBytes, known);
    }
    const isLimiting = this.#yield.bytes < fileBytesInFlight + datagramBytes;
    const { roundTripMs: wholeMs } = settled;
    const roundTripMs = wholeMs && Math.max(0, wholeMs - ackDelayMs);
    this.#yield.onAcked(now, { roundTripMs, isLimiting, datagramBytes });
  }

  #settle({ acked, lost, revived }: SettledPackets): void {
    for (const packet of revived) this.#onPacketAcked(packet);
    for (const packet of acked) this.#onPacketAcked(packet);
    for (const packet of lost) this.#onPacketLost(packet);
  }

  #onPacketAcked({ frames }: SentPacket): void {
    for (const frame of frames) this.#streams.onAcked(frame);
  }

  #onPacketLost({ frames }: SentPacket): void {
    for (const frame of frames) {
      if (frame.type === "socket-bytes") this.#share.onLost();
      else this.#streams.onLost(frame);
    }
  }
}

function violation(text: string): FramesOutcome {
  return { type: "violated", code: transportCodes.protocolViolation, text };
}

function frameOutcome(outcome: ReceiveOutcome): FramesOutcome {
  switch (outcome) {
    case "taken":
      return taken;
    case "refused":
      return refused;
    case "over-limit": {
      const text = "data beyond the credit that was given";
      return { type: "violated", code: transportCodes.flowControlError, text };
    }
    case "too-long": {
      const text = "a message is longer than the limit";
      return { type: "violated", code: transportCodes.messageTooLong, text };
    }
    case "too-many-streams": {
      const text = "more streams than were allowed";
      return { type: "violated", code: transportCodes.streamLimitError, text };
    }
    case "wrong-state": {
      const text = "a frame for a stream that was never opened";
      return { type: "violated", code: transportCodes.streamStateError, text };
    }
    case "wrong-size": {
      const text = "a stream does not end where it should";
      return { type: "violated", code: transportCodes.finalSizeError, text };
    }
    default:
      return assertNever(outcome);
  }
}
