import { describe, expect, test } from "vitest";
import {
  askedMsMax,
  asksPerPerson,
  mailboxMax,
  unansweredEntriesMax,
} from "../../src/room/limits.ts";
import type { StoreContents } from "../../src/room/store-port.ts";
import { accountOf, ServerDesk } from "../support/server-desk.ts";

const accounts = [accountOf("anna", 1), accountOf("ben", 2), accountOf("cleo", 3)];

function error(code: string): object {
  return expect.objectContaining({ type: "error", code });
}

function come(desk: ServerDesk, session: number, nick: string, device = session): void {
  desk.open(session, device);
  desk.hello(session, nick);
}

/** Anna and ben are there; cleo has an account and is away. */
function stage(): ServerDesk {
  const desk = new ServerDesk({ accounts });
  desk.isQuick = true;
  come(desk, 1, "anna");
  come(desk, 2, "ben");
  return desk;
}

/** Asks, and gives the name of the chat. */
function ask(desk: ServerDesk, session: number, ...nicks: string[]): string {
  const answer = desk.ask(session, { type: "ask", nicks });
  if (answer?.type !== "entered") throw new Error(JSON.stringify(answer));
  return answer.room;
}

function accept(desk: ServerDesk, session: number, room: string): void {
  desk.ask(session, { type: "answer", room, isAccepted: true });
  desk.ask(session, { type: "join", room });
}

describe("a private chat", () => {
  test("is asked for, agreed to, and then spoken in by its persons only", () => {
    const desk = stage();
    const room = ask(desk, 1, "ben");
    const [asked] = desk.events(2);
    expect(asked).toMatchObject({
      type: "asked",
      room,
      by: "anna",
      persons: [
        { nick: "anna", answer: "accepted" },
        { nick: "ben", answer: "asked" },
      ],
      until: desk.wallNow + askedMsMax,
    });
    expect(desk.ask(2, { type: "join", room })).toEqual(error("invitation-needed"));
    accept(desk, 2, room);
    expect(desk.events(1)).toContainEqual({
      type: "answered",
      room,
      nick: "ben",
      answer: "accepted",
    });
    desk.say(1, "hello", { room });
    expect(desk.events(2)).toContainEqual(expect.objectContaining({ type: "said", room }));
    come(desk, 4, "mallory");
    expect(desk.ask(4, { type: "join", room })).toEqual(error("invitation-needed"));
    expect(desk.ask(4, { type: "rooms" })).toMatchObject({ rooms: [] });
    expect(desk.ask(4, { type: "join", room: `&${"x".repeat(21)}` })).toEqual(
      error("room-invalid"),
    );
  });

  test("that is answered on one device is asked on the others no more", () => {
    const desk = stage();
    come(desk, 5, "cleo", 3);
    come(desk, 6, "cleo", 3);
    const room = ask(desk, 1, "cleo");
    for (const session of [5, 6]) expect(desk.events(session)[0]).toMatchObject({ type: "asked" });
    desk.ask(5, { type: "answer", room, isAccepted: true });
    const answered = { type: "answered", room, nick: "cleo", answer: "accepted" };
    expect(desk.events(6)).toEqual([answered]);
    expect(desk.events(5)).toEqual([]);
    expect(desk.ask(6, { type: "join", room })).toMatchObject({ type: "entered" });
  });

  test("of the same persons is the same, of others another one", () => {
    const desk = stage();
    const room = ask(desk, 1, "ben");
    expect(ask(desk, 1, "Ben", "ben")).toBe(room);
    accept(desk, 2, room);
    expect(ask(desk, 2, "anna")).toBe(room);
    expect(ask(desk, 1, "ben", "cleo")).not.toBe(room);
  });

  test("may be several at once, also of several people", () => {
    const desk = stage();
    come(desk, 3, "cleo");
    const rooms = [ask(desk, 1, "ben"), ask(desk, 1, "cleo"), ask(desk, 1, "ben", "cleo")];
    for (const [session, room] of [
      [2, rooms[0]],
      [3, rooms[1]],
      [2, rooms[2]],
      [3, rooms[2]],
    ] as const) {
      accept(desk, session, room!);
    }
    for (const session of [1, 2, 3]) desk.events(session);
    for (const room of rooms) desk.say(1, room.slice(-3), { room });
    const heard = (session: number) =>
      desk.events(session).flatMap((event) => (event.type === "said" ? [event.room] : []));
    expect(heard(2)).toEqual([rooms[0], rooms[2]]);
    expect(heard(3)).toEqual([rooms[1], rooms[2]]);
  });

  test("that is declined is left by whoever declined, who may be asked again", () => {
    const desk = stage();
    const room = ask(desk, 1, "ben");
    accept(desk, 2, room);
    desk.ask(2, { type: "answer", room, isAccepted: false });
    expect(desk.events(1).at(-1)).toMatchObject({ type: "presence", left: [{ nick: "ben" }] });
    expect(desk.say(1, "still there?", { room })).toEqual(error("not-allowed"));
    expect(desk.ask(2, { type: "join", room })).toEqual(error("invitation-needed"));
    desk.events(2);
    expect(ask(desk, 1, "ben")).toBe(room);
    expect(desk.events(2)).toMatchObject([{ type: "asked", room }]);
  });

  test("cannot be had with nobody, with oneself, or with strangers", () => {
    const desk = stage();
    expect(desk.ask(1, { type: "ask", nicks: ["anna"] })).toEqual(error("request-invalid"));
    expect(desk.ask(1, { type: "ask", nicks: ["nobody"] })).toEqual(error("nickname-unknown"));
  });

  test("is answered too late after a week, and not before", () => {
    const desk = stage();
    const room = ask(desk, 1, "ben");
    const answer = { type: "answer", room, isAccepted: true } as const;
    desk.wallNow += askedMsMax;
    expect(desk.ask(2, answer)).toEqual(error("invitation-needed"));
    desk.wallNow -= 1;
    expect(desk.ask(2, answer)).toMatchObject({ type: "done" });
  });
});

describe("a person who is away", () => {
  test("finds the request and what was written when it comes, also after a restart", () => {
    const desk = stage();
    const room = ask(desk, 1, "cleo");
    for (const line of ["one", "two"]) desk.say(1, line, { room });
    const table = (name: string) =>
      new Map(
        [...desk.written].flatMap(([key, value]) =>
          key.startsWith(`${name}!`) && value !== undefined
            ? [[key.slice(name.length + 1), value] as const]
            : [],
        ),
      );
    const records: Partial<StoreContents["records"]> = {
      rooms: table("rooms"),
      markers: table("markers"),
    };
    const next = new ServerDesk({ accounts, records, lastSequences: new Map([[room, 2]]) });
    next.isQuick = true;
    come(next, 3, "cleo");
    const read = { sequence: 0, unread: 2, mentions: 0 };
    expect(next.inbox(3)).toMatchObject([
      { type: "welcome", rooms: [{ room, kind: "private", lastSequence: 2, read }] },
      { type: "asked", room, by: "anna" },
    ]);
    accept(next, 3, room);
    expect(next.ask(3, { type: "history", room, limit: 50, after: 0 })).toBeUndefined();
    expect(next.query).toMatchObject({ room, after: 0 });
  });

  test(`is left ${unansweredEntriesMax} messages until it agrees and not one more`, () => {
    const desk = stage();
    const room = ask(desk, 1, "cleo");
    const say = (line: number) => desk.say(1, `l${line}`, { room });
    for (let line = 0; line < unansweredEntriesMax; line += 1) {
      expect(say(line)).toMatchObject({ type: "stored" });
    }
    expect(say(50)).toEqual(error("mailbox-full"));
    come(desk, 3, "cleo");
    accept(desk, 3, room);
    expect(say(51)).toMatchObject({ type: "stored" });
  });

  test(`is left ${mailboxMax} unread messages and not one more, until it comes`, () => {
    const desk = stage();
    come(desk, 3, "cleo");
    const room = ask(desk, 1, "cleo");
    accept(desk, 3, room);
    desk.close(3, { cause: "peer", code: 0, text: "" });
    const say = (line: number) => desk.say(1, `l${line}`, { room });
    for (let line = 0; line < mailboxMax; line += 1) say(line);
    expect(say(mailboxMax)).toEqual(error("mailbox-full"));
    come(desk, 5, "cleo", 3);
    expect(say(mailboxMax + 1)).toMatchObject({ type: "stored" });
  });
});

describe("requests for private chats", () => {
  test("are five at once for each person, from however many, then one each 12 s", () => {
    const desk = stage();
    desk.events(2);
    for (let session = 10; session < 110; session += 1) {
      come(desk, session, `n${session}`);
      desk.ask(session, { type: "ask", nicks: ["ben"] });
    }
    const asked = () => desk.events(2).filter(({ type }) => type === "asked").length;
    expect(asked()).toBe(asksPerPerson.burst);
    expect(desk.ask(109, { type: "ask", nicks: ["ben"] })).toEqual(error("too-fast"));
    desk.advance(12_000);
    desk.ask(109, { type: "ask", nicks: ["ben"] });
    expect(asked()).toBe(1);
    expect(desk.ask(108, { type: "ask", nicks: ["ben"] })).toEqual(error("too-fast"));
  });

  test("of somebody who is ignored do not arrive, and they do not notice", () => {
    const desk = stage();
    desk.ask(2, { type: "ignore", nick: "anna", isOn: true });
    desk.events(2);
    ask(desk, 1, "ben");
    expect(desk.events(2)).toEqual([]);
    come(desk, 7, "ben", 2);
    expect(desk.inbox(7).map(({ type }) => type)).toEqual(["welcome"]);
    desk.ask(7, { type: "ignore", nick: "anna", isOn: false });
    come(desk, 8, "ben", 2);
    expect(desk.inbox(8).map(({ type }) => type)).toEqual(["welcome", "asked"]);
  });

  test("are kept away from a guest who ignores, as long as it is there", () => {
    const desk = stage();
    come(desk, 4, "guest4");
    desk.ask(4, { type: "ignore", nick: "anna", isOn: true });
    desk.events(4);
    ask(desk, 1, "guest4");
    expect(desk.events(4)).toEqual([]);
  });
});
