import type { SeededRandom } from "./random.ts";

/** What one direction of a simulated link does to datagrams. Shares are probabilities in [0, 1]. */
export interface LinkConditions {
  readonly delayMs: number;
  /** Added to the delay, uniform in [0, jitterMs): datagrams overtake one another. */
  readonly jitterMs: number;
  /** Share of datagrams that are lost, each for itself. */
  readonly loss: number;
  /** With this chance at each datagram it and up to `lengthMax - 1` after it are lost. */
  readonly burstLoss: { readonly chance: number; readonly lengthMax: number };
  /** After so many losses in a row the next datagram passes. */
  readonly lossRunMax: number;
  readonly duplication: number;
  /** Share of datagrams that arrive with one byte changed. */
  readonly corruption: number;
  /** Share of datagrams that are held back by `reorderingMs`. */
  readonly reordering: number;
  readonly reorderingMs: number;
  readonly megabitsPerSecond: number;
  /** What waits for the link, beyond the datagram on it; more is dropped at the tail. */
  readonly queueBytes: number;
  /** Datagrams longer than this vanish. */
  readonly datagramBytesMax: number;
}

/** What a link did with a datagram: when it comes out, twice if it was duplicated. */
export type Passage =
  | "lost"
  | "overflowed"
  | { readonly arrivals: readonly number[]; readonly isCorrupted: boolean };

/** IPv4 and UDP headers. */
const headerBytes = 28;

/** One direction between two hosts: a queue, a transmitter, and a lossy wire behind it. */
export class SimulatedLink {
  conditions: LinkConditions;
  #freeAt = 0;
  #burstLeft = 0;
  #lossRun = 0;

  constructor(conditions: LinkConditions) {
    this.conditions = conditions;
  }

  /** How long a datagram that comes now waits before it is on the wire. */
  queueMs(now: number): number {
    return Math.max(0, this.#freeAt - now);
  }

  pass(now: number, bytes: number, random: SeededRandom): Passage {
    const { conditions } = this;
    const waitMs = this.queueMs(now);
    const bytesPerMs = conditions.megabitsPerSecond * 125;
    if (0 < waitMs && conditions.queueBytes < waitMs * bytesPerMs + bytes) return "overflowed";
    const leavesAt = now + waitMs + (bytes + headerBytes) / bytesPerMs;
    this.#freeAt = leavesAt;
    if (conditions.datagramBytesMax < bytes || this.#isLost(random)) return "lost";
    const arrivals = [leavesAt + this.#delayMs(random)];
    if (random.chance(conditions.duplication)) arrivals.push(leavesAt + this.#delayMs(random));
    return { arrivals, isCorrupted: random.chance(conditions.corruption) };
  }

  #isLost(random: SeededRandom): boolean {
    const { loss, burstLoss, lossRunMax } = this.conditions;
    if (this.#burstLeft === 0 && random.chance(burstLoss.chance)) {
      this.#burstLeft = random.between(1, burstLoss.lengthMax);
    }
    const isBurst = 0 < this.#burstLeft;
    if (isBurst) this.#burstLeft -= 1;
    const isLost = (isBurst || random.chance(loss)) && this.#lossRun < lossRunMax;
    this.#lossRun = isLost ? this.#lossRun + 1 : 0;
    return isLost;
  }

  #delayMs(random: SeededRandom): number {
    const { delayMs, jitterMs, reordering, reorderingMs } = this.conditions;
    const heldMs = random.chance(reordering) ? reorderingMs : 0;
    return delayMs + random.unit() * jitterMs + heldMs;
  }
}
