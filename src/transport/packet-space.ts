import type { ByteWriter } from "../base/bytes.ts";
import type { Random } from "../base/random.ts";
import { AckFrequency } from "./ack-frequency.ts";
import { Acknowledgement } from "./acknowledgement.ts";
import type { CongestionController, CongestionFactory } from "./congestion.ts";
import { earliest } from "./deadlines.ts";
import { DeliveryRate } from "./delivery-rate.ts";
import type { AckRequest } from "./frames.ts";
import {
  crowdedSocketPeersMin,
  datagramBytesMin,
  skipDistanceMax,
  skipDistanceMin,
  skippedCountMax,
  socketBytesMin,
} from "./limits.ts";
import { LossDetection, type LossOutcome } from "./loss.ts";
import { Pacer } from "./pacer.ts";
import { expandPacketNumber } from "./packet.ts";
import type { TransportParameters } from "./parameters.ts";
import { PathMtu } from "./path-mtu.ts";
import { isIn, type Range } from "./ranges.ts";
import type { SentFrame, SentPacket } from "./sent-packet.ts";
import { socketCharge } from "./socket-charge.ts";

/** Packets whose frames have to be dealt with. */
export interface SettledPackets {
  readonly acked: readonly SentPacket[];
  readonly lost: readonly SentPacket[];
  /** Packets that were called lost and have arrived after all. */
  readonly revived: readonly SentPacket[];
  /** The round trip that an ACK measured, in ms, with what the peer waited. */
  readonly roundTripMs: number | undefined;
}

const nothing = { acked: [], lost: [], revived: [], probes: undefined, roundTripMs: undefined };

/**
 * The packets of one connection in both directions: their numbers, what must be acknowledged, what
 * is in flight, and how much may be (RFC 9000 section 12.3 with a single packet number space).
 */
export class PacketSpace {
  readonly #random: Random;
  readonly #received = new Acknowledgement();
  readonly #loss = new LossDetection();
  readonly #ackFrequency: AckFrequency;
  readonly #makeCongestion: CongestionFactory;
  #congestion: CongestionController;
  /** What the controller said last: it is asked once in each ACK, and these are needed in each packet. */
  #windowBytes = 0;
  #pacingBytesPerMs: number | undefined;
  #pathBytes = 0;
  #rate = new DeliveryRate();
  #pacer = new Pacer();
  /** When paced data may leave, while some waits. */
  #pacedUntil: number | undefined;
  #mtu = new PathMtu(datagramBytesMin);
  #peerDatagramBytesMax = datagramBytesMin;
  #peerSocketBytes = socketBytesMin;
  /** What the handshake told of the peer's socket. */
  #peerSocketBytesFirst = socketBytesMin;
  /** Many send to the peer's socket at the same time. */
  #isSocketCrowded = false;
  #handshakeMs: number | undefined;
  #peerAckDelayMaxMs = 0;
  #nextNumber = 0;
  #skipDistance = skipDistanceMin;
  #skipAt: number;
  readonly #skipped: number[] = [];
  #isWindowLimited = false;

  /** `ackDelayMs` tells how long the peer's ACKs may wait now, at least `ackDelayMaxMs`. */
  constructor(random: Random, makeCongestion: CongestionFactory, ackDelayMs: () => number) {
    this.#random = random;
    this.#ackFrequency = new AckFrequency(ackDelayMs);
    this.#makeCongestion = makeCongestion;
    this.#congestion = makeCongestion(datagramBytesMin);
    this.#noteCongestion();
    this.#skipAt = this.#chooseSkip();
  }

  /** When `onTimeout` is due, or an ACK must be written. */
  get deadline(): number | undefined {
    return earliest(earliest(this.#received.deadline, this.#loss.deadline), this.#pacedUntil);
  }

  get probeRounds(): number {
    return this.#loss.probeRounds;
  }

  /** One probe timeout without doubling, in ms. */
  get probeTimeoutMs(): number {
    return this.#loss.rtt.probeTimeoutMs(this.#loss.peerAckDelayMaxMs);
  }

  get roundTripMs(): number {
    return this.#loss.rtt.smoothedMs;
  }

  /** The newest sample of it; see `RttEstimator`. */
  get latestRoundTripMs(): number | undefined {
    return this.#loss.rtt.adjustedMs;
  }

  /** The shortest round trip that was measured on this path, in ms; `undefined` before the first. */
  get roundTripMinMs(): number | undefined {
    return this.#loss.rtt.minMs;
  }

  get windowBytes(): number {
    return this.#windowBytes;
  }

  get bytesInFlight(): number {
    return this.#loss.bytesInFlight;
  }

  get sentCount(): number {
    return this.#loss.sentCount;
  }

  get lostCount(): number {
    return this.#loss.lostCount;
  }

  /** The longest datagram that the path is known to carry. */
  get datagramBytes(): number {
    return this.#mtu.bytes;
  }

  /** Whether the congestion window and the peer's socket have room for a full datagram. */
  get hasWindow(): boolean {
    const { datagramBytes } = this;
    const { bytesInFlight, socketBytesInFlight } = this.#loss;
    if (this.#windowBytes < bytesInFlight + datagramBytes) return false;
    const charge = socketCharge(datagramBytes);
    // What the path holds or has lost is not in the peer's socket.
    const pathBytes = (this.#pathBytes * this.#emptyShare * charge) / datagramBytes;
    const bytesMax = Math.max(this.#peerSocketBytes + pathBytes, charge);
    return socketBytesInFlight + charge <= bytesMax;
  }

  /**
   * How much of the shortest round trip is the path's. Where many fill the peer's socket together, all
   * round trips since have waited in it, and only the handshake's tells the path.
   */
  get #emptyShare(): number {
    const { minRttMs } = this.#congestion;
    if (!this.#isSocketCrowded || minRttMs === undefined) return 1;
    return Math.min(1, (this.#handshakeMs ?? minRttMs) / minRttMs);
  }

  /** Whether data may leave now, or must wait for its time. */
  isPaceOpen(now: number): boolean {
    this.#pacer.fill(now, this.#pacingBytesPerMs, this.datagramBytes);
    return this.#pacer.isOpen;
  }

  /** What the handshake told of the peer, and the longest datagram that may be tried. */
  setPeer(parameters: TransportParameters, pathBytesMax: number): void {
    this.#peerAckDelayMaxMs = parameters.ackDelayMaxMs;
    this.#noteAckDelay();
    this.#peerSocketBytes = parameters.socketBytes;
    this.#peerSocketBytesFirst = parameters.socketBytes;
    this.#peerDatagramBytesMax = parameters.datagramBytesMax;
    this.#mtu = this.#newMtu(pathBytesMax);
  }

  /** The peer's socket has so much room for us now. */
  setPeerSocketBytes(bytes: number): void {
    this.#peerSocketBytes = bytes;
    this.#isSocketCrowded = bytes * crowdedSocketPeersMin <= this.#peerSocketBytesFirst;
  }

  /** How long the handshake took, in ms: the first guess of the round trip. */
  assumeRoundTrip(roundTripMs: number): void {
    this.#handshakeMs = roundTripMs;
    this.#loss.rtt.assume(roundTripMs);
  }

  /** The size of the probe that should leave now, or `undefined`. It minds no window, but waits. */
  mtuProbeBytes(now: number): number | undefined {
    return this.#loss.probeRounds === 0 ? this.#mtu.probeBytes(now) : undefined;
  }

  expand(numberLow: number): number {
    return expandPacketNumber(this.#received.expected, numberLow);
  }

  isNewest(packetNumber: number): boolean {
    return this.#received.expected <= packetNumber;
  }

  isDuplicate(packetNumber: number): boolean {
    return this.#received.isDuplicate(packetNumber);
  }

  onReceived(now: number, packetNumber: number, isAckEliciting: boolean): void {
    this.#received.onReceived(now, packetNumber, isAckEliciting);
  }

  isAckDue(now: number): boolean {
    const { deadline } = this.#received;
    return deadline !== undefined && deadline <= now;
  }

  /** Whether the ACK that is due should ask for an ACK itself; nothing else in flight does. */
  isAckOfAckDue(now: number): boolean {
    return this.isAckDue(now) && this.#received.isLong && this.#loss.bytesInFlight === 0;
  }

  /** Writes the ACK that is owed, also before it is due: it may travel with what goes anyway. */
  writeAck(now: number, writer: ByteWriter): SentFrame | undefined {
    return this.#received.write(now, writer);
  }

  onAckSent(): void {
    this.#received.onWritten();
  }

  /** Asks the peer for more or fewer ACKs, when that is due and there is room. */
  writeAckFrequency(writer: ByteWriter): SentFrame | undefined {
    const bySocket = this.#peerSocketBytes / socketCharge(this.datagramBytes);
    const byWindow = this.#windowBytes / this.datagramBytes;
    const frame = this.#ackFrequency.write(writer, Math.min(byWindow, bySocket));
    if (frame !== undefined) this.#noteAckDelay();
    return frame;
  }

  /** The peer wants ACKs this often. */
  onAckRequest(request: AckRequest): void {
    this.#received.onRequest(request);
  }

  /** The number of the packet that is about to be sent. */
  takeNumber(): number {
    if (this.#nextNumber === this.#skipAt) {
      this.#skipped.push(this.#nextNumber);
      if (skippedCountMax < this.#skipped.length) this.#skipped.shift();
      this.#nextNumber += 1;
      this.#skipDistance = Math.min(2 * this.#skipDistance, skipDistanceMax);
      this.#skipAt = this.#chooseSkip();
    }
    const number = this.#nextNumber;
    this.#nextNumber += 1;
    return number;
  }

  /** An ack-eliciting packet has left. */
  onSent({ packetNumber, sentAt, bytes, frames, isMtuProbe }: Omit<SentPacket, "delivery">): void {
    const delivery = this.#rate.snapshot(sentAt, bytes, this.#loss.bytesInFlight);
    // Spelled out, because copying with a spread costs as much as all the rest of this.
    this.#loss.onSent({ packetNumber, sentAt, bytes, frames, delivery, isMtuProbe });
    this.#pacer.onSent(bytes);
    if (isMtuProbe) this.#mtu.onProbeSent();
  }

  /** The sender stopped, with or without data that the peer's limits would let it send. */
  onSendingStopped(hasSendable: boolean): void {
    this.#isWindowLimited = hasSendable;
    const isPaced = hasSendable && this.hasWindow;
    this.#pacedUntil = isPaced ? this.#pacer.opensAt : undefined;
    if (!hasSendable) this.#rate.onAppLimited(this.#loss.bytesInFlight);
  }

  /** Takes in an ACK frame; `undefined` when it acknowledges what was never sent. */
  onAck(now: number, ranges: readonly Range[], delayMs: number): SettledPackets | undefined {
    const newest = ranges[0];
    if (newest === undefined || this.#nextNumber < newest.end) return undefined;
    for (const number of this.#skipped) if (isIn(ranges, number)) return undefined;
    return this.#settle(now, this.#loss.onAck(now, ranges, delayMs));
  }

  /** What is lost now, and what should travel again as a probe (`undefined`: no probe). */
  onTimeout(now: number): SettledPackets & { readonly probes: readonly SentPacket[] | undefined } {
    const { deadline } = this.#loss;
    if (deadline === undefined || now < deadline) return nothing;
    const outcome = this.#loss.onTimeout(now);
    this.#settle(now, outcome);
    return outcome;
  }

  /** Packets take another way now: begins anew on it, and gives back what was in flight. */
  onPathChanged(now: number, pathBytesMax: number): SettledPackets {
    this.#mtu = this.#newMtu(pathBytesMax);
    this.#congestion = this.#makeCongestion(this.datagramBytes);
    this.#noteCongestion();
    this.#rate = new DeliveryRate();
    this.#pacer = new Pacer();
    return { ...nothing, lost: this.#loss.onPathChanged(now) };
  }

  onStall(now: number): void {
    this.#loss.onStall(now);
  }

  #settle(now: number, outcome: LossOutcome): SettledPackets {
    const { acked, lost, revived, isCongestionPersistent, roundTripMs } = outcome;
    const hasGrown = this.#mtu.onAcked(acked);
    const hasShrunk = this.#mtu.onLost(now, lost);
    if (hasGrown || hasShrunk) this.#congestion.setDatagramBytes(this.datagramBytes);
    this.#congestion.onSettled(now, {
      acked,
      lost: lost.some(isMtuProbe) ? lost.filter((packet) => !packet.isMtuProbe) : lost,
      revived,
      isCongestionPersistent,
      isWindowLimited: this.#isWindowLimited,
      bytesInFlight: this.#loss.bytesInFlight,
      roundTripMs,
      rate: this.#rate.onAcked(now, acked, this.#congestion.minRttMs ?? 0),
    });
    this.#noteCongestion();
    for (const packet of revived) this.#noteAcked(packet);
    for (const packet of acked) this.#noteAcked(packet);
    for (const packet of lost) this.#noteLost(packet);
    return outcome;
  }

  #noteAcked({ frames }: SentPacket): void {
    for (const frame of frames) {
      if (frame.type === "ack") this.#received.onAckAcked(frame.end);
      else if (frame.type === "ack-frequency") {
        this.#ackFrequency.onAcked(frame.sequence);
        this.#noteAckDelay();
      }
    }
  }

  #noteLost({ frames }: SentPacket): void {
    for (const frame of frames) {
      if (frame.type === "ack-frequency") this.#ackFrequency.onLost(frame.sequence);
    }
  }

  #noteCongestion(): void {
    this.#windowBytes = this.#congestion.windowBytes;
    this.#pacingBytesPerMs = this.#congestion.pacingBytesPerMs;
    this.#pathBytes = this.#congestion.pathBytes;
  }

  #noteAckDelay(): void {
    const { delayMsMax } = this.#ackFrequency;
    this.#loss.peerAckDelayMaxMs = Math.max(this.#peerAckDelayMaxMs, delayMsMax);
  }

  #newMtu(pathBytesMax: number): PathMtu {
    return new PathMtu(Math.min(pathBytesMax, this.#peerDatagramBytesMax));
  }

  #chooseSkip(): number {
    const distance = this.#skipDistance * (1 + this.#random.unit());
    return this.#nextNumber + Math.floor(distance);
  }
}

function isMtuProbe(packet: SentPacket): boolean {
  return packet.isMtuProbe;
}
