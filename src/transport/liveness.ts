import {
  keepAliveJitter,
  probeRoundsMax,
  probeRoundsMin,
  silenceAfterStallMs,
  silenceMaxMs,
} from "./limits.ts";

/**
 * Tells a silent peer from a dead one. After `keepAliveMs` of silence it asks for a PING; the probe
 * timeouts of an unanswered PING go on by themselves, and the peer is dead when it was silent for
 * `silenceMaxMs` and at least `probeRoundsMin` rounds of probes went unanswered. One that speaks and
 * lets `probeRoundsMax` rounds go unanswered is as good as dead.
 */
export class Liveness {
  readonly #keepAliveMs: number;
  #heardAt: number;
  /** `undefined` once this silence's PING was asked for. */
  #pingAt: number | undefined;

  constructor(now: number, keepAliveMs: number) {
    this.#keepAliveMs = keepAliveMs;
    this.#heardAt = now;
    this.#pingAt = now + keepAliveMs;
  }

  /** A valid packet arrived. `jitter` is in [0, 1). */
  onHeard(now: number, jitter: number): void {
    this.#heardAt = now;
    this.#pingAt = now + this.#keepAliveMs * (1 - keepAliveJitter * jitter);
  }

  /** We were away ourselves: what the peer did meanwhile, nobody knows. */
  onStall(now: number): void {
    this.#heardAt = Math.max(this.#heardAt, now - silenceAfterStallMs);
  }

  /** When `isPingDue` or `isDead` may change without a packet, or `undefined`. */
  deadline(probeRounds: number): number | undefined {
    if (this.#pingAt !== undefined) return this.#pingAt;
    return probeRounds < probeRoundsMin ? undefined : this.#heardAt + silenceMaxMs;
  }

  /** True once in each silence. */
  takePing(now: number): boolean {
    if (this.#pingAt === undefined || now < this.#pingAt) return false;
    this.#pingAt = undefined;
    return true;
  }

  isDead(now: number, probeRounds: number): boolean {
    if (probeRoundsMax <= probeRounds) return true;
    return this.#heardAt + silenceMaxMs <= now && probeRoundsMin <= probeRounds;
  }
}
