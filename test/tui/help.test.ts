import { describe, expect, test } from "vitest";
import { commands } from "../../src/tui/command-table.ts";
import { keyBindings, keyLabel } from "../../src/tui/key-table.ts";
import { joiningView, ViewRun as View, type ViewRun } from "../support/view.ts";

/** All that help says in a terminal of 300 rows. */
function help(run: ViewRun): string {
  return run.resize({ columns: 120, rows: 300 }).keys("f1").text();
}

function typed(run: ViewRun): string {
  const { screen } = run.state;
  return screen.type === "room" ? screen.editor.text : "";
}

describe("help", () => {
  test("while chatting has every command, and every key of the room and of everywhere", () => {
    const text = help(joiningView().enter());
    expect(text.split("\n")[2]).toBe(" ROOM");
    for (const { name } of commands) expect(text).toMatch(new RegExp(` /${name}( |$)`, "m"));
    for (const { context, keys, help: words } of keyBindings) {
      if ((context !== "room" && context !== "everywhere") || words === undefined) continue;
      expect(text).toContain(keyLabel(keys[0]!));
      expect(text).toContain(words);
    }
  });

  test("begins with the keys of the place where it was asked for, and knows no commands outside of rooms", () => {
    const picker = help(new View().servers());
    expect(picker.split("\n")[2]).toBe(" SERVERS");
    expect(picker).not.toContain("/leave");
    const long = Array.from({ length: 100 }, (_, index) => `row ${index}`).join("\n");
    const reading = joiningView().enter().said(1, long).keys("f4");
    expect(help(reading).split("\n")[2]).toBe(" READING A MESSAGE");
    expect(reading.keys("escape").text()).toContain("100 lines");
  });

  test("says how much more there is below, until its end is seen", () => {
    const run = joiningView().enter().keys("f1");
    const count = () => Number(/^ ▼ (\d+) more · /m.exec(run.text())?.[1] ?? 0);
    const atFirst = count();
    expect(atFirst).toBeGreaterThan(50);
    expect(run.keys("page-down", "page-down") && count()).toBeLessThan(atFirst);
    expect(run.type("bans") && count()).toBe(0);
  });

  test("is filtered by typing, the best first", () => {
    const run = joiningView().enter().keys("f1").type("who from");
    expect(run.text()).toContain("look for: who from");
    run.keys("ctrl+u").type("bans");
    expect(run.text().split("\n")[2]).toMatch(/^ ▌ \/bans +who is banned/);
    expect(run.type("zzz").text()).toContain("nothing is called so");
  });

  test("writes the command that is chosen into the input line, and undo brings back what was there", () => {
    const run = joiningView().enter().type("draft").keys("f1").type("kick").keys("enter");
    expect(typed(run)).toBe("/kick ");
    expect(run.text()).toContain("Ctrl+_ brings back what was here");
    expect(typed(run.keys("ctrl+_"))).toBe("draft");
  });

  test("does the key that is chosen", () => {
    const run = joiningView({ size: { columns: 120, rows: 24 } }).enter("bob");
    const before = run.text();
    run.keys("f1").type("people on or off").keys("enter");
    expect(run.state.overlay).toBeUndefined();
    expect(run.text()).not.toBe(before);
  });

  test("does nothing with a key that means nothing there", () => {
    const run = joiningView().enter().keys("f1").type("drop it").keys("enter");
    expect(run.text()).toContain("drop it");
  });

  test.each(["escape", "f1", "?", "ctrl+c"])("closes with %s and leaves what was typed", (key) => {
    const run = joiningView().enter().type("draft").keys("f1", key);
    expect(run.text()).toContain("> draft");
    expect(run.keys("f1", "x", "?").text()).toContain("look for: x?");
  });

  test("Ctrl-C empties its filter first", () => {
    const run = joiningView().enter().keys("f1").type("x").keys("ctrl+c");
    expect(run.text()).toContain("Help: chatting");
    expect(run.keys("ctrl+c").text()).not.toContain("Help:");
  });

  test("marks rows down to its end and keeps the marked one in sight", () => {
    const run = joiningView({ size: { columns: 40, rows: 12 } })
      .enter()
      .keys("f1");
    run.keys(..."page-down ".repeat(40).trim().split(" "));
    expect(run.text()).toContain("▌ Escape");
    expect(run.keys("ctrl+home").text()).toContain("▌ Enter");
  });

  test("is gone with its screen", () => {
    const run = joiningView().keys("f1").enter();
    expect(run.text()).toContain("beginning of #lobby");
  });
});
