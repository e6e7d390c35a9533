import type { Database } from "./database.ts";
import type { SequenceRange } from "./entry.ts";
import { decodeEntry } from "./entry-record.ts";
import { addLost } from "./log-page.ts";
import { decodeLogState, decodePlace } from "./log-state.ts";
import { openRecord } from "./record.ts";
import {
  allKeys,
  formatKey,
  idKey,
  roomOfEntryKey,
  roomOfLogKey,
  sequenceOfKey,
  storeIdKey,
} from "./store-keys.ts";

/** What was found by reading a whole store. */
export interface StoreReport {
  readonly recordCount: number;
  readonly entryCount: number;
  /** Keys of records that do not say what was written; at most `reportedMax` of them. */
  readonly damagedKeys: readonly string[];
  readonly damagedCount: number;
  /** Entries that are missing or damaged, by room; those that expired are not. */
  readonly lost: ReadonlyMap<string, readonly SequenceRange[]>;
  /** Whether everything is there. */
  readonly isSound: boolean;
}

/** Damaged records that a report names. */
const reportedMax = 100;

/** Reads every record of a store as it is now, and checks it against its checksum and the others. */
export async function checkDatabase(database: Database): Promise<StoreReport> {
  const check = new StoreCheck();
  for await (const chunk of database.walk(allKeys)) {
    for (const [key, record] of chunk) check.add(key, record);
    await check.ids(database);
  }
  return check.report();
}

/** Whether a record says what was written. */
export function isWhole(key: string, record: Uint8Array): boolean {
  if (key === formatKey || key === storeIdKey) return 0 < record.length;
  if (key.startsWith("entries!")) {
    return decodeEntry(record, roomOfEntryKey(key), sequenceOfKey(key)) !== undefined;
  }
  return openRecord(key, record) !== undefined;
}

/** Goes through all records in the order of their keys: entries before the ends of their logs. */
class StoreCheck {
  #recordCount = 0;
  #entryCount = 0;
  #damagedCount = 0;
  readonly #damagedKeys: string[] = [];
  readonly #sequences = new Map<string, { first: number; last: number; lost: SequenceRange[] }>();
  #places: { readonly key: string; readonly sequence: number }[] = [];

  add(key: string, record: Uint8Array): void {
    this.#recordCount += 1;
    if (!isWhole(key, record)) this.#damage(key);
    else if (key.startsWith("entries!")) this.#addEntry(key, record);
    else if (key.startsWith("logs!")) this.#endLog(roomOfLogKey(key), record);
  }

  /** Checks that the ids of the entries since the last call lead to them. */
  async ids(database: Database): Promise<void> {
    const records = await database.readMany(this.#places.map(({ key }) => key));
    for (const [index, { key, sequence }] of this.#places.entries()) {
      const value = openRecord(key, records[index]);
      // One that is there and damaged is counted when its turn comes.
      if (records[index] === undefined) this.#damage(key);
      else if (value !== undefined && decodePlace(value)?.sequence !== sequence) this.#damage(key);
    }
    this.#places = [];
  }

  report(): StoreReport {
    const lost = new Map<string, readonly SequenceRange[]>();
    for (const [room, { lost: ranges }] of this.#sequences) {
      if (0 < ranges.length) lost.set(room, ranges);
    }
    return {
      recordCount: this.#recordCount,
      entryCount: this.#entryCount,
      damagedKeys: this.#damagedKeys,
      damagedCount: this.#damagedCount,
      lost,
      isSound: this.#damagedCount === 0 && lost.size === 0,
    };
  }

  #addEntry(key: string, record: Uint8Array): void {
    const room = roomOfEntryKey(key);
    const sequence = sequenceOfKey(key);
    const entry = decodeEntry(record, room, sequence);
    if (entry === undefined) return;
    this.#entryCount += 1;
    this.#places.push({ key: idKey(room, entry.id), sequence });
    const log = this.#sequences.get(room) ?? { first: sequence, last: sequence - 1, lost: [] };
    for (let gap = log.last + 1; gap < sequence; gap += 1) addLost(log.lost, gap);
    this.#sequences.set(room, { ...log, last: sequence });
  }

  #endLog(room: string, record: Uint8Array): void {
    const value = openRecord(`logs!${room}`, record);
    const state = value && decodeLogState(value);
    if (state === undefined) return;
    const { firstSequence, sequence } = state;
    const log = this.#sequences.get(room);
    const lost: SequenceRange[] = [];
    const first = log?.first ?? sequence + 1;
    if (firstSequence < first) lost.push({ from: firstSequence, to: first - 1 });
    lost.push(...(log?.lost ?? []));
    const last = log?.last ?? sequence;
    if (last < sequence) lost.push({ from: last + 1, to: sequence });
    this.#sequences.set(room, { first, last, lost });
  }

  #damage(key: string): void {
    this.#damagedCount += 1;
    if (this.#damagedKeys.length < reportedMax) this.#damagedKeys.push(key);
  }
}
