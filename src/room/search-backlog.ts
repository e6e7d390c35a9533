import type { Database } from "./database.ts";
import { isSpoken } from "./entry.ts";
import type { LogEntry } from "./log-entry.ts";
import { walkLog } from "./log-reader.ts";
import type { LogState } from "./log-state.ts";
import { segmentDocuments } from "./search-segment.ts";

/** The oldest messages that no segment of the search index has. */
export interface Backlog {
  /** In the order in which they were sent; at most `segmentDocuments`. */
  readonly messages: readonly { readonly room: string; readonly entry: LogEntry }[];
  /** Up to where these logs have been looked at. */
  readonly through: ReadonlyMap<string, number>;
  /** Whether there are no more. */
  readonly isComplete: boolean;
}

/** Entries that are looked at for one backlog: some 200 ms, in which nothing is stored. */
const backlogEntriesMax = 2 * segmentDocuments;

/** Entries that are read of one log at a time. */
const logEntriesAhead = 64;

/** Walks all logs at once, by time, from where the index has them. */
export async function readBacklog(
  database: Database,
  logs: ReadonlyMap<string, LogState>,
): Promise<Backlog> {
  const queue = new CursorQueue();
  for (const [room, log] of logs) {
    const cursor = new LogCursor(database, room, log);
    if (await cursor.load()) queue.add(cursor);
  }
  const messages: { room: string; entry: LogEntry }[] = [];
  const through = new Map<string, number>();
  for (let looked = 0; looked < backlogEntriesMax; looked += 1) {
    const cursor = messages.length < segmentDocuments ? queue.takeOldest() : undefined;
    if (cursor === undefined) break;
    const { room } = cursor;
    const entry = cursor.take();
    if (entry !== undefined && isSpoken(entry.body)) messages.push({ room, entry });
    through.set(room, cursor.through);
    if (await cursor.load()) queue.add(cursor);
  }
  return { messages, through, isComplete: queue.isEmpty };
}

/** Walks the entries of a log that the index does not have. */
class LogCursor {
  readonly room: string;
  /** The last sequence that was taken. */
  through: number;
  readonly #database: Database;
  readonly #last: number;
  readonly #ahead: (readonly [sequence: number, entry: LogEntry | undefined])[] = [];

  constructor(database: Database, room: string, log: LogState) {
    this.room = room;
    this.through = Math.max(log.indexedThrough, log.firstSequence - 1);
    this.#database = database;
    this.#last = log.sequence;
  }

  /** When the next entry was sent; a lost one comes at once. */
  get sentAt(): number {
    return this.#ahead[0]?.[1]?.sentAt ?? 0;
  }

  /** Reads on if need be; `false` when there is nothing more. */
  async load(): Promise<boolean> {
    if (0 < this.#ahead.length) return true;
    const count = Math.max(0, Math.min(logEntriesAhead, this.#last - this.through));
    const walk = { from: this.through + 1, count, isUpward: true };
    for await (const each of walkLog(this.#database, this.room, walk)) this.#ahead.push(each);
    return 0 < this.#ahead.length;
  }

  take(): LogEntry | undefined {
    const next = this.#ahead.shift();
    if (next === undefined) return undefined;
    this.through = next[0];
    return next[1];
  }
}

/** Cursors by the time of their next entry, the oldest last. */
class CursorQueue {
  readonly #cursors: LogCursor[] = [];

  get isEmpty(): boolean {
    return this.#cursors.length === 0;
  }

  add(cursor: LogCursor): void {
    let low = 0;
    let high = this.#cursors.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cursor.sentAt < (this.#cursors[middle]?.sentAt ?? 0)) low = middle + 1;
      else high = middle;
    }
    this.#cursors.splice(low, 0, cursor);
  }

  takeOldest(): LogCursor | undefined {
    return this.#cursors.pop();
  }
}
