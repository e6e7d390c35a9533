import { describe, expect, test } from "vitest";
import { RangeSet } from "../../src/transport/ranges.ts";
import { SeededRandom } from "../support/random.ts";

function rangesOf(set: RangeSet): string {
  return set.ranges.map((range) => `${range.start}-${range.end}`).join(" ");
}

function numbers(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, index) => start + index);
}

describe("RangeSet", () => {
  test("joins ranges that touch or overlap", () => {
    const set = new RangeSet();
    set.add(10, 20);
    set.add(30, 40);
    expect(rangesOf(set)).toBe("10-20 30-40");
    set.add(20, 25);
    expect(rangesOf(set)).toBe("10-25 30-40");
    set.add(24, 31);
    expect(rangesOf(set)).toBe("10-40");
  });

  test("splits a range when its middle is removed", () => {
    const set = new RangeSet();
    set.add(0, 10);
    set.remove(3, 5);
    expect(rangesOf(set)).toBe("0-3 5-10");
  });

  test("says whether an addition would raise the count", () => {
    const set = new RangeSet();
    set.add(10, 20);
    expect(set.isTouching(5, 9)).toBe(false);
    expect(set.isTouching(5, 10)).toBe(true);
    expect(set.isTouching(20, 21)).toBe(true);
    expect(set.isTouching(21, 22)).toBe(false);
  });

  test("agrees with a set of single numbers, whatever is done to it", () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const random = new SeededRandom(seed);
      const set = new RangeSet();
      const model = new Set<number>();
      for (let step = 0; step < 60; step += 1) {
        changeBoth(set, model, random);
        expectSame(set, model, `seed ${seed}, step ${step}`);
      }
    }
  });
});

function changeBoth(set: RangeSet, model: Set<number>, random: SeededRandom): void {
  const start = random.between(0, 60);
  const end = start + random.between(1, 12);
  if (random.chance(0.6)) {
    set.add(start, end);
    for (const value of numbers(start, end)) model.add(value);
  } else {
    set.remove(start, end);
    for (const value of numbers(start, end)) model.delete(value);
  }
}

function expectSame(set: RangeSet, model: ReadonlySet<number>, label: string): void {
  const values = set.ranges.flatMap((range) => numbers(range.start, range.end));
  expect(values, label).toEqual([...model].sort((a, b) => a - b));
  const starts = set.ranges.slice(1).map((range) => range.start);
  const areSeparate = starts.every((start, index) => set.ranges[index]!.end < start);
  expect(areSeparate, label).toBe(true);
  for (const value of [0, 30, 60]) expect(set.has(value), label).toBe(model.has(value));
}
