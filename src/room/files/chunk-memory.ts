/** The smallest piece of memory: small files are read by hundreds. */
const pieceBytesMin = 4 * 2 ** 10;

/** What is kept for use again: as much as four transfers have in memory on a fast network. */
const keptBytesMax: number = 64 * 2 ** 20;

/**
 * Memory for chunks, used again and shared with the disk's thread. Memory of its own for each chunk
 * would be collected once for every 4 MiB that come, at 10 ms each: V8 counts what passes between
 * threads, and takes it for growth.
 */
export class ChunkMemory {
  /** By their length, a power of two. */
  readonly #free = new Map<number, SharedArrayBuffer[]>();
  #keptBytes = 0;

  /** So many bytes, with anything in them. */
  take(bytes: number): Uint8Array {
    let pieceBytes = pieceBytesMin;
    while (pieceBytes < bytes) pieceBytes *= 2;
    const piece = this.#free.get(pieceBytes)?.pop();
    if (piece !== undefined) this.#keptBytes -= pieceBytes;
    return new Uint8Array(piece ?? new SharedArrayBuffer(pieceBytes), 0, bytes);
  }

  /** Nobody uses these bytes any more, which were taken. To give none back costs only their use. */
  give({ buffer }: Uint8Array): void {
    if (!(buffer instanceof SharedArrayBuffer)) return;
    if (keptBytesMax < this.#keptBytes + buffer.byteLength) return;
    const free = this.#free.get(buffer.byteLength) ?? [];
    this.#free.set(buffer.byteLength, free);
    free.push(buffer);
    this.#keptBytes += buffer.byteLength;
  }
}
