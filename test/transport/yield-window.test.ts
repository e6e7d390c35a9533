import { describe, expect, test } from "vitest";
import {
  initialWindowDatagrams,
  minimumWindowDatagrams,
  yieldBaseMinutes,
  yieldTargetMsMax,
} from "../../src/transport/limits.ts";
import { YieldWindow } from "../../src/transport/yield-window.ts";

const datagramBytes = 1200;

/** A window on a path of 20 ms, and a way to let a round trip with so much queue pass. */
function makeWindow() {
  const window = new YieldWindow(datagramBytes);
  let now = 1000;
  const pass = (queueMs: number, isLimiting = true) => {
    now += 100;
    window.onAcked(now, { roundTripMs: 20 + queueMs, isLimiting, datagramBytes });
    return window.bytes;
  };
  const wait = (ms: number) => {
    now += ms;
  };
  return { window, pass, wait };
}

describe("the window of files", () => {
  test("doubles in each round trip until there is a queue", () => {
    const { window, pass } = makeWindow();
    expect(window.bytes).toBe(initialWindowDatagrams * datagramBytes);
    const before = window.bytes;
    for (let round = 0; round < 4; round += 1) pass(0);
    expect(window.bytes).toBe(16 * before);
    expect(pass(yieldTargetMsMax)).toBe(8 * before);
    expect(pass(0)).toBe(8 * before + datagramBytes);
  });

  test("does not grow while something else holds files back", () => {
    const { window, pass } = makeWindow();
    const before = window.bytes;
    for (let round = 0; round < 4; round += 1) pass(0, false);
    expect(window.bytes).toBe(before);
  });

  test("falls to almost nothing while others fill the queue, and comes back when they are gone", () => {
    const { window, pass } = makeWindow();
    for (let round = 0; round < 6; round += 1) pass(0);
    for (let round = 0; round < 12; round += 1) pass(30);
    expect(window.bytes).toBe(minimumWindowDatagrams * datagramBytes);
    for (let round = 0; round < 50; round += 1) pass(0);
    expect(window.bytes).toBeGreaterThan(40 * datagramBytes);
  });

  test("falls in proportion to what the queue is too long", () => {
    const { pass } = makeWindow();
    for (let round = 0; round < 8; round += 1) pass(0);
    const before = pass(yieldTargetMsMax);
    const after = pass(3);
    expect(after).toBeGreaterThan(before / 2);
    expect(after).toBeLessThan(before);
  });

  test("knows a queue that was there before files, by the round trips before it", () => {
    for (const [known, factor] of [
      [{ now: 1000, roundTripMs: 20 }, 1 / 2],
      [undefined, 2],
    ] as const) {
      const window = new YieldWindow(datagramBytes, known);
      const before = window.bytes;
      window.onAcked(2000, { roundTripMs: 50, isLimiting: true, datagramBytes });
      expect(window.bytes).toBe(factor * before);
    }
  });

  test("changes once in a round trip, by the shortest in it", () => {
    const window = new YieldWindow(datagramBytes);
    const ack = { isLimiting: true, datagramBytes };
    window.onAcked(1000, { ...ack, roundTripMs: 20 });
    const before = window.bytes;
    window.onAcked(1005, { ...ack, roundTripMs: 20 });
    window.onAcked(1010, { ...ack, roundTripMs: 90 });
    expect(window.bytes).toBe(before);
    window.onAcked(1020, { ...ack, roundTripMs: 90 });
    expect(window.bytes).toBe(2 * before);
    window.onAcked(1100, { ...ack, roundTripMs: undefined });
    expect(window.bytes).toBe(2 * before);
  });

  test("takes the shortest round trip of ten minutes for that of the empty path", () => {
    const { window, pass, wait } = makeWindow();
    for (let round = 0; round < 6; round += 1) pass(0);
    for (let minute = 1; minute < yieldBaseMinutes; minute += 1) {
      wait(60_000);
      pass(30);
    }
    expect(window.bytes).toBe(minimumWindowDatagrams * datagramBytes);
    wait(60_000);
    expect(pass(30)).toBeGreaterThan(minimumWindowDatagrams * datagramBytes);
  });
});
