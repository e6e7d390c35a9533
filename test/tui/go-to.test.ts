import { describe, expect, test } from "vitest";
import { goToItems, goToPeopleMax } from "../../src/tui/go-to.ts";
import { enteredEvent, membersOf } from "../support/client-events.ts";
import { joiningView, type ViewRun } from "../support/view.ts";

function inTwoRooms(): ViewRun {
  const run = joiningView().enter("bob", "carol");
  return run.client(enteredEvent("dev", ["alice", "dave"]));
}

function activeRoom(run: ViewRun): string | undefined {
  const { screen } = run.state;
  return screen.type === "room" ? screen.activeRoom : undefined;
}

describe("go to", () => {
  test.each([[["ctrl+g"]], [["ctrl+k"]], [[..."/go", "enter"]]])(
    "opens with %j and lists rooms, people, keys, commands and settings",
    (keys) => {
      const text = inTwoRooms()
        .keys(...keys)
        .resize({ columns: 80, rows: 200 })
        .text();
      const sections = text.split("\n").filter((row) => /^ [A-Z]+$/.test(row));
      expect(sections).toEqual([" ROOMS", " PEOPLE", " KEYS", " COMMANDS", " SETTINGS"]);
      expect(text).toMatch(/#dev +room$/m);
      expect(text).toMatch(/dave +in #dev$/m);
      expect(text).toMatch(/people on or off +F8/);
    },
  );

  test("Ctrl+K cuts while there is something to cut", () => {
    const run = inTwoRooms().type("word").keys("ctrl+a", "ctrl+k");
    expect(run.state.overlay).toBeUndefined();
    expect(run.text()).not.toContain("word");
  });

  test("a few letters and Enter show a room", () => {
    const run = inTwoRooms().keys("ctrl+g").type("dv").keys("enter");
    expect(activeRoom(run)).toBe("dev");
    expect(run.state.overlay).toBeUndefined();
  });

  test("says what is new in a room", () => {
    const run = inTwoRooms().said(5, "alice: look").keys("alt+2").said(6, "alice: look again");
    expect(run.keys("ctrl+g").text()).toMatch(/#lobby +room, @1, 1 new/);
  });

  test("a person is talked to in private, a command is written, a key is pressed", () => {
    const run = inTwoRooms().keys("ctrl+g").type("bob").keys("enter");
    expect(run.text()).toContain("> /query bob");
    run.keys("ctrl+c", "ctrl+g").type("topic").keys("enter");
    expect(run.text()).toContain("> /topic");
    run.keys("ctrl+c", "ctrl+g").type("what happened").keys("enter");
    expect(run.text()).toContain("What happened");
  });

  test.each(["escape", "ctrl+g", "ctrl+c"])(
    "closes with %s, and what was typed is there",
    (key) => {
      const run = inTwoRooms().type("draft").keys("ctrl+g", key);
      expect(run.text()).toContain("> draft");
    },
  );

  test("lists so many people and not one more", () => {
    const names = Array.from({ length: goToPeopleMax + 1 }, (_, index) => `n${index}`);
    const run = joiningView().enter();
    run.client({ type: "members", room: "lobby", members: membersOf(names) });
    const people = goToItems(run.state).filter(({ section }) => section === "PEOPLE");
    expect(people).toHaveLength(goToPeopleMax);
  });
});
