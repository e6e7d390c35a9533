import { describe, expect, test } from "vitest";
import { Bbr } from "../../src/transport/bbr.ts";
import { congestionWindowBytesMax, datagramBytesMin } from "../../src/transport/limits.ts";
import { congestionEvent, sentPacket } from "../support/congestion-event.ts";

/** A path that delivers what it is offered up to its rate, as seen by the controller, round by round. */
class Path {
  readonly bbr = new Bbr(datagramBytesMin);
  now = 1000;
  #delivered = 0;

  /** One round trip in which so many packets arrived and so many were lost. */
  round(options: {
    readonly packets: number;
    readonly bytesPerMs: number;
    readonly rttMs?: number;
    readonly lost?: number;
    readonly isAppLimited?: boolean;
    readonly bytesInFlight?: number;
  }): void {
    const { packets, bytesPerMs, rttMs = 20, lost = 0, isAppLimited = false } = options;
    const priorDeliveredBytes = this.#delivered;
    const acked = Array.from({ length: packets }, () => sentPacket({ sentAt: this.now }));
    this.now += rttMs;
    this.#delivered += packets * datagramBytesMin;
    this.bbr.onSettled(
      this.now,
      congestionEvent({
        acked,
        lost: Array.from({ length: lost }, () => sentPacket({ sentAt: this.now - rttMs })),
        roundTripMs: rttMs,
        bytesInFlight: options.bytesInFlight ?? 0,
        rate: {
          bytesPerMs,
          isAppLimited,
          priorDeliveredBytes,
          priorInFlightBytes: (packets + lost) * datagramBytesMin,
        },
      }),
    );
  }

  /** Rounds at this rate until the pipe is known to be full and its queue is drained. */
  fill(bytesPerMs: number, lostShare = 0): void {
    for (let count = 0; count < 12; count += 1) {
      const packets = 100 * (1 - lostShare);
      this.round({ packets, bytesPerMs, lost: 100 * lostShare });
    }
  }
}

describe("Bbr", () => {
  test("begins with 10 datagrams and paces nothing before it knows a round trip", () => {
    const { bbr } = new Path();
    expect(bbr.windowBytes).toBe(10 * datagramBytesMin);
    expect(bbr.pacingBytesPerMs).toBeUndefined();
    expect(bbr.pathBytes).toBe(0);
  });

  test("doubles its rate each round trip while that brings more", () => {
    const path = new Path();
    for (const bytesPerMs of [600, 1200, 2400]) {
      path.round({ packets: 10, bytesPerMs });
      expect(path.bbr.pacingBytesPerMs).toBeGreaterThan(2 * bytesPerMs);
      expect(path.bbr.windowBytes).toBeGreaterThan(2 * bytesPerMs * 20);
    }
  });

  test("keeps two of what the path holds in flight once the pipe is full", () => {
    const path = new Path();
    path.fill(1000);
    expect(path.bbr.pathBytes).toBe(20_000);
    expect(path.bbr.windowBytes).toBe(2 * 20_000 + 4 * 1000);
  });

  test("looks for a quarter more in one of eight round trips, and gives it back in the next", () => {
    const path = new Path();
    path.fill(1000);
    const gains = Array.from({ length: 16 }, () => {
      path.round({ packets: 20, bytesPerMs: 1000, bytesInFlight: 30_000 });
      return path.bbr.pacingBytesPerMs! / 1000;
    });
    expect(gains.filter((gain) => gain === 1.25)).toHaveLength(2);
    expect(gains[gains.indexOf(1.25) + 1]).toBe(0.75);
    expect(gains.filter((gain) => gain === 1)).toHaveLength(12);
  });

  test("does not believe a sender that had little to send", () => {
    const path = new Path();
    path.fill(1000);
    for (let count = 0; count < 30; count += 1) {
      path.round({ packets: 1, bytesPerMs: 10, isAppLimited: true });
    }
    expect(path.bbr.pathBytes).toBe(20_000);
  });

  test("follows a path that has become slower within ten round trips", () => {
    const path = new Path();
    path.fill(1000);
    for (let count = 0; count < 11; count += 1) path.round({ packets: 10, bytesPerMs: 500 });
    expect(path.bbr.pathBytes).toBe(10_000);
  });

  test("sends faster by what a path loses at random, instead of slower", () => {
    const path = new Path();
    path.fill(800, 0.2);
    expect(path.bbr.pacingBytesPerMs! * 0.8).toBeCloseTo(800, 5);
    expect(path.bbr.windowBytes).toBe(2 * 16_000 + 4 * 800);
  });

  test("gives way when packets are lost and every round trip shows a queue, down to one path", () => {
    const path = new Path();
    path.fill(1000);
    const before = path.bbr.windowBytes;
    path.round({ packets: 45, lost: 5, bytesPerMs: 1000, rttMs: 22 });
    expect(path.bbr.windowBytes).toBe(before);
    for (let count = 0; count < 2; count += 1) {
      path.round({ packets: 20, lost: 6, bytesPerMs: 1000, rttMs: 40 });
    }
    expect(path.bbr.windowBytes).toBeCloseTo(0.85 * 26 * datagramBytesMin, 5);
    for (let count = 0; count < 4; count += 1) {
      path.round({ packets: 10, lost: 15, bytesPerMs: 1000, rttMs: 40 });
    }
    expect(path.bbr.windowBytes).toBeGreaterThanOrEqual(20_000);
    for (let count = 0; count < 20; count += 1) path.round({ packets: 40, bytesPerMs: 1000 });
    expect(path.bbr.windowBytes).toBe(before);
  });

  test("does not give way to loss without a queue, however much", () => {
    const path = new Path();
    path.fill(1000);
    const before = path.bbr.windowBytes;
    for (let count = 0; count < 5; count += 1) {
      path.round({ packets: 50, lost: 50, bytesPerMs: 1000, rttMs: 20 });
    }
    expect(path.bbr.windowBytes).toBe(before);
  });

  test("empties the path after 5 s to see how long it is, and learns that it became longer", () => {
    const path = new Path();
    path.fill(1000);
    let smallest = path.bbr.windowBytes;
    for (let at = 0; at < 6000; at += 30) {
      path.round({ packets: 25, bytesPerMs: 1000, rttMs: 30, bytesInFlight: 40_000 });
      smallest = Math.min(smallest, path.bbr.windowBytes);
    }
    expect(smallest).toBe(10_000);
    expect(path.bbr.minRttMs).toBe(30);
  });

  test("keeps 4 datagrams on the smallest path, and 8 MiB on the largest", () => {
    const small = new Path();
    for (let count = 0; count < 12; count += 1) {
      small.round({ packets: 1, bytesPerMs: 1, rttMs: 1 });
    }
    expect(small.bbr.windowBytes).toBe(4 * datagramBytesMin);
    const large = new Path();
    large.fill(1_000_000);
    expect(large.bbr.windowBytes).toBe(congestionWindowBytesMax);
  });

  test("starts anew when nothing came through for long", () => {
    const path = new Path();
    path.fill(1000);
    path.bbr.onSettled(path.now, congestionEvent({ isCongestionPersistent: true }));
    expect(path.bbr.windowBytes).toBe(10 * datagramBytesMin);
    expect(path.bbr.pacingBytesPerMs).toBeCloseTo((2.77 * 10 * datagramBytesMin) / 20, 5);
  });
});
