import { describe, expect, test } from "vitest";
import {
  pacingBurstBytesMin,
  pacingBurstDatagramsMax,
  pacingBurstMs,
  pacingLateMsMax,
  pacingWaitMs,
} from "../../src/transport/limits.ts";
import { Pacer } from "../../src/transport/pacer.ts";

const datagramBytes = 1200;

/** Sends as long as the pacer lets it; says how many datagrams that were. */
function drain(pacer: Pacer): number {
  let count = 0;
  while (pacer.isOpen) {
    pacer.onSent(datagramBytes);
    count += 1;
  }
  return count;
}

function filled(now: number, bytesPerMs: number | undefined): Pacer {
  const pacer = new Pacer();
  pacer.fill(now, bytesPerMs, datagramBytes);
  return pacer;
}

describe("Pacer", () => {
  test("holds nothing back while the rate is not known", () => {
    const pacer = filled(1000, undefined);
    for (let count = 0; count < 100; count += 1) pacer.onSent(datagramBytes);
    expect(pacer.isOpen).toBe(true);
  });

  test("lets 10 datagrams go at once at a small rate, and 64 at a great one", () => {
    expect(drain(filled(1000, 1))).toBe(pacingBurstBytesMin / datagramBytes);
    expect(drain(filled(1000, 1_000_000))).toBe(pacingBurstDatagramsMax);
  });

  test("lets 2 ms of the rate go at once in between", () => {
    const bytesPerMs = 12 * datagramBytes;
    expect(drain(filled(1000, bytesPerMs))).toBe((pacingBurstMs * bytesPerMs) / datagramBytes);
  });

  test("fills with the time that passed, however it was cut", () => {
    const rate = 3 * datagramBytes;
    const often = filled(1000, rate);
    const seldom = filled(1000, rate);
    drain(often);
    drain(seldom);
    for (let now = 1000; now <= 1002; now += 0.125) often.fill(now, rate, datagramBytes);
    seldom.fill(1002, rate, datagramBytes);
    expect(drain(seldom)).toBe(6);
    expect(drain(often)).toBe(6);
  });

  test("saves up no more than a burst while nobody sends", () => {
    const pacer = filled(1000, 1);
    drain(pacer);
    pacer.fill(10_000_000, 1, datagramBytes);
    expect(drain(pacer)).toBe(pacingBurstBytesMin / datagramBytes);
  });

  test("catches up when its timer was late, with 10 ms at most", () => {
    const rate = 3 * datagramBytes;
    const late = (ms: number) => {
      const pacer = filled(1000, rate);
      drain(pacer);
      pacer.fill(1000 + ms, rate, datagramBytes);
      return drain(pacer);
    };
    expect(late(2)).toBe(6);
    expect(late(8)).toBe(24);
    expect(late(pacingLateMsMax)).toBe(30);
    expect(late(pacingLateMsMax + 50)).toBe(30);
  });

  test("opens again when its debt is paid, and not sooner than a timer can tell", () => {
    const slow = filled(1000, 10);
    drain(slow);
    slow.onSent(100);
    expect(slow.opensAt).toBe(1010);
    const fast = filled(1000, 5000);
    drain(fast);
    expect(fast.opensAt).toBe(1000 + pacingWaitMs);
  });
});
