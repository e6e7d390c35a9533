import { describe, expect, test } from "vitest";
import { roomScreen } from "../support/room-screen.ts";
import { joiningView, type ViewOptions, type ViewRun } from "../support/view.ts";

/** A room in which bob has said "one", we "two", and bob "three", at 120 columns. */
function spoken(options: ViewOptions = {}): ViewRun {
  const run = joiningView({ size: { columns: 120, rows: 30 }, ...options }).enter("bob");
  run.said(1, "one", "bob").said(2, "two", "alice").said(3, "three", "bob");
  run.takeEffects();
  return run;
}

function posted(run: ViewRun) {
  return run.takeEffects().flatMap((effect) => (effect.type === "post" ? [effect.body] : []));
}

/** What stands in the row that is marked. */
function markedRow(run: ViewRun): string | undefined {
  return run
    .text()
    .split("\n")
    .find((row) => /▌ *\d*:?\d* +\w* │|│▌/.test(row) && !row.startsWith(" ▌"));
}

function typed(run: ViewRun): string {
  return roomScreen(run).editor.text;
}

describe("a selected message", () => {
  test("is the lowest that is seen first, and is marked", () => {
    const run = spoken().keys("ctrl+up");
    expect(markedRow(run)).toContain("three");
    expect(markedRow(run.keys("up"))).toContain("two");
    expect(markedRow(run.keys("k", "k", "k"))).toContain("one");
    expect(markedRow(run.keys("j"))).toContain("two");
    expect(run.text()).toContain("r reply · e edit · + react · d delete · c copy");
  });

  test("is none any more behind the newest, after Escape, and where there are none", () => {
    expect(roomScreen(spoken().keys("ctrl+up", "down")).selection).toBeUndefined();
    expect(roomScreen(spoken().keys("alt+s", "escape")).selection).toBeUndefined();
    expect(roomScreen(spoken().keys("alt+s", "ctrl+c")).selection).toBeUndefined();
    expect(joiningView().enter().keys("ctrl+up").text()).toContain("there is no message to select");
  });

  test("stays seen when it is beyond the rows", () => {
    const run = joiningView({ size: { columns: 60, rows: 14 } }).enter("bob");
    for (let sequence = 1; sequence <= 40; sequence += 1) run.said(sequence, `line ${sequence}`);
    run.keys("ctrl+up");
    for (let step = 0; step < 30; step += 1) run.keys("up");
    expect(run.text()).toContain("line 10");
    expect(run.text()).not.toContain("line 40");
    for (let step = 0; step < 25; step += 1) run.keys("down");
    expect(run.text()).toContain("line 35");
  });

  test("is replied to, which the input line says, and Escape leaves that with the text", () => {
    const run = spoken().type("so ").keys("ctrl+up", "r").type("true");
    expect(run.text()).toContain("↳ replying to bob: three");
    expect(typed(run)).toBe("so true");
    expect(posted(run.keys("enter"))).toEqual([{ type: "message", text: "so true", replyTo: 3 }]);
    expect(run.text()).not.toContain("replying to");
    const left = spoken().keys("ctrl+up", "r").type("hm").keys("escape");
    expect(left.text()).not.toContain("replying to");
    expect(typed(left)).toBe("hm");
    expect(posted(left.keys("enter"))).toEqual([{ type: "message", text: "hm" }]);
  });

  test("is edited where it is our own, and what was being written comes back", () => {
    const run = spoken().type("draft").keys("ctrl+up", "e");
    expect(run.text()).toContain("only your own lines can be edited");
    run.keys("up", "e");
    expect(run.text()).toContain("↳ editing alice: two");
    expect(typed(run)).toBe("two");
    expect(posted(run.type("!").keys("enter"))).toEqual([
      { type: "edit", target: 2, text: "two!" },
    ]);
    expect(typed(run)).toBe("draft");
  });

  test("is left unchanged by Escape, and Ctrl+Y brings what was written", () => {
    const run = spoken().type("draft ").keys("ctrl+up", "up", "e").type("!").keys("escape");
    expect(typed(run)).toBe("draft ");
    expect(posted(run)).toEqual([]);
    expect(typed(run.keys("ctrl+y"))).toBe("draft two!");
  });

  test("gets a reaction by the beginning of its name", () => {
    const run = spoken().keys("ctrl+up", "+").type("tad");
    expect(run.text()).toContain("↳ reacting to bob: three");
    expect(run.text()).toContain(":tada:");
    expect(posted(run.keys("enter"))).toEqual([
      { type: "react", target: 3, emoji: "🎉", isOn: true },
    ]);
    expect(typed(run)).toBe("");
  });

  test("gets a reaction that is chosen in the menu", () => {
    const run = spoken().keys("ctrl+up", "+").type("hea").keys("down", "down", "enter");
    expect(typed(run)).not.toContain(":");
    expect(posted(run.keys("enter"))).toEqual([
      { type: "react", target: 3, emoji: "😍", isOn: true },
    ]);
  });

  test("is deleted when that is said twice, and kept else", () => {
    const run = spoken().keys("ctrl+up", "up", "d");
    expect(run.text()).toContain("delete alice: two? y deletes it, any other key keeps it");
    expect(posted(run.keys("escape"))).toEqual([]);
    expect(run.text()).toContain("it was kept");
    expect(posted(run.keys("d", "y"))).toEqual([{ type: "delete", target: 2 }]);
    const quick = spoken({ settingsText: "confirm = off" }).keys("ctrl+up", "up", "d");
    expect(posted(quick)).toEqual([{ type: "delete", target: 2 }]);
  });

  test("is copied", () => {
    const run = spoken().keys("ctrl+up", "c");
    expect(run.takeEffects()).toContainEqual({ type: "copy", text: "three" });
    expect(roomScreen(run).selection).toBeUndefined();
  });

  test("is read whole, and is selected still after that", () => {
    const run = spoken().keys("ctrl+up", "o");
    expect(run.state.overlay).toMatchObject({ type: "reader", text: "three" });
    expect(markedRow(run.keys("escape"))).toContain("three");
  });

  test("has its link opened by the system, or copied where that cannot be", () => {
    const run = spoken().said(4, "see https://ci.lab/run/1 (file:///etc/passwd)", "bob");
    run.takeEffects();
    const link = "https://ci.lab/run/1";
    expect(run.keys("ctrl+up", "o").takeEffects()).toContainEqual({ type: "open-link", link });
    run.event({ type: "link-unopened", link, message: "xdg-open cannot be started" });
    expect(run.text()).toContain("xdg-open cannot be started: copied instead");
    expect(run.takeEffects()).toContainEqual({ type: "copy", text: link });
    const unsafe = spoken().said(4, "file:///etc/passwd", "bob").keys("ctrl+up", "o");
    expect(unsafe.state.overlay).toMatchObject({ type: "reader" });
  });

  test("is what a command without a number is about", () => {
    const run = spoken().keys("ctrl+up", "up", "up", "/").type("react :tada:").keys("enter");
    expect(posted(run)).toEqual([{ type: "react", target: 1, emoji: "🎉", isOn: true }]);
    expect(roomScreen(run).selection).toBeUndefined();
    const reply = spoken().keys("ctrl+up", "up", "up", "/").type("reply yes").keys("enter");
    expect(posted(reply)).toEqual([{ type: "message", text: "yes", replyTo: 1 }]);
  });

  test("keeps letters from the input line", () => {
    expect(typed(spoken().type("x").keys("ctrl+up").type("zzz"))).toBe("x");
  });

  test("is none in another room, and what is written about it stays in its own", () => {
    const run = spoken().keys("ctrl+up", "r").type("about three");
    run.client({ type: "exited", room: "lobby" });
    expect(roomScreen(run)).toMatchObject({ about: undefined, selection: undefined });
  });
});

describe("what is written about a message", () => {
  test("is a paste, too", () => {
    const run = spoken().keys("ctrl+up", "r").paste("a\nb").keys("enter");
    expect(posted(run)).toEqual([{ type: "message", text: "a\nb", replyTo: 3 }]);
  });

  test("is never a command", () => {
    const run = spoken().keys("ctrl+up", "r").type("/quit").keys("enter");
    expect(posted(run)).toEqual([{ type: "message", text: "/quit", replyTo: 3 }]);
  });

  test("is left by Ctrl+C", () => {
    expect(roomScreen(spoken().keys("ctrl+up", "r", "ctrl+c")).about).toBeUndefined();
  });
});
