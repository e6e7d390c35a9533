import assert from "node:assert/strict";
import { ByteReader, ByteWriter, decodeUtf8, encodeUtf8 } from "../base/bytes.ts";
import { sanitizeLine, utf8Bytes } from "../base/text.ts";

/** No discovery datagram is longer, and every query is exactly this long: no answer outweighs it. */
export const discoveryBytesMax = 400;

/** A server's name in UTF-8: two thirds of a terminal's width in ASCII, 16 CJK characters. */
export const serverNameBytesMax = 48;

/** Ports below are privileged; a server never announces one, so a client never sends there. */
export const dataPortMin = 1024;

/** What a server says about itself. */
export interface Announcement {
  /** Public identity key, 32 bytes in base64url (43 characters). */
  readonly id: string;
  /** Random for each start of the server: 8 bytes in lower-case hexadecimal. */
  readonly bootId: string;
  /** Grows with each round of beacons within one boot; 32 bits. */
  readonly sequence: number;
  /** UDP port of its conversations, `dataPortMin` to 65535. */
  readonly port: number;
  /** Range of transport versions it speaks, 0 to 255 each. */
  readonly versionMin: number;
  readonly versionMax: number;
  /** 0 to 65535; more is announced as 65535. */
  readonly members: number;
  readonly rooms: number;
  /** 1 to `serverNameBytesMax` bytes; decoded names are sanitised. */
  readonly name: string;
}

/** One discovery datagram. A nonce is 8 bytes in lower-case hexadecimal, and not all zero. */
export type DiscoveryPacket =
  | { readonly type: "query"; readonly nonce: string }
  | { readonly type: "beacon"; readonly announcement: Announcement }
  | { readonly type: "answer"; readonly nonce: string; readonly announcement: Announcement }
  | { readonly type: "goodbye"; readonly announcement: Announcement };

/**
 * 0x1e and "ars". Transport datagrams have bit 0x40 set in their first byte and this has not, so
 * the two can meet on one port.
 */
const magic = 0x1e617273;
const version = 1;
const typeNumbers = { query: 1, beacon: 2, answer: 3, goodbye: 4 } as const;
const nameTlv = 1;
const idBytes = 32;
/** Of a nonce and of a boot id. */
const tokenBytes = 8;
const noNonce = "00".repeat(tokenBytes);
const countMax = 0xffff;

/** The datagram as bytes of its own. */
export function encodePacket(packet: DiscoveryPacket): Uint8Array {
  const writer = new ByteWriter(new Uint8Array(discoveryBytesMax));
  writer.u32(magic);
  writer.u8(version);
  writer.u8(typeNumbers[packet.type]);
  writer.bytes(tokenOf("nonce" in packet ? packet.nonce : noNonce));
  if (packet.type === "query") writer.zeros(writer.remaining);
  else writeAnnouncement(writer, packet.announcement);
  return writer.written;
}

/** The packet, or `undefined` when the bytes are anything else than a well-formed one. */
export function decodePacket(bytes: Uint8Array): DiscoveryPacket | undefined {
  if (discoveryBytesMax < bytes.length) return undefined;
  const reader = new ByteReader(bytes);
  if (reader.u32() !== magic || reader.u8() !== version) return undefined;
  const type = reader.u8();
  const nonce = readHex(reader, tokenBytes);
  if (nonce === undefined) return undefined;
  const hasNonce = type === typeNumbers.query || type === typeNumbers.answer;
  if (hasNonce !== (nonce !== noNonce)) return undefined;
  if (type === typeNumbers.query) {
    return bytes.length === discoveryBytesMax ? { type: "query", nonce } : undefined;
  }
  const announcement = readAnnouncement(reader);
  if (announcement === undefined) return undefined;
  if (type === typeNumbers.beacon) return { type: "beacon", announcement };
  if (type === typeNumbers.answer) return { type: "answer", nonce, announcement };
  if (type === typeNumbers.goodbye) return { type: "goodbye", announcement };
  return undefined;
}

/**
 * The text as a name that can be announced: one sanitised line, cut after a whole character at
 * `serverNameBytesMax`. Empty when nothing of the text can be shown.
 */
export function toServerName(text: string): string {
  let name = "";
  let bytes = 0;
  for (const character of sanitizeLine(text).trim()) {
    bytes += utf8Bytes(character);
    if (serverNameBytesMax < bytes) break;
    name += character;
  }
  return name.trimEnd();
}

function writeAnnouncement(writer: ByteWriter, announcement: Announcement): void {
  const id = Buffer.from(announcement.id, "base64url");
  const name = encodeUtf8(announcement.name);
  assert(id.length === idBytes, "a server id is 32 bytes");
  assert(1 <= name.length && name.length <= serverNameBytesMax, "a server name is 1 to 48 bytes");
  assert(dataPortMin <= announcement.port);
  writer.bytes(id);
  writer.bytes(tokenOf(announcement.bootId));
  writer.u32(announcement.sequence);
  writer.u16(announcement.port);
  writer.u8(announcement.versionMin);
  writer.u8(announcement.versionMax);
  writer.u16(Math.min(announcement.members, countMax));
  writer.u16(Math.min(announcement.rooms, countMax));
  // Flags: no bit has a meaning yet.
  writer.u16(0);
  writer.u8(nameTlv);
  writer.u8(name.length);
  writer.bytes(name);
}

function readAnnouncement(reader: ByteReader): Announcement | undefined {
  const id = reader.bytes(idBytes);
  const bootId = readHex(reader, tokenBytes);
  const sequence = reader.u32();
  const port = reader.u16();
  const versionMin = reader.u8();
  const versionMax = reader.u8();
  const members = reader.u16();
  const rooms = reader.u16();
  const flags = reader.u16();
  const name = readName(reader);
  if (
    id === undefined ||
    bootId === undefined ||
    sequence === undefined ||
    port === undefined ||
    versionMin === undefined ||
    versionMax === undefined ||
    members === undefined ||
    rooms === undefined ||
    flags === undefined ||
    name === undefined
  ) {
    return undefined;
  }
  if (port < dataPortMin || versionMax < versionMin) return undefined;
  return {
    id: Buffer.from(id).toString("base64url"),
    bootId,
    sequence,
    port,
    versionMin,
    versionMax,
    members,
    rooms,
    name,
  };
}

/** Walks the type-length-value fields to the end; types that later versions add are skipped. */
function readName(reader: ByteReader): string | undefined {
  let name: string | undefined;
  while (0 < reader.remaining) {
    const type = reader.u8();
    const length = reader.u8();
    const value = length === undefined ? undefined : reader.bytes(length);
    if (value === undefined) return undefined;
    if (type !== nameTlv) continue;
    if (name !== undefined || serverNameBytesMax < value.length) return undefined;
    name = sanitizeLine(decodeUtf8(value) ?? "").trim();
    if (name === "") return undefined;
  }
  return name;
}

function tokenOf(hex: string): Uint8Array {
  const token = Buffer.from(hex, "hex");
  assert(token.length === tokenBytes, "a nonce or boot id is 8 bytes");
  return token;
}

function readHex(reader: ByteReader, count: number): string | undefined {
  const bytes = reader.bytes(count);
  return bytes && Buffer.from(bytes).toString("hex");
}
