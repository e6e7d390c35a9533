import { describe, expect, test } from "vitest";
import type { ClientEvent } from "../../src/room/client-port.ts";
import { keepScreen } from "../../src/tui/keep-screen.ts";
import type { RoomScreen } from "../../src/tui/view-state.ts";
import { enteredEvent, plainState, readyEvent, textBody } from "../support/client-events.ts";
import { entry, FakeClient } from "../support/fake-client.ts";
import { personOf } from "../support/log-entries.ts";
import { logId } from "../support/server-desk.ts";
import { heardServer, type ViewOptions, ViewRun } from "../support/view.ts";

type Remembered = Extract<ClientEvent, { type: "remembered" }>;

function recalled(room: string, lines: readonly string[]): Remembered["rooms"][number] {
  const entries = lines.map((text, index) => entry(index + 1, text));
  return { room, log: logId, state: plainState, entries, hasMore: false };
}

/** "lab" with a lobby and a kitchen. */
function rememberedEvent(change: Partial<Remembered> = {}): Remembered {
  return {
    type: "remembered",
    server: { id: "key", name: "lab" },
    nick: "alice",
    own: { person: personOf("alice"), isGuest: true },
    rooms: [recalled("kitchen", ["the soup is hot"]), recalled("lobby", ["hello", "world"])],
    drafts: new Map(),
    ...change,
  };
}

/** Joining "lab", which is remembered and does not answer yet. */
function remembering(change: Partial<Remembered> = {}, options: ViewOptions = {}): ViewRun {
  const run = new ViewRun({ target: { type: "typed", text: "lab" }, ...options });
  run.keys("enter");
  run.effects = [];
  return run.client(rememberedEvent(change));
}

function screenOf(run: ViewRun): RoomScreen {
  if (run.state.screen.type !== "room") throw new Error(`it is the ${run.state.screen.type}`);
  return run.state.screen;
}

describe("a server that is remembered", () => {
  test("shows what was said at once, and joins its rooms", () => {
    const run = remembering();
    expect(run.effects).toEqual([
      { type: "join", room: "lobby" },
      { type: "join", room: "kitchen", ref: "remembered" },
    ]);
    expect(screenOf(run).activeRoom).toBe("lobby");
    expect(run.text()).toContain("hello");
    expect(run.text()).toContain("world");
    expect(run.text()).toContain("connecting");
  });

  test("begins where one was, with what one was writing in each room", () => {
    const drafts = new Map([
      ["kitchen", "half a line"],
      ["lobby", "another"],
    ]);
    const run = remembering({ shownRoom: "kitchen", drafts });
    expect(screenOf(run)).toMatchObject({ activeRoom: "kitchen", editor: { text: "half a line" } });
    expect(run.text()).toContain("the soup is hot");
    run.type(" and more");
    run.keys("ctrl+n");
    expect(screenOf(run)).toMatchObject({ activeRoom: "lobby", editor: { text: "another" } });
  });

  test("begins in the room that was asked for", () => {
    const run = remembering({ shownRoom: "kitchen" }, { settings: { rooms: ["garden"] } });
    expect(screenOf(run).activeRoom).toBeUndefined();
    run.client(readyEvent("alice")).client(enteredEvent("garden", ["alice"]));
    expect(screenOf(run).activeRoom).toBe("garden");
  });

  test("takes lines before it is reached", () => {
    const run = remembering();
    run.type("later").keys("enter");
    expect(run.effects.at(-1)).toEqual({ type: "post", room: "lobby", body: textBody("later") });
    const pending = { type: "pending", room: "lobby", id: "p", body: textBody("later"), at: 1 };
    run.client(pending as ClientEvent);
    expect(run.text()).toContain("later");
  });

  test("goes on with what was missed, and enters rooms that it did not remember", () => {
    const run = remembering();
    run.effects = [];
    const garden = { room: "garden", kind: "public", lastSequence: 0 } as const;
    run.client(readyEvent("alice", { rooms: [garden] }));
    expect(run.effects.filter(({ type }) => type === "join")).toEqual([
      { type: "join", room: "garden", ref: "remembered" },
    ]);
    run.client(enteredEvent("lobby", ["alice", "bob"], { lastSequence: 3 }));
    run.client({ type: "said", room: "lobby", entry: entry(3, "missed"), isOwn: false });
    const text = run.text();
    for (const line of ["hello", "world", "missed"]) expect(text).toContain(line);
    expect(screenOf(run).rooms).toHaveLength(2);
  });

  test("begins a room anew, without a word, where too much was missed", () => {
    const run = remembering();
    run.client(readyEvent("alice"));
    run.effects = [];
    run.client({ type: "reset", room: "lobby", isFar: true });
    run.client(enteredEvent("lobby", ["alice"], { lastSequence: 9_000 }));
    expect(run.text()).not.toContain("hello");
    expect(run.text()).not.toContain("another history");
    expect(run.effects).toContainEqual(
      expect.objectContaining({ type: "history", room: "lobby", range: { limit: 100 } }),
    );
  });

  test("loses a room that it does not let us into any more, and says why", () => {
    const run = remembering();
    run.client(readyEvent("alice"));
    run.client({
      ...{ type: "error", ref: "remembered", room: "kitchen" },
      ...{ code: "not-allowed", message: "you are banned from kitchen" },
    });
    expect(screenOf(run).rooms.map(({ name }) => name)).toEqual(["lobby"]);
    expect(run.text()).toContain("you are banned from kitchen");
  });

  test("is left at once when what waits is kept for the next visit", () => {
    const pending = { type: "pending", room: "lobby", id: "p", body: textBody("later"), at: 1 };
    const run = remembering().client(pending as ClientEvent);
    run.type("/servers").keys("enter");
    expect(run.state.screen.type).toBe("room");
    expect(run.text()).toContain("/servers now leaves them behind");
    run.keptCount = 1;
    run.type("/servers").keys("enter");
    expect(run.effects.at(-1)).toEqual({ type: "disconnect" });
    expect(run.text()).toContain("1 line waits for your next visit");
  });

  test("is forgotten with /forget", () => {
    const run = remembering();
    run.type("/forget").keys("enter");
    expect(run.effects.at(-1)).toEqual({ type: "forget" });
    expect(run.text()).toContain("is deleted");
  });
});

test("what a person looks at and writes is kept with the client", () => {
  const client = new FakeClient(() => undefined);
  const run = remembering();
  run.type("draft");
  keepScreen(client, run.state.screen);
  expect(client.shownRoom).toBe("lobby");
  expect(client.drafts).toEqual(new Map([["lobby", "draft"]]));
});

describe("the picker", () => {
  const remembered = { nick: "al", visitedAt: 5 };
  const silent = heardServer("lab", { isSilent: true, remembered });

  test("lists remembered servers that are silent, and joins one of them", () => {
    const run = new ViewRun().servers(silent).pass(1_000);
    expect(run.text()).toContain("lab");
    expect(run.text()).toContain("not here now · Enter reads what you have");
    expect(run.text()).toContain("No server answers now.");
    run.keys("enter");
    expect(run.text()).toContain("al");
    run.keys("enter");
    expect(run.effects.at(-1)).toMatchObject({
      ...{ type: "connect", nick: "al", target: { server: { id: "lab", isSilent: true } } },
    });
  });

  test("marks who is heard before who is not, and of these whom we visited last", () => {
    const run = new ViewRun().servers(silent);
    const older = heardServer("older", { remembered: { nick: "al", visitedAt: 1 } });
    const last = heardServer("zulu", { remembered: { nick: "al", visitedAt: 9 } });
    run.servers(heardServer("alpha"), older, last, silent);
    expect(run.state.screen).toMatchObject({ selectedId: "zulu" });
    expect(run.text()).not.toContain("No server answers now.");
  });
});
