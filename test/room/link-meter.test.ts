import { describe, expect, test } from "vitest";
import { LinkMeter } from "../../src/room/link-meter.ts";
import type { ConnectionStats } from "../../src/transport/endpoint-stats.ts";

function stats(roundTripMs: number, sentPackets = 0, lostPackets = 0): ConnectionStats {
  const idle = { windowBytes: 12_000, bytesInFlight: 0, queuedBytes: 0, heldBytes: 0 };
  return { ...idle, roundTripMs: 500, latestRoundTripMs: roundTripMs, sentPackets, lostPackets };
}

function opened(): LinkMeter {
  const meter = new LinkMeter();
  meter.handleOpened(0);
  return meter;
}

describe("the way to the server", () => {
  test("is told at once, and then looked at once a second", () => {
    const meter = opened();
    expect(meter.handleTimeout(0, stats(1.234))).toEqual({ rttMs: 1.2, lossShare: 0 });
    expect(meter.pollTimeout()).toBe(1_000);
    expect(meter.handleTimeout(999, stats(90))).toBeUndefined();
    expect(meter.handleTimeout(1_000, stats(90))).toBeUndefined();
    expect(meter.handleTimeout(2_000, stats(90))).toEqual({ rttMs: 90, lossShare: 0 });
  });

  test.each([
    [1, 2.9, false],
    [1, 3, true],
    [100, 124, false],
    [100, 125, true],
    [100, 75, true],
  ])("that took %s ms is told again at %s ms: %s", (before, after, isTold) => {
    const meter = opened();
    meter.handleTimeout(0, stats(before));
    const told = [1, 2, 3].map((second) => meter.handleTimeout(second * 1_000, stats(after)));
    expect(told.some((quality) => quality !== undefined)).toBe(isTold);
  });

  test("is that of the middle one of five looks, whatever the handshake took", () => {
    const meter = opened();
    meter.handleTimeout(0, stats(13));
    expect(meter.handleTimeout(1_000, stats(1))).toEqual({ rttMs: 1, lossShare: 0 });
    for (const [index, ms] of [1, 1, 40, 40].entries()) {
      expect(meter.handleTimeout(2_000 + index * 1_000, stats(ms))).toBeUndefined();
    }
  });

  test("loses nothing that counts before 20 packets went, and then the share of half a minute", () => {
    const meter = opened();
    meter.handleTimeout(0, stats(1, 100, 50));
    expect(meter.handleTimeout(1_000, stats(1, 119, 60))).toBeUndefined();
    expect(meter.handleTimeout(2_000, stats(1, 120, 60))).toEqual({ rttMs: 1, lossShare: 0.5 });
    for (let second = 3; second < 30; second += 1) {
      meter.handleTimeout(second * 1_000, stats(1, 120, 60));
    }
    expect(meter.handleTimeout(30_000, stats(1, 150, 60))).toEqual({ rttMs: 1, lossShare: 0 });
  });

  test("is looked at no more when the connection is gone, and anew when there is another", () => {
    const meter = opened();
    meter.handleTimeout(0, stats(1, 100, 10));
    meter.handleClosed();
    expect(meter.pollTimeout()).toBeUndefined();
    expect(meter.handleTimeout(5_000, stats(1))).toBeUndefined();
    meter.handleOpened(6_000);
    expect(meter.handleTimeout(6_000, stats(1, 0, 0))).toEqual({ rttMs: 1, lossShare: 0 });
  });

  test("is not asked about again where it cannot be measured", () => {
    const meter = opened();
    expect(meter.handleTimeout(0, undefined)).toBeUndefined();
    expect(meter.pollTimeout()).toBeUndefined();
  });
});
