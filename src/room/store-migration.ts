import { createHash } from "node:crypto";
import { rename, rm } from "node:fs/promises";
import { crc32 } from "../base/checksum.ts";
import { EarshotError } from "../base/errors.ts";
import { fileExists } from "../base/private-file.ts";
import { decodeCbor } from "./codec.ts";
import { type Database, openLevelDatabase } from "./database.ts";
import { encodeEntry } from "./entry-record.ts";
import type { LogEntry } from "./log-entry.ts";
import {
  emptyLog,
  encodeLogState,
  encodeNumbers,
  encodePlace,
  type LogState,
} from "./log-state.ts";
import { sealRecord } from "./record.ts";
import { checkId } from "./schema.ts";
import { writeMark } from "./store-backup.ts";
import { DatabaseCopy } from "./store-copy.ts";
import type { StorePaths } from "./store-directory.ts";
import { commitKey, entryKey, idKey, type KeyRange, logKey } from "./store-keys.ts";
import { firstChanges } from "./store-open.ts";

/** A line of format 1: authors were nicknames. */
interface FirstLine {
  readonly sequence: number;
  readonly id: string;
  readonly author: string;
  readonly sentAt: number;
  readonly text: string;
}

/**
 * Makes a store of the database of format 1, if there is one and no store. It is made beside and
 * takes its name when it is whole, so an interrupted migration begins again; the old database stays
 * where it was, under another name.
 */
export async function migrateFirstFormat(paths: StorePaths): Promise<void> {
  const { database, firstFormat } = paths;
  if ((await fileExists(database)) || !(await fileExists(firstFormat))) return;
  const unfinished = `${database}.new`;
  await rm(unfinished, { recursive: true, force: true });
  const old = await openLevelDatabase(firstFormat, { isNew: false });
  try {
    const copy = await DatabaseCopy.begin(unfinished);
    try {
      await migrate(old, copy);
    } finally {
      await copy.close();
    }
  } finally {
    await old.close();
  }
  await rm(paths.mark, { force: true });
  await writeMark(paths.mark, firstCommit);
  await rename(unfinished, database);
  await rename(firstFormat, `${firstFormat}.format-1`);
}

const firstCommit = 1;

async function migrate(old: Database, copy: DatabaseCopy): Promise<void> {
  const format = await readOld(old, "format");
  if (format !== 1) throw new EarshotError("history-damaged", "its format record is not 1");
  const id = checkId(await readOld(old, "id"));
  if (id === undefined) throw new EarshotError("history-damaged", "its name is missing");
  for (const change of firstChanges(id)) {
    if (change.type === "put") await copy.add(change.key, change.value);
  }
  const logs = new Map<string, LogState>();
  for await (const chunk of old.walk(oldRange("entries"))) {
    for (const [key, record] of chunk) await migrateLine(copy, logs, { key, record });
  }
  for await (const chunk of old.walk(oldRange("rooms"))) {
    for (const [key, record] of chunk) noteEnd(logs, key, record);
  }
  for (const [room, state] of logs) {
    await copy.add(logKey(room), sealRecord(logKey(room), encodeLogState(state)));
  }
  const commit = commitKey(firstCommit);
  await copy.add(commit, sealRecord(commit, encodeNumbers([0])));
}

/** A line that is damaged stays away, and is missed in its log. */
async function migrateLine(
  copy: DatabaseCopy,
  logs: Map<string, LogState>,
  { key, record }: { readonly key: string; readonly record: Uint8Array },
): Promise<void> {
  const [, , room = "", digits = ""] = key.split("!");
  const line = decodeLine(record, room);
  if (line?.sequence !== Number.parseInt(digits, 16)) return;
  const { sequence, id, author, sentAt, text } = line;
  const log = logs.get(room) ?? emptyLog;
  const entry: LogEntry = {
    sequence,
    id,
    sentAt,
    ordinal: log.ordinal + 1,
    author: { person: personOf(author), nick: author, isGuest: true },
    body: { type: "message", text },
  };
  const value = encodeEntry(room, entry);
  logs.set(room, {
    ...log,
    sequence,
    sentAt,
    ordinal: entry.ordinal,
    bytes: log.bytes + value.length,
  });
  await copy.add(entryKey(room, sequence), value);
  await copy.add(idKey(room, id), sealRecord(idKey(room, id), encodePlace(entry)));
}

/** The end of a log may be behind the last line that could be read. */
function noteEnd(logs: Map<string, LogState>, key: string, record: Uint8Array): void {
  const room = key.slice("!rooms!".length);
  const end = decodeCbor(record, (value) => value);
  if (!isMap(end) || !isWhole(end["sequence"]) || !isWhole(end["sentAt"])) return;
  const log = logs.get(room) ?? emptyLog;
  const sequence = Math.max(log.sequence, end["sequence"]);
  logs.set(room, { ...log, sequence, sentAt: Math.max(log.sentAt, end["sentAt"]) });
}

function decodeLine(record: Uint8Array, room: string): FirstLine | undefined {
  const body = record.subarray(4);
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  if (record.length < 4 || view.getUint32(0) !== crc32(body)) return undefined;
  const stored = decodeCbor(body, (value) => value);
  if (!isMap(stored) || stored["room"] !== room) return undefined;
  const line = stored["entry"];
  if (!isMap(line)) return undefined;
  const { sequence, sentAt, author, text } = line;
  const id = checkId(line["id"]);
  if (!isWhole(sequence) || !isWhole(sentAt) || id === undefined) return undefined;
  if (typeof author !== "string" || typeof text !== "string") return undefined;
  return { sequence, id, author, sentAt, text };
}

/** Everything under a nickname becomes one guest's, whom nobody can be any more. */
function personOf(nick: string): string {
  const hash = createHash("sha256").update(`earshot format 1${nick}`).digest("base64url");
  return `~${hash.slice(0, 16)}`;
}

async function readOld(old: Database, key: string): Promise<unknown> {
  const value = await old.read(key);
  return value && decodeCbor(value, (decoded) => decoded);
}

function oldRange(part: string): KeyRange {
  return { gte: `!${part}!`, lte: `!${part}"` };
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
