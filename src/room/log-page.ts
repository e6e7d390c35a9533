import assert from "node:assert/strict";
import { utf8Bytes } from "../base/text.ts";
import type { SequenceRange } from "./entry.ts";
import { pageTextBytesMax } from "./limits.ts";
import type { LogEntry } from "./log-entry.ts";
import type { LogEnd, ReadResult } from "./store-port.ts";

/** The `limit` entries before, after or around a sequence, or the last ones. */
export interface PagePlace {
  readonly before?: number;
  readonly after?: number;
  readonly around?: number;
  readonly limit: number;
}

/** `count` sequences of a log, from `from` upwards or downwards. */
export interface PageWalk {
  readonly from: number;
  readonly count: number;
  readonly isUpward: boolean;
}

/**
 * Where to look for a page, one walk after the other. A page around a place is two walks away from
 * it, so that the place itself is in the page however long the entries are.
 */
export function planPage(place: PagePlace, { sequence, firstSequence }: LogEnd): PageWalk[] {
  const { before = sequence + 1, after, around, limit } = place;
  const upward = (from: number, countMax: number): PageWalk => {
    const count = Math.max(0, Math.min(countMax, sequence - from + 1));
    return { from, count, isUpward: true };
  };
  const downward = (from: number, countMax: number): PageWalk => {
    const count = Math.max(0, Math.min(countMax, from - firstSequence + 1));
    return { from, count, isUpward: false };
  };
  if (after !== undefined) return [upward(Math.max(firstSequence, after + 1), limit)];
  if (around === undefined) return [downward(Math.min(sequence, before - 1), limit)];
  const middle = Math.min(Math.max(firstSequence, around), sequence);
  const newer = upward(middle, Math.ceil(limit / 2));
  return [newer, downward(middle - 1, limit - newer.count)];
}

/** Collects a page while its walks are walked. */
export class PageCollector {
  readonly #entries = new Map<number, LogEntry>();
  #low: number;
  #high: number;
  #textBytes = 0;

  constructor([first]: readonly PageWalk[]) {
    assert(first !== undefined);
    this.#low = first.isUpward ? first.from : first.from + 1;
    this.#high = this.#low - 1;
  }

  /**
   * Takes the entry of a sequence beside those that it has, `undefined` when it is lost; `false` when
   * the page is full without it.
   */
  add(sequence: number, entry: LogEntry | undefined): boolean {
    assert(sequence === this.#low - 1 || sequence === this.#high + 1);
    if (entry !== undefined) {
      const bytes = "text" in entry.body ? utf8Bytes(entry.body.text) : 0;
      if (0 < this.#entries.size && pageTextBytesMax < this.#textBytes + bytes) return false;
      this.#textBytes += bytes;
      this.#entries.set(sequence, entry);
    }
    this.#low = Math.min(this.#low, sequence);
    this.#high = Math.max(this.#high, sequence);
    return true;
  }

  page(end: LogEnd): ReadResult {
    const entries: LogEntry[] = [];
    const damaged: SequenceRange[] = [];
    for (let sequence = this.#low; sequence <= this.#high; sequence += 1) {
      const entry = this.#entries.get(sequence);
      if (entry !== undefined) entries.push(entry);
      else addLost(damaged, sequence);
    }
    const hasOlder = end.firstSequence < this.#low;
    return { type: "page", entries, damaged, hasOlder, hasNewer: this.#high < end.sequence };
  }
}

/** Adds a sequence behind the others; neighbours become one range. */
export function addLost(ranges: SequenceRange[], sequence: number): void {
  const last = ranges.at(-1);
  if (last?.to === sequence - 1) ranges[ranges.length - 1] = { from: last.from, to: sequence };
  else ranges.push({ from: sequence, to: sequence });
}
