import { describe, expect, test } from "vitest";
import { roomScreen } from "../support/room-screen.ts";
import { joiningView, type ViewRun } from "../support/view.ts";

function typed(run: ViewRun): string {
  const { text, cursor } = roomScreen(run).editor;
  return `${text.slice(0, cursor)}|${text.slice(cursor)}`;
}

function menuOf(run: ViewRun): readonly string[] {
  const { completing } = roomScreen(run);
  return completing?.type === "menu" ? completing.candidates.map(({ label }) => label) : [];
}

describe("completing", () => {
  test("writes what alone is meant, and undo takes it back", () => {
    const run = joiningView().enter("bob", "carol").type("bo").keys("tab");
    expect(typed(run)).toBe("bob: |");
    expect(menuOf(run)).toEqual([]);
    expect(typed(run.keys("ctrl+_"))).toBe("bo|");
  });

  test("goes through those that may be meant, who spoke last first", () => {
    const run = joiningView().enter("carl", "carol").said(1, "hi", "carol").type("ca").keys("tab");
    expect(typed(run)).toBe("carol: |");
    expect(menuOf(run)).toEqual(["carol", "carl"]);
    expect(typed(run.keys("tab"))).toBe("carl: |");
    expect(typed(run.keys("tab"))).toBe("carol: |");
    expect(typed(run.keys("shift+tab"))).toBe("carl: |");
  });

  test("shows a menu above the input line, which a key that writes closes", () => {
    const run = joiningView().enter("carl", "carol").type("ca").keys("tab");
    const rows = run.text().split("\n");
    const menu = rows.findIndex((row) => row.startsWith(" ▌carl"));
    expect(rows.slice(menu, menu + 4).map((row) => row.trimEnd())).toEqual([
      " ▌carl",
      "  carol",
      "> carl:",
      " Tab next · Shift+Tab back · Enter take it · Esc what you typed",
    ]);
    run.type("x");
    expect(menuOf(run)).toEqual([]);
    expect(typed(run)).toBe("carl: x|");
  });

  test("takes what is chosen by Enter without sending it, and Escape brings back what was typed", () => {
    const run = joiningView().enter("carl", "carol").type("ca").keys("tab");
    run.takeEffects();
    expect(typed(run.keys("enter"))).toBe("carl: |");
    expect(menuOf(run)).toEqual([]);
    expect(run.takeEffects()).toEqual([]);
    const back = joiningView().enter("carl", "carol").type("hi ca").keys("tab", "escape");
    expect(typed(back)).toBe("hi ca|");
  });

  test("goes through the menu by the arrows and sees more than fits", () => {
    const others = Array.from(
      { length: 20 },
      (_, index) => `nick${String(index).padStart(2, "0")}`,
    );
    const run = joiningView()
      .enter(...others)
      .type("nick")
      .keys("tab");
    expect(run.text()).toContain("(14 more)");
    expect(typed(run.keys("down", "down"))).toBe("nick02: |");
    expect(typed(run.keys("up"))).toBe("nick01: |");
    expect(run.keys("up", "up").text()).toContain(" ▌nick19");
  });

  test("says when nothing is meant, and leaves the line as it is", () => {
    const run = joiningView().enter("bob").type("zzz").keys("tab");
    expect(run.text()).toContain("nothing begins like that");
    expect(typed(run)).toBe("zzz|");
  });

  test("asks for files, writes what they have in common, and then lets one be chosen", () => {
    const run = joiningView().enter().type("/save ~/no");
    run.takeEffects();
    expect(run.keys("tab").takeEffects()).toEqual([{ type: "list-files", directory: "~/" }]);
    const file = (name: string) => ({ name, isDirectory: false });
    const files = [file("notes.txt"), file("notes.md"), file("other")];
    run.event({ type: "files", directory: "~/", files });
    expect(typed(run)).toBe("/save ~/notes.|");
    expect(menuOf(run)).toEqual(["notes.md", "notes.txt"]);
    expect(typed(run.keys("tab", "tab"))).toBe("/save ~/notes.txt|");
    expect(typed(run.keys("escape"))).toBe("/save ~/notes.|");
  });

  test("sends by Enter while nothing of the menu is chosen", () => {
    const run = joiningView().enter().type("/save no").keys("tab");
    const files = ["no", "not"].map((name) => ({ name, isDirectory: false }));
    run.event({ type: "files", directory: "", files });
    expect(menuOf(run)).toEqual(["no", "not"]);
    expect(run.keys("enter").text()).toContain("no folded message");
  });

  test("takes no files that come when something else is typed already", () => {
    const run = joiningView().enter().type("/save no").keys("tab").type("x");
    run.event({ type: "files", directory: "", files: [{ name: "nox", isDirectory: false }] });
    expect(typed(run)).toBe("/save nox|");
    expect(menuOf(run)).toEqual([]);
  });

  test("lets Ctrl+K and Ctrl+F edit while there is something behind the cursor", () => {
    const run = joiningView().enter().type("one two").keys("ctrl+a", "ctrl+f");
    expect(typed(run)).toBe("o|ne two");
    expect(typed(run.keys("ctrl+k"))).toBe("o|");
    expect(run.keys("ctrl+k").state.overlay).toBeDefined();
  });

  test("tells what a command takes while it is typed", () => {
    const run = joiningView().enter().type("/topic ");
    expect(run.text()).toContain("/topic [TEXT] · what this room is about");
    const setting = joiningView().enter().type("/set mouse ");
    expect(setting.text()).toContain("mouse on|off · wheel and clicks");
  });
});
