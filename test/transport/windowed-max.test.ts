import { describe, expect, test } from "vitest";
import { WindowedMax } from "../../src/transport/windowed-max.ts";
import { SeededRandom } from "../support/random.ts";

describe("WindowedMax", () => {
  test("knows nothing before the first value", () => {
    expect(new WindowedMax(10).max).toBeUndefined();
  });

  test("forgets a value when it is as many steps old as it is long", () => {
    const filter = new WindowedMax(10);
    filter.note(0, 5);
    filter.note(9, 1);
    expect(filter.max).toBe(5);
    filter.note(10, 1);
    expect(filter.max).toBe(1);
  });

  test("is the maximum of the last steps for any values", () => {
    const random = new SeededRandom(4);
    const filter = new WindowedMax(10);
    const values: { step: number; value: number }[] = [];
    for (let step = 0; step < 500; step += random.between(0, 3)) {
      const value = random.between(1, 50);
      values.push({ step, value });
      filter.note(step, value);
      const inWindow = values.filter((entry) => step - 10 < entry.step);
      expect(filter.max, `step ${step}`).toBe(Math.max(...inWindow.map((entry) => entry.value)));
    }
  });
});
