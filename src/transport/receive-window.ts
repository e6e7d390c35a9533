import type { ReceiveBudget } from "./receive-budget.ts";

/**
 * How far a sender may run ahead of what was consumed. The window doubles when the sender says that
 * it is what holds it back, within its maximum and what the host can spare. Speed alone would not
 * show it: behind a packet that was lost three times, little is consumed for long.
 */
export class ReceiveWindow {
  readonly #budget: ReceiveBudget;
  readonly #bytesMax: number;
  #bytes: number;
  #grownBytes = 0;
  #end: number;
  /** Reports about limits below this one were made before the window last grew. */
  #growsFrom = 0;

  constructor(budget: ReceiveBudget, sizes: { readonly first: number; readonly max: number }) {
    this.#budget = budget;
    this.#bytes = sizes.first;
    this.#bytesMax = sizes.max;
    this.#end = sizes.first;
  }

  /** The end of what the sender may send. */
  get end(): number {
    return this.#end;
  }

  /** Whether the sender should get new credit: a quarter was consumed, or the window has grown. */
  isDue(consumed: number): boolean {
    return this.#end + this.#bytes / 4 <= consumed + this.#bytes;
  }

  /** Lets the sender go on up to a full window beyond what was consumed, and says how far that is. */
  advance(consumed: number): number {
    this.#end = Math.max(this.#end, consumed + this.#bytes);
    return this.#end;
  }

  /** The sender had more to send than this limit let it. */
  onBlocked(end: number): void {
    if (end < this.#growsFrom) return;
    const growth = Math.min(this.#bytes, this.#bytesMax - this.#bytes);
    if (growth === 0 || !this.#budget.takeWindow(growth)) return;
    this.#bytes += growth;
    this.#grownBytes += growth;
    this.#growsFrom = this.#end + growth;
  }

  /** The connection is over; gives back what it grew by. */
  stop(): void {
    this.#budget.releaseWindow(this.#grownBytes);
    this.#grownBytes = 0;
  }
}
