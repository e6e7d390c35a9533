import { crc32 } from "../base/checksum.ts";
import { decodeCbor, encodeCbor } from "./codec.ts";
import type { Entry } from "./entry.ts";
import { checkStoredEntry } from "./message.ts";

const checksumBytes = 4;

/** An entry as it lies on disk: CRC-32 of the rest, then the CBOR of the room and the entry. */
export function encodeRecord(room: string, entry: Entry): Uint8Array {
  const body = encodeCbor({ room, entry });
  const record = new Uint8Array(checksumBytes + body.length);
  record.set(body, checksumBytes);
  new DataView(record.buffer).setUint32(0, crc32(body));
  return record;
}

/** The entry, or `undefined` when the bytes are damaged or belong to another place in the log. */
export function decodeRecord(
  record: Uint8Array,
  room: string,
  sequence: number,
): Entry | undefined {
  if (record.length < checksumBytes) return undefined;
  const body = record.subarray(checksumBytes);
  const view = new DataView(record.buffer, record.byteOffset, checksumBytes);
  if (view.getUint32(0) !== crc32(body)) return undefined;
  const stored = decodeCbor(body, checkStoredEntry);
  if (stored?.room !== room || stored.entry.sequence !== sequence) return undefined;
  return stored.entry;
}
