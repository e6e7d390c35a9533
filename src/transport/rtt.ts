import { granularityMs, initialRttMs } from "./limits.ts";

/** The estimate of the round trip (RFC 9002 section 5). All times in ms. */
export class RttEstimator {
  #latestMs = initialRttMs;
  #smoothedMs = initialRttMs;
  #adjustedMs: number | undefined;
  #variationMs = initialRttMs / 2;
  #minMs: number | undefined;

  get smoothedMs(): number {
    return this.#smoothedMs;
  }

  /** The newest sample without what the peer held its ACK back, or `undefined` before the first. */
  get adjustedMs(): number | undefined {
    return this.#adjustedMs;
  }

  /** The shortest sample, or `undefined` before the first. */
  get minMs(): number | undefined {
    return this.#minMs;
  }

  /** A guess until the first sample, such as the time that the handshake took. */
  assume(roundTripMs: number): void {
    if (this.#minMs !== undefined) return;
    this.#smoothedMs = roundTripMs;
    this.#variationMs = roundTripMs / 2;
  }

  /** A sample; `ackDelayMs` is what the peer says it held the ACK back, already clamped. */
  update(sampleMs: number, ackDelayMs: number): void {
    this.#latestMs = sampleMs;
    if (this.#minMs === undefined) {
      this.#minMs = sampleMs;
      this.#adjustedMs = sampleMs;
      this.#smoothedMs = sampleMs;
      this.#variationMs = sampleMs / 2;
      return;
    }
    this.#minMs = Math.min(this.#minMs, sampleMs);
    const adjustedMs = this.#minMs + ackDelayMs <= sampleMs ? sampleMs - ackDelayMs : sampleMs;
    this.#adjustedMs = adjustedMs;
    const differenceMs = Math.abs(this.#smoothedMs - adjustedMs);
    this.#variationMs = (3 * this.#variationMs + differenceMs) / 4;
    this.#smoothedMs = (7 * this.#smoothedMs + adjustedMs) / 8;
  }

  /** The probe timeout before any doubling (RFC 9002 section 6.2.1). */
  probeTimeoutMs(peerAckDelayMaxMs: number): number {
    return this.#smoothedMs + Math.max(4 * this.#variationMs, granularityMs) + peerAckDelayMaxMs;
  }

  /** How much later than a packet another may be acknowledged before it is lost (section 6.1.2). */
  lossDelayMs(): number {
    return Math.max((9 / 8) * Math.max(this.#smoothedMs, this.#latestMs), granularityMs);
  }
}
