import { describe, expect, test } from "vitest";
import { customKeysMax } from "../../src/tui/custom-keys.ts";
import { withContent } from "../../src/tui/preferences.ts";
import { readSettings } from "../../src/tui/settings-text.ts";
import { enteredEvent } from "../support/client-events.ts";
import { roomScreen } from "../support/room-screen.ts";
import { joiningView, type ViewRun } from "../support/view.ts";

function command(run: ViewRun, text: string): ViewRun {
  return run.type(text).keys("enter");
}

function kept(name: string, value: string | undefined) {
  return { type: "change-setting", name, value };
}

describe("settings", () => {
  test("are listed, told one by one, changed and taken back", () => {
    const run = joiningView({ size: { columns: 120, rows: 40 } }).enter();
    expect(command(run, "/set").text()).toMatch(/notify +mentions +of which lines/);
    run.keys("escape");
    expect(command(run, "/set time").text()).toContain("how times are written");
    run.takeEffects();
    expect(command(run, "/set time 12H").takeEffects()).toEqual([kept("time", "12h")]);
    expect(run.text()).toContain("time = 12h");
    expect(command(run, "/unset time").takeEffects()).toEqual([kept("time", undefined)]);
  });

  test("that there are not, or not such, are refused and say what there is", () => {
    const run = joiningView({ size: { columns: 120, rows: 40 } }).enter();
    run.takeEffects();
    expect(command(run, "/set notifi all").text()).toContain("did you mean notify?");
    expect(command(run.keys("ctrl+u"), "/set notify some").text()).toContain("notify is off,");
    expect(run.takeEffects()).toEqual([]);
  });

  test("count at once: how times are written", () => {
    const run = joiningView().enter("bob").said(1, "hello", "bob");
    expect(run.text()).toMatch(/│ \d\d:\d\d +bob │ hello/);
    expect(command(run, "/set time 12h").text()).toMatch(/│ \d{1,2}:\d\d[ap] +bob │ hello/);
  });

  test("count at once: words that call", () => {
    const run = command(joiningView().enter("bob"), "/hilight release");
    run
      .client(enteredEvent("dev", ["alice"]))
      .keys("ctrl+n")
      .said(1, "the Release is out");
    expect(roomScreen(run).rooms[0]?.mentionCount).toBe(1);
    command(run, "/dehilight RELEASE");
    expect(roomScreen(run.said(2, "a release")).rooms[0]?.mentionCount).toBe(1);
    expect(command(run, "/dehilight release").text()).toContain("is not among highlights");
  });

  test("count at once: whose lines are hidden, which is seen, told by nobody and not counted", () => {
    const run = joiningView().enter("bob").said(1, "spoiler: he dies", "bob").said(2, "hi", "eve");
    command(run, "/filter spoiler");
    expect(run.text()).toContain("(hidden: it says spoiler)");
    expect(run.text()).not.toContain("he dies");
    run.takeEffects();
    command(run, "/ignore eve");
    expect(run.takeEffects()).toEqual([
      { type: "ask", question: { type: "ignore", nick: "eve", isOn: true } },
      kept("ignored", "eve"),
    ]);
    expect(run.text()).toContain("(hidden: eve is ignored)");
    run
      .client(enteredEvent("dev", ["alice"]))
      .keys("ctrl+n")
      .said(3, "alice?", "eve");
    expect(roomScreen(run).rooms[0]).toMatchObject({ unreadCount: 0, mentionCount: 0 });
    expect(run.takeEffects().filter(({ type }) => type === "notify")).toEqual([]);
    command(run.keys("ctrl+n"), "/unfilter spoiler");
    expect(run.text()).toContain("he dies");
  });

  test("never hide what we say ourselves", () => {
    const run = command(joiningView().enter(), "/filter spoiler").said(1, "a spoiler", "alice");
    expect(run.text()).toContain("a spoiler");
  });

  test("count at once: how it is told who comes and goes, but never of whom we talk with", () => {
    const told = (joins: string) => {
      const run = joiningView({ settingsText: `joins = ${joins}` }).enter("bob");
      run.said(1, "hello", "bob");
      const left = (nick: string) =>
        run.client({ type: "left", room: "lobby", nick, reason: "quit" });
      left("bob");
      left("carol");
      left("dave");
      const { lines } = roomScreen(run).rooms[0]!.conversation;
      return lines
        .slice()
        .flatMap((line) =>
          line.type === "presence" ? [line.changes.map(({ nick }) => nick).join(" ")] : [],
        );
    };
    expect(told("fold")).toEqual(["bob", "carol dave"]);
    expect(told("show")).toEqual(["bob", "carol", "dave"]);
    expect(told("hide")).toEqual(["bob"]);
  });

  test("give the mouse back and take it", () => {
    const run = joiningView().enter();
    run.takeEffects();
    expect(command(run, "/mouse off").takeEffects()).toContainEqual({ type: "mouse", isOn: false });
    expect(command(run, "/mouse off").takeEffects()).toEqual([kept("mouse", "off")]);
    expect(command(run, "/unset mouse").takeEffects()).toContainEqual({
      type: "mouse",
      isOn: true,
    });
    const off = joiningView({ settingsText: "mouse = off" });
    expect(off.takeEffects()).toContainEqual({ type: "mouse", isOn: false });
  });

  test("that are kept bring along what was written in the file meanwhile", () => {
    const run = command(joiningView().enter("bob"), "/set time 12h").said(1, "hello", "bob");
    run.event({ type: "settings-kept", text: "time = 12h\nfilters = hello\nwhat" });
    expect(run.text()).toContain("(hidden: it says hello)");
    expect(run.text()).toContain("settings, line 3: is no `name = value`");
  });

  test("that cannot be kept last until the end, which is said", () => {
    const run = command(joiningView().enter(), "/set time 12h");
    run.event({ type: "settings-unkept", message: "disk full" });
    expect(run.text()).toContain("only until you quit: disk full");
    expect(run.state.settings.content.values.get("time")).toBe("12h");
  });

  test("that make no sense are told where they can be read", () => {
    const run = joiningView({
      settingsText: "notify = some\n",
      size: { columns: 120, rows: 30 },
    }).enter();
    expect(run.text()).toContain("settings, line 1: notify is off, mentions or all");
  });
});

describe("keys", () => {
  test("get another meaning at once, and what they meant is said", () => {
    const run = joiningView()
      .enter()
      .client(enteredEvent("dev", ["alice"]));
    run.takeEffects();
    expect(command(run, "/bind Ctrl+N open-editor").takeEffects()).toEqual([
      kept("key.ctrl+n", "open-editor"),
    ]);
    expect(run.text()).toContain("Ctrl+N = open-editor; it was next-room");
    expect(run.keys("ctrl+n").takeEffects()).toEqual([{ type: "edit-text", text: "" }]);
    command(run, "/bind ctrl+n usual");
    expect(roomScreen(run.keys("ctrl+n")).activeRoom).toBe("dev");
  });

  test("are explained by help as they are now", () => {
    const run = joiningView({ size: { columns: 100, rows: 200 } }).enter();
    command(run, "/bind f11 open-editor");
    expect(run.keys("f1").text()).toMatch(/F11 +write in your own \$EDITOR/);
  });

  test("of a sequence can be made, and the first of it waits then", () => {
    const run = command(joiningView().enter(), "/bind ctrl+v ctrl+e open-editor");
    run.takeEffects();
    expect(run.keys("ctrl+v", "ctrl+e").takeEffects()).toEqual([{ type: "edit-text", text: "" }]);
  });

  test("everywhere can be given away and come back by name", () => {
    const run = command(joiningView().enter(), "/bind ctrl+l none");
    run.takeEffects();
    expect(run.keys("ctrl+l").takeEffects()).toEqual([]);
    expect(command(run, "/bind ctrl+l").text()).toContain("Ctrl+L = none");
    expect(command(run, "/bind").text()).toContain("Ctrl+L = none");
    expect(command(run, "/unset key.ctrl+l").keys("ctrl+l").takeEffects()).toContainEqual({
      type: "redraw",
    });
  });

  test("that are no keys, and actions that are none, are refused", () => {
    const run = joiningView({ size: { columns: 120, rows: 30 } }).enter();
    expect(command(run, "/bind nokey redraw").text()).toContain("nokey is no key");
    expect(command(run.keys("ctrl+u"), "/bind f9 redrew").text()).toContain("did you mean redraw?");
  });

  test("can be changed so often and not once more", () => {
    const keys = Array.from({ length: customKeysMax }, (_, index) =>
      String.fromCodePoint(0x4e00 + index),
    );
    const settingsText = keys.map((key) => `key.ctrl+${key} = redraw`).join("\n");
    const run = command(joiningView({ settingsText }).enter(), "/bind f9 redraw");
    expect(run.text()).toContain("at most 100 keys can be changed");
  });
});

describe("the theme", () => {
  test("can be chosen, and follows the background only while it is auto", () => {
    const run = joiningView().enter();
    run.event({ type: "background", rgb: [255, 255, 255] });
    expect(command(run, "/theme night").state.settings.theme.name).toBe("night");
    expect(command(run, "/unset theme").state.settings.theme.name).toBe("auto");
  });

  test("stays without colours where there are none", () => {
    const run = joiningView().enter();
    const start = { ...run.state.settings.start, themeName: "mono" } as const;
    const { theme } = withContent(start, readSettings("theme = night"));
    expect(theme.name).toBe("mono");
  });
});
