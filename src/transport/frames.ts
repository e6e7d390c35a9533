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
import { ackDelayLimitMs, ackRangeCountMax, channelMax, closeTextBytesMax } from "./limits.ts";
import type { Range } from "./ranges.ts";

/**
 * Frame types, with the numbers of RFC 9000 section 19 where it has one. Reserved for later
 * versions: 30 (DATAGRAM).
 */
export const frameTypes = {
  padding: 0x00,
  ping: 0x01,
  ack: 0x02,
  stream: 0x08,
  maxData: 0x10,
  maxStreamData: 0x11,
  dataBlocked: 0x14,
  streamDataBlocked: 0x15,
  pathChallenge: 0x1a,
  pathResponse: 0x1b,
  close: 0x1c,
  ackFrequency: 0xaf,
} as const;

/** Bytes in PATH_CHALLENGE that PATH_RESPONSE repeats. */
export const pathDataBytes = 8;

/** Delay in an ACK frame is counted in eighths of a millisecond. */
const ackDelayUnitsPerMs = 8;

/** PADDING carries nothing and is skipped. Offsets and limits count bytes of a channel. */
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
      readonly channel: number;
      readonly offset: number;
      /** Shares memory with the datagram. */
      readonly bytes: Uint8Array;
    }
  | { readonly type: "max-data"; readonly max: number }
  | { readonly type: "max-stream-data"; readonly channel: number; readonly max: number }
  | { readonly type: "data-blocked"; readonly max: number }
  | { readonly type: "stream-data-blocked"; readonly channel: number; readonly max: number }
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

/** Room that any of the small control frames fits in: type, channel and a varint of 8 bytes. */
export const controlFrameBytesMax = 10;

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
export function writeNumber(
  writer: ByteWriter,
  type: typeof frameTypes.maxData | typeof frameTypes.dataBlocked,
  max: number,
): void {
  writer.u8(type);
  writer.varint(max);
}

/** Writes a frame that holds a channel and a number. */
export function writeChannelNumber(
  writer: ByteWriter,
  type: typeof frameTypes.maxStreamData | typeof frameTypes.streamDataBlocked,
  channel: number,
  max: number,
): void {
  writer.u8(type);
  writer.u8(channel);
  writer.varint(max);
}

/** Bytes of a STREAM frame before its data. */
export function streamHeaderBytes(offset: number, length: number): number {
  return 2 + varintBytes(offset) + varintBytes(length);
}

/** Writes a STREAM frame up to its data; `length` bytes must follow. */
export function writeStreamHeader(
  writer: ByteWriter,
  channel: number,
  offset: number,
  length: number,
): void {
  writer.u8(frameTypes.stream);
  writer.u8(channel);
  writer.varint(offset);
  writer.varint(length);
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
      return readStream(reader);
    case frameTypes.maxData:
      return readNumber(reader, "max-data");
    case frameTypes.dataBlocked:
      return readNumber(reader, "data-blocked");
    case frameTypes.maxStreamData:
      return readChannelNumber(reader, "max-stream-data");
    case frameTypes.streamDataBlocked:
      return readChannelNumber(reader, "stream-data-blocked");
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

function readStream(reader: ByteReader): Frame | undefined {
  const channel = readChannel(reader);
  const offset = reader.varint();
  const length = reader.varint();
  if (channel === undefined || offset === undefined || length === undefined) return undefined;
  const bytes = reader.bytes(length);
  // An empty STREAM frame says nothing, and offsets stay numbers.
  if (bytes === undefined || length === 0 || varintMax - length < offset) return undefined;
  return { type: "stream", channel, offset, bytes };
}

function readNumber(reader: ByteReader, type: "max-data" | "data-blocked"): Frame | undefined {
  const max = reader.varint();
  return max === undefined ? undefined : { type, max };
}

function readChannelNumber(
  reader: ByteReader,
  type: "max-stream-data" | "stream-data-blocked",
): Frame | undefined {
  const channel = readChannel(reader);
  const max = reader.varint();
  return channel === undefined || max === undefined ? undefined : { type, channel, max };
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

function readChannel(reader: ByteReader): number | undefined {
  const channel = reader.u8();
  return channel === undefined || channelMax < channel ? undefined : channel;
}
