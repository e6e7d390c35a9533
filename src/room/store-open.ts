import { EarshotError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import { decodeCbor, encodeCbor } from "./codec.ts";
import type { Database, DatabaseChange, OpenDatabase } from "./database.ts";
import { walkLog } from "./log-reader.ts";
import { decodeLogState, emptyLog, type LogState } from "./log-state.ts";
import { MessageIndex } from "./message-index.ts";
import { openRecord } from "./record.ts";
import { checkId } from "./schema.ts";
import {
  behindRoom,
  commitOfKey,
  formatKey,
  keyOfRecordKey,
  logKey,
  logRange,
  partRange,
  recordRange,
  roomOfEntryKey,
  roomOfLogKey,
  sequenceOfKey,
  storeIdKey,
} from "./store-keys.ts";
import { type RecordTable, recordTables } from "./store-port.ts";

/** What the layout on disk is called in the database; another number is another layout. */
export const storeFormat = 2;

/**
 * Commits of which there is a record each, so that one which LevelDB has lost is missed: those that
 * its two log files of 4 MiB can hold, for what is in tables has checksums; the least commit of a
 * record takes 256 bytes.
 */
export const commitsKept: number = (2 * 4 * 2 ** 20) / 256;

/** Newest entries of each room that are looked at when the store is opened. */
const checkedEntriesMax = 100;

/** Of all rooms together: some 200 ms. */
const checkedEntriesOfAllMax = 10_000;

/** Rooms that can be found by their entries alone. */
const roomsFoundMax = 100_000;

type Records = Record<RecordTable, ReadonlyMap<string, Uint8Array>>;

/** An open store as it was found. */
export interface OpenedStore {
  readonly database: Database;
  readonly id: string;
  readonly logs: Map<string, LogState>;
  readonly records: Records;
  readonly index: MessageIndex;
  lastCommit: number;
  /** Rooms of whose newest entries some are missing. */
  readonly damagedRooms: readonly string[];
  /** What else is damaged, as phrases for people. */
  readonly damage: readonly string[];
}

export interface OpenStoreOptions {
  readonly path: string;
  readonly openDatabase: OpenDatabase;
  readonly random: Random;
  readonly isNew: boolean;
  /** The newest commit that was acknowledged, as far as that is known. */
  readonly mark: number | undefined;
}

/**
 * Opens the database and looks at what must be there.
 *
 * @throws {EarshotError} WHEN something that was written is not there `history-damaged`; the format is
 * a later one `data-directory-unusable`. What LevelDB throws comes as it is.
 */
export async function openDatabaseChecked(options: OpenStoreOptions): Promise<OpenedStore> {
  const { path, isNew, random } = options;
  const database = await options.openDatabase(path, { isNew });
  try {
    if (isNew) await beginStore(database, random);
    await checkFormat(database);
    const id = await readId(database);
    const lastCommit = await checkCommits(database, options.mark);
    const damage: string[] = [];
    if (options.mark === undefined && 0 < lastCommit) {
      damage.push("the number of its newest write is gone: lost ones would not have been missed");
    }
    const logs = await readLogs(database, damage);
    const damagedRooms = await checkNewest(database, logs);
    const records = await readRecords(database, damage);
    const index = await MessageIndex.load(database, logs);
    return { database, id, logs, records, index, lastCommit, damagedRooms, damage };
  } catch (error) {
    // Else nobody, not even we, could open it again.
    await database.close();
    throw error;
  }
}

/** What every store begins with. */
export function firstChanges(id: string): readonly DatabaseChange[] {
  return [
    { type: "put", key: formatKey, value: encodeCbor(storeFormat) },
    { type: "put", key: storeIdKey, value: encodeCbor(id) },
  ];
}

async function beginStore(database: Database, random: Random): Promise<void> {
  // The first start may have been interrupted right behind this.
  if ((await database.read(formatKey)) !== undefined) return;
  await database.write(firstChanges(random.id()));
}

async function checkFormat(database: Database): Promise<void> {
  const bytes = await database.read(formatKey);
  const format = bytes && decodeCbor(bytes, (value) => value);
  if (format === undefined) {
    throw new EarshotError("history-damaged", "its format record is missing");
  }
  if (format !== storeFormat) {
    const message = `store has format ${format}, this program reads up to ${storeFormat}`;
    throw new EarshotError("data-directory-unusable", message);
  }
}

async function readId(database: Database): Promise<string> {
  const bytes = await database.read(storeIdKey);
  const id = bytes && decodeCbor(bytes, checkId);
  if (id === undefined) throw new EarshotError("history-damaged", "its name is missing");
  return id;
}

/** The number of the newest commit, if none of those that are kept in mind is missing. */
async function checkCommits(database: Database, mark: number | undefined): Promise<number> {
  const keys = await database.keys(partRange("commits"));
  const first = commitOfKey(keys[0]);
  const last = commitOfKey(keys.at(-1));
  const lost = Math.max(0, (mark ?? 0) - last);
  const between = keys.length === 0 ? 0 : last - first + 1 - keys.length;
  if (0 < lost + between) {
    const which = 0 < lost ? `the newest ${lost} of its writes are gone` : "";
    const holes = 0 < between ? `${between} of its newest writes are missing` : "";
    const message = [which, holes].filter((phrase) => phrase !== "").join(", and ");
    throw new EarshotError("history-damaged", message);
  }
  return last;
}

/** The states of all logs; those whose state is lost are found by their entries. */
async function readLogs(database: Database, damage: string[]): Promise<Map<string, LogState>> {
  const logs = new Map<string, LogState>();
  for await (const chunk of database.walk(partRange("logs"))) {
    for (const [key, record] of chunk) {
      const value = openRecord(key, record);
      const state = value && decodeLogState(value);
      if (state !== undefined) logs.set(roomOfLogKey(key), state);
    }
  }
  const firsts = await database.leap(
    partRange("entries"),
    (key) => behindRoom(roomOfEntryKey(key)),
    roomsFoundMax,
  );
  for (const key of firsts) {
    const room = roomOfEntryKey(key);
    if (logs.has(room)) continue;
    damage.push(`the record ${logKey(room)} is missing or damaged`);
    logs.set(room, { ...emptyLog, firstSequence: sequenceOfKey(key) });
  }
  return logs;
}

/** Looks at the newest entries of each log, and corrects an end that is behind them. */
async function checkNewest(
  database: Database,
  logs: Map<string, LogState>,
): Promise<readonly string[]> {
  const damagedRooms: string[] = [];
  const share = Math.floor(checkedEntriesOfAllMax / Math.max(1, logs.size));
  const countMax = Math.max(1, Math.min(checkedEntriesMax, share));
  for (const [room, state] of logs) {
    const [last] = await database.keys(logRange(room), { isReverse: true, limit: 1 });
    const sequence = Math.max(state.sequence, last === undefined ? 0 : sequenceOfKey(last));
    const count = Math.min(countMax, sequence - state.firstSequence + 1);
    let { sentAt, ordinal } = state;
    let isWhole = state.sequence === sequence;
    for await (const [, entry] of walkLog(database, room, {
      from: sequence,
      count,
      isUpward: false,
    })) {
      if (entry === undefined) isWhole = false;
      sentAt = Math.max(sentAt, entry?.sentAt ?? 0);
      ordinal = Math.max(ordinal, entry?.ordinal ?? 0);
    }
    logs.set(room, { ...state, sequence, sentAt, ordinal });
    if (!isWhole) damagedRooms.push(room);
  }
  return damagedRooms;
}

async function readRecords(database: Database, damage: string[]): Promise<Records> {
  const read = async (table: RecordTable) => {
    const records = new Map<string, Uint8Array>();
    for await (const chunk of database.walk(recordRange(table))) {
      for (const [key, record] of chunk) {
        const value = openRecord(key, record);
        if (value === undefined) damage.push(`the record ${key} is damaged`);
        else records.set(keyOfRecordKey(table, key), new Uint8Array(value));
      }
    }
    return records;
  };
  const tables: Partial<Records> = {};
  for (const table of recordTables) tables[table] = await read(table);
  return tables as Records;
}
