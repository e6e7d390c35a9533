import { type DecodeOptions, decode, encode, Tokenizer, Type } from "cborg";
import { decodeUtf8 } from "../base/bytes.ts";
import {
  type ClientMessage,
  checkClientMessage,
  checkRef,
  checkServerMessage,
  type ServerMessage,
} from "./message.ts";
import type { Check } from "./schema.ts";

/** How much one item may hold: `containers` are maps and arrays, `items` those, keys and values. */
export interface ItemBounds {
  readonly containers: number;
  readonly items: number;
}

/**
 * A page has at most 200 entries of 6 containers and 100 items with their mentions and edits, 8,192
 * reactions of 32 bytes in its 256 KiB, and 201 ranges of 5 items; the rest is for later versions.
 */
export const serverMessageBounds: ItemBounds = { containers: 10_000, items: 50_000 };

/** The fullest request is an `ask` of 15 nicknames; the rest is for later versions. */
export const clientMessageBounds: ItemBounds = { containers: 50, items: 500 };

/** A larger request must be a `post`: the longest other one is a `hello` of 5 KiB. */
export const requestBytesMax: number = 64 * 2 ** 10;

/** What stands in every `post`, wherever its sender puts it among the other keys. */
const postMark = encodeCbor({ type: "post" }).subarray(1);

const decodeOptions: DecodeOptions = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowNaN: false,
  allowInfinity: false,
  allowBigInt: false,
  rejectDuplicateMapKeys: true,
};

/**
 * The value in deterministic CBOR (RFC 8949 section 4.2.1). It holds no `undefined`, and its keys are
 * text.
 */
export function encodeCbor(value: unknown): Uint8Array {
  // cborg's own order puts short keys first; for text keys it is the same one, in half the time.
  return encode(value);
}

/**
 * The value of the bytes, which must be exactly one well-formed item of definite length with text
 * keys, each once, valid UTF-8 and numbers that are safe; else `undefined`. Byte strings share
 * memory with the source.
 */
export function decodeCbor<T>(
  bytes: Uint8Array,
  check: Check<T>,
  bounds: ItemBounds = serverMessageBounds,
): T | undefined {
  const value = decodeItem(bytes, bounds);
  return value === undefined ? undefined : check(value);
}

/** What a client sent, the `ref` of a request that cannot be understood, or `undefined`. */
export function decodeClientMessage(
  bytes: Uint8Array,
): ClientMessage | { readonly ref: number } | undefined {
  // Before a single text of it is decoded.
  if (requestBytesMax < bytes.length && !includes(bytes, postMark)) return undefined;
  const check = (value: unknown) => checkClientMessage(value) ?? checkRef(value);
  return decodeCbor(bytes, check, clientMessageBounds);
}

/** The message of a server, its texts safe to show, or `undefined` when it is none that we know. */
export function decodeServerMessage(bytes: Uint8Array): ServerMessage | undefined {
  return decodeCbor(bytes, checkServerMessage);
}

function decodeItem(bytes: Uint8Array, bounds: ItemBounds): unknown {
  const inner = new Tokenizer(bytes, decodeOptions);
  let containers = 0;
  let items = 0;
  try {
    return decode(bytes, {
      ...decodeOptions,
      tokenizer: {
        done: () => inner.done(),
        pos: () => inner.pos(),
        next() {
          items += 1;
          if (bounds.items < items) throw new RangeError("too many items");
          const token = inner.next();
          if (Type.equals(token.type, Type.array) || Type.equals(token.type, Type.map)) {
            containers += 1;
            // cborg recurses, and its stack must not depend on what a stranger sent.
            if (bounds.containers < containers) throw new RangeError("too many maps and arrays");
          }
          if (Type.equals(token.type, Type.string)) {
            assertUtf8(token.value, bytes, inner.pos());
          }
          return token;
        },
      },
    });
  } catch {
    return undefined;
  }
}

function includes(bytes: Uint8Array, part: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(part) !== -1;
}

/** cborg puts U+FFFD where bytes are no UTF-8; then two encodings would mean the same. */
function assertUtf8(text: string, bytes: Uint8Array, end: number): void {
  if (!text.includes("\ufffd")) return;
  const byteCount = Buffer.byteLength(text);
  const exact = decodeUtf8(bytes.subarray(Math.max(0, end - byteCount), end));
  if (exact !== text) throw new RangeError("text is not UTF-8");
}
