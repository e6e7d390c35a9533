import { describe, expect, test } from "vitest";
import { inputSearchUnitsMax } from "../../src/tui/input-search.ts";
import { roomScreen } from "../support/room-screen.ts";
import { joiningView, type ViewRun } from "../support/view.ts";

function inputLine(run: ViewRun): string {
  return run.text().split("\n").at(-2) ?? "";
}

/** A room in which these lines were sent. */
function withSent(...lines: readonly string[]): ViewRun {
  const run = joiningView().enter();
  for (const line of lines) run.type(line).keys("enter");
  return run;
}

describe("looking for what was said before", () => {
  test("finds the newest line with what is typed, then older and newer ones", () => {
    const run = withSent("run the tests", "walk", "RUN it again").type("draft").keys("ctrl+r");
    expect(inputLine(run)).toBe("sent:");
    expect(inputLine(run.type("run"))).toBe("sent: run | RUN it again");
    expect(inputLine(run.keys("ctrl+r"))).toBe("sent: run | run the tests");
    expect(inputLine(run.keys("ctrl+r"))).toBe("sent: run | run the tests");
    expect(inputLine(run.keys("ctrl+s", "ctrl+s"))).toBe("sent: run | RUN it again");
  });

  test("takes the line it found, which is not sent yet and can be undone", () => {
    const run = withSent("run the tests").type("draft").keys("ctrl+r").type("run");
    run.takeEffects();
    expect(inputLine(run.keys("enter"))).toBe("> run the tests");
    expect(run.takeEffects()).toEqual([]);
    expect(inputLine(run.keys("ctrl+_"))).toBe("> draft");
  });

  test("takes it by any key that edits, which edits it", () => {
    const run = withSent("run the tests").keys("ctrl+r").type("tests").keys("ctrl+w");
    expect(inputLine(run)).toBe("> run the");
  });

  test("leaves what was being written as it was on Escape, and when nothing is found", () => {
    const run = withSent("run the tests").type("draft");
    expect(inputLine(run.keys("ctrl+r").type("run").keys("escape"))).toBe("> draft");
    expect(inputLine(run.keys("ctrl+r").type("zz"))).toBe("nothing sent has: zz");
    expect(inputLine(run.keys("backspace", "backspace"))).toBe("sent:");
    expect(inputLine(run.keys("enter"))).toBe("> draft");
  });

  test("looks for so many characters and no more", () => {
    const run = withSent("a")
      .keys("ctrl+r")
      .type("x".repeat(inputSearchUnitsMax + 1));
    expect(roomScreen(run).inputSearch?.query).toHaveLength(inputSearchUnitsMax);
  });

  test("is empty again after Ctrl+C, which leaves the draft", () => {
    const run = withSent("a").type("draft").keys("ctrl+r").type("a").keys("ctrl+c");
    expect(inputLine(run)).toBe("> draft");
  });
});
