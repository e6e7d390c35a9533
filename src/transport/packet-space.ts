import type { ByteWriter } from "../base/bytes.ts";
import type { Random } from "../base/random.ts";
import { Acknowledgement } from "./acknowledgement.ts";
import { type CongestionController, NewReno } from "./congestion.ts";
import { datagramBytesMax, skipDistanceMax, skipDistanceMin, skippedCountMax } from "./limits.ts";
import { LossDetection, type LossOutcome } from "./loss.ts";
import { expandPacketNumber } from "./packet.ts";
import type { Range } from "./ranges.ts";
import type { SentFrame, SentPacket } from "./sent-packet.ts";

/** What has to be done about frames whose packet is settled. */
export interface SettledFrames {
  readonly acked: readonly SentFrame[];
  readonly lost: readonly SentFrame[];
}

/**
 * The packets of one connection in both directions: their numbers, what must be acknowledged, what
 * is in flight, and how much may be (RFC 9000 section 12.3 with a single packet number space).
 */
export class PacketSpace {
  readonly #random: Random;
  readonly #received = new Acknowledgement();
  readonly #loss = new LossDetection();
  readonly #congestion: CongestionController = new NewReno();
  #nextNumber = 0;
  #skipDistance = skipDistanceMin;
  #skipAt: number;
  readonly #skipped: number[] = [];
  #isWindowLimited = false;

  constructor(random: Random) {
    this.#random = random;
    this.#skipAt = this.#chooseSkip();
  }

  /** When `onTimeout` is due, or an ACK must be written. */
  get deadline(): number | undefined {
    const ackAt = this.#received.deadline;
    const lossAt = this.#loss.deadline;
    if (ackAt === undefined || lossAt === undefined) return ackAt ?? lossAt;
    return Math.min(ackAt, lossAt);
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

  get windowBytes(): number {
    return this.#congestion.windowBytes;
  }

  get bytesInFlight(): number {
    return this.#loss.bytesInFlight;
  }

  get lostCount(): number {
    return this.#loss.lostCount;
  }

  /** Whether the congestion window has room for a full datagram. */
  get hasWindow(): boolean {
    return this.#loss.bytesInFlight + datagramBytesMax <= this.#congestion.windowBytes;
  }

  setPeerAckDelayMax(ms: number): void {
    this.#loss.peerAckDelayMaxMs = ms;
  }

  expand(numberLow: number): number {
    return expandPacketNumber(this.#received.expected, numberLow);
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
  onSent(packet: SentPacket): void {
    this.#loss.onSent(packet);
  }

  /** The sender stopped; was it the window that stopped it, or had it nothing more to send? */
  onSendingStopped(isWindowLimited: boolean): void {
    this.#isWindowLimited = isWindowLimited;
  }

  /** Takes in an ACK frame; `undefined` when it acknowledges what was never sent. */
  onAck(now: number, ranges: readonly Range[], delayMs: number): SettledFrames | undefined {
    const newest = ranges[0];
    if (newest === undefined || this.#nextNumber < newest.end) return undefined;
    const isForged = this.#skipped.some((number) =>
      ranges.some((range) => range.start <= number && number < range.end),
    );
    if (isForged) return undefined;
    return this.#settle(now, this.#loss.onAck(now, ranges, delayMs));
  }

  /** What is lost now, and whose content should travel again as a probe (`undefined`: no probe). */
  onTimeout(now: number): SettledFrames & { readonly probes: readonly SentFrame[] | undefined } {
    const { deadline } = this.#loss;
    if (deadline === undefined || now < deadline) return { acked: [], lost: [], probes: undefined };
    const outcome = this.#loss.onTimeout(now);
    const settled = this.#settle(now, outcome);
    return { ...settled, probes: outcome.probes && framesOf(outcome.probes) };
  }

  onStall(now: number): void {
    this.#loss.onStall(now);
  }

  #settle(now: number, outcome: LossOutcome): SettledFrames {
    for (const packet of outcome.acked) {
      this.#congestion.onAcked(packet.bytes, packet.sentAt, this.#isWindowLimited);
    }
    const newestLost = outcome.lost.at(-1);
    if (newestLost !== undefined) this.#congestion.onLost(now, newestLost.sentAt);
    if (outcome.isCongestionPersistent) this.#congestion.onPersistentCongestion();
    const acked = framesOf(outcome.acked);
    for (const frame of acked) {
      if (frame.type === "ack") this.#received.onAckAcked(frame.end);
    }
    return { acked, lost: framesOf(outcome.lost) };
  }

  #chooseSkip(): number {
    const distance = this.#skipDistance * (1 + this.#random.unit());
    return this.#nextNumber + Math.floor(distance);
  }
}

function framesOf(packets: readonly SentPacket[]): SentFrame[] {
  return packets.flatMap((packet) => packet.frames);
}
