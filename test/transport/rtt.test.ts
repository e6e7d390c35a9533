import { describe, expect, test } from "vitest";
import { granularityMs, initialRttMs } from "../../src/transport/limits.ts";
import { RttEstimator } from "../../src/transport/rtt.ts";

describe("RttEstimator", () => {
  test("assumes 100 ms before the first sample: a probe timeout of 300 ms and the ACK delay", () => {
    const rtt = new RttEstimator();
    expect(rtt.smoothedMs).toBe(initialRttMs);
    expect(rtt.probeTimeoutMs(20)).toBe(320);
  });

  test("believes a guess until the first sample, and no longer", () => {
    const rtt = new RttEstimator();
    rtt.assume(40);
    expect(rtt.smoothedMs).toBe(40);
    expect(rtt.probeTimeoutMs(20)).toBe(40 + 4 * 20 + 20);
    rtt.update(8, 3);
    expect(rtt.smoothedMs).toBe(8);
    expect(rtt.probeTimeoutMs(20)).toBe(8 + 4 * 4 + 20);
    rtt.assume(40);
    expect(rtt.smoothedMs).toBe(8);
  });

  test("takes the first sample whole", () => {
    const rtt = new RttEstimator();
    rtt.update(8, 3);
    expect(rtt.smoothedMs).toBe(8);
    expect(rtt.probeTimeoutMs(20)).toBe(8 + 4 * 4 + 20);
  });

  test("follows RFC 9002 section 5.3, less the ACK delay where the minimum allows it", () => {
    const rtt = new RttEstimator();
    rtt.update(8, 0);
    rtt.update(24, 8);
    expect(rtt.smoothedMs).toBe((7 * 8 + 16) / 8);
    expect(rtt.probeTimeoutMs(0)).toBe(9 + 4 * ((3 * 4 + 8) / 4));
    rtt.update(9, 8);
    expect(rtt.smoothedMs).toBe((7 * 9 + 9) / 8);
  });

  test("never waits less than the granularity, however short the round trip", () => {
    const rtt = new RttEstimator();
    for (let round = 0; round < 50; round += 1) rtt.update(0.05, 0);
    expect(rtt.lossDelayMs()).toBe(granularityMs);
    expect(rtt.probeTimeoutMs(20)).toBeCloseTo(0.05 + granularityMs + 20);
  });

  test("waits for 9/8 of the greater of the smoothed and the latest round trip", () => {
    const rtt = new RttEstimator();
    rtt.update(80, 0);
    rtt.update(160, 0);
    expect(rtt.lossDelayMs()).toBe(180);
    rtt.update(8, 0);
    expect(rtt.lossDelayMs()).toBeCloseTo((9 / 8) * rtt.smoothedMs);
  });
});
