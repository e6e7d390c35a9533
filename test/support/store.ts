import { systemRandom } from "../../src/base/random.ts";
import { type OpenDatabase, openLevelDatabase } from "../../src/room/database.ts";
import type { EntryBody, LogEntry } from "../../src/room/log-entry.ts";
import { Store } from "../../src/room/store.ts";
import { storePaths } from "../../src/room/store-directory.ts";
import type {
  CommitResult,
  Draft,
  ExpireResult,
  ExpiryLimit,
  Placed,
  Placement,
  ReadResult,
  RecordChange,
  SearchQuery,
  SearchResult,
  StoreFailure,
  StoreQuery,
} from "../../src/room/store-port.ts";
import { SimulatedClock } from "./clock.ts";

/** A page that was read. */
export type StorePage = Extract<ReadResult, { type: "page" }>;

export const anna = { person: "annaannaannaannaannaa", nick: "anna" };
export const ben = { person: "benbenbenbenbenbenben", nick: "ben" };

export interface OpenTestStoreOptions {
  readonly clock?: SimulatedClock;
  readonly onTrouble?: (message: string) => void;
  readonly openDatabase?: OpenDatabase;
}

/** A store that is closed at the end of the test. */
export async function openStore(
  directory: string,
  { clock = new SimulatedClock(), ...options }: OpenTestStoreOptions = {},
): Promise<TestStore & AsyncDisposable> {
  return new TestStore(await Store.open({ directory, clock, random: systemRandom, ...options }));
}

/** A store whose calls give promises, and throw what failed. */
export class TestStore implements AsyncDisposable {
  readonly store: Store;
  #isClosed = false;

  constructor(store: Store) {
    this.store = store;
  }

  commit(
    drafts: readonly Draft[],
    changes: (placements: readonly Placement[]) => readonly RecordChange[] = () => [],
  ): Promise<CommitResult> {
    return new Promise((resolve) => this.store.commit({ drafts, changes }, resolve));
  }

  async place(drafts: readonly Draft[]): Promise<readonly Placement[]> {
    return succeeded(await this.commit(drafts)).placements;
  }

  read(query: Partial<StoreQuery> = {}): Promise<ReadResult> {
    const full = { room: "lobby", limit: 200, ...query };
    return new Promise((resolve) => this.store.read(full, resolve));
  }

  async page(query: Partial<StoreQuery> = {}): Promise<StorePage> {
    return succeeded(await this.read(query));
  }

  async entries(query: Partial<StoreQuery> = {}): Promise<readonly LogEntry[]> {
    return (await this.page(query)).entries;
  }

  search(query: Partial<SearchQuery>): Promise<SearchResult> {
    const full = { words: [], rooms: ["lobby"], limit: 50, ...query };
    return new Promise((resolve) => this.store.search(full, resolve));
  }

  /** What is found, as `room sequence`. */
  async found(words: string, query: Partial<SearchQuery> = {}): Promise<readonly string[]> {
    const result = succeeded(
      await this.search({ words: words.split(" ").filter(Boolean), ...query }),
    );
    return result.hits.map(({ room, entry }) => `${room} ${entry.sequence}`);
  }

  async expire(room: string, limit: ExpiryLimit): Promise<number> {
    const result = await new Promise<ExpireResult>((resolve) =>
      this.store.expire(room, limit, resolve),
    );
    return succeeded(result).firstSequence;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.store.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** What is no failure. */
export function succeeded<T extends { readonly type: string }>(
  result: T,
): Exclude<T, StoreFailure> {
  if (result.type === "failed") throw new Error((result as unknown as StoreFailure).message);
  return result as Exclude<T, StoreFailure>;
}

/** The id of a draft by its number. */
export function idOf(number: number): string {
  return String(number).padStart(21, "0");
}

/** A message of anna's. */
export function message(number: number, text = `line ${number}`, room = "lobby"): Draft {
  return draft(number, { type: "message", text }, room);
}

/** Messages with these numbers. */
export function messages(from: number, to: number, room = "lobby"): Draft[] {
  return Array.from({ length: to - from + 1 }, (_, index) =>
    message(from + index, `line ${from + index}`, room),
  );
}

/** Anything of anna's. */
export function draft(number: number, body: EntryBody, room = "lobby"): Draft {
  return { room, id: idOf(number), author: anna, body };
}

/** Where a draft was placed. */
export function placed(placement: Placement | undefined): Placed {
  if (placement?.type !== "placed") throw new Error("it was refused");
  return placement;
}

/** The text of a message, or what else an entry is. */
export function textOf({ body }: LogEntry): string {
  return body.type === "message" ? body.text : `<${body.type}>`;
}

/** Changes the database of a closed store behind its back. */
export async function tamper(
  directory: string,
  change: (database: Awaited<ReturnType<OpenDatabase>>) => Promise<void>,
): Promise<void> {
  const database = await openLevelDatabase(storePaths(directory).database, { isNew: false });
  await change(database);
  await database.close();
}
