import assert from "node:assert/strict";

/** The largest value a variable-length integer carries here: 2^53 - 1, so that it stays a number. */
export const varintMax: number = Number.MAX_SAFE_INTEGER;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** The bytes that `writeVarint` uses for `value`: 1, 2, 4 or 8 (RFC 9000 section 16). */
export function varintBytes(value: number): number {
  if (value < 2 ** 6) return 1;
  if (value < 2 ** 14) return 2;
  if (value < 2 ** 30) return 4;
  return 8;
}

/** The text in UTF-8. */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The text, or `undefined` when the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Reads big-endian fields off bytes that came from the network. Every read returns `undefined` past
 * the end and then stays at the end; nothing throws. Slices share memory with the source.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  u8(): number | undefined {
    const at = this.#take(1);
    return at === undefined ? undefined : this.#bytes[at];
  }

  u16(): number | undefined {
    const at = this.#take(2);
    return at === undefined ? undefined : u16At(this.#bytes, at);
  }

  u32(): number | undefined {
    const at = this.#take(4);
    return at === undefined ? undefined : u32At(this.#bytes, at);
  }

  u48(): number | undefined {
    const at = this.#take(6);
    return at === undefined ? undefined : u48At(this.#bytes, at);
  }

  /** A variable-length integer (RFC 9000 section 16), or `undefined` above `varintMax`. */
  varint(): number | undefined {
    const first = this.#bytes[this.#offset];
    if (first === undefined) return undefined;
    const length = 1 << (first >> 6);
    const at = this.#take(length);
    if (at === undefined) return undefined;
    if (length === 1) return first & 0x3f;
    if (length === 2) return u16At(this.#bytes, at) & 0x3fff;
    if (length === 4) return u32At(this.#bytes, at) & 0x3fffffff;
    const value = (u32At(this.#bytes, at) & 0x3fffffff) * 2 ** 32 + u32At(this.#bytes, at + 4);
    return value <= varintMax ? value : undefined;
  }

  /** The same as `bytes`, in memory of their own. */
  copy(count: number): Uint8Array | undefined {
    const bytes = this.bytes(count);
    // Not `slice`: of a Buffer that is no copy.
    return bytes && new Uint8Array(bytes);
  }

  bytes(count: number): Uint8Array | undefined {
    const at = this.#take(count);
    return at === undefined ? undefined : this.#bytes.subarray(at, at + count);
  }

  #take(count: number): number | undefined {
    if (!(count <= this.remaining)) {
      this.#offset = this.#bytes.length;
      return undefined;
    }
    const at = this.#offset;
    this.#offset += count;
    return at;
  }
}

/**
 * Writes big-endian fields into a buffer that the caller sized. Writing past its end is our mistake.
 * One writer may serve a buffer for ever: `seek` says where it writes next.
 */
export class ByteWriter {
  /** What it writes into. */
  readonly buffer: Uint8Array;
  #offset = 0;
  #end: number;

  constructor(buffer: Uint8Array) {
    this.buffer = buffer;
    this.#end = buffer.length;
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#end - this.#offset;
  }

  /** All before the offset; shares memory with the buffer. */
  get written(): Uint8Array {
    return this.buffer.subarray(0, this.#offset);
  }

  /** Goes on at `offset` of the buffer, and writes nothing at `end` or beyond. */
  seek(offset: number, end: number): void {
    assert(offset <= end && end <= this.buffer.length);
    this.#offset = offset;
    this.#end = end;
  }

  u8(value: number): void {
    this.buffer[this.#take(1)] = value;
  }

  u16(value: number): void {
    setU16(this.buffer, this.#take(2), value);
  }

  u32(value: number): void {
    setU32(this.buffer, this.#take(4), value);
  }

  u48(value: number): void {
    assert(0 <= value && value < 2 ** 48);
    const at = this.#take(6);
    setU16(this.buffer, at, Math.floor(value / 2 ** 32));
    setU32(this.buffer, at + 2, value);
  }

  /** The shortest form (RFC 9000 section 16). */
  varint(value: number): void {
    assert(0 <= value && value <= varintMax);
    const length = varintBytes(value);
    const at = this.#take(length);
    if (length === 1) this.buffer[at] = value;
    else if (length === 2) setU16(this.buffer, at, 0x4000 | value);
    else if (length === 4) setU32(this.buffer, at, 0x80000000 | value);
    else {
      setU32(this.buffer, at, 0xc0000000 | Math.floor(value / 2 ** 32));
      setU32(this.buffer, at + 4, value);
    }
  }

  bytes(bytes: Uint8Array): void {
    this.buffer.set(bytes, this.#take(bytes.length));
  }

  zeros(count: number): void {
    const at = this.#take(count);
    this.buffer.fill(0, at, at + count);
  }

  #take(count: number): number {
    assert(count <= this.remaining, "a buffer was sized too small");
    const at = this.#offset;
    this.#offset += count;
    return at;
  }
}

// By index, because a DataView for each packet costs more than all that is read through it.

function u16At(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function u32At(bytes: Uint8Array, at: number): number {
  return ((u16At(bytes, at) << 16) | u16At(bytes, at + 2)) >>> 0;
}

function u48At(bytes: Uint8Array, at: number): number {
  return u16At(bytes, at) * 2 ** 32 + u32At(bytes, at + 2);
}

function setU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

/** Of a larger value, the low 32 bits. */
function setU32(bytes: Uint8Array, at: number, value: number): void {
  setU16(bytes, at, value >>> 16);
  setU16(bytes, at + 2, value);
}
