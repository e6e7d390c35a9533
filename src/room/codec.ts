import { type DecodeOptions, decode, encode, rfc8949EncodeOptions, Tokenizer, Type } from "cborg";
import { decodeUtf8 } from "../base/bytes.ts";
import {
  type Check,
  checkRef,
  checkRequest,
  checkServerMessage,
  type Request,
  type ServerMessage,
} from "./message.ts";

/**
 * Maps and arrays in one message, and so the deepest nesting. A full page has 404 (itself, two
 * lists, 200 entries, 201 ranges); the rest is for keys of later versions.
 */
export const containersMax = 1_000;

/**
 * Items in one message: maps, arrays, keys and values. A full page has 3,218 (200 entries of 11, 201
 * ranges of 5, and 13 of its own); the rest is for keys of later versions.
 */
export const itemsMax = 10_000;

/** A larger request must be a `say`: the longest other one is a `hello` of 5 KiB. */
export const requestBytesMax: number = 64 * 2 ** 10;

/** What stands in every `say`, wherever its sender puts it among the other keys. */
const sayMark = encodeCbor({ type: "say" }).subarray(1);

const decodeOptions: DecodeOptions = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowNaN: false,
  allowInfinity: false,
  allowBigInt: false,
  rejectDuplicateMapKeys: true,
};

/** The value in deterministic CBOR (RFC 8949 section 4.2.1). It holds no `undefined`. */
export function encodeCbor(value: unknown): Uint8Array {
  return encode(value, rfc8949EncodeOptions);
}

/**
 * The value of the bytes, which must be exactly one well-formed item of definite length with text
 * keys, each once, valid UTF-8 and numbers that are safe; else `undefined`. Byte strings share
 * memory with the source.
 */
export function decodeCbor<T>(bytes: Uint8Array, check: Check<T>): T | undefined {
  const value = decodeItem(bytes);
  return value === undefined ? undefined : check(value);
}

/** The request, the `ref` of one that cannot be understood, or `undefined`. */
export function decodeRequest(bytes: Uint8Array): Request | { readonly ref: number } | undefined {
  // Before a single text of it is decoded.
  if (requestBytesMax < bytes.length && !includes(bytes, sayMark)) return undefined;
  return decodeCbor(bytes, (value) => checkRequest(value) ?? checkRef(value));
}

/** The message of a server, or `undefined` when it is none that we know. */
export function decodeServerMessage(bytes: Uint8Array): ServerMessage | undefined {
  return decodeCbor(bytes, checkServerMessage);
}

function decodeItem(bytes: Uint8Array): unknown {
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
          if (itemsMax < items) throw new RangeError("too many items");
          const token = inner.next();
          if (Type.equals(token.type, Type.array) || Type.equals(token.type, Type.map)) {
            containers += 1;
            // cborg recurses, and its stack must not depend on what a stranger sent.
            if (containersMax < containers) throw new RangeError("too many maps and arrays");
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
