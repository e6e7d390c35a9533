import {
  initialWindowDatagrams,
  minimumWindowDatagrams,
  yieldBaseMinutes,
  yieldTargetDatagrams,
  yieldTargetMsMax,
  yieldTargetMsMin,
} from "./limits.ts";
import { WindowedMax } from "./windowed-max.ts";

const msPerMinute = 60_000;

/** What an ACK shows of the path's queue. */
export interface QueueSample {
  /** The round trip without what the peer says it waited, in ms; `undefined`: none was measured. */
  readonly roundTripMs: number | undefined;
  /** Whether the window is what holds files back: only then it may grow. */
  readonly isLimiting: boolean;
  readonly datagramBytes: number;
}

/** How many bytes of the files class may be on their way before anything is known of the path. */
export function yieldWindowBytes(datagramBytes: number): number {
  return initialWindowDatagrams * datagramBytes;
}

/**
 * How many bytes of the files class may be on their way, so that files are in nobody's way: they
 * give way when the path's queue grows, long before loss makes others give way. After LEDBAT
 * (RFC 6817), with growth and decrease of LEDBAT++ (draft-irtf-iccrg-ledbat-plus-plus). The delay is
 * that of the round trip, for two hosts' clocks do not agree. Loss is left to the congestion
 * controller: on a path that loses at random it would say nothing of others.
 */
export class YieldWindow {
  #bytes: number;
  #isSlowStart = true;
  /** The shortest round trip of each minute, negated. */
  readonly #base = new WindowedMax(yieldBaseMinutes);
  #roundEndsAt = 0;
  #roundMinMs = Number.POSITIVE_INFINITY;

  /** `known` is the shortest round trip that was measured before, in ms. */
  constructor(
    datagramBytes: number,
    known?: { readonly now: number; readonly roundTripMs: number },
  ) {
    this.#bytes = yieldWindowBytes(datagramBytes);
    if (known !== undefined) this.#noteBase(known.now, known.roundTripMs);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** An ACK came. The window changes once in a round trip, by the shortest one in it. */
  onAcked(now: number, { roundTripMs, isLimiting, datagramBytes }: QueueSample): void {
    if (roundTripMs === undefined) return;
    this.#noteBase(now, roundTripMs);
    this.#roundMinMs = Math.min(this.#roundMinMs, roundTripMs);
    if (now < this.#roundEndsAt) return;
    this.#endRound(isLimiting, datagramBytes);
    this.#roundEndsAt = now + roundTripMs;
    this.#roundMinMs = Number.POSITIVE_INFINITY;
  }

  #noteBase(now: number, roundTripMs: number): void {
    this.#base.note(Math.floor(now / msPerMinute), -roundTripMs);
  }

  #endRound(isLimiting: boolean, datagramBytes: number): void {
    const baseMs = -(this.#base.max ?? 0);
    const queueMs = this.#roundMinMs - baseMs;
    const targetMs = this.#targetMs(datagramBytes);
    if (this.#isSlowStart) {
      // What was doubled last is still to be felt, so half of the target is enough.
      this.#isSlowStart = queueMs < targetMs / 2;
      if (!this.#isSlowStart) this.#bytes /= 2;
      else if (isLimiting) this.#bytes *= 2;
    } else if (targetMs < queueMs) {
      this.#bytes -= this.#bytes * Math.min(queueMs / targetMs - 1, 0.5);
    } else if (isLimiting) {
      this.#bytes += datagramBytes / growthRoundTrips(baseMs);
    }
    this.#bytes = Math.max(this.#bytes, minimumWindowDatagrams * datagramBytes);
  }

  /** The queue of a slow link is never shorter than the few datagrams that just came. */
  #targetMs(datagramBytes: number): number {
    const datagramMs = (datagramBytes * this.#roundMinMs) / this.#bytes;
    return Math.min(yieldTargetMsMin + yieldTargetDatagrams * datagramMs, yieldTargetMsMax);
  }
}

/**
 * In how many round trips it grows by a datagram. On a short path they are many, and others that grow
 * by one in each would be left behind (LEDBAT++ section 4.2).
 */
function growthRoundTrips(baseMs: number): number {
  return Math.min(Math.max(Math.ceil((2 * yieldTargetMsMax) / Math.max(baseMs, 1)), 1), 16);
}
