import { describe, expect, test } from "vitest";
import { deliveredMs, splitNicksMin, tokenBytes, typingActiveMs } from "../../src/room/limits.ts";
import type { LeaveReason } from "../../src/room/message-room.ts";
import { changedBy } from "../../src/room/overlay.ts";
import { ClientDesk } from "../support/client-desk.ts";
import { textBody } from "../support/client-events.ts";
import { messageEntry, personOf } from "../support/log-entries.ts";
import { logId } from "../support/server-desk.ts";

const persons = [
  { nick: "anna", person: personOf("anna"), answer: "accepted" },
  { nick: "ben", person: personOf("ben"), answer: "asked" },
] as const;

const privateRoom = `&${"p".repeat(21)}`;

/** The answer to a request that leads into a private chat. */
function enterPrivate(desk: ClientDesk, ref: number): void {
  desk.tell({
    type: "entered",
    ref,
    room: privateRoom,
    state: { kind: "private", topic: "", slowMs: 0, isReadOnly: false },
    members: [{ nick: "anna" }],
    memberCount: 1,
    log: logId,
    firstSequence: 1,
    lastSequence: 0,
    persons,
  });
}

describe("a question", () => {
  test("is sent as it is and its answer comes with the owner's ref", () => {
    const desk = ClientDesk.open();
    desk.do((client) => client.ask({ type: "who", nick: "ben" }, "w"));
    const { ref } = desk.last("who");
    const who = { nick: "ben", person: personOf("ben"), presence: "online", rooms: [] } as const;
    desk.tell({ type: "who", ref, ...who });
    expect(desk.events.at(-1)).toEqual({
      type: "answer",
      ref: "w",
      question: { type: "who", nick: "ben" },
      answer: { type: "who", ...who },
    });
  });

  test("is asked again after a lost connection, and a refusal is an error", () => {
    const desk = ClientDesk.open();
    desk.do((client) => client.ask({ type: "rooms" }, "r"));
    desk.lose();
    desk.takeRequests();
    desk.reconnect();
    const { ref } = desk.last("rooms");
    desk.tell({ type: "error", ref, code: "too-fast", message: "slowly" });
    expect(desk.events.at(-1)).toMatchObject({ type: "error", ref: "r", code: "too-fast" });
  });

  test("for another nickname names us anew, also after a reconnect", () => {
    const desk = ClientDesk.open();
    desk.do((client) => client.ask({ type: "claim", token: "from-the-console" }));
    desk.tell({ type: "done", ref: desk.last("claim").ref });
    expect(desk.of("identified")).toMatchObject([{ own: { role: "owner" } }]);
    desk.do((client) => client.ask({ type: "rename", nick: "annie" }, "n"));
    desk.tell({ type: "done", ref: desk.last("rename").ref });
    expect(desk.of("renamed")).toEqual([{ type: "renamed", nick: "annie" }]);
    desk.lose();
    desk.reconnect();
    expect(desk.last("hello").nick).toBe("annie");
  });
});

describe("a private chat", () => {
  test("that was asked for is entered, joined again after a loss, and left by declining it", () => {
    const desk = ClientDesk.open();
    desk.do((client) => client.ask({ type: "ask", nicks: ["ben"] }, "q"));
    enterPrivate(desk, desk.last("ask").ref);
    expect(desk.events.at(-1)).toMatchObject({ type: "entered", ref: "q", persons });
    desk.do((client) => client.say(privateRoom, "psst", 1));
    expect(desk.last("post")).toMatchObject({ room: privateRoom });
    desk.lose();
    desk.reconnect();
    expect(desk.last("join").room).toBe(privateRoom);
    enterPrivate(desk, desk.last("join").ref);
    const decline = { type: "answer", room: privateRoom, isAccepted: false } as const;
    desk.do((client) => client.ask(decline, "d"));
    desk.tell({ type: "done", ref: desk.last("answer").ref });
    expect(desk.of("exited")).toMatchObject([{ room: privateRoom }]);
    expect(desk.of("failed")).toMatchObject([{ body: textBody("psst") }]);
  });

  test("that was agreed to is joined, and that is the answer", () => {
    const desk = ClientDesk.open();
    desk.tell({ type: "asked", room: privateRoom, by: "ben", persons, until: 9 });
    expect(desk.of("asked")).toHaveLength(1);
    const accept = { type: "answer", room: privateRoom, isAccepted: true } as const;
    desk.do((client) => client.ask(accept, "a"));
    desk.tell({ type: "done", ref: desk.last("answer").ref });
    enterPrivate(desk, desk.last("join").ref);
    expect(desk.of("entered")).toMatchObject([{ ref: "a", room: privateRoom }]);
    expect(desk.of("answer")).toEqual([]);
  });
});

describe("a room", () => {
  test("that was made is entered", () => {
    const desk = ClientDesk.open();
    desk.do((client) => client.ask({ type: "create", room: "club", kind: "invite" }, "c"));
    const { ref } = desk.last("create");
    desk.tell({
      ...{ type: "entered", ref, room: "club", members: [{ nick: "anna" }], memberCount: 1 },
      ...{ log: logId, firstSequence: 1, lastSequence: 0, role: "owner" },
      state: { kind: "invite", topic: "", slowMs: 0, isReadOnly: false },
    });
    expect(desk.events.at(-1)).toMatchObject({ type: "entered", ref: "c", role: "owner" });
    desk.do((client) => client.leave("club"));
    expect(desk.last("leave").room).toBe("club");
  });

  test("is joined with an invitation where one was given, and again without it", () => {
    const desk = ClientDesk.open();
    const invitation = "i".repeat(21);
    desk.do((client) => client.join("club", "j", invitation));
    expect(desk.last("join")).toMatchObject({ room: "club", invitation });
    desk.enter();
    desk.lose();
    desk.reconnect();
    expect(desk.last("join")).not.toHaveProperty("invitation");
  });

  test("that we are put out of is not joined again, and gives its lines back", () => {
    const desk = ClientDesk.inRoom();
    desk.do((client) => client.say("lobby", "why?", 1));
    desk.tell({ type: "removed", room: "lobby", by: "ben", isBanned: true, reason: "spam" });
    expect(desk.events.slice(-2)).toMatchObject([
      { type: "removed", by: "ben", isBanned: true },
      { type: "failed", code: "not-joined" },
    ]);
    desk.lose();
    desk.takeRequests();
    desk.reconnect();
    expect(desk.takeRequests().map(({ type }) => type)).toEqual(["hello"]);
  });
});

describe("who comes and goes", () => {
  const lose = (desk: ClientDesk, count: number, reason: LeaveReason = "lost") => {
    const members = Array.from({ length: count }, (_, index) => ({ nick: `n${index}` }));
    desk.enter({ members: [{ nick: "anna" }, ...members], memberCount: count + 1 });
    const left = members.map(({ nick }) => ({ nick, reason }));
    desk.tell({ type: "presence", room: "lobby", joined: [], left, changed: [] });
  };

  test("is one notice when many are lost at once, and else one each", () => {
    for (const [count, reason, splits] of [
      [splitNicksMin, "lost", 0],
      [splitNicksMin + 1, "lost", 1],
      [splitNicksMin + 1, "quit", 0],
    ] as const) {
      const desk = ClientDesk.open();
      desk.do((client) => client.join("lobby"));
      lose(desk, count, reason);
      expect(desk.of("split")).toHaveLength(splits);
      expect(desk.of("left")).toHaveLength(splits === 0 ? count : 0);
    }
  });

  test("is told with who is away and who is called otherwise", () => {
    const desk = ClientDesk.inRoom();
    desk.joined("ben");
    const changed = [{ nick: "benny", was: "ben", isAway: true as const }];
    desk.tell({ type: "presence", room: "lobby", joined: [], left: [], changed });
    expect(desk.events.at(-1)).toEqual({ type: "changed", room: "lobby", ...changed[0] });
  });

  test("is asked for anew when the server could not tell all", () => {
    const desk = ClientDesk.inRoom();
    const none = { joined: [], left: [], changed: [] };
    desk.tell({ type: "presence", room: "lobby", ...none, isStale: true });
    expect(desk.last("members").room).toBe("lobby");
  });
});

describe("what the server is told without an answer", () => {
  test("typing goes out at most once in 3 s, and again when it changes", () => {
    const desk = ClientDesk.inRoom();
    const type = (now: number, state: "active" | "paused" | "done") =>
      desk.do((client) => client.typing(now, "lobby", state));
    type(0, "done");
    type(0, "active");
    type(typingActiveMs - 1, "active");
    type(typingActiveMs, "active");
    type(typingActiveMs + 1, "paused");
    type(typingActiveMs + 2, "paused");
    type(typingActiveMs + 3, "done");
    const states = desk
      .takeRequests()
      .flatMap((request) => ("state" in request ? [request.state] : []));
    expect(states).toEqual(["active", "active", "paused", "done"]);
  });

  test("what arrived is acknowledged, at most once a second", () => {
    const desk = ClientDesk.inRoom();
    desk.said(1);
    desk.wake();
    const delivered = (sequence: number) => ({ type: "delivered", room: "lobby", sequence });
    expect(desk.takeRequests()).toContainEqual(delivered(1));
    desk.said(2);
    desk.said(3);
    expect(desk.client.pollTimeout()).toBe(desk.now + deliveredMs);
    desk.wake();
    expect(desk.takeRequests()).toEqual([delivered(3)]);
    expect(desk.client.pollTimeout()).toBeUndefined();
  });

  test("read and typing are not told where we are not", () => {
    const desk = ClientDesk.open();
    desk.takeRequests();
    desk.do((client) => client.read("lobby", 1, 1));
    desk.do((client) => client.typing(0, "lobby", "active"));
    expect(desk.takeRequests()).toEqual([]);
  });
});

describe("what is posted", () => {
  test("goes out in order with the lines, whatever it is", () => {
    const desk = ClientDesk.inRoom();
    desk.do((client) => client.say("lobby", "teh", 1));
    desk.do((client) => client.post("lobby", { type: "edit", target: 1, text: "the" }, { at: 2 }));
    const posts = desk.takeRequests().filter(({ type }) => type === "post");
    expect(posts).toMatchObject([
      { isFirst: true, body: textBody("teh") },
      { isFirst: false, body: { type: "edit", target: 1, text: "the" } },
    ]);
  });

  test("is refused at once where it makes no sense", () => {
    const desk = ClientDesk.inRoom();
    desk.do((client) =>
      client.post("lobby", { type: "edit", target: 1, text: " " }, { at: 1, ref: "e" }),
    );
    desk.do((client) => client.post("lobby", { type: "delete", target: 0 }, { at: 1, ref: "d" }));
    expect(desk.of("error")).toMatchObject([
      { ref: "e", code: "text-empty" },
      { ref: "d", code: "request-invalid" },
    ]);
  });

  test("changes the line that it is about", () => {
    const line = messageEntry(1, "teh");
    const body = { type: "edit", target: 1, text: "the" } as const;
    expect(changedBy(line, { ...messageEntry(2), body }).body).toEqual(textBody("the"));
  });

  test("under a name that an earlier client had comes back to it by the earlier token", () => {
    const desk = new ClientDesk();
    const token = new Uint8Array(tokenBytes).fill(7);
    desk.do((client) => client.restore({ token, posts: [], places: new Map(), missedMax: 0 }));
    desk.do((client) => client.start());
    desk.connect();
    expect(desk.last("hello").token).toEqual(token);
    expect(desk.client.token).toEqual(token);
  });

  test("at an earlier visit is sent at this one, and its room left when nobody wants it", () => {
    const desk = new ClientDesk();
    const posts = [{ id: "s".repeat(21), room: "lobby", body: textBody("from before"), at: 5 }];
    desk.do((client) => client.restore({ posts, places: new Map(), missedMax: 0 }));
    desk.do((client) => client.start());
    desk.connect();
    desk.welcome();
    expect(desk.of("pending")).toMatchObject([{ room: "lobby", body: textBody("from before") }]);
    desk.enter();
    const { ref, id } = desk.last("post");
    expect(id).toBe("s".repeat(21));
    desk.tell({ type: "stored", ref, id, sequence: 1, sentAt: 1 });
    expect(desk.last("leave").room).toBe("lobby");
    expect(desk.client.pendingCount).toBe(0);
  });
});
