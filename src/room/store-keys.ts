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

/** Who reacted to a message. */
export function reactionsKey(room: string, sequence: number): string {
  return `reactions!${room}!${number(sequence)}`;
}

/** That the entry `edit` is an edit of the message `target`. */
export function editKey(room: string, target: number, edit: number): string {
  return `edits!${room}!${number(target)}!${number(edit)}`;
}

/** One commit. */
export function commitKey(commit: number): string {
  return `commits!${number(commit)}`;
}

/** A record of the server. */
export function recordKey(table: string, key: string): string {
  return `records!${table}!${key}`;
}

/** Which messages a segment of the search index is about. */
export function documentsKey(segment: number): string {
  return `documents!${segmentNumber(segment)}`;
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

/** The segment of a `termKey` or a `documentsKey`. */
export function segmentOfKey(key: string): number {
  return Number.parseInt(key.slice(-segmentDigits), 16);
}

/** Everything of one part, such as `logs`. */
export function partRange(part: string): KeyRange {
  return { gte: `${part}!`, lte: `${part}!${behind}` };
}

/** The entries, or what belongs to entries, from one sequence to another. */
export function entryRange(
  keyOf: (room: string, sequence: number) => string,
  room: string,
  [from, to]: readonly [number, number],
): KeyRange {
  return { gte: keyOf(room, from), lte: keyOf(room, to) };
}

/** The edits of one message. */
export function editRange(room: string, target: number): KeyRange {
  return { gte: editKey(room, target, 0), lte: editKey(room, target, Number.MAX_SAFE_INTEGER) };
}

/** The records of a table. */
export function recordRange(table: string): KeyRange {
  return { gte: recordKey(table, ""), lte: recordKey(table, behind) };
}

/** All terms that begin so. */
export function prefixRange(prefix: string): KeyRange {
  return { gte: `terms!${prefix}`, lte: `terms!${prefix}${behind}` };
}

function number(value: number): string {
  return value.toString(16).padStart(numberDigits, "0");
}

function segmentNumber(segment: number): string {
  return segment.toString(16).padStart(segmentDigits, "0");
}
