import { describe, expect, test } from "vitest";
import { bellMs, mentions, mentionUnitsMax } from "../../src/tui/bell.ts";
import { enteredEvent } from "../support/client-events.ts";
import { joiningView, type ViewRun } from "../support/view.ts";

function hasRung(run: ViewRun): boolean {
  return run.takeEffects().some(({ type }) => type === "ring");
}

/** In the lobby, scrolled up. */
function scrolledUp(settings = {}): ViewRun {
  const run = joiningView({ settings }).enter("bob");
  for (let sequence = 1; sequence <= 60; sequence += 1) run.said(sequence, "x");
  run.keys("page-up");
  run.takeEffects();
  return run;
}

describe("the bell", () => {
  test("rings when somebody calls us where we do not see it", () => {
    expect(hasRung(scrolledUp().said(61, "alice, are you there?"))).toBe(true);
    expect(hasRung(scrolledUp().keys("f1").said(61, "alice?"))).toBe(true);
    const elsewhere = joiningView().enter("bob");
    elsewhere.client(enteredEvent("dev", ["alice"], { ref: "chosen" }));
    expect(hasRung(elsewhere.said(1, "@Alice"))).toBe(true);
  });

  test("does not ring for what is seen, for others, for ourselves, or when it is not wanted", () => {
    expect(hasRung(joiningView().enter("bob").said(1, "alice?"))).toBe(false);
    expect(hasRung(scrolledUp().said(61, "malice"))).toBe(false);
    expect(hasRung(scrolledUp().said(61, "alice was here", "alice"))).toBe(false);
    expect(hasRung(scrolledUp({ hasBell: false }).said(61, "alice?"))).toBe(false);
  });

  test("rings once in three seconds", () => {
    const run = scrolledUp().said(61, "alice?");
    expect(hasRung(run)).toBe(true);
    expect(hasRung(run.pass(bellMs - 1).said(62, "alice!"))).toBe(false);
    expect(hasRung(run.pass(1).said(63, "alice!!"))).toBe(true);
  });
});

describe("a nickname is called", () => {
  test.each(["alice", "hi Alice.", "(ALICE)", "well,alice!", "alice's", "小明 alice 小明"])(
    "by %j",
    (text) => expect(mentions(text, "alice")).toBe(true),
  );

  test.each(["malice", "alices", "alice_", "alice2", "小alice", "ali ce"])("not by %j", (text) =>
    expect(mentions(text, "alice")).toBe(false),
  );

  test("also with characters that mean something in patterns", () => {
    expect(mentions("hi a.b-c!", "a.b-c")).toBe(true);
    expect(mentions("hi axb-c!", "a.b-c")).toBe(false);
  });

  test("within the first characters of a long line, and not after them", () => {
    const blank = " ".repeat(mentionUnitsMax - "alice".length);
    expect(mentions(`${blank}alice`, "alice")).toBe(true);
    expect(mentions(`${blank} alice`, "alice")).toBe(false);
  });
});
