import assert from "node:assert/strict";
import { createHash, type Hash } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  futimesSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  realpathSync,
  rmSync,
  type Stats,
  statfsSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { EarshotError, systemErrorCode, systemReason } from "../../base/errors.ts";
import { type Contents, type Entry, hashOf } from "./contents.ts";
import { syncFileSystem } from "./file-system-sync.ts";
import { HandleCache } from "./handle-cache.ts";
import { diskReserveBytes } from "./limits.ts";
import { PathTree } from "./path-tree.ts";
import { place } from "./placement.ts";
import { safeTopName } from "./safe-name.ts";
import { checkSaveDirectory } from "./save-directory.ts";

/** Nothing here is read by others before its owner wants that, and nothing can be started. */
const fileMode = 0o600;
const directoryMode = 0o700;

/** A time that every file system can hold: the end of the year 9999. */
const timeMax = 253_402_300_799_000;

/** More files than this are synced all at once, where that is possible. */
const syncedOneByOneMax = 32;

/** What a file is received into. */
export interface TargetOptions {
  readonly directory: string;
  /** The offer's id. */
  readonly offer: string;
  readonly kind: "file" | "folder";
  /** What it is offered as. */
  readonly name: string;
  readonly contents: Contents;
}

/** Whether a chunk is here. */
export interface CheckedChunk {
  readonly chunk: number;
  readonly isRight: boolean;
}

/** How much of a file was hashed from its beginning. */
interface Prefix {
  readonly hash: Hash;
  bytes: number;
}

/**
 * The files of an offer on the receiver's disk: in the directory where they will be, in a hidden file or
 * folder of the offer's own, until all is right. It writes nothing through a link, over nothing, and
 * nowhere else, whatever the names are.
 *
 * Methods throw `EarshotError` `file-unusable`, or `disk-full` when there is no space or no quota.
 */
export class TargetFiles {
  readonly #contents: Contents;
  readonly #directory: string;
  readonly #kind: "file" | "folder";
  readonly #name: string;
  readonly #part: string;
  /** Where each entry and each file is in the folder. */
  readonly #entryPaths: readonly string[];
  readonly #filePaths: readonly string[];
  /** Where all was saved at last. */
  #placed: string | undefined;
  readonly #handles = new HandleCache((file) => this.#open(file));
  readonly #prefixes = new Map<number, Prefix>();

  constructor({ directory, offer, kind, name, contents }: TargetOptions) {
    this.#contents = contents;
    this.#directory = attempt(directory, () => makeDirectory(directory));
    checkSaveDirectory(this.#directory);
    this.#kind = kind;
    this.#name = safeTopName(name);
    this.#part = join(this.#directory, `.earshot-${offer}.part`);
    const tree = new PathTree();
    this.#entryPaths = contents.entries.map((entry) => {
      const parts = tree.add(entry.parts, entry.kind) ?? [];
      return kind === "file" ? "" : join(...parts);
    });
    this.#filePaths = this.#entryPaths.filter(
      (_, index) => contents.entries[index]?.kind === "file",
    );
  }

  /**
   * Looks at what is here from before; yields after each chunk that it read. Fails with `disk-full` when
   * the rest cannot fit, and has written nothing then.
   */
  *check(): Generator<CheckedChunk> {
    const { layout } = this.#contents;
    let missingBytes = 0;
    const isHere = this.#findPart();
    const buffer = isHere ? Buffer.alloc(layout.chunkBytes) : undefined;
    for (let chunk = 0; chunk < layout.chunkCount; chunk += 1) {
      const isRight = buffer !== undefined && this.#isRight(chunk, buffer);
      if (!isRight) missingBytes += layout.place(chunk).bytes;
      yield { chunk, isRight };
    }
    this.checkSpace(missingBytes);
    if (!isHere) this.#makePart();
  }

  /** @throws {EarshotError} disk-full WHEN so many bytes and a reserve are not free */
  checkSpace(bytes: number): void {
    const { bavail, bsize } = attempt(this.#directory, () => statfsSync(this.#directory));
    if (bytes + diskReserveBytes <= bavail * bsize) return;
    const message = `${bytes} bytes and a reserve of ${diskReserveBytes} do not fit on the disk`;
    throw new EarshotError("disk-full", message);
  }

  /** Writes a chunk where it belongs, if its hash is right; says whether it is. */
  store(chunk: number, bytes: Uint8Array): boolean {
    const hash = createHash("sha256").update(bytes).digest();
    if (Buffer.compare(hash, hashOf(this.#contents, chunk)) !== 0) return false;
    const { file, offset } = this.#contents.layout.place(chunk);
    const path = this.#pathOf(file);
    attempt(path, () => {
      const handle = this.#handles.of(file);
      let written = 0;
      while (written < bytes.length) {
        written += writeSync(handle, bytes, written, bytes.length - written, offset + written);
      }
    });
    this.#extend(file, offset, bytes);
    return true;
  }

  /** Puts a chunk that was stored or found right into memory of its length. */
  read(chunk: number, into: Uint8Array): void {
    assert(into.length === this.#contents.layout.place(chunk).bytes);
    if (this.#readAt(chunk, into) === into.length) return;
    throw new EarshotError("file-unusable", `${this.#part} has become shorter`);
  }

  /**
   * All chunks are here: compares the files' own hashes, puts everything on the disk for sure and gives
   * it its name, which is the result. Yields the bytes done. `undefined` when a file's hash is wrong.
   */
  *finish(): Generator<number, string | undefined> {
    let done = 0;
    for (const [file, { bytes, sha256 }] of this.#contents.files.entries()) {
      for (const _ of this.#hashRest(file)) yield done;
      const prefix = this.#prefixes.get(file);
      this.#prefixes.delete(file);
      if (prefix !== undefined && Buffer.compare(prefix.hash.digest(), sha256) !== 0)
        return undefined;
      attempt(this.#pathOf(file), () => this.#settle(file));
      done += bytes;
      yield done;
    }
    this.#handles.close();
    if (this.#isSyncedAtOnce && !syncFileSystem(this.#part)) yield* this.#syncEach();
    this.#placed = attempt(this.#directory, () => this.#place());
    return this.#placed;
  }

  close(): void {
    this.#handles.close();
  }

  /** Closes, and removes what was received. */
  discard(): void {
    this.#handles.close();
    attempt(this.#part, () => rmSync(this.#part, { recursive: true, force: true }));
  }

  /** Whether there is something of ours from before; what is not ours stops it. */
  #findPart(): boolean {
    const stats = attempt(this.#part, () => lstatSync(this.#part, { throwIfNoEntry: false }));
    if (stats === undefined) return false;
    const isKind = this.#kind === "file" ? stats.isFile() : stats.isDirectory();
    if (isKind && isOwn(stats)) return true;
    throw new EarshotError("file-unusable", `${this.#part} is not what was received before`);
  }

  #makePart(): void {
    if (this.#kind === "folder") {
      attempt(this.#part, () => mkdirSync(this.#part, { mode: directoryMode }));
    } else {
      this.#handles.of(0);
    }
  }

  #open(file: number): number {
    const path = this.#pathOf(file);
    if (this.#placed !== undefined) return this.#openPlaced(file, path);
    return attempt(path, () => {
      const parent = dirname(path);
      if (this.#kind === "folder") this.#makeParent(parent);
      const handle = openSync(path, openFlags, fileMode);
      const stats = fstatSync(handle);
      if (stats.isFile() && stats.nlink === 1 && isOwn(stats)) return handle;
      closeSync(handle);
      throw new EarshotError("file-unusable", `${path} is not what was received before`);
    });
  }

  /** What was saved is its owner's: it is given to others as long as it is what it was. */
  #openPlaced(file: number, path: string): number {
    return attempt(path, () => {
      const handle = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
      const stats = fstatSync(handle);
      const entry = this.#contents.files[file];
      const modifiedAt = Math.min(entry?.modifiedAt ?? 0, timeMax);
      // What was set as a fraction of seconds may come back a little less.
      const isSame = Math.abs(stats.mtimeMs - modifiedAt) <= 1;
      if (stats.size === entry?.bytes && isSame) return handle;
      closeSync(handle);
      throw new EarshotError("file-changed", `${path} has changed since it was received`);
    });
  }

  /** Makes a directory in our own folder, and stops where a link leads elsewhere. */
  #makeParent(path: string): void {
    mkdirSync(path, { recursive: true, mode: directoryMode });
    if (realpathSync(path) !== path) {
      throw new EarshotError("file-unusable", `${path} is a link to somewhere else`);
    }
  }

  #isRight(chunk: number, buffer: Buffer<ArrayBuffer>): boolean {
    const { file, offset, bytes } = this.#contents.layout.place(chunk);
    const path = this.#pathOf(file);
    const stats = attempt(path, () => lstatSync(path, { throwIfNoEntry: false }));
    if (stats === undefined || stats.size < offset + bytes) return false;
    const view = buffer.subarray(0, bytes);
    if (this.#readAt(chunk, view) < bytes) return false;
    const hash = createHash("sha256").update(view).digest();
    if (Buffer.compare(hash, hashOf(this.#contents, chunk)) !== 0) return false;
    this.#extend(file, offset, view);
    return true;
  }

  #readAt(chunk: number, buffer: Uint8Array): number {
    const { file, offset } = this.#contents.layout.place(chunk);
    return attempt(this.#pathOf(file), () => {
      const handle = this.#handles.of(file);
      let read = 0;
      while (read < buffer.length) {
        const count = readSync(handle, buffer, read, buffer.length - read, offset + read);
        if (count === 0) break;
        read += count;
      }
      return read;
    });
  }

  /** Hashes on where a file of several chunks comes in order; the rest is read at the end. */
  #extend(file: number, offset: number, bytes: Uint8Array): void {
    const { start, end } = this.#contents.layout.chunksOf(file);
    if (end - start < 2) return;
    const prefix = this.#prefixes.get(file) ?? { hash: createHash("sha256"), bytes: 0 };
    this.#prefixes.set(file, prefix);
    if (offset !== prefix.bytes) return;
    prefix.hash.update(bytes);
    prefix.bytes += bytes.length;
  }

  *#hashRest(file: number): Generator<void> {
    const prefix = this.#prefixes.get(file);
    const { start, end } = this.#contents.layout.chunksOf(file);
    for (let chunk = start; chunk < end; chunk += 1) {
      const { offset, bytes } = this.#contents.layout.place(chunk);
      if (prefix === undefined || offset < prefix.bytes) continue;
      const buffer = new Uint8Array(bytes);
      this.read(chunk, buffer);
      this.#extend(file, offset, buffer);
      yield;
    }
  }

  /** A file is whole: its length and its times are made right, and it is synced. */
  #settle(file: number): void {
    const entry = this.#contents.files[file];
    if (entry === undefined) return;
    const handle = this.#handles.of(file);
    const path = this.#pathOf(file);
    const { size, ino } = fstatSync(handle);
    const isThere = lstatSync(path, { throwIfNoEntry: false })?.ino === ino;
    // Another program may have moved it away, and what was opened since would be a file of zeros.
    if (!isThere || size < entry.bytes) {
      throw new EarshotError("file-unusable", `${path} is not what was received`);
    }
    if (entry.bytes < size) ftruncateSync(handle, entry.bytes);
    const seconds = Math.min(entry.modifiedAt, timeMax) / 1_000;
    futimesSync(handle, seconds, seconds);
    if (!this.#isSyncedAtOnce) fsyncSync(handle);
    if (this.#kind === "folder") this.#handles.closeFile(file);
  }

  *#syncEach(): Generator<number> {
    for (const [file] of this.#contents.files.entries()) {
      attempt(this.#pathOf(file), () => fsyncSync(this.#handles.of(file)));
      yield this.#contents.bytes;
    }
    this.#handles.close();
  }

  get #isSyncedAtOnce(): boolean {
    return syncedOneByOneMax < this.#contents.files.length;
  }

  #place(): string {
    if (this.#kind === "folder") this.#settleDirectories();
    return place({
      part: this.#part,
      directory: this.#directory,
      name: this.#name,
      isFolder: this.#kind === "folder",
    });
  }

  /** Those that are empty are made, and all get their times: the inner ones first. */
  #settleDirectories(): void {
    const directories = this.#contents.entries.flatMap((entry: Entry, index) =>
      entry.kind === "directory"
        ? [{ entry, path: join(this.#part, this.#entryPaths[index] ?? "") }]
        : [],
    );
    for (const { path } of directories) this.#makeParent(path);
    for (const { entry, path } of directories.sort((a, b) => b.path.length - a.path.length)) {
      const seconds = Math.min(entry.modifiedAt, timeMax) / 1_000;
      utimesSync(path, seconds, seconds);
    }
  }

  #pathOf(file: number): string {
    const path = this.#filePaths[file];
    if (path === undefined) throw new RangeError(`there is no file ${file}`);
    return join(this.#placed ?? this.#part, path);
  }
}

const openFlags = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);

/** The directory, made if it is not there, without any link in its path. */
function makeDirectory(path: string): string {
  mkdirSync(path, { recursive: true, mode: directoryMode });
  return realpathSync(path);
}

/** Windows has no such ids. */
function isOwn(stats: Stats): boolean {
  return process.getuid === undefined || stats.uid === process.getuid();
}

function attempt<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const code = systemErrorCode(error);
    if (error instanceof EarshotError || code === undefined) throw error;
    const isFull = code === "ENOSPC" || code === "EDQUOT";
    const message = `${path} cannot be written${systemReason(error)}`;
    throw new EarshotError(isFull ? "disk-full" : "file-unusable", message, { cause: error });
  }
}
