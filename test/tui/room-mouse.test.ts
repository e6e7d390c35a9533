import { describe, expect, test } from "vitest";
import { roomLayout } from "../../src/tui/layout.ts";
import { placeAt } from "../../src/tui/room-mouse.ts";
import { enteredEvent } from "../support/client-events.ts";
import { entry } from "../support/fake-client.ts";
import { joiningView, type ViewRun } from "../support/view.ts";

type Button = "left" | "drag" | "wheel-up" | "wheel-down";

function press(run: ViewRun, button: Button, column: number, row: number): ViewRun {
  const keys = { isCtrl: false, isAlt: false, isShift: false };
  return run.event({ type: "mouse", mouse: { type: "mouse", button, column, row, ...keys } });
}

function inRooms(columns: number, ...rooms: string[]): ViewRun {
  const run = joiningView({ size: { columns, rows: 24 } }).enter("bob", "carol");
  for (const room of rooms) run.client(enteredEvent(room, ["alice"]));
  return run;
}

function title(run: ViewRun): string {
  return run.text().split("\n")[0]!.trim();
}

describe("a click", () => {
  test("on a room, or its tab, shows it", () => {
    expect(title(press(inRooms(80, "dev", "ops"), "left", 5, 3))).toMatch(/^#dev/);
    expect(title(press(inRooms(80, "dev", "ops"), "left", 5, 1))).toMatch(/^#lobby/);
    expect(title(press(inRooms(60, "dev", "ops"), "left", 13, 0))).toContain("[#dev]");
    expect(title(press(inRooms(60, "dev", "ops"), "left", 10, 0)), "a gap").toContain("[#lobby]");
  });

  test("on a person begins a private chat, and leaves what is typed", () => {
    const run = press(inRooms(120), "left", 110, 3);
    expect(run.text()).toContain("> /query bob");
    const typed = press(inRooms(120).type("draft"), "left", 110, 3);
    expect(typed.text()).toContain("> draft");
    expect(typed.text()).toContain("/query bob talks in private");
  });

  test("on the right end of the status goes down, or where something waits", () => {
    const run = inRooms(80, "dev");
    for (let line = 1; line <= 60; line += 1) run.said(line, `line ${line}`);
    press(run.keys("page-up"), "left", 75, 21);
    expect(run.text()).toContain("line 60");
    run.client({ type: "said", room: "dev", entry: entry(1, "x"), isOwn: false });
    expect(title(press(run, "left", 5, 21)), "not on its left end").toMatch(/^#lobby/);
    expect(title(press(run, "left", 75, 21))).toMatch(/^#dev/);
  });

  test("that becomes a drag says how text is selected", () => {
    expect(press(inRooms(80), "drag", 30, 5).text()).toContain("Shift and drag selects text");
  });
});

describe("the wheel", () => {
  test("scrolls the messages, the rooms or the people, whichever is below it", () => {
    const rooms = Array.from({ length: 40 }, (_, index) => `room${index + 1}`);
    const nicks = Array.from({ length: 1_000 }, (_, index) => `n${String(index).padStart(3, "0")}`);
    const run = inRooms(120, ...rooms).client(enteredEvent("lobby", ["alice", ...nicks]));
    for (let line = 1; line <= 60; line += 1) run.said(line, `line ${line}`);
    press(run, "wheel-up", 40, 5);
    expect(run.text()).toContain("line 57");
    expect(run.text()).not.toContain("line 58");
    press(run, "wheel-down", 5, 5);
    expect(run.text()).toContain(" 3 room2");
    expect(run.text()).not.toContain(" 2 room1 ");
    press(run, "wheel-down", 110, 5);
    expect(run.text()).not.toContain("PEOPLE");
    for (let turn = 0; turn < 400; turn += 1) press(run, "wheel-down", 110, 5);
    expect(run.text()).toContain("n999");
    press(press(run, "wheel-up", 110, 5), "wheel-down", 40, 5);
    expect(run.text()).toContain("line 60");
  });
});

const sizes = [40, 69, 70, 99, 100, 300].flatMap((columns) =>
  [8, 11, 12, 24, 80].map((rows) => ({ columns, rows })),
);

test.each(sizes)("every cell of $columns x $rows is somewhere, and within its pane", (size) => {
  const { screen } = joiningView({ size }).enter("bob").state;
  if (screen.type !== "room") throw new Error(screen.type);
  const layout = roomLayout(size, screen);
  const { columns } = size;
  for (let row = 0; row < size.rows; row += 1) {
    for (const column of [0, 15, 16, 17, columns - 15, columns - 1]) {
      const place = placeAt(layout, { column, row });
      if ("row" in place) expect(place.row).toBeLessThan(layout.messageRows);
    }
  }
  expect(placeAt(layout, { column: columns + 5, row: size.rows + 5 }).type).toBe("elsewhere");
});
