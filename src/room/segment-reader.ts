import type { Database } from "./database.ts";
import { decodeNumbers } from "./log-state.ts";
import { decodePositions, type Positions } from "./posting-list.ts";
import { openRecord } from "./record.ts";
import { type Document, decodeDocuments } from "./search-segment.ts";
import { documentsKey, placeRange } from "./store-keys.ts";

/** A record of the search index does not say what was written. */
export class IndexDamage extends Error {}

/**
 * The messages of a segment.
 *
 * @throws {IndexDamage}
 */
export async function readDocuments(
  database: Database,
  segment: number,
): Promise<readonly Document[]> {
  const key = documentsKey(segment);
  const value = openRecord(key, await database.read(key));
  const documents = value && decodeDocuments(value);
  if (documents === undefined) throw new IndexDamage(`segment ${segment} is damaged`);
  return documents;
}

/**
 * The positions of a term in a segment; of a missing record none.
 *
 * @throws {IndexDamage}
 */
export function readPositions(key: string, record: Uint8Array | undefined): Positions {
  if (record === undefined) return [];
  const value = openRecord(key, record);
  const positions = value && decodePositions(value);
  if (positions === undefined) throw new IndexDamage(`${key} is damaged`);
  return positions;
}

/**
 * Where a message is in the segments; `undefined` when it is in none.
 *
 * @throws {IndexDamage}
 */
export async function locate(
  database: Database,
  room: string,
  sequence: number,
): Promise<{ readonly segment: number; readonly position: number } | undefined> {
  const range = placeRange(room, sequence);
  for await (const [first] of database.walk(range, { isReverse: true, limit: 1 })) {
    if (first === undefined) return undefined;
    const segment = segmentAt(...first);
    const documents = await readDocuments(database, segment);
    const position = documents.findIndex(
      (document) => document.sequence === sequence && document.room === room,
    );
    return position === -1 ? undefined : { segment, position };
  }
  return undefined;
}

/**
 * The segment that a place names.
 *
 * @throws {IndexDamage}
 */
export function segmentAt(key: string, record: Uint8Array | undefined): number {
  const value = openRecord(key, record);
  const [segment] = (value && decodeNumbers(value, 1)) ?? [];
  if (segment === undefined) throw new IndexDamage(`${key} is damaged`);
  return segment;
}
