import { describe, expect, test } from "vitest";
import { textWidth } from "../../src/tui/text.ts";
import { enteredEvent, readyEvent } from "../support/client-events.ts";
import { entry } from "../support/fake-client.ts";
import { joiningView, type ViewRun } from "../support/view.ts";

/** In rooms room-01 … with this one shown. */
function inRooms(count: number, active: number, columns = 60): ViewRun {
  const rooms = Array.from({ length: count }, (_, index) => name(index + 1));
  const run = joiningView({ size: { columns, rows: 24 }, settings: { rooms } });
  run.client(readyEvent("alice"));
  for (const room of rooms) {
    run.client(enteredEvent(room, ["alice"]));
  }
  return run.type(`/join ${name(active)}`).keys("enter");
}

function name(number: number): string {
  return `room-${String(number).padStart(2, "0")}`;
}

function title(run: ViewRun): string {
  return run
    .text()
    .split("\n")[0]!
    .replace(/ +F1 help$/, "")
    .trim();
}

describe("the rooms in the title", () => {
  test("are all there where they fit", () => {
    expect(title(inRooms(3, 2))).toBe("#room-01  [#room-02]  #room-03");
  });

  test("always have the shown one among them, and count those that are hidden", () => {
    expect(title(inRooms(12, 1))).toBe("[#room-01]  #room-02  #room-03  #room-04  8›");
    expect(title(inRooms(12, 12))).toBe("‹8  #room-09  #room-10  #room-11  [#room-12]");
    for (let active = 1; active <= 32; active += 1) {
      for (const columns of [40, 60, 69]) {
        const run = inRooms(32, active, columns);
        expect(title(run)).toContain(`[#${name(active)}]`);
        expect(run.text().split("\n")[0]).toContain("F1 help");
        expect(textWidth(title(run))).toBeLessThanOrEqual(columns);
      }
    }
  });

  test("tell new lines also of those that are hidden", () => {
    const run = inRooms(12, 1);
    const line = { type: "said", isOwn: false } as const;
    run.client({ ...line, room: name(11), entry: entry(1, "a") });
    run.client({ ...line, room: name(12), entry: entry(1, "b") });
    expect(title(run)).toBe("[#room-01]  #room-02  #room-03  #room-04  2 new›");
    run.keys("ctrl+p");
    expect(title(run)).toBe("‹9  #room-10  #room-11 (1 new)  [#room-12]");
  });
});
