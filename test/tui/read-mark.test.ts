import { describe, expect, test } from "vitest";
import { readMs } from "../../src/tui/read-mark.ts";
import { isTicking } from "../../src/tui/view.ts";
import { enteredEvent } from "../support/client-events.ts";
import { joiningView, type ViewRun } from "../support/view.ts";

/** Up to where the server was told that we have read. */
function told(run: ViewRun): string[] {
  return run
    .takeEffects()
    .flatMap((effect) => (effect.type === "read" ? [`${effect.room} ${effect.sequence}`] : []));
}

describe("what was read", () => {
  test("is told at once, and then once a second while lines come", () => {
    const run = joiningView().enter("bob").said(1, "one");
    expect(told(run)).toEqual(["lobby 1"]);
    run.said(2, "two").said(3, "three");
    expect(told(run)).toEqual([]);
    expect(isTicking(run.state)).toBe(true);
    expect(told(run.pass(readMs - 1))).toEqual([]);
    expect(told(run.pass(1))).toEqual(["lobby 3"]);
    expect(isTicking(run.state)).toBe(false);
  });

  test("is told before another room is shown, and before we quit", () => {
    const run = joiningView().enter("bob");
    run
      .client(enteredEvent("dev", ["alice"]))
      .said(1, "one")
      .said(2, "two");
    told(run);
    expect(told(run.keys("ctrl+n"))).toEqual(["lobby 2"]);
    const other = joiningView().enter("bob").said(1, "one").said(2, "two");
    told(other);
    expect(told(other.keys("ctrl+q"))).toEqual(["lobby 2"]);
  });
});
