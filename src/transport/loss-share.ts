import type { SentPacket } from "./sent-packet.ts";

/** Packets in one share: enough that chance does not look like a rule. */
const sampleCount = 50;

/** The calmest of so many shares is what the path loses anyway. */
const shareCount = 8;

/** More than this is never taken for chance. */
const baseMax = 0.3;

/** How many packets of a path are lost: lately, and at its calmest. */
export class LossShare {
  #settled = 0;
  #lost = 0;
  readonly #shares: number[] = [];
  #base = 0;
  #mean = 0;

  /** The share of the last packets that were lost, in [0, 1]. */
  get recent(): number {
    return this.#shares.at(-1) ?? 0;
  }

  /** The share that is lost however little is sent, in [0, 0.3]. */
  get base(): number {
    return this.#base;
  }

  /** The mean of the last shares, in [0, 0.3]. */
  get mean(): number {
    return this.#mean;
  }

  note(settled: {
    readonly acked: readonly SentPacket[];
    readonly lost: readonly SentPacket[];
    readonly revived: readonly SentPacket[];
  }): void {
    const lost = settled.lost.length - settled.revived.length;
    this.#lost = Math.max(0, this.#lost + lost);
    this.#settled += settled.acked.length + settled.lost.length;
    if (this.#settled < sampleCount) return;
    this.#shares.push(this.#lost / this.#settled);
    if (shareCount < this.#shares.length) this.#shares.shift();
    const sum = this.#shares.reduce((total, share) => total + share, 0);
    this.#mean = Math.min(sum / this.#shares.length, baseMax);
    if (this.#shares.length === shareCount) this.#base = Math.min(...this.#shares, baseMax);
    this.#settled = 0;
    this.#lost = 0;
  }
}
