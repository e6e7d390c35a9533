import { describe, expect, test } from "vitest";
import {
  AnswerQueue,
  answerDelayMsMax,
  answersInAll,
  answersPerSource,
  neighboursMax,
  noncesMax,
} from "../../src/discovery/answer-queue.ts";
import { SeededRandom } from "../support/random.ts";
import { sampleId } from "./samples.ts";

const start = 1_000_000;

function queue(): AnswerQueue {
  return new AnswerQueue(start, new SeededRandom(1));
}

function nonceOf(number: number): string {
  return number.toString(16).padStart(16, "0");
}

function question(number: number, host = "10.0.0.9") {
  return { nonce: nonceOf(number), from: { host, port: 40_000 } };
}

/** Takes a question in as a server does. */
function ask(answers: AnswerQueue, now: number, { nonce, from }: ReturnType<typeof question>) {
  const isAdmitted = answers.admit(now, { nonce, host: from.host });
  if (isAdmitted) answers.add(now, { nonce, to: from, isForAll: true });
  return isAdmitted;
}

/** How many of these questions are answered. */
function answered(answers: AnswerQueue, count: number, host: (n: number) => string): number {
  for (let n = 1; n <= count; n += 1) ask(answers, start, question(n, host(n)));
  return answers.poll(start).length;
}

describe("AnswerQueue", () => {
  test("answers a question at once and once", () => {
    const answers = queue();
    expect(answers.pollTimeout()).toBeUndefined();
    expect(ask(answers, start, question(1))).toBe(true);
    expect(ask(answers, start, question(1))).toBe(false);
    expect(ask(answers, start, question(1, "10.1.0.9"))).toBe(false);
    expect(answers.pollTimeout()).toBe(start);
    expect(answers.poll(start)).toMatchObject([{ nonce: nonceOf(1), to: question(1).from }]);
    ask(answers, start + 1000, question(1));
    expect(answers.poll(start + 1000)).toEqual([]);
    expect(answers.pollTimeout()).toBeUndefined();
  });

  test("answers one host 40 questions at once, then 20 a second", () => {
    const answers = queue();
    expect(answered(answers, 100, () => "10.0.0.9")).toBe(answersPerSource.burst);
    for (let n = 101; n <= 200; n += 1) ask(answers, start + 1000, question(n));
    expect(answers.poll(start + 1000)).toHaveLength(answersPerSource.perSecond);
  });

  test("answers 200 questions a second in all", () => {
    const answers = queue();
    expect(answered(answers, 201, (n) => `10.0.1.${n}`)).toBe(answersInAll.burst);
    for (let n = 300; n <= 600; n += 1) ask(answers, start + 1000, question(n, `10.0.2.${n}`));
    expect(answers.poll(start + 1000)).toHaveLength(answersInAll.perSecond);
  });

  test("a question that was above the rate can be asked again", () => {
    const answers = queue();
    answered(answers, 41, () => "10.0.0.9");
    ask(answers, start + 1000, question(41));
    expect(answers.poll(start + 1000)).toHaveLength(1);
  });

  test("among 8 other servers it answers at once, among 9 within 60 ms", () => {
    const answers = queue();
    for (let n = 1; n <= neighboursMax; n += 1) answers.handleNeighbour(start, sampleId(n));
    expect(answered(answers, 30, () => "10.0.0.9")).toBe(30);
    expect(answers.isCrowded(start)).toBe(false);
    answers.handleNeighbour(start, sampleId(neighboursMax + 1));
    expect(answers.isCrowded(start)).toBe(true);
    for (let n = 31; n <= 60; n += 1) ask(answers, start, question(n, "10.0.0.10"));
    const first = answers.pollTimeout()!;
    expect(first).toBeGreaterThan(start);
    expect(answers.poll(first)).toHaveLength(1);
    expect(answers.poll(start + answerDelayMsMax)).toHaveLength(29);
  });

  test("does not count servers that are gone", () => {
    const answers = queue();
    for (let n = 0; n <= neighboursMax; n += 1) answers.handleNeighbour(start, sampleId(n));
    ask(answers, start + 10_000, question(1));
    expect(answers.poll(start + 10_000)).toHaveLength(1);
  });

  test("counts each server once", () => {
    const answers = queue();
    for (let n = 0; n <= 50; n += 1) answers.handleNeighbour(start, sampleId(1));
    expect(answered(answers, 30, () => "10.0.0.9")).toBe(30);
  });

  test("remembers 1024 nonces and forgets the oldest with the next", () => {
    const answers = queue();
    const asked = (now: number, n: number) => {
      ask(answers, now, question(n, `10.0.${n % 100}.1`));
      return answers.poll(now).length;
    };
    for (let n = 1; n <= noncesMax; n += 1) expect(asked(start + n * 10, n)).toBe(1);
    const later = start + 20_000;
    expect(asked(later, 1)).toBe(0);
    expect(asked(later, noncesMax + 1)).toBe(1);
    expect(asked(later, 1)).toBe(1);
  });
});
