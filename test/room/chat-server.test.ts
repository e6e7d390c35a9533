import { describe, expect, test } from "vitest";
import { encodeCbor } from "../../src/room/codec.ts";
import {
  channels,
  chatMessageBytesMax,
  closeCodes,
  helloMs,
  listingsMax,
  roomsMax,
  sessionRoomsMax,
  sessionsMax,
  unwrittenRoomsMax,
} from "../../src/room/limits.ts";
import type { ServerMessage } from "../../src/room/message.ts";
import type { CloseReason } from "../../src/transport/endpoint-port.ts";
import { ServerDesk } from "../support/server-desk.ts";

const lost: CloseReason = { cause: "timed-out", code: 0, text: "" };
const left: CloseReason = { cause: "peer", code: 0, text: "goodbye" };

/** The nicknames of those who came, as far as it was told. */
function namesIn(events: readonly ServerMessage[], list: "joined" | "changed"): string[] {
  return events.flatMap((event) =>
    event.type === "presence" ? event[list].map(({ nick }) => nick) : [],
  );
}

function partingsIn(events: readonly ServerMessage[]): object[] {
  return events.flatMap((event) => (event.type === "presence" ? event.left : []));
}

function error(code: string): object {
  return expect.objectContaining({ type: "error", code });
}

describe("a connection without a nickname", () => {
  test("may only say hello", () => {
    const desk = new ServerDesk();
    desk.open(1);
    expect(desk.ask(1, { type: "join", room: "lobby" })).toEqual(error("not-ready"));
    expect(desk.hello(1, "anna")).toMatchObject({
      type: "welcome",
      nick: "anna",
      isGuest: true,
      rooms: [],
    });
    expect(desk.hello(1, "ben")).toEqual(error("request-invalid"));
  });

  test("is closed after 5 s and not before", () => {
    const desk = new ServerDesk();
    desk.open(1);
    desk.open(2);
    desk.hello(2, "anna");
    expect(desk.server.pollTimeout()).toBe(helloMs);
    desk.advance(helloMs - 1);
    expect(desk.closed).toEqual([]);
    desk.advance(1);
    expect(desk.closed).toMatchObject([{ session: 1, code: closeCodes.helloLate }]);
    expect(desk.server.pollTimeout()).toBeUndefined();
  });

  test("is one of 10,000 and not one more", () => {
    const desk = new ServerDesk();
    for (let session = 1; session <= sessionsMax; session += 1) desk.open(session);
    expect(desk.closed).toEqual([]);
    desk.open(sessionsMax + 1);
    expect(desk.closed).toMatchObject([{ session: sessionsMax + 1, code: closeCodes.serverFull }]);
    desk.close(1, lost);
    desk.open(sessionsMax + 2);
    expect(desk.closed).toHaveLength(1);
  });
});

describe("a nickname", () => {
  test("that is taken is refused with one that is free", () => {
    const desk = new ServerDesk();
    desk.enter(1, "Anna");
    desk.open(2);
    expect(desk.hello(2, "anna")).toMatchObject({ code: "nickname-taken", suggestion: "anna2" });
    expect(desk.hello(2, "anna2")).toMatchObject({ type: "welcome", nick: "anna2" });
    expect(desk.server.memberCount).toBe(2);
  });

  test("that cannot be one is refused with what to do", () => {
    const desk = new ServerDesk();
    desk.open(1);
    expect(desk.hello(1, "a b")).toEqual(error("nickname-invalid"));
  });

  test("is free again when its owner is gone", () => {
    const desk = new ServerDesk();
    desk.enter(1, "anna");
    desk.close(1, lost);
    desk.open(2);
    expect(desk.hello(2, "anna")).toMatchObject({ type: "welcome" });
  });

  test("is taken back with its token, rooms and all, and nobody is told", () => {
    const desk = new ServerDesk();
    const token = new Uint8Array(16).fill(7);
    desk.open(1);
    desk.hello(1, "anna", token);
    desk.ask(1, { type: "join", room: "lobby" });
    desk.enter(2, "ben");
    desk.events(2);
    desk.open(3);
    expect(desk.hello(3, "anna", token)).toEqual(error("nickname-taken"));
    desk.open(4, 1);
    expect(desk.hello(4, "anna", token)).toMatchObject({
      type: "welcome",
      rooms: [{ room: "lobby", isIn: true }],
    });
    expect(desk.closed).toMatchObject([{ session: 1, code: closeCodes.replaced }]);
    desk.close(1, { cause: "local", code: closeCodes.replaced, text: "" });
    expect(desk.ask(4, { type: "join", room: "lobby" })).toMatchObject({
      type: "entered",
      members: [{ nick: "anna" }, { nick: "ben" }],
    });
    expect(desk.events(2)).toEqual([]);
    desk.say(2, "hello");
    desk.stored();
    expect(desk.events(4)).toMatchObject([{ type: "said" }]);
    expect(desk.server.memberCount).toBe(2);
  });
});

describe("a room", () => {
  test("tells who comes and who goes, and how", () => {
    const desk = new ServerDesk();
    desk.enter(1, "anna");
    for (const [session, nick] of [
      [2, "ben"],
      [3, "cleo"],
      [4, "dave"],
    ] as const) {
      desk.enter(session, nick);
    }
    desk.advance(1_000);
    expect(namesIn(desk.events(1), "joined")).toEqual(["ben", "cleo", "dave"]);
    desk.ask(2, { type: "leave", room: "lobby" });
    desk.close(3, left);
    desk.close(4, lost);
    desk.advance(1_000);
    expect(partingsIn(desk.events(1))).toEqual([
      { nick: "ben", reason: "left" },
      { nick: "cleo", reason: "quit" },
      { nick: "dave", reason: "lost" },
    ]);
  });

  test("tells the one who joins who is there and where the log ends", () => {
    const desk = new ServerDesk({ lastSequences: new Map([["lobby", 41]]) });
    desk.enter(1, "anna");
    desk.open(2);
    desk.hello(2, "ben");
    expect(desk.ask(2, { type: "join", room: "#Lobby" })).toMatchObject({
      type: "entered",
      room: "lobby",
      members: [{ nick: "anna" }, { nick: "ben" }],
      memberCount: 2,
      lastSequence: 41,
    });
  });

  test("can be joined and left twice without anybody noticing", () => {
    const desk = new ServerDesk();
    desk.enter(1, "anna");
    desk.enter(2, "ben");
    desk.advance(1_000);
    desk.events(1);
    expect(desk.ask(2, { type: "join", room: "lobby" })).toMatchObject({ type: "entered" });
    desk.advance(1_000);
    expect(desk.events(1)).toEqual([]);
    for (let time = 0; time < 2; time += 1) {
      expect(desk.ask(2, { type: "leave", room: "lobby" })).toMatchObject({ type: "exited" });
    }
    desk.advance(1_000);
    expect(desk.events(1)).toHaveLength(1);
  });

  test("can be read, written and listed by its members only", () => {
    const desk = new ServerDesk({ lastSequences: new Map([["lobby", 1]]) });
    desk.open(1);
    desk.hello(1, "anna");
    expect(desk.say(1, "hello")).toEqual(error("not-joined"));
    expect(desk.ask(1, { type: "history", room: "lobby", limit: 1 })).toEqual(error("not-joined"));
    expect(desk.ask(1, { type: "members", room: "lobby" })).toEqual(error("not-joined"));
    expect(desk.ask(1, { type: "join", room: "a b" })).toEqual(error("room-invalid"));
  });

  test("is one of 64 that a session is in and not one more", () => {
    const desk = new ServerDesk();
    desk.open(1);
    desk.hello(1, "anna");
    for (let number = 1; number <= sessionRoomsMax; number += 1) {
      expect(desk.ask(1, { type: "join", room: `r${number}` })).toMatchObject({ type: "entered" });
    }
    expect(desk.ask(1, { type: "join", room: "more" })).toEqual(error("limit-reached"));
    desk.ask(1, { type: "leave", room: "r1" });
    expect(desk.ask(1, { type: "join", room: "more" })).toMatchObject({ type: "entered" });
  });

  /** A server with so many written rooms. */
  function serverWith(count: number): ServerDesk {
    const names = Array.from({ length: count }, (_, index) => [`w${index}`, 1] as const);
    return new ServerDesk({ lastSequences: new Map(names) });
  }

  test("is one of 10,000 that are written and not one more", () => {
    const desk = serverWith(roomsMax - 1);
    desk.enter(1, "anna", "last");
    desk.enter(2, "ben", "silent");
    desk.say(1, "a", { room: "last" });
    desk.stored();
    expect(desk.ask(1, { type: "join", room: "more" })).toEqual(error("limit-reached"));
    expect(desk.ask(1, { type: "join", room: "w0" })).toMatchObject({ type: "entered" });
    expect(desk.ask(1, { type: "join", room: "silent" })).toMatchObject({ type: "entered" });
    expect(desk.ask(1, { type: "join", room: "lobby" })).toMatchObject({ type: "entered" });
  });

  test("is gone when nobody would miss it", () => {
    const desk = serverWith(1);
    desk.enter(1, "anna", "silent");
    desk.ask(1, { type: "join", room: "w0" });
    expect(desk.server.roomCount).toBe(2);
    for (const room of ["silent", "w0"]) desk.ask(1, { type: "leave", room });
    expect(desk.server.roomCount).toBe(1);
  });

  test("is one of 10,000 without a line and not one more, which takes none from others", () => {
    const desk = serverWith(roomsMax - 1);
    const hoarders = Math.ceil(unwrittenRoomsMax / sessionRoomsMax);
    for (let hoarder = 1; hoarder <= hoarders; hoarder += 1) {
      desk.open(hoarder);
      desk.hello(hoarder, `nick${hoarder}`);
      for (let number = 0; number < sessionRoomsMax; number += 1) {
        if (desk.server.roomCount === roomsMax - 1 + unwrittenRoomsMax) break;
        desk.ask(hoarder, { type: "join", room: `r${hoarder}-${number}` });
      }
    }
    desk.open(hoarders + 1);
    desk.hello(hoarders + 1, "anna");
    const join = (room: string) => desk.ask(hoarders + 1, { type: "join", room });
    expect(join("more")).toEqual(error("limit-reached"));
    expect(join("w0")).toMatchObject({ type: "entered" });
    expect(join("r1-0")).toMatchObject({ type: "entered" });
    expect(join("lobby")).toMatchObject({ type: "entered" });
    desk.ask(hoarders, { type: "leave", room: `r${hoarders}-0` });
    expect(join("more")).toEqual(error("limit-reached"));
    desk.ask(hoarders, { type: "leave", room: `r${hoarders}-1` });
    expect(join("more")).toMatchObject({ type: "entered" });
  });

  test("lists many members page by page, each small enough for the chat channel", () => {
    const desk = new ServerDesk();
    const nicks = Array.from({ length: 300 }, (_, index) => `${"名".repeat(20)}${1_000 + index}`);
    for (const [index, nick] of nicks.entries()) desk.enter(index + 1, nick);
    const entered = desk.ask(1, { type: "join", room: "lobby" })!;
    const listed = entered.type === "entered" ? entered.members.map(({ nick }) => nick) : [];
    expect(entered).toMatchObject({ memberCount: 300 });
    for (let hasMore = true; hasMore; ) {
      const page = desk.ask(1, { type: "members", room: "lobby", after: listed.at(-1)! })!;
      if (page.type !== "members") throw new Error(page.type);
      listed.push(...page.members.map(({ nick }) => nick));
      hasMore = page.hasMore;
    }
    expect(listed).toEqual(nicks);
    for (const { channel, bytes } of desk.sizes) {
      expect(channel).toBe(channels.chat);
      expect(bytes).toBeLessThanOrEqual(chatMessageBytesMax);
    }
  });
});

describe("a session whose connection is full", () => {
  test("is told who is there when it can be written to, and not before", () => {
    const desk = new ServerDesk();
    desk.enter(1, "anna");
    desk.server.handleBlocked(1);
    expect(desk.ask(1, { type: "members", room: "lobby" })).toBeUndefined();
    expect(desk.ask(1, { type: "join", room: "attic" })).toBeUndefined();
    expect(desk.ask(1, { type: "members", room: "cellar" })).toBeUndefined();
    desk.enter(2, "ben", "attic");
    desk.advance(1_000);
    expect(desk.events(1)).toEqual([]);
    desk.unblock(1);
    expect(desk.inbox(1)).toMatchObject([
      { type: "members", members: [{ nick: "anna" }] },
      { type: "entered", room: "attic", members: [{ nick: "anna" }, { nick: "ben" }] },
      { type: "error", code: "not-joined" },
      { type: "presence", room: "attic", isStale: true },
    ]);
    expect(desk.ask(1, { type: "members", room: "attic" })).toMatchObject({ type: "members" });
  });

  test("may have 132 such questions waiting and not one more", () => {
    const desk = new ServerDesk();
    desk.enter(1, "anna");
    desk.server.handleBlocked(1);
    for (let count = 0; count < listingsMax; count += 1) {
      expect(desk.ask(1, { type: "members", room: "lobby" })).toBeUndefined();
    }
    expect(desk.ask(1, { type: "members", room: "lobby" })).toEqual(error("limit-reached"));
    expect(desk.ask(1, { type: "join", room: "attic" })).toEqual(error("limit-reached"));
    expect(desk.server.roomCount).toBe(1);
  });
});

describe("a message that makes no sense", () => {
  test("is dropped and counted, and refused if it says by what name", () => {
    const desk = new ServerDesk();
    desk.enter(1, "anna");
    desk.server.handleMessage(0, 1, Uint8Array.from([1, 2, 3]));
    expect(desk.server.droppedCount).toBe(1);
    desk.server.handleMessage(0, 1, encodeCbor({ type: "telepathy", ref: 5 }));
    desk.collect();
    expect(desk.inbox(1).at(-1)).toEqual(error("request-invalid"));
  });

  test("does nothing when it comes from a session that is gone", () => {
    const desk = new ServerDesk();
    desk.server.handleMessage(0, 7, encodeCbor({ type: "join", ref: 1, room: "lobby" }));
    desk.close(7, lost);
    desk.server.handleBlocked(7);
    desk.server.handleWritable(0, 7);
    expect(desk.sendCount).toBe(0);
  });
});

describe("a server that is shut down", () => {
  test("tells everybody, stores what it accepted, and then closes", () => {
    const desk = new ServerDesk();
    desk.enter(1, "anna");
    desk.open(2);
    desk.say(1, "a");
    desk.say(1, "b");
    desk.server.shutdown(0, "maintenance");
    desk.collect();
    expect(desk.events(1)).toContainEqual({
      type: "shutdown",
      reason: "maintenance",
      inMs: 0,
      isRestart: false,
    });
    expect(desk.say(1, "c")).toEqual(error("server-closing"));
    expect(desk.closed).toEqual([]);
    desk.stored();
    expect(desk.server.isDone).toBe(false);
    desk.stored();
    const stored = desk.inbox(1).filter(({ type }) => type === "stored");
    expect(stored).toHaveLength(2);
    expect(desk.closed.map(({ session, code }) => [session, code])).toEqual([
      [1, closeCodes.serverClosing],
      [2, closeCodes.serverClosing],
    ]);
    expect(desk.server.isDone).toBe(true);
    desk.open(3);
    expect(desk.closed.at(-1)).toMatchObject({ session: 3, code: closeCodes.serverClosing });
  });

  test("is done at once when nothing waits", () => {
    const desk = new ServerDesk();
    expect(desk.server.isDone).toBe(false);
    desk.server.shutdown(0, "bye");
    desk.server.shutdown(0, "bye");
    expect(desk.server.isDone).toBe(true);
  });
});
