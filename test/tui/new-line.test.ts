import { describe, expect, test } from "vitest";
import { enteredEvent } from "../support/client-events.ts";
import { entry } from "../support/fake-client.ts";
import { joiningView, type ViewRun } from "../support/view.ts";

/** In the lobby and in dev, where `dev` is not shown. */
function inTwoRooms(): ViewRun {
  const run = joiningView({ size: { columns: 80, rows: 24 } }).enter("bob");
  return run.client(enteredEvent("dev", ["alice", "bob"]));
}

function say(run: ViewRun, room: string, ...sequences: number[]): ViewRun {
  for (const sequence of sequences) {
    const said = entry(sequence, `line ${sequence}`);
    run.client({ type: "said", room, entry: said, isOwn: false });
  }
  return run;
}

/** What stands below the rule, or `undefined` without one. */
function below(run: ViewRun): string | undefined {
  const rows = run.text().split("\n");
  const index = rows.findIndex((row) => /── \d+ new ──/.test(row));
  if (index === -1) return undefined;
  const count = /(\d+) new/.exec(rows[index] ?? "")?.[1];
  return `${count}: ${/line \d+/.exec(rows[index + 1] ?? "")?.[0]}`;
}

describe("the line above what is new", () => {
  test("is not there while one sees what comes", () => {
    expect(below(say(inTwoRooms(), "lobby", 1, 2))).toBeUndefined();
  });

  test("stands above the first line that came while another room was shown", () => {
    const run = say(inTwoRooms(), "dev", 1, 2).keys("ctrl+n");
    expect(below(run)).toBe("2: line 1");
    expect(below(say(run, "dev", 3))).toBe("3: line 1");
  });

  test("stands where the server says that we have read to", () => {
    const run = inTwoRooms();
    const read = { sequence: 1, unread: 1, mentions: 0 };
    run.client(enteredEvent("ops", ["alice"], { read, ref: "chosen" }));
    const entries = [entry(1, "line 1"), entry(2, "line 2")];
    run.client({ type: "page", room: "ops", entries, damaged: [], hasMore: false });
    expect(below(run)).toBe("1: line 2");
  });

  test("stays through a look at the room from further up, and when another room is shown then", () => {
    const run = inTwoRooms();
    say(run, "dev", ...Array.from({ length: 60 }, (_, index) => index + 1)).keys("ctrl+n");
    expect(below(run), "it is above what is seen").toBeUndefined();
    run.keys("ctrl+p", "ctrl+n", "alt+u");
    expect(below(run)).toBe("60: line 1");
    expect(below(run.keys("ctrl+p", "ctrl+n")), "its end was not seen").toBe("60: line 1");
  });

  test("is gone after the room was left from its end", () => {
    const run = say(inTwoRooms(), "dev", 1, 2).keys("ctrl+n", "ctrl+p", "ctrl+n");
    expect(below(run)).toBeUndefined();
  });

  test("is gone by Escape at the end, by typing and by sending", () => {
    const seen = () => say(inTwoRooms(), "dev", 1, 2).keys("ctrl+n");
    expect(below(seen().keys("escape"))).toBeUndefined();
    expect(below(seen().type("o"))).toBeUndefined();
    expect(below(seen().keys("f8")), "no other key does that").toBe("2: line 1");
  });

  test("comes when the window is behind another, and when one has scrolled up", () => {
    const run = inTwoRooms().event({ type: "focus", isFocused: false });
    expect(below(say(run, "lobby", 1))).toBe("1: line 1");
    const scrolled = say(inTwoRooms(), "lobby", ...Array.from({ length: 40 }, (_, i) => i + 1));
    say(scrolled.keys("page-up"), "lobby", 41);
    expect(below(scrolled.keys("page-down", "page-down"))).toBe("1: line 41");
  });

  test("is set by Alt+M below what is seen", () => {
    const run = say(inTwoRooms(), "lobby", 1, 2).keys("alt+m");
    expect(below(run)).toBeUndefined();
    expect(below(say(run, "lobby", 3))).toBe("1: line 3");
  });
});
