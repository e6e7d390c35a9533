/** Numbers from `start` to before `end`. */
export interface ChunkRange {
  readonly start: number;
  readonly end: number;
}

/** Some of the chunks of an offer: a bit for each. */
export class ChunkSet {
  readonly chunkCount: number;
  readonly #bits: Uint8Array;
  #count = 0;

  constructor(chunkCount: number) {
    this.chunkCount = chunkCount;
    this.#bits = new Uint8Array(Math.ceil(chunkCount / 8));
  }

  /** How many are in it. */
  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#count === this.chunkCount;
  }

  has(chunk: number): boolean {
    return ((this.#bits[chunk >> 3] ?? 0) & (1 << (chunk & 7))) !== 0;
  }

  /** Says whether it was not in it. */
  add(chunk: number): boolean {
    if (this.has(chunk)) return false;
    this.#bits[chunk >> 3] = (this.#bits[chunk >> 3] ?? 0) | (1 << (chunk & 7));
    this.#count += 1;
    return true;
  }

  delete(chunk: number): void {
    if (!this.has(chunk)) return;
    this.#bits[chunk >> 3] = (this.#bits[chunk >> 3] ?? 0) & ~(1 << (chunk & 7));
    this.#count -= 1;
  }

  /** The runs of numbers that are in it. */
  *ranges(): Generator<ChunkRange> {
    let start: number | undefined;
    for (let chunk = 0; chunk < this.chunkCount; chunk += 1) {
      if (this.has(chunk)) {
        start ??= chunk;
      } else if (start !== undefined) {
        yield { start, end: chunk };
        start = undefined;
      }
    }
    if (start !== undefined) yield { start, end: this.chunkCount };
  }
}
