import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ByteReader, ByteWriter, decodeUtf8, encodeUtf8, varintBytes } from "../../base/bytes.ts";
import { ChunkLayout, chunkBytesFor } from "./chunk-layout.ts";
import type { OfferSummary } from "./file-port.ts";
import {
  contentsBytesMax,
  entriesMax,
  hashBytes,
  offerBytesMax,
  partBytesMax,
  pathPartsMax,
} from "./limits.ts";
import { PathTree } from "./path-tree.ts";

/** A directory in an offered folder. */
export interface DirectoryEntry {
  readonly kind: "directory";
  /** The names from the folder to it, as they are at the sender. */
  readonly parts: readonly string[];
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
}

/** A file that is offered, by itself or in a folder. */
export interface FileEntry {
  readonly kind: "file";
  readonly parts: readonly string[];
  readonly modifiedAt: number;
  readonly isExecutable: boolean;
  readonly bytes: number;
  /** Of all its bytes. */
  readonly sha256: Uint8Array;
}

export type Entry = DirectoryEntry | FileEntry;

/**
 * What is in an offer, with the hash of each chunk: what the receiver accepts, and nothing else. Who
 * knows its id, which is the hash of its bytes, may have it of anybody.
 */
export interface Contents {
  readonly id: Uint8Array;
  /** As it is sent and kept. */
  readonly encoded: Uint8Array;
  readonly entries: readonly Entry[];
  /** Its files, in order; a chunk's `file` is an index into them. */
  readonly files: readonly FileEntry[];
  readonly layout: ChunkLayout;
  /** Those of all chunks, one after the other. */
  readonly hashes: Uint8Array;
  /** Bytes of all files. */
  readonly bytes: number;
}

const domain = encodeUtf8("earshot contents 1");

const emptySha256 = createHash("sha256").digest();

const kinds = { directory: 0, file: 1, executable: 2 } as const;

/** The contents of these entries with the hashes of their chunks, which must fit each other. */
export function makeContents(entries: readonly Entry[], hashes: Uint8Array): Contents {
  const contents = decodeContents(encodeContents(entries, hashes));
  assert(contents !== undefined, "our own contents are as they should be");
  return contents;
}

/** The contents of these bytes, which are kept; `undefined` when they make no sense. */
export function decodeContents(encoded: Uint8Array): Contents | undefined {
  if (contentsBytesMax < encoded.length) return undefined;
  const reader = new ByteReader(encoded);
  const entries = readEntries(reader);
  if (entries === undefined || !arePathsGood(entries)) return undefined;
  const files = entries.filter((entry) => entry.kind === "file");
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (offerBytesMax < bytes) return undefined;
  const sizes = files.map((file) => file.bytes);
  const layout = new ChunkLayout(chunkBytesFor(bytes), sizes);
  if (reader.remaining !== layout.chunkCount * hashBytes) return undefined;
  const hashes = encoded.subarray(encoded.length - reader.remaining);
  if (!areSumsGood(files, layout, hashes)) return undefined;
  return { id: contentsId(encoded), encoded, entries, files, layout, hashes, bytes };
}

/** The hash by which contents are known. */
export function contentsId(encoded: Uint8Array): Uint8Array {
  return createHash("sha256").update(domain).update(encoded).digest();
}

/** The hash that a chunk must have. */
export function hashOf(contents: Contents, chunk: number): Uint8Array {
  return contents.hashes.subarray(chunk * hashBytes, (chunk + 1) * hashBytes);
}

/** Who offers says how many files there are, and how long: it must be neither more nor less. */
export function fitsOffer({ entries, files, bytes }: Contents, offer: OfferSummary): boolean {
  if (files.length !== offer.fileCount || bytes !== offer.bytes) return false;
  return offer.kind === "folder" || (entries.length === 1 && entries[0]?.parts.length === 1);
}

/** Whether these parts may be the path of an entry, which is what contents are made of. */
export function isPath(parts: readonly string[]): boolean {
  return 0 < parts.length && parts.length <= pathPartsMax && parts.every(isPart);
}

function isPart(part: string): boolean {
  if (part === "" || part === "." || part === ".." || /[/\0]/.test(part)) return false;
  return Buffer.byteLength(part) <= partBytesMax;
}

function arePathsGood(entries: readonly Entry[]): boolean {
  const tree = new PathTree();
  return entries.every(({ parts, kind }) => isPath(parts) && tree.add(parts, kind) !== undefined);
}

/** A file of one chunk has the hash of that, and an empty one the hash of nothing. */
function areSumsGood(
  files: readonly FileEntry[],
  layout: ChunkLayout,
  hashes: Uint8Array,
): boolean {
  return files.every(({ sha256 }, file) => {
    const { start, end } = layout.chunksOf(file);
    if (1 < end - start) return true;
    const only = hashes.subarray(start * hashBytes, end * hashBytes);
    return Buffer.compare(sha256, start === end ? emptySha256 : only) === 0;
  });
}

function encodeContents(entries: readonly Entry[], hashes: Uint8Array): Uint8Array {
  const parts = entries.map((entry) => entry.parts.map(encodeUtf8));
  const size = entries.reduce(
    (sum, entry, index) => sum + entryBytes(entry, parts[index] ?? []),
    varintBytes(entries.length) + hashes.length,
  );
  const writer = new ByteWriter(new Uint8Array(size));
  writer.varint(entries.length);
  for (const [index, entry] of entries.entries()) writeEntry(writer, entry, parts[index] ?? []);
  writer.bytes(hashes);
  return writer.written;
}

function entryBytes(entry: Entry, parts: readonly Uint8Array[]): number {
  const pathBytes = parts.reduce((sum, part) => sum + varintBytes(part.length) + part.length, 0);
  const fileBytes = entry.kind === "file" ? varintBytes(entry.bytes) + hashBytes : 0;
  return 1 + varintBytes(parts.length) + pathBytes + varintBytes(entry.modifiedAt) + fileBytes;
}

function writeEntry(writer: ByteWriter, entry: Entry, parts: readonly Uint8Array[]): void {
  writer.u8(kindOf(entry));
  writer.varint(parts.length);
  for (const part of parts) {
    writer.varint(part.length);
    writer.bytes(part);
  }
  writer.varint(entry.modifiedAt);
  if (entry.kind === "directory") return;
  writer.varint(entry.bytes);
  writer.bytes(entry.sha256);
}

function kindOf(entry: Entry): number {
  if (entry.kind === "directory") return kinds.directory;
  return entry.isExecutable ? kinds.executable : kinds.file;
}

function readEntries(reader: ByteReader): readonly Entry[] | undefined {
  const count = reader.varint();
  if (count === undefined || count < 1 || entriesMax < count) return undefined;
  const entries: Entry[] = [];
  while (entries.length < count) {
    const entry = readEntry(reader);
    if (entry === undefined) return undefined;
    entries.push(entry);
  }
  return entries;
}

function readEntry(reader: ByteReader): Entry | undefined {
  const kind = reader.u8();
  const parts = readParts(reader);
  const modifiedAt = reader.varint();
  if (parts === undefined || modifiedAt === undefined) return undefined;
  if (kind === kinds.directory) return { kind: "directory", parts, modifiedAt };
  if (kind !== kinds.file && kind !== kinds.executable) return undefined;
  const bytes = reader.varint();
  const sha256 = reader.bytes(hashBytes);
  if (bytes === undefined || sha256 === undefined) return undefined;
  const isExecutable = kind === kinds.executable;
  return { kind: "file", parts, modifiedAt, isExecutable, bytes, sha256 };
}

function readParts(reader: ByteReader): readonly string[] | undefined {
  const count = reader.varint();
  if (count === undefined || pathPartsMax < count) return undefined;
  const parts: string[] = [];
  while (parts.length < count) {
    const length = reader.varint();
    const bytes = length === undefined ? undefined : reader.bytes(length);
    const part = bytes && decodeUtf8(bytes);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return parts;
}
