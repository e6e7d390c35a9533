import type { ByteWriter } from "../base/bytes.ts";
import { type AckRequest, writeAck } from "./frames.ts";
import {
  ackDelayMaxMs,
  ackElicitingThreshold,
  ackRangeCountLong,
  ackRangeCountMax,
} from "./limits.ts";
import { RangeSet } from "./ranges.ts";
import type { SentFrame } from "./sent-packet.ts";

/** Which packets have arrived, and when the peer must be told (RFC 9000 section 13.2). */
export class Acknowledgement {
  readonly #received = new RangeSet();
  /** Packets below were settled or forgotten; one that arrives now counts as a duplicate. */
  #floor = 0;
  #largestAt = 0;
  /** Begins one short of the threshold: the first packet is answered at once, for a first RTT. */
  #unreportedCount = ackElicitingThreshold - 1;
  #deadline: number | undefined;
  #threshold = ackElicitingThreshold;
  #delayMs = ackDelayMaxMs;
  /** Requests of the peer with a lower sequence are old. */
  #requestsFrom = 0;

  /** When an ACK must go out, or `undefined` when none is owed. */
  get deadline(): number | undefined {
    return this.#deadline;
  }

  /** Whether so much is told in each ACK that the peer should confirm one. */
  get isLong(): boolean {
    return ackRangeCountLong < this.#received.count;
  }

  /** The packet number expected next. */
  get expected(): number {
    return this.#received.last?.end ?? this.#floor;
  }

  isDuplicate(packetNumber: number): boolean {
    return packetNumber < this.#floor || this.#received.has(packetNumber);
  }

  onReceived(now: number, packetNumber: number, isAckEliciting: boolean): void {
    const isInOrder = packetNumber === this.expected;
    if (this.expected <= packetNumber) this.#largestAt = now;
    this.#received.add(packetNumber, packetNumber + 1);
    const { first } = this.#received;
    if (ackRangeCountMax < this.#received.count && first !== undefined) this.#forget(first.end);
    if (!isAckEliciting) return;
    this.#unreportedCount += 1;
    const isUrgent = !isInOrder || this.#threshold <= this.#unreportedCount;
    this.#deadline = isUrgent ? now : (this.#deadline ?? now + this.#delayMs);
  }

  /** The peer wants ACKs this often from now on. */
  onRequest({ sequence, threshold, delayMs }: AckRequest): void {
    if (sequence < this.#requestsFrom) return;
    this.#requestsFrom = sequence + 1;
    this.#threshold = threshold;
    this.#delayMs = delayMs;
  }

  /** Writes an ACK frame if one is owed and fits; `onWritten` says that it really left. */
  write(now: number, writer: ByteWriter): SentFrame | undefined {
    if (this.#deadline === undefined) return undefined;
    if (!writeAck(writer, this.#received.ranges, now - this.#largestAt)) return undefined;
    return { type: "ack", end: this.expected };
  }

  onWritten(): void {
    this.#deadline = undefined;
    this.#unreportedCount = 0;
  }

  /**
   * The peer has seen an ACK of ours up to `end`: what it covered need not be said again. The last
   * range stays, so that the next ACK is never empty.
   */
  onAckAcked(end: number): void {
    const { last } = this.#received;
    if (last !== undefined) this.#forget(Math.min(end, last.start));
  }

  #forget(end: number): void {
    if (end <= this.#floor) return;
    this.#received.remove(this.#floor, end);
    this.#floor = end;
  }
}
