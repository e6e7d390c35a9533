import { describe, expect, test } from "vitest";
import { joiningView } from "../support/view.ts";

describe("the input line", () => {
  test("keeps what was cut for the next line, but no undo of what was sent", () => {
    const run = joiningView().enter().type("sent cut").keys("ctrl+w", "enter", "ctrl+_");
    expect(run.text()).toMatch(/\n>\n/);
    expect(run.keys("ctrl+y").text()).toContain("> cut");
  });

  test("says that a paste was longer than any message, and what is left of it", () => {
    const run = joiningView().enter();
    run.event({ type: "key", key: { type: "paste", text: "a\nb", isCut: true } });
    expect(run.text()).toContain("[paste 2 lines, 3 B]");
    expect(run.text()).toContain("the paste was too long: only its first 16.8 MB are here");
  });
});
