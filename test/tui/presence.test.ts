import { describe, expect, test } from "vitest";
import {
  emptyConversation,
  presenceMax,
  presenceMs,
  withPresence,
} from "../../src/tui/conversation.ts";
import { speakerMs, speakersMax } from "../../src/tui/room-lines.ts";
import { enteredEvent } from "../support/client-events.ts";
import { someTime } from "../support/fake-client.ts";
import { personOf } from "../support/log-entries.ts";
import { joiningView, type ViewRun } from "../support/view.ts";

function inLobby(...nicks: string[]): ViewRun {
  return joiningView({ size: { columns: 140, rows: 24 } }).enter(...nicks);
}

function joined(run: ViewRun, nick: string): ViewRun {
  return run.client({ type: "joined", room: "lobby", nick });
}

function left(run: ViewRun, nick: string): ViewRun {
  return run.client({ type: "left", room: "lobby", nick, reason: "lost" });
}

/** The rows that tell of comings and goings. */
function told(run: ViewRun): string[] {
  const rows = run
    .text()
    .split("\n")
    .filter((row) => row.includes(" -- │ "));
  return rows.map((row) => row.split("│")[2]!.trim());
}

describe("comings and goings", () => {
  test("of who is put out are told by the entry that does it", () => {
    const run = inLobby("frank");
    run.client({ type: "left", room: "lobby", nick: "frank", reason: "kicked", text: "noise" });
    expect(told(run)).toEqual([]);
    expect(run.text()).not.toContain("frank");
  });

  test("without a word between are one line", () => {
    const run = inLobby("frank");
    left(joined(joined(run, "carol"), "erin"), "frank");
    expect(told(run)).toEqual(["carol, erin joined · frank lost the connection (power or cable)"]);
    run.said(1, "hello", "zoe");
    joined(run, "dave");
    expect(told(run)).toEqual([expect.stringContaining("carol, erin"), "dave joined"]);
  });

  test("of somebody who comes and goes again and again are told once with their number", () => {
    const run = inLobby();
    for (let turn = 0; turn < 3; turn += 1) left(joined(run, "carol"), "carol");
    expect(told(run)).toEqual([
      "carol joined and lost the connection (power or cable) (6 changes)",
    ]);
  });

  test("of whom spoke lately have a line of their own, until that is long ago", () => {
    const run = inLobby("bob", "carol").said(1, "anybody here?", "bob");
    left(run, "carol");
    left(run, "bob");
    joined(run, "dave");
    expect(told(run)).toEqual([
      "carol lost the connection (power or cable)",
      "bob lost the connection (power or cable)",
      "dave joined",
    ]);
    joined(run.pass(speakerMs), "bob");
    expect(told(run).at(-1)).toBe("dave, bob joined");
  });

  test("of whom a private chat is open with have a line of their own", () => {
    const run = inLobby("bob", "carol");
    const persons = ["alice", "bob"].map(
      (nick) => ({ nick, person: personOf(nick), answer: "accepted" }) as const,
    );
    run.client(enteredEvent("&chat", ["alice"], { persons }));
    left(run, "carol");
    left(run, "bob");
    expect(told(run)).toHaveLength(2);
  });

  test(`are ${presenceMax} in a line at most, and none is older than the line's time tells`, () => {
    let full = emptyConversation;
    for (let index = 0; index < presenceMax; index += 1) {
      full = withPresence(full, { nick: `n${index}`, what: "joined" }, someTime, false);
    }
    const change = { nick: "more", what: "joined" };
    expect(full.lines).toHaveLength(1);
    expect(withPresence(full, change, someTime, false).lines).toHaveLength(2);
    const one = withPresence(emptyConversation, change, someTime, false);
    expect(withPresence(one, change, someTime + presenceMs - 1, false).lines).toHaveLength(1);
    expect(withPresence(one, change, someTime + presenceMs, false).lines).toHaveLength(2);
  });

  test(`are of the last ${speakersMax} speakers at most`, () => {
    const run = inLobby();
    for (let index = 0; index <= speakersMax; index += 1) run.said(index + 1, "hi", `n${index}`);
    const { screen } = run.state;
    const speakers = screen.type === "room" ? screen.rooms[0]?.speakers : [];
    expect(speakers).toHaveLength(speakersMax);
    expect(speakers?.at(-1)?.nick).toBe("n1");
  });
});
