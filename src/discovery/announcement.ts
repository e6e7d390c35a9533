import assert from "node:assert/strict";
import { type Address, formatIpv4, formatIpv6, isIpv6, parseIpv4 } from "../base/address.ts";
import { type ByteReader, type ByteWriter, decodeUtf8, encodeUtf8 } from "../base/bytes.ts";
import { isLinkLocalIpv6, parseIpv6 } from "../base/ipv6.ts";
import { sanitizeLine, utf8Bytes } from "../base/text.ts";

/** A server's name in UTF-8: two thirds of a terminal's width in ASCII, 16 CJK characters. */
export const serverNameBytesMax = 48;

/** Longest cookie of the transport that an answer carries. */
export const cookieBytesMax = 64;

/** Addresses in one announcement: each makes a client send a PROBE to wherever it points. */
export const addressesMax = 2;

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
  /**
   * Where else it is reached, at most `addressesMax`: what its owner said, or where the server that
   * relays it reaches it. `isAnnounceable` is true of each.
   */
  readonly addresses?: readonly Address[];
}

/** What an announcement carries besides, which is not the server's own. */
export interface AnnouncementContent {
  readonly announcement: Announcement;
  readonly cookie?: Uint8Array;
}

const fieldTypes = { name: 1, cookie: 2, address: 3 } as const;
const idBytes = 32;
const bootIdBytes = 8;
const countMax = 0xffff;
const portBytes = 2;

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

/**
 * Whether an address can be told to others: of one host, not bound to a link or a machine, and with a
 * port that a server may have.
 */
export function isAnnounceable({ host, port }: Address): boolean {
  if (port < dataPortMin || 65_535 < port || host.includes("%")) return false;
  if (!isIpv6(host)) {
    const first = (parseIpv4(host) ?? 0) >>> 24;
    return first !== 0 && first !== 127 && first < 224;
  }
  const bytes = parseIpv6(host);
  if (bytes === undefined || isLinkLocalIpv6(bytes) || bytes[0] === 0xff) return false;
  // The first 80 bits are zero in ::, in ::1 and in IPv4 addresses that are written as IPv6.
  return bytes.subarray(0, 10).some((byte) => byte !== 0);
}

/** Writes an announcement, and a cookie of 1 to `cookieBytesMax` bytes when there is one. */
export function writeAnnouncement(
  writer: ByteWriter,
  { announcement, cookie }: AnnouncementContent,
): void {
  const id = Buffer.from(announcement.id, "base64url");
  const bootId = Buffer.from(announcement.bootId, "hex");
  const name = encodeUtf8(announcement.name);
  assert(id.length === idBytes, "a server id is 32 bytes");
  assert(bootId.length === bootIdBytes, "a boot id is 8 bytes");
  assert(1 <= name.length && name.length <= serverNameBytesMax, "a server name is 1 to 48 bytes");
  assert(dataPortMin <= announcement.port);
  writer.bytes(id);
  writer.bytes(bootId);
  writer.u32(announcement.sequence);
  writer.u16(announcement.port);
  writer.u8(announcement.versionMin);
  writer.u8(announcement.versionMax);
  writer.u16(Math.min(announcement.members, countMax));
  writer.u16(Math.min(announcement.rooms, countMax));
  // Flags: no bit has a meaning yet.
  writer.u16(0);
  writeField(writer, fieldTypes.name, name);
  for (const address of announcement.addresses ?? []) writeAddress(writer, address);
  if (cookie === undefined) return;
  assert(isCookie(cookie), "a cookie is 1 to 64 bytes");
  writeField(writer, fieldTypes.cookie, cookie);
}

/** What is left to read as an announcement and what goes with it; `undefined` when it is malformed. */
export function readAnnouncement(reader: ByteReader): AnnouncementContent | undefined {
  const id = reader.bytes(idBytes);
  const bootId = reader.bytes(bootIdBytes);
  const sequence = reader.u32();
  const port = reader.u16();
  const versionMin = reader.u8();
  const versionMax = reader.u8();
  const members = reader.u16();
  const rooms = reader.u16();
  const flags = reader.u16();
  const fields = readFields(reader);
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
    fields === undefined
  ) {
    return undefined;
  }
  if (port < dataPortMin || versionMax < versionMin) return undefined;
  const { name, addresses, cookie } = fields;
  const announcement = {
    id: Buffer.from(id).toString("base64url"),
    bootId: Buffer.from(bootId).toString("hex"),
    sequence,
    port,
    versionMin,
    versionMax,
    members,
    rooms,
    name,
    ...(0 < addresses.length && { addresses }),
  };
  return { announcement, ...(cookie && { cookie }) };
}

function writeAddress(writer: ByteWriter, address: Address): void {
  assert(isAnnounceable(address), "an announced address is of one host");
  const host = hostBytes(address.host);
  writer.u8(fieldTypes.address);
  writer.u8(portBytes + host.length);
  writer.u16(address.port);
  writer.bytes(host);
}

function writeField(writer: ByteWriter, type: number, value: Uint8Array): void {
  writer.u8(type);
  writer.u8(value.length);
  writer.bytes(value);
}

interface Fields {
  readonly name: string;
  readonly addresses: readonly Address[];
  readonly cookie: Uint8Array | undefined;
}

/** Types that later versions add are passed over. */
function readFields(reader: ByteReader): Fields | undefined {
  const fields = splitFields(reader);
  if (fields === undefined) return undefined;
  const [name, ...otherNames] = fields.get(fieldTypes.name) ?? [];
  const [cookie, ...otherCookies] = fields.get(fieldTypes.cookie) ?? [];
  const places = fields.get(fieldTypes.address) ?? [];
  if (0 < otherNames.length + otherCookies.length || addressesMax < places.length) return undefined;
  if (cookie !== undefined && !isCookie(cookie)) return undefined;
  const shown = name && readName(name);
  const addresses = places.map(readAddress).filter((address) => address !== undefined);
  if (shown === undefined || addresses.length < places.length) return undefined;
  // A copy, so that it does not keep the whole datagram.
  return { name: shown, addresses, cookie: cookie && new Uint8Array(cookie) };
}

/** The values of each type, of type-length-value fields to the end. */
function splitFields(reader: ByteReader): ReadonlyMap<number, readonly Uint8Array[]> | undefined {
  const fields = new Map<number, Uint8Array[]>();
  while (0 < reader.remaining) {
    const type = reader.u8();
    const length = reader.u8();
    const value = length === undefined ? undefined : reader.bytes(length);
    if (type === undefined || value === undefined) return undefined;
    fields.set(type, [...(fields.get(type) ?? []), value]);
  }
  return fields;
}

function readName(value: Uint8Array): string | undefined {
  if (serverNameBytesMax < value.length) return undefined;
  return sanitizeLine(decodeUtf8(value) ?? "").trim() || undefined;
}

function readAddress(value: Uint8Array): Address | undefined {
  if (value.length !== portBytes + 4 && value.length !== portBytes + 16) return undefined;
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const host =
    value.length === portBytes + 4
      ? formatIpv4(view.getUint32(portBytes))
      : formatIpv6(value.subarray(portBytes));
  const address = { host, port: view.getUint16(0) };
  return isAnnounceable(address) ? address : undefined;
}

function hostBytes(host: string): Uint8Array {
  if (isIpv6(host)) return parseIpv6(host) ?? new Uint8Array(16);
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, parseIpv4(host) ?? 0);
  return bytes;
}

/** Whether it is as long as a cookie may be. */
export function isCookie(value: Uint8Array): boolean {
  return 1 <= value.length && value.length <= cookieBytesMax;
}
