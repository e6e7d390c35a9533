import { expect, test } from "vitest";
import { answerMsMax, QuestionLog, questionsMax } from "../../src/discovery/question-log.ts";
import { SeededRandom } from "../support/random.ts";

test("measures from the question to its answer", () => {
  const log = new QuestionLog(new SeededRandom(1));
  const first = log.ask(1000);
  const second = log.ask(1200);
  expect(first).toMatch(/^[0-9a-f]{16}$/);
  expect(second).not.toBe(first);
  expect(log.rttMs(1250, first)).toBe(250);
  expect(log.rttMs(1250, second)).toBe(50);
});

test("knows no answer that nobody asked for or that comes too late", () => {
  const log = new QuestionLog(new SeededRandom(1));
  const nonce = log.ask(0);
  expect(log.rttMs(1, "00".repeat(8))).toBeUndefined();
  expect(log.rttMs(answerMsMax - 1, nonce)).toBe(answerMsMax - 1);
  expect(log.rttMs(answerMsMax, nonce)).toBeUndefined();
});

test("remembers 1280 questions; one more and the oldest is forgotten", () => {
  const log = new QuestionLog(new SeededRandom(1));
  const nonces = Array.from({ length: questionsMax }, () => log.ask(0));
  expect(log.rttMs(1, nonces[0]!)).toBe(1);
  log.ask(0);
  expect(log.rttMs(1, nonces[0]!)).toBeUndefined();
  expect(log.rttMs(1, nonces[1]!)).toBe(1);
});
