import { copyFile, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { systemErrorCode } from "../base/errors.ts";
import { fileExists } from "../base/private-file.ts";
import type { Random } from "../base/random.ts";
import { CommitMark } from "./commit-mark.ts";
import { type Database, openLevelDatabase, repairLevelDatabase } from "./database.ts";
import { decodeEntry } from "./entry-record.ts";
import {
  decodeLogState,
  emptyLog,
  encodeLogState,
  encodeNumbers,
  type LogState,
} from "./log-state.ts";
import { openRecord, sealRecord } from "./record.ts";
import { writeMark } from "./store-backup.ts";
import { isWhole } from "./store-check.ts";
import { DatabaseCopy } from "./store-copy.ts";
import {
  filesOf,
  keepBefore,
  letBeforeGo,
  openFailure,
  type StorePaths,
  storePaths,
} from "./store-directory.ts";
import {
  allKeys,
  commitKey,
  commitOfKey,
  logKey,
  roomOfEntryKey,
  roomOfLogKey,
  sequenceOfKey,
  storeIdKey,
} from "./store-keys.ts";
import { firstChanges } from "./store-open.ts";

/** What a repair made of a store. */
export interface RepairReport {
  readonly keptCount: number;
  /** Records that do not say what was written, and are gone. */
  readonly droppedCount: number;
  /** Every acknowledged write is there; else the store has a new name, so that clients begin anew. */
  readonly hasNewest: boolean;
  /** Where the damaged store is now. */
  readonly damaged: string;
}

/** Parts that are made again from the others. */
const derivedParts = ["terms!", "places!", "documents!", "index", "commits!", "logs!"];

/**
 * Saves what can be saved of a damaged store: LevelDB repairs a copy of it, every record of that is
 * checked, and those that are whole make a new store in its place. The damaged one is kept beside it.
 *
 * @throws {EarshotError} DIRECTORY is in use `data-directory-in-use`; `data-directory-unusable`.
 */
export async function repairStore(directory: string, random: Random): Promise<RepairReport> {
  const paths = storePaths(directory);
  try {
    const copy = `${paths.database}.copy`;
    const repaired = `${paths.database}.repaired`;
    await rm(copy, { recursive: true, force: true });
    await rm(repaired, { recursive: true, force: true });
    // As it was before it was opened and found damaged, for opening it may have lost more.
    await keepBefore(paths);
    await refuseUsed(paths);
    await copyFiles(paths.before, copy);
    await repairLevelDatabase(copy);
    const mark = await readMark(paths);
    const report = await rebuild(copy, { path: repaired, mark, random });
    await rm(copy, { recursive: true, force: true });
    await rm(paths.mark, { force: true });
    await writeMark(paths.mark, report.lastCommit);
    const damaged = await putAside(paths);
    await rename(repaired, paths.database);
    await letBeforeGo(paths);
    const { keptCount, droppedCount, hasNewest } = report;
    return { keptCount, droppedCount, hasNewest, damaged };
  } catch (error) {
    throw await openFailure(paths, error);
  }
}

interface Rebuilt {
  readonly keptCount: number;
  readonly droppedCount: number;
  readonly hasNewest: boolean;
  readonly lastCommit: number;
}

/** Writes the records that are whole into a new database. */
async function rebuild(
  from: string,
  { path, mark, random }: { path: string; mark: number; random: Random },
): Promise<Rebuilt> {
  const source = await openLevelDatabase(from, { isNew: false });
  const copy = await DatabaseCopy.begin(path);
  try {
    const logs = new LogEnds();
    let droppedCount = 0;
    let lastCommit = 0;
    let hasName = false;
    for await (const [key, record] of records(source)) {
      if (!isWhole(key, record)) {
        droppedCount += 1;
        continue;
      }
      if (key.startsWith("commits!")) lastCommit = Math.max(lastCommit, commitOfKey(key));
      if (key === storeIdKey) hasName = true;
      logs.add(key, record);
      if (!derivedParts.some((part) => key.startsWith(part))) await copy.add(key, record);
    }
    const hasNewest = mark <= lastCommit;
    const keptCount = copy.recordCount;
    // What has lost its newest entries is another log from here on, and needs another name.
    await addFirst(copy, { id: random.id(), hasName: hasName && hasNewest });
    for (const [room, state] of logs.states) {
      await copy.add(logKey(room), sealRecord(logKey(room), encodeLogState(state)));
    }
    const commit = Math.max(1, lastCommit);
    await copy.add(commitKey(commit), sealRecord(commitKey(commit), encodeNumbers([0])));
    return { keptCount, droppedCount, hasNewest, lastCommit: commit };
  } finally {
    await copy.close();
    await source.close();
  }
}

async function addFirst(
  copy: DatabaseCopy,
  { id, hasName }: { readonly id: string; readonly hasName: boolean },
): Promise<void> {
  for (const change of firstChanges(id)) {
    if (change.type === "put" && (change.key !== storeIdKey || !hasName)) {
      await copy.add(change.key, change.value);
    }
  }
}

/** Finds the ends of all logs from what is left of them. */
class LogEnds {
  readonly states = new Map<string, LogState>();

  add(key: string, record: Uint8Array): void {
    if (key.startsWith("entries!")) this.#addEntry(key, record);
    if (key.startsWith("logs!")) this.#addState(roomOfLogKey(key), openRecord(key, record));
  }

  #addEntry(key: string, record: Uint8Array): void {
    const room = roomOfEntryKey(key);
    const sequence = sequenceOfKey(key);
    const entry = decodeEntry(record, room, sequence);
    if (entry === undefined) return;
    const state = this.states.get(room) ?? { ...emptyLog, firstSequence: sequence };
    const { sentAt, ordinal } = entry;
    this.states.set(room, {
      ...state,
      sequence,
      sentAt: Math.max(state.sentAt, sentAt),
      ordinal: Math.max(state.ordinal, ordinal),
      bytes: state.bytes + record.length,
    });
  }

  #addState(room: string, value: Uint8Array | undefined): void {
    const noted = value && decodeLogState(value);
    if (noted === undefined) return;
    const found = this.states.get(room) ?? emptyLog;
    this.states.set(room, {
      sequence: Math.max(found.sequence, noted.sequence),
      sentAt: Math.max(found.sentAt, noted.sentAt),
      ordinal: Math.max(found.ordinal, noted.ordinal),
      firstSequence: noted.firstSequence,
      indexedThrough: 0,
      bytes: found.bytes,
    });
  }
}

async function* records(database: Database): AsyncGenerator<readonly [string, Uint8Array]> {
  for await (const chunk of database.walk(allKeys)) yield* chunk;
}

/** Throws when another process has the store; what else is wrong with it is to be repaired. */
async function refuseUsed({ database }: StorePaths): Promise<void> {
  try {
    const opened = await openLevelDatabase(database, { isNew: false });
    await opened.close();
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (systemErrorCode(cause) === "LEVEL_LOCKED") throw error;
  }
}

async function copyFiles(from: string, to: string): Promise<void> {
  await mkdir(to, { mode: 0o700 });
  for (const name of await filesOf(from)) await copyFile(join(from, name), join(to, name));
}

async function readMark(paths: StorePaths): Promise<number> {
  const mark = await CommitMark.open(paths.mark);
  try {
    return (await mark.read()) ?? 0;
  } finally {
    await mark.close();
  }
}

/** Gives the damaged store a name that nothing has yet. */
async function putAside({ database }: StorePaths): Promise<string> {
  for (let number = 1; ; number += 1) {
    const aside = `${database}.damaged-${number}`;
    if (await fileExists(aside)) continue;
    if (await fileExists(database)) await rename(database, aside);
    return aside;
  }
}
