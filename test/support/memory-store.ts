import type { CarePort, CareResult, CareTask } from "../../src/room/care-port.ts";
import { isSpoken, type SequenceRange } from "../../src/room/entry.ts";
import type { LogEntry } from "../../src/room/log-entry.ts";
import { changedBy, changeProblem, deletedBy, isChanging } from "../../src/room/overlay.ts";
import { emptyEnd } from "../../src/room/room.ts";
import {
  type Commit,
  type CommitResult,
  type Draft,
  type ExpireResult,
  type ExpiryLimit,
  type Placement,
  type Position,
  type ReadResult,
  type RecordTable,
  recordTables,
  type SearchQuery,
  type SearchResult,
  type StoreContents,
  type StoreFailure,
  type StorePort,
  type StoreQuery,
} from "../../src/room/store-port.ts";
import type { SimulatedClock } from "./clock.ts";
import type { SeededRandom } from "./random.ts";

export interface MemoryStoreOptions {
  readonly clock: SimulatedClock;
  /** Decides what a crash leaves of a batch that is under way. */
  readonly random: SeededRandom;
}

/** A store on a simulated disk: what is written survives `crash`, what is under way may not. */
export class MemoryStore implements StorePort, CarePort {
  /** How long a batch takes to be on the disk, milliseconds. */
  writeMs = 1;
  /** How long a page takes to be read, milliseconds. */
  readMs = 1;
  /** While true, every commit fails. */
  isFull = false;
  /** While true, every read fails. */
  isUnreadable = false;
  /** Sequences that cannot be read back, by room. */
  readonly lost: Map<string, Set<number>> = new Map();
  commitCount = 0;
  readonly id: string;
  readonly #options: MemoryStoreOptions;
  readonly #logs = new Map<string, LogEntry[]>();
  readonly #places = new Map<string, LogEntry>();
  readonly #records = new Map(recordTables.map((table) => [table, new Map<string, Uint8Array>()]));
  #generation = 0;
  #writing: Commit | undefined;

  constructor(options: MemoryStoreOptions) {
    this.#options = options;
    this.id = options.random.id();
  }

  /** A simulated disk is not copied. */
  run(_task: CareTask, onDone: (result: CareResult) => void): void {
    onDone({ type: "failed", code: "history-unavailable", message: "there is no disk" });
  }

  /** What a server begins with. */
  contents(): StoreContents {
    const ends = [...this.#logs].map(([room, log]) => {
      const { sequence, sentAt, ordinal } = log.at(-1)!;
      return [room, { ...emptyEnd, sequence, sentAt, ordinal }] as const;
    });
    const records = Object.fromEntries(
      [...this.#records].map(([table, map]) => [table, new Map(map)]),
    );
    return {
      id: this.id,
      ends: new Map(ends),
      records: records as unknown as Record<RecordTable, ReadonlyMap<string, Uint8Array>>,
    };
  }

  /** Everything that is stored in a room, in order. */
  entries(room: string): readonly LogEntry[] {
    return this.#logs.get(room) ?? [];
  }

  record(table: RecordTable, key: string): Uint8Array | undefined {
    return this.#records.get(table)?.get(key);
  }

  commit(commit: Commit, onDone: (result: CommitResult) => void): void {
    this.commitCount += 1;
    this.#writing = commit;
    this.#later(this.writeMs, () => {
      this.#writing = undefined;
      onDone(this.isFull ? full : this.#store(commit));
    });
  }

  read(query: StoreQuery, onDone: (result: ReadResult) => void): void {
    this.#later(this.readMs, () => onDone(this.isUnreadable ? unreadable : this.#page(query)));
  }

  search(query: SearchQuery, onDone: (result: SearchResult) => void): void {
    this.#later(this.readMs, () => onDone(this.isUnreadable ? unreadable : this.#find(query)));
  }

  expire(
    _room: string,
    { throughSequence = 0 }: ExpiryLimit,
    onDone: (result: ExpireResult) => void,
  ): void {
    onDone({ type: "expired", firstSequence: throughSequence + 1 });
  }

  /** The process is gone: nothing that is under way is answered, but a batch may be on the disk. */
  crash(): void {
    this.#generation += 1;
    const writing = this.#writing;
    this.#writing = undefined;
    if (writing !== undefined && !this.isFull && this.#options.random.chance(0.5)) {
      this.#store(writing);
    }
  }

  #store({ drafts, changes }: Commit): CommitResult {
    const placements = drafts.map((draft) => this.#place(draft));
    for (const { table, key, value } of changes(placements)) {
      if (value === undefined) this.#records.get(table)!.delete(key);
      else this.#records.get(table)!.set(key, value);
    }
    return { type: "committed", placements };
  }

  #place({ room, id, author, body, isForOwn }: Draft): Placement {
    const known = this.#places.get(`${room}!${id}`);
    if (known !== undefined) return { type: "placed", ...placeOf(known), isDuplicate: true };
    const log = this.#logs.get(room) ?? [];
    const target = isChanging(body) ? log[body.target - 1] : undefined;
    if (isChanging(body)) {
      const reason = changeProblem(target, body, {
        person: author.person,
        isForOwn: isForOwn ?? false,
      });
      if (reason !== undefined) return { type: "refused", reason };
    }
    const last = log.at(-1);
    const entry: LogEntry = {
      sequence: log.length + 1,
      id,
      sentAt: Math.max(last?.sentAt ?? 0, this.#options.clock.wallNow()),
      ordinal: (last?.ordinal ?? 0) + (isSpoken(body) ? 1 : 0),
      author,
      body,
    };
    log.push(entry);
    if (target !== undefined) change(log, target, entry);
    this.#logs.set(room, log);
    this.#places.set(`${room}!${id}`, entry);
    return { type: "placed", ...placeOf(entry), isDuplicate: false };
  }

  #page({ room, limit, before, after, around }: StoreQuery): ReadResult {
    const log = this.entries(room);
    const last = log.length;
    let first = last - limit + 1;
    if (before !== undefined) first = placeIn(log, before) - limit;
    if (after !== undefined) first = placeIn(log, after) + (typeof after === "number" ? 1 : 0);
    if (around !== undefined) first = placeIn(log, around) - Math.floor(limit / 2);
    const end = Math.min(last, first + limit - 1);
    const from = Math.max(1, first);
    const entries: LogEntry[] = [];
    const damaged: SequenceRange[] = [];
    for (let sequence = from; sequence <= end; sequence += 1) {
      const isLost = this.lost.get(room)?.has(sequence) ?? false;
      if (isLost) damaged.push({ from: sequence, to: sequence });
      else entries.push(log[sequence - 1]!);
    }
    return { type: "page", entries, damaged, hasOlder: 1 < from, hasNewer: end < last };
  }

  #find({ words, rooms, from, mentions, limit }: SearchQuery): SearchResult {
    const hits = rooms.flatMap((room) =>
      this.entries(room).flatMap((entry) => {
        const { body, author } = entry;
        if (body.type !== "message") return [];
        if (from !== undefined && author.person !== from) return [];
        if (mentions !== undefined && !body.mentions?.includes(mentions)) return [];
        return words.every((word) => body.text.includes(word)) ? [{ room, entry }] : [];
      }),
    );
    hits.sort((one, other) => other.entry.sentAt - one.entry.sentAt);
    return { type: "found", hits: hits.slice(0, limit) };
  }

  #later(ms: number, action: () => void): void {
    const generation = this.#generation;
    const { clock } = this.#options;
    clock.setTimer(clock.now() + ms, () => {
      if (generation === this.#generation) action();
    });
  }
}

/** What the entry does to its target, and to the edits of it. */
function change(log: LogEntry[], target: LogEntry, by: LogEntry): void {
  log[target.sequence - 1] = changedBy(target, by);
  if (by.body.type !== "delete") return;
  for (const sequence of target.edited?.sequences ?? []) {
    log[sequence - 1] = deletedBy(log[sequence - 1]!, by.author.nick, by.body.reason);
  }
}

function placeOf({ sequence, sentAt, ordinal }: LogEntry) {
  return { sequence, sentAt, ordinal };
}

/** The sequence that is meant; of a time, the first entry sent then or later. */
function placeIn(log: readonly LogEntry[], position: Position): number {
  if (typeof position === "number") return Math.min(position, log.length + 1);
  const found = log.find(({ sentAt }) => position.time <= sentAt);
  return found?.sequence ?? log.length + 1;
}

const full: StoreFailure = {
  type: "failed",
  code: "history-unavailable",
  message: "disk is full",
};

const unreadable: StoreFailure = {
  type: "failed",
  code: "history-unavailable",
  message: "disk cannot be read",
};
