import assert from "node:assert/strict";
import type { ByteWriter } from "../base/bytes.ts";
import { DatagramQueue } from "./datagram-queue.ts";
import type { StreamEvent } from "./endpoint-port.ts";
import {
  controlFrameBytesMax,
  frameTypes,
  streamHeaderBytes,
  writeNumber,
  writeResetStream,
  writeStreamHeader,
  writeStreamNumber,
} from "./frames.ts";
import {
  dataQueueBytesHigh,
  dataQueueBytesLow,
  sendQueueBytesHigh,
  sendQueueBytesLow,
} from "./limits.ts";
import { OpeningQueue } from "./opening-queue.ts";
import type { TransportParameters } from "./parameters.ts";
import { SendClass, type SendTurn } from "./send-class.ts";
import { SendStream } from "./send-stream.ts";
import type { SentFrame } from "./sent-packet.ts";
import {
  classCount,
  classes,
  classOf,
  isChannel,
  type OneShotKind,
  oneShotId,
  oneShotIndex,
  oneShotKind,
  type StreamId,
} from "./stream-id.ts";

/** Less room than this in a datagram is left empty: with a header of 19 bytes it would be a sliver. */
const sliverBytesMax = 24;

interface Sending extends SendTurn {
  /** The limit at which we told the peer that it holds this stream back: once each. */
  reportedMax: number | undefined;
  isPaused: boolean;
  /** Why it was given up, once it was. */
  resetCode: number | undefined;
}

/** The sending side of all streams of a connection, and the peer's credit for them. */
export class SendStreams {
  readonly #onEvent: (event: StreamEvent) => void;
  /** Each is made by the first stream in it: many connections never have but chat. */
  readonly #classes = new Array<SendClass<Sending> | undefined>(classCount);
  readonly #open = new Map<StreamId, Sending>();
  readonly #oneShots: Readonly<Record<OneShotKind, OpeningQueue<Sending>>> = {
    message: new OpeningQueue(),
    data: new OpeningQueue(),
  };
  #datagrams: DatagramQueue | undefined;
  #resetsDue: Set<StreamId> | undefined;
  /** What all streams have queued. */
  #queuedBytes = 0;
  /** What data streams have queued that was never sent; they have their own marks. */
  #dataUnsentBytes = 0;
  /** Credit for all message and data streams together, and what is used of it. */
  #max = 0;
  #sent = 0;
  #streamMaxInitial = 0;
  #reportedMax: number | undefined;
  /** `undefined` after something was settled, until somebody asks. */
  #fileBytesInFlight: number | undefined;

  constructor(onEvent: (event: StreamEvent) => void) {
    this.#onEvent = onEvent;
  }

  /** Bytes that the peer has not acknowledged. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Bytes that were never sent. */
  get unsentBytes(): number {
    let bytes = this.#dataUnsentBytes;
    for (const sendClass of this.#classes) bytes += sendClass?.unsentBytes ?? 0;
    return bytes;
  }

  /** Unreliable datagrams that were dropped because newer ones came. */
  get droppedDatagrams(): number {
    return this.#datagrams?.droppedCount ?? 0;
  }

  /** Bytes of the files class on their way. */
  get fileBytesInFlight(): number {
    if (this.#fileBytesInFlight === undefined) {
      let bytes = 0;
      for (const { stream } of this.#classes[classes.files]?.turns ?? [])
        bytes += stream.inFlightBytes;
      this.#fileBytesInFlight = bytes;
    }
    return this.#fileBytesInFlight;
  }

  /** Whether there is something that the peer's limits and ours for files let us send. */
  hasSendable(fileBytesMax: number): boolean {
    if (this.#hasOthers) return true;
    for (const [index, sendClass] of this.#classes.entries()) {
      if (sendClass === undefined) continue;
      if (index === classes.files && fileBytesMax <= this.fileBytesInFlight) continue;
      if (
        sendClass.turns.some((turn) => turn.stream.next(this.#newBytesMax(turn.id)) !== undefined)
      ) {
        return true;
      }
    }
    return false;
  }

  /** The limits that the handshake brought. */
  setLimits(parameters: TransportParameters): void {
    this.#max = parameters.initialDataMax;
    this.#streamMaxInitial = parameters.initialStreamDataMax;
    for (const { stream } of this.#open.values()) stream.max = this.#streamMaxInitial;
    this.raiseStreamsMax("message", parameters.initialMessageStreamsMax);
    this.raiseStreamsMax("data", parameters.initialDataStreamsMax);
  }

  /** Credit for all message and data streams; a smaller one than before is an old packet. */
  raiseMax(max: number): void {
    this.#max = Math.max(this.#max, max);
  }

  /** Credit for one stream; `false` when we never opened it. */
  raiseStreamMax(id: StreamId, max: number): boolean {
    if (!isChannel(id) && !this.#wasOpened(id)) return false;
    const stream = isChannel(id) ? this.#channel(id).stream : this.#open.get(id)?.stream;
    if (stream !== undefined) stream.max = Math.max(stream.max, max);
    return true;
  }

  /** How many streams of a kind may be opened in all. */
  raiseStreamsMax(kind: OneShotKind, max: number): void {
    for (const sending of this.#oneShots[kind].raise(max)) {
      sending.stream.max = Math.max(sending.stream.max, this.#streamMaxInitial);
      // Given up before it began: the peer must hear of it all the same, for streams count up.
      if (sending.resetCode === undefined) this.#class(classOf(sending.id)).add(sending);
      else this.#resetLater(sending.id);
    }
  }

  /** Queues a message on a channel; `false` when its class is above its mark. */
  write(channel: StreamId, message: Uint8Array): boolean {
    const sending = this.#channel(channel);
    this.#count(sending, -1);
    sending.stream.write(message);
    this.#count(sending, 1);
    return this.#isBelowMark(channel);
  }

  /** Queues a message on a stream of its own. */
  writeAlone(message: Uint8Array): { readonly stream: StreamId; readonly isBelowMark: boolean } {
    const sending = this.#begin("message");
    this.#count(sending, -1);
    sending.stream.write(message);
    sending.stream.finish();
    this.#count(sending, 1);
    return { stream: sending.id, isBelowMark: this.#isBelowMark(sending.id) };
  }

  /** Begins a data stream. */
  open(): StreamId {
    return this.#begin("data").id;
  }

  /** Queues bytes on a data stream; `false` when it is above its mark. */
  writeBytes(id: StreamId, bytes: Uint8Array): boolean {
    const sending = this.#open.get(id);
    if (sending === undefined || sending.resetCode !== undefined) return true;
    assert(oneShotKind(id) === "data" && !isChannel(id), `stream ${id} is no data stream`);
    this.#count(sending, -1);
    sending.stream.writeBytes(bytes);
    this.#count(sending, 1);
    if (sending.stream.unsentBytes <= dataQueueBytesHigh) return true;
    sending.isPaused = true;
    return false;
  }

  /** Ends a data stream behind what was written. */
  finish(id: StreamId): void {
    const sending = this.#open.get(id);
    if (sending === undefined || sending.resetCode !== undefined) return;
    this.#count(sending, -1);
    sending.stream.finish();
    this.#count(sending, 1);
  }

  /** Queues an unreliable datagram. */
  writeDatagram(bytes: Uint8Array): void {
    this.#datagrams ??= new DatagramQueue();
    this.#datagrams.push(bytes);
  }

  /** Gives up a message or data stream; nothing happens when the peer has it all. */
  reset(id: StreamId, code: number): void {
    assert(!isChannel(id), "a channel has no end");
    const sending = this.#open.get(id);
    if (sending === undefined || sending.resetCode !== undefined) return;
    sending.resetCode = code;
    this.#count(sending, -1);
    sending.stream.discard();
    this.#count(sending, 1);
    this.#class(classOf(id)).remove(sending);
    if (this.#wasOpened(id)) this.#resetLater(id);
  }

  /** The peer wants no more of a stream; `false` when we never opened it. */
  onStopped(id: StreamId, code: number): boolean {
    if (!this.#wasOpened(id)) return false;
    const sending = this.#open.get(id);
    if (sending === undefined || sending.resetCode !== undefined) return true;
    this.reset(id, code);
    this.#onEvent({ type: "stream-stopped", stream: id, code });
    return true;
  }

  /** How far a message or data stream has come, or `undefined` when it is over. */
  progress(id: StreamId): { readonly bytes: number; readonly bytesMax: number } | undefined {
    const sending = this.#open.get(id);
    if (sending === undefined || sending.resetCode !== undefined) return undefined;
    return { bytes: sending.stream.acknowledged, bytesMax: sending.stream.end };
  }

  /**
   * Fills the datagram, class by class, and notes what went in. The choice is made now, when the
   * datagram leaves: a chat line that was queued last overtakes all the pages that wait.
   */
  writeFrames(writer: ByteWriter, sent: SentFrame[], fileBytesMax: number): void {
    if (this.#resetsDue !== undefined) this.#writeResets(writer, sent);
    for (let index = 0; index < classCount; index += 1) {
      if (writer.remaining < sliverBytesMax) return;
      const isLimited = index === classes.files;
      if (!isLimited || this.fileBytesInFlight < fileBytesMax) {
        const sendClass = this.#classes[index];
        if (sendClass !== undefined) this.#writeClass(writer, sent, sendClass);
      }
      if (index === classes.chat) this.#datagrams?.writeFrames(writer);
    }
  }

  /** Whether all that may be sent went into the datagram, which has room for more. */
  isEmptiedInto(writer: ByteWriter): boolean {
    return sliverBytesMax <= writer.remaining && !this.#hasOthers;
  }

  onAcked(frame: SentFrame & { readonly type: "stream" }): void {
    const sending = this.#open.get(frame.stream);
    if (sending === undefined) return;
    const { stream } = sending;
    this.#queuedBytes -= stream.queuedBytes;
    stream.onAcked(frame.start, frame.end);
    this.#queuedBytes += stream.queuedBytes;
    this.#fileBytesInFlight = undefined;
    if (!stream.isDone || sending.resetCode !== undefined) return;
    this.#forget(sending);
    this.#onEvent({ type: "stream-delivered", stream: sending.id });
  }

  onLost(frame: SentFrame & { readonly type: "stream" }): void {
    const sending = this.#open.get(frame.stream);
    if (sending === undefined || sending.resetCode !== undefined) return;
    sending.stream.onLost(frame.start, frame.end);
    this.#fileBytesInFlight = undefined;
  }

  onResetAcked(id: StreamId): void {
    this.#resetsDue?.delete(id);
    const sending = this.#open.get(id);
    if (sending !== undefined) this.#forget(sending);
  }

  onResetLost(id: StreamId): void {
    if (this.#open.has(id)) this.#resetLater(id);
  }

  /** Whether those who were asked for a pause may go on; says so once. */
  takeWritable(): boolean {
    const used = this.#classes;
    if (!used.some((sendClass) => sendClass?.isPaused === true)) return false;
    if (used.some((sendClass) => sendQueueBytesLow <= (sendClass?.unsentBytes ?? 0))) return false;
    for (const sendClass of used) if (sendClass !== undefined) sendClass.isPaused = false;
    return true;
  }

  /** Whether there is something to send that belongs to no class. */
  get #hasOthers(): boolean {
    return 0 < (this.#datagrams?.count ?? 0) || 0 < (this.#resetsDue?.size ?? 0);
  }

  #resetLater(id: StreamId): void {
    this.#resetsDue ??= new Set();
    this.#resetsDue.add(id);
  }

  #class(index: number): SendClass<Sending> {
    const sendClass = this.#classes[index] ?? new SendClass<Sending>();
    this.#classes[index] = sendClass;
    return sendClass;
  }

  /** A channel is opened by its first use. */
  #channel(id: StreamId): Sending {
    return this.#open.get(id) ?? this.#activate(this.#newSending(id, this.#streamMaxInitial));
  }

  #begin(kind: OneShotKind): Sending {
    const oneShots = this.#oneShots[kind];
    const sending = this.#newSending(oneShotId(kind, oneShots.takeIndex()), 0);
    if (oneShots.mayOpen(oneShotIndex(sending.id))) {
      sending.stream.max = this.#streamMaxInitial;
      return this.#activate(sending);
    }
    oneShots.wait(sending);
    return sending;
  }

  #newSending(id: StreamId, max: number): Sending {
    const stream = new SendStream(max);
    const sending: Sending = {
      id,
      stream,
      reportedMax: undefined,
      isPaused: false,
      resetCode: undefined,
    };
    this.#open.set(id, sending);
    return sending;
  }

  #activate(sending: Sending): Sending {
    this.#class(classOf(sending.id)).add(sending);
    return sending;
  }

  #forget(sending: Sending): void {
    this.#open.delete(sending.id);
    this.#class(classOf(sending.id)).remove(sending);
  }

  #wasOpened(id: StreamId): boolean {
    return this.#oneShots[oneShotKind(id)].wasOpened(oneShotIndex(id));
  }

  /** Adds what a stream has queued to the sums, or takes it away before it changes. */
  #count({ id, stream }: Sending, sign: 1 | -1): void {
    this.#queuedBytes += sign * stream.queuedBytes;
    this.#countUnsent(id, sign * stream.unsentBytes);
  }

  #countUnsent(id: StreamId, bytes: number): void {
    if (!isChannel(id) && oneShotKind(id) === "data") this.#dataUnsentBytes += bytes;
    else this.#class(classOf(id)).unsentBytes += bytes;
  }

  #isBelowMark(id: StreamId): boolean {
    const sendClass = this.#class(classOf(id));
    if (sendClass.unsentBytes <= sendQueueBytesHigh) return true;
    sendClass.isPaused = true;
    return false;
  }

  /**
   * Channels have no part in the credit for all: what waits on the peer's side for the rest of a
   * large message or for a slow disk must not stop a chat line.
   */
  #newBytesMax(id: StreamId): number {
    return isChannel(id) ? Number.POSITIVE_INFINITY : this.#max - this.#sent;
  }

  #writeClass(writer: ByteWriter, sent: SentFrame[], sendClass: SendClass<Sending>): void {
    let idleCount = 0;
    while (idleCount < sendClass.count && sliverBytesMax <= writer.remaining) {
      const sending = sendClass.current;
      if (sending === undefined) return;
      const bytes = sending.stream.hasUnsent ? this.#writeStream(writer, sent, sending) : 0;
      if (0 < bytes) {
        idleCount = 0;
        sendClass.onSent(bytes);
      } else {
        if (sending.stream.hasNew) this.#writeBlocked(writer, sending);
        idleCount += 1;
        sendClass.next();
      }
    }
  }

  /** Writes one frame, and says how much of the stream is in it. */
  #writeStream(writer: ByteWriter, sent: SentFrame[], sending: Sending): number {
    const { id, stream } = sending;
    const next = stream.next(this.#newBytesMax(id));
    if (next === undefined) return 0;
    const wanted = Math.max(0, Math.min(next.end, stream.end) - next.start);
    const { remaining } = writer;
    const room = remaining - streamHeaderBytes(id, next.start, Math.min(wanted, remaining));
    const length = Math.min(wanted, room);
    const isFin = stream.end < next.end && length === wanted;
    const range = { start: next.start, end: next.start + length + (isFin ? 1 : 0) };
    const sentBefore = stream.sent;
    const unsentBefore = stream.unsentBytes;
    writeStreamHeader(writer, id, range.start, length, isFin);
    stream.send(range, writer);
    if (!isChannel(id)) this.#sent += stream.sent - sentBefore;
    this.#countUnsent(id, stream.unsentBytes - unsentBefore);
    this.#noteSent(sending, range.end - range.start);
    sent.push({ type: "stream", stream: id, start: range.start, end: range.end });
    return range.end - range.start;
  }

  #noteSent(sending: Sending, bytes: number): void {
    if (classOf(sending.id) === classes.files && this.#fileBytesInFlight !== undefined) {
      this.#fileBytesInFlight += bytes;
    }
    if (!sending.isPaused || dataQueueBytesLow <= sending.stream.unsentBytes) return;
    sending.isPaused = false;
    this.#onEvent({ type: "stream-drained", stream: sending.id });
  }

  #writeBlocked(writer: ByteWriter, sending: Sending): void {
    if (writer.remaining < 2 * controlFrameBytesMax) return;
    const { id, stream } = sending;
    if (stream.isBlocked && sending.reportedMax !== stream.max) {
      writeStreamNumber(writer, frameTypes.streamDataBlocked, id, stream.max);
      sending.reportedMax = stream.max;
    }
    if (0 < this.#newBytesMax(id) || this.#reportedMax === this.#max) return;
    writeNumber(writer, frameTypes.dataBlocked, this.#max);
    this.#reportedMax = this.#max;
  }

  #writeResets(writer: ByteWriter, sent: SentFrame[]): void {
    for (const id of this.#resetsDue ?? []) {
      if (writer.remaining < controlFrameBytesMax) return;
      this.#resetsDue?.delete(id);
      const sending = this.#open.get(id);
      if (sending?.resetCode === undefined) continue;
      const { resetCode: code, stream } = sending;
      writeResetStream(writer, { stream: id, code, finalSize: stream.sent });
      sent.push({ type: "reset-stream", stream: id });
    }
  }
}
