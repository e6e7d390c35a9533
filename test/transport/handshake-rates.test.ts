import { expect, test } from "vitest";
import { HandshakeRates } from "../../src/transport/handshake-rates.ts";
import {
  handshakeSourcesMax,
  handshakesInAll,
  handshakesPerSource,
} from "../../src/transport/limits.ts";

function takeAll(rates: HandshakeRates, now: number, host: string): number {
  let count = 0;
  while (rates.take(now, host)) count += 1;
  return count;
}

test("one host has a burst of 1000 handshakes, then 200 a second", () => {
  const rates = new HandshakeRates(0);
  expect(takeAll(rates, 0, "10.0.0.1")).toBe(handshakesPerSource.burst);
  expect(takeAll(rates, 1000, "10.0.0.1")).toBe(handshakesPerSource.perSecond);
});

test("all hosts together have 1000 a second", () => {
  const rates = new HandshakeRates(0);
  takeAll(rates, 0, "10.0.0.1");
  expect(rates.take(0, "10.0.0.2")).toBe(false);
  let count = 0;
  for (let host = 2; host < 22; host += 1) count += takeAll(rates, 1000, `10.0.0.${host}`);
  expect(count).toBe(handshakesInAll.perSecond);
});

test("the hosts of a /22 are remembered, and one more makes the oldest forgotten", () => {
  const rates = new HandshakeRates(0);
  takeAll(rates, 0, "oldest");
  for (let host = 1; host < handshakeSourcesMax; host += 1) rates.take(0, `host ${host}`);
  expect(takeAll(rates, 500, "oldest")).toBe(handshakesPerSource.perSecond / 2);
  for (let host = 0; host < handshakeSourcesMax; host += 1) rates.take(500, `other ${host}`);
  expect(takeAll(rates, 1500, "oldest")).toBe(handshakesPerSource.burst);
});
