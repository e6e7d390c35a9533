import { describe, expect, test } from "vitest";
import { draftText } from "../../src/tui/draft.ts";
import { enteredEvent } from "../support/client-events.ts";
import { roomScreen } from "../support/room-screen.ts";
import { joiningView, type ViewRun } from "../support/view.ts";

function twoRooms(): ViewRun {
  return joiningView()
    .enter("bob")
    .client(enteredEvent("dev", ["alice"]));
}

function typed(run: ViewRun): string {
  return roomScreen(run).editor.text;
}

describe("drafts", () => {
  test("stay in their rooms with their undo", () => {
    const run = twoRooms().type("for the lobby").keys("ctrl+n");
    expect(typed(run)).toBe("");
    expect(typed(run.type("for dev").keys("ctrl+n"))).toBe("for the lobby");
    expect(typed(run.keys("ctrl+_"))).toBe("for the ");
    expect(typed(run.keys("ctrl+n"))).toBe("for dev");
  });

  test("keep their pastes, and the history of each room is its own", () => {
    const run = twoRooms().type("said here").keys("enter").paste("a\nb").keys("ctrl+n");
    expect(roomScreen(run).paste).toBeUndefined();
    expect(typed(run.keys("up"))).toBe("");
    run.keys("ctrl+n");
    expect(roomScreen(run).paste?.text).toBe("a\nb");
    expect(typed(run.keys("escape", "up"))).toBe("said here");
  });

  test("share what was cut", () => {
    const run = twoRooms().type("moved").keys("ctrl+u", "ctrl+n", "ctrl+y");
    expect(typed(run)).toBe("moved");
  });

  test("never go to another room when theirs is left, but can be put back", () => {
    const run = twoRooms().type("secret").client({ type: "exited", room: "lobby" });
    expect(roomScreen(run).activeRoom).toBe("dev");
    expect(typed(run)).toBe("");
    expect(typed(run.keys("ctrl+y"))).toBe("secret");
  });

  test("typed before there is a room go into the first", () => {
    const run = joiningView().enter().client({ type: "exited", room: "lobby" }).type("hello");
    expect(typed(run.client(enteredEvent("dev", ["alice"])))).toBe("hello");
  });

  test("are told by room", () => {
    const run = twoRooms().type("for the lobby").keys("ctrl+n").type("for dev");
    const screen = roomScreen(run);
    expect(["lobby", "dev", "none"].map((room) => draftText(screen, room))).toEqual([
      "for the lobby",
      "for dev",
      "",
    ]);
  });
});
