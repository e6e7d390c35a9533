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

  /** Rounds of 960 bytes/ms until the pipe is known to be full and its queue is drained. */
  fill(lost = 0): void {
    for (let count = 0; count < 40; count += 1) this.round({ packets: 16, bytesPerMs: 960, lost });
  }
}

/** What the path holds: 960 bytes/ms for 20 ms. */
const pathBytes = 19_200;
const fullWindow = 2 * pathBytes + 4 * 960;

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
    path.fill();
    expect(path.bbr.pathBytes).toBe(pathBytes);
    expect(path.bbr.windowBytes).toBe(fullWindow);
  });

  test("keeps a turn of the event loop in flight on a path that is shorter", () => {
    const path = new Path();
    for (let count = 0; count < 100; count += 1) {
      path.now += 1;
      path.round({ packets: 16, bytesPerMs: 96_000, rttMs: 0.2 });
    }
    expect(path.bbr.windowBytes).toBe(2 * 96_000 * 0.2 + 96_000 * 0.5);
  });

  test("keeps more in flight on a short path whose ACKs come in heaps", () => {
    const path = new Path();
    path.fill();
    path.round({ packets: 64, bytesPerMs: 960 });
    expect(path.bbr.windowBytes).toBe(pathBytes + 64 * datagramBytesMin);
    for (let count = 0; count < 20; count += 1) path.round({ packets: 1, bytesPerMs: 960 });
    expect(path.bbr.windowBytes).toBe(fullWindow);
  });

  test("takes a round trip of less than 4 ms for no round: it shows the event loop", () => {
    const path = new Path();
    const rounds = (count: number) => {
      for (let index = 0; index < count; index += 1) {
        path.round({ packets: 1, bytesPerMs: 1200, rttMs: 1 });
      }
    };
    rounds(10);
    expect(path.bbr.pacingBytesPerMs).toBeGreaterThan(2 * 1200);
    rounds(20);
    expect(path.bbr.pacingBytesPerMs).toBeLessThan(2 * 1200);
  });

  test("looks for a quarter more in one of eight round trips, and gives it back in the next", () => {
    const path = new Path();
    path.fill();
    const gains = Array.from({ length: 16 }, () => {
      path.round({ packets: 16, bytesPerMs: 960, bytesInFlight: 30_000 });
      return path.bbr.pacingBytesPerMs! / 960;
    });
    expect(gains.filter((gain) => gain === 1.25)).toHaveLength(2);
    expect(gains[gains.indexOf(1.25) + 1]).toBe(0.75);
    expect(gains.filter((gain) => gain === 1)).toHaveLength(12);
  });

  test("does not believe a sender that had little to send", () => {
    const path = new Path();
    path.fill();
    for (let count = 0; count < 30; count += 1) {
      path.round({ packets: 1, bytesPerMs: 10, isAppLimited: true });
    }
    expect(path.bbr.pathBytes).toBe(pathBytes);
  });

  test("follows a path that has become slower within ten round trips", () => {
    const path = new Path();
    path.fill();
    for (let count = 0; count < 11; count += 1) path.round({ packets: 8, bytesPerMs: 480 });
    expect(path.bbr.pathBytes).toBe(pathBytes / 2);
  });

  test("sends faster by what a path loses at random, instead of slower", () => {
    const path = new Path();
    path.fill(4);
    expect(path.bbr.pacingBytesPerMs).toBeGreaterThan(960 / 0.86);
    expect(path.bbr.pacingBytesPerMs).toBeLessThan(960 / 0.79);
    expect(path.bbr.windowBytes).toBe(fullWindow);
  });

  test("gives way when packets are lost and every round trip shows a queue, down to one path", () => {
    const path = new Path();
    path.fill();
    for (let count = 0; count < 5; count += 1) {
      path.round({ packets: 16, lost: 4, bytesPerMs: 960, rttMs: 22 });
    }
    expect(path.bbr.windowBytes, "no queue to speak of").toBe(fullWindow);
    for (let count = 0; count < 2; count += 1) {
      path.round({ packets: 20, lost: 6, bytesPerMs: 960, rttMs: 40 });
    }
    expect(path.bbr.windowBytes).toBeCloseTo(0.85 * 26 * datagramBytesMin, 5);
    for (let count = 0; count < 4; count += 1) {
      path.round({ packets: 8, lost: 15, bytesPerMs: 960, rttMs: 40 });
    }
    expect(path.bbr.windowBytes).toBeGreaterThanOrEqual(pathBytes);
    for (let count = 0; count < 60; count += 1) path.round({ packets: 15, bytesPerMs: 960 });
    expect(path.bbr.windowBytes).toBe(fullWindow);
  });

  test("does not give way to loss without a queue, however much", () => {
    const path = new Path();
    path.fill();
    for (let count = 0; count < 15; count += 1) {
      path.round({ packets: 16, lost: 16, bytesPerMs: 960 });
    }
    expect(path.bbr.windowBytes).toBe(fullWindow);
  });

  test("empties the path after 5 s to see how long it is, and learns that it became longer", () => {
    const path = new Path();
    path.fill();
    let smallest = path.bbr.windowBytes;
    for (let at = 0; at < 6000; at += 30) {
      path.round({ packets: 24, bytesPerMs: 960, rttMs: 30, bytesInFlight: 40_000 });
      smallest = Math.min(smallest, path.bbr.windowBytes);
    }
    expect(smallest).toBe(pathBytes / 2);
    expect(path.bbr.minRttMs).toBe(30);
  });

  test("keeps 4 datagrams on the smallest path, and 8 MiB on the largest", () => {
    const small = new Path();
    for (let count = 0; count < 60; count += 1) {
      small.round({ packets: 1, bytesPerMs: 1, rttMs: 1 });
    }
    small.round({ packets: 1, bytesPerMs: 1, rttMs: 100_000 });
    for (let count = 0; count < 12; count += 1) {
      small.round({ packets: 0, bytesPerMs: 1, rttMs: 5, isAppLimited: false });
    }
    expect(small.bbr.windowBytes).toBeGreaterThanOrEqual(4 * datagramBytesMin);
    const large = new Path();
    for (let count = 0; count < 12; count += 1) {
      large.round({ packets: 100, bytesPerMs: 1_000_000 });
    }
    expect(large.bbr.windowBytes).toBe(congestionWindowBytesMax);
  });

  test("starts anew when nothing came through for long", () => {
    const path = new Path();
    path.fill();
    path.bbr.onSettled(path.now, congestionEvent({ isCongestionPersistent: true }));
    expect(path.bbr.windowBytes).toBe(10 * datagramBytesMin);
    expect(path.bbr.pacingBytesPerMs).toBeCloseTo((2.77 * 10 * datagramBytesMin) / 20, 5);
  });
});
