import type { Random } from "../base/random.ts";

/** An answer that comes later is no measure of anything: the servers spread theirs over 60 ms. */
export const answerMsMax = 3000;

/**
 * Questions remembered. In 3 s: 254 hosts of 4 subnets that are swept, 1,200 hints at once and 600 more
 * (`hintsInAll`), 2 s of probes of a full list, and 128 adapters x 5 questions; the oldest is forgotten.
 */
export const questionsMax = 8192;

/** What is known of a question when its answer comes. */
export interface AskedQuestion<T> {
  /** Who or what was asked. */
  readonly asked: T;
  /** Milliseconds since. */
  readonly rttMs: number;
}

/** The questions that were asked of late, so that an answer nobody asked for is known as such. */
export class QuestionLog<T> {
  readonly #random: Random;
  readonly #questions = new Map<string, { readonly asked: T; readonly askedAt: number }>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** A nonce for a question that is asked now. */
  ask(now: number, asked: T): string {
    const nonce = Buffer.from(this.#random.bytes(8)).toString("hex");
    this.#questions.set(nonce, { asked, askedAt: now });
    for (const [oldest, { askedAt }] of this.#questions) {
      if (now < askedAt + answerMsMax && this.#questions.size <= questionsMax) break;
      this.#questions.delete(oldest);
    }
    return nonce;
  }

  /** Its answer has come, and there is to be no other. */
  forget(nonce: string): void {
    this.#questions.delete(nonce);
  }

  /** The question of that nonce, or `undefined` when it was not asked, or too long ago. */
  find(now: number, nonce: string): AskedQuestion<T> | undefined {
    const question = this.#questions.get(nonce);
    if (question === undefined || answerMsMax <= now - question.askedAt) return undefined;
    return { asked: question.asked, rttMs: now - question.askedAt };
  }
}
