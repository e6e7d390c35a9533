import type { ConnectionStats } from "../transport/endpoint-stats.ts";

/** How the way to the server is. */
export interface LinkQuality {
  /** The median of the round trips of the last looks, to a tenth of a ms. */
  readonly rttMs: number;
  /** Packets of ours that were lost lately, in [0, 1], to a hundredth. */
  readonly lossShare: number;
}

/** How often the way is looked at. The client is heard from as often, so each look has something new. */
const lookMs = 1_000;

/** Loss is that of so many looks: half a minute, as long as people remember a hiccup. */
const looksMax = 30;

/** Of fewer packets the loss of one would look like a rule: of 20 it is 5 %. */
const packetsMin = 20;

/**
 * The round trip is the median of so many looks. The smoothed one would carry for a quarter of a minute
 * what the first sample has of the handshake's arithmetic: 13 ms on loopback.
 */
const samplesMax = 5;

/** A round trip is told again when it is longer or shorter by this part of what was told, */
const rttChange = 0.25;

/** and by so many ms: below that people notice nothing. */
const rttChangeMs = 2;

/** Looks at a connection once a second, and tells of what people would notice. */
export class LinkMeter {
  /** What was counted at the last looks, the oldest first. */
  #looks: Pick<ConnectionStats, "sentPackets" | "lostPackets">[] = [];
  /** Round trips at the last looks, the oldest first. */
  #samples: number[] = [];
  #told: LinkQuality | undefined;
  #nextAt: number | undefined;

  /** There is a connection, which is looked at from now on. */
  handleOpened(now: number): void {
    this.#looks = [];
    this.#samples = [];
    this.#told = undefined;
    this.#nextAt = now;
  }

  /** It is gone. */
  handleClosed(): void {
    this.#nextAt = undefined;
  }

  /** When `handleTimeout` wants to be called. */
  pollTimeout(): number | undefined {
    return this.#nextAt;
  }

  /** What is to be told, or `undefined` while all is as it was, or it is too early to look. */
  handleTimeout(now: number, stats: ConnectionStats | undefined): LinkQuality | undefined {
    if (this.#nextAt === undefined || now < this.#nextAt) return undefined;
    // Who cannot be measured once is not asked again.
    this.#nextAt = stats && now + lookMs;
    if (stats === undefined) return undefined;
    const { roundTripMs, latestRoundTripMs = roundTripMs, sentPackets, lostPackets } = stats;
    this.#samples = [...this.#samples.slice(1 - samplesMax), latestRoundTripMs];
    const quality = {
      rttMs: Math.round(lowerMedian(this.#samples) * 10) / 10,
      lossShare: Math.round(this.#lossShare({ sentPackets, lostPackets }) * 100) / 100,
    };
    if (this.#told !== undefined && !isOther(this.#told, quality)) return undefined;
    this.#told = quality;
    return quality;
  }

  #lossShare(look: Pick<ConnectionStats, "sentPackets" | "lostPackets">): number {
    this.#looks = [...this.#looks.slice(1 - looksMax), look];
    const first = this.#looks[0] ?? look;
    const sent = look.sentPackets - first.sentPackets;
    if (sent < packetsMin) return 0;
    return Math.min(1, (look.lostPackets - first.lostPackets) / sent);
  }
}

function isOther(told: LinkQuality, now: LinkQuality): boolean {
  const changeMs = Math.abs(now.rttMs - told.rttMs);
  const isOtherRtt = Math.max(rttChangeMs, rttChange * told.rttMs) <= changeMs;
  return isOtherRtt || now.lossShare !== told.lossShare;
}

/** Of two in the middle the lower one: what comes on top of a round trip is chance. */
function lowerMedian(samples: readonly number[]): number {
  const sorted = samples.toSorted((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
