import type { SeededRandom } from "./random.ts";

/** Bytes at which formats change their mind: ends of varint lengths, CBOR heads, signs, ASCII. */
const edges: readonly number[] = [
  0x00, 0x01, 0x17, 0x18, 0x19, 0x1b, 0x1f, 0x20, 0x3f, 0x40, 0x5f, 0x60, 0x7f, 0x80, 0x9f, 0xa0,
  0xbf, 0xc0, 0xdf, 0xe0, 0xf6, 0xf7, 0xf9, 0xfb, 0xfe, 0xff,
];

/** Numbers at the ends of ranges, as varints and as plain integers of 2, 4 and 8 bytes. */
const numbers: readonly string[] = [
  "3f",
  "4040",
  "7fff",
  "80004000",
  "bfffffff",
  "c000000040000000",
  "c01fffffffffffff",
  "c020000000000000",
  "ffffffffffffffff",
  "0000",
  "00000000",
  "1a7fffffff",
  "1b001fffffffffffff",
  "1b0020000000000000",
  "9bffffffffffffffff",
  "bbffffffffffffffff",
];

const inserts = numbers.map((hex) => Uint8Array.from(Buffer.from(hex, "hex")));

/** Longest of what it makes: a datagram of any adapter, and some. */
export const mutantBytesMax = 9000;

/** Makes inputs that are nearly valid, from valid ones: what a parser is most likely to get wrong. */
export class Mutator {
  readonly #random: SeededRandom;
  readonly #seeds: readonly Uint8Array[];
  readonly #buffer = new Uint8Array(mutantBytesMax);
  #length = 0;

  constructor(random: SeededRandom, seeds: readonly Uint8Array[]) {
    this.#random = random;
    this.#seeds = seeds;
  }

  /** The next input; its bytes are used again for the one after. One in 16 is noise alone. */
  next(): Uint8Array {
    const random = this.#random;
    if (random.chance(1 / 16)) this.#fillWithNoise();
    else {
      this.#length = this.#put(0, random.pick(this.#seeds));
      for (let left = random.between(0, 4); 0 < left; left -= 1) this.#mutate();
    }
    return this.#buffer.subarray(0, this.#length);
  }

  #fillWithNoise(): void {
    this.#length = this.#random.between(0, this.#random.pick([4, 40, 400, 1500]));
    for (let at = 0; at < this.#length; at += 1) this.#buffer[at] = this.#random.between(0, 255);
  }

  #mutate(): void {
    const random = this.#random;
    const at = random.between(0, Math.max(0, this.#length - 1));
    switch (random.between(0, 7)) {
      case 0:
        this.#buffer[at] = this.#buffer[at]! ^ (1 << random.between(0, 7));
        return;
      case 1:
        this.#buffer[at] = random.pick(edges);
        return;
      case 2:
        // A length that is one off.
        this.#buffer[at] = (this.#buffer[at]! + random.pick([-1, 1])) & 255;
        return;
      case 3:
        this.#length = at;
        return;
      case 4:
        this.#insert(at, random.pick(inserts));
        return;
      case 5:
        this.#put(at, random.pick(inserts));
        return;
      case 6: {
        // A part twice.
        const end = Math.min(this.#length, at + random.between(1, 64));
        this.#insert(end, this.#buffer.slice(at, end));
        return;
      }
      default:
        this.#cross(at);
    }
  }

  /** Goes on with another seed from here. */
  #cross(at: number): void {
    const other = this.#random.pick(this.#seeds);
    const from = this.#random.between(0, other.length);
    this.#length = this.#put(at, other.subarray(from));
  }

  #insert(at: number, bytes: Uint8Array): void {
    if (mutantBytesMax < this.#length + bytes.length) return;
    this.#buffer.copyWithin(at + bytes.length, at, this.#length);
    this.#buffer.set(bytes, at);
    this.#length += bytes.length;
  }

  /** Writes over what is there; where it ended. */
  #put(at: number, bytes: Uint8Array): number {
    const fitting = bytes.subarray(0, mutantBytesMax - at);
    this.#buffer.set(fitting, at);
    const end = at + fitting.length;
    this.#length = Math.max(this.#length, end);
    return end;
  }
}
