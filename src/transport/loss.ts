import {
  lostMemoryMax,
  packetThresholdMax,
  packetThresholdMin,
  probeCount,
  probeTimeoutMaxMs,
  reorderingMemoryRoundTrips,
} from "./limits.ts";
import { isIn, type Range } from "./ranges.ts";
import { RttEstimator } from "./rtt.ts";
import type { SentPacket } from "./sent-packet.ts";
import { socketCharge } from "./socket-charge.ts";

/** What an ACK or a timeout settled, each in rising order of packet number. */
export interface LossOutcome {
  readonly acked: readonly SentPacket[];
  readonly lost: readonly SentPacket[];
  /** Packets that were called lost and have arrived after all. */
  readonly revived: readonly SentPacket[];
  /** Nothing came through for so long that the window starts from its minimum. */
  readonly isCongestionPersistent: boolean;
  /** The round trip that the ACK measured, in ms. */
  readonly roundTripMs: number | undefined;
}

/** The same for a timeout; `probes` is `undefined` when it was not the probe timeout. */
export interface TimeoutOutcome extends LossOutcome {
  readonly probes: readonly SentPacket[] | undefined;
}

const nothing: LossOutcome = {
  acked: [],
  lost: [],
  revived: [],
  isCongestionPersistent: false,
  roundTripMs: undefined,
};

/** Loss detection and the probe timeout of RFC 9002 section 6, for one packet number space. */
export class LossDetection {
  /** What the peer announced as its longest ACK delay, in ms. */
  peerAckDelayMaxMs = 0;
  /** In rising order of packet number, because packets enter in that order. */
  readonly #packets = new Map<number, SentPacket>();
  /** Called lost not long ago, in the order in which they were: they may arrive after all. */
  #lost: Map<number, SentPacket> | undefined;
  #rtt = new RttEstimator();
  #packetThreshold = packetThresholdMin;
  #reorderedAt = 0;
  #bytesInFlight = 0;
  #socketBytesInFlight = 0;
  #largestAcked: number | undefined;
  #lossAt: number | undefined;
  #lastSentAt = 0;
  #firstSampleAt: number | undefined;
  #sampleFrom = 0;
  #probeRounds = 0;
  #sentCount = 0;
  #lostCount = 0;

  get rtt(): RttEstimator {
    return this.#rtt;
  }

  get bytesInFlight(): number {
    return this.#bytesInFlight;
  }

  /** What is in flight as the peer's socket buffer would count it. */
  get socketBytesInFlight(): number {
    return this.#socketBytesInFlight;
  }

  /** Probe timeouts since the last ACK of something new. */
  get probeRounds(): number {
    return this.#probeRounds;
  }

  /** Packets that were sent and want an ACK, without those that only try how long one may be. */
  get sentCount(): number {
    return this.#sentCount;
  }

  /** How many of them were taken for lost. */
  get lostCount(): number {
    return this.#lostCount;
  }

  /** When `onTimeout` is due, or `undefined` while nothing is in flight. */
  get deadline(): number | undefined {
    if (this.#lossAt !== undefined) return this.#lossAt;
    if (this.#packets.size === 0) return undefined;
    return this.#lastSentAt + this.probeTimeoutMs;
  }

  /** The probe timeout as it stands, doubled for each round that went unanswered. */
  get probeTimeoutMs(): number {
    const onceMs = this.rtt.probeTimeoutMs(this.peerAckDelayMaxMs);
    return Math.min(onceMs * 2 ** this.#probeRounds, probeTimeoutMaxMs);
  }

  onSent(packet: SentPacket): void {
    this.#packets.set(packet.packetNumber, packet);
    this.#bytesInFlight += packet.bytes;
    this.#socketBytesInFlight += socketCharge(packet.bytes);
    this.#lastSentAt = packet.sentAt;
    if (!packet.isMtuProbe) this.#sentCount += 1;
  }

  /** `ranges` is in falling order, as in the frame, and lies within what was sent. */
  onAck(now: number, ranges: readonly Range[], delayMs: number): LossOutcome {
    const largest = (ranges[0]?.end ?? 0) - 1;
    const revived = this.#takeRevived(now, ranges, largest);
    const acked = this.#takeAcked(ranges);
    const newest = acked.at(-1);
    this.#largestAcked = Math.max(this.#largestAcked ?? largest, largest);
    if (newest === undefined) return { ...nothing, revived };
    this.#probeRounds = 0;
    const isMeasured = newest.packetNumber === largest && this.#sampleFrom <= newest.sentAt;
    const roundTripMs = isMeasured ? now - newest.sentAt : undefined;
    if (roundTripMs !== undefined) {
      this.rtt.update(roundTripMs, Math.min(delayMs, this.peerAckDelayMaxMs));
      this.#firstSampleAt ??= now;
    }
    const lost = this.#takeLost(now);
    const isCongestionPersistent = this.#isPersistent(lost, acked);
    return { acked, lost, revived, isCongestionPersistent, roundTripMs };
  }

  /**
   * Either declares packets lost, or begins a round of probes: then `probes` names the oldest
   * packets, whose content is to be sent once more without being called lost.
   */
  onTimeout(now: number): TimeoutOutcome {
    if (this.#lossAt !== undefined) {
      const lost = this.#takeLost(now);
      const isCongestionPersistent = this.#isPersistent(lost, []);
      return { ...nothing, lost, isCongestionPersistent, probes: undefined };
    }
    this.#probeRounds += 1;
    this.#lastSentAt = now;
    const probes = [...this.#packets.values()].slice(0, probeCount);
    return { ...nothing, probes };
  }

  /** Whatever is in flight went another way; an ACK may still tell that it arrived. */
  onPathChanged(now: number): readonly SentPacket[] {
    const inFlight = [...this.#packets.values()];
    for (const packet of inFlight) this.#remove(packet);
    this.#remember(now, inFlight);
    this.#rtt = new RttEstimator();
    this.#lossAt = undefined;
    this.#firstSampleAt = undefined;
    this.onStall(now);
    return inFlight;
  }

  /** After a stall of our own the rounds prove nothing, and round trips measured it, not the LAN. */
  onStall(now: number): void {
    this.#probeRounds = 0;
    this.#sampleFrom = now;
  }

  /**
   * Packets that were overtaken, not lost: the threshold grows to what would have waited for them
   * (RFC 9002 section 6.1.1 allows it, RFC 8985 section 3.3 does it) and falls back when it was not
   * needed for a while.
   */
  #takeRevived(now: number, ranges: readonly Range[], largest: number): SentPacket[] {
    const revived: SentPacket[] = [];
    for (const packet of this.#lost?.values() ?? []) {
      if (!isIn(ranges, packet.packetNumber)) continue;
      this.#lost?.delete(packet.packetNumber);
      revived.push(packet);
      const distance = largest - packet.packetNumber + 1;
      this.#packetThreshold = Math.min(
        Math.max(this.#packetThreshold, distance),
        packetThresholdMax,
      );
      this.#reorderedAt = now;
    }
    const memoryMs = reorderingMemoryRoundTrips * this.rtt.smoothedMs;
    if (this.#reorderedAt + memoryMs < now) this.#packetThreshold = packetThresholdMin;
    return revived;
  }

  #takeAcked(ranges: readonly Range[]): SentPacket[] {
    const acked: SentPacket[] = [];
    let index = ranges.length - 1;
    // Our packets are walked, never the peer's numbers: a hostile range costs nothing.
    for (const packet of this.#packets.values()) {
      while (0 <= index && (ranges[index]?.end ?? 0) <= packet.packetNumber) index -= 1;
      const range = ranges[index];
      if (range === undefined) break;
      if (packet.packetNumber < range.start) continue;
      this.#remove(packet);
      acked.push(packet);
    }
    return acked;
  }

  #takeLost(now: number): SentPacket[] {
    this.#lossAt = undefined;
    const lost: SentPacket[] = [];
    const largest = this.#largestAcked;
    if (largest === undefined) return lost;
    const delayMs = this.rtt.lossDelayMs();
    for (const packet of this.#packets.values()) {
      if (largest < packet.packetNumber) break;
      const lostAt = packet.sentAt + delayMs;
      if (lostAt <= now || packet.packetNumber + this.#packetThreshold <= largest) {
        this.#remove(packet);
        lost.push(packet);
        if (!packet.isMtuProbe) this.#lostCount += 1;
      } else {
        this.#lossAt = Math.min(this.#lossAt ?? lostAt, lostAt);
      }
    }
    this.#remember(now, lost);
    return lost;
  }

  #remember(now: number, lost: readonly SentPacket[]): void {
    if (this.#lost === undefined && lost.length === 0) return;
    this.#lost ??= new Map();
    for (const packet of lost) this.#lost.set(packet.packetNumber, packet);
    const from = now - 3 * this.rtt.probeTimeoutMs(this.peerAckDelayMaxMs);
    for (const packet of this.#lost.values()) {
      if (this.#lost.size <= lostMemoryMax && from <= packet.sentAt) return;
      this.#lost.delete(packet.packetNumber);
    }
    this.#lost = undefined;
  }

  #remove(packet: SentPacket): void {
    this.#packets.delete(packet.packetNumber);
    this.#bytesInFlight -= packet.bytes;
    this.#socketBytesInFlight -= socketCharge(packet.bytes);
  }

  /** RFC 9002 section 7.6.2; packets acknowledged earlier would have had their losses found then. */
  #isPersistent(lost: readonly SentPacket[], acked: readonly SentPacket[]): boolean {
    const firstSampleAt = this.#firstSampleAt;
    if (firstSampleAt === undefined) return false;
    const durationMs = 3 * this.rtt.probeTimeoutMs(this.peerAckDelayMaxMs);
    let runStart: SentPacket | undefined;
    let nextAcked = 0;
    for (const packet of lost) {
      if (packet.sentAt <= firstSampleAt) continue;
      const skippedFrom = nextAcked;
      while (isBefore(acked[nextAcked], packet)) nextAcked += 1;
      if (runStart === undefined || skippedFrom < nextAcked) runStart = packet;
      if (durationMs < packet.sentAt - runStart.sentAt) return true;
    }
    return false;
  }
}

function isBefore(a: SentPacket | undefined, b: SentPacket): boolean {
  return a !== undefined && a.packetNumber < b.packetNumber;
}
