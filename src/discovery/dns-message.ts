import assert from "node:assert/strict";
import { formatIpv4 } from "../base/address.ts";
import { ByteReader, ByteWriter, decodeUtf8, encodeUtf8 } from "../base/bytes.ts";

/** Longest message that is read: what multicast DNS may send (RFC 6762 section 17). */
export const dnsMessageBytesMax = 9_000;

/** Records that are read of one message; a link with more services answers in several. */
export const dnsRecordsMax = 256;

/** A domain name as its labels; a label may have dots and spaces in it (RFC 6763 section 4.1.1). */
export type DnsName = readonly string[];

/** The records that service discovery is made of. */
export type DnsRecord =
  | { readonly type: "a" | "aaaa"; readonly name: DnsName; readonly address: string }
  | { readonly type: "ptr"; readonly name: DnsName; readonly target: DnsName }
  | { readonly type: "txt"; readonly name: DnsName; readonly entries: readonly string[] }
  | {
      readonly type: "srv";
      readonly name: DnsName;
      readonly port: number;
      readonly target: DnsName;
    };

/** An answer: the number of its question and all records of its sections that are known here. */
export interface DnsAnswer {
  readonly id: number;
  readonly records: readonly DnsRecord[];
}

const recordTypes = { a: 1, ptr: 12, txt: 16, aaaa: 28, srv: 33 } as const;
const classInternet = 1;
/** In multicast DNS the top bit says that a record replaces others (RFC 6762 section 10.2). */
const classMask = 0x7fff;
const labelBytesMax = 63;
const nameBytesMax = 255;
const queryBytesMax = 512;

/** A question for the pointers of a service, as an ordinary resolver asks it (RFC 6762 section 5.1). */
export function encodePointerQuery(id: number, name: DnsName): Uint8Array {
  const writer = new ByteWriter(new Uint8Array(queryBytesMax));
  writer.u16(id);
  writer.u16(0);
  writer.u16(1);
  writer.zeros(6);
  for (const label of name) {
    const bytes = encodeUtf8(label);
    assert(1 <= bytes.length && bytes.length <= labelBytesMax, "a label is 1 to 63 bytes");
    writer.u8(bytes.length);
    writer.bytes(bytes);
  }
  writer.u8(0);
  writer.u16(recordTypes.ptr);
  writer.u16(classInternet);
  return writer.written;
}

/**
 * The answer that the bytes are (RFC 1035 section 4), or `undefined` when they are a question, an
 * error, or no whole message. Records of other types are passed over.
 */
export function decodeDnsAnswer(message: Uint8Array): DnsAnswer | undefined {
  if (dnsMessageBytesMax < message.length) return undefined;
  const reader = new ByteReader(message);
  const [id, flags] = [reader.u16(), reader.u16()];
  const counts = [reader.u16(), reader.u16(), reader.u16(), reader.u16()];
  const [questions, ...sections] = counts;
  if (id === undefined || flags === undefined || questions === undefined) return undefined;
  const isAnswer = (flags & 0xf80f) === 0x8000;
  const recordCount = sections.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  if (!isAnswer || dnsRecordsMax < recordCount || dnsRecordsMax < questions) return undefined;
  for (let index = 0; index < questions; index += 1) {
    if (readName(message, reader) === undefined || reader.u32() === undefined) return undefined;
  }
  const records: DnsRecord[] = [];
  for (let index = 0; index < recordCount; index += 1) {
    const record = readRecord(message, reader);
    if (record === undefined) return undefined;
    if (record !== "other") records.push(record);
  }
  return { id, records };
}

/** Equal names give equal strings, whatever the case (RFC 1035 section 2.3.3). */
export function dnsNameKey(name: DnsName): string {
  return JSON.stringify(name).toLowerCase();
}

function readRecord(message: Uint8Array, reader: ByteReader): DnsRecord | "other" | undefined {
  const name = readName(message, reader);
  const type = reader.u16();
  const recordClass = reader.u16();
  const timeToLive = reader.u32();
  const length = reader.u16();
  const start = reader.offset;
  if (name === undefined || recordClass === undefined || length === undefined) return undefined;
  if (reader.bytes(length) === undefined) return undefined;
  // A record that lives no longer is a goodbye (RFC 6762 section 10.1).
  if ((recordClass & classMask) !== classInternet || timeToLive === 0) return "other";
  const body = new ByteReader(message.subarray(0, start + length));
  body.bytes(start);
  switch (type) {
    case recordTypes.a:
    case recordTypes.aaaa:
      return readAddress(name, body);
    case recordTypes.ptr: {
      const target = readName(message, body);
      return target && { type: "ptr", name, target };
    }
    case recordTypes.srv:
      return readService(name, message, body);
    case recordTypes.txt: {
      const entries = readEntries(body);
      return entries && { type: "txt", name, entries };
    }
    default:
      return "other";
  }
}

function readAddress(name: DnsName, body: ByteReader): DnsRecord | undefined {
  const data = body.bytes(body.remaining);
  if (data?.length === 4) return { type: "a", name, address: ipv4Of(data) };
  return data?.length === 16 ? { type: "aaaa", name, address: ipv6Of(data) } : undefined;
}

/** Priority and weight choose among servers of one service; here each is a server of its own. */
function readService(name: DnsName, message: Uint8Array, body: ByteReader): DnsRecord | undefined {
  body.u32();
  const port = body.u16();
  const target = readName(message, body);
  return port === undefined || target === undefined
    ? undefined
    : { type: "srv", name, port, target };
}

/**
 * Reads a name. A compressed one goes on at a place before this one (RFC 1035 section 4.1.4); as each
 * place has to be before the last, no message makes this loop.
 */
function readName(message: Uint8Array, reader: ByteReader): DnsName | undefined {
  const labels: string[] = [];
  let source = reader;
  let limit = reader.offset;
  let bytes = 0;
  for (;;) {
    const length = source.u8();
    if (length === 0) return labels;
    if (length === undefined) return undefined;
    if (length <= labelBytesMax) {
      const label = source.bytes(length);
      const text = label && decodeUtf8(label);
      bytes += 1 + length;
      if (text === undefined || nameBytesMax <= bytes) return undefined;
      labels.push(text);
      continue;
    }
    const place = placeOf(length, source.u8());
    if (place === undefined || limit <= place) return undefined;
    limit = place;
    source = new ByteReader(message);
    source.bytes(place);
  }
}

/** Where a compressed name goes on: 14 bits behind two that are set. */
function placeOf(high: number, low: number | undefined): number | undefined {
  return high < 0xc0 || low === undefined ? undefined : ((high & 0x3f) << 8) | low;
}

function readEntries(reader: ByteReader): readonly string[] | undefined {
  const entries: string[] = [];
  while (0 < reader.remaining) {
    const length = reader.u8();
    const bytes = length === undefined ? undefined : reader.bytes(length);
    if (bytes === undefined) return undefined;
    const entry = decodeUtf8(bytes);
    // A value may be any bytes (RFC 6763 section 6.5); those that are no text are not ours.
    if (entry !== undefined && entry !== "") entries.push(entry);
  }
  return entries;
}

function ipv4Of(data: Uint8Array): string {
  return formatIpv4(new ByteReader(data).u32() ?? 0);
}

/** Not the shortest form, but one that every program reads. */
function ipv6Of(data: Uint8Array): string {
  const digits = Buffer.from(data).toString("hex");
  return (digits.match(/.{4}/g) ?? []).map((group) => group.replace(/^0{1,3}/, "")).join(":");
}
