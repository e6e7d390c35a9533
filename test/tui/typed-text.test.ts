import { describe, expect, test } from "vitest";
import type { PostBody } from "../../src/room/message-log.ts";
import { editedUnitsMax, unaskedUnitsMax } from "../../src/tui/typed-text.ts";
import { textBody } from "../support/client-events.ts";
import { roomScreen } from "../support/room-screen.ts";
import { joiningView } from "../support/view.ts";

function post(text: string) {
  return { type: "post", room: "lobby", body: textBody(text) };
}

describe("what was refused", () => {
  test.each([
    [{ type: "message", text: "hi" }, "hi"],
    [{ type: "message", text: "/etc/hosts" }, "/say /etc/hosts"],
    [{ type: "message", text: "waves", isAction: true }, "/me waves"],
    [{ type: "message", text: "fire", isAnnouncement: true }, "/announce fire"],
    [{ type: "message", text: "yes", replyTo: 7 }, "/reply 7 yes"],
    [{ type: "edit", target: 7, text: "no" }, "/edit 7 no"],
    [{ type: "topic", text: "tea" }, "/topic tea"],
    [{ type: "topic", text: "" }, "/topic -"],
    [{ type: "react", target: 7, emoji: "👍", isOn: true }, ""],
  ] as [PostBody, string][])("comes back as it can be typed again: %j", (body, typed) => {
    const run = joiningView().enter();
    const refusal = { code: "not-allowed", message: "no" } as const;
    run.client({ type: "failed", room: "lobby", id: "id", body, ...refusal });
    expect(roomScreen(run).editor.text).toBe(typed);
  });
});

describe("a long paste", () => {
  test("is sent as one message by Enter", () => {
    const run = joiningView().enter().paste("a\nb");
    run.takeEffects();
    expect(run.keys("enter").takeEffects()).toEqual([post("a\nb")]);
  });

  test("goes into the input line by Alt+E, behind what is there", () => {
    const run = joiningView().enter().type("see: ").paste("a\nb").keys("alt+e");
    expect(roomScreen(run)).toMatchObject({ editor: { text: "see: a\nb" }, paste: undefined });
    expect(run.text()).toContain("> see: a\n  b");
  });

  test("stays a piece where it is too long to be edited", () => {
    const most = "x".repeat(editedUnitsMax);
    expect(roomScreen(joiningView().enter().paste(most).keys("alt+e")).editor.text).toBe(most);
    const run = joiningView().enter().paste(`${most}x`).keys("alt+e");
    expect(roomScreen(run)).toMatchObject({ editor: { text: "" }, paste: { text: `${most}x` } });
    expect(run.text()).toContain("1 line, 65.5 kB are too much for the input line");
  });

  test("is sent without a question up to a size, and above it only when Enter comes twice", () => {
    const most = "x".repeat(unaskedUnitsMax);
    const short = joiningView().enter().paste(most);
    expect(short.keys("enter").takeEffects()).toContainEqual(post(most));
    const long = joiningView().enter().paste(`${most}x`);
    long.takeEffects();
    expect(long.keys("enter").takeEffects()).toEqual([]);
    expect(long.text()).toContain("send all of it (1 line, 65.5 kB) to #lobby? Enter again sends");
    expect(long.keys("enter").takeEffects()).toEqual([post(`${most}x`)]);
  });
});

describe("the editor of one's own", () => {
  test("gets what is written and gives back another text, which can be undone", () => {
    const run = joiningView().enter().type("draft");
    run.takeEffects();
    expect(run.keys("ctrl+x").text()).toContain("Ctrl+X");
    expect(run.keys("ctrl+e").takeEffects()).toEqual([{ type: "edit-text", text: "draft" }]);
    run.event({ type: "text-edited", text: "two\nlines" });
    expect(roomScreen(run).editor.text).toBe("two\nlines");
    expect(roomScreen(run.keys("ctrl+_")).editor.text).toBe("draft");
  });

  test("leaves everything as it was when it fails, and says why", () => {
    const run = joiningView().enter().type("draft").keys("ctrl+x", "ctrl+e");
    run.event({ type: "text-edit-failed", message: "vi ended with code 1" });
    expect(run.text()).toContain("vi ended with code 1");
    expect(roomScreen(run).editor.text).toBe("draft");
  });

  test("may give more than the input line takes: it waits as a paste does", () => {
    const run = joiningView().enter().type("draft");
    run.event({ type: "text-edited", text: "x".repeat(editedUnitsMax + 1) });
    expect(roomScreen(run).paste?.text).toHaveLength(editedUnitsMax + 1);
    expect(roomScreen(run).editor.text).toBe("");
  });

  test("is asked for by a command, too, and half of its keys does nothing", () => {
    const run = joiningView().enter().type("/editor").keys("enter");
    expect(run.takeEffects()).toContainEqual({ type: "edit-text", text: "" });
    expect(run.keys("ctrl+x", "z").text()).toContain("Ctrl+X Z does nothing");
    expect(roomScreen(run).editor.text).toBe("");
  });
});
