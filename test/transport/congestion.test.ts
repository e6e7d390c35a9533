import { describe, expect, test } from "vitest";
import { NewReno } from "../../src/transport/congestion.ts";
import { congestionWindowBytesMax, datagramBytesMin } from "../../src/transport/limits.ts";
import { congestionEvent, sentPacket } from "../support/congestion-event.ts";

function packets(count: number, sentAt: number, from = 0) {
  return Array.from({ length: count }, (_, index) =>
    sentPacket({ packetNumber: from + index, sentAt }),
  );
}

describe("NewReno", () => {
  test("begins with 10 datagrams and doubles each round trip", () => {
    const reno = new NewReno(datagramBytesMin);
    expect(reno.windowBytes).toBe(10 * datagramBytesMin);
    reno.onSettled(1, congestionEvent({ acked: packets(10, 1) }));
    expect(reno.windowBytes).toBe(20 * datagramBytesMin);
  });

  test("does not grow while something else holds the sender back", () => {
    const reno = new NewReno(datagramBytesMin);
    reno.onSettled(1, congestionEvent({ acked: packets(10, 1), isWindowLimited: false }));
    expect(reno.windowBytes).toBe(10 * datagramBytesMin);
  });

  test("halves once for all losses of one round trip, then grows by one datagram in each", () => {
    const reno = new NewReno(datagramBytesMin);
    reno.onSettled(100, congestionEvent({ lost: packets(1, 90) }));
    reno.onSettled(101, congestionEvent({ lost: packets(1, 95) }));
    expect(reno.windowBytes).toBe(5 * datagramBytesMin);
    reno.onSettled(102, congestionEvent({ acked: packets(1, 100) }));
    expect(reno.windowBytes).toBe(5 * datagramBytesMin);
    reno.onSettled(103, congestionEvent({ acked: packets(5, 101) }));
    expect(reno.windowBytes / datagramBytesMin).toBeCloseTo(6, 0);
    reno.onSettled(200, congestionEvent({ lost: packets(1, 150) }));
    expect(reno.windowBytes / datagramBytesMin).toBeCloseTo(3, 0);
  });

  test("never falls below two datagrams nor rises above its maximum", () => {
    const reno = new NewReno(datagramBytesMin);
    for (let at = 1; at < 20; at += 1) {
      reno.onSettled(at, congestionEvent({ lost: packets(1, at - 0.5) }));
    }
    expect(reno.windowBytes).toBe(2 * datagramBytesMin);
    const other = new NewReno(datagramBytesMin);
    other.onSettled(1, congestionEvent({ acked: packets(10_000, 1) }));
    expect(other.windowBytes).toBe(congestionWindowBytesMax);
  });

  test("starts slowly from the minimum after persistent congestion", () => {
    const reno = new NewReno(datagramBytesMin);
    reno.onSettled(100, congestionEvent({ lost: packets(1, 90), isCongestionPersistent: true }));
    expect(reno.windowBytes).toBe(2 * datagramBytesMin);
    reno.onSettled(101, congestionEvent({ acked: packets(1, 50) }));
    expect(reno.windowBytes).toBe(3 * datagramBytesMin);
  });

  test("takes its reduction back when every packet it was made for has arrived after all", () => {
    const reno = new NewReno(datagramBytesMin);
    const lost = packets(3, 90);
    reno.onSettled(100, congestionEvent({ lost: lost.slice(0, 2) }));
    reno.onSettled(101, congestionEvent({ lost: lost.slice(2) }));
    reno.onSettled(102, congestionEvent({ revived: lost.slice(0, 2) }));
    expect(reno.windowBytes).toBe(5 * datagramBytesMin);
    reno.onSettled(103, congestionEvent({ revived: lost.slice(2) }));
    expect(reno.windowBytes).toBe(10 * datagramBytesMin);
  });
});
