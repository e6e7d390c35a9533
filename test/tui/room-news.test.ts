import { describe, expect, test } from "vitest";
import { askedMax, typingMembersMax, typingShownMs } from "../../src/room/limits.ts";
import type { LogEntry } from "../../src/room/log-entry.ts";
import { enteredEvent, readyEvent } from "../support/client-events.ts";
import { entry } from "../support/fake-client.ts";
import { personOf } from "../support/log-entries.ts";
import { joiningView, type ViewRun } from "../support/view.ts";

const privateRoom = `&${"p".repeat(21)}`;

const persons = [
  { nick: "alice", person: personOf("alice"), answer: "accepted" },
  { nick: "bob", person: personOf("bob"), answer: "asked" },
] as const;

function inLobby(): ViewRun {
  return joiningView({ size: { columns: 69, rows: 24 } }).enter("bob");
}

function say(run: ViewRun, said: LogEntry, room = "lobby"): ViewRun {
  return run.client({ type: "said", room, entry: said, isOwn: false });
}

describe("a line", () => {
  test("that is edited, reacted to or deleted is shown as it is now", () => {
    const run = inLobby().said(1, "teh plan");
    say(run, { ...entry(2, ""), body: { type: "edit", target: 1, text: "the plan" } });
    expect(run.text()).toContain("the plan");
    expect(run.text()).not.toContain("teh plan");
    expect(run.text()).toContain("edited");
    say(run, { ...entry(3, ""), body: { type: "react", target: 1, emoji: "👍", isOn: true } });
    expect(run.text()).toContain("👍 1");
    say(run, { ...entry(4, ""), body: { type: "delete", target: 1 } });
    expect(run.text()).toContain("(deleted by bob)");
    expect(run.text()).not.toContain("the plan");
  });

  test("that answers another shows which one", () => {
    const run = inLobby().said(1, "who has the key?");
    say(run, { ...entry(2, ""), body: { type: "message", text: "I do", replyTo: 1 } });
    expect(run.text()).toContain("↳ bob: who has the key?");
  });

  test("that says what somebody does, or sets the topic, stands without a nickname", () => {
    const run = inLobby();
    say(run, { ...entry(1, ""), body: { type: "message", text: "waves", isAction: true } });
    say(run, { ...entry(2, ""), body: { type: "topic", text: "the press" } });
    expect(run.text()).toMatch(/\* │ bob waves/);
    expect(run.text()).toMatch(/-- │ bob set the topic: the press/);
  });

  test("has its marks drawn and not shown", () => {
    const run = inLobby().said(1, "a *bold* {red}word{/}");
    expect(run.text()).toContain("a bold word");
    const spans = run.picture().rows.flat();
    expect(spans).toContainEqual({ text: "bold", style: { isBold: true } });
    expect(spans).toContainEqual({ text: "word", style: { foreground: 1 } });
  });
});

describe("unread", () => {
  test("counts lines and calls, not what only changes a line, and is told to the server", () => {
    const run = inLobby();
    run.client(enteredEvent("dev", ["alice"]));
    run.takeEffects();
    say(run, entry(1, "hello"), "dev");
    say(run, entry(2, "alice?"), "dev");
    const reaction = { type: "react", target: 1, emoji: "👍", isOn: true } as const;
    say(run, { ...entry(3, ""), body: reaction }, "dev");
    expect(run.text().split("\n")[0]).toContain("#dev (2 new, 1 for you)");
    run.keys("ctrl+n");
    expect(run.text().split("\n")[0]).toContain("[#dev]");
    const read = { type: "read", room: "dev", sequence: 3, ordinal: 3 };
    expect(run.takeEffects()).toContainEqual(read);
    expect(run.keys("f8").takeEffects()).toEqual([]);
  });

  test("begins with what the server has counted", () => {
    const run = inLobby();
    const read = { sequence: 4, unread: 7, mentions: 2 };
    run.client(enteredEvent("dev", ["alice"], { read }));
    expect(run.text().split("\n")[0]).toContain("#dev (7 new, 2 for you)");
  });
});

describe("a private chat", () => {
  test("is asked for by a line in the room, and shown when it is agreed to", () => {
    const run = inLobby();
    run.client({ type: "asked", room: privateRoom, by: "bob", persons, until: 9 });
    expect(run.text()).toContain("bob wants to talk with you in private: /accept");
    run.type("/accept").keys("enter");
    const question = { type: "answer", room: privateRoom, isAccepted: true };
    expect(run.takeEffects()).toContainEqual({ type: "ask", question, ref: "chosen" });
    run.client(enteredEvent(privateRoom, ["alice"], { ref: "chosen", persons }));
    expect(run.text().split("\n")[0]).toContain("[@bob]");
  });

  test("that one asks for gets the text that was typed with it", () => {
    const run = inLobby().type("/msg bob psst").keys("enter");
    const asked = run.takeEffects().find(({ type }) => type === "ask");
    const ref = asked?.type === "ask" ? asked.ref! : "";
    run.client(enteredEvent(privateRoom, ["alice"], { ref, persons }));
    const body = { type: "message", text: "psst" };
    expect(run.takeEffects()).toContainEqual({ type: "post", room: privateRoom, body });
    run.type("/msg carol hi").keys("enter");
    const other = run.takeEffects().find(({ type }) => type === "ask");
    const failed = other?.type === "ask" ? other.ref! : "";
    const message = "nobody here is called carol";
    run.client({ type: "error", ref: failed, code: "nickname-unknown", message });
    expect(run.state.screen).toMatchObject({ queries: new Map(), hint: message });
    run.type("/leave").keys("enter");
    const question = { type: "answer", room: privateRoom, isAccepted: false };
    expect(run.takeEffects()).toContainEqual({ type: "ask", question });
  });
});

describe("people", () => {
  test("who write are named until they stop, say it, or time has passed", () => {
    const run = inLobby();
    const typing = { type: "typing", room: "lobby", nick: "bob" } as const;
    expect(run.client({ ...typing, state: "active" }).text()).toContain("bob writing");
    expect(run.client({ ...typing, state: "done" }).text()).not.toContain("writing");
    run.client({ ...typing, state: "active" }).said(1, "done");
    expect(run.text()).not.toContain("writing");
    run.client({ ...typing, state: "active" }).pass(typingShownMs);
    expect(run.text()).not.toContain("writing");
  });

  test("who write are remembered up to a limit, and so are those who want to talk", () => {
    const run = inLobby();
    const names = Array.from({ length: typingMembersMax + 1 }, (_, index) => `n${index}`);
    const { screen } = run.client(
      ...names.map((nick) => ({ type: "typing", room: "lobby", nick, state: "active" }) as const),
      ...names.map((by) => ({ type: "asked", room: `&${by}`, by, persons, until: 9 }) as const),
    ).state;
    if (screen.type !== "room") throw new Error(screen.type);
    expect(screen.rooms[0]?.typing.map(({ nick }) => nick)).toEqual(names.slice(1));
    expect(screen.asked.map(({ by }) => by)).toEqual(names.slice(-askedMax));
  });

  test("who are away or moderate are marked, and many who are lost are one line", () => {
    const run = inLobby();
    run.client({ type: "changed", room: "lobby", nick: "bob", isAway: true, role: "moderator" });
    expect(run.keys("f8").text()).toMatch(/@bob +away/);
    run.keys("f8");
    run.client({ type: "split", room: "lobby", nicks: ["bob"] });
    expect(run.text()).toContain("1 member lost (network split)");
    expect(run.text()).toContain("1 member");
  });

  test("who have our line are counted until all have it", () => {
    const run = inLobby();
    const progress = { type: "progress", room: "lobby", sequence: 1, memberCount: 2 } as const;
    run.client({ ...progress, deliveredCount: 1 });
    expect(run.text()).toContain("delivered 1/2");
    run.client({ ...progress, deliveredCount: 2 });
    expect(run.text()).not.toContain("delivered");
  });

  test("who put us out are named", () => {
    const run = inLobby();
    run.client(enteredEvent("dev", ["alice"], { ref: "chosen" }));
    run.client({ type: "removed", room: "dev", by: "eve", isBanned: false, reason: "noise" });
    expect(run.text()).toContain("eve has put you out of #dev: noise");
    expect(run.text().split("\n")[0]).toContain("[#lobby]");
    run.client(enteredEvent("dev", ["alice"], { ref: "chosen" }));
    run.client({ type: "removed", room: "dev", by: "eve", isBanned: true, reason: "spam" });
    expect(run.text()).toContain("eve has banned you from #dev: spam");
  });

  test("a device that does not log in any more is told what it is now", () => {
    const run = joiningView({ size: { columns: 240, rows: 24 } });
    const own = { person: "account" };
    run.client({ type: "connection", state: "open", attempt: 1 });
    run.client(readyEvent("alice", { own }), enteredEvent("lobby", ["alice"]));
    run.client(readyEvent("alice", { own }));
    expect(run.text()).not.toContain("you are");
    run.client(readyEvent("alice2"));
    expect(run.text()).toContain(
      "this device does not log in as alice any more: you are alice2 now, a guest; /login alice",
    );
  });

  test("who asks for a private chat among several is not named as one of the others", () => {
    const run = inLobby();
    const persons = ["alice", "bob", "carol"].map((nick) => {
      return { nick, person: personOf(nick), answer: "asked" } as const;
    });
    const until = Number.MAX_SAFE_INTEGER;
    run.client({ type: "asked", room: "&room", by: "bob", persons, until });
    expect(run.text().replace(/\s+│?\s*│?\s*/g, " ")).toContain("in private (with @carol)");
  });

  test("what is wrong with a room is no news when it was entered", () => {
    const run = inLobby();
    const error = { type: "error", ref: "chosen", room: "vault" } as const;
    run.client({ ...error, code: "password-needed", message: "vault has a password" });
    run.keys("escape").client({ ...error, code: "password-wrong", message: "that is wrong" });
    run.client(enteredEvent("vault", ["alice"], { ref: "chosen" }));
    expect(run.text()).not.toContain("that is wrong");
  });
});
