import type { Random } from "../base/random.ts";

/** When to do something again and again. Times are milliseconds. */
export interface RepeatTiming {
  /** Offsets from the start, ascending, the first one 0. */
  readonly burstMs: readonly [0, ...number[]];
  /** The wait after the burst. */
  readonly intervalMs: number;
  /** Share in [0, 1) by which each of these waits is longer or shorter at random. */
  readonly jitter: number;
}

/**
 * A server says that it is there: at once, twice more in case of loss, then steadily. A steady beacon
 * is one datagram on each adapter: at most 126 bytes, with an address that its owner announces, and 62 of
 * headers (Ethernet, IPv6, UDP) in 3 s are 63 B/s.
 */
export const beaconTiming: RepeatTiming = {
  burstMs: [0, 250, 1000],
  intervalMs: 3000,
  jitter: 0.2,
};

/**
 * A client asks; each question also opens the firewall of Windows for 4 s to answers and beacons
 * (WFP, "ALE multicast/broadcast traffic"), hence an interval below that.
 */
export const queryTiming: RepeatTiming = {
  burstMs: [0, 100, 300, 900],
  intervalMs: 2500,
  jitter: 0,
};

/** A change is announced at once, but the next one not before this time. */
export const changeGapMs = 1000;

/**
 * A question is answered with a beacon too, one for all who ask within this time. Before an answer can
 * leave, ARP must find the asker, and when its frame is lost it tries again only after 1 s (Linux,
 * `retrans_time_ms`); at 10 % loss that hid 1 server in 6 for a second. A broadcast needs no ARP.
 */
export const questionGapMs = 250;

/** What could not be sent for an address that is not ready yet is tried again after this time. */
export const unsentGapMs = 250;

/** Young addresses of IPv6 are ready after 1.2 s (duplicate address detection, RFC 4862); 2 s are enough. */
export const unsentRetriesMax = 8;

/** A burst, then a steady pace; it can be asked for earlier. */
export class RepeatSchedule {
  readonly #timing: RepeatTiming;
  readonly #random: Random;
  #startedAt: number;
  #burstIndex = 0;
  #nextAt: number;
  #firedAt: number | undefined;

  /** The first time is `now`. */
  constructor(now: number, timing: RepeatTiming, random: Random) {
    this.#timing = timing;
    this.#random = random;
    this.#startedAt = now;
    this.#nextAt = now;
  }

  /** Begins the burst again. */
  handleStart(now: number): void {
    this.#startedAt = now;
    this.#burstIndex = 0;
    this.#nextAt = now;
  }

  /** Brings the next time forward to now, or to so long after the last one. */
  handleDemand(now: number, gapMs: number): void {
    const earliest = this.#firedAt === undefined ? now : this.#firedAt + gapMs;
    this.#nextAt = Math.min(this.#nextAt, Math.max(now, earliest));
  }

  /** Says whether it is time; `true` moves on to the next time. */
  poll(now: number): boolean {
    if (now < this.#nextAt) return false;
    this.#firedAt = now;
    this.#nextAt = this.#following(now);
    return true;
  }

  /** Whether the next time is one of the burst. */
  get isBurst(): boolean {
    return this.#burstIndex < this.#timing.burstMs.length;
  }

  /** When `poll` will say `true`. */
  pollTimeout(): number {
    return this.#nextAt;
  }

  /** Offsets that passed unnoticed (a sleeping machine) are skipped, not made up for. */
  #following(now: number): number {
    const { burstMs, intervalMs, jitter } = this.#timing;
    for (;;) {
      const offset = burstMs[this.#burstIndex];
      if (offset === undefined) break;
      if (now < this.#startedAt + offset) return this.#startedAt + offset;
      this.#burstIndex += 1;
    }
    return now + intervalMs * (1 + jitter * (2 * this.#random.unit() - 1));
  }
}
