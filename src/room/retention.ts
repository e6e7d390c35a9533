import type { Clock, Timer } from "../base/clock.ts";
import type { RetentionRule } from "./message-room.ts";
import type { ExpiryLimit, StorePort } from "./store-port.ts";

export interface RetentionOptions {
  /** What the log of this room keeps now; everything when nothing is said. */
  readonly ruleOf: (room: string) => RetentionRule;
  /** The log of this room begins at this sequence now. */
  readonly onExpired: (room: string, firstSequence: number) => void;
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
    const { clock } = options;
    this.#options = options;
    this.#startedAt = clock.now();
    this.#wallStartedAt = clock.wallNow();
    this.#sweepAfter(firstMs);
  }

  /** Looks at no further room. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #sweepAfter(ms: number): void {
    const { clock, store, ruleOf } = this.#options;
    this.#timer = clock.setTimer(clock.now() + ms, () =>
      this.#sweep(store.rooms.filter((room) => isLimiting(ruleOf(room)))),
    );
  }

  #sweep(rooms: readonly string[]): void {
    const [room, ...others] = rooms;
    if (this.#timer === undefined) return;
    if (room === undefined) {
      this.#sweepAfter(betweenMs);
      return;
    }
    const { store, ruleOf, onExpired } = this.#options;
    store.expire(room, this.#limit(ruleOf(room)), (result) => {
      if (result.type === "expired") onExpired(room, result.firstSequence);
      this.#sweep(others);
    });
  }

  #limit({ ageMs, bytesMax }: RetentionRule): ExpiryLimit {
    const { clock } = this.#options;
    const elapsed = this.#wallStartedAt + clock.now() - this.#startedAt;
    const wallNow = Math.min(clock.wallNow(), elapsed);
    return {
      ...(ageMs !== undefined && { sentBefore: wallNow - ageMs }),
      ...(bytesMax !== undefined && { bytesMax }),
    };
  }
}

/** What two rules together keep: no more than either. */
export function stricterRule(one: RetentionRule, other: RetentionRule): RetentionRule {
  const ageMs = smaller(one.ageMs, other.ageMs);
  const bytesMax = smaller(one.bytesMax, other.bytesMax);
  return { ...(ageMs !== undefined && { ageMs }), ...(bytesMax !== undefined && { bytesMax }) };
}

function isLimiting({ ageMs, bytesMax }: RetentionRule): boolean {
  return ageMs !== undefined || bytesMax !== undefined;
}

function smaller(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}
