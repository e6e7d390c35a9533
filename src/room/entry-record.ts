import { decodeCbor, encodeCbor } from "./codec.ts";
import type { LogEntry } from "./log-entry.ts";
import { storedEntry } from "./message-log.ts";
import { openRecord, sealRecord } from "./record.ts";
import { checkOf } from "./schema.ts";
import { entryKey } from "./store-keys.ts";

const checkEntry = checkOf(storedEntry);

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
  const entry = value && decodeCbor(value, checkEntry);
  return entry?.sequence === sequence ? entry : undefined;
}
