import { describe, expect, test } from "vitest";
import { accountOf, ServerDesk } from "../support/server-desk.ts";

/** Anna, ben and cleo in the lobby; dave has an account there and is away. */
function stage(): ServerDesk {
  const accounts = [
    accountOf("anna", 1),
    accountOf("cleo", 3, { isReadShared: true }),
    accountOf("dave", 4),
  ];
  const desk = new ServerDesk({ accounts });
  desk.isQuick = true;
  for (const [session, nick] of [
    [4, "dave"],
    [1, "anna"],
    [2, "ben"],
    [3, "cleo"],
  ] as const) {
    desk.enter(session, nick);
  }
  desk.close(4, { cause: "timed-out", code: 0, text: "" });
  desk.advance(2_000);
  for (const session of [1, 2, 3]) desk.events(session);
  return desk;
}

function delivered(desk: ServerDesk, session: number, sequence: number): void {
  desk.tell(session, { type: "delivered", room: "lobby", sequence });
}

function progress(desk: ServerDesk, session: number): number[][] {
  return desk
    .events(session)
    .flatMap((event) =>
      event.type === "progress" ? [[event.sequence, event.deliveredCount, event.memberCount]] : [],
    );
}

describe("who has a message", () => {
  test("is counted for its author, once a second at most, until all have it", () => {
    const desk = stage();
    desk.say(1, "hello");
    delivered(desk, 1, 1);
    delivered(desk, 2, 1);
    desk.advance(0);
    expect(progress(desk, 1)).toEqual([[1, 1, 3]]);
    delivered(desk, 3, 1);
    desk.advance(999);
    expect(progress(desk, 1)).toEqual([]);
    desk.advance(1);
    expect(progress(desk, 1)).toEqual([[1, 2, 3]]);
    desk.enter(5, "dave", "lobby", 4);
    delivered(desk, 5, 1);
    desk.advance(1_000);
    expect(progress(desk, 1)).toEqual([[1, 3, 3]]);
    delivered(desk, 5, 1);
    desk.advance(5_000);
    expect(progress(desk, 1)).toEqual([]);
    expect(progress(desk, 2)).toEqual([]);
  });

  test("and who has not is told to whoever asks", () => {
    const desk = stage();
    desk.say(1, "hello");
    delivered(desk, 2, 1);
    const ask = { type: "receipts", room: "lobby", sequence: 1 } as const;
    expect(desk.ask(1, ask)).toMatchObject({
      memberCount: 3,
      deliveredCount: 1,
      waiting: ["cleo", "dave"],
      readers: [],
    });
  });

  test("is known after a restart, for accounts", () => {
    const desk = stage();
    desk.say(1, "hello");
    delivered(desk, 3, 1);
    desk.advance(1_000);
    const markers = new Map(
      [...desk.written].flatMap(([key, value]) =>
        key.startsWith("markers!") && value !== undefined ? [[key.slice(8), value] as const] : [],
      ),
    );
    const next = new ServerDesk({
      accounts: [accountOf("anna", 1), accountOf("cleo", 3)],
      records: { markers },
      lastSequences: new Map([["lobby", 1]]),
    });
    next.enter(1, "anna");
    const ask = { type: "receipts", room: "lobby", sequence: 1 } as const;
    expect(next.ask(1, ask)).toMatchObject({ memberCount: 2, deliveredCount: 1 });
  });

  test("is not more than was ever said, whatever a client claims", () => {
    const desk = stage();
    delivered(desk, 3, Number.MAX_SAFE_INTEGER);
    desk.say(1, "hello");
    const ask = { type: "receipts", room: "lobby", sequence: 1 } as const;
    expect(desk.ask(1, ask)).toMatchObject({ deliveredCount: 0 });
  });
});

describe("who has read a message", () => {
  test("is told of those who let it be known, and of nobody else", () => {
    const desk = stage();
    desk.say(1, "hello");
    for (const session of [1, 2, 3]) {
      desk.tell(session, { type: "read", room: "lobby", sequence: 1, ordinal: 1 });
    }
    const ask = { type: "receipts", room: "lobby", sequence: 1 } as const;
    expect(desk.ask(2, ask)).toMatchObject({ readers: ["cleo"] });
  });
});

describe("what is unread", () => {
  test("is not what one says oneself, unless something before it is", () => {
    const desk = stage();
    const unread = () => {
      const entered = desk.ask(1, { type: "join", room: "lobby" });
      return entered?.type === "entered" ? entered.read?.unread : undefined;
    };
    desk.say(1, "a");
    desk.say(1, "b");
    expect(unread()).toBe(0);
    desk.say(2, "c");
    desk.say(1, "d");
    expect(unread()).toBe(2);
  });

  test("never grows by reading, and does not go below nothing", () => {
    const desk = stage();
    for (const id of ["a", "b", "c"]) desk.say(2, id);
    const unread = () => {
      const entered = desk.ask(1, { type: "join", room: "lobby" });
      return entered?.type === "entered" ? entered.read?.unread : undefined;
    };
    const read = (sequence: number, ordinal: number) =>
      desk.tell(1, { type: "read", room: "lobby", sequence, ordinal });
    expect(unread()).toBe(3);
    read(2, 2);
    expect(unread()).toBe(1);
    read(1, 1);
    expect(unread()).toBe(1);
    read(99, 99);
    expect(unread()).toBe(0);
    desk.post(2, { type: "topic", text: "no message" });
    expect(unread()).toBe(0);
  });
});
