import type { Address } from "../base/address.ts";
import type { HeardCookie } from "./discovered-server.ts";

/** The path in use is asked so often, so that a crash is noticed within 3 s. */
export const probeMs = 1_000;

/** Other paths of a server are asked so often. */
export const spareProbeMs = 4_000;

/** A question without an answer is repeated after this time, and so often. */
export const probeAgainMs = 250;

/** A path whose answer is so late is no longer preferred. */
export const suspicionMs = 300;

/**
 * A path is given up so long after the first question without an answer. The last answer is at most
 * `probeMs` older: 2.9 s after a crash. Eight questions are in vain until then; where one in ten
 * datagrams is lost each way, that happens by chance once in 600,000.
 */
export const patienceMs = 1_900;

/** Another path of the same rank is taken only if it saves this share of the round trip and this time. */
const rttGain = 0.2;
const rttGainMsMin = 1;

/** Share of a new measurement in the round trip (RFC 6298 section 2). */
const rttShare = 1 / 8;

/** An answer to a probe. */
export interface PathAnswer {
  readonly rttMs: number;
  /** Name of the adapter, or `routed`. */
  readonly via: string;
  /** See `pathRanks`. */
  readonly rank: number;
  readonly cookie?: Uint8Array;
}

type Asking =
  | { readonly type: "answered"; readonly askAt: number }
  | { readonly type: "waiting"; readonly since: number; readonly askAt: number };

/** One way to a server, which has answered there. */
export class ServerPath {
  readonly address: Address;
  readonly rank: number;
  readonly via: string;
  #rttMs: number;
  #answeredAt: number;
  #cookie: HeardCookie | undefined;
  #asking: Asking;

  constructor(now: number, address: Address, answer: PathAnswer) {
    this.address = address;
    this.rank = answer.rank;
    this.via = answer.via;
    this.#rttMs = answer.rttMs;
    this.#answeredAt = now;
    this.#cookie = answer.cookie && { bytes: answer.cookie, heardAt: now };
    this.#asking = { type: "answered", askAt: now + probeMs };
  }

  /** Smoothed, in milliseconds. */
  get rttMs(): number {
    return this.#rttMs;
  }

  get answeredAt(): number {
    return this.#answeredAt;
  }

  get cookie(): HeardCookie | undefined {
    return this.#cookie;
  }

  handleAnswer(now: number, { rttMs, cookie }: PathAnswer): void {
    this.#rttMs += rttShare * (rttMs - this.#rttMs);
    this.#answeredAt = now;
    if (cookie !== undefined) this.#cookie = { bytes: cookie, heardAt: now };
    this.#asking = { type: "answered", askAt: now + spareProbeMs };
  }

  /** Asks at once, unless a question is waiting or an answer came just now. */
  handleDoubt(now: number): void {
    if (this.#asking.type === "answered" && this.#answeredAt + probeAgainMs <= now) {
      this.#asking = { type: "answered", askAt: now };
    }
  }

  /** The server, or somebody in its name, said goodbye: it is asked at once, whatever was before. */
  handleGoodbye(now: number): void {
    this.#asking = { ...this.#asking, askAt: now };
  }

  /** Brings the next question forward: the path is in use, and is asked every so often. */
  handleUse(intervalMs: number): void {
    if (this.#asking.type === "waiting") return;
    const askAt = Math.min(this.#asking.askAt, this.#answeredAt + intervalMs);
    this.#asking = { type: "answered", askAt };
  }

  /** Whether to ask now; `true` counts as asked. */
  poll(now: number): boolean {
    if (now < this.#asking.askAt) return false;
    const since = this.#asking.type === "waiting" ? this.#asking.since : now;
    this.#asking = { type: "waiting", since, askAt: now + probeAgainMs };
    return true;
  }

  /** When to ask, or to look whether it has become suspect or dead. */
  pollTimeout(): number {
    if (this.#asking.type === "answered") return this.#asking.askAt;
    return Math.min(this.#asking.askAt, this.#asking.since + patienceMs);
  }

  isSuspect(now: number): boolean {
    return this.#asking.type === "waiting" && this.#asking.since + suspicionMs <= now;
  }

  isDead(now: number): boolean {
    return this.#asking.type === "waiting" && this.#asking.since + patienceMs <= now;
  }
}

/** The paths, the best one first; the present one stays before others that are hardly quicker. */
export function orderPaths(
  now: number,
  paths: readonly ServerPath[],
  present: ServerPath | undefined,
): readonly ServerPath[] {
  const ordered = paths.toSorted((a, b) => classOf(now, a) - classOf(now, b) || a.rttMs - b.rttMs);
  const [best] = ordered;
  if (best === undefined || present === undefined || !paths.includes(present)) return ordered;
  if (classOf(now, best) < classOf(now, present) || isQuicker(best, present)) return ordered;
  return [present, ...ordered.filter((path) => path !== present)];
}

function classOf(now: number, path: ServerPath): number {
  return path.isSuspect(now) ? path.rank + suspectPenalty : path.rank;
}

/** More than any rank. */
const suspectPenalty = 100;

function isQuicker(path: ServerPath, present: ServerPath): boolean {
  return path.rttMs < present.rttMs * (1 - rttGain) && path.rttMs + rttGainMsMin <= present.rttMs;
}
