import type { Address } from "../base/address.ts";
import type { Random } from "../base/random.ts";
import { SourceRates } from "./source-rates.ts";

/** Questions of one host that are answered. A picker asks 4 times in its first second. */
export const answersPerSource = { perSecond: 20, burst: 40 } as const;

/**
 * Questions of all hosts that are answered: 200 x 150 bytes are 30 kB/s. It bounds the queue too:
 * a full burst and what comes within the longest delay, 200 + 200/s x 60 ms = 212 answers.
 */
export const answersInAll = { perSecond: 200, burst: 200 } as const;

/** Nonces remembered; at the full rate, 5 s of questions, where copies arrive within milliseconds. */
export const noncesMax = 1024;

/** With more servers than this the answers are spread out, so that they do not arrive as one. */
export const neighboursMax = 8;

/** 300 servers answering at once overflow the asker's socket buffer; over 60 ms they do not. */
export const answerDelayMsMax = 60;

/** Another server counts as a neighbour for as long: three of its beacons and some patience. */
const neighbourMs = 10_000;

export interface Answer {
  readonly nonce: string;
  readonly to: Address;
  /** Whether the question went to everyone. */
  readonly isForAll: boolean;
}

/** Decides which questions a server answers, and when. */
export class AnswerQueue {
  readonly #random: Random;
  readonly #rates: SourceRates;
  readonly #nonces = new Set<string>();
  readonly #neighbours = new Map<string, number>();
  #waiting: (Answer & { readonly at: number })[] = [];

  constructor(now: number, random: Random) {
    this.#random = random;
    this.#rates = new SourceRates(now, { perSource: answersPerSource, inAll: answersInAll });
  }

  /**
   * A question arrived: whether it is the first copy of it (they come by several adapters, by broadcast
   * and by multicast) and within the rates.
   */
  admit(now: number, question: { readonly nonce: string; readonly host: string }): boolean {
    const { nonce, host } = question;
    if (this.#nonces.has(nonce) || !this.#rates.take(now, host)) return false;
    this.#nonces.add(nonce);
    forgetOldest(this.#nonces, noncesMax);
    return true;
  }

  /** A question that was admitted will be answered. */
  add(now: number, answer: Answer): void {
    const delayMs = this.isCrowded(now) ? this.#random.unit() * answerDelayMsMax : 0;
    this.#waiting.push({ ...answer, at: now + delayMs });
  }

  /** Another server was heard. */
  handleNeighbour(now: number, id: string): void {
    this.#neighbours.delete(id);
    this.#neighbours.set(id, now);
    forgetOldest(this.#neighbours, neighboursMax + 1);
  }

  /** Whether more than `neighboursMax` other servers are there. */
  isCrowded(now: number): boolean {
    const heard = [...this.#neighbours.values()].filter((at) => now < at + neighbourMs);
    return neighboursMax < heard.length;
  }

  /** The answers that are due, each given out once. */
  poll(now: number): readonly Answer[] {
    const due = this.#waiting.filter((answer) => answer.at <= now);
    if (0 < due.length) this.#waiting = this.#waiting.filter((answer) => now < answer.at);
    return due;
  }

  /** When the next answer is due, or `undefined` when none waits. */
  pollTimeout(): number | undefined {
    if (this.#waiting.length === 0) return undefined;
    return Math.min(...this.#waiting.map((answer) => answer.at));
  }
}

/** Sets and maps keep the order of insertion, so the first key is the oldest. */
function forgetOldest(keyed: Set<string> | Map<string, unknown>, sizeMax: number): void {
  if (keyed.size <= sizeMax) return;
  for (const oldest of keyed.keys()) {
    keyed.delete(oldest);
    return;
  }
}
