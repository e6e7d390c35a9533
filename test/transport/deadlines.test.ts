import { describe, expect, test } from "vitest";
import { Deadlines } from "../../src/transport/deadlines.ts";
import { SeededRandom } from "../support/random.ts";

describe("Deadlines", () => {
  test("agree with a sorted list, whatever is set, moved and removed", () => {
    for (let seed = 1; seed <= 30; seed += 1) {
      const random = new SeededRandom(seed);
      const deadlines = new Deadlines<number>();
      const model = new Map<number, number>();
      for (let step = 0; step < 300; step += 1) {
        const item = random.between(0, 40);
        if (random.chance(0.25)) {
          deadlines.set(item, undefined);
          model.delete(item);
        } else {
          const at = random.between(0, 1000);
          deadlines.set(item, at);
          model.set(item, at);
        }
        const first = model.size === 0 ? undefined : Math.min(...model.values());
        expect(deadlines.nextAt, `seed ${seed}, step ${step}`).toBe(first);
        expect(deadlines.size).toBe(model.size);
      }
      const due = deadlines.takeDue(500);
      const times = due.map((item) => model.get(item)!);
      expect(times, `seed ${seed}`).toEqual([...times].sort((a, b) => a - b));
      const expected = [...model].filter(([, at]) => at <= 500).map(([item]) => item);
      expect(new Set(due)).toEqual(new Set(expected));
      expect(deadlines.size).toBe(model.size - due.length);
    }
  });
});
