import assert from "node:assert/strict";
import { ByteWriter, varintBytes } from "../base/bytes.ts";
import { type Range, RangeSet } from "./ranges.ts";
import { firstIndex } from "./search.ts";

interface QueuedMessage {
  /** Where its length begins, if it is told; the message follows. */
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

/** Settled messages are cut off the list when there are this many and they are half of it. */
const settledCountMin = 64;

/**
 * A stream on its sending side: messages with their length before them, or plain bytes, as one run.
 * It holds the caller's bytes until the peer has them and copies only into datagrams. The end of the
 * stream is one position more behind the last byte: it is sent, lost and acknowledged as bytes are.
 */
export class SendStream {
  /** The end of what the peer lets us send on this stream. */
  max: number;
  /** The first `#settledCount` are `undefined`: what the peer has must not stay in memory. */
  #messages: (QueuedMessage | undefined)[] = [];
  #settledCount = 0;
  #end = 0;
  /** `#end`, and the position of FIN if the stream ends. */
  #extent = 0;
  /** Bytes below were sent at least once. */
  #sent = 0;
  /** Bytes below were acknowledged without a gap. */
  #settled = 0;
  readonly #acked = new RangeSet();
  readonly #resend = new RangeSet();

  constructor(max: number) {
    this.max = max;
  }

  /** Bytes that the peer has not acknowledged, sent or not; FIN counts as one. */
  get queuedBytes(): number {
    return this.#extent - this.#settled;
  }

  /** Where its bytes end, as far as they are known. */
  get end(): number {
    return this.#end;
  }

  /** The end of the bytes that were sent at least once. */
  get sent(): number {
    return Math.min(this.#sent, this.#end);
  }

  /** The end of the bytes that the peer has acknowledged without a gap. */
  get acknowledged(): number {
    return Math.min(this.#settled, this.#end);
  }

  /** Bytes that were never sent; FIN counts as one. */
  get unsentBytes(): number {
    return this.#extent - this.#sent;
  }

  /** Bytes on their way: sent, neither acknowledged nor lost. Walks over the gaps. */
  get inFlightBytes(): number {
    return this.#sent - this.#settled - bytesIn(this.#acked) - bytesIn(this.#resend);
  }

  /** Whether its end is known. */
  get isFinished(): boolean {
    return this.#end < this.#extent;
  }

  /** Whether the peer has all of it and knows that it is all. */
  get isDone(): boolean {
    return this.isFinished && this.#settled === this.#extent;
  }

  /** Whether it holds bytes, or FIN, that were never sent. */
  get hasNew(): boolean {
    return this.#sent < this.#extent;
  }

  /** Whether it holds bytes that wait to be sent, for the first time or again. */
  get hasUnsent(): boolean {
    return this.hasNew || 0 < this.#resend.count;
  }

  /** Whether it holds new bytes that the peer's limit of this stream keeps back. */
  get isBlocked(): boolean {
    return this.#sent < this.#end && this.max <= this.#sent;
  }

  /** Queues a message, its length first; its bytes must not change until they are acknowledged. */
  write(message: Uint8Array): void {
    this.#push(message, varintBytes(message.length));
  }

  /** Queues bytes as they are; they must not change until they are acknowledged. */
  writeBytes(bytes: Uint8Array): void {
    if (0 < bytes.length) this.#push(bytes, 0);
  }

  /** Nothing more will be written. */
  finish(): void {
    this.#extent = this.#end + 1;
  }

  /** Nothing of it will be sent any more. */
  discard(): void {
    this.#messages = [];
    this.#settledCount = 0;
    this.#end = this.sent;
    this.#extent = this.#sent;
    this.#settled = this.#sent;
    this.#resend.remove(0, this.#sent);
    this.#acked.remove(0, this.#sent);
  }

  /**
   * What should be sent next: first what was lost, then new bytes within the stream's limit and
   * `newBytesMax`. FIN needs no credit. `undefined` when there is nothing.
   */
  next(newBytesMax: number): Range | undefined {
    const { first } = this.#resend;
    if (first !== undefined) return first;
    const bytesEnd = Math.min(this.#end, this.max, this.#sent + newBytesMax);
    const end = this.#end <= bytesEnd || this.#end <= this.#sent ? this.#extent : bytesEnd;
    return this.#sent < end ? { start: this.#sent, end } : undefined;
  }

  /** Copies the bytes of a range into a datagram and counts it as sent. */
  send(range: Range, writer: ByteWriter): void {
    this.#copy(range.start, Math.min(range.end, this.#end), writer);
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

  #push(bytes: Uint8Array, prefixBytes: number): void {
    assert(!this.isFinished, "nothing is written behind the end of a stream");
    const start = this.#end;
    this.#end = start + prefixBytes + bytes.length;
    this.#extent = this.#end;
    this.#messages.push({ start, end: this.#end, bytes });
  }

  #copy(start: number, end: number, writer: ByteWriter): void {
    if (end <= start) return;
    let index = this.#messageAt(start);
    let at = start;
    while (at < end) {
      const message = this.#messages[index];
      assert(message !== undefined && message.start <= at);
      const until = Math.min(message.end, end);
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

function bytesIn(set: RangeSet): number {
  let bytes = 0;
  for (const { start, end } of set.ranges) bytes += end - start;
  return bytes;
}

/** Copies a part of what a message and the length before it, if any, are on the stream. */
function copyPart(message: QueuedMessage, from: number, until: number, writer: ByteWriter): void {
  const { bytes } = message;
  const prefixBytes = message.end - message.start - bytes.length;
  if (from === 0 && 0 < prefixBytes && prefixBytes <= until) {
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
