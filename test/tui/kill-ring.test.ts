import { describe, expect, test } from "vitest";
import {
  emptyKills,
  killAt,
  killsMax,
  killUnitsMax,
  withKill,
  withKillGrown,
} from "../../src/tui/kill-ring.ts";

describe("the kill ring", () => {
  test("keeps so many cuts, and one more drives out the oldest", () => {
    const pieces = Array.from({ length: killsMax + 1 }, (_, index) => `cut ${index}`);
    const full = pieces.slice(0, killsMax).reduce(withKill, emptyKills);
    expect(full).toHaveLength(killsMax);
    expect(killAt(full, killsMax - 1)).toBe("cut 0");
    const over = withKill(full, pieces[killsMax] ?? "");
    expect(over).toHaveLength(killsMax);
    expect(killAt(over, killsMax - 1)).toBe("cut 1");
    expect(killAt(over, 0)).toBe(`cut ${killsMax}`);
  });

  test("keeps so many units, but always the newest", () => {
    const half = "x".repeat(killUnitsMax / 2);
    const full = [half, half].reduce(withKill, emptyKills);
    expect(full).toHaveLength(2);
    expect(withKill(full, "y")).toEqual([half, "y"]);
    expect(withKill(full, `${half}${half}y`)).toHaveLength(1);
  });

  test("goes round, and an empty ring gives nothing", () => {
    const ring = ["a", "b"].reduce(withKill, emptyKills);
    expect([0, 1, 2, 3].map((back) => killAt(ring, back))).toEqual(["b", "a", "b", "a"]);
    expect(killAt(emptyKills, 0)).toBe("");
    expect(withKill(ring, "")).toBe(ring);
  });

  test("lets the newest grow at either side", () => {
    const ring = ["a", "b"].reduce(withKill, emptyKills);
    expect(withKillGrown(ring, "x", "start")).toEqual(["a", "xb"]);
    expect(withKillGrown(ring, "x", "end")).toEqual(["a", "bx"]);
    expect(withKillGrown(emptyKills, "x", "end")).toEqual(["x"]);
  });
});
