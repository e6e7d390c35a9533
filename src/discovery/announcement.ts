import assert from "node:assert/strict";
import { ByteReader, ByteWriter, decodeUtf8, encodeUtf8 } from "../base/bytes.ts";
import { sanitizeLine, utf8Bytes } from "../base/text.ts";

/** No discovery datagram is longer, and every query is exactly this long: no answer outweighs it. */
export const discoveryBytesMax = 400;

/** A server's name in UTF-8: two thirds of a terminal's width in ASCII, 16 CJK characters. */
export const serverNameBytesMax = 48;

/** Longest cookie of the transport that an answer carries. */
export const cookieBytesMax = 64;

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
  | {
      readonly type: "answer";
      readonly nonce: string;
      readonly announcement: Announcement;
      /** What the asker shows to the transport to be answered at once: 1 to `cookieBytesMax` bytes. */
      readonly cookie?: Uint8Array;
    }
  | { readonly type: "goodbye"; readonly announcement: Announcement };

/**
 * 0x1e and "ars". Transport datagrams have bit 0x40 set in their first byte and this has not, so
 * the two can meet on one port.
 */
const magic = 0x1e617273;
const version = 1;
const typeNumbers = { query: 1, beacon: 2, answer: 3, goodbye: 4 } as const;
const fieldTypes = { name: 1, cookie: 2 } as const;
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
  if (packet.type === "answer" && packet.cookie !== undefined) writeCookie(writer, packet.cookie);
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
  const content = readContent(reader);
  if (content === undefined) return undefined;
  const { announcement } = content;
  if (type === typeNumbers.beacon) return { type: "beacon", announcement };
  if (type === typeNumbers.answer) return { type: "answer", nonce, ...content };
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
  writeField(writer, fieldTypes.name, name);
}

function writeCookie(writer: ByteWriter, cookie: Uint8Array): void {
  assert(isCookie(cookie), "a cookie is 1 to 64 bytes");
  writeField(writer, fieldTypes.cookie, cookie);
}

function writeField(writer: ByteWriter, type: number, value: Uint8Array): void {
  writer.u8(type);
  writer.u8(value.length);
  writer.bytes(value);
}

interface Content {
  readonly announcement: Announcement;
  readonly cookie?: Uint8Array;
}

function readContent(reader: ByteReader): Content | undefined {
  const id = reader.bytes(idBytes);
  const bootId = readHex(reader, tokenBytes);
  const sequence = reader.u32();
  const port = reader.u16();
  const versionMin = reader.u8();
  const versionMax = reader.u8();
  const members = reader.u16();
  const rooms = reader.u16();
  const flags = reader.u16();
  const fields = readFields(reader);
  const name = readName(fields?.get(fieldTypes.name));
  const cookie = fields?.get(fieldTypes.cookie);
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
  const announcement = {
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
  if (cookie === undefined) return { announcement };
  // A copy, so that it does not keep the whole datagram.
  return isCookie(cookie) ? { announcement, cookie: new Uint8Array(cookie) } : undefined;
}

/** Walks the type-length-value fields to the end; types that later versions add are passed over. */
function readFields(reader: ByteReader): ReadonlyMap<number, Uint8Array> | undefined {
  const fields = new Map<number, Uint8Array>();
  while (0 < reader.remaining) {
    const type = reader.u8();
    const length = reader.u8();
    const value = length === undefined ? undefined : reader.bytes(length);
    if (type === undefined || value === undefined) return undefined;
    if (isOnce(type) && fields.has(type)) return undefined;
    fields.set(type, value);
  }
  return fields;
}

function isOnce(type: number): boolean {
  return type === fieldTypes.name || type === fieldTypes.cookie;
}

function readName(value: Uint8Array | undefined): string | undefined {
  if (value === undefined || serverNameBytesMax < value.length) return undefined;
  return sanitizeLine(decodeUtf8(value) ?? "").trim() || undefined;
}

function isCookie(value: Uint8Array): boolean {
  return 1 <= value.length && value.length <= cookieBytesMax;
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
