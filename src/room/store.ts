import assert from "node:assert/strict";
import type { Clock, Timer } from "../base/clock.ts";
import { EarshotError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import { CommitMark } from "./commit-mark.ts";
import { type OpenDatabase, openLevelDatabase } from "./database.ts";
import { canWrite } from "./disk-probe.ts";
import { readPage } from "./log-reader.ts";
import { emptyLog } from "./log-state.ts";
import { runSearch } from "./search-run.ts";
import { IndexDamage } from "./segment-reader.ts";
import { backUpDatabase } from "./store-backup.ts";
import type { StoreReport } from "./store-check.ts";
import {
  hasMarker,
  keepBefore,
  letBeforeGo,
  makeStoreDirectory,
  openFailure,
  removePid,
  type StorePaths,
  storePaths,
  writeMarker,
  writePid,
} from "./store-directory.ts";
import { diskMessage, failure } from "./store-failure.ts";
import { migrateFirstFormat } from "./store-migration.ts";
import { type OpenedStore, openDatabaseChecked } from "./store-open.ts";
import type {
  Commit,
  CommitResult,
  ExpireResult,
  ExpiryLimit,
  LogEnd,
  ReadResult,
  SearchQuery,
  SearchResult,
  StoreContents,
  StoreFailure,
  StorePort,
  StoreQuery,
} from "./store-port.ts";
import { type Batch, indexBatch, planBatch, planExpiry, writeBatch } from "./store-write.ts";

export interface StoreOptions {
  /** Holds the database and what belongs to it; made when it is missing. */
  readonly directory: string;
  readonly clock: Clock;
  /** Gives a new store its name. */
  readonly random: Random;
  /** Told once when writing begins to fail, and once when it works again, as a phrase for people. */
  readonly onTrouble?: (message: string) => void;
  /** LevelDB when absent. */
  readonly openDatabase?: OpenDatabase;
}

/** Waits before the database is opened again after a failed write, milliseconds; the last repeats. */
const reopenMs: readonly number[] = [1_000, 2_000, 5_000];

type StoreState =
  | { readonly type: "open"; readonly opened: OpenedStore }
  /** A write failed: LevelDB refuses all later ones until it is opened again, but still reads. */
  | { readonly type: "failing"; readonly opened: OpenedStore; readonly timer: Timer }
  /** It could not be opened again yet. */
  | { readonly type: "down"; readonly timer: Timer }
  | { readonly type: "reopening" }
  | { readonly type: "closed" };

/**
 * All logs and records on disk, in LevelDB. Every write is one synced batch of everything that
 * belongs together, so it is there whole or not at all, also after a power cut. Nothing is ever
 * repaired or made anew in silence: damage is told.
 */
export class Store implements StorePort, StoreContents {
  readonly id: string;
  readonly ends: ReadonlyMap<string, LogEnd>;
  readonly records: StoreContents["records"];
  /** Rooms of whose newest entries some were missing when the store was opened. */
  readonly damagedRooms: readonly string[];
  /** What else was found damaged then, as phrases for people. */
  readonly damage: readonly string[];
  readonly #paths: StorePaths;
  readonly #mark: CommitMark;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #onTrouble: (message: string) => void;
  readonly #openDatabase: OpenDatabase;
  #state: StoreState;
  #failures = 0;
  #isClosing = false;
  /** Writes one after the other. */
  #writing: Promise<unknown> = Promise.resolve();
  /** What is under way; closing waits for it. */
  readonly #running = new Set<Promise<void>>();

  /**
   * Opens the store, or makes an empty one in a directory that never had one.
   *
   * @throws {EarshotError} WHEN another process has it `data-directory-in-use`; it was there and is
   * gone, unreadable, or without what it had acknowledged `history-damaged`; anything else
   * `data-directory-unusable`.
   */
  static async open(options: StoreOptions): Promise<Store> {
    const { directory, random, openDatabase = openLevelDatabase } = options;
    const paths = storePaths(directory);
    try {
      await makeStoreDirectory(paths);
      await migrateFirstFormat(paths);
      const isNew = !(await hasMarker(paths));
      if (!isNew) await keepBefore(paths);
      const mark = await CommitMark.open(paths.mark);
      try {
        const opened = await openDatabaseChecked({
          path: paths.database,
          openDatabase,
          random,
          isNew,
          mark: await mark.read(),
        });
        await writePid(paths);
        if (isNew) await writeMarker(paths);
        await letBeforeGo(paths);
        return new Store(options, opened, mark);
      } catch (error) {
        await mark.close();
        throw error;
      }
    } catch (error) {
      throw await openFailure(paths, error);
    }
  }

  private constructor(options: StoreOptions, opened: OpenedStore, mark: CommitMark) {
    this.id = opened.id;
    this.ends = new Map(opened.logs);
    this.records = opened.records;
    this.damagedRooms = opened.damagedRooms;
    this.damage = opened.damage;
    this.#paths = storePaths(options.directory);
    this.#mark = mark;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#onTrouble = options.onTrouble ?? (() => undefined);
    this.#openDatabase = options.openDatabase ?? openLevelDatabase;
    this.#state = { type: "open", opened };
    this.#run(this.#catchUp(), () => undefined);
  }

  commit(commit: Commit, onDone: (result: CommitResult) => void): void {
    this.#run(this.#commit(commit), onDone);
  }

  read(query: StoreQuery, onDone: (result: ReadResult) => void): void {
    this.#run(this.#read(query), onDone);
  }

  search(query: SearchQuery, onDone: (result: SearchResult) => void): void {
    this.#run(this.#search(query), onDone);
  }

  expire(room: string, limit: ExpiryLimit, onDone: (result: ExpireResult) => void): void {
    this.#run(this.#expire(room, limit), onDone);
  }

  /** The rooms that have a log now; none while it cannot be read. */
  get rooms(): readonly string[] {
    return "opened" in this.#state ? [...this.#state.opened.logs.keys()] : [];
  }

  /**
   * Copies everything as it is now into an empty directory, and reads the copy whole; writing goes on.
   *
   * @throws {EarshotError} DIRECTORY has a store `argument-invalid`; it cannot be written, or the store
   * cannot be read now `data-directory-unusable`.
   */
  async backUp(directory: string): Promise<StoreReport> {
    if (!("opened" in this.#state)) {
      throw new EarshotError("data-directory-unusable", "history cannot be read now");
    }
    const copying = backUpDatabase(this.#state.opened.database, directory);
    this.#run(
      copying.then(
        () => undefined,
        () => undefined,
      ),
      () => undefined,
    );
    return await copying;
  }

  /** Waits for what is under way, then closes the database. */
  async close(): Promise<void> {
    this.#isClosing = true;
    while (0 < this.#running.size) await Promise.all(this.#running);
    const state = this.#state;
    this.#state = { type: "closed" };
    if ("timer" in state) state.timer.cancel();
    if ("opened" in state) await state.opened.database.close();
    await this.#mark.close();
    await removePid(this.#paths);
  }

  #run<T>(work: Promise<T>, onDone: (result: T) => void): void {
    // An error that is none of the disk's is our own mistake and ends the process.
    const running: Promise<void> = work.then((result) => {
      this.#running.delete(running);
      onDone(result);
    });
    this.#running.add(running);
  }

  async #commit(commit: Commit): Promise<CommitResult> {
    const result = await this.#write((opened) => planBatch(opened, commit, this.#clock.wallNow()));
    if (result.type === "failed") return result;
    return { type: "committed", placements: result.batch.placements };
  }

  async #read(query: StoreQuery): Promise<ReadResult> {
    if (!("opened" in this.#state)) return failure("history cannot be read now");
    const { database, logs } = this.#state.opened;
    try {
      return await readPage(database, query, logs.get(query.room) ?? emptyLog);
    } catch (error) {
      return failure(`history cannot be read: ${diskMessage(error)}`);
    }
  }

  async #search(query: SearchQuery): Promise<SearchResult> {
    if (!("opened" in this.#state)) return failure("history cannot be searched now");
    const { opened } = this.#state;
    if (opened.index.isBehind)
      return failure("history is being indexed and cannot be searched yet");
    try {
      return await runSearch({ ...opened, query });
    } catch (error) {
      if (!(error instanceof IndexDamage)) {
        return failure(`history cannot be searched: ${diskMessage(error)}`);
      }
      this.#run(this.#indexAgain(error), () => undefined);
      return failure(`history is being indexed again: ${error.message}`);
    }
  }

  async #expire(room: string, limit: ExpiryLimit): Promise<ExpireResult> {
    for (;;) {
      const result = await this.#write((opened) => planExpiry(opened, room, limit));
      if (result.type === "failed") return result;
      if (result.batch === undefined || this.#isClosing) {
        const { firstSequence } = result.opened.logs.get(room) ?? emptyLog;
        return { type: "expired", firstSequence };
      }
    }
  }

  /** Does what the search index has left to do, between other writes. */
  async #catchUp(): Promise<void> {
    const isBehind = () =>
      this.#state.type === "open" && this.#state.opened.index.isBehind && !this.#isClosing;
    while (isBehind()) {
      await this.#write(async ({ database, index, logs }) =>
        indexBatch(await index.step(database, logs)),
      );
    }
  }

  async #indexAgain(damage: IndexDamage): Promise<void> {
    this.#onTrouble(`history is being indexed again: ${damage.message}`);
    await this.#write(async ({ index }) => indexBatch(index.clear()));
    await this.#catchUp();
  }

  /** Plans and writes a batch when those before it are written. */
  #write<T extends Batch | undefined>(
    plan: (opened: OpenedStore) => Promise<T>,
  ): Promise<{ type: "written"; batch: T; opened: OpenedStore } | StoreFailure> {
    const work = this.#writing.then(() => this.#writeNow(plan));
    this.#writing = work;
    return work;
  }

  async #writeNow<T extends Batch | undefined>(
    plan: (opened: OpenedStore) => Promise<T>,
  ): Promise<{ type: "written"; batch: T; opened: OpenedStore } | StoreFailure> {
    if (this.#state.type !== "open") return failure("history cannot be written now");
    const { opened } = this.#state;
    try {
      const batch = await plan(opened);
      if (batch !== undefined && !isEmpty(batch)) {
        const commit = await writeBatch(opened, batch, this.#clock.wallNow());
        await this.#mark.write(commit);
        opened.lastCommit = commit;
      }
      if (0 < this.#failures) this.#onTrouble("history can be written again");
      this.#failures = 0;
      return { type: "written", batch, opened };
    } catch (error) {
      const message = `history cannot be written: ${diskMessage(error)}`;
      if (this.#failures === 0) this.#onTrouble(message);
      const timer = this.#reopenLater();
      this.#state = { type: "failing", opened, timer };
      return failure(message);
    }
  }

  #reopenLater(): Timer {
    const waitMs = reopenMs[Math.min(this.#failures, reopenMs.length - 1)] ?? 0;
    this.#failures += 1;
    return this.#clock.setTimer(this.#clock.now() + waitMs, () => {
      this.#run(this.#reopen(), () => undefined);
    });
  }

  async #reopen(): Promise<void> {
    const state = this.#state;
    assert(state.type === "failing" || state.type === "down");
    // On a full disk the store that we have still reads, and each try to open another leaves a file.
    if (!(await canWrite(this.#paths.probe))) {
      this.#state = { ...state, timer: this.#reopenLater() };
      return;
    }
    this.#state = { type: "reopening" };
    try {
      if ("opened" in state) await state.opened.database.close();
      // A batch that failed may have reached the disk all the same.
      const opened = await openDatabaseChecked({
        path: this.#paths.database,
        openDatabase: this.#openDatabase,
        random: this.#random,
        isNew: false,
        mark: await this.#mark.read(),
      });
      this.#state = { type: "open", opened };
    } catch (error) {
      diskMessage(error);
      this.#state = { type: "down", timer: this.#reopenLater() };
      return;
    }
    await this.#catchUp();
  }
}

function isEmpty({ changes, logs, index }: Batch): boolean {
  return changes.length + logs.size + index.changes.length + index.indexedThrough.size === 0;
}
