import { introductionMs, introductionsMax, introductionTokensMax } from "./limits.ts";

interface Introduced {
  readonly offer: string;
  readonly key: string;
  /** The newest last. The other side may have one that we are told of later or were told of before. */
  readonly tokens: Uint8Array[];
  at: number;
}

/** Whom the server has introduced for what, as long as that may be used. */
export class Introductions {
  /** The oldest first. */
  readonly #introduced = new Map<string, Introduced>();

  /** Somebody is introduced, maybe once more. */
  add(now: number, offer: string, key: string, token: Uint8Array): void {
    const name = `${offer} ${key}`;
    const known = this.#introduced.get(name);
    const introduced = known ?? { offer, key, tokens: [], at: now };
    introduced.at = now;
    introduced.tokens.push(token);
    if (introductionTokensMax < introduced.tokens.length) introduced.tokens.shift();
    this.#introduced.delete(name);
    this.#introduced.set(name, introduced);
    const [oldest] = this.#introduced.keys();
    if (introductionsMax < this.#introduced.size && oldest !== undefined) {
      this.#introduced.delete(oldest);
    }
  }

  /** The tokens of an introduction; they grow when it comes again. `undefined` when there is none. */
  tokens(now: number, offer: string, key: string): readonly Uint8Array[] | undefined {
    const introduced = this.#introduced.get(`${offer} ${key}`);
    if (introduced === undefined || introduced.at + introductionMs <= now) return undefined;
    return introduced.tokens;
  }

  /** The two are connected, or were until now: it may be used for as long again. */
  renew(now: number, offer: string, key: string): void {
    const introduced = this.#introduced.get(`${offer} ${key}`);
    if (introduced !== undefined) introduced.at = now;
  }

  /** This one is not welcome for an offer any more, unless it is introduced anew. */
  revoke(offer: string, key: string): void {
    this.#introduced.delete(`${offer} ${key}`);
  }

  /** Nobody is welcome for an offer any more. */
  forget(offer: string): void {
    for (const [name, introduced] of this.#introduced) {
      if (introduced.offer === offer) this.#introduced.delete(name);
    }
  }
}
