import { describe, expect, test } from "vitest";
import { settings } from "../../src/tui/setting-table.ts";
import { joiningView, type ViewRun } from "../support/view.ts";

function opened(...keys: string[]): ViewRun {
  const run = joiningView()
    .enter()
    .keys(...(keys.length === 0 ? ["f2"] : keys));
  run.takeEffects();
  return run;
}

describe("the settings", () => {
  test.each([[["f2"]], [[..."/set", "enter"]]])("open with %j and have every setting", (keys) => {
    const text = opened(...keys).text();
    for (const { name, help } of settings) {
      expect(text).toContain(name);
      expect(text).toContain(help.slice(0, 20));
    }
  });

  test("Enter takes the next value, which counts at once and is kept", () => {
    const run = opened().type("mouse");
    expect(run.text()).toContain("Enter makes it off");
    run.keys("enter");
    expect(run.text()).toMatch(/mouse +off/);
    expect(run.state.settings.isMouseOn).toBe(false);
    expect(run.takeEffects()).toContainEqual({
      type: "change-setting",
      name: "mouse",
      value: "off",
    });
    expect(run.keys("enter").text()).toMatch(/mouse +on/);
  });

  test("words are written as a command, with what there is", () => {
    const run = joiningView().enter().type("/hilight press").keys("enter", "f2");
    run.type("highlights").keys("enter");
    expect(run.text()).toContain("> /set highlights press");
  });

  test("have the keys that were changed, and how to take that back", () => {
    const run = joiningView().enter().type("/bind f5 go-to").keys("enter", "f2", "ctrl+end");
    expect(run.text()).toMatch(/▌ F5 +go-to +usual takes it back/);
    expect(run.keys("enter").text()).toContain("> /bind F5");
  });
});

test("a key with another meaning is so in help and in go-to, too", () => {
  const run = joiningView().enter().type("/bind f5 go-to").keys("enter", "f5");
  expect(run.type("settings").text()).toMatch(/settings +F2/);
  run.keys("escape").type("/bind f2 none").keys("enter", "ctrl+g");
  expect(run.type("settings").text()).not.toMatch(/settings +F2/);
});
