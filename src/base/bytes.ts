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
  readonly #view: DataView;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  u8(): number | undefined {
    const at = this.#take(1);
    return at === undefined ? undefined : this.#view.getUint8(at);
  }

  u16(): number | undefined {
    const at = this.#take(2);
    return at === undefined ? undefined : this.#view.getUint16(at);
  }

  u32(): number | undefined {
    const at = this.#take(4);
    return at === undefined ? undefined : this.#view.getUint32(at);
  }

  u48(): number | undefined {
    const at = this.#take(6);
    if (at === undefined) return undefined;
    return this.#view.getUint16(at) * 2 ** 32 + this.#view.getUint32(at + 2);
  }

  /** A variable-length integer (RFC 9000 section 16), or `undefined` above `varintMax`. */
  varint(): number | undefined {
    const first = this.#bytes[this.#offset];
    if (first === undefined) return undefined;
    const length = 1 << (first >> 6);
    const at = this.#take(length);
    if (at === undefined) return undefined;
    if (length === 1) return first & 0x3f;
    if (length === 2) return this.#view.getUint16(at) & 0x3fff;
    if (length === 4) return this.#view.getUint32(at) & 0x3fffffff;
    const value = (this.#view.getUint32(at) & 0x3fffffff) * 2 ** 32 + this.#view.getUint32(at + 4);
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

/** Writes big-endian fields into a buffer that the caller sized. Writing past its end is our mistake. */
export class ByteWriter {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  /** What has been written so far; shares memory with the buffer. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#offset);
  }

  u8(value: number): void {
    this.#view.setUint8(this.#take(1), value);
  }

  u16(value: number): void {
    this.#view.setUint16(this.#take(2), value);
  }

  u32(value: number): void {
    this.#view.setUint32(this.#take(4), value);
  }

  u48(value: number): void {
    assert(0 <= value && value < 2 ** 48);
    const at = this.#take(6);
    this.#view.setUint16(at, Math.floor(value / 2 ** 32));
    this.#view.setUint32(at + 2, value >>> 0);
  }

  /** The shortest form (RFC 9000 section 16). */
  varint(value: number): void {
    assert(0 <= value && value <= varintMax);
    const length = varintBytes(value);
    const at = this.#take(length);
    if (length === 1) this.#view.setUint8(at, value);
    else if (length === 2) this.#view.setUint16(at, 0x4000 | value);
    else if (length === 4) this.#view.setUint32(at, (0x80000000 | value) >>> 0);
    else {
      this.#view.setUint32(at, (0xc0000000 | Math.floor(value / 2 ** 32)) >>> 0);
      this.#view.setUint32(at + 4, value >>> 0);
    }
  }

  bytes(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#take(bytes.length));
  }

  zeros(count: number): void {
    const at = this.#take(count);
    this.#bytes.fill(0, at, at + count);
  }

  #take(count: number): number {
    assert(count <= this.remaining, "a buffer was sized too small");
    const at = this.#offset;
    this.#offset += count;
    return at;
  }
}
