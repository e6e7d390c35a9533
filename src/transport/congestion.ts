import {
  congestionWindowBytesMax,
  datagramBytesMax,
  initialWindowDatagrams,
  minimumWindowDatagrams,
} from "./limits.ts";

/** Decides how many bytes may be in flight. Times are `now` of the endpoint. */
export interface CongestionController {
  readonly windowBytes: number;
  /**
   * A packet of `bytes` sent at `sentAt` arrived. `isWindowLimited` says whether the window was what
   * held the sender back: a window that was not used proves nothing and must not grow.
   */
  onAcked(bytes: number, sentAt: number, isWindowLimited: boolean): void;
  /** Packets were lost, the newest of which was sent at `sentAt`. */
  onLost(now: number, sentAt: number): void;
  /** Everything sent for a long time was lost (RFC 9002 section 7.6). */
  onPersistentCongestion(): void;
}

const windowBytesMin = minimumWindowDatagrams * datagramBytesMax;

/** NewReno as in RFC 9002 section 7. */
export class NewReno implements CongestionController {
  #windowBytes = initialWindowDatagrams * datagramBytesMax;
  #slowStartBytesMax = Number.POSITIVE_INFINITY;
  #recoveryStartedAt: number | undefined;

  get windowBytes(): number {
    return this.#windowBytes;
  }

  onAcked(bytes: number, sentAt: number, isWindowLimited: boolean): void {
    if (this.#isBeforeRecovery(sentAt) || !isWindowLimited) return;
    const isSlowStart = this.#windowBytes < this.#slowStartBytesMax;
    const growth = isSlowStart ? bytes : (datagramBytesMax * bytes) / this.#windowBytes;
    this.#windowBytes = Math.min(this.#windowBytes + growth, congestionWindowBytesMax);
  }

  onLost(now: number, sentAt: number): void {
    if (this.#isBeforeRecovery(sentAt)) return;
    this.#recoveryStartedAt = now;
    this.#slowStartBytesMax = Math.max(this.#windowBytes / 2, windowBytesMin);
    this.#windowBytes = this.#slowStartBytesMax;
  }

  onPersistentCongestion(): void {
    this.#windowBytes = windowBytesMin;
    this.#recoveryStartedAt = undefined;
  }

  #isBeforeRecovery(sentAt: number): boolean {
    return this.#recoveryStartedAt !== undefined && sentAt <= this.#recoveryStartedAt;
  }
}
