import { ByteReader, ByteWriter, decodeUtf8, encodeUtf8, varintBytes } from "../base/bytes.ts";
import type { DatabaseChange } from "./database.ts";
import { encodeNumbers } from "./log-state.ts";
import { encodePositions, type Positions } from "./posting-list.ts";
import { sealRecord } from "./record.ts";
import { documentsKey, placeKey, spanKey, termKey } from "./store-keys.ts";

/** A message that the search index knows; its number in its segment is its position. */
export interface Document {
  readonly room: string;
  readonly sequence: number;
  readonly sentAt: number;
}

/**
 * Messages that make a segment: 256 segments for a million, so that a term which stands everywhere is
 * read in 256 records, and few enough that those which are in no segment yet are read at start.
 */
export const segmentDocuments = 4_096;

/** The times between which the messages of a segment were sent, both included. */
export interface SegmentSpan {
  readonly from: number;
  readonly to: number;
}

/** The span of some messages; the clock may have been set back among them. */
export function spanOf(documents: readonly Document[]): SegmentSpan {
  let from = Number.POSITIVE_INFINITY;
  let to = 0;
  for (const { sentAt } of documents) {
    from = Math.min(from, sentAt);
    to = Math.max(to, sentAt);
  }
  return { from, to };
}

/** Everything that a new segment writes. A room's messages come in the order of their sequences. */
export function segmentChanges(
  segment: number,
  documents: readonly Document[],
  postings: ReadonlyMap<string, Positions>,
): DatabaseChange[] {
  const { from, to } = spanOf(documents);
  const changes = [
    put(documentsKey(segment), encodeDocuments(documents)),
    put(spanKey(segment), encodeNumbers([from, to])),
  ];
  const rooms = new Set<string>();
  for (const { room, sequence } of documents) {
    if (rooms.has(room)) continue;
    rooms.add(room);
    changes.push(put(placeKey(room, sequence), encodeNumbers([segment])));
  }
  for (const [term, positions] of postings) {
    if (0 < positions.length) changes.push(put(termKey(term, segment), encodePositions(positions)));
  }
  return changes;
}

/** The messages of a segment on disk: the names of its rooms, then three numbers for each message. */
export function encodeDocuments(documents: readonly Document[]): Uint8Array {
  const rooms = [...new Set(documents.map(({ room }) => room))];
  const names = rooms.map(encodeUtf8);
  const numberOf = new Map(rooms.map((room, index) => [room, index]));
  const numbers: number[] = [];
  const lastOf = new Map<string, number>();
  let lastSentAt = 0;
  for (const { room, sequence, sentAt } of documents) {
    numbers.push(numberOf.get(room) ?? 0, sequence - (lastOf.get(room) ?? 0));
    numbers.push(zigzag(sentAt - lastSentAt));
    lastOf.set(room, sequence);
    lastSentAt = sentAt;
  }
  const head = [rooms.length, ...names.map(({ length }) => length), documents.length];
  const size = [...head, ...numbers].reduce((sum, number) => sum + varintBytes(number), 0);
  const writer = new ByteWriter(
    new Uint8Array(names.reduce((sum, { length }) => sum + length, size)),
  );
  writer.varint(rooms.length);
  for (const name of names) {
    writer.varint(name.length);
    writer.bytes(name);
  }
  writer.varint(documents.length);
  for (const number of numbers) writer.varint(number);
  return writer.written;
}

/** The messages, or `undefined` when the bytes are none. */
export function decodeDocuments(value: Uint8Array): readonly Document[] | undefined {
  const reader = new ByteReader(value);
  const rooms = readNames(reader);
  const count = reader.varint();
  if (rooms === undefined || count === undefined) return undefined;
  const lasts = rooms.map(() => 0);
  const documents: Document[] = [];
  let sentAt = 0;
  for (let index = 0; index < count; index += 1) {
    const number = reader.varint() ?? -1;
    const room = rooms[number];
    const step = reader.varint();
    const later = reader.varint();
    if (room === undefined || step === undefined || later === undefined) return undefined;
    const sequence = (lasts[number] ?? 0) + step;
    lasts[number] = sequence;
    sentAt += unzigzag(later);
    documents.push({ room, sequence, sentAt });
  }
  return documents;
}

function readNames(reader: ByteReader): readonly string[] | undefined {
  const names: string[] = [];
  const count = reader.varint();
  if (count === undefined) return undefined;
  while (names.length < count) {
    const length = reader.varint();
    const bytes = length === undefined ? undefined : reader.bytes(length);
    const name = bytes && decodeUtf8(bytes);
    if (name === undefined) return undefined;
    names.push(name);
  }
  return names;
}

/** Small numbers of both signs as small numbers. */
function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

function put(key: string, value: Uint8Array): DatabaseChange {
  return { type: "put", key, value: sealRecord(key, value) };
}
