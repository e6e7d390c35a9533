import assert from "node:assert/strict";
import { type Address, formatIpv4, parseIpv4 } from "../base/address.ts";
import { ByteReader, ByteWriter } from "../base/bytes.ts";
import {
  type Announcement,
  isCookie,
  readAnnouncement,
  writeAnnouncement,
} from "./announcement.ts";

/** No discovery datagram is longer, and every question is exactly this long: no answer outweighs it. */
export const discoveryBytesMax = 400;

/** Bytes of the proof that a question carries (`questionProof`). */
export const proofBytes = 16;

/** The numbers of the packets. */
export const packetTypes = {
  query: 1,
  beacon: 2,
  answer: 3,
  goodbye: 4,
  probe: 5,
  relayed: 6,
  forward: 7,
} as const;

/** What kind a discovery datagram is. */
export type PacketType = keyof typeof packetTypes;

/** What a question carries. A nonce is 8 bytes in lower-case hexadecimal, and not all zero. */
export interface Question {
  readonly nonce: string;
  /** That the asker has a server's key: `proofBytes` bytes in lower-case hexadecimal. */
  readonly proof?: string;
}

/** One discovery datagram. */
export type DiscoveryPacket =
  /** Asks everyone. */
  | ({ readonly type: "query" } & Question)
  /** Asks one host. */
  | ({
      readonly type: "probe";
      /** What the last answer brought, 1 to `cookieBytesMax` bytes: the asker is where it says. */
      readonly cookie?: Uint8Array;
    } & Question)
  /** A question that came to one of several servers of this machine, and from where; IPv4 only. */
  | ({ readonly type: "forward"; readonly from: Address } & Question)
  | {
      readonly type: "answer";
      readonly nonce: string;
      readonly announcement: Announcement;
      /** What the asker shows to the transport to be answered at once: 1 to `cookieBytesMax` bytes. */
      readonly cookie?: Uint8Array;
    }
  | { readonly type: "beacon" | "relayed"; readonly announcement: Announcement }
  | {
      readonly type: "goodbye";
      /** Of the probe that it answers; absent when nobody asked. */
      readonly nonce?: string;
      readonly announcement: Announcement;
    };

/**
 * 0x1e and "ars". Transport datagrams have bit 0x40 set in their first byte and this has not, so
 * the two can meet on one port.
 */
const magicBytes = Uint8Array.of(0x1e, 0x61, 0x72, 0x73);
const version = 1;
const nonceAt = 6;
const nonceBytes = 8;
const headBytes = nonceAt + nonceBytes;
/** What packets have that answer nothing. */
export const noNonce: string = "00".repeat(nonceBytes);
const noProof = "00".repeat(proofBytes);

/** By their numbers, which are dense from 1. */
const typeOfNumber = Object.keys(packetTypes) as readonly PacketType[];

/** The datagram as bytes of its own. */
export function encodePacket(packet: DiscoveryPacket): Uint8Array {
  const writer = new ByteWriter(new Uint8Array(discoveryBytesMax));
  writer.bytes(magicBytes);
  writer.u8(version);
  writer.u8(packetTypes[packet.type]);
  writer.bytes(hexBytes(("nonce" in packet && packet.nonce) || noNonce, nonceBytes));
  switch (packet.type) {
    case "query":
      writer.bytes(hexBytes(packet.proof ?? noProof, proofBytes));
      writer.zeros(writer.remaining);
      break;
    case "probe":
      writer.bytes(hexBytes(packet.proof ?? noProof, proofBytes));
      writeCookie(writer, packet.cookie);
      writer.zeros(writer.remaining);
      break;
    case "forward":
      writer.bytes(hexBytes(packet.proof ?? noProof, proofBytes));
      writer.u16(packet.from.port);
      writer.u32(parseIpv4(packet.from.host) ?? 0);
      break;
    default:
      writeAnnouncement(writer, packet);
  }
  return writer.written;
}

/**
 * The type of a datagram that begins as one of ours, or `undefined`. It costs a hundredth of decoding
 * it, and allocates nothing: a flood is told from what we wait for by this.
 */
export function peekType(datagram: Uint8Array): PacketType | undefined {
  if (datagram.length < headBytes || discoveryBytesMax < datagram.length) return undefined;
  for (let at = 0; at < magicBytes.length; at += 1) {
    if (datagram[at] !== magicBytes[at]) return undefined;
  }
  if (datagram[4] !== version) return undefined;
  return typeOfNumber[(datagram[5] ?? 0) - 1];
}

/** The nonce of a datagram that has a type; all zero where the type has none. */
export function nonceOf(datagram: Uint8Array): string {
  const { buffer, byteOffset } = datagram;
  return Buffer.from(buffer, byteOffset + nonceAt, nonceBytes).toString("hex");
}

/** The packet, or `undefined` when the bytes are anything else than a well-formed one. */
export function decodePacket(datagram: Uint8Array): DiscoveryPacket | undefined {
  const type = peekType(datagram);
  if (type === undefined) return undefined;
  const nonce = nonceOf(datagram);
  const reader = new ByteReader(datagram.subarray(headBytes));
  switch (type) {
    case "query":
      return datagram.length === discoveryBytesMax ? readQuestion(type, nonce, reader) : undefined;
    case "probe":
      return datagram.length === discoveryBytesMax ? readProbe(nonce, reader) : undefined;
    case "forward":
      return readForward(nonce, reader);
    default:
      return readVoice(type, nonce, reader);
  }
}

/** What a server says, which carries an announcement. */
function readVoice(
  type: Exclude<PacketType, "query" | "probe" | "forward">,
  nonce: string,
  reader: ByteReader,
): DiscoveryPacket | undefined {
  const content = readAnnouncement(reader);
  if (content === undefined) return undefined;
  const { announcement } = content;
  const isAnswering = nonce !== noNonce;
  if (type === "answer") return isAnswering ? { type, nonce, ...content } : undefined;
  if (type === "goodbye") return { type, ...(isAnswering && { nonce }), announcement };
  if (isAnswering || (type === "relayed" && announcement.addresses === undefined)) return undefined;
  return { type, announcement };
}

function readQuestion<T extends "query" | "probe" | "forward">(
  type: T,
  nonce: string,
  reader: ByteReader,
): ({ readonly type: T } & Question) | undefined {
  const bytes = reader.bytes(proofBytes);
  if (bytes === undefined || nonce === noNonce) return undefined;
  const proof = Buffer.from(bytes).toString("hex");
  return { type, nonce, ...(proof !== noProof && { proof }) };
}

/** What cannot be a cookie is none: it is nothing that a question needs. */
function readProbe(nonce: string, reader: ByteReader): DiscoveryPacket | undefined {
  const question = readQuestion("probe", nonce, reader);
  const cookie = reader.bytes(reader.u8() ?? 0);
  if (question === undefined || cookie === undefined || !isCookie(cookie)) return question;
  return { ...question, cookie };
}

function writeCookie(writer: ByteWriter, cookie: Uint8Array | undefined): void {
  if (cookie === undefined) return;
  assert(isCookie(cookie), "a cookie is 1 to 64 bytes");
  writer.u8(cookie.length);
  writer.bytes(cookie);
}

function readForward(nonce: string, reader: ByteReader): DiscoveryPacket | undefined {
  const question = readQuestion("forward", nonce, reader);
  const port = reader.u16();
  const host = reader.u32();
  if (question === undefined || port === undefined || host === undefined) return undefined;
  if (port === 0 || reader.remaining !== 0) return undefined;
  return { ...question, from: { host: formatIpv4(host), port } };
}

function hexBytes(hex: string, count: number): Uint8Array {
  const bytes = Buffer.from(hex, "hex");
  assert(bytes.length === count, `${hex} is not ${count} bytes`);
  return bytes;
}
