import { encodeUtf8 } from "../base/bytes.ts";
import { crc32 } from "../base/checksum.ts";

const checksumBytes = 4;

/**
 * A value as it lies on disk: CRC-32 of the key and the value, then the value. The key is part of it
 * so that a value which turns up in another place is found out as well as a changed one.
 */
export function sealRecord(key: string, value: Uint8Array): Uint8Array {
  const record = new Uint8Array(checksumBytes + value.length);
  record.set(value, checksumBytes);
  new DataView(record.buffer).setUint32(0, crc32(value, crc32(encodeUtf8(key))));
  return record;
}

/**
 * The value, or `undefined` when the record is missing, damaged, or belongs to another key. It shares
 * memory with the record.
 */
export function openRecord(key: string, record: Uint8Array | undefined): Uint8Array | undefined {
  if (record === undefined || record.length < checksumBytes) return undefined;
  const value = record.subarray(checksumBytes);
  const view = new DataView(record.buffer, record.byteOffset, checksumBytes);
  return view.getUint32(0) === crc32(value, crc32(encodeUtf8(key))) ? value : undefined;
}
