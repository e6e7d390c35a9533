import { describe, expect, test } from "vitest";
import { mentions, mentionUnitsMax, noticeMs } from "../../src/tui/bell.ts";
import { enteredEvent } from "../support/client-events.ts";
import { joiningView, type ViewRun } from "../support/view.ts";

function isTold(run: ViewRun): boolean {
  return run.takeEffects().some(({ type }) => type === "notify");
}

/** In the lobby, scrolled up. */
function scrolledUp(settings = {}): ViewRun {
  const run = joiningView({ settings }).enter("bob");
  for (let sequence = 1; sequence <= 60; sequence += 1) run.said(sequence, "x");
  run.keys("page-up");
  run.takeEffects();
  return run;
}

describe("a person", () => {
  test("is told when somebody calls them where they do not see it", () => {
    expect(isTold(scrolledUp().said(61, "alice, are you there?"))).toBe(true);
    expect(isTold(scrolledUp().keys("f1").said(61, "alice?"))).toBe(true);
    const elsewhere = joiningView().enter("bob");
    elsewhere.client(enteredEvent("dev", ["alice"], { ref: "chosen" }));
    expect(isTold(elsewhere.said(1, "@Alice"))).toBe(true);
  });

  test("is not told what is seen, of others, of themselves, or when it is not wanted", () => {
    expect(isTold(joiningView().enter("bob").said(1, "alice?"))).toBe(false);
    expect(isTold(scrolledUp().said(61, "malice"))).toBe(false);
    expect(isTold(scrolledUp().said(61, "alice was here", "alice"))).toBe(false);
    expect(isTold(scrolledUp({ notices: "off" }).said(61, "alice?"))).toBe(false);
  });

  test("is told of what is on the screen while another window is in front", () => {
    const run = joiningView().enter("bob");
    run.event({ type: "focus", isFocused: false });
    expect(run.said(1, "nobody in particular").takeEffects()).not.toContainEqual(
      expect.objectContaining({ type: "notify" }),
    );
    expect(run.said(2, "alice?").takeEffects()).toContainEqual({
      type: "notify",
      title: "bob in #lobby",
      body: "alice?",
    });
    run.pass(noticeMs).event({ type: "focus", isFocused: true });
    expect(isTold(run.said(3, "alice?"))).toBe(false);
  });

  test("is told of everybody who wants it so", () => {
    expect(isTold(scrolledUp({ notices: "all" }).said(61, "malice"))).toBe(true);
    expect(
      isTold(
        joiningView({ settings: { notices: "all" } })
          .enter("bob")
          .said(1, "x"),
      ),
    ).toBe(false);
  });

  test("is told once in three seconds", () => {
    const run = scrolledUp().said(61, "alice?");
    expect(isTold(run)).toBe(true);
    expect(isTold(run.pass(noticeMs - 1).said(62, "alice!"))).toBe(false);
    expect(isTold(run.pass(1).said(63, "alice!!"))).toBe(true);
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
