import { describe, expect, test } from "vitest";
import type { Line } from "../../src/tui/line.ts";
import { LineList } from "../../src/tui/line-list.ts";
import { SeededRandom } from "../support/random.ts";

function line(key: number): Line {
  return { type: "notice", key: String(key), text: "", at: 0 };
}

function keys(list: LineList): string[] {
  return [...list].map(({ key }) => key);
}

describe("a list of lines", () => {
  test("does not change when others are made of it, and they do not see each other", () => {
    const one = new LineList().appended(line(1));
    const left = one.appended(line(2));
    const right = one.appended(line(3)).appended(line(4));
    const less = left.dropped(1).appended(line(5));
    expect([one, left, right, less].map(keys)).toEqual([
      ["1"],
      ["1", "2"],
      ["1", "3", "4"],
      ["2", "5"],
    ]);
    expect(keys(left.replaced(0, line(9)))).toEqual(["9", "2"]);
    expect(keys(left)).toEqual(["1", "2"]);
    expect(keys(new LineList())).toEqual([]);
  });

  test("is found in by index as an array is, and from its end", () => {
    const list = new LineList([line(1), line(2), line(3)]).dropped(1);
    expect([list.at(0)?.key, list.at(-1)?.key, list.at(2), list.at(-3)]).toEqual([
      "2",
      "3",
      undefined,
      undefined,
    ]);
    expect(list.slice(-1).map(({ key }) => key)).toEqual(["3"]);
    expect(list.findLastIndex(({ key }) => key === "1")).toBe(-1);
    expect(list.findLast(({ key }) => key === "2")).toMatchObject({ key: "2" });
  });

  test("is as an array would be, whatever is done", () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const random = new SeededRandom(seed);
      let list = new LineList();
      let model: string[] = [];
      for (let step = 1; step <= 200; step += 1) {
        if (random.chance(0.7)) {
          list = list.appended(line(step));
          model = [...model, String(step)];
        } else if (0 < list.length) {
          const count = random.between(1, list.length);
          list = list.dropped(count);
          model = model.slice(count);
        }
        expect(keys(list), `seed ${seed}`).toEqual(model);
      }
    }
  });
});
