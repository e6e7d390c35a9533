import { expect, test } from "vitest";
import { Rate } from "../../../src/room/files/rate.ts";

test("a steady rate is told from the beginning", () => {
  const rate = new Rate();
  expect(rate.perSecond(0)).toBe(0);
  rate.add(0, 0);
  for (let at = 100; at <= 10_000; at += 100) {
    rate.add(at, 1_000);
    expect(rate.perSecond(at)).toBeGreaterThan(9_900);
    expect(rate.perSecond(at)).toBeLessThan(10_100);
  }
});

test("a rate follows what changes within seconds, and falls when nothing comes", () => {
  const rate = new Rate();
  for (let at = 0; at <= 10_000; at += 100) rate.add(at, 1_000);
  for (let at = 10_100; at <= 16_000; at += 100) rate.add(at, 100);
  expect(rate.perSecond(16_000)).toBeLessThan(1_600);
  expect(rate.perSecond(40_000)).toBeLessThan(10);
  rate.reset();
  expect(rate.perSecond(40_001)).toBe(0);
});
