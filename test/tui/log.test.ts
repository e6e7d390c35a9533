import { describe, expect, test } from "vitest";
import { logLinesMax } from "../../src/tui/log.ts";
import { joiningView, ViewRun } from "../support/view.ts";

describe("the log", () => {
  test("has connections, notices, and what was told for a moment, the newest first", () => {
    const run = joiningView().enter();
    run.client({ type: "connection", state: "reconnecting", attempt: 1, reason: "no answer" });
    run.client({ type: "notice", text: "the disk is nearly full" });
    run.type("/nonsense").keys("enter").keys("ctrl+c", "f9");
    const rows = run.text().split("\n").slice(3, 9);
    expect(rows.map((row) => row.slice(10))).toEqual([
      expect.stringContaining("no command /nonsense"),
      "the disk is nearly full",
      "reconnecting, try 1: no answer",
      "in lab as alice",
      "connected",
      "",
    ]);
  });

  test("keeps what the picker said", () => {
    const run = new ViewRun().event({ type: "host-failed", message: "the port is taken" });
    expect(run.state.log.map(({ text }) => text)).toEqual(["cannot host: the port is taken"]);
  });

  test("does not say the same twice in a row, and keeps so many lines and not one more", () => {
    const run = joiningView().enter();
    const notice = (text: string) => run.client({ type: "notice", text });
    notice("same").client({ type: "notice", text: "same" });
    expect(run.state.log.filter(({ text }) => text === "same")).toHaveLength(1);
    for (let count = 0; count <= logLinesMax; count += 1) notice(`notice ${count}`);
    expect(run.state.log).toHaveLength(logLinesMax);
    expect(run.state.log[0]?.text).toBe("notice 1");
  });

  test("is filtered, and Enter reads all of a line and comes back", () => {
    const run = joiningView().enter();
    run.client({ type: "notice", text: `long ${"word ".repeat(30)}end` });
    run.keys("f9").type("long").keys("enter");
    expect(run.text()).toContain("word end");
    expect(run.keys("escape").text()).toContain("look for: long");
  });
});
