import { describe, expect, test } from "vitest";
import {
  keepAliveJitter,
  probeRoundsMax,
  probeRoundsMin,
  silenceAfterStallMs,
  silenceMaxMs,
} from "../../src/transport/limits.ts";
import { Liveness } from "../../src/transport/liveness.ts";

const now = 10_000;

describe("Liveness", () => {
  test("asks for one PING in each silence", () => {
    const liveness = new Liveness(now, 1000);
    expect(liveness.deadline(0)).toBe(now + 1000);
    expect(liveness.takePing(now + 999)).toBe(false);
    expect(liveness.takePing(now + 1000)).toBe(true);
    expect(liveness.takePing(now + 1000)).toBe(false);
    liveness.onHeard(now + 1100, 0);
    expect(liveness.takePing(now + 2100)).toBe(true);
  });

  test("shortens the wait by up to a tenth, so that peers do not fall into step", () => {
    const liveness = new Liveness(now, 1000);
    liveness.onHeard(now, 0.5);
    expect(liveness.deadline(0)).toBe(now + 1000 * (1 - keepAliveJitter / 2));
  });

  test("calls dead what was silent for 3.5 s and left 4 rounds unanswered, not less of either", () => {
    const liveness = new Liveness(now, 1000);
    liveness.takePing(now + 1000);
    const end = now + silenceMaxMs;
    expect(liveness.isDead(end, probeRoundsMin)).toBe(true);
    expect(liveness.isDead(end - 1, probeRoundsMin)).toBe(false);
    expect(liveness.isDead(end, probeRoundsMin - 1)).toBe(false);
    expect(liveness.deadline(probeRoundsMin)).toBe(end);
    expect(liveness.deadline(probeRoundsMin - 1)).toBeUndefined();
  });

  test("calls dead what speaks and leaves 30 rounds unanswered, and not one less", () => {
    const liveness = new Liveness(now, 1000);
    liveness.onHeard(now, 0);
    expect(liveness.isDead(now, probeRoundsMax - 1)).toBe(false);
    expect(liveness.isDead(now, probeRoundsMax)).toBe(true);
  });

  test("counts silence as 1.5 s after a stall of our own, and never as more than it was", () => {
    const liveness = new Liveness(now, 1000);
    liveness.takePing(now + 1000);
    liveness.onStall(now + 20_000);
    const end = now + 20_000 - silenceAfterStallMs + silenceMaxMs;
    expect(liveness.isDead(end - 1, probeRoundsMin)).toBe(false);
    expect(liveness.isDead(end, probeRoundsMin)).toBe(true);
    liveness.onHeard(now + 20_000, 0);
    liveness.onStall(now + 20_100);
    expect(liveness.isDead(now + 20_000 + silenceMaxMs - 1, probeRoundsMin)).toBe(false);
  });
});
