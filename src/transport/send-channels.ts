import type { ByteWriter } from "../base/bytes.ts";
import {
  controlFrameBytesMax,
  frameTypes,
  streamHeaderBytes,
  writeChannelNumber,
  writeNumber,
  writeStreamHeader,
} from "./frames.ts";
import { channelMax } from "./limits.ts";
import { SendStream } from "./send-stream.ts";
import type { SentFrame } from "./sent-packet.ts";

/** Less room than this in a datagram is left empty rather than filled with a sliver of data. */
const sliverBytesMax = 16;

/** The sending side of all channels of a connection, and the peer's credit for them. */
export class SendChannels {
  readonly #streams: (SendStream | undefined)[] = Array.from({ length: channelMax + 1 });
  #max = 0;
  #channelMaxInitial = 0;
  #sent = 0;
  /** The limits at which we told the peer that it holds us back: once each. */
  #reportedMax: number | undefined;
  readonly #reportedChannelMax = new Map<number, number>();

  /** Bytes that the peer has not acknowledged. */
  get queuedBytes(): number {
    let bytes = 0;
    for (const stream of this.#streams) bytes += stream?.queuedBytes ?? 0;
    return bytes;
  }

  /** Bytes that were never sent. */
  get unsentBytes(): number {
    let bytes = 0;
    for (const stream of this.#streams) bytes += stream?.unsentBytes ?? 0;
    return bytes;
  }

  /** Whether there is data that the peer's limits let us send. */
  get hasSendable(): boolean {
    const left = this.#max - this.#sent;
    return this.#streams.some((stream) => stream?.next(left) !== undefined);
  }

  /** The limits that the handshake brought. */
  setLimits(max: number, channelMaxInitial: number): void {
    this.#max = max;
    this.#channelMaxInitial = channelMaxInitial;
    for (const stream of this.#streams) {
      if (stream !== undefined) stream.max = channelMaxInitial;
    }
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
    this.#stream(channel).write(message);
  }

  /**
   * Fills the datagram, lower channels first, and notes what went in. The choice is made now, when
   * the datagram leaves: what was queued last on channel 0 overtakes what waits on channel 1.
   */
  writeFrames(writer: ByteWriter, sent: SentFrame[]): void {
    for (const [channel, stream] of this.#streams.entries()) {
      if (stream === undefined) continue;
      this.#writeStream(writer, sent, channel, stream);
      this.#writeBlocked(writer, channel, stream);
    }
  }

  onAcked(frame: SentFrame & { readonly type: "stream" }): void {
    this.#streams[frame.channel]?.onAcked(frame.start, frame.end);
  }

  onLost(frame: SentFrame & { readonly type: "stream" }): void {
    this.#streams[frame.channel]?.onLost(frame.start, frame.end);
  }

  #stream(channel: number): SendStream {
    let stream = this.#streams[channel];
    if (stream === undefined) {
      stream = new SendStream();
      stream.max = this.#channelMaxInitial;
      this.#streams[channel] = stream;
    }
    return stream;
  }

  #writeStream(writer: ByteWriter, sent: SentFrame[], channel: number, stream: SendStream): void {
    for (;;) {
      const next = stream.next(this.#max - this.#sent);
      if (next === undefined || writer.remaining < sliverBytesMax) return;
      const wanted = Math.min(next.end - next.start, writer.remaining);
      const room = writer.remaining - streamHeaderBytes(next.start, wanted);
      const length = Math.min(wanted, room);
      const range = { start: next.start, end: next.start + length };
      const sentBefore = stream.sent;
      writeStreamHeader(writer, channel, range.start, length);
      stream.send(range, writer);
      this.#sent += stream.sent - sentBefore;
      sent.push({ type: "stream", channel, ...range });
    }
  }

  #writeBlocked(writer: ByteWriter, channel: number, stream: SendStream): void {
    if (writer.remaining < 2 * controlFrameBytesMax) return;
    if (stream.isBlocked && this.#reportedChannelMax.get(channel) !== stream.max) {
      writeChannelNumber(writer, frameTypes.streamDataBlocked, channel, stream.max);
      this.#reportedChannelMax.set(channel, stream.max);
    }
    const isBlocked = this.#max <= this.#sent && stream.hasNew;
    if (isBlocked && this.#reportedMax !== this.#max) {
      writeNumber(writer, frameTypes.dataBlocked, this.#max);
      this.#reportedMax = this.#max;
    }
  }
}
