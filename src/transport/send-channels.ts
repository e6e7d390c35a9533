import type { ByteWriter } from "../base/bytes.ts";
import {
  controlFrameBytesMax,
  frameTypes,
  streamHeaderBytes,
  writeChannelNumber,
  writeNumber,
  writeStreamHeader,
} from "./frames.ts";
import { SendStream } from "./send-stream.ts";
import type { SentFrame } from "./sent-packet.ts";

/** Less room than this in a datagram is left empty rather than filled with a sliver of data. */
const sliverBytesMax = 16;

interface Channel {
  readonly number: number;
  readonly stream: SendStream;
}

/** The sending side of all channels of a connection, and the peer's credit for them. */
export class SendChannels {
  /** Those in use, lower numbers first: one or two of eight, and walked for every packet. */
  readonly #channels: Channel[] = [];
  /** What all channels have queued. */
  #queuedBytes = 0;
  #max = 0;
  #channelMaxInitial = 0;
  #sent = 0;
  /** The limits at which we told the peer that it holds us back: once each. */
  #reportedMax: number | undefined;
  readonly #reportedChannelMax = new Map<number, number>();

  /** Bytes that the peer has not acknowledged. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Bytes that were never sent. */
  get unsentBytes(): number {
    let bytes = 0;
    for (const { stream } of this.#channels) bytes += stream.unsentBytes;
    return bytes;
  }

  /** Whether there is data that the peer's limits let us send. */
  get hasSendable(): boolean {
    const left = this.#max - this.#sent;
    return this.#channels.some(({ stream }) => stream.next(left) !== undefined);
  }

  /** The limits that the handshake brought. */
  setLimits(max: number, channelMaxInitial: number): void {
    this.#max = max;
    this.#channelMaxInitial = channelMaxInitial;
    for (const { stream } of this.#channels) stream.max = channelMaxInitial;
  }

  /** Credit for all channels; a smaller one than before is an old packet. */
  raiseMax(max: number): void {
    this.#max = Math.max(this.#max, max);
  }

  raiseChannelMax(channel: number, max: number): void {
    const stream = this.#stream(channel);
    stream.max = Math.max(stream.max, max);
  }

  write(channel: number, message: Uint8Array): void {
    const stream = this.#stream(channel);
    this.#queuedBytes -= stream.queuedBytes;
    stream.write(message);
    this.#queuedBytes += stream.queuedBytes;
  }

  /**
   * Fills the datagram, lower channels first, and notes what went in. The choice is made now, when
   * the datagram leaves: what was queued last on channel 0 overtakes what waits on channel 1.
   */
  writeFrames(writer: ByteWriter, sent: SentFrame[]): void {
    for (const channel of this.#channels) {
      if (!channel.stream.hasUnsent) continue;
      this.#writeStream(writer, sent, channel);
      this.#writeBlocked(writer, channel);
    }
  }

  onAcked(frame: SentFrame & { readonly type: "stream" }): void {
    const stream = this.#stream(frame.channel);
    this.#queuedBytes -= stream.queuedBytes;
    stream.onAcked(frame.start, frame.end);
    this.#queuedBytes += stream.queuedBytes;
  }

  onLost(frame: SentFrame & { readonly type: "stream" }): void {
    this.#stream(frame.channel).onLost(frame.start, frame.end);
  }

  #stream(number: number): SendStream {
    for (const channel of this.#channels) {
      if (channel.number === number) return channel.stream;
    }
    const stream = new SendStream();
    stream.max = this.#channelMaxInitial;
    this.#channels.push({ number, stream });
    this.#channels.sort((a, b) => a.number - b.number);
    return stream;
  }

  #writeStream(writer: ByteWriter, sent: SentFrame[], { number, stream }: Channel): void {
    for (;;) {
      const next = stream.next(this.#max - this.#sent);
      if (next === undefined || writer.remaining < sliverBytesMax) return;
      const wanted = Math.min(next.end - next.start, writer.remaining);
      const room = writer.remaining - streamHeaderBytes(next.start, wanted);
      const length = Math.min(wanted, room);
      const range = { start: next.start, end: next.start + length };
      const sentBefore = stream.sent;
      writeStreamHeader(writer, number, range.start, length);
      stream.send(range, writer);
      this.#sent += stream.sent - sentBefore;
      sent.push({ type: "stream", channel: number, start: range.start, end: range.end });
    }
  }

  #writeBlocked(writer: ByteWriter, { number, stream }: Channel): void {
    if (writer.remaining < 2 * controlFrameBytesMax) return;
    if (stream.isBlocked && this.#reportedChannelMax.get(number) !== stream.max) {
      writeChannelNumber(writer, frameTypes.streamDataBlocked, number, stream.max);
      this.#reportedChannelMax.set(number, stream.max);
    }
    const isBlocked = this.#max <= this.#sent && stream.hasNew;
    if (isBlocked && this.#reportedMax !== this.#max) {
      writeNumber(writer, frameTypes.dataBlocked, this.#max);
      this.#reportedMax = this.#max;
    }
  }
}
