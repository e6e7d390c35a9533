import { TokenBucket } from "../base/token-bucket.ts";
import { ratedPersonsMax } from "./limits.ts";

export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** How often persons may do things. It outlives their connections, so that coming again helps nobody. */
export class PersonRates {
  readonly #buckets = new Map<string, TokenBucket>();

  /** Whether the person may do it now. Those who did something longest ago are forgotten first. */
  take(now: number, person: string, what: string, rate: Rate): boolean {
    const key = `${what}!${person}`;
    const bucket = this.#buckets.get(key) ?? new TokenBucket(now, rate);
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (ratedPersonsMax < this.#buckets.size) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return bucket.take(now);
  }
}
