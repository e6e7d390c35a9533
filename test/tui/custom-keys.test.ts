import { describe, expect, test } from "vitest";
import {
  bindingProblem,
  keyMeaning,
  keyNameOf,
  openActions,
  withCustomKeys,
} from "../../src/tui/custom-keys.ts";
import { actionNamed, keyBindings, keyLabel } from "../../src/tui/key-table.ts";

describe("keys of one's own", () => {
  test.each([
    ["Ctrl+G", "ctrl+g"],
    ["ctrl-g", "ctrl+g"],
    ["C-g", "ctrl+g"],
    ["^G", "ctrl+g"],
    ["M-x", "alt+x"],
    ["Shift+Alt+Left", "alt+shift+left"],
    ["PageUp", "page-up"],
    ["F12", "f12"],
    ["Ctrl+Space", "ctrl+ "],
    ["Ctrl+-", "ctrl+-"],
    ["Ctrl++", "ctrl++"],
    ["ctrl+x  Ctrl+E", "ctrl+x ctrl+e"],
    ["c", "c"],
    ["nokey", undefined],
    ["ctrl+x ctrl+e ctrl+z", undefined],
    ["", undefined],
    ["F13", undefined],
  ])("reads %j as %j", (typed, name) => {
    expect(keyNameOf(typed)).toBe(name);
  });

  test("names every key of the table as help shows it", () => {
    for (const key of keyBindings.flatMap(({ keys }) => keys)) {
      expect(keyNameOf(keyLabel(key)), key).toBe(key === " " ? undefined : key.toLowerCase());
    }
  });

  test("take a key from what it did, and leave the other keys of that", () => {
    const bindings = withCustomKeys(new Map([["ctrl+n", "redraw"]]));
    expect(actionNamed("room", "ctrl+n", true, bindings)).toBe("redraw");
    expect(actionNamed("room", "alt+right", true, bindings)).toBe("next-room");
    expect(actionNamed("room", "ctrl+l", true, bindings)).toBe("redraw");
    expect(actionNamed("picker", "enter", true, bindings)).toBe("choose");
  });

  test("may do nothing, or what they do not", () => {
    const bindings = withCustomKeys(
      new Map([
        ["ctrl+n", "none"],
        ["f9", "no-such-action"],
      ]),
    );
    expect(actionNamed("room", "ctrl+n", true, bindings)).toBeUndefined();
    expect(actionNamed("room", "f9", true, bindings)).toBeUndefined();
  });

  test("cannot be letters, Enter, or actions that there are not", () => {
    const problem = (typed: string, action: string) =>
      bindingProblem(keyNameOf(typed), typed, action);
    expect(problem("ctrl+g", "redraw")).toBeUndefined();
    expect(problem("ctrl+g", "none")).toBeUndefined();
    expect(problem("nokey", "redraw")).toContain("nokey is no key");
    expect(problem("g", "redraw")).toContain("g is typed");
    expect(problem("enter", "redraw")).toBe("Enter sends");
    expect(problem("ctrl+g", "redrew")).toBe("no action redrew: did you mean redraw?");
    expect(problem("ctrl+g", "xyzzy")).toContain("there are");
  });

  test("tell what they do", () => {
    expect(keyMeaning("ctrl+l", keyBindings)).toBe("redraw");
    expect(keyMeaning("ctrl+w", keyBindings)).toBe("a key of the line editor");
    expect(keyMeaning("ctrl+]", keyBindings)).toBeUndefined();
    expect(openActions()).toContain("redraw");
  });
});
