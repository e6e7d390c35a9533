import { Level } from "level";
import type { KeyRange } from "./store-keys.ts";

/** One change of a batch; the value is not changed afterwards by anybody. */
export type DatabaseChange =
  | { readonly type: "put"; readonly key: string; readonly value: Uint8Array }
  | { readonly type: "del"; readonly key: string };

/** How a range is walked. */
export interface WalkOptions {
  /** From the last key to the first. */
  readonly isReverse?: boolean;
  /** At most so many keys. */
  readonly limit?: number;
}

/** A key and its value. */
export type DatabaseRecord = readonly [key: string, value: Uint8Array];

/**
 * LevelDB as the store uses it. What fails rejects with an error that has LevelDB's or the system's
 * `code`; after a failed write all later ones fail until the database is opened again, reads go on.
 */
export interface Database {
  read(key: string): Promise<Uint8Array | undefined>;
  /** The values in the order of the keys. */
  readMany(keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]>;
  /** All or none, and on the disk when it resolves. */
  write(changes: readonly DatabaseChange[]): Promise<void>;
  /** The records of a range in order, as they were when it began, in chunks of about `chunkBytes`. */
  walk(range: KeyRange, options?: WalkOptions): AsyncIterable<readonly DatabaseRecord[]>;
  keys(range: KeyRange, options?: WalkOptions): Promise<readonly string[]>;
  /**
   * The first key of a range, then the first one behind what `past` makes of the one before, and so
   * on: what lies between is not read.
   */
  leap(range: KeyRange, past: (key: string) => string, limit: number): Promise<readonly string[]>;
  /** Rewrites the files of a range, so that what was deleted there is not in them any more. */
  compact(range: KeyRange): Promise<void>;
  close(): Promise<void>;
}

/** Opens a database; `isNew` makes one where there is none, else that is an error. */
export type OpenDatabase = (path: string, options: { isNew: boolean }) => Promise<Database>;

/** What is read of a range at a time: few calls, and little memory. */
const chunkBytes = 256 * 2 ** 10;

/** Records read at a time: as many small ones as fill `chunkBytes`. */
const chunkRecordsMax = 4_096;

/** Room for the blocks that are read again and again; 8 MiB is LevelDB's own default. */
const cacheBytes = 16 * 2 ** 20;

/** What LevelDB has and the types of `level`, which also is for browsers, do not tell. */
interface NativeLevel {
  compactRange(start: string, end: string): Promise<void>;
}

interface NativeLevelClass {
  repair(location: string): Promise<void>;
}

/** LevelDB on the disk. */
export const openLevelDatabase: OpenDatabase = async (path, { isNew }) => {
  const level = new Level<string, Uint8Array>(path, { valueEncoding: "view" });
  await level.open({ createIfMissing: isNew, cacheSize: cacheBytes });
  return new LevelDatabase(level);
};

/**
 * Saves what can be read of a damaged database, in place. LevelDB reads its log without looking at
 * the checksums then, so records may come out that were never written.
 */
export async function repairLevelDatabase(path: string): Promise<void> {
  await (Level as unknown as NativeLevelClass).repair(path);
}

class LevelDatabase implements Database {
  readonly #level: Level<string, Uint8Array>;

  constructor(level: Level<string, Uint8Array>) {
    this.#level = level;
  }

  read(key: string): Promise<Uint8Array | undefined> {
    return this.#level.get(key);
  }

  readMany(keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]> {
    return keys.length === 0 ? Promise.resolve([]) : this.#level.getMany([...keys]);
  }

  async write(changes: readonly DatabaseChange[]): Promise<void> {
    // Not as an array: 1 us a change instead of 15.
    const batch = this.#level.batch();
    for (const change of changes) {
      if (change.type === "put") batch.put(change.key, change.value);
      else batch.del(change.key);
    }
    await batch.write({ sync: true });
  }

  async *walk(
    range: KeyRange,
    { isReverse = false, limit = -1 }: WalkOptions = {},
  ): AsyncGenerator<readonly DatabaseRecord[]> {
    const iterator = this.#level.iterator({
      ...range,
      reverse: isReverse,
      limit,
      fillCache: limit !== -1,
      highWaterMarkBytes: chunkBytes,
    });
    try {
      for (;;) {
        const chunk = await iterator.nextv(chunkRecordsMax);
        if (chunk.length === 0) return;
        yield chunk;
      }
    } finally {
      await iterator.close();
    }
  }

  async keys(
    range: KeyRange,
    { isReverse = false, limit = -1 }: WalkOptions = {},
  ): Promise<readonly string[]> {
    return await this.#level.keys({ ...range, reverse: isReverse, limit }).all();
  }

  async leap(
    range: KeyRange,
    past: (key: string) => string,
    limit: number,
  ): Promise<readonly string[]> {
    const keys: string[] = [];
    const iterator = this.#level.keys({ ...range, highWaterMarkBytes: 0 });
    try {
      while (keys.length < limit) {
        const key = await iterator.next();
        if (key === undefined) break;
        keys.push(key);
        iterator.seek(past(key));
      }
    } finally {
      await iterator.close();
    }
    return keys;
  }

  async compact({ gte, lte }: KeyRange): Promise<void> {
    await (this.#level as unknown as NativeLevel).compactRange(gte, lte);
  }

  close(): Promise<void> {
    return this.#level.close();
  }
}
