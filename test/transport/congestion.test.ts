import { describe, expect, test } from "vitest";
import { NewReno } from "../../src/transport/congestion.ts";
import { congestionWindowBytesMax, datagramBytesMax } from "../../src/transport/limits.ts";

describe("NewReno", () => {
  test("begins with 10 datagrams and doubles each round trip", () => {
    const reno = new NewReno();
    expect(reno.windowBytes).toBe(10 * datagramBytesMax);
    for (let packet = 0; packet < 10; packet += 1) reno.onAcked(datagramBytesMax, 1, true);
    expect(reno.windowBytes).toBe(20 * datagramBytesMax);
  });

  test("does not grow while something else holds the sender back", () => {
    const reno = new NewReno();
    for (let packet = 0; packet < 10; packet += 1) reno.onAcked(datagramBytesMax, 1, false);
    expect(reno.windowBytes).toBe(10 * datagramBytesMax);
  });

  test("halves once for all losses of one round trip, then grows by one datagram in each", () => {
    const reno = new NewReno();
    reno.onLost(100, 90);
    reno.onLost(101, 95);
    expect(reno.windowBytes).toBe(5 * datagramBytesMax);
    reno.onAcked(datagramBytesMax, 100, true);
    expect(reno.windowBytes).toBe(5 * datagramBytesMax);
    for (let packet = 0; packet < 5; packet += 1) reno.onAcked(datagramBytesMax, 101, true);
    expect(reno.windowBytes / datagramBytesMax).toBeCloseTo(6, 0);
    reno.onLost(200, 150);
    expect(reno.windowBytes / datagramBytesMax).toBeCloseTo(3, 0);
  });

  test("never falls below two datagrams nor rises above its maximum", () => {
    const reno = new NewReno();
    for (let at = 1; at < 20; at += 1) reno.onLost(at, at - 0.5);
    expect(reno.windowBytes).toBe(2 * datagramBytesMax);
    const other = new NewReno();
    for (let packet = 0; packet < 2000; packet += 1) other.onAcked(datagramBytesMax, 1, true);
    expect(other.windowBytes).toBe(congestionWindowBytesMax);
  });

  test("starts slowly from the minimum after persistent congestion", () => {
    const reno = new NewReno();
    reno.onLost(100, 90);
    reno.onPersistentCongestion();
    expect(reno.windowBytes).toBe(2 * datagramBytesMax);
    reno.onAcked(datagramBytesMax, 50, true);
    expect(reno.windowBytes).toBe(3 * datagramBytesMax);
  });
});
