import { utf8Bytes } from "../base/text.ts";
import type { Entry, SequenceRange } from "./entry.ts";
import type { HistoryQuery, ReadResult } from "./history-port.ts";
import { pageTextBytesMax } from "./limits.ts";

/** The sequences a query asks for, as a walk from `first` by `step` for `count` steps. */
export interface PageWalk {
  readonly first: number;
  readonly step: 1 | -1;
  readonly count: number;
}

/** Where to look for a page in a log whose newest line is `lastSequence`. */
export function planPage(query: HistoryQuery, lastSequence: number): PageWalk {
  const { before, after, limit } = query;
  if (after !== undefined) {
    const count = Math.min(limit, Math.max(0, lastSequence - after));
    return { first: after + 1, step: 1, count };
  }
  const first = Math.min(lastSequence, (before ?? lastSequence + 1) - 1);
  return { first, step: -1, count: Math.min(limit, first) };
}

/**
 * Collects a page while the log is walked: `add` each sequence in the order of the walk until it
 * says `false`, the page being full.
 */
export class PageCollector {
  readonly #walk: PageWalk;
  readonly #lastSequence: number;
  readonly #entries: Entry[] = [];
  readonly #damaged: SequenceRange[] = [];
  #at: number;
  #textBytes = 0;

  constructor(walk: PageWalk, lastSequence: number) {
    this.#walk = walk;
    this.#lastSequence = lastSequence;
    this.#at = walk.first;
  }

  /** Takes the entry of this sequence, `undefined` when it is lost; `false` when it does not fit. */
  add(sequence: number, entry: Entry | undefined): boolean {
    if (entry === undefined) {
      this.#addDamaged(sequence);
    } else {
      const bytes = utf8Bytes(entry.text);
      if (0 < this.#entries.length && pageTextBytesMax < this.#textBytes + bytes) return false;
      this.#textBytes += bytes;
      this.#entries.push(entry);
    }
    this.#at = sequence + this.#walk.step;
    return true;
  }

  page(): ReadResult {
    const isBackward = this.#walk.step < 0;
    return {
      type: "page",
      entries: isBackward ? this.#entries.toReversed() : this.#entries,
      damaged: isBackward ? this.#damaged.toReversed() : this.#damaged,
      hasMore: isBackward ? 1 <= this.#at : this.#at <= this.#lastSequence,
    };
  }

  #addDamaged(sequence: number): void {
    const last = this.#damaged.at(-1);
    if (last !== undefined && sequence === last.to + 1) {
      this.#damaged[this.#damaged.length - 1] = { from: last.from, to: sequence };
    } else if (last !== undefined && sequence === last.from - 1) {
      this.#damaged[this.#damaged.length - 1] = { from: sequence, to: last.to };
    } else {
      this.#damaged.push({ from: sequence, to: sequence });
    }
  }
}
