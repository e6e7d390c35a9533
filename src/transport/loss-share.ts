import type { SentPacket } from "./sent-packet.ts";

/** Packets in one share: enough that chance does not look like a rule. */
const sampleCount = 50;

/** So many shares make a mean. */
const shareCount = 8;

/** With fewer calm shares nothing is known of the path: 200 packets, of which 8 % are 16 +- 8. */
const calmCountMin = 4;

/** More than this is never taken for chance. */
const lossMax = 0.3;

/** Of the shares of a steady path 2 % lie further above its mean than so many standard deviations. */
const chanceDeviations = 2;

/** How many packets of a path are lost: lately, and when nothing queues. */
export class LossShare {
  #settled = 0;
  #lost = 0;
  #recent = 0;
  readonly #shares: number[] = [];
  readonly #calmShares: number[] = [];
  #base = 0;
  #mean = 0;

  /** The share of the last packets that were lost, in [0, 1]. */
  get recent(): number {
    return this.#recent;
  }

  /** The share that is lost while nothing queues, and so by no fault of ours, in [0, 0.3]. */
  get base(): number {
    return this.#base;
  }

  /** The mean of the last shares, in [0, 0.3]. */
  get mean(): number {
    return this.#mean;
  }

  /** Whether lately more was lost than `base` and this share together, and chance, explain. */
  isAboveBaseBy(share: number): boolean {
    const deviation = Math.sqrt((this.#base * (1 - this.#base)) / sampleCount);
    return this.#base + share + chanceDeviations * deviation < this.#recent;
  }

  /** What an ACK or a timeout showed; `isCalm` says that nothing queued when those packets left. */
  note(
    settled: {
      readonly acked: readonly SentPacket[];
      readonly lost: readonly SentPacket[];
      readonly revived: readonly SentPacket[];
    },
    isCalm: boolean,
  ): void {
    const lost = settled.lost.length - settled.revived.length;
    this.#lost = Math.max(0, this.#lost + lost);
    this.#settled += settled.acked.length + settled.lost.length;
    if (this.#settled < sampleCount) return;
    this.#recent = this.#lost / this.#settled;
    this.#mean = noteInto(this.#shares, this.#recent);
    if (isCalm) {
      const calm = noteInto(this.#calmShares, this.#recent);
      if (calmCountMin <= this.#calmShares.length) this.#base = calm;
    }
    this.#settled = 0;
    this.#lost = 0;
  }
}

/** The mean of the last shares, once this one is among them. */
function noteInto(shares: number[], share: number): number {
  shares.push(share);
  if (shareCount < shares.length) shares.shift();
  const sum = shares.reduce((total, one) => total + one, 0);
  return Math.min(sum / shares.length, lossMax);
}
