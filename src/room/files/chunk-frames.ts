import { ByteReader, ByteWriter, decodeUtf8, encodeUtf8 } from "../../base/bytes.ts";

/** Bytes of an offer's id on a data stream. */
const offerBytes = 21;

/** Before each chunk: whose it is and which; how long it is follows from that. */
export const chunkHeaderBytes: number = offerBytes + 4;

/** A chunk of an offer that comes on a data stream. */
export interface ChunkFrame {
  readonly offer: string;
  readonly chunk: number;
  /** All its bytes, in memory that was allocated for it. */
  readonly bytes: Uint8Array;
}

/** What stands before the bytes of a chunk on a data stream. */
export function chunkHeader(offer: string, chunk: number): Uint8Array {
  const writer = new ByteWriter(new Uint8Array(chunkHeaderBytes));
  writer.bytes(encodeUtf8(offer));
  writer.u32(chunk);
  return writer.written;
}

/** The bytes of a chunk that came so far. */
interface Filling {
  readonly offer: string;
  readonly chunk: number;
  readonly bytes: Uint8Array;
  filled: number;
}

/**
 * Makes chunks of the bytes of a data stream. Nothing is allocated for one that is not expected:
 * `bytesOf` says how long a chunk is, or `undefined` when nobody has asked for it.
 */
export class ChunkFrames {
  readonly #bytesOf: (offer: string, chunk: number) => number | undefined;
  readonly #allocate: (bytes: number) => Uint8Array;
  readonly #header = new Uint8Array(chunkHeaderBytes);
  #headerFilled = 0;
  #filling: Filling | undefined;

  constructor(
    bytesOf: (offer: string, chunk: number) => number | undefined,
    allocate: (bytes: number) => Uint8Array,
  ) {
    this.#bytesOf = bytesOf;
    this.#allocate = allocate;
  }

  /** The offer of the chunk that is coming, if one has begun. */
  get offer(): string | undefined {
    return this.#filling?.offer;
  }

  /** The chunks that these bytes complete, or `undefined` when they begin one that is not expected. */
  push(bytes: Uint8Array): readonly ChunkFrame[] | undefined {
    const complete: ChunkFrame[] = [];
    let rest = bytes;
    while (0 < rest.length) {
      rest = this.#filling === undefined ? this.#fillHeader(rest) : fill(this.#filling, rest);
      if (this.#filling === undefined && this.#headerFilled === chunkHeaderBytes) {
        this.#filling = this.#begin();
        if (this.#filling === undefined) return undefined;
        this.#headerFilled = 0;
      }
      const filling = this.#filling;
      if (filling === undefined || filling.filled < filling.bytes.length) continue;
      complete.push({ offer: filling.offer, chunk: filling.chunk, bytes: filling.bytes });
      this.#filling = undefined;
    }
    return complete;
  }

  #fillHeader(bytes: Uint8Array): Uint8Array {
    const part = bytes.subarray(0, chunkHeaderBytes - this.#headerFilled);
    this.#header.set(part, this.#headerFilled);
    this.#headerFilled += part.length;
    return bytes.subarray(part.length);
  }

  #begin(): Filling | undefined {
    const reader = new ByteReader(this.#header);
    const name = reader.bytes(offerBytes);
    const offer = name && decodeUtf8(name);
    const chunk = reader.u32();
    if (offer === undefined || chunk === undefined) return undefined;
    const length = this.#bytesOf(offer, chunk);
    if (length === undefined) return undefined;
    return { offer, chunk, bytes: this.#allocate(length), filled: 0 };
  }
}

function fill(filling: Filling, bytes: Uint8Array): Uint8Array {
  const part = bytes.subarray(0, filling.bytes.length - filling.filled);
  filling.bytes.set(part, filling.filled);
  filling.filled += part.length;
  return bytes.subarray(part.length);
}
