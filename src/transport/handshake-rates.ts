import { TokenBucket } from "../base/token-bucket.ts";
import { handshakeSourcesMax, handshakesInAll, handshakesPerSource } from "./limits.ts";

/** Bounds what handshakes cost a server: one host cannot take what is there for all. */
export class HandshakeRates {
  readonly #total: TokenBucket;
  /** In the order in which they were last heard. */
  readonly #sources = new Map<string, TokenBucket>();

  constructor(now: number) {
    this.#total = new TokenBucket(now, handshakesInAll);
  }

  /** Whether one more handshake with this host is within both rates; it counts if it is. */
  take(now: number, host: string): boolean {
    const source = this.#sources.get(host) ?? new TokenBucket(now, handshakesPerSource);
    this.#sources.delete(host);
    this.#sources.set(host, source);
    for (const oldest of this.#sources.keys()) {
      if (this.#sources.size <= handshakeSourcesMax) break;
      this.#sources.delete(oldest);
    }
    return source.take(now) && this.#total.take(now);
  }
}
