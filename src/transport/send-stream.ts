import assert from "node:assert/strict";
import { ByteWriter, varintBytes } from "../base/bytes.ts";
import { type Range, RangeSet } from "./ranges.ts";
import { firstIndex } from "./search.ts";

interface Segment {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** Settled segments are cut off the list when there are this many and they are half of it. */
const settledCountMin = 64;

/**
 * One direction of a channel on its sending side: messages with their length before them, as one
 * run of bytes. It holds the caller's bytes until the peer has them and copies only into datagrams.
 */
export class SendStream {
  /** The end of what the peer lets us send on this channel. */
  max = 0;
  /** The first `#settledCount` are `undefined`: what the peer has must not stay in memory. */
  #segments: (Segment | undefined)[] = [];
  #settledCount = 0;
  #end = 0;
  /** Bytes below were sent at least once. */
  #sent = 0;
  /** Bytes below were acknowledged without a gap. */
  #settled = 0;
  readonly #acked = new RangeSet();
  readonly #resend = new RangeSet();

  /** Bytes that the peer has not acknowledged, sent or not. */
  get queuedBytes(): number {
    return this.#end - this.#settled;
  }

  /** The end of what was sent at least once. */
  get sent(): number {
    return this.#sent;
  }

  /** Bytes that were never sent. */
  get unsentBytes(): number {
    return this.#end - this.#sent;
  }

  /** Whether it holds bytes that were never sent. */
  get hasNew(): boolean {
    return this.#sent < this.#end;
  }

  /** Whether it holds new bytes that the peer's limit of this channel keeps back. */
  get isBlocked(): boolean {
    return this.hasNew && this.max <= this.#sent;
  }

  /** Queues a message; its bytes must not change until they are acknowledged. */
  write(message: Uint8Array): void {
    const prefix = new ByteWriter(new Uint8Array(varintBytes(message.length)));
    prefix.varint(message.length);
    this.#append(prefix.written);
    if (0 < message.length) this.#append(message);
  }

  /**
   * What should be sent next: first what was lost, then new bytes within the channel's limit and
   * `newBytesMax`. `undefined` when there is nothing.
   */
  next(newBytesMax: number): Range | undefined {
    const { first } = this.#resend;
    if (first !== undefined) return first;
    const end = Math.min(this.#end, this.max, this.#sent + newBytesMax);
    return this.#sent < end ? { start: this.#sent, end } : undefined;
  }

  /** Copies the range into a datagram and counts it as sent. */
  send(range: Range, writer: ByteWriter): void {
    this.#copy(range, writer);
    this.#resend.remove(range.start, range.end);
    this.#sent = Math.max(this.#sent, range.end);
  }

  onAcked(start: number, end: number): void {
    this.#resend.remove(start, end);
    if (end <= this.#settled) return;
    this.#acked.add(Math.max(start, this.#settled), end);
    const { first } = this.#acked;
    if (first === undefined || first.start !== this.#settled) return;
    this.#settled = first.end;
    this.#acked.remove(first.start, first.end);
    this.#dropSettled();
  }

  /** The range must be sent again, but for what has been acknowledged since. */
  onLost(start: number, end: number): void {
    const from = Math.max(start, this.#settled);
    if (end <= from) return;
    this.#resend.add(from, end);
    for (const acked of this.#acked.ranges) {
      if (end <= acked.start) break;
      this.#resend.remove(acked.start, acked.end);
    }
  }

  #append(bytes: Uint8Array): void {
    this.#segments.push({ start: this.#end, bytes });
    this.#end += bytes.length;
  }

  #copy(range: Range, writer: ByteWriter): void {
    let index = this.#segmentAt(range.start);
    let at = range.start;
    while (at < range.end) {
      const segment = this.#segments[index];
      assert(segment !== undefined && segment.start <= at);
      const from = at - segment.start;
      const until = Math.min(segment.bytes.length, range.end - segment.start);
      writer.bytes(segment.bytes.subarray(from, until));
      at = segment.start + until;
      index += 1;
    }
  }

  #segmentAt(offset: number): number {
    const segments = this.#segments;
    const after = firstIndex(
      this.#settledCount,
      segments.length,
      (index) => offset < (segments[index]?.start ?? 0),
    );
    return after - 1;
  }

  #dropSettled(): void {
    for (;;) {
      const segment = this.#segments[this.#settledCount];
      if (segment === undefined || this.#settled < segment.start + segment.bytes.length) break;
      this.#segments[this.#settledCount] = undefined;
      this.#settledCount += 1;
    }
    const isWorthIt = settledCountMin <= this.#settledCount;
    const isEmpty = this.#settledCount === this.#segments.length;
    if (!isEmpty && !(isWorthIt && this.#segments.length <= 2 * this.#settledCount)) return;
    this.#segments = this.#segments.slice(this.#settledCount);
    this.#settledCount = 0;
  }
}
