import { heldBytesMax, windowGrowthBytesMax } from "./limits.ts";

/** Somebody who waits for memory. */
export interface BudgetWaiter {
  /** The reservation that was refused has been made now. */
  onReserved(): void;
}

/**
 * The memory of one endpoint for long messages being assembled. A message reserves its whole length
 * before its first byte is kept, so whoever holds a reservation can always finish and give it back:
 * waiting cannot become a deadlock. Those who wait are served in order, at most one for each stream
 * of each connection. Beside it there is room for windows to grow, and for what is held: bytes out of
 * order, and those of data streams that nobody has consumed.
 */
export class ReceiveBudget {
  #freeBytes: number;
  #windowBytesLeft = windowGrowthBytesMax;
  /** How much each waits for, in order of asking. */
  readonly #waiting = new Map<BudgetWaiter, number>();
  #isServing = false;
  readonly #heldBytesMax: number;
  #heldBytes = 0;

  constructor(bytes: number, heldMax: number = heldBytesMax) {
    this.#freeBytes = bytes;
    this.#heldBytesMax = heldMax;
  }

  /** Bytes held, at most one page for each stream beyond the limit. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Whether nothing more should be held; what is needed to go on may. */
  get isFull(): boolean {
    return this.#heldBytesMax <= this.#heldBytes;
  }

  /** Bytes are held, or given back where `bytes` is negative. */
  hold(bytes: number): void {
    this.#heldBytes += bytes;
  }

  get freeBytes(): number {
    return this.#freeBytes;
  }

  /** `false`: not now, `onReserved` follows. */
  reserve(waiter: BudgetWaiter, bytes: number): boolean {
    if (this.#waiting.size === 0 && bytes <= this.#freeBytes) {
      this.#freeBytes -= bytes;
      return true;
    }
    this.#waiting.set(waiter, bytes);
    return false;
  }

  release(bytes: number): void {
    this.#freeBytes += bytes;
    this.#serve();
  }

  /** Room for a window to grow; nobody waits for that. */
  takeWindow(bytes: number): boolean {
    if (this.#windowBytesLeft < bytes) return false;
    this.#windowBytesLeft -= bytes;
    return true;
  }

  releaseWindow(bytes: number): void {
    this.#windowBytesLeft += bytes;
  }

  /** The waiter is gone. */
  cancel(waiter: BudgetWaiter): void {
    if (this.#waiting.delete(waiter)) this.#serve();
  }

  #serve(): void {
    // A waiter that is served may finish at once and release: the loop below sees to the next one,
    // so the stack does not grow with the number of waiters.
    if (this.#isServing) return;
    this.#isServing = true;
    for (const [waiter, bytes] of this.#waiting) {
      if (this.#freeBytes < bytes) break;
      this.#waiting.delete(waiter);
      this.#freeBytes -= bytes;
      waiter.onReserved();
    }
    this.#isServing = false;
  }
}
