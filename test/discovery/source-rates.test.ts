import { expect, test } from "vitest";
import { SourceRates, sourcesMax } from "../../src/discovery/source-rates.ts";

const perSource = { perSecond: 1, burst: 2 };

function hostNumber(n: number): string {
  return `10.1.${n >> 8}.${n & 255}`;
}

test("gives each host its rate, and all of them together no more than theirs", () => {
  const rates = new SourceRates(0, { perSource, inAll: { perSecond: 1, burst: 3 } });
  const hosts = ["10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.2", "10.0.0.3"];
  expect(hosts.map((host) => rates.take(0, host))).toEqual([true, true, false, true, false]);
  expect(rates.take(1000, "10.0.0.3")).toBe(true);
});

test("takes nothing from a host when all together have had theirs", () => {
  const rates = new SourceRates(0, { perSource, inAll: { perSecond: 1000, burst: 1 } });
  expect(rates.take(0, "10.0.0.1")).toBe(true);
  for (let n = 0; n < 100; n += 1) expect(rates.take(0, "10.0.0.2")).toBe(false);
  expect([1, 2].map((now) => rates.take(now, "10.0.0.2"))).toEqual([true, true]);
});

test("remembers 1024 hosts and forgets the one unheard for longest", () => {
  const inAll = { perSecond: 1, burst: 10_000 };
  const rates = new SourceRates(0, { perSource, inAll });
  const takeAll = () => [rates.take(0, "10.0.0.9"), rates.take(0, "10.0.0.9")];
  expect(takeAll()).toEqual([true, true]);
  for (let n = 1; n < sourcesMax; n += 1) rates.take(0, hostNumber(n));
  expect(takeAll()).toEqual([false, false]);
  for (let n = 0; n < sourcesMax; n += 1) rates.take(0, hostNumber(n));
  expect(takeAll()).toEqual([true, true]);
});
