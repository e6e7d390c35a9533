/** Keys between two others, in code unit order of ASCII. */
export interface KeyRange {
  readonly gte: string;
  readonly lte: string;
}

/** Behind every key that begins like it: no key has a code point so high. */
const behind = "\u{10ffff}";

/** Digits of a number in a key: as many as 2^53 - 1 has. */
const numberDigits = 14;

/** Digits of the number of a segment: 2^32 segments of 4096 messages each. */
const segmentDigits = 8;

/** The number of the layout that these keys and their values are; it never changes its own. */
export const formatKey = "format";

/** The name of the store. */
export const storeIdKey = "id";

/** What is being done to the search index. */
export const indexStateKey = "index";

/** An entry of a room's log. */
export function entryKey(room: string, sequence: number): string {
  return `entries!${room}!${number(sequence)}`;
}

/** The room of an `entryKey`. */
export function roomOfEntryKey(key: string): string {
  return key.slice("entries!".length, -numberDigits - 1);
}

/** What is behind all entries of a room and before those of the next one. */
export function behindRoom(room: string): string {
  return `entries!${room}!${behind}`;
}

/** The sequence in an `entryKey`. */
export function sequenceOfKey(key: string): number {
  return Number.parseInt(key.slice(-numberDigits), 16);
}

/** Where the entry with this id is; ids are the clients'. */
export function idKey(room: string, id: string): string {
  return `ids!${room}!${id}`;
}

/** The end of a room's log. */
export function logKey(room: string): string {
  return `logs!${room}`;
}

/** The room of a `logKey`. */
export function roomOfLogKey(key: string): string {
  return key.slice("logs!".length);
}

/** One commit. */
export function commitKey(commit: number): string {
  return `commits!${number(commit)}`;
}

/** The number of a `commitKey`, 0 when there is no key. */
export function commitOfKey(key: string | undefined): number {
  return key === undefined ? 0 : Number.parseInt(key.slice(-numberDigits), 16);
}

/** A record of the server. */
export function recordKey(table: string, key: string): string {
  return `records!${table}!${key}`;
}

/** The key of the server in a `recordKey`. */
export function keyOfRecordKey(table: string, key: string): string {
  return key.slice(recordKey(table, "").length);
}

/** Which messages a segment of the search index is about. */
export function documentsKey(segment: number): string {
  return `documents!${segmentNumber(segment)}`;
}

/** When the messages of a segment were sent. */
export function spanKey(segment: number): string {
  return `spans!${segmentNumber(segment)}`;
}

/** The segment of the search index that a room's messages from this sequence on are in. */
export function placeKey(room: string, sequence: number): string {
  return `places!${room}!${number(sequence)}`;
}

/** Which messages of a segment have this term. */
export function termKey(term: string, segment: number): string {
  return `terms!${term}!${segmentNumber(segment)}`;
}

/** The term of a `termKey`. */
export function termOfKey(key: string): string {
  return key.slice("terms!".length, -segmentDigits - 1);
}

/** The segment of a `termKey`, a `documentsKey` or a `spanKey`. */
export function segmentOfKey(key: string): number {
  return Number.parseInt(key.slice(-segmentDigits), 16);
}

/** Every key of a store. */
export const allKeys: KeyRange = { gte: "", lte: behind };

/** Everything of one part, such as `logs`. */
export function partRange(part: string): KeyRange {
  return { gte: `${part}!`, lte: `${part}!${behind}` };
}

/** The entries of a room from one sequence to another, both included. */
export function entryRange(room: string, from: number, to: number): KeyRange {
  return { gte: entryKey(room, from), lte: entryKey(room, to) };
}

/** All entries of a room. */
export function logRange(room: string): KeyRange {
  return entryRange(room, 0, Number.MAX_SAFE_INTEGER);
}

/** The places of a room up to this sequence. */
export function placeRange(room: string, through: number): KeyRange {
  return { gte: placeKey(room, 0), lte: placeKey(room, through) };
}

/** The records of a table. */
export function recordRange(table: string): KeyRange {
  return { gte: recordKey(table, ""), lte: recordKey(table, behind) };
}

/** All terms that begin so. */
export function termsRange(beginning: string): KeyRange {
  return { gte: `terms!${beginning}`, lte: `terms!${beginning}${behind}` };
}

/** What is behind all keys of a term and before those of the next one. */
export function behindTerm(term: string): string {
  return `terms!${term}!${behind}`;
}

function number(value: number): string {
  return value.toString(16).padStart(numberDigits, "0");
}

function segmentNumber(segment: number): string {
  return segment.toString(16).padStart(segmentDigits, "0");
}
