import {
  pacingBurstBytesMin,
  pacingBurstDatagramsMax,
  pacingBurstMs,
  pacingLateMsMax,
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
    const passedMs = now - this.#filledAt;
    // Data waited and we come late: what was not sent meanwhile may catch up.
    const isLate = this.#tokens !== undefined && this.#tokens <= 0;
    const burstMs = isLate ? clamp(passedMs, pacingBurstMs, pacingLateMsMax) : pacingBurstMs;
    const capacity = this.#capacity(burstMs);
    const gained = passedMs * (bytesPerMs ?? 0);
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

  #capacity(burstMs: number): number {
    const rate = this.#bytesPerMs ?? 0;
    const bytesMax = pacingBurstDatagramsMax * this.#datagramBytes;
    const atOnce = clamp(rate * pacingBurstMs, pacingBurstBytesMin, bytesMax);
    return pacingBurstMs < burstMs ? Math.max(atOnce, rate * burstMs) : atOnce;
  }
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}
