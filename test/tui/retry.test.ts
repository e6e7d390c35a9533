import { describe, expect, test } from "vitest";
import type { PostBody } from "../../src/room/message-log.ts";
import { failedMax, OwnLines } from "../../src/tui/own-lines.ts";
import { joiningView, type ViewRun } from "../support/view.ts";

const hello: PostBody = { type: "message", text: "hello", replyTo: 3 };

function failed(run: ViewRun, id: string, body: PostBody, room = "lobby"): ViewRun {
  return run.client({
    ...{ type: "failed", room, id, body },
    ...{ code: "not-allowed", message: "too fast" },
  });
}

describe("what was refused", () => {
  test("is said again by Alt+R as what it was, once, and does not wait in the input line", () => {
    const run = failed(joiningView().enter(), "a", hello);
    failed(run, "b", { type: "message", text: "second" });
    expect(run.text()).toContain("> /reply 3 hello");
    run.takeEffects();
    run.keys("alt+r");
    expect(run.takeEffects()).toEqual([
      { type: "post", room: "lobby", body: hello },
      { type: "post", room: "lobby", body: { type: "message", text: "second" } },
    ]);
    expect(run.text()).toContain("saying 2 lines again");
    expect(run.text()).not.toContain("too fast");
    expect(run.text()).not.toContain("/reply 3 hello");
    expect(run.keys("alt+r").takeEffects()).toEqual([]);
    expect(run.text()).toContain("nothing that you said here was refused");
  });

  test("is said again by /retry, and what is typed since stays", () => {
    const run = failed(joiningView().enter().type("/retry"), "a", hello);
    run.takeEffects();
    run.keys("enter");
    expect(run.takeEffects()).toContainEqual({ type: "post", room: "lobby", body: hello });
    const typed = failed(joiningView().enter().type("other"), "a", hello);
    expect(typed.keys("alt+r").text()).toContain("> other");
  });

  test(`is kept in line mode by room, at most ${failedMax} lines`, () => {
    const lines = new OwnLines(false);
    const refuse = (text: string, room: string) =>
      lines.handleFailed({
        ...{ type: "failed", room, id: text, body: { type: "message", text } },
        ...{ code: "not-allowed", message: "too fast" },
      });
    for (let count = 0; count <= failedMax; count += 1) refuse(String(count), "lobby");
    refuse("there", "dev");
    const taken = lines.takeFailed("lobby");
    expect(taken).toHaveLength(failedMax - 1);
    expect(taken[0]).toEqual({ type: "message", text: "2" });
    expect(lines.takeFailed("lobby")).toEqual([]);
    expect(lines.takeFailed("dev")).toHaveLength(1);
  });
});
