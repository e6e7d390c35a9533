import assert from "node:assert/strict";
import type { Line } from "./line.ts";

/**
 * Lines in their order, as a value that never changes. Versions share one array, of which each sees a part:
 * so a line is added to 10,000 others without copying them.
 */
export class LineList implements Iterable<Line> {
  /** Others may add behind `#end`, nobody changes what is before it. */
  readonly #shared: Line[];
  readonly #start: number;
  readonly #end: number;

  /** The lines of the array, which belongs to the list from now on. */
  constructor(lines: Line[] = [], start = 0, end: number = lines.length) {
    assert(0 <= start && start <= end && end <= lines.length);
    this.#shared = lines;
    this.#start = start;
    this.#end = end;
  }

  get length(): number {
    return this.#end - this.#start;
  }

  /** The line at an index from 0, or from the end when negative; `undefined` where there is none. */
  at(index: number): Line | undefined {
    const at = index < 0 ? this.#end + index : this.#start + index;
    return this.#start <= at && at < this.#end ? this.#shared[at] : undefined;
  }

  *[Symbol.iterator](): Iterator<Line> {
    for (let index = 0; index < this.length; index += 1) {
      const line = this.at(index);
      if (line !== undefined) yield line;
    }
  }

  /** The index of the last line that is such, or -1. */
  findLastIndex(isSuch: (line: Line) => boolean): number {
    for (let index = this.length - 1; 0 <= index; index -= 1) {
      const line = this.at(index);
      if (line !== undefined && isSuch(line)) return index;
    }
    return -1;
  }

  /** The last line that is such, or `undefined`. */
  findLast(isSuch: (line: Line) => boolean): Line | undefined {
    const index = this.findLastIndex(isSuch);
    return index === -1 ? undefined : this.at(index);
  }

  /** A part of the lines as an array, by the rules of `Array.slice`. */
  slice(from = 0, to: number = this.length): Line[] {
    const index = (at: number) =>
      Math.max(0, Math.min(this.length, at < 0 ? this.length + at : at));
    return this.#shared.slice(this.#start + index(from), this.#start + index(to));
  }

  /** With one more line at the end. */
  appended(line: Line): LineList {
    // An array is not kept for what was dropped from it, and that of the empty list is everybody's.
    const isOwn = this.#end === this.#shared.length && this.#start < this.length;
    if (!isOwn) return new LineList([...this.slice(), line]);
    this.#shared.push(line);
    return new LineList(this.#shared, this.#start);
  }

  /** With another line in the place of the one at that index. */
  replaced(index: number, line: Line): LineList {
    return new LineList(this.slice().with(index, line));
  }

  /** Without so many of the oldest. */
  dropped(count: number): LineList {
    return new LineList(this.#shared, this.#start + count, this.#end);
  }
}
