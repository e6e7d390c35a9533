import { describe, expect, test } from "vitest";
import { warningMs } from "../../src/tui/quitting.ts";
import { heardServer, ViewRun } from "../support/view.ts";

/** In a server of our own with so many members. */
function hosting(memberCount: number): ViewRun {
  const run = new ViewRun({ settings: { nick: "alice" } }).servers().keys("f2");
  const server = heardServer("lab", { id: "key" });
  run.hostedMemberCount = memberCount;
  run.event({ type: "hosted", target: { type: "discovered", server } }).enter("bob");
  run.takeEffects();
  return run;
}

function hasQuit(run: ViewRun): boolean {
  return run.takeEffects().some(({ type }) => type === "quit");
}

describe("who hosts a server", () => {
  test("is told for how many it would end, and ends it when asked again", () => {
    const run = hosting(4).keys("ctrl+q");
    expect(hasQuit(run)).toBe(false);
    expect(run.text()).toContain("you host lab for 3 others: quit again to end it for them");
    expect(hasQuit(run.pass(warningMs).keys("ctrl+q"))).toBe(true);
  });

  test("is asked anew after five seconds", () => {
    const run = hosting(2)
      .keys("ctrl+q")
      .pass(warningMs + 1);
    expect(run.text()).not.toContain("quit again");
    expect(hasQuit(run.keys("ctrl+q"))).toBe(false);
    expect(run.text()).toContain("you host lab for 1 other:");
  });

  test.each([
    ["/quit and Enter", [..."/quit", "enter"]],
    ["Ctrl+C twice", ["ctrl+c", "ctrl+c"]],
  ])("is asked after %s, too", (_, keys) => {
    const run = hosting(2).keys(...keys);
    expect(hasQuit(run)).toBe(false);
    expect(run.text()).toContain("quit again");
    expect(hasQuit(run.keys(...keys))).toBe(true);
  });

  test("quits at once when nobody else is there", () => {
    expect(hasQuit(hosting(1).keys("ctrl+q"))).toBe(true);
  });

  test("is asked also on the way to another server, where all members are others", () => {
    const run = hosting(1).type("/servers").keys("enter", "ctrl+q");
    expect(hasQuit(run)).toBe(false);
    expect(run.text()).toContain("you host lab for 1 other:");
    run
      .servers(heardServer("other"))
      .pass(warningMs + 1)
      .keys("enter", "ctrl+q");
    expect(run.text()).toContain("you host lab for 1 other:");
  });

  test("is not asked by a signal", () => {
    expect(hasQuit(hosting(4).event({ type: "quit" }))).toBe(true);
  });

  test("is not suspended, and told why", () => {
    const run = hosting(1).keys("ctrl+z");
    expect(run.takeEffects()).toEqual([]);
    expect(run.text()).toContain("you host lab: Ctrl+Z would stop it for everybody");
    expect(run.type("x").text(), "until the next key").not.toContain("you host lab");
    run.keys("backspace", "ctrl+z");
    expect(hasQuit(run.keys("ctrl+q")), "another warning is no wish to quit").toBe(true);
  });
});

test("who enters their own server is told how others find it", () => {
  expect(hosting(1).text()).toContain("you host lab: others on this network find it by starting");
});

test("who hosts nothing quits and is suspended at once", () => {
  const run = new ViewRun().keys("ctrl+z");
  expect(run.takeEffects()).toEqual([{ type: "suspend" }]);
  expect(hasQuit(run.keys("ctrl+q"))).toBe(true);
});
