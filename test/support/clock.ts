import assert from "node:assert/strict";
import type { Clock, Timer } from "../../src/base/clock.ts";

interface PendingTimer {
  readonly at: number;
  readonly order: number;
  readonly onTime: () => void;
  isCancelled: boolean;
}

/**
 * A clock that stands still until told to move. Timers due at one instant fire in the order in which
 * they were set. It starts far from 0, so that code which treats 0 as "never" is found out.
 */
export class SimulatedClock implements Clock {
  #now = 1_000_000;
  #wallOffset = 1_790_000_000_000;
  #order = 0;
  readonly #heap: PendingTimer[] = [];

  now(): number {
    return this.#now;
  }

  wallNow(): number {
    return Math.floor(this.#now + this.#wallOffset);
  }

  /** The wall clock jumps; monotonic time does not notice. */
  jumpWall(byMs: number): void {
    this.#wallOffset += byMs;
  }

  setTimer(at: number, onTime: () => void): Timer {
    const timer = { at: Math.max(at, this.#now), order: this.#order, onTime, isCancelled: false };
    this.#order += 1;
    push(this.#heap, timer);
    return {
      cancel: () => {
        timer.isCancelled = true;
      },
    };
  }

  /** When the next timer is due, or `undefined` when there is none. */
  nextAt(): number | undefined {
    while (this.#heap[0]?.isCancelled) pop(this.#heap);
    return this.#heap[0]?.at;
  }

  /** Moves to the next timer and fires it; `false` when there is none. */
  step(): boolean {
    if (this.nextAt() === undefined) return false;
    const timer = pop(this.#heap);
    assert(timer !== undefined && this.#now <= timer.at);
    this.#now = timer.at;
    timer.onTime();
    return true;
  }

  /** Fires everything that is due within the next `ms` and moves there. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const at = this.nextAt();
      if (at === undefined || end < at) break;
      this.step();
    }
    this.#now = end;
  }

  /** Advances until `isDone`, at most `msMax`; says whether it was done. */
  advanceUntil(isDone: () => boolean, msMax: number): boolean {
    const end = this.#now + msMax;
    while (!isDone()) {
      const at = this.nextAt();
      if (at === undefined || end < at) return false;
      this.step();
    }
    return true;
  }
}

function isBefore(a: PendingTimer, b: PendingTimer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function push(heap: PendingTimer[], timer: PendingTimer): void {
  let index = heap.push(timer) - 1;
  while (0 < index) {
    const parent = (index - 1) >> 1;
    if (!isBefore(heap[index]!, heap[parent]!)) return;
    [heap[index], heap[parent]] = [heap[parent]!, heap[index]!];
    index = parent;
  }
}

function pop(heap: PendingTimer[]): PendingTimer | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (top === undefined || last === undefined || heap.length === 0) return top;
  heap[0] = last;
  let index = 0;
  for (;;) {
    const left = 2 * index + 1;
    const right = left + 1;
    let smallest = index;
    if (left < heap.length && isBefore(heap[left]!, heap[smallest]!)) smallest = left;
    if (right < heap.length && isBefore(heap[right]!, heap[smallest]!)) smallest = right;
    if (smallest === index) return top;
    [heap[index], heap[smallest]] = [heap[smallest]!, heap[index]!];
    index = smallest;
  }
}
