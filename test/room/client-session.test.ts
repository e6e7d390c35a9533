import { describe, expect, test } from "vitest";
import {
  channels,
  chatTextBytesMax,
  membersMax,
  nicksMax,
  outboxLinesMax,
  pageEntriesMax,
  requestsWaitingMax,
  sessionReadsMax,
  sessionRoomsMax,
  textBytesMax,
} from "../../src/room/limits.ts";
import type { LogEntry } from "../../src/room/log-entry.ts";
import type { Page } from "../../src/room/message-log.ts";
import { ClientDesk } from "../support/client-desk.ts";
import { enteredEvent, membersOf, textBody } from "../support/client-events.ts";
import { messageEntry, personOf } from "../support/log-entries.ts";

function entry(sequence: number, id = String(sequence).padStart(21, "0")): LogEntry {
  return messageEntry(sequence, `line ${sequence}`, "ben", { id });
}

function pageOf(ref: number, entries: readonly LogEntry[], change: Partial<Page> = {}): Page {
  const page = { entries, damaged: [], hasOlder: false, hasNewer: false };
  return { type: "page", ref, room: "lobby", ...page, ...change };
}

function sequences(desk: ClientDesk): number[] {
  return desk.of("said").map((event) => event.entry.sequence);
}

describe("joining and leaving", () => {
  test("are answered with the owner's ref", () => {
    const desk = ClientDesk.open();
    desk.do((client) => client.join("#Lobby", "j"));
    desk.enter({ members: [{ nick: "anna" }, { nick: "ben" }], memberCount: 2, lastSequence: 4 });
    desk.do((client) => client.leave("lobby", "l"));
    desk.tell({ type: "exited", ref: desk.last("leave").ref, room: "lobby" });
    expect(desk.events.slice(-2)).toEqual([
      enteredEvent("lobby", ["anna", "ben"], { ref: "j", lastSequence: 4 }),
      { type: "exited", ref: "l", room: "lobby" },
    ]);
  });

  test("are refused when they make no sense", () => {
    const desk = ClientDesk.inRoom();
    desk.do((client) => client.join("lobby", "1"));
    desk.do((client) => client.join("a b", "2"));
    desk.do((client) => client.leave("other", "3"));
    expect(desk.of("error").map(({ ref, code }) => [ref, code])).toEqual([
      ["1", "already-joined"],
      ["2", "room-invalid"],
      ["3", "not-joined"],
    ]);
  });

  test("wait for the connection, and rooms are joined again after each", () => {
    const desk = new ClientDesk();
    desk.do((client) => client.join("lobby", "j"));
    desk.do((client) => client.start());
    desk.connect();
    desk.welcome();
    desk.enter();
    desk.lose();
    desk.takeRequests();
    desk.reconnect();
    expect(desk.last("join").room).toBe("lobby");
    desk.enter();
    expect(desk.of("entered").map(({ ref }) => ref)).toEqual(["j", undefined]);
  });

  test("of up to 32 rooms are possible and not of one more", () => {
    const desk = ClientDesk.open();
    for (let number = 1; number <= sessionRoomsMax + 1; number += 1) {
      desk.do((client) => client.join(`r${number}`));
    }
    expect(desk.takeRequests().filter(({ type }) => type === "join")).toHaveLength(sessionRoomsMax);
    expect(desk.of("error")).toMatchObject([{ code: "limit-reached" }]);
  });

  test("leave the room when its last line is stored", () => {
    const desk = ClientDesk.inRoom();
    const id = desk.do((client) => client.say("lobby", "last words", 1))!;
    desk.do((client) => client.leave("lobby"));
    expect(desk.requests.filter(({ type }) => type === "leave")).toEqual([]);
    desk.do((client) => client.say("lobby", "too late", 1));
    expect(desk.of("error")).toMatchObject([{ code: "not-joined" }]);
    desk.tell({ type: "stored", ref: desk.last("post").ref, id, sequence: 1, sentAt: 1 });
    expect(desk.last("leave").room).toBe("lobby");
  });

  test("are done at once when there is no connection and nothing to say", () => {
    const desk = ClientDesk.inRoom();
    desk.lose();
    desk.do((client) => client.leave("lobby", "l"));
    expect(desk.events.at(-1)).toEqual({ type: "exited", ref: "l", room: "lobby" });
    desk.takeRequests();
    desk.wake();
    desk.connect();
    desk.welcome("anna", ["lobby"]);
    expect(desk.takeRequests().map(({ type }) => type)).toEqual(["hello", "leave"]);
  });

  test("may follow each other at once", () => {
    const desk = ClientDesk.inRoom(5);
    desk.do((client) => client.leave("lobby", "l"));
    desk.do((client) => client.join("lobby", "j"));
    expect(desk.events.at(-1)).toMatchObject({ type: "exited", ref: "l" });
    desk.tell({ type: "exited", ref: desk.last("leave").ref, room: "lobby" });
    desk.enter({ lastSequence: 9 });
    expect(desk.events.at(-1)).toMatchObject({ type: "entered", ref: "j", lastSequence: 9 });
    expect(desk.of("exited")).toHaveLength(1);
    expect(desk.requests.filter(({ type }) => type === "history")).toEqual([]);
  });

  test("that the server refuses give the lines of that room back", () => {
    const desk = ClientDesk.open();
    desk.do((client) => client.join("lobby", "j"));
    const id = desk.do((client) => client.say("lobby", "hello", 1, "s"))!;
    const message = "server has 1000 rooms, at most 1000";
    desk.tell({ type: "error", ref: desk.last("join").ref, code: "limit-reached", message });
    expect(desk.events.slice(-2)).toEqual([
      { type: "error", ref: "j", room: "lobby", code: "limit-reached", message },
      {
        type: "failed",
        ref: "s",
        room: "lobby",
        id,
        body: textBody("hello"),
        code: "not-joined",
        message,
      },
    ]);
    desk.do((client) => client.join("lobby"));
    expect(desk.of("error")).toHaveLength(1);
  });
});

describe("joining again after a lost connection", () => {
  function refused(code: "limit-reached" | "room-invalid"): ClientDesk {
    const desk = ClientDesk.inRoom(5);
    desk.lose();
    desk.do((client) => client.say("lobby", "said meanwhile", 1));
    desk.reconnect();
    desk.tell({ type: "error", ref: desk.last("join").ref, code, message: "no" });
    return desk;
  }

  test("is tried every second while it is refused for a time", () => {
    const desk = refused("limit-reached");
    for (let time = 0; time < 3; time += 1) {
      expect(desk.client.pollTimeout()).toBe(desk.now + 1_000);
      desk.takeRequests();
      desk.do((client) => client.handleTimeout(desk.now + 999));
      expect(desk.requests).toEqual([]);
      desk.wake();
      const { ref } = desk.last("join");
      if (time < 2) desk.tell({ type: "error", ref, code: "limit-reached", message: "no" });
    }
    desk.enter({ lastSequence: 5 });
    expect(desk.last("post").body).toMatchObject({ text: "said meanwhile" });
    expect(desk.of("error")).toEqual([]);
    expect(desk.of("exited")).toEqual([]);
    expect(desk.client.pollTimeout()).toBeUndefined();
  });

  test("begins anew with the next connection while it waits to be tried", () => {
    const desk = refused("limit-reached");
    desk.lose();
    desk.takeRequests();
    desk.reconnect();
    expect(desk.last("join").room).toBe("lobby");
  });

  test("and refused for good takes us out of the room, and gives our lines back", () => {
    const desk = refused("room-invalid");
    const [error, failed, exited] = desk.events.slice(-3);
    expect(error).toEqual({
      ...{ type: "error", room: "lobby" },
      ...{ code: "room-invalid", message: "no" },
    });
    expect(failed).toMatchObject({
      type: "failed",
      body: { text: "said meanwhile" },
      code: "not-joined",
    });
    expect(exited).toEqual({ type: "exited", room: "lobby" });
    expect(desk.client.pollTimeout()).toBeUndefined();
    desk.do((client) => client.join("lobby"));
    expect(desk.of("error")).toHaveLength(1);
  });

  test("is not needed by who leaves while it waits to be tried", () => {
    const desk = refused("limit-reached");
    desk.do((client) => client.leave("lobby", "l"));
    expect(desk.of("exited")).toEqual([]);
    desk.wake();
    desk.tell({ type: "error", ref: desk.last("join").ref, code: "room-invalid", message: "no" });
    expect(desk.of("exited")).toEqual([{ type: "exited", ref: "l", room: "lobby" }]);
  });
});

describe("what is said", () => {
  test("comes in order and once, whatever the server repeats", () => {
    const desk = ClientDesk.inRoom();
    for (const sequence of [1, 2, 2, 1, 3]) desk.said(sequence);
    expect(sequences(desk)).toEqual([1, 2, 3]);
  });

  test("with a gap before it waits until the gap was read", () => {
    const desk = ClientDesk.inRoom(5);
    desk.said(8);
    expect(sequences(desk)).toEqual([]);
    const read = desk.last("history");
    expect(read).toMatchObject({ room: "lobby", after: 5, limit: pageEntriesMax });
    desk.said(9);
    desk.tell(pageOf(read.ref, [entry(6), entry(7)], { hasNewer: true }));
    expect(sequences(desk)).toEqual([6, 7, 8, 9]);
    expect(desk.requests.filter(({ type }) => type === "history")).toHaveLength(1);
  });

  test("at length is read when the room has grown", () => {
    const desk = ClientDesk.inRoom(5);
    desk.tell({ type: "grown", room: "lobby", lastSequence: 7 });
    desk.tell(pageOf(desk.last("history").ref, [entry(6)], { hasNewer: true }));
    expect(desk.last("history").after).toBe(6);
    desk.tell(pageOf(desk.last("history").ref, [entry(7)]));
    expect(sequences(desk)).toEqual([6, 7]);
  });

  test("while we were away is read after a reconnect", () => {
    const desk = ClientDesk.inRoom(5);
    desk.said(6);
    desk.lose();
    desk.reconnect();
    desk.enter({ lastSequence: 8 });
    expect(desk.last("history").after).toBe(6);
    desk.said(9);
    desk.tell(pageOf(desk.last("history").ref, [entry(7), entry(8)]));
    expect(sequences(desk)).toEqual([6, 7, 8, 9]);
  });

  test("by a server with a new history is told from there, and the room is reset", () => {
    const desk = ClientDesk.inRoom(5);
    desk.said(6);
    const id = desk.do((client) => client.say("lobby", "hello", 1))!;
    desk.lose();
    desk.takeRequests();
    desk.reconnect();
    desk.enter({ log: "another-log-as-long-0", lastSequence: 6 });
    expect(desk.events.slice(-2)).toMatchObject([
      { type: "reset", room: "lobby" },
      { type: "entered", lastSequence: 6 },
    ]);
    expect(desk.last("post")).toMatchObject({ id });
    expect(desk.requests.filter(({ type }) => type === "history")).toEqual([]);
    desk.said(7);
    expect(sequences(desk)).toEqual([6, 7]);
    desk.lose();
    desk.reconnect();
    desk.enter({ log: "another-log-as-long-0", lastSequence: 7 });
    expect(desk.of("reset")).toHaveLength(1);
  });

  test("and lost by the server is told in its place", () => {
    const desk = ClientDesk.inRoom(0);
    desk.tell({ type: "grown", room: "lobby", lastSequence: 4 });
    const damaged = [{ from: 2, to: 3 }];
    desk.tell(pageOf(desk.last("history").ref, [entry(1), entry(4)], { damaged }));
    const kinds = desk.events.filter(({ type }) => type === "said" || type === "damaged");
    expect(kinds).toMatchObject([
      { entry: { sequence: 1 } },
      { room: "lobby", range: { from: 2, to: 3 } },
      { entry: { sequence: 4 } },
    ]);
  });

  test("and cannot be read now is asked for again a second later", () => {
    const desk = ClientDesk.inRoom(0);
    desk.said(2);
    const { ref } = desk.last("history");
    desk.tell({ type: "error", ref, code: "history-unavailable", message: "disk" });
    expect(desk.client.pollTimeout()).toBe(desk.now + 1_000);
    desk.takeRequests();
    desk.wake();
    expect(desk.last("history").after).toBe(0);
    expect(desk.of("error")).toEqual([]);
  });

  test("by ourselves is marked, and by whoever else has our nickname is not", () => {
    const desk = ClientDesk.inRoom();
    desk.said(1, "mine", "anna");
    const author = { person: personOf("other"), nick: "anna" };
    const entry = { ...messageEntry(2, "not mine"), author };
    desk.tell({ type: "said", room: "lobby", entries: [entry] });
    expect(desk.of("said").map(({ isOwn }) => isOwn)).toEqual([true, false]);
  });

  test("before we left and joined again is not told, though it is still being read", () => {
    const desk = ClientDesk.inRoom(5);
    desk.tell({ type: "grown", room: "lobby", lastSequence: 6 });
    const { ref } = desk.last("history");
    desk.do((client) => client.leave("lobby"));
    desk.do((client) => client.join("lobby"));
    desk.tell({ type: "exited", ref: desk.last("leave").ref, room: "lobby" });
    desk.enter({ lastSequence: 6 });
    desk.tell({ type: "grown", room: "lobby", lastSequence: 7 });
    desk.tell(pageOf(ref, [entry(6)]));
    expect(sequences(desk)).toEqual([]);
    desk.tell(pageOf(desk.last("history").ref, [entry(7)]));
    expect(sequences(desk)).toEqual([7]);
  });

  test("in a room that was left is not told, though it is still being read", () => {
    const desk = ClientDesk.inRoom(5);
    desk.tell({ type: "grown", room: "lobby", lastSequence: 6 });
    const { ref } = desk.last("history");
    desk.do((client) => client.leave("lobby"));
    desk.tell({ type: "exited", ref: desk.last("leave").ref, room: "lobby" });
    desk.tell(pageOf(ref, [entry(6)]));
    expect(sequences(desk)).toEqual([]);
  });

  test("in rooms we are not in is ignored", () => {
    const desk = ClientDesk.open();
    desk.said(1);
    desk.tell({ type: "grown", room: "lobby", lastSequence: 7 });
    desk.joined("ben");
    expect(desk.events.at(-1)).toMatchObject({ type: "ready" });
  });
});

describe("a line of ours", () => {
  test("is pending, then stored, then said", () => {
    const desk = ClientDesk.inRoom();
    const id = desk.do((client) => client.say("lobby", "hello\u0007", 77, "s"))!;
    expect(desk.last("post")).toMatchObject({
      id,
      room: "lobby",
      body: { type: "message", text: "hello" },
      isFirst: true,
    });
    expect(desk.events.at(-1)).toEqual({
      type: "pending",
      room: "lobby",
      id,
      body: textBody("hello"),
      at: 77,
    });
    expect(desk.client.pendingCount).toBe(1);
    desk.tell({ type: "stored", ref: desk.last("post").ref, id, sequence: 1, sentAt: 1 });
    expect(desk.events.at(-1)).toEqual({
      type: "stored",
      ref: "s",
      room: "lobby",
      id,
      sequence: 1,
    });
    expect(desk.client.pendingCount).toBe(0);
  });

  test("is stored once, also when it is seen in the log before the answer comes", () => {
    const desk = ClientDesk.inRoom();
    const id = desk.do((client) => client.say("lobby", "hello", 1))!;
    desk.tell({ type: "said", room: "lobby", entries: [messageEntry(1, "x", "anna", { id })] });
    desk.tell({ type: "stored", ref: desk.last("post").ref, id, sequence: 1, sentAt: 1 });
    expect(desk.events.slice(-2).map(({ type }) => type)).toEqual(["stored", "said"]);
  });

  test("that was stored before the connection broke is not sent again", () => {
    const desk = ClientDesk.inRoom();
    const id = desk.do((client) => client.say("lobby", "hello", 1))!;
    desk.lose();
    desk.takeRequests();
    desk.reconnect();
    desk.enter({ lastSequence: 1 });
    expect(desk.requests.filter(({ type }) => type === "post")).toEqual([]);
    desk.tell(pageOf(desk.last("history").ref, [entry(1, id)]));
    expect(desk.requests.filter(({ type }) => type === "post")).toEqual([]);
    expect(desk.of("stored")).toMatchObject([{ id, sequence: 1 }]);
  });

  test("that was not stored is sent again with those behind it, in order", () => {
    const desk = ClientDesk.inRoom();
    for (const text of ["a", "b"]) desk.do((client) => client.say("lobby", text, 1));
    desk.lose();
    desk.do((client) => client.say("lobby", "c", 1));
    desk.takeRequests();
    desk.reconnect();
    desk.enter();
    const says = desk.takePosts();
    expect(says.map(({ text, isFirst }) => [text, isFirst])).toEqual([
      ["a", true],
      ["b", false],
      ["c", false],
    ]);
  });

  test("that is refused for a time is kept and sent again with those behind it", () => {
    const desk = ClientDesk.inRoom();
    for (const text of ["a", "b"]) desk.do((client) => client.say("lobby", text, 1));
    const refs = desk.takePosts().map(({ ref }) => ref);
    for (const ref of refs) {
      desk.tell({ type: "error", ref, code: "history-unavailable", message: "disk is full" });
    }
    expect(desk.client.pendingCount).toBe(2);
    expect(desk.of("failed")).toEqual([]);
    expect(desk.of("delayed")).toEqual([
      { type: "delayed", room: "lobby", code: "history-unavailable", message: "disk is full" },
    ]);
    expect(desk.client.pollTimeout()! - desk.now).toBeLessThanOrEqual(300);
    desk.wake();
    const says = desk.takePosts();
    expect(says.map(({ text, isFirst }) => [text, isFirst])).toEqual([
      ["a", true],
      ["b", false],
    ]);
  });

  test("that is delayed is told to be so once, until one of its room is stored", () => {
    const desk = ClientDesk.inRoom();
    for (const text of ["a", "b"]) desk.do((client) => client.say("lobby", text, 1));
    const refuse = () => {
      const { ref } = desk.takePosts()[0]!;
      desk.tell({ type: "error", ref, code: "history-unavailable", message: "disk is full" });
      desk.wake();
    };
    refuse();
    refuse();
    expect(desk.of("delayed")).toHaveLength(1);
    const [first] = desk.takePosts();
    desk.tell({ type: "stored", ref: first!.ref, id: first!.id, sequence: 1, sentAt: 1 });
    desk.takeRequests();
    const ref = first!.ref + 1;
    desk.tell({ type: "error", ref, code: "limit-reached", message: "too much waits" });
    expect(desk.of("delayed")).toMatchObject([{}, { code: "limit-reached" }]);
  });

  test.each(["text-too-long", "not-joined", "text-empty", "request-invalid"] as const)(
    "that is refused for good comes back: %s",
    (code) => {
      const desk = ClientDesk.inRoom();
      const id = desk.do((client) => client.say("lobby", "hello", 1, "s"))!;
      desk.tell({ type: "error", ref: desk.last("post").ref, code, message: "no" });
      expect(desk.events.at(-1)).toEqual({
        type: "failed",
        ref: "s",
        room: "lobby",
        id,
        body: textBody("hello"),
        code,
        message: "no",
      });
      expect(desk.client.pendingCount).toBe(0);
    },
  );

  test("that cannot be right is not sent at all", () => {
    const desk = ClientDesk.inRoom();
    desk.takeRequests();
    const max = "x".repeat(textBytesMax);
    for (const [text, ref] of [
      [" \n", "1"],
      [`${max}!`, "2"],
    ] as const) {
      expect(desk.do((client) => client.say("lobby", text, 1, ref))).toBeUndefined();
    }
    expect(desk.of("error").map(({ ref, code }) => [ref, code])).toEqual([
      ["1", "text-empty"],
      ["2", "text-too-long"],
    ]);
    expect(desk.requests).toEqual([]);
    expect(desk.do((client) => client.say("lobby", max, 1))).toBeDefined();
    expect(desk.channels.at(-1)).toBe(channels.bulk);
  });

  test("is one of 10,000 that wait and not one more", () => {
    const desk = ClientDesk.inRoom();
    desk.lose();
    for (let number = 0; number < outboxLinesMax; number += 1) {
      desk.do((client) => client.say("lobby", "x", 1));
    }
    expect(desk.of("error")).toEqual([]);
    expect(desk.do((client) => client.say("lobby", "x", 1))).toBeUndefined();
    expect(desk.of("error")).toMatchObject([{ code: "limit-reached" }]);
  });

  test("goes on the chat channel when it is small and on the bulk channel when it is not", () => {
    const desk = ClientDesk.inRoom();
    desk.do((client) => client.say("lobby", "s".repeat(chatTextBytesMax), 1));
    expect(desk.channels.at(-1)).toBe(channels.chat);
    const { ref, id } = desk.last("post");
    desk.tell({ type: "stored", ref, id, sequence: 1, sentAt: 1 });
    desk.do((client) => client.say("lobby", "l".repeat(chatTextBytesMax + 1), 1));
    expect(desk.channels.at(-1)).toBe(channels.bulk);
  });
});

describe("a question", () => {
  test("about history is answered with the page", () => {
    const desk = ClientDesk.inRoom(9);
    desk.do((client) => client.history("lobby", { before: 5 }, "h"));
    expect(desk.last("history")).toMatchObject({ room: "lobby", before: 5, limit: 50 });
    const damaged = [{ from: 3, to: 3 }];
    const change = { damaged, hasOlder: true, hasNewer: true };
    desk.tell(pageOf(desk.last("history").ref, [entry(2), entry(4)], change));
    expect(desk.events.at(-1)).toEqual({
      type: "page",
      ref: "h",
      room: "lobby",
      entries: [entry(2), entry(4)],
      damaged,
      hasMore: true,
    });
    expect(desk.of("said")).toEqual([]);
  });

  test.each([
    [{ before: 1, after: 1 }, "history is read before, after or around one place"],
    [{ limit: 0 }, "limit is 0, not a whole number from 1 to 200"],
    [{ limit: 201 }, "limit is 201, not a whole number from 1 to 200"],
    [{ limit: 1.5 }, "limit is 1.5, not a whole number from 1 to 200"],
    [{ before: 0 }, "before is 0, not a whole number from 1 to 9007199254740991"],
    [{ after: -1 }, "after is -1, not a whole number from 0 to 9007199254740991"],
    [
      { after: 2 ** 53 },
      "after is 9007199254740992, not a whole number from 0 to 9007199254740991",
    ],
  ])("about history that makes no sense is refused with what does: %j", (range, message) => {
    const desk = ClientDesk.inRoom();
    desk.do((client) => client.history("lobby", range, "h"));
    expect(desk.of("error")).toEqual([
      { type: "error", ref: "h", code: "request-invalid", message },
    ]);
  });

  test("that is refused says why", () => {
    const desk = ClientDesk.open();
    desk.do((client) => client.history("lobby", {}, "h"));
    const { ref } = desk.last("history");
    desk.tell({ type: "error", ref, code: "not-joined", message: "you are not in room lobby" });
    expect(desk.of("error")).toMatchObject([{ ref: "h", code: "not-joined" }]);
  });

  test("about members is answered when all pages are there", () => {
    const desk = ClientDesk.inRoom();
    desk.do((client) => client.members("lobby", "m"));
    desk.answerMembers(["anna"], true);
    const second = desk.last("members");
    expect(second.after).toBe("anna");
    desk.answerMembers(["ben"], false);
    expect(desk.of("members")).toEqual([
      { type: "members", ref: "m", room: "lobby", members: membersOf(["anna", "ben"]) },
    ]);
  });

  test("about members knows who came and went while its pages come", () => {
    const desk = ClientDesk.inRoom();
    desk.do((client) => client.members("lobby", "m"));
    const page = (nicks: readonly string[], hasMore: boolean) => {
      desk.answerMembers(nicks, hasMore);
    };
    const joined = (nick: string, room?: string) => desk.joined(nick, room);
    const left = (nick: string) => desk.left(nick);
    joined("early");
    page(["anna", "Ben", "early", "fred"], true);
    expect(desk.last("members").after).toBe("fred");
    left("anna");
    joined("Bea");
    left("fred");
    joined("emil");
    // On the page that is on its way, or on the next one.
    joined("gina");
    joined("carl", "attic");
    page(["gina", "hugo"], true);
    left("gina");
    joined("Ben");
    expect(desk.last("members").after).toBe("hugo");
    page(["ida"], false);
    expect(desk.of("members").map(({ members }) => members.map(({ nick }) => nick))).toEqual([
      ["Bea", "Ben", "early", "emil", "hugo", "ida"],
    ]);
  });

  test("about members begins anew with a new connection", () => {
    const desk = ClientDesk.inRoom();
    desk.do((client) => client.members("lobby", "m"));
    desk.answerMembers(["anna", "gone"], true);
    desk.lose();
    desk.takeRequests();
    desk.reconnect();
    expect(desk.last("members").after).toBeUndefined();
    desk.answerMembers(["anna"], false);
    expect(desk.of("members")).toMatchObject([{ ref: "m", members: [{ nick: "anna" }] }]);
  });

  test("about members asks itself when the answer to joining had no room for all", () => {
    const desk = ClientDesk.open();
    desk.do((client) => client.join("lobby"));
    desk.enter({ members: [{ nick: "anna" }], memberCount: 2 });
    desk.answerMembers(["anna", "ben"], false);
    expect(desk.of("members")).toEqual([
      { type: "members", room: "lobby", members: membersOf(["anna", "ben"]) },
    ]);
  });

  test("about members comes to an end, whatever the server says", () => {
    const desk = ClientDesk.inRoom();
    desk.do((client) => client.members("lobby"));
    const nicks = Array.from({ length: nicksMax }, (_, index) => `n${index}`);
    let pageCount = 0;
    for (; desk.of("members").length === 0; pageCount += 1) {
      desk.answerMembers(nicks, true);
    }
    expect(pageCount).toBe(membersMax / nicksMax);
    desk.do((client) => client.members("lobby"));
    desk.answerMembers([], true);
    expect(desk.of("members")).toHaveLength(2);
  });

  test("is asked again after a lost connection", () => {
    const desk = ClientDesk.inRoom();
    desk.do((client) => client.history("lobby", { limit: 7 }, "h"));
    desk.lose();
    desk.do((client) => client.members("lobby", "m"));
    desk.takeRequests();
    desk.reconnect();
    const types = desk.takeRequests().map(({ type }) => type);
    expect(types).toEqual(["hello", "join", "history", "members"]);
  });

  test("is one of 100 that wait and not one more", () => {
    const desk = ClientDesk.inRoom();
    for (let number = 0; number < requestsWaitingMax; number += 1) {
      desk.do((client) => client.members("lobby"));
    }
    expect(desk.of("error")).toEqual([]);
    desk.do((client) => client.history("lobby", {}, "more"));
    expect(desk.of("error")).toMatchObject([{ ref: "more", code: "limit-reached" }]);
    desk.answerMembers([], false);
    desk.do((client) => client.history("lobby", {}));
    expect(desk.of("error")).toHaveLength(1);
  });

  test("about history waits while the server has as many as it takes", () => {
    const desk = ClientDesk.inRoom();
    desk.takeRequests();
    for (let number = 0; number <= sessionReadsMax; number += 1) {
      desk.do((client) => client.history("lobby", {}));
    }
    expect(desk.requests).toHaveLength(sessionReadsMax);
    desk.do((client) => client.members("lobby"));
    expect(desk.requests).toHaveLength(sessionReadsMax + 1);
    desk.tell(pageOf(desk.requests[0]!.ref, []));
    expect(desk.requests).toHaveLength(sessionReadsMax + 2);
  });
});
