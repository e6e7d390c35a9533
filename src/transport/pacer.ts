import {
  pacingBurstBytesMin,
  pacingBurstDatagramsMax,
  pacingBurstMs,
  pacingWaitMs,
} from "./limits.ts";

/**
 * Spreads what is sent over time: a token bucket that fills with the time that passed, whoever calls
 * and how late. It may fall into debt by one datagram, so a small rate never truncates to nothing.
 */
export class Pacer {
  #tokens: number | undefined;
  #filledAt = 0;
  #bytesPerMs: number | undefined;
  #datagramBytes = 0;

  /** Takes in the time since the last call. `bytesPerMs` `undefined`: nothing is held back. */
  fill(now: number, bytesPerMs: number | undefined, datagramBytes: number): void {
    this.#bytesPerMs = bytesPerMs;
    this.#datagramBytes = datagramBytes;
    const capacity = this.#capacity;
    const gained = (now - this.#filledAt) * (bytesPerMs ?? 0);
    this.#tokens = Math.min((this.#tokens ?? capacity) + gained, capacity);
    this.#filledAt = now;
  }

  /** Whether a datagram may leave now, as of the last `fill`. */
  get isOpen(): boolean {
    return this.#bytesPerMs === undefined || 0 < (this.#tokens ?? 1);
  }

  /** When to fill again while it is closed: not before a timer of the event loop could fire. */
  get opensAt(): number {
    const debt = Math.max(0, -(this.#tokens ?? 0));
    return this.#filledAt + Math.max(pacingWaitMs, debt / (this.#bytesPerMs ?? 1));
  }

  onSent(bytes: number): void {
    if (this.#bytesPerMs !== undefined) this.#tokens = (this.#tokens ?? 0) - bytes;
  }

  get #capacity(): number {
    const wanted = (this.#bytesPerMs ?? 0) * pacingBurstMs;
    const bytesMax = pacingBurstDatagramsMax * this.#datagramBytes;
    return Math.min(Math.max(wanted, pacingBurstBytesMin), bytesMax);
  }
}
