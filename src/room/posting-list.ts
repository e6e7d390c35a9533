import assert from "node:assert/strict";
import { ByteWriter, varintBytes } from "../base/bytes.ts";

/** Numbers of messages within their segment, rising, each once. */
export type Positions = readonly number[];

/** The positions as the distance of each from the one before: a byte for most. */
export function encodePositions(positions: Positions): Uint8Array {
  const steps = positions.map((position, index) => position - (positions[index - 1] ?? -1) - 1);
  const writer = new ByteWriter(
    new Uint8Array(steps.reduce((sum, step) => sum + varintBytes(step), 0)),
  );
  for (const step of steps) writer.varint(step);
  return writer.written;
}

/** The positions, or `undefined` when the bytes are none. */
export function decodePositions(bytes: Uint8Array): Positions | undefined {
  const positions: number[] = [];
  let last = -1;
  let offset = 0;
  // Not by a `ByteReader`: a search decodes millions of these, nearly all of one byte.
  while (offset < bytes.length) {
    const first = bytes[offset] ?? 0;
    const end = offset + (1 << (first >> 6));
    if (bytes.length < end) return undefined;
    let step = first & 0x3f;
    for (offset += 1; offset < end; offset += 1) step = step * 256 + (bytes[offset] ?? 0);
    last += step + 1;
    positions.push(last);
  }
  return positions;
}

/** Those that are in both. */
export function intersect(a: Positions, b: Positions): Positions {
  const both: number[] = [];
  let at = 0;
  for (const position of a) {
    while (at < b.length && (b[at] ?? 0) < position) at += 1;
    if (b[at] === position) both.push(position);
  }
  return both;
}

/** Those that are in one of them at least. */
export function unite(lists: readonly Positions[]): Positions {
  const [first, second] = lists;
  if (second === undefined) return first ?? [];
  return [...new Set(lists.flat())].sort((a, b) => a - b);
}

/** The list without and with a position; it stays what it is when that changes nothing. */
export function withPosition(list: Positions, position: number, isIn: boolean): Positions {
  assert(0 <= position);
  if (list.includes(position) === isIn) return list;
  if (!isIn) return list.filter((each) => each !== position);
  return [...list, position].sort((a, b) => a - b);
}
