import assert from "node:assert/strict";
import { ByteWriter, varintBytes } from "../base/bytes.ts";
import { type Range, RangeSet } from "./ranges.ts";
import { firstIndex } from "./search.ts";

interface QueuedMessage {
  /** Where its length begins; the message follows. */
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

/** Settled messages are cut off the list when there are this many and they are half of it. */
const settledCountMin = 64;

/**
 * One direction of a channel on its sending side: messages with their length before them, as one
 * run of bytes. It holds the caller's bytes until the peer has them and copies only into datagrams.
 */
export class SendStream {
  /** The end of what the peer lets us send on this channel. */
  max = 0;
  /** The first `#settledCount` are `undefined`: what the peer has must not stay in memory. */
  #messages: (QueuedMessage | undefined)[] = [];
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

  /** Whether it holds bytes that wait to be sent, for the first time or again. */
  get hasUnsent(): boolean {
    return this.hasNew || 0 < this.#resend.count;
  }

  /** Whether it holds new bytes that the peer's limit of this channel keeps back. */
  get isBlocked(): boolean {
    return this.hasNew && this.max <= this.#sent;
  }

  /** Queues a message; its bytes must not change until they are acknowledged. */
  write(message: Uint8Array): void {
    const start = this.#end;
    this.#end = start + varintBytes(message.length) + message.length;
    this.#messages.push({ start, end: this.#end, bytes: message });
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
    if (0 < this.#resend.count) this.#resend.remove(range.start, range.end);
    this.#sent = Math.max(this.#sent, range.end);
  }

  onAcked(start: number, end: number): void {
    if (0 < this.#resend.count) this.#resend.remove(start, end);
    if (end <= this.#settled) return;
    if (start <= this.#settled && this.#acked.count === 0) {
      this.#settled = end;
    } else {
      this.#acked.add(Math.max(start, this.#settled), end);
      const { first } = this.#acked;
      if (first === undefined || first.start !== this.#settled) return;
      this.#settled = first.end;
      this.#acked.remove(first.start, first.end);
    }
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

  #copy(range: Range, writer: ByteWriter): void {
    let index = this.#messageAt(range.start);
    let at = range.start;
    while (at < range.end) {
      const message = this.#messages[index];
      assert(message !== undefined && message.start <= at);
      const until = Math.min(message.end, range.end);
      copyPart(message, at - message.start, until - message.start, writer);
      at = until;
      index += 1;
    }
  }

  #messageAt(offset: number): number {
    const messages = this.#messages;
    const after = firstIndex(
      this.#settledCount,
      messages.length,
      (index) => offset < (messages[index]?.start ?? 0),
    );
    return after - 1;
  }

  #dropSettled(): void {
    for (;;) {
      const message = this.#messages[this.#settledCount];
      if (message === undefined || this.#settled < message.end) break;
      this.#messages[this.#settledCount] = undefined;
      this.#settledCount += 1;
    }
    const isWorthIt = settledCountMin <= this.#settledCount;
    const isEmpty = this.#settledCount === this.#messages.length;
    if (!isEmpty && !(isWorthIt && this.#messages.length <= 2 * this.#settledCount)) return;
    this.#messages = this.#messages.slice(this.#settledCount);
    this.#settledCount = 0;
  }
}

/** Copies a part of what a message and the length before it are on the channel. */
function copyPart(message: QueuedMessage, from: number, until: number, writer: ByteWriter): void {
  const { bytes } = message;
  const prefixBytes = message.end - message.start - bytes.length;
  if (from === 0 && prefixBytes <= until) {
    writer.varint(bytes.length);
  } else if (from < prefixBytes) {
    const prefix = new ByteWriter(new Uint8Array(prefixBytes));
    prefix.varint(bytes.length);
    writer.bytes(prefix.written.subarray(from, until));
  }
  const isWhole = from <= prefixBytes && until === message.end;
  const start = Math.max(from - prefixBytes, 0);
  const end = Math.max(until - prefixBytes, 0);
  writer.bytes(isWhole ? bytes : bytes.subarray(start, end));
}
