import { describe, expect, test } from "vitest";
import {
  creationsPerPerson,
  sessionRoomsMax,
  typingMembersMax,
  typingMs,
} from "../../src/room/limits.ts";
import { decodeRoomRecord } from "../../src/room/room-record.ts";
import { accountOf, ServerDesk } from "../support/server-desk.ts";

function error(code: string): object {
  return expect.objectContaining({ type: "error", code });
}

function stage(): ServerDesk {
  const desk = new ServerDesk({ accounts: [accountOf("anna", 1)] });
  desk.isQuick = true;
  for (const [session, nick] of [
    [1, "anna"],
    [2, "ben"],
  ] as const) {
    desk.open(session);
    desk.hello(session, nick);
  }
  return desk;
}

describe("a room that is made", () => {
  test("belongs to its maker, on the disk before it is answered", () => {
    const desk = stage();
    desk.isQuick = false;
    const create = { type: "create", room: "#Club", kind: "public" } as const;
    expect(desk.ask(2, create)).toBeUndefined();
    desk.stored();
    expect(desk.inbox(2).at(-1)).toMatchObject({
      type: "entered",
      room: "club",
      role: "owner",
      members: [{ nick: "ben", isGuest: true, role: "owner" }],
    });
    const record = decodeRoomRecord("club", desk.record("rooms", "club")!);
    expect(record).toMatchObject({ kind: "public", roles: [{ nick: "ben", role: "owner" }] });
  });

  test("is not made when there is one, but may be when nobody is in it and nothing was said", () => {
    const desk = stage();
    desk.ask(1, { type: "join", room: "club" });
    const create = { type: "create", room: "club", kind: "invite" } as const;
    expect(desk.ask(2, create)).toEqual(error("room-exists"));
    desk.ask(1, { type: "leave", room: "club" });
    expect(desk.ask(2, create)).toMatchObject({ type: "entered", state: { kind: "invite" } });
    expect(desk.ask(1, create)).toEqual(error("room-exists"));
  });

  test("was never there when the disk could not take it", () => {
    const desk = stage();
    desk.isQuick = false;
    const create = { type: "create", room: "club", kind: "invite" } as const;
    desk.ask(2, create);
    desk.failed();
    expect(desk.inbox(2).at(-1)).toEqual(error("history-unavailable"));
    expect(desk.server.roomCount).toBe(0);
    desk.isQuick = true;
    expect(desk.ask(1, create)).toMatchObject({ type: "entered", role: "owner" });
  });

  test("is one of ten an hour", () => {
    const desk = stage();
    const create = (number: number) =>
      desk.ask(2, { type: "create", room: `r${number}`, kind: "public" });
    for (let number = 0; number < creationsPerPerson.burst; number += 1) {
      expect(create(number)).toMatchObject({ type: "entered" });
    }
    expect(create(10)).toEqual(error("too-fast"));
    desk.advance(6 * 60_000);
    expect(create(11)).toMatchObject({ type: "entered" });
    expect(create(12)).toEqual(error("too-fast"));
  });

  test("is there again, with its owner and its topic, after a restart", () => {
    const desk = stage();
    desk.ask(1, { type: "create", room: "club", kind: "invite" });
    desk.post(1, { type: "topic", text: "tea" }, { room: "club" });
    const rooms = new Map([["club", desk.record("rooms", "club")!]]);
    const next = new ServerDesk({ accounts: [accountOf("anna", 1)], records: { rooms } });
    next.enter(1, "anna", "club");
    expect(next.inbox(1).at(-1)).toMatchObject({
      type: "entered",
      role: "owner",
      state: { kind: "invite", topic: "tea" },
    });
    next.open(2);
    next.hello(2, "ben");
    expect(next.ask(2, { type: "join", room: "club" })).toEqual(error("invitation-needed"));
  });
});

describe("a room that is configured", () => {
  test("is so for its owners only, on the disk, and keeps what is not changed", () => {
    const desk = stage();
    desk.ask(1, { type: "create", room: "club", kind: "public" });
    desk.ask(2, { type: "join", room: "club" });
    const configure = { type: "configure", room: "club", retention: { ageMs: 1_000 } } as const;
    expect(desk.ask(2, configure)).toEqual(error("not-allowed"));
    expect(desk.ask(1, configure)).toMatchObject({ type: "done" });
    expect(desk.ask(1, { type: "configure", room: "club", kind: "invite" })).toMatchObject({
      type: "done",
    });
    expect(desk.server.retentionOf("club")).toEqual({ ageMs: 1_000 });
    expect(decodeRoomRecord("club", desk.record("rooms", "club")!)).toMatchObject({
      kind: "invite",
      retention: { ageMs: 1_000 },
    });
  });

  test("tells from where its log is kept", () => {
    const desk = new ServerDesk({ lastSequences: new Map([["lobby", 9]]) });
    desk.server.handleExpired("lobby", 7);
    desk.enter(1, "anna");
    expect(desk.inbox(1).at(-1)).toMatchObject({ firstSequence: 7, lastSequence: 9 });
  });
});

describe("the list of rooms", () => {
  test("has those that can be found and those one belongs to, with how far one has read", () => {
    const desk = stage();
    desk.ask(1, { type: "create", room: "secret", kind: "invite" });
    desk.ask(1, { type: "create", room: "open", kind: "public" });
    desk.post(1, { type: "topic", text: "tea" }, { room: "open" });
    desk.say(1, "hello", { room: "secret" });
    const read = { sequence: 1, unread: 0, mentions: 0 };
    expect(desk.ask(1, { type: "rooms" })).toMatchObject({
      rooms: [
        { room: "open", kind: "public", topic: "tea", memberCount: 1, lastSequence: 1 },
        { room: "secret", kind: "invite", lastSequence: 1, read },
      ],
      hasMore: false,
    });
    const forBen = desk.ask(2, { type: "rooms" });
    expect(forBen).toMatchObject({ rooms: [{ room: "open" }] });
  });

  test("comes in pages that fit the chat channel", () => {
    const names = Array.from({ length: 300 }, (_, index) => [`room${1_000 + index}`, 1] as const);
    const desk = new ServerDesk({ lastSequences: new Map(names) });
    desk.open(1);
    desk.hello(1, "anna");
    const listed: string[] = [];
    for (let hasMore = true; hasMore; ) {
      const after = listed.at(-1);
      const page = desk.ask(1, { type: "rooms", ...(after !== undefined && { after }) });
      if (page?.type !== "rooms") throw new Error(page?.type);
      listed.push(...page.rooms.map(({ room }) => room));
      hasMore = page.hasMore;
    }
    expect(listed).toEqual(names.map(([name]) => name));
    for (const { bytes } of desk.sizes) expect(bytes).toBeLessThanOrEqual(16_384);
  });
});

describe("a member with an account", () => {
  test("stays one while away, and is told what is unread when it comes again", () => {
    const desk = stage();
    desk.ask(1, { type: "join", room: "lobby" });
    desk.ask(2, { type: "join", room: "lobby" });
    desk.close(1, { cause: "peer", code: 0, text: "goodbye" });
    for (const line of ["a", "b"]) desk.say(2, line);
    desk.open(3, 1);
    const read = { sequence: 0, unread: 2, mentions: 0 };
    expect(desk.hello(3, "anna")).toMatchObject({
      rooms: [{ room: "lobby", kind: "public", lastSequence: 2, read }],
    });
    desk.ask(3, { type: "leave", room: "lobby" });
    desk.open(4, 1);
    expect(desk.hello(4, "anna")).toMatchObject({ rooms: [] });
  });

  test("is in 64 rooms, those from which it is away counted, and not one more", () => {
    const desk = stage();
    for (let number = 0; number < sessionRoomsMax; number += 1) {
      desk.ask(1, { type: "join", room: `r${number}` });
    }
    desk.open(3, 1);
    desk.hello(3, "anna");
    expect(desk.ask(3, { type: "join", room: "more" })).toEqual(error("limit-reached"));
    expect(desk.ask(3, { type: "join", room: "r0" })).toMatchObject({ type: "entered" });
  });

  test("has its markers on the disk a second later, and many changes are one record", () => {
    const desk = stage();
    desk.ask(1, { type: "join", room: "lobby" });
    for (const id of ["a", "b", "c"]) desk.say(1, id);
    desk.written.clear();
    for (const sequence of [1, 2, 3]) {
      desk.tell(1, { type: "read", room: "lobby", sequence, ordinal: sequence });
    }
    expect(desk.written.size).toBe(0);
    desk.advance(1_000);
    const markers = [...desk.written.keys()].filter((key) => key.startsWith("markers!"));
    expect(markers).toEqual([`markers!${accountOf("anna", 1).person}!lobby`]);
  });

  test("waits for the commit that is under way, and not for the clock", () => {
    const desk = stage();
    for (const session of [1, 2]) desk.ask(session, { type: "join", room: "lobby" });
    desk.isQuick = false;
    desk.say(2, "a");
    desk.stored();
    desk.say(2, "b");
    desk.tell(1, { type: "read", room: "lobby", sequence: 1, ordinal: 1 });
    desk.advance(5_000);
    expect(desk.server.pollTimeout()).toBeUndefined();
    desk.stored();
    expect(desk.commit?.drafts).toEqual([]);
  });
});

describe("who is typing", () => {
  test("is told to the others, at most every 2.5 s while it goes on", () => {
    const desk = stage();
    for (const session of [1, 2]) desk.ask(session, { type: "join", room: "lobby" });
    desk.events(1);
    const type = (state: "active" | "done") =>
      desk.tell(2, { type: "typing", room: "lobby", state });
    type("active");
    type("active");
    type("done");
    const told = { type: "typing", room: "lobby", nick: "ben" };
    expect(desk.events(1)).toEqual([
      { ...told, state: "active" },
      { ...told, state: "done" },
    ]);
    expect(desk.events(2).filter((event) => event.type === "typing")).toEqual([]);
    desk.advance(typingMs);
    type("active");
    expect(desk.events(1)).toHaveLength(1);
  });

  test("is not told in a room of more than 100, nor from outside", () => {
    const desk = stage();
    const typing = { type: "typing", room: "lobby", state: "active" } as const;
    desk.tell(2, typing);
    expect(desk.server.droppedCount).toBe(1);
    for (let session = 1; session <= typingMembersMax; session += 1) {
      if (2 < session) {
        desk.open(session);
        desk.hello(session, `n${session}`);
      }
      desk.ask(session, { type: "join", room: "lobby" });
    }
    desk.events(1);
    desk.tell(2, typing);
    expect(desk.events(1).filter(({ type }) => type === "typing")).toHaveLength(1);
    desk.enter(200, "more");
    desk.advance(typingMs);
    desk.events(1);
    desk.tell(2, typing);
    expect(desk.events(1).filter(({ type }) => type === "typing")).toEqual([]);
  });
});
