import { expect, test } from "vitest";
import { undeliveredReport } from "../../src/tui/undelivered.ts";
import { textBody } from "../support/client-events.ts";
import { someTime } from "../support/fake-client.ts";
import { joiningView } from "../support/view.ts";

/** What is printed when so many lines were said and none was stored. */
function report(count: number): readonly string[] {
  const run = joiningView().enter();
  for (let n = 1; n <= count; n += 1) {
    const line = {
      type: "pending",
      room: "lobby",
      id: `own-${n}`,
      body: textBody(`line\n${n}`),
      at: someTime,
    } as const;
    run.client(line);
  }
  return undeliveredReport(run.state, { count, keptCount: 0 });
}

test("what was not delivered is shown line by line", () => {
  expect(report(1)).toEqual(["1 line was not delivered:", "  #lobby line 1"]);
});

test("20 lines are shown, and with one more it is said that there is more", () => {
  expect(report(20)).toHaveLength(21);
  expect(report(20).at(-1)).toBe("  #lobby line 20");
  expect(report(21).slice(-2)).toEqual(["  #lobby line 20", "  … and 1 more"]);
});
