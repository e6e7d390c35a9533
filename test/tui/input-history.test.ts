import { describe, expect, test } from "vitest";
import {
  emptyHistory,
  historyLinesMax,
  historyNewer,
  historyOlder,
  historyUnitsMax,
  type InputHistory,
  remember,
} from "../../src/tui/input-history.ts";

function historyOf(...lines: readonly string[]): InputHistory {
  return lines.reduce(remember, emptyHistory);
}

describe("the input history", () => {
  test("goes back to the oldest line and forward to the draft", () => {
    const one = historyOlder(historyOf("first", "second"), "draft");
    expect(one.text).toBe("second");
    const two = historyOlder(one.history, one.text);
    expect(two.text).toBe("first");
    expect(historyOlder(two.history, two.text)).toEqual(two);
    const three = historyNewer(two.history, two.text);
    expect(three.text).toBe("second");
    const four = historyNewer(three.history, three.text);
    expect(four.text).toBe("draft");
    expect(historyNewer(four.history, four.text)).toEqual(four);
    expect(historyOlder(emptyHistory, "draft").text).toBe("draft");
  });

  test("takes a changed line as the draft", () => {
    const one = historyOlder(historyOf("first", "second"), "draft");
    const two = historyOlder(one.history, "second, changed");
    const three = historyNewer(two.history, two.text);
    expect(historyNewer(three.history, three.text).text).toBe("second, changed");
  });

  test("leaves out blank lines and the same line twice", () => {
    expect(historyOf("a", " ", "", "a", "b", "a").lines).toEqual(["a", "b", "a"]);
  });

  test("keeps so many lines and forgets the oldest for one more", () => {
    const lines = Array.from({ length: historyLinesMax }, (_, index) => `line ${index}`);
    const full = historyOf(...lines);
    expect(full.lines).toEqual(lines);
    expect(remember(full, "more").lines).toEqual([...lines.slice(1), "more"]);
  });

  test("keeps so many units and forgets the oldest for one more", () => {
    const half = "x".repeat(historyUnitsMax / 2);
    const full = historyOf("y".repeat(historyUnitsMax / 2), half);
    expect(full.lines).toHaveLength(2);
    expect(remember(full, "z").lines).toEqual([half, "z"]);
    expect(remember(full, `${half}${half}`).lines).toHaveLength(1);
    expect(remember(full, `${half}${half}z`).lines).toEqual(full.lines);
  });
});
