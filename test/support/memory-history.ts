import { draftKey, type LogEnd, planAppend } from "../../src/room/append-plan.ts";
import type { Entry } from "../../src/room/entry.ts";
import type {
  AppendResult,
  Draft,
  HistoryFailure,
  HistoryPort,
  HistoryQuery,
  ReadResult,
} from "../../src/room/history-port.ts";
import { PageCollector, planPage } from "../../src/room/page-plan.ts";
import type { SimulatedClock } from "./clock.ts";
import type { SeededRandom } from "./random.ts";

export interface MemoryHistoryOptions {
  readonly clock: SimulatedClock;
  /** Decides what a crash leaves of a batch that is under way. */
  readonly random: SeededRandom;
}

/**
 * A history on a simulated disk: what is written survives `crash`, what is under way may not. It
 * plans as the real one does, so that a simulation with it tests the real order of things.
 */
export class MemoryHistory implements HistoryPort {
  /** How long a batch takes to be on the disk, milliseconds. */
  writeMs = 1;
  /** How long a page takes to be read, milliseconds. */
  readMs = 1;
  /** While true, every append fails. */
  isFull = false;
  /** While true, every read fails. */
  isUnreadable = false;
  /** Sequences that cannot be read back, by room. */
  readonly lost: Map<string, Set<number>> = new Map();
  appendCount = 0;
  readonly id: string;
  readonly #options: MemoryHistoryOptions;
  readonly #logs = new Map<string, Entry[]>();
  readonly #known = new Map<string, LogEnd>();
  #generation = 0;
  #writing: readonly Draft[] = [];

  constructor(options: MemoryHistoryOptions) {
    this.#options = options;
    this.id = options.random.id();
  }

  lastSequences(): ReadonlyMap<string, number> {
    return new Map([...this.#logs].map(([room, log]) => [room, log.length]));
  }

  /** Everything that is stored in a room, in order. */
  entries(room: string): readonly Entry[] {
    return this.#logs.get(room) ?? [];
  }

  append(drafts: readonly Draft[], onDone: (result: AppendResult) => void): void {
    this.appendCount += 1;
    this.#writing = drafts;
    this.#later(this.writeMs, () => {
      this.#writing = [];
      onDone(this.isFull ? full : this.#store(drafts));
    });
  }

  read(query: HistoryQuery, onDone: (result: ReadResult) => void): void {
    this.#later(this.readMs, () => onDone(this.isUnreadable ? unreadable : this.#page(query)));
  }

  /** The process is gone: nothing that is under way is answered, but a batch may be on the disk. */
  crash(): void {
    this.#generation += 1;
    if (!this.isFull && this.#options.random.chance(0.5)) this.#store(this.#writing);
    this.#writing = [];
  }

  #store(drafts: readonly Draft[]): AppendResult {
    const plan = planAppend({
      drafts,
      known: drafts.map((draft) => this.#known.get(draftKey(draft))),
      ends: new Map([...this.#logs].map(([room, log]) => [room, log.at(-1)!])),
      wallNow: this.#options.clock.wallNow(),
    });
    for (const { room, entry } of plan.entries) {
      const log = this.#logs.get(room) ?? [];
      log.push(entry);
      this.#logs.set(room, log);
      this.#known.set(draftKey({ room, id: entry.id }), entry);
    }
    return { type: "appended", placements: plan.placements };
  }

  #page(query: HistoryQuery): ReadResult {
    const log = this.entries(query.room);
    const walk = planPage(query, log.length);
    const collector = new PageCollector(walk, log.length);
    for (let index = 0; index < walk.count; index += 1) {
      const sequence = walk.first + index * walk.step;
      const isLost = this.lost.get(query.room)?.has(sequence) ?? false;
      if (!collector.add(sequence, isLost ? undefined : log[sequence - 1])) break;
    }
    return collector.page();
  }

  #later(ms: number, action: () => void): void {
    const generation = this.#generation;
    const { clock } = this.#options;
    clock.setTimer(clock.now() + ms, () => {
      if (generation === this.#generation) action();
    });
  }
}

const full: HistoryFailure = {
  type: "failed",
  code: "history-unavailable",
  message: "disk is full",
};

const unreadable: HistoryFailure = {
  type: "failed",
  code: "history-unavailable",
  message: "disk cannot be read",
};
