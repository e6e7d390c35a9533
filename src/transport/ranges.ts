import assert from "node:assert/strict";
import { firstIndex } from "./search.ts";

/** The whole numbers from `start` up to but not including `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Shared by all sets that never had a range; nothing is added to it. */
const none: { start: number; end: number }[] = [];

/** A set of whole numbers, kept as the fewest ranges in rising order. The owner bounds `count`. */
export class RangeSet {
  /** Most sets of an idle connection are empty or have one range, so there is no room beyond that. */
  #ranges: { start: number; end: number }[] = none;

  /** In rising order; adjacent ranges are one. Changes with the set. */
  get ranges(): readonly Range[] {
    return this.#ranges;
  }

  get count(): number {
    return this.#ranges.length;
  }

  get first(): Range | undefined {
    return this.#ranges[0];
  }

  get last(): Range | undefined {
    return this.#ranges.at(-1);
  }

  has(value: number): boolean {
    const { last } = this;
    if (last === undefined || last.end <= value) return false;
    const range = this.#ranges[this.#firstEndingAfter(value)];
    return range !== undefined && range.start <= value;
  }

  /** Whether adding this range would join one that is there, and so not raise `count`. */
  isTouching(start: number, end: number): boolean {
    const range = this.#ranges[this.#firstEndingAfter(start - 1)];
    return range !== undefined && range.start <= end;
  }

  add(start: number, end: number): void {
    assert(start < end);
    const newest = this.#ranges.at(-1);
    if (newest === undefined) {
      this.#ranges = [{ start, end }];
      return;
    }
    if (newest.end < start) {
      this.#ranges.push({ start, end });
      return;
    }
    // What comes in order makes the last range longer, and nothing else.
    if (newest.start <= start) {
      newest.end = Math.max(newest.end, end);
      return;
    }
    const from = this.#firstEndingAfter(start - 1);
    const to = this.#firstStartingAt(end + 1);
    const first = this.#ranges[from];
    const last = this.#ranges[to - 1];
    if (first === undefined || last === undefined || to <= from) {
      this.#ranges.splice(from, 0, { start, end });
      return;
    }
    const merged = { start: Math.min(start, first.start), end: Math.max(end, last.end) };
    this.#ranges.splice(from, to - from, merged);
  }

  remove(start: number, end: number): void {
    const oldest = this.#ranges[0];
    if (oldest === undefined || end <= oldest.start) return;
    // What is taken from the front makes the first range shorter, and nothing else.
    if (start <= oldest.start && end < oldest.end) {
      oldest.start = end;
      return;
    }
    const from = this.#firstEndingAfter(start);
    const to = this.#firstStartingAt(end);
    if (to <= from) return;
    const rest: { start: number; end: number }[] = [];
    const first = this.#ranges[from];
    const last = this.#ranges[to - 1];
    if (first !== undefined && first.start < start) rest.push({ start: first.start, end: start });
    if (last !== undefined && end < last.end) rest.push({ start: end, end: last.end });
    this.#ranges.splice(from, to - from, ...rest);
  }

  #firstEndingAfter(value: number): number {
    const ranges = this.#ranges;
    return firstIndex(0, ranges.length, (index) => value < (ranges[index]?.end ?? 0));
  }

  #firstStartingAt(value: number): number {
    const ranges = this.#ranges;
    return firstIndex(0, ranges.length, (index) => value <= (ranges[index]?.start ?? 0));
  }
}

/** Whether one of the ranges, which are in falling order, has this number. */
export function isIn(ranges: readonly Range[], value: number): boolean {
  const at = firstIndex(0, ranges.length, (index) => (ranges[index]?.start ?? 0) <= value);
  const range = ranges[at];
  return range !== undefined && value < range.end;
}
