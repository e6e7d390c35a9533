import { TokenBucket } from "../base/token-bucket.ts";

/** Guesses of passwords: for one account from everywhere, ten at once and then ten a minute. */
export const guessesPerAccount: { readonly perSecond: number; readonly burst: number } = {
  perSecond: 10 / 60,
  burst: 10,
};

/** From one source, whatever the account: an office behind one address comes in on a Monday. */
export const guessesPerSource: { readonly perSecond: number; readonly burst: number } = {
  perSecond: 20 / 60,
  burst: 20,
};

/** How long the next guess waits after so many for one account from one source; the last repeats. */
const delaysMs: readonly number[] = [0, 0, 1, 2, 4, 8, 16, 32, 60].map((seconds) => seconds * 1000);

/** The longest wait between two guesses. */
export const guessDelayMsMax: number = Math.max(...delaysMs);

/** A source that has been quiet for so long begins anew. */
export const guessMemoryMs: number = 15 * 60_000;

/** Pairs, accounts and sources that are remembered, of each: about 150 bytes each. */
export const guessersMax = 10_000;

interface Guesser {
  readonly count: number;
  readonly at: number;
}

/**
 * Slows the guessing of passwords without ever locking anybody out: who guesses waits longer each
 * time, up to a minute. Devices with a certificate need no password and never come here. Whoever has
 * not been heard of for the longest time is forgotten first.
 */
export class GuessThrottle {
  readonly #pairs = new Map<string, Guesser>();
  readonly #accounts = new Map<string, TokenBucket>();
  readonly #sources = new Map<string, TokenBucket>();

  /**
   * A guess for the account from this source; gives how many milliseconds it comes too early, and 0
   * when it may be answered. It counts when it is answered: OPAQUE tells the guesser with the first
   * answer already whether it was right.
   */
  take(now: number, account: string, source: string): number {
    const pair = `${account}!${source}`;
    const before = this.#pairs.get(pair);
    const count = before === undefined || before.at + guessMemoryMs <= now ? 0 : before.count;
    const delay = delaysMs[Math.min(count, delaysMs.length - 1)] ?? guessDelayMsMax;
    const early = before === undefined ? 0 : before.at + delay - now;
    if (0 < early && 0 < count) return early;
    if (!takeFrom(this.#sources, source, now, guessesPerSource)) return rateMs(guessesPerSource);
    if (!takeFrom(this.#accounts, account, now, guessesPerAccount)) {
      return rateMs(guessesPerAccount);
    }
    remember(this.#pairs, pair, { count: count + 1, at: now });
    return 0;
  }

  /** It was the right password: the source begins anew. */
  forgive(account: string, source: string): void {
    this.#pairs.delete(`${account}!${source}`);
  }

  /** Pairs that are remembered. */
  get size(): number {
    return this.#pairs.size;
  }
}

function takeFrom(
  buckets: Map<string, TokenBucket>,
  key: string,
  now: number,
  rate: { readonly perSecond: number; readonly burst: number },
): boolean {
  const bucket = buckets.get(key) ?? new TokenBucket(now, rate);
  remember(buckets, key, bucket);
  return bucket.take(now);
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= guessersMax) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}

function rateMs({ perSecond }: { readonly perSecond: number }): number {
  return Math.ceil(1000 / perSecond);
}
