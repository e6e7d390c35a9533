import assert from "node:assert/strict";
import { chunkBytesMax, chunkBytesMin, chunkCountAim } from "./limits.ts";

/** Where a chunk is. */
export interface ChunkPlace {
  /** The index of its file. */
  readonly file: number;
  readonly offset: number;
  readonly bytes: number;
}

/**
 * The files of an offer cut into chunks, numbered through all of them: a file has its whole chunks and
 * a shorter last one, an empty file none. So one number names a chunk, and one set of numbers what
 * somebody has of a folder.
 */
export class ChunkLayout {
  readonly chunkBytes: number;
  readonly chunkCount: number;
  /** The first chunk of each file; an empty file has the number of the next one's. */
  readonly #firsts: readonly number[];
  readonly #sizes: readonly number[];

  /** `sizes` are the bytes of each file. */
  constructor(chunkBytes: number, sizes: readonly number[]) {
    this.chunkBytes = chunkBytes;
    this.#sizes = sizes;
    let chunk = 0;
    this.#firsts = sizes.map((bytes) => {
      const first = chunk;
      chunk += Math.ceil(bytes / chunkBytes);
      return first;
    });
    this.chunkCount = chunk;
  }

  get fileCount(): number {
    return this.#sizes.length;
  }

  /** The chunks of a file: from `start` to before `end`. */
  chunksOf(file: number): { readonly start: number; readonly end: number } {
    return { start: this.#firsts[file] ?? 0, end: this.#firsts[file + 1] ?? this.chunkCount };
  }

  /** Where a chunk is; its number must be below `chunkCount`. */
  place(chunk: number): ChunkPlace {
    assert(0 <= chunk && chunk < this.chunkCount);
    const file = this.#fileOf(chunk);
    const offset = (chunk - (this.#firsts[file] ?? 0)) * this.chunkBytes;
    return { file, offset, bytes: Math.min(this.chunkBytes, (this.#sizes[file] ?? 0) - offset) };
  }

  /** The last file that begins at or before it; an empty one beginning there comes before. */
  #fileOf(chunk: number): number {
    let low = 0;
    let high = this.#firsts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#firsts[middle] ?? 0) <= chunk) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** How long the chunks of an offer of so many bytes are: a power of two. */
export function chunkBytesFor(bytes: number): number {
  let chunkBytes = chunkBytesMin;
  while (chunkBytes < chunkBytesMax && chunkBytes * chunkCountAim < bytes) chunkBytes *= 2;
  return chunkBytes;
}
