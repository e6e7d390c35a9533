import { decodeCbor, encodeCbor } from "./codec.ts";
import type { LogEntry } from "./log-entry.ts";
import { openRecord, sealRecord } from "./record-seal.ts";
import { entryKey } from "./store-keys.ts";

/** An entry of a room as it lies on disk under its `entryKey`. */
export function encodeEntry(room: string, entry: LogEntry): Uint8Array {
  return sealRecord(entryKey(room, entry.sequence), encodeCbor(entry));
}

/** The entry, or `undefined` when it is missing, damaged, or belongs to another place in a log. */
export function decodeEntry(
  record: Uint8Array | undefined,
  room: string,
  sequence: number,
): LogEntry | undefined {
  const value = openRecord(entryKey(room, sequence), record);
  const entry = value && decodeCbor(value, checkStoredEntry);
  return entry?.sequence === sequence ? entry : undefined;
}

function checkStoredEntry(value: unknown): LogEntry {
  return value as LogEntry;
}
