import { describe, expect, test } from "vitest";
import { joiningView } from "../support/view.ts";

describe("the input line", () => {
  test("keeps what was cut for the next line, but no undo of what was sent", () => {
    const run = joiningView().enter().type("sent cut").keys("ctrl+w", "enter", "ctrl+_");
    expect(run.text()).toMatch(/\n>\n/);
    expect(run.keys("ctrl+y").text()).toContain("> cut");
  });

  test("takes no paste that is longer than any message", () => {
    const run = joiningView().enter();
    run.event({ type: "key", key: { type: "paste", text: "a\nb", isCut: true } });
    expect(run.text()).not.toContain("[paste");
    expect(run.text()).toContain("nothing was pasted: a message has at most 16.8 MB");
  });
});
