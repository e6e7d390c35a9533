import { TokenBucket } from "../base/token-bucket.ts";

/** Hosts whose rate is remembered: a /22 full. The one unheard for longest is forgotten. */
export const sourcesMax = 1024;

/** So many a second, and so many at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** A rate for each host, and one for all of them together, since sources can be forged. */
export class SourceRates {
  readonly #perSource: Rate;
  readonly #total: TokenBucket;
  readonly #sources = new Map<string, TokenBucket>();

  constructor(now: number, rates: { readonly perSource: Rate; readonly inAll: Rate }) {
    this.#perSource = rates.perSource;
    this.#total = new TokenBucket(now, rates.inAll);
  }

  /** Takes one from both; `false` when there is none. */
  take(now: number, host: string): boolean {
    // A flood from forged addresses costs no more than this, and puts nobody out of the table.
    if (!this.#total.has(now)) return false;
    const bucket = this.#sources.get(host) ?? new TokenBucket(now, this.#perSource);
    this.#sources.delete(host);
    this.#sources.set(host, bucket);
    if (sourcesMax < this.#sources.size) {
      for (const oldest of this.#sources.keys()) {
        this.#sources.delete(oldest);
        break;
      }
    }
    return bucket.take(now) && this.#total.take(now);
  }
}
