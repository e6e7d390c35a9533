import type { DeliverySnapshot, SentPacket } from "./sent-packet.ts";

/** How fast packets arrived, as one ACK shows it. */
export interface RateSample {
  /** Bytes per ms, or `undefined` when the interval was too short to tell. */
  readonly bytesPerMs: number | undefined;
  /** The application sent less than it might have: the path may be faster than this. */
  readonly isAppLimited: boolean;
  /** `deliveredBytes` when the newest packet of this ACK was sent; tells rounds apart. */
  readonly priorDeliveredBytes: number;
  /** Bytes in flight just after the newest packet of this ACK was sent. */
  readonly priorInFlightBytes: number;
}

/**
 * Delivery rate estimation (draft-ietf-ccwg-bbr section 4.1): what arrived between the sending of a
 * packet and its ACK, over that time. An ACK gives one sample for all that it settles, so late
 * timers and ACKs that come in heaps average out within a round trip.
 */
export class DeliveryRate {
  #deliveredBytes = 0;
  #deliveredAt = 0;
  #firstSentAt = 0;
  /** Samples up to this many delivered bytes are limited by the application. */
  #appLimitedUntil = 0;

  /** All bytes that the peer has acknowledged. */
  get deliveredBytes(): number {
    return this.#deliveredBytes;
  }

  /** What to remember about a packet that leaves now; `bytesInFlight` is without it. */
  snapshot(now: number, bytes: number, bytesInFlight: number): DeliverySnapshot {
    if (bytesInFlight === 0) {
      this.#firstSentAt = now;
      this.#deliveredAt = now;
    }
    return {
      deliveredBytes: this.#deliveredBytes,
      deliveredAt: this.#deliveredAt,
      firstSentAt: this.#firstSentAt,
      inFlightBytes: bytesInFlight + bytes,
      isAppLimited: this.#deliveredBytes < this.#appLimitedUntil,
    };
  }

  /** The sender has nothing more to send though it could. */
  onAppLimited(bytesInFlight: number): void {
    this.#appLimitedUntil = this.#deliveredBytes + Math.max(bytesInFlight, 1);
  }

  /** The sample of an ACK that settled these packets, in rising order; `undefined` for none. */
  onAcked(now: number, acked: readonly SentPacket[], minRttMs: number): RateSample | undefined {
    const newest = acked.at(-1);
    if (newest === undefined) return undefined;
    for (const packet of acked) this.#deliveredBytes += packet.bytes;
    this.#deliveredAt = now;
    this.#firstSentAt = newest.sentAt;
    const prior = newest.delivery;
    const sendMs = newest.sentAt - prior.firstSentAt;
    const ackMs = now - prior.deliveredAt;
    const intervalMs = Math.max(sendMs, ackMs);
    const bytes = this.#deliveredBytes - prior.deliveredBytes;
    const isTellable = 0 < intervalMs && minRttMs <= intervalMs;
    return {
      bytesPerMs: isTellable ? bytes / intervalMs : undefined,
      isAppLimited: prior.isAppLimited,
      priorDeliveredBytes: prior.deliveredBytes,
      priorInFlightBytes: prior.inFlightBytes,
    };
  }
}
