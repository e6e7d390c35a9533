import { describe, expect, test } from "vitest";
import {
  beaconTiming,
  changeGapMs,
  queryTiming,
  RepeatSchedule,
} from "../../src/discovery/repeat-schedule.ts";
import { SeededRandom } from "../support/random.ts";

const start = 1_000_000;

/** When it fires within a time, as offsets from the start. */
function fireTimes(schedule: RepeatSchedule, durationMs: number): number[] {
  const times: number[] = [];
  while (schedule.pollTimeout() <= start + durationMs) {
    const now = schedule.pollTimeout();
    expect(schedule.poll(now - 0.001)).toBe(false);
    expect(schedule.poll(now)).toBe(true);
    expect(schedule.poll(now)).toBe(false);
    times.push(now - start);
  }
  return times;
}

describe("RepeatSchedule", () => {
  test("asks in a burst and then every 2.5 s", () => {
    const schedule = new RepeatSchedule(start, queryTiming, new SeededRandom(1));
    expect(fireTimes(schedule, 6_000)).toEqual([0, 100, 300, 900, 3_400, 5_900]);
  });

  test("announces in a burst and then every 3 s, 20 % more or less", () => {
    const schedule = new RepeatSchedule(start, beaconTiming, new SeededRandom(1));
    const times = fireTimes(schedule, 3_600_000);
    expect(times.slice(0, 3)).toEqual([0, 250, 1000]);
    const waits = times.slice(3).map((time, index) => time - times[index + 2]!);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(2400);
    expect(Math.min(...waits)).toBeLessThan(2450);
    expect(Math.max(...waits)).toBeLessThanOrEqual(3600);
    expect(Math.max(...waits)).toBeGreaterThan(3550);
  });

  test("begins the burst again when told to", () => {
    const schedule = new RepeatSchedule(start, queryTiming, new SeededRandom(1));
    fireTimes(schedule, 2_000);
    schedule.handleStart(start + 2_000);
    expect(fireTimes(schedule, 3_000)).toEqual([2_000, 2_100, 2_300, 2_900]);
  });

  test("lets a change through at once, and the next one a second after", () => {
    const schedule = new RepeatSchedule(start, beaconTiming, new SeededRandom(1));
    fireTimes(schedule, 1_000);
    schedule.handleDemand(start + 2_100, changeGapMs);
    expect(schedule.poll(start + 2_100)).toBe(true);
    schedule.handleDemand(start + 2_200, changeGapMs);
    expect(schedule.pollTimeout()).toBe(start + 2_100 + changeGapMs);
    schedule.handleDemand(start + 2_900, changeGapMs);
    expect(schedule.pollTimeout()).toBe(start + 2_100 + changeGapMs);
  });

  test("a change does not put off what is due earlier", () => {
    const schedule = new RepeatSchedule(start, beaconTiming, new SeededRandom(1));
    schedule.poll(start);
    schedule.handleDemand(start + 10, changeGapMs);
    expect(schedule.pollTimeout()).toBe(start + 250);
  });

  test("does not make up for the time a machine slept", () => {
    const schedule = new RepeatSchedule(start, beaconTiming, new SeededRandom(1));
    schedule.poll(start);
    expect(schedule.poll(start + 60_000)).toBe(true);
    expect(schedule.poll(start + 60_000)).toBe(false);
    expect(schedule.pollTimeout()).toBeGreaterThan(start + 62_000);
  });
});
