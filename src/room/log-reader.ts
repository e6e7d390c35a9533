import type { Database } from "./database.ts";
import { decodeEntry } from "./entry-record.ts";
import type { LogEntry } from "./log-entry.ts";
import { PageCollector, type PagePlace, type PageWalk, planPage } from "./log-page.ts";
import { isDamage } from "./store-failure.ts";
import { entryKey, entryRange, sequenceOfKey } from "./store-keys.ts";
import type { LogEnd, Position, ReadResult, StoreQuery } from "./store-port.ts";

/** Lost entries that a search for a time steps over before it takes them for older. */
const stepsOverLostMax = 16;

/** Reads a page of a log that ends there. */
export async function readPage(
  database: Database,
  query: StoreQuery,
  end: LogEnd,
): Promise<ReadResult> {
  const walks = planPage(await placeOf(database, query, end), end);
  const collector = new PageCollector(walks);
  for (const walk of walks) {
    for await (const [sequence, entry] of walkLog(database, query.room, walk)) {
      if (!collector.add(sequence, entry)) return collector.page(end);
    }
  }
  return collector.page(end);
}

/** The records, with `undefined` for one that is missing or in a damaged block. */
export async function readEach(
  database: Database,
  keys: readonly string[],
): Promise<readonly (Uint8Array | undefined)[]> {
  try {
    return await database.readMany(keys);
  } catch (error) {
    if (!isDamage(error)) throw error;
    return await Promise.all(keys.map((key) => readOne(database, key)));
  }
}

/** The entry, or `undefined` when it is missing or damaged. */
export async function readEntry(
  database: Database,
  room: string,
  sequence: number,
): Promise<LogEntry | undefined> {
  return decodeEntry(await readOne(database, entryKey(room, sequence)), room, sequence);
}

/** The entries of these places, with `undefined` for one that is missing or damaged. */
export async function readEntries(
  database: Database,
  places: readonly { readonly room: string; readonly sequence: number }[],
): Promise<readonly (LogEntry | undefined)[]> {
  const keys = places.map(({ room, sequence }) => entryKey(room, sequence));
  const records = await readEach(database, keys);
  return places.map(({ room, sequence }, index) => decodeEntry(records[index], room, sequence));
}

/** Every sequence of a walk in its order, with `undefined` for an entry that is lost. */
export async function* walkLog(
  database: Database,
  room: string,
  { from, count, isUpward }: PageWalk,
): AsyncGenerator<readonly [sequence: number, entry: LogEntry | undefined]> {
  if (count === 0) return;
  const step = isUpward ? 1 : -1;
  const to = from + step * (count - 1);
  let next = from;
  const range = entryRange(room, Math.min(from, to), Math.max(from, to));
  try {
    for await (const chunk of database.walk(range, { isReverse: !isUpward, limit: count })) {
      for (const [key, record] of chunk) {
        const sequence = sequenceOfKey(key);
        for (; next !== sequence; next += step) yield [next, undefined];
        yield [sequence, decodeEntry(record, room, sequence)];
        next += step;
      }
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
    // A walk ends at the first damaged block; behind it there are more.
    for (; next !== to + step; next += step) yield [next, await readEntry(database, room, next)];
  }
  for (; next !== to + step; next += step) yield [next, undefined];
}

/**
 * The first sequence that was sent at that time or later, one behind the last when there is none.
 * Where the clock was set back, several sequences have older ones before and younger ones behind
 * them; it is one of these.
 */
export async function sequenceAt(
  database: Database,
  { room, time, end }: { readonly room: string; readonly time: number; readonly end: LogEnd },
): Promise<number> {
  let low = end.firstSequence;
  let high = end.sequence + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const count = Math.min(stepsOverLostMax, high - middle);
    const found = await firstEntry(database, room, { from: middle, count, isUpward: true });
    if (found === undefined) low = middle + count;
    else if (found.sentAt < time) low = found.sequence + 1;
    else high = middle;
  }
  return low;
}

async function readOne(database: Database, key: string): Promise<Uint8Array | undefined> {
  try {
    return await database.read(key);
  } catch (error) {
    if (!isDamage(error)) throw error;
    return undefined;
  }
}

async function firstEntry(
  database: Database,
  room: string,
  walk: PageWalk,
): Promise<LogEntry | undefined> {
  for await (const [, entry] of walkLog(database, room, walk)) {
    if (entry !== undefined) return entry;
  }
  return undefined;
}

/** The place with times turned into sequences. */
async function placeOf(database: Database, query: StoreQuery, end: LogEnd): Promise<PagePlace> {
  const { room, before, after, around, limit } = query;
  const toSequence = async (position: Position) =>
    typeof position === "number"
      ? position
      : await sequenceAt(database, { room, time: position.time, end });
  if (before !== undefined) return { before: await toSequence(before), limit };
  if (around !== undefined) return { around: await toSequence(around), limit };
  if (after === undefined) return { limit };
  // After a time are also those that were sent right then.
  const isTime = typeof after !== "number";
  return { after: (await toSequence(after)) - (isTime ? 1 : 0), limit };
}
