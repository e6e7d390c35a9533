import { ByteReader, ByteWriter, varintBytes } from "../base/bytes.ts";
import type { LogEnd, Placed } from "./store-port.ts";

/** What is kept of each log beside its entries. */
export interface LogState extends LogEnd {
  /** The search index has all messages up to this sequence in its segments. */
  readonly indexedThrough: number;
  /** Of the entries that are kept, as they lie on disk. */
  readonly bytes: number;
}

/** The state of a log without entries. */
export const emptyLog: LogState = {
  sequence: 0,
  sentAt: 0,
  ordinal: 0,
  firstSequence: 1,
  indexedThrough: 0,
  bytes: 0,
};

/** The state on disk. */
export function encodeLogState(state: LogState): Uint8Array {
  const { sequence, sentAt, ordinal, firstSequence, indexedThrough, bytes } = state;
  return encodeNumbers([sequence, sentAt, ordinal, firstSequence, indexedThrough, bytes]);
}

/** The state, or `undefined` when the bytes are none. */
export function decodeLogState(value: Uint8Array): LogState | undefined {
  const numbers = decodeNumbers(value, 6);
  if (numbers === undefined) return undefined;
  const [sequence = 0, sentAt = 0, ordinal = 0, firstSequence = 0, indexedThrough = 0, bytes = 0] =
    numbers;
  return { sequence, sentAt, ordinal, firstSequence, indexedThrough, bytes };
}

/** Where the entry of an id is, without whether it was there before. */
export type Place = Omit<Placed, "type" | "isDuplicate">;

/** The place on disk. */
export function encodePlace({ sequence, sentAt, ordinal }: Place): Uint8Array {
  return encodeNumbers([sequence, sentAt, ordinal]);
}

/** The place, or `undefined` when the bytes are none. */
export function decodePlace(value: Uint8Array): Place | undefined {
  const numbers = decodeNumbers(value, 3);
  if (numbers === undefined) return undefined;
  const [sequence = 0, sentAt = 0, ordinal = 0] = numbers;
  return { sequence, sentAt, ordinal };
}

/** Whole numbers up to 2^53 - 1, one after the other. */
export function encodeNumbers(numbers: readonly number[]): Uint8Array {
  const writer = new ByteWriter(
    new Uint8Array(numbers.reduce((sum, number) => sum + varintBytes(number), 0)),
  );
  for (const number of numbers) writer.varint(number);
  return writer.written;
}

/** Exactly so many numbers, or `undefined`. */
export function decodeNumbers(value: Uint8Array, count: number): readonly number[] | undefined {
  const reader = new ByteReader(value);
  const numbers: number[] = [];
  while (numbers.length < count) {
    const number = reader.varint();
    if (number === undefined) return undefined;
    numbers.push(number);
  }
  return reader.remaining === 0 ? numbers : undefined;
}
