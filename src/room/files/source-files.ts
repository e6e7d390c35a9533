import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { EarshotError, systemErrorCode, systemReason } from "../../base/errors.ts";
import { ChunkLayout, chunkBytesFor } from "./chunk-layout.ts";
import { type Contents, type Entry, makeContents } from "./contents.ts";
import { type ListedEntry, modifiedAtOf } from "./file-listing.ts";
import { HandleCache } from "./handle-cache.ts";
import { hashBytes } from "./limits.ts";

/**
 * The files of an offer on the sender's disk: hashes them once, and gives their chunks as long as they
 * are what they were when they were listed.
 */
export class SourceFiles {
  readonly #entries: readonly ListedEntry[];
  readonly #files: readonly ListedEntry[];
  readonly #layout: ChunkLayout;
  readonly #handles = new HandleCache((file) => this.#open(file));

  constructor(entries: readonly ListedEntry[]) {
    this.#entries = entries;
    this.#files = entries.filter(({ kind }) => kind === "file");
    const sizes = this.#files.map(({ bytes }) => bytes);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    this.#layout = new ChunkLayout(chunkBytesFor(bytes), sizes);
  }

  /**
   * Reads everything; yields the bytes done after each chunk or file, so that others have their turn.
   * @throws {EarshotError} file-unusable, file-changed
   */
  *hash(): Generator<number, Contents> {
    const hashes = new Uint8Array(this.#layout.chunkCount * hashBytes);
    const sums: Uint8Array[] = [];
    const piece = new Uint8Array(this.#layout.chunkBytes);
    let done = 0;
    for (const [file] of this.#files.entries()) {
      const whole = createHash("sha256");
      const { start, end } = this.#layout.chunksOf(file);
      if (start === end) this.#handles.of(file);
      for (let chunk = start; chunk < end; chunk += 1) {
        const bytes = this.#readInto(piece, chunk);
        whole.update(bytes);
        // Of a file of one chunk both are the same.
        const hash = end - start === 1 ? whole.copy() : createHash("sha256").update(bytes);
        hashes.set(hash.digest(), chunk * hashBytes);
        done += bytes.length;
        yield done;
      }
      sums.push(new Uint8Array(whole.digest()));
      if (start === end) yield done;
    }
    return makeContents(this.#described(sums), hashes);
  }

  /**
   * Puts a chunk into memory of its length.
   * @throws {EarshotError} file-unusable, file-changed
   */
  read(chunk: number, into: Uint8Array): void {
    assert(into.length === this.#layout.place(chunk).bytes);
    this.#readInto(into, chunk);
  }

  close(): void {
    this.#handles.close();
  }

  #described(sums: readonly Uint8Array[]): readonly Entry[] {
    let file = 0;
    return this.#entries.map(({ kind, parts, modifiedAt, isExecutable, bytes }) => {
      if (kind === "directory") return { kind, parts, modifiedAt };
      const sha256 = sums[file] ?? new Uint8Array(hashBytes);
      file += 1;
      return { kind, parts, modifiedAt, isExecutable, bytes, sha256 };
    });
  }

  #readInto(buffer: Uint8Array, chunk: number): Uint8Array {
    const { file, offset, bytes } = this.#layout.place(chunk);
    const handle = this.#handles.of(file);
    let read = 0;
    while (read < bytes) {
      const count = this.#attempt(file, () =>
        readSync(handle, buffer, read, bytes - read, offset + read),
      );
      if (count === 0) throw this.#changed(file);
      read += count;
    }
    // After the bytes: what was written before them is noticed.
    this.#check(file, handle);
    return buffer.subarray(0, bytes);
  }

  #open(file: number): number {
    const { path } = this.#fileAt(file);
    // It was no link when it was listed.
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);
    const handle = this.#attempt(file, () => openSync(path, flags));
    try {
      this.#check(file, handle);
    } catch (error) {
      closeSync(handle);
      throw error;
    }
    return handle;
  }

  #check(file: number, handle: number): void {
    const { bytes, modifiedAt } = this.#fileAt(file);
    const stats = this.#attempt(file, () => fstatSync(handle));
    const isSame = stats.isFile() && stats.size === bytes && modifiedAtOf(stats) === modifiedAt;
    if (!isSame) throw this.#changed(file);
  }

  #fileAt(file: number): ListedEntry {
    const listed = this.#files[file];
    if (listed === undefined) throw new RangeError(`there is no file ${file}`);
    return listed;
  }

  #changed(file: number): EarshotError {
    return new EarshotError(
      "file-changed",
      `${this.#fileAt(file).path} has changed since it was offered`,
    );
  }

  #attempt<T>(file: number, action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (systemErrorCode(error) === undefined) throw error;
      const { path } = this.#fileAt(file);
      const message = `${path} cannot be read${systemReason(error)}`;
      throw new EarshotError("file-unusable", message, { cause: error });
    }
  }
}
