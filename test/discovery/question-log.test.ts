import { expect, test } from "vitest";
import { answerMsMax, QuestionLog, questionsMax } from "../../src/discovery/question-log.ts";
import { SeededRandom } from "../support/random.ts";

function newLog(): QuestionLog<string> {
  return new QuestionLog(new SeededRandom(1));
}

test("measures from the question to its answer, and knows what was asked", () => {
  const log = newLog();
  const first = log.ask(1000, "first");
  const second = log.ask(1200, "second");
  expect(first).toMatch(/^[0-9a-f]{16}$/);
  expect(second).not.toBe(first);
  expect(log.find(1250, first)).toEqual({ asked: "first", rttMs: 250 });
  expect(log.find(1250, second)).toEqual({ asked: "second", rttMs: 50 });
});

test("knows no answer that nobody asked for or that comes too late", () => {
  const log = newLog();
  const nonce = log.ask(0, "all");
  expect(log.find(1, "00".repeat(8))).toBeUndefined();
  expect(log.find(answerMsMax - 1, nonce)?.rttMs).toBe(answerMsMax - 1);
  expect(log.find(answerMsMax, nonce)).toBeUndefined();
});

test("knows no second answer to what was answered for good", () => {
  const log = newLog();
  const nonce = log.ask(0, "one");
  log.forget(nonce);
  expect(log.find(1, nonce)).toBeUndefined();
});

test("remembers 8192 questions; one more and the oldest is forgotten", () => {
  const log = newLog();
  const nonces = Array.from({ length: questionsMax }, () => log.ask(0, "all"));
  expect(log.find(1, nonces[0]!)?.rttMs).toBe(1);
  log.ask(0, "all");
  expect(log.find(1, nonces[0]!)).toBeUndefined();
  expect(log.find(1, nonces[1]!)?.rttMs).toBe(1);
});
