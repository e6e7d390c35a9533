import { describe, expect, test } from "vitest";
import { actionOf, keyBindings, keyLabel, keyName } from "../../src/tui/key-table.ts";
import { keyEvent } from "../support/view.ts";

test("no key does two things in one place", () => {
  const seen = new Set<string>();
  for (const { context, keys, isForEmptyInput } of keyBindings) {
    for (const key of keys) {
      const place = `${context} ${key} ${isForEmptyInput ?? false}`;
      expect(seen.has(place), place).toBe(false);
      seen.add(place);
    }
  }
});

test("every action is explained by help", () => {
  const explained = new Set(
    keyBindings.filter(({ help }) => help !== undefined).map(({ action }) => action),
  );
  for (const { action } of keyBindings) expect(explained, action).toContain(action);
});

describe("looking up", () => {
  test("finds what counts everywhere on every screen", () => {
    expect(actionOf("picker", keyEvent("ctrl+q"), true)).toBe("quit");
    expect(actionOf("room", keyEvent("ctrl+q"), false)).toBe("quit");
  });

  test("takes the screen's own meaning first", () => {
    expect(actionOf("paste", keyEvent("escape"), true)).toBe("drop-paste");
  });

  test("leaves keys to the editor when something is typed", () => {
    expect(actionOf("room", keyEvent("end"), false)).toBeUndefined();
    expect(actionOf("room", keyEvent("end"), true)).toBe("scroll-bottom");
    expect(actionOf("room", keyEvent("?"), false)).toBeUndefined();
  });

  test("finds nothing for pastes and letters", () => {
    expect(actionOf("room", { type: "paste", text: "?" }, true)).toBeUndefined();
    expect(actionOf("room", keyEvent("x"), true)).toBeUndefined();
  });
});

test("keys are named with their modifiers in one order", () => {
  expect(keyName(keyEvent("ctrl+alt+shift+up"))).toBe("ctrl+alt+shift+up");
  expect(keyLabel("ctrl+q")).toBe("Ctrl+Q");
  expect(keyLabel("page-up")).toBe("PageUp");
  expect(keyLabel("h")).toBe("h");
});
