/** The time in which what was before loses two thirds of its weight, milliseconds. */
const memoryMs = 2_000;

/** Bytes per second, smoothed over some seconds: an exponential average over the time between counts. */
export class Rate {
  #bytesPerMs = 0;
  #uncountedBytes = 0;
  #countedAt: number | undefined;
  #startedAt = 0;

  /** So many more bytes. */
  add(now: number, bytes: number): void {
    if (this.#countedAt === undefined) {
      this.#countedAt = now;
      this.#startedAt = now;
    }
    this.#uncountedBytes += bytes;
    this.#count(now);
  }

  /** Whole bytes per second. */
  perSecond(now: number): number {
    this.#count(now);
    // What is averaged with nothing at first would come too low.
    const share = 1 - Math.exp(-(now - this.#startedAt) / memoryMs);
    return share <= 0 ? 0 : Math.round((this.#bytesPerMs * 1_000) / share);
  }

  /** Begins anew, as after a pause. */
  reset(): void {
    this.#bytesPerMs = 0;
    this.#uncountedBytes = 0;
    this.#countedAt = undefined;
  }

  #count(now: number): void {
    if (this.#countedAt === undefined) return;
    const elapsedMs = now - this.#countedAt;
    if (elapsedMs <= 0) return;
    const kept = Math.exp(-elapsedMs / memoryMs);
    this.#bytesPerMs = this.#bytesPerMs * kept + (this.#uncountedBytes / elapsedMs) * (1 - kept);
    this.#uncountedBytes = 0;
    this.#countedAt = now;
  }
}
