import type { Clock, Timer } from "../base/clock.ts";
import type { ExpiryLimit, StorePort } from "./store-port.ts";

/** What the log of each room keeps; the newest entries, for so long and so much as both allow. */
export interface RetentionRule {
  readonly ageMs?: number;
  /** Of the entries as they lie on disk. */
  readonly bytesMax?: number;
}

export interface RetentionOptions {
  readonly rule: RetentionRule;
  readonly store: Pick<StorePort, "expire"> & { readonly rooms: readonly string[] };
  readonly clock: Clock;
}

/** When the logs are looked at first, milliseconds after the start: people come back before that. */
const firstMs = 60_000;

/** Time between the end of one round and the next, milliseconds. */
const betweenMs = 600_000;

/**
 * Lets go what the rooms need not keep, one room after the other. What is old is measured by the time
 * that went by since the start, so that a clock which is set forward meanwhile takes nothing away.
 */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #startedAt: number;
  readonly #wallStartedAt: number;
  #timer: Timer | undefined;

  constructor(options: RetentionOptions) {
    const { clock, rule } = options;
    this.#options = options;
    this.#startedAt = clock.now();
    this.#wallStartedAt = clock.wallNow();
    if (rule.ageMs !== undefined || rule.bytesMax !== undefined) this.#sweepAfter(firstMs);
  }

  /** Looks at no further room. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #sweepAfter(ms: number): void {
    const { clock, store } = this.#options;
    this.#timer = clock.setTimer(clock.now() + ms, () => this.#sweep([...store.rooms]));
  }

  #sweep(rooms: readonly string[]): void {
    const [room, ...others] = rooms;
    if (this.#timer === undefined) return;
    if (room === undefined) this.#sweepAfter(betweenMs);
    else this.#options.store.expire(room, this.#limit(), () => this.#sweep(others));
  }

  #limit(): ExpiryLimit {
    const { rule, clock } = this.#options;
    const { ageMs, bytesMax } = rule;
    const elapsed = this.#wallStartedAt + clock.now() - this.#startedAt;
    const wallNow = Math.min(clock.wallNow(), elapsed);
    return {
      ...(ageMs !== undefined && { sentBefore: wallNow - ageMs }),
      ...(bytesMax !== undefined && { bytesMax }),
    };
  }
}
