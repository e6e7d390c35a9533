import { describe, expect, test } from "vitest";
import {
  GuessThrottle,
  guessDelayMsMax,
  guessersMax,
  guessesPerAccount,
  guessesPerSource,
  guessMemoryMs,
} from "../../src/room/guess-throttle.ts";

const source = "192.0.2.1";

/** When each guess is answered if somebody guesses every 100 ms. */
function answeredAt(count: number): readonly number[] {
  const throttle = new GuessThrottle();
  const times: number[] = [];
  for (let now = 0; times.length < count; now += 100) {
    if (throttle.take(now, "anna", source) === 0) times.push(now);
  }
  return times;
}

describe("guessing a password", () => {
  test("is answered at once twice, then after 1, 2, 4 … and at most 60 s (A4)", () => {
    const times = answeredAt(12);
    const waits = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    const seconds = waits.map((wait) => Math.round(wait / 1000));
    expect(seconds).toEqual([0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
  });

  test("is told how much too early it comes", () => {
    const throttle = new GuessThrottle();
    for (const now of [0, 0]) expect(throttle.take(now, "anna", source)).toBe(0);
    expect(throttle.take(400, "anna", source)).toBe(600);
    expect(throttle.take(1000, "anna", source)).toBe(0);
  });

  test("from elsewhere, or for another account, does not wait for it", () => {
    const throttle = new GuessThrottle();
    for (const now of [0, 0, 1000, 3000]) throttle.take(now, "anna", source);
    expect(throttle.take(3001, "anna", source)).toBeGreaterThan(0);
    expect(throttle.take(3001, "anna", "192.0.2.2")).toBe(0);
    expect(throttle.take(3001, "bela", source)).toBe(0);
  });

  test("begins anew after the right one, and after a quarter of an hour", () => {
    const throttle = new GuessThrottle();
    for (const now of [0, 0, 1000]) throttle.take(now, "anna", source);
    expect(throttle.take(1001, "anna", source)).toBe(1999);
    throttle.forgive("anna", source);
    expect(throttle.take(1001, "anna", source)).toBe(0);
    expect(throttle.take(1001, "anna", source)).toBe(0);
    expect(throttle.take(1001, "anna", source)).toBe(1000);
    const later = 1001 + guessMemoryMs;
    for (const _ of [1, 2]) expect(throttle.take(later, "anna", source)).toBe(0);
  });

  test("of one account from many sources is slow, and of many accounts from one source", () => {
    const throttle = new GuessThrottle();
    const many = Array.from({ length: 100 }, (_, index) => `x${index}`);
    const one = many.filter((each) => throttle.take(0, "anna", each) === 0);
    expect(one.length).toBe(guessesPerAccount.burst);
    const other = many.filter((each) => throttle.take(0, each, source) === 0);
    expect(other.length).toBe(guessesPerSource.burst);
    expect(throttle.take(6000, "anna", "x99")).toBe(0);
    expect(throttle.take(6000, "anna", "x98")).toBeLessThan(guessDelayMsMax);
  });

  test("is remembered of so many pairs and no more", () => {
    const throttle = new GuessThrottle();
    for (let index = 0; index <= guessersMax; index += 1) {
      throttle.take(index, `account${index}`, `source${index}`);
      expect(throttle.size).toBeLessThanOrEqual(guessersMax);
    }
    expect(throttle.size).toBe(guessersMax);
  });
});
