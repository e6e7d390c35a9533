import type { Random } from "../base/random.ts";

/** An answer that comes later is no measure of anything: the servers spread theirs over 60 ms. */
export const answerMsMax = 3000;

/** Questions remembered: 128 adapters x the 4 of a burst and the next one, and as many by `refresh`. */
export const questionsMax = 1280;

/** The questions that were asked of late, so that an answer nobody asked for is known as such. */
export class QuestionLog {
  readonly #random: Random;
  readonly #askedAt = new Map<string, number>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** A nonce for a question that is asked now. */
  ask(now: number): string {
    const nonce = Buffer.from(this.#random.bytes(8)).toString("hex");
    this.#askedAt.set(nonce, now);
    for (const [oldest, askedAt] of this.#askedAt) {
      if (now < askedAt + answerMsMax && this.#askedAt.size <= questionsMax) break;
      this.#askedAt.delete(oldest);
    }
    return nonce;
  }

  /** Milliseconds since the question was asked, or `undefined` when it was not, or too long ago. */
  rttMs(now: number, nonce: string): number | undefined {
    const askedAt = this.#askedAt.get(nonce);
    if (askedAt === undefined || answerMsMax <= now - askedAt) return undefined;
    return now - askedAt;
  }
}
