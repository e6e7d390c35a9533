import assert from "node:assert/strict";
import { ByteReader, ByteWriter, decodeUtf8, encodeUtf8 } from "../base/bytes.ts";
import { crc32 } from "../base/checksum.ts";
import { sanitizeLine } from "../base/text.ts";
import {
  cookieBytesMax,
  datagramBytesMax,
  refuseTextBytesMax,
  transportVersion,
  versionCountMax,
} from "./limits.ts";
import { readParameters, type TransportParameters, writeParameters } from "./parameters.ts";

/** Names a connection on the side that receives the packet: 48 bits, never 0. */
export type ConnectionId = number;

/**
 * What closes a packet. Version 1 finds accidents with CRC-32; an encrypted version puts its AEAD
 * here, which is why the packet number is told.
 */
export interface PacketProtection {
  /** Bytes at the very end of each packet that belong to the tag. */
  readonly tagBytes: number;
  /** Fills the tag, over everything before it. */
  seal(packet: Uint8Array, packetNumber: number): void;
  /** The packet without its tag, or `undefined` when the tag is wrong. */
  open(packet: Uint8Array, packetNumber: number): Uint8Array | undefined;
}

/** Version 1: CRC-32 of all bytes before it, big-endian. */
export const checksumProtection: PacketProtection = {
  tagBytes: 4,
  seal: (packet) => {
    const end = packet.length - 4;
    viewOf(packet).setUint32(end, crc32(packet.subarray(0, end)));
  },
  open: (packet) => {
    const end = packet.length - 4;
    if (end < 0) return undefined;
    const body = packet.subarray(0, end);
    return viewOf(packet).getUint32(end) === crc32(body) ? body : undefined;
  },
};

/** Low bits of a long packet's first byte. 5 is reserved for RESET of the encrypted version. */
export const longPacketTypes = { init: 0, accept: 1, retry: 2, version: 3, refuse: 4 } as const;

/** First byte, version and two connection ids. */
const longHeaderBytes = 17;

/** First byte, connection id and packet number. */
export const shortHeaderBytes = 11;

const longBit = 0x80;
const fixedBit = 0x40;

/** The packets of the handshake. `source` is 0 where the sender keeps no connection. */
export type LongPacket = {
  readonly destination: ConnectionId;
  readonly source: ConnectionId;
} & (
  | {
      readonly type: "init";
      /** Empty in the first INIT. */
      readonly cookie: Uint8Array;
      readonly parameters: TransportParameters;
    }
  | { readonly type: "accept"; readonly parameters: TransportParameters }
  | { readonly type: "retry"; readonly cookie: Uint8Array }
  | { readonly type: "version"; readonly versions: readonly number[] }
  | { readonly type: "refuse"; readonly code: number; readonly text: string }
);

/** What every version has in common, so that versions can be told apart at all. */
export interface LongHeader {
  readonly type: number;
  readonly version: number;
  readonly destination: ConnectionId;
  readonly source: ConnectionId;
}

/** The first packet of a client. */
export type InitPacket = LongPacket & { readonly type: "init" };

/** `other` is not transport: it belongs to whoever else listens on the port. */
export function packetForm(datagram: Uint8Array): "long" | "short" | "other" {
  const first = datagram[0] ?? 0;
  if ((first & fixedBit) === 0) return "other";
  return (first & longBit) === 0 ? "short" : "long";
}

/** Encodes a long packet; INIT is padded to exactly `datagramBytesMax`. */
export function encodeLongPacket(packet: LongPacket): Uint8Array {
  const buffer = new Uint8Array(datagramBytesMax);
  const writer = new ByteWriter(buffer);
  writer.u8(longBit | fixedBit | longPacketTypes[packet.type]);
  // As in RFC 9000 section 17.2.1: version 0 says that this is about versions, in all of them.
  writer.u32(packet.type === "version" ? 0 : transportVersion);
  writer.u48(packet.destination);
  writer.u48(packet.source);
  writeBody(writer, packet);
  const { tagBytes } = checksumProtection;
  const length = packet.type === "init" ? datagramBytesMax : writer.offset + tagBytes;
  const bytes = buffer.subarray(0, length);
  checksumProtection.seal(bytes, 0);
  return bytes;
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
  const packet = checksumProtection.open(datagram, 0);
  if (header === undefined || packet === undefined) return undefined;
  if (packet.length < longHeaderBytes) return undefined;
  const isVersion = header.type === longPacketTypes.version;
  if (header.version !== (isVersion ? 0 : transportVersion)) return undefined;
  const ids = { destination: header.destination, source: header.source };
  const reader = new ByteReader(packet.subarray(longHeaderBytes));
  switch (header.type) {
    case longPacketTypes.init:
      return datagram.length === datagramBytesMax ? readInit(reader, ids) : undefined;
    case longPacketTypes.accept: {
      const parameters = readParameters(reader);
      return parameters && { ...ids, type: "accept", parameters };
    }
    case longPacketTypes.retry: {
      const cookie = readCookie(reader);
      return cookie && { ...ids, type: "retry", cookie };
    }
    case longPacketTypes.version:
      return readVersions(reader, ids);
    case longPacketTypes.refuse:
      return readRefuse(reader, ids);
    default:
      return undefined;
  }
}

/** Writes the header of a short packet; its key phase bits are 0 in version 1. */
export function writeShortHeader(
  writer: ByteWriter,
  destination: ConnectionId,
  packetNumber: number,
): void {
  writer.u8(fixedBit);
  writer.u48(destination);
  writer.u32(packetNumber % 2 ** 32);
}

/** Whom a short packet is for and the low 32 bits of its number, or `undefined`. */
export function decodeShortHeader(
  datagram: Uint8Array,
): { readonly destination: ConnectionId; readonly numberLow: number } | undefined {
  // Bits that version 1 sets to 0 are the encrypted version's: not ours to guess.
  if (datagram[0] !== fixedBit) return undefined;
  const reader = new ByteReader(datagram);
  reader.u8();
  const destination = reader.u48();
  const numberLow = reader.u32();
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

function writeBody(writer: ByteWriter, packet: LongPacket): void {
  switch (packet.type) {
    case "init":
      writer.u8(packet.cookie.length);
      writer.bytes(packet.cookie);
      writeParameters(writer, packet.parameters);
      return;
    case "accept":
      writeParameters(writer, packet.parameters);
      return;
    case "retry":
      writer.u8(packet.cookie.length);
      writer.bytes(packet.cookie);
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
    }
  }
}

function readInit(reader: ByteReader, ids: Ids): LongPacket | undefined {
  const cookie = readCookie(reader);
  const parameters = readParameters(reader);
  if (cookie === undefined || parameters === undefined || ids.source === 0) return undefined;
  return { ...ids, type: "init", cookie, parameters };
}

function readCookie(reader: ByteReader): Uint8Array | undefined {
  const length = reader.u8();
  return length === undefined || cookieBytesMax < length
    ? undefined
    : reader.bytes(length)?.slice();
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

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
