import assert from "node:assert/strict";
import {
  ByteReader,
  type ByteWriter,
  decodeUtf8,
  encodeUtf8,
  varintBytes,
  varintMax,
} from "../base/bytes.ts";
import { sanitizeLine } from "../base/text.ts";
import {
  ackDelayLimitMs,
  ackRangeCountMax,
  closeTextBytesMax,
  unreliableBytesMax,
} from "./limits.ts";
import type { Range } from "./ranges.ts";
import { isChannel, type OneShotKind, type StreamId } from "./stream-id.ts";

/** Frame types, with the numbers of RFC 9000 section 19 and RFC 9221 where they have one. */
export const frameTypes = {
  padding: 0x00,
  ping: 0x01,
  ack: 0x02,
  resetStream: 0x04,
  stopSending: 0x05,
  stream: 0x08,
  streamFin: 0x09,
  maxData: 0x10,
  maxStreamData: 0x11,
  maxMessageStreams: 0x12,
  maxDataStreams: 0x13,
  dataBlocked: 0x14,
  streamDataBlocked: 0x15,
  pathChallenge: 0x1a,
  pathResponse: 0x1b,
  close: 0x1c,
  socketBytes: 0x20,
  datagram: 0x31,
  ackFrequency: 0xaf,
} as const;

/** Bytes in PATH_CHALLENGE that PATH_RESPONSE repeats. */
export const pathDataBytes = 8;

/** Delay in an ACK frame is counted in eighths of a millisecond. */
const ackDelayUnitsPerMs = 8;

type NumberFrameType = (typeof frameTypes)[
  | "maxData"
  | "maxMessageStreams"
  | "maxDataStreams"
  | "socketBytes"
  | "dataBlocked"];
type StreamNumberFrameType = (typeof frameTypes)[
  | "resetStream"
  | "stopSending"
  | "maxStreamData"
  | "streamDataBlocked"];

/** PADDING carries nothing and is skipped. Offsets and limits count bytes of a stream. */
export type Frame =
  | { readonly type: "ping" }
  | {
      readonly type: "ack";
      readonly delayMs: number;
      /** What has arrived, in falling order, at least one and at most 64. */
      readonly ranges: readonly Range[];
    }
  | {
      readonly type: "stream";
      readonly stream: StreamId;
      readonly offset: number;
      /** Shares memory with the datagram. */
      readonly bytes: Uint8Array;
      /** The stream ends with these bytes. */
      readonly isFin: boolean;
    }
  | {
      readonly type: "reset-stream";
      readonly stream: StreamId;
      readonly code: number;
      /** Bytes of the stream that were sent, however many arrived. */
      readonly finalSize: number;
    }
  | { readonly type: "stop-sending"; readonly stream: StreamId; readonly code: number }
  | { readonly type: "max-data"; readonly max: number }
  | { readonly type: "socket-bytes"; readonly bytes: number }
  | { readonly type: "max-stream-data"; readonly stream: StreamId; readonly max: number }
  | { readonly type: "max-streams"; readonly kind: OneShotKind; readonly max: number }
  | { readonly type: "data-blocked"; readonly max: number }
  | { readonly type: "stream-data-blocked"; readonly stream: StreamId; readonly max: number }
  /** `bytes` shares memory with the datagram. */
  | { readonly type: "datagram"; readonly bytes: Uint8Array }
  | { readonly type: "path-challenge" | "path-response"; readonly data: Uint8Array }
  | ({ readonly type: "ack-frequency" } & AckRequest)
  | { readonly type: "close"; readonly code: number; readonly text: string };

/** How often the sender of it wants ACKs; of two, the one with the higher sequence counts. */
export interface AckRequest {
  readonly sequence: number;
  /** Packets that one ACK may answer, at least 1. */
  readonly threshold: number;
  /** How long an ACK may wait for them, in whole ms from 0 to 1000. */
  readonly delayMs: number;
}

/** Room that any of the small control frames fits in: a type and three varints of 8 bytes. */
export const controlFrameBytesMax = 25;

/** The frames of a packet, or `undefined` when they break the protocol. Text is sanitised. */
export function decodeFrames(payload: Uint8Array): Frame[] | undefined {
  const reader = new ByteReader(payload);
  const frames: Frame[] = [];
  while (0 < reader.remaining) {
    const type = reader.u8();
    if (type === frameTypes.padding) continue;
    const frame = readFrame(reader, type);
    if (frame === undefined) return undefined;
    frames.push(frame);
  }
  return frames;
}

/**
 * Writes as many of the newest ranges as there are room and the limit for; `false` when not even
 * one fits. `ranges` is in rising order and not empty.
 */
export function writeAck(writer: ByteWriter, ranges: readonly Range[], delayMs: number): boolean {
  const newest = ranges.at(-1);
  assert(newest !== undefined);
  const delay = Math.max(0, Math.floor(delayMs * ackDelayUnitsPerMs));
  const first = newest.end - newest.start - 1;
  const headBytes = 2 + varintBytes(newest.end - 1) + varintBytes(delay) + varintBytes(first);
  const room = writer.remaining - headBytes;
  if (room < 0) return false;
  const oldest = oldestThatFits(ranges, room);
  writer.u8(frameTypes.ack);
  writer.varint(newest.end - 1);
  writer.varint(delay);
  writer.u8(ranges.length - 1 - oldest);
  writer.varint(first);
  for (let index = ranges.length - 2; oldest <= index; index -= 1) {
    const { gap, length } = ackStep(ranges, index);
    writer.varint(gap);
    writer.varint(length);
  }
  return true;
}

/** Writes a frame that holds one number. */
export function writeNumber(writer: ByteWriter, type: NumberFrameType, max: number): void {
  writer.u8(type);
  writer.varint(max);
}

/** Writes a frame that holds a stream and a number. */
export function writeStreamNumber(
  writer: ByteWriter,
  type: StreamNumberFrameType,
  stream: StreamId,
  value: number,
): void {
  writer.u8(type);
  writer.varint(stream);
  writer.varint(value);
}

/** Writes RESET_STREAM. */
export function writeResetStream(
  writer: ByteWriter,
  frame: { readonly stream: StreamId; readonly code: number; readonly finalSize: number },
): void {
  writeStreamNumber(writer, frameTypes.resetStream, frame.stream, frame.code);
  writer.varint(frame.finalSize);
}

/** Bytes of a STREAM frame before its data. */
export function streamHeaderBytes(stream: StreamId, offset: number, length: number): number {
  return 1 + varintBytes(stream) + varintBytes(offset) + varintBytes(length);
}

/** Writes a STREAM frame up to its data; `length` bytes must follow, none only with FIN. */
export function writeStreamHeader(
  writer: ByteWriter,
  stream: StreamId,
  offset: number,
  length: number,
  isFin = false,
): void {
  writer.u8(isFin ? frameTypes.streamFin : frameTypes.stream);
  writer.varint(stream);
  writer.varint(offset);
  writer.varint(length);
}

/** Bytes of a DATAGRAM frame with so many bytes in it. */
export function datagramFrameBytes(length: number): number {
  return 1 + varintBytes(length) + length;
}

/** Writes DATAGRAM, in the form with a length. */
export function writeDatagram(writer: ByteWriter, bytes: Uint8Array): void {
  writer.u8(frameTypes.datagram);
  writer.varint(bytes.length);
  writer.bytes(bytes);
}

/** Writes PATH_CHALLENGE or PATH_RESPONSE. */
export function writePath(
  writer: ByteWriter,
  type: typeof frameTypes.pathChallenge | typeof frameTypes.pathResponse,
  data: Uint8Array,
): void {
  writer.u8(type);
  writer.bytes(data);
}

/** Writes ACK_FREQUENCY. */
export function writeAckFrequency(writer: ByteWriter, request: AckRequest): void {
  writer.u8(frameTypes.ackFrequency);
  writer.varint(request.sequence);
  writer.varint(request.threshold);
  writer.varint(request.delayMs);
}

/** Whether a packet with this frame must be acknowledged. Path frames are repeated by themselves. */
export function isAckEliciting(frame: Frame): boolean {
  return frame.type !== "ack" && !isProbing(frame);
}

/** Whether a packet with nothing else says nothing of where its sender is (RFC 9000 section 9.1). */
export function isProbing(frame: Frame): boolean {
  return frame.type === "path-challenge" || frame.type === "path-response";
}

/** Writes CLOSE; a text of more than 256 bytes is cut between characters. */
export function writeClose(writer: ByteWriter, code: number, text: string): void {
  const bytes = encodeUtf8(cutUtf8(text, closeTextBytesMax));
  writer.u8(frameTypes.close);
  writer.varint(code);
  writer.varint(bytes.length);
  writer.bytes(bytes);
}

/** The longest start of the text that has at most `bytesMax` bytes of UTF-8. */
export function cutUtf8(text: string, bytesMax: number): string {
  let bytes = 0;
  let cut = "";
  for (const character of text) {
    bytes += encodeUtf8(character).length;
    if (bytesMax < bytes) return cut;
    cut += character;
  }
  return text;
}

/** The index of the oldest range that goes into an ACK with this much room after its head. */
function oldestThatFits(ranges: readonly Range[], room: number): number {
  const oldestAllowed = Math.max(0, ranges.length - ackRangeCountMax);
  let left = room;
  let index = ranges.length - 1;
  while (oldestAllowed < index) {
    const { gap, length } = ackStep(ranges, index - 1);
    left -= varintBytes(gap) + varintBytes(length);
    if (left < 0) break;
    index -= 1;
  }
  return index;
}

/** How a range is told in terms of the newer one after it (RFC 9000 section 19.3.1, less one). */
function ackStep(ranges: readonly Range[], index: number): { gap: number; length: number } {
  const range = ranges[index];
  const newer = ranges[index + 1];
  assert(range !== undefined && newer !== undefined);
  return { gap: newer.start - range.end - 1, length: range.end - range.start - 1 };
}

function readFrame(reader: ByteReader, type: number | undefined): Frame | undefined {
  switch (type) {
    case frameTypes.ping:
      return { type: "ping" };
    case frameTypes.ack:
      return readAck(reader);
    case frameTypes.stream:
      return readStream(reader, false);
    case frameTypes.streamFin:
      return readStream(reader, true);
    case frameTypes.resetStream:
      return readResetStream(reader);
    case frameTypes.stopSending:
      return readStopSending(reader);
    case frameTypes.maxData:
      return readNumber(reader, "max-data");
    case frameTypes.dataBlocked:
      return readNumber(reader, "data-blocked");
    case frameTypes.maxStreamData:
      return readStreamMax(reader, "max-stream-data");
    case frameTypes.streamDataBlocked:
      return readStreamMax(reader, "stream-data-blocked");
    case frameTypes.maxMessageStreams:
      return readMaxStreams(reader, "message");
    case frameTypes.maxDataStreams:
      return readMaxStreams(reader, "data");
    case frameTypes.socketBytes: {
      const bytes = reader.varint();
      return bytes === undefined ? undefined : { type: "socket-bytes", bytes };
    }
    case frameTypes.datagram:
      return readDatagram(reader);
    case frameTypes.pathChallenge:
      return readPath(reader, "path-challenge");
    case frameTypes.pathResponse:
      return readPath(reader, "path-response");
    case frameTypes.close:
      return readClose(reader);
    case frameTypes.ackFrequency:
      return readAckFrequency(reader);
    default:
      return undefined;
  }
}

function readAck(reader: ByteReader): Frame | undefined {
  const largest = reader.varint();
  const delay = reader.varint();
  const count = reader.u8();
  const first = reader.varint();
  if (largest === undefined || delay === undefined || first === undefined) return undefined;
  if (count === undefined || ackRangeCountMax <= count || largest < first) return undefined;
  if (varintMax <= largest) return undefined;
  let start = largest - first;
  const ranges: Range[] = [{ start, end: largest + 1 }];
  for (let index = 0; index < count; index += 1) {
    const gap = reader.varint();
    const length = reader.varint();
    if (gap === undefined || length === undefined) return undefined;
    const end = start - gap - 1;
    start = end - length - 1;
    if (start < 0) return undefined;
    ranges.push({ start, end });
  }
  return { type: "ack", delayMs: delay / ackDelayUnitsPerMs, ranges };
}

function readStream(reader: ByteReader, isFin: boolean): Frame | undefined {
  const stream = reader.varint();
  const offset = reader.varint();
  const length = reader.varint();
  if (stream === undefined || offset === undefined || length === undefined) return undefined;
  const bytes = reader.bytes(length);
  // An empty STREAM frame without FIN says nothing, a channel has no end, and offsets stay numbers.
  if (bytes === undefined || (length === 0 && !isFin)) return undefined;
  if ((isFin && isChannel(stream)) || varintMax - length < offset) return undefined;
  return { type: "stream", stream, offset, bytes, isFin };
}

function readResetStream(reader: ByteReader): Frame | undefined {
  const stop = readStopSending(reader);
  const finalSize = reader.varint();
  if (stop?.type !== "stop-sending" || finalSize === undefined) return undefined;
  return { type: "reset-stream", stream: stop.stream, code: stop.code, finalSize };
}

function readStopSending(reader: ByteReader): Frame | undefined {
  const stream = reader.varint();
  const code = reader.varint();
  if (stream === undefined || code === undefined) return undefined;
  return isChannel(stream) ? undefined : { type: "stop-sending", stream, code };
}

function readMaxStreams(reader: ByteReader, kind: OneShotKind): Frame | undefined {
  const max = reader.varint();
  return max === undefined ? undefined : { type: "max-streams", kind, max };
}

function readDatagram(reader: ByteReader): Frame | undefined {
  const bytes = reader.bytes(reader.varint() ?? Number.NaN);
  if (bytes === undefined || unreliableBytesMax < bytes.length) return undefined;
  return { type: "datagram", bytes };
}

function readNumber(reader: ByteReader, type: "max-data" | "data-blocked"): Frame | undefined {
  const max = reader.varint();
  return max === undefined ? undefined : { type, max };
}

function readStreamMax(
  reader: ByteReader,
  type: "max-stream-data" | "stream-data-blocked",
): Frame | undefined {
  const stream = reader.varint();
  const max = reader.varint();
  return stream === undefined || max === undefined ? undefined : { type, stream, max };
}

function readPath(reader: ByteReader, type: "path-challenge" | "path-response"): Frame | undefined {
  const data = reader.copy(pathDataBytes);
  return data && { type, data };
}

function readAckFrequency(reader: ByteReader): Frame | undefined {
  const sequence = reader.varint();
  const threshold = reader.varint();
  const delayMs = reader.varint();
  if (sequence === undefined || threshold === undefined || delayMs === undefined) return undefined;
  if (threshold === 0 || ackDelayLimitMs < delayMs) return undefined;
  return { type: "ack-frequency", sequence, threshold, delayMs };
}

function readClose(reader: ByteReader): Frame | undefined {
  const code = reader.varint();
  const length = reader.varint();
  if (code === undefined || length === undefined || closeTextBytesMax < length) return undefined;
  const bytes = reader.bytes(length);
  const text = bytes && decodeUtf8(bytes);
  return text === undefined ? undefined : { type: "close", code, text: sanitizeLine(text) };
}
