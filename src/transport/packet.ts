import assert from "node:assert/strict";
import { assertNever } from "../base/assert.ts";
import { ByteReader, ByteWriter, decodeUtf8, encodeUtf8 } from "../base/bytes.ts";
import { sanitizeLine } from "../base/text.ts";
import {
  cookieBytesMax,
  datagramBytesMin,
  refuseTextBytesMax,
  transportVersion,
  versionCountMax,
} from "./limits.ts";
import { keyBytes } from "./noise.ts";

/** Names a connection on the side that receives the packet: 48 bits, never 0. */
export type ConnectionId = number;

/** Low bits of a long packet's first byte. */
export const longPacketTypes = {
  init: 0,
  accept: 1,
  version: 3,
  refuse: 4,
  reset: 5,
  query: 6,
  answer: 7,
} as const;

/** Bytes of a reset token. */
export const resetTokenBytes = 16;

/** First byte, version and two connection ids. */
const longHeaderBytes = 17;

/** First byte, connection id and packet number. */
export const shortHeaderBytes = 11;

/** Key phases that a short packet can tell apart. */
export const keyPhases = 4;

const longBit = 0x80;
const fixedBit = 0x40;
const keyPhaseShift = 4;
const reservedBits = 0x0f;

/** The packets outside of a connection. `source` is 0 where the sender keeps none. */
export type LongPacket = {
  readonly destination: ConnectionId;
  readonly source: ConnectionId;
} & (
  | { readonly type: "query" }
  | {
      readonly type: "answer";
      /** The server's static key; a hint until the handshake proves it. */
      readonly serverKey: Uint8Array;
      readonly cookie: Uint8Array;
    }
  | {
      readonly type: "init";
      readonly cookie: Uint8Array;
      /** The first message of the handshake. */
      readonly message: Uint8Array;
    }
  /** With the second message of the handshake. */
  | { readonly type: "accept"; readonly message: Uint8Array }
  | { readonly type: "version"; readonly versions: readonly number[] }
  | { readonly type: "refuse"; readonly code: number; readonly text: string }
  /** For the peer of a connection that is gone; `source` is the id it had here. */
  | { readonly type: "reset"; readonly token: Uint8Array }
);

/** What every version has in common, so that versions can be told apart at all. */
export interface LongHeader {
  readonly type: number;
  readonly version: number;
  readonly destination: ConnectionId;
  readonly source: ConnectionId;
}

/** A long packet of one type. */
export type LongPacketOf<T extends LongPacket["type"]> = Extract<LongPacket, { readonly type: T }>;

/** `other` is not transport: it belongs to whoever else listens on the port. */
export function packetForm(datagram: Uint8Array): "long" | "short" | "other" {
  const first = datagram[0] ?? 0;
  if ((first & fixedBit) === 0) return "other";
  return (first & longBit) === 0 ? "short" : "long";
}

/** Encodes a long packet; QUERY and INIT are padded to exactly `datagramBytesMin`. */
export function encodeLongPacket(packet: LongPacket): Uint8Array {
  const buffer = new Uint8Array(datagramBytesMin);
  const writer = new ByteWriter(buffer);
  writeLongHeader(writer, packet);
  writeBody(writer, packet);
  const isPadded = packet.type === "query" || packet.type === "init";
  return isPadded ? buffer : writer.written;
}

/**
 * What both sides of the handshake mix in: the header of its INIT. So nobody can change the version
 * or an id on the way.
 */
export function handshakePrologue(client: ConnectionId): Uint8Array {
  const writer = new ByteWriter(new Uint8Array(prologueLabel.length + longHeaderBytes));
  writer.bytes(prologueLabel);
  writeLongHeader(writer, { type: "init", destination: 0, source: client });
  return writer.written;
}

/** The header of a long packet of any version, or `undefined`. */
export function decodeLongHeader(datagram: Uint8Array): LongHeader | undefined {
  const reader = new ByteReader(datagram);
  const first = reader.u8();
  const version = reader.u32();
  const destination = reader.u48();
  const source = reader.u48();
  if (first === undefined || version === undefined) return undefined;
  if (destination === undefined || source === undefined) return undefined;
  return { type: first & ~(longBit | fixedBit), version, destination, source };
}

/** A long packet of our version (VERSION is of all versions), or `undefined`. Text is sanitised. */
export function decodeLongPacket(datagram: Uint8Array): LongPacket | undefined {
  const header = decodeLongHeader(datagram);
  if (header === undefined) return undefined;
  const isVersion = header.type === longPacketTypes.version;
  if (header.version !== (isVersion ? 0 : transportVersion)) return undefined;
  const ids = { destination: header.destination, source: header.source };
  const reader = new ByteReader(datagram.subarray(longHeaderBytes));
  switch (header.type) {
    case longPacketTypes.query:
      return isFromClient(datagram, ids) ? { ...ids, type: "query" } : undefined;
    case longPacketTypes.answer:
      return readAnswer(reader, ids);
    case longPacketTypes.init:
      return isFromClient(datagram, ids) ? readInit(reader, ids) : undefined;
    case longPacketTypes.accept: {
      const message = readMessage(reader);
      return message && { ...ids, type: "accept", message };
    }
    case longPacketTypes.version:
      return readVersions(reader, ids);
    case longPacketTypes.refuse:
      return readRefuse(reader, ids);
    case longPacketTypes.reset: {
      const token = reader.copy(resetTokenBytes);
      return token && { ...ids, type: "reset", token };
    }
    default:
      return undefined;
  }
}

/** Writes the header of a short packet, in key phase 0. */
export function writeShortHeader(
  writer: ByteWriter,
  destination: ConnectionId,
  packetNumber: number,
): void {
  writer.u8(fixedBit);
  writer.u48(destination);
  writer.u32(packetNumber % 2 ** 32);
}

/** Puts the key phase into the header of a short packet. */
export function writeKeyPhase(packet: Uint8Array, phase: number): void {
  packet[0] = fixedBit | ((phase % keyPhases) << keyPhaseShift);
}

/** The key phase of a short packet, 0..3. */
export function readKeyPhase(packet: Uint8Array): number {
  return ((packet[0] ?? 0) >> keyPhaseShift) % keyPhases;
}

/** Whom a short packet is for and the low 32 bits of its number, or `undefined`. */
export function decodeShortHeader(
  datagram: Uint8Array,
): { readonly destination: ConnectionId; readonly numberLow: number } | undefined {
  const reader = new ByteReader(datagram);
  const first = reader.u8();
  const destination = reader.u48();
  const numberLow = reader.u32();
  if (first === undefined || (first & reservedBits) !== 0) return undefined;
  if (destination === undefined || numberLow === undefined) return undefined;
  return { destination, numberLow };
}

/**
 * The whole packet number: the one nearest to the next expected that ends in `numberLow`
 * (RFC 9000 appendix A.3, with numbers of 53 bits). `bits` is 32 but in the RFC's example.
 */
export function expandPacketNumber(expected: number, numberLow: number, bits = 32): number {
  const window = 2 ** bits;
  const candidate = expected - (expected % window) + numberLow;
  if (candidate <= expected - window / 2 && candidate < 2 ** 53 - window) return candidate + window;
  if (expected + window / 2 < candidate && window <= candidate) return candidate - window;
  return candidate;
}

type Ids = Pick<LongPacket, "destination" | "source">;

const prologueLabel = encodeUtf8("earshot transport");

function writeLongHeader(writer: ByteWriter, header: Ids & Pick<LongPacket, "type">): void {
  writer.u8(longBit | fixedBit | longPacketTypes[header.type]);
  // As in RFC 9000 section 17.2.1: version 0 says that this is about versions, in all of them.
  writer.u32(header.type === "version" ? 0 : transportVersion);
  writer.u48(header.destination);
  writer.u48(header.source);
}

function writeBody(writer: ByteWriter, packet: LongPacket): void {
  switch (packet.type) {
    case "query":
      return;
    case "answer":
      writer.bytes(packet.serverKey);
      writeCookie(writer, packet.cookie);
      return;
    case "init":
      writeCookie(writer, packet.cookie);
      writeMessage(writer, packet.message);
      return;
    case "accept":
      writeMessage(writer, packet.message);
      return;
    case "version":
      writer.u8(packet.versions.length);
      for (const version of packet.versions) writer.u32(version);
      return;
    case "refuse": {
      const text = encodeUtf8(packet.text);
      assert(text.length <= refuseTextBytesMax);
      writer.varint(packet.code);
      writer.varint(text.length);
      writer.bytes(text);
      return;
    }
    case "reset":
      writer.bytes(packet.token);
      return;
    default:
      assertNever(packet);
  }
}

function writeCookie(writer: ByteWriter, cookie: Uint8Array): void {
  writer.u8(cookie.length);
  writer.bytes(cookie);
}

function writeMessage(writer: ByteWriter, message: Uint8Array): void {
  writer.u16(message.length);
  writer.bytes(message);
}

/** What a server takes from anybody is as long as it can be, so that no answer is longer. */
function isFromClient(datagram: Uint8Array, ids: Ids): boolean {
  return datagram.length === datagramBytesMin && ids.destination === 0 && ids.source !== 0;
}

function readAnswer(reader: ByteReader, ids: Ids): LongPacket | undefined {
  const serverKey = reader.copy(keyBytes);
  const cookie = readCookie(reader);
  if (serverKey === undefined || cookie === undefined) return undefined;
  return { ...ids, type: "answer", serverKey, cookie };
}

function readInit(reader: ByteReader, ids: Ids): LongPacket | undefined {
  const cookie = readCookie(reader);
  const message = readMessage(reader);
  if (cookie === undefined || message === undefined) return undefined;
  return { ...ids, type: "init", cookie, message };
}

function readMessage(reader: ByteReader): Uint8Array | undefined {
  return reader.copy(reader.u16() ?? Number.NaN);
}

function readCookie(reader: ByteReader): Uint8Array | undefined {
  const length = reader.u8();
  return length === undefined || cookieBytesMax < length ? undefined : reader.copy(length);
}

function readVersions(reader: ByteReader, ids: Ids): LongPacket | undefined {
  const count = reader.u8();
  if (count === undefined || count === 0 || versionCountMax < count) return undefined;
  const versions: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const version = reader.u32();
    if (version === undefined) return undefined;
    versions.push(version);
  }
  return { ...ids, type: "version", versions };
}

function readRefuse(reader: ByteReader, ids: Ids): LongPacket | undefined {
  const code = reader.varint();
  const length = reader.varint();
  if (code === undefined || length === undefined || refuseTextBytesMax < length) return undefined;
  const bytes = reader.bytes(length);
  const text = bytes && decodeUtf8(bytes);
  return text === undefined
    ? undefined
    : { ...ids, type: "refuse", code, text: sanitizeLine(text) };
}
