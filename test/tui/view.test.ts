import { describe, expect, test } from "vitest";
import { textBytesMax } from "../../src/room/limits.ts";
import {
  enteredEvent,
  membersOf,
  readyEvent,
  shutdownEvent,
  textBody,
} from "../support/client-events.ts";
import { cpuMsOf } from "../support/cpu-time.ts";
import { someTime } from "../support/fake-client.ts";
import { heardServer, joiningView, ViewRun } from "../support/view.ts";

function room(run: ViewRun) {
  const { screen } = run.state;
  if (screen.type !== "room") throw new Error(`on the ${screen.type} screen`);
  return screen;
}

function post(text: string) {
  return { type: "post", room: "lobby", body: textBody(text) };
}

describe("choosing a server", () => {
  const lab = heardServer("lab");
  const other = heardServer("other", { address: { host: "10.0.0.7", port: 28198 } });
  const old = heardServer("old", { versionMin: 0, versionMax: 0 });
  const young = heardServer("young", { versionMin: 2, versionMax: 3 });

  function chosen(run: ViewRun): string | undefined {
    const { screen } = run.state;
    if (screen.type !== "nickname" || screen.target.type !== "discovered") return undefined;
    return screen.target.server.name;
  }

  test("takes the first one at once", () => {
    expect(chosen(new ViewRun().servers(lab, other).keys("enter"))).toBe("lab");
  });

  test("moves the mark, and keeps it on its server when the list changes", () => {
    const run = new ViewRun().servers(lab, other).keys("down", "down", "up", "down");
    expect(chosen(run.servers(young, other, lab).keys("enter"))).toBe("other");
  });

  test("marks the first one that is heard, and it stays marked when another comes above it", () => {
    const run = new ViewRun().servers(lab).servers(heardServer("a-new-one"), lab);
    expect(chosen(run.keys("enter"))).toBe("lab");
  });

  test("filters by name and address, and typing h or a only filters", () => {
    const run = new ViewRun().servers(lab, other);
    expect(run.type("th").text()).not.toContain("lab ");
    expect(chosen(run.keys("enter"))).toBe("other");
    const byAddress = new ViewRun().servers(lab, other).type("10.0");
    expect(chosen(byAddress.keys("enter"))).toBe("other");
  });

  test("takes nothing when nothing matches, and Escape empties the filter", () => {
    const run = new ViewRun().servers(lab).type("zzz").keys("enter");
    expect(run.text()).toContain("no server matches");
    expect(chosen(run.keys("escape", "enter"))).toBe("lab");
  });

  test.each([
    [old, "older than this earshot"],
    [young, "newer than this earshot"],
  ])("says why a server of another version cannot be joined", (server, why) => {
    const run = new ViewRun().servers(server).keys("enter");
    expect(run.text()).toContain(`! ${server.name} cannot be joined: it is ${why}`);
    expect(run.takeEffects()).toEqual([]);
  });

  test("asks again and hosts by key also while servers are shown", () => {
    const run = new ViewRun().servers(lab).keys("f5");
    expect(run.takeEffects()).toEqual([{ type: "rescan" }]);
    expect(run.keys("f2").takeEffects()).toEqual([{ type: "host" }]);
    expect(run.text()).toContain("starting a server here");
    expect(run.keys("enter", "f2").takeEffects()).toEqual([]);
  });

  test("says that nobody answers after exactly a second, not before", () => {
    const run = new ViewRun().servers().pass(999);
    expect(run.text()).toContain("asking");
    expect(run.keys("enter").takeEffects()).toEqual([]);
    expect(run.pass(1).text()).toContain("No server answers.");
    expect(run.keys("enter").takeEffects()).toEqual([{ type: "host" }]);
  });

  test("follows a link that was pasted, into the list or as an address", () => {
    const link = `earshot://10.0.0.1:28198/?k=${"A".repeat(43)}`;
    for (const keys of [[], ["f3"]]) {
      const run = new ViewRun()
        .servers(lab)
        .keys(...keys)
        .paste(`${link}\n`);
      if (keys.length === 0) expect(run.text()).toContain("Enter follows the link");
      run.keys("enter");
      const target = { type: "typed", text: link };
      expect(run.state.screen).toMatchObject({ type: "nickname", target });
    }
  });

  test("types an address in one line, and goes back without one", () => {
    const run = new ViewRun().servers(lab).keys("f3").paste("10.0.0.1\n");
    expect(run.text()).toContain("address: 10.0.0.1");
    expect(run.keys("ctrl+u", "enter").text()).toContain("filter:");
    expect(run.keys("f3").type("x").keys("escape").text()).toContain("filter:");
  });
});

describe("choosing a nickname", () => {
  test("asks, proposing one, and connects with what was typed", () => {
    const run = new ViewRun().servers(heardServer("lab")).keys("enter");
    expect(run.takeEffects()).toEqual([]);
    run.keys("ctrl+u", "enter");
    expect(run.takeEffects(), "an empty nickname goes nowhere").toEqual([]);
    run.type(" bob ").keys("enter");
    expect(run.takeEffects()).toMatchObject([{ type: "connect", nick: "bob" }]);
    expect(run.text()).toContain("connecting…");
    expect(run.type("x").keys("enter").takeEffects(), "keys wait while joining").toEqual([]);
  });

  test("does not ask when one was given", () => {
    expect(joiningView().takeEffects()).toMatchObject([{ type: "connect", nick: "alice" }]);
  });

  test("shows how often it was tried, and leads back on Escape", () => {
    const run = joiningView();
    const retryAt = run.now + 2_000;
    run.client({
      type: "connection",
      state: "connecting",
      attempt: 3,
      retryAt,
      reason: "no answer",
    });
    expect(run.text()).toContain("connecting, try 3 in 2 s (no answer)");
    run.takeEffects();
    expect(run.keys("escape").takeEffects()).toEqual([{ type: "disconnect" }]);
    expect(run.text()).toContain("Find a server");
  });

  test("goes back to the picker when the connection is closed for good", () => {
    const run = joiningView().client({
      type: "connection",
      state: "closed",
      attempt: 1,
      reason: "version 2 is spoken there",
    });
    expect(run.text()).toContain("! cannot join: version 2 is spoken there");
  });
});

describe("typing in a room", () => {
  test("says the line, empties the input and remembers it", () => {
    const run = joiningView().enter();
    run.takeEffects();
    run.type("hello").keys("enter");
    expect(run.takeEffects()).toContainEqual(post("hello"));
    run.type("draft").keys("up");
    expect(room(run).editor.text).toBe("hello");
    run.keys("down");
    expect(room(run).editor.text).toBe("draft");
  });

  test("goes back to the newest line when something is said", () => {
    const run = joiningView().enter();
    for (let sequence = 1; sequence <= 60; sequence += 1) run.said(sequence, "x");
    run.keys("page-up").type("hi").keys("enter");
    expect(room(run).rooms[0]?.conversation.anchor).toBeUndefined();
  });

  test("keeps a refused command in the input and says why", () => {
    const run = joiningView().enter();
    run.takeEffects();
    run.type("/jion dev").keys("enter");
    expect(run.takeEffects()).toEqual([]);
    expect(room(run).editor.text).toBe("/jion dev");
    expect(run.text()).toContain("did you mean /join?");
    expect(run.type("x").text(), "until the next key").not.toContain("did you mean");
  });

  test("in no room says that one is needed, and loses nothing", () => {
    const run = joiningView().enter().client({ type: "exited", room: "lobby" });
    run.takeEffects();
    run.type("hello").keys("enter");
    expect(run.takeEffects()).toEqual([]);
    expect(room(run).editor.text).toBe("hello");
    expect(run.text()).toContain("join a room first");
    run.paste("a\nb").keys("enter");
    expect(room(run)).toMatchObject({ paste: { text: "a\nb" }, editor: { text: "hello" } });
  });

  test("a short paste goes into the line, one of 501 characters or two lines waits as one piece", () => {
    const run = joiningView().enter().paste("short");
    expect(room(run).editor.text).toBe("short");
    expect(room(run.paste("x".repeat(500))).paste).toBeUndefined();
    expect(room(run.paste("x".repeat(501))).paste?.text).toHaveLength(501);
    expect(room(run.keys("escape")).paste).toBeUndefined();
    expect(room(run.paste("a\nb")).paste?.text).toBe("a\nb");
  });

  test("pastes of as much as a message may have wait, and one character more is not taken", () => {
    const half = "x".repeat(textBytesMax / 2);
    const run = joiningView().enter().paste(half).paste(half.slice(1));
    expect(room(run).paste?.text).toHaveLength(textBytesMax);
    run.paste("");
    expect(room(run).paste?.text).toHaveLength(textBytesMax);
    expect(run.text()).toContain(
      "nothing was pasted: a message has at most 16.8 MB; /send takes files",
    );
  });

  test("a paste of one line that ends with a line feed is a line like any other", () => {
    expect(room(joiningView().enter().paste("one line\n")).editor.text).toBe("one line");
  });

  test("while a paste waits a second one is added, other keys do nothing, and the draft stays", () => {
    const run = joiningView().enter().type("draft").paste("a\nb\n").paste("c").type("zz");
    expect(room(run)).toMatchObject({ paste: { text: "a\nb\nc" }, editor: { text: "draft" } });
    run.takeEffects();
    expect(run.keys("enter").takeEffects()).toEqual([post("a\nb\nc")]);
    expect(room(run).editor.text).toBe("draft");
  });

  test("a refused line comes back only where nothing else is typed", () => {
    const failed = {
      type: "failed",
      room: "lobby",
      id: "x",
      body: textBody("precious"),
      code: "text-too-long",
      message: "text is too long",
    } as const;
    const run = joiningView().enter().client(failed);
    expect(room(run).editor.text).toBe("precious");
    expect(run.text()).toContain("not sent: text is too long");
    const typing = joiningView().enter().type("new").client(failed);
    expect(room(typing).editor.text).toBe("new");
    const long = joiningView()
      .enter()
      .client({ ...failed, body: textBody("a\nb") });
    expect(room(long).paste?.text).toBe("a\nb");
  });
});

describe("commands", () => {
  function entered(command: string): ViewRun {
    const run = joiningView({ size: { columns: 120, rows: 30 } }).enter("bob");
    run.takeEffects();
    return run.type(command).keys("enter");
  }

  test.each([
    ["/join #Dev", [{ type: "join", room: "dev", ref: "chosen" }]],
    ["/leave", [{ type: "leave", room: "lobby" }]],
    ["/part #dev", [{ type: "leave", room: "dev" }]],
    ["/redraw", [{ type: "redraw" }]],
    ["/quit", [{ type: "quit" }]],
    ["/servers", [{ type: "disconnect" }]],
    ["//x", [post("/x")]],
    ["/members", []],
  ])("%s does what it says", (command, effects) => {
    expect(entered(command).takeEffects()).toEqual(effects);
  });

  test("/members, /rooms and /help answer in the room, /nick asks the server", () => {
    expect(entered("/members").text()).toContain("2 members: alice, bob");
    expect(entered("/rooms").text()).toContain("#lobby  2 members");
    expect(entered("/nick bob").takeEffects()).toContainEqual({
      type: "ask",
      question: { type: "rename", nick: "bob" },
    });
    expect(entered("/help leave").text()).toContain("/leave [ROOM]");
    expect(entered("/help").text()).toContain("Help: chatting");
  });

  test("/clear empties the screen, and scrolling brings the past back", () => {
    const run = entered("hello");
    run.said(1, "old news").type("/clear").keys("enter");
    expect(run.text()).not.toContain("old news");
    run.said(2, "fresh");
    expect(run.takeEffects().filter(({ type }) => type === "history")).toEqual([]);
    const history = {
      type: "history",
      room: "lobby",
      range: { limit: 100, before: 2 },
      ref: "past 0 lobby",
    };
    expect(run.keys("page-up").takeEffects()).toEqual([history]);
  });

  test("/join of a joined room only shows it, and a new one is shown when entered", () => {
    const run = entered("/join dev");
    run.client(enteredEvent("dev", ["alice"], { ref: "chosen" }));
    expect(room(run).activeRoom).toBe("dev");
    run.takeEffects();
    run.type("/join lobby").keys("enter");
    expect(room(run).activeRoom).toBe("lobby");
    expect(run.takeEffects().filter(({ type }) => type === "join")).toEqual([]);
  });

  test("/servers does not leave undelivered lines behind unless told to", () => {
    const run = joiningView().enter();
    run.client({ type: "pending", room: "lobby", id: "x", body: textBody("x"), at: someTime });
    run.takeEffects();
    run.type("/servers").keys("enter");
    expect(run.takeEffects()).toEqual([]);
    expect(run.text()).toContain("/servers now leaves");
    run.keys("ctrl+u").type("/servers now").keys("enter");
    expect(run.takeEffects()).toEqual([{ type: "disconnect" }]);
  });
});

describe("who is there", () => {
  test("is kept in order, and each change is told with its reason", () => {
    const run = joiningView({ size: { columns: 140, rows: 24 } }).enter("dave", "bob");
    expect(room(run).rooms[0]?.members).toEqual(membersOf(["alice", "bob", "dave"]));
    run.client({ type: "joined", room: "lobby", nick: "carol" });
    run.client({ type: "left", room: "lobby", nick: "dave", reason: "lost" });
    run.client({ type: "left", room: "lobby", nick: "bob", reason: "left" });
    expect(room(run).rooms[0]?.members).toEqual(membersOf(["alice", "carol"]));
    expect(run.text()).toContain("carol joined");
    expect(run.text()).toContain("dave lost the connection (power or cable)");
    expect(run.text()).toContain("bob left");
  });

  test("does not list anybody twice, and does not tell of oneself", () => {
    const run = joiningView().enter("bob");
    run.client({ type: "joined", room: "lobby", nick: "bob" });
    run.client({ type: "joined", room: "lobby", nick: "alice" });
    expect(room(run).rooms[0]?.members).toEqual(membersOf(["alice", "bob"]));
    expect(run.text()).not.toContain("alice joined");
  });

  test("is replaced by what the server tells after a reconnect or of a large room", () => {
    const run = joiningView().enter("bob");
    run.client(enteredEvent("lobby", ["zoe", "alice"]));
    expect(room(run).rooms[0]?.members).toEqual(membersOf(["alice", "zoe"]));
    run.client({ type: "members", room: "lobby", members: membersOf(["x", "alice"]) });
    expect(room(run).rooms[0]?.members).toEqual(membersOf(["alice", "x"]));
  });

  test("is hidden and shown by F8, whatever the width", () => {
    const run = joiningView({ size: { columns: 100, rows: 20 } }).enter();
    expect(run.keys("f8").text()).not.toContain("PEOPLE");
    expect(run.keys("f8").text()).toContain("PEOPLE");
    for (const columns of [40, 69, 70, 99]) {
      const narrow = joiningView({ size: { columns, rows: 20 } }).enter();
      expect(narrow.text()).not.toContain("PEOPLE");
      expect(narrow.keys("f8").text()).toContain("PEOPLE");
    }
  });
});

describe("after a lost connection", () => {
  test("a server that cannot store what we say now is told of in its room", () => {
    const run = joiningView().enter();
    const message = "history cannot be written: disk is full";
    run.client({ type: "delayed", room: "lobby", code: "history-unavailable", message });
    expect(run.text()).toContain("not stored yet, trying again: history");
  });

  test("a server with another history empties the room of all but what waits", () => {
    const run = joiningView().enter();
    run.said(41, "of the old log");
    run.client({
      type: "pending",
      room: "lobby",
      id: "x",
      body: textBody("still mine"),
      at: someTime,
    });
    run.client({ type: "reset", room: "lobby" });
    expect(run.text()).not.toContain("of the old log");
    expect(run.text()).toContain("still mine");
    expect(run.text()).toContain("another history");
    run.said(1, "of the new one");
    expect(run.text()).toContain("of the new one");
  });

  test("a question about the past that was never answered is asked again", () => {
    const run = joiningView();
    run.client(readyEvent("alice"));
    run.client(enteredEvent("lobby", ["alice"], { lastSequence: 9 }));
    const history = { type: "history", room: "lobby", range: { limit: 100 }, ref: "past 0 lobby" };
    expect(run.takeEffects().at(-1)).toEqual(history);
    run.client({ type: "connection", state: "reconnecting", attempt: 1 });
    expect(run.takeEffects()).toEqual([]);
    run.client(readyEvent("alice"));
    expect(run.takeEffects()).toEqual([history]);
  });

  test("another nickname is told", () => {
    const run = joiningView().enter();
    run.client(readyEvent("alice2"));
    expect(run.text()).toContain("you are alice2 now");
  });

  test("a closed connection says how to go on", () => {
    const run = joiningView().enter();
    run.client({ type: "connection", state: "closed", attempt: 1, reason: "other version" });
    expect(run.text()).toContain(
      "the connection is closed: other version; /servers chooses another",
    );
  });

  test("a server that stops says so in the room", () => {
    const run = joiningView({ size: { columns: 120, rows: 20 } }).enter();
    run.client(shutdownEvent("maintenance"));
    expect(run.text()).toContain("lab is shutting down (maintenance); waiting for it");
  });
});

describe("Ctrl-C", () => {
  test("clears what is typed on every screen, and Ctrl-Y brings it back in a room", () => {
    const filter = new ViewRun().servers(heardServer("lab")).type("x").keys("ctrl+c");
    expect(filter.text()).toMatch(/filter:$/m);
    const address = new ViewRun().servers(heardServer("lab")).keys("f3").type("x").keys("ctrl+c");
    expect(address.text()).toMatch(/address:$/m);
    const run = joiningView().enter().type("words").keys("ctrl+c");
    expect(room(run).editor.text).toBe("");
    expect(room(run.keys("ctrl+y")).editor.text).toBe("words");
    expect(room(run.paste("a\nb").keys("ctrl+c")).paste).toBeUndefined();
  });

  test("quits when it comes twice within two seconds with nothing typed", () => {
    const run = joiningView().enter();
    run.takeEffects();
    expect(run.keys("ctrl+c").takeEffects()).toEqual([]);
    run.now += 2_000;
    expect(run.keys("ctrl+c").takeEffects()).toEqual([{ type: "quit" }]);
  });

  test("does not quit when it comes later, or after another key", () => {
    const run = joiningView().enter();
    run.takeEffects();
    run.keys("ctrl+c");
    run.now += 2_001;
    run.keys("ctrl+c", "f8", "ctrl+c");
    expect(run.takeEffects()).toEqual([]);
  });
});

test("every screen has help, and keys that end the program work in it", () => {
  for (const run of [new ViewRun(), joiningView(), joiningView().enter()]) {
    expect(run.keys("f1").text()).toContain("Help:");
    run.keys("page-down", "page-down", "page-down", "down");
    expect(run.text().split("\n").length).toBeGreaterThan(2);
    run.takeEffects();
    expect(run.keys("ctrl+q").takeEffects()).toEqual([{ type: "quit" }]);
    expect(run.keys("escape").text()).not.toContain("Help:");
  }
});

test("2,000 lines into a full conversation take no seconds, frames included", () => {
  const run = joiningView().enter();
  for (let sequence = 1; sequence <= 10_000; sequence += 1) run.said(sequence, `line ${sequence}`);
  const tookMs = cpuMsOf(() => {
    for (let sequence = 10_001; sequence <= 12_000; sequence += 1) {
      run.said(sequence, `line ${sequence}`);
      if (sequence % 60 === 0) run.picture();
    }
  });
  expect(tookMs).toBeLessThan(3_000);
});
