import { describe, expect, test } from "vitest";
import { closeCodes, renamesPerPerson } from "../../src/room/limits.ts";
import { accountOf, ServerDesk } from "../support/server-desk.ts";

function error(code: string): object {
  return expect.objectContaining({ type: "error", code });
}

/** Anna, who has an account, and ben in the lobby. */
function stage(): ServerDesk {
  const accounts = [accountOf("anna", 1), accountOf("root1", 9, { role: "owner" })];
  const desk = new ServerDesk({ accounts });
  desk.isQuick = true;
  desk.enter(1, "anna");
  desk.enter(2, "ben");
  for (const session of [1, 2]) desk.events(session);
  return desk;
}

describe("a device", () => {
  test("logs its account in by itself, and is a guest under another name", () => {
    const desk = stage();
    const { person } = accountOf("anna", 1);
    desk.open(3, 1);
    expect(desk.hello(3, "ANNA")).toMatchObject({ type: "welcome", nick: "anna", person });
    desk.open(4, 1);
    const guest = desk.hello(4, "anna-bot");
    expect(guest).toMatchObject({ type: "welcome", isGuest: true });
    desk.open(5, 1);
    expect(desk.hello(5, "another")).toMatchObject({
      person: guest?.type === "welcome" ? guest.person : "",
    });
  });

  test("of somebody else does not get the nickname of an account, also while it is away", () => {
    const desk = new ServerDesk({ accounts: [accountOf("anna", 1)] });
    desk.open(2);
    expect(desk.hello(2, "Anna")).toMatchObject({
      code: "nickname-registered",
      suggestion: "Anna2",
    });
  });

  test("that comes twice is one person to the others, until both are gone", () => {
    const desk = stage();
    desk.enter(3, "anna", "lobby", 1);
    desk.advance(2_000);
    expect(desk.events(2)).toEqual([]);
    desk.close(1, { cause: "timed-out", code: 0, text: "" });
    desk.advance(2_000);
    expect(desk.events(2)).toEqual([]);
    desk.close(3, { cause: "peer", code: 0, text: "goodbye" });
    desk.advance(2_000);
    expect(desk.events(2)).toMatchObject([{ left: [{ nick: "anna", reason: "quit" }] }]);
  });
});

describe("a nickname", () => {
  test("is changed on all connections, and the others see who it was", () => {
    const desk = stage();
    desk.enter(3, "anna", "attic", 1);
    expect(desk.ask(1, { type: "rename", nick: "anne" })).toMatchObject({ type: "done" });
    expect(desk.events(2)).toMatchObject([
      { type: "presence", changed: [{ nick: "anne", was: "anna" }] },
    ]);
    desk.say(3, "hello", { room: "attic" });
    expect(desk.events(3).at(-1)).toMatchObject({ entries: [{ author: { nick: "anne" } }] });
    desk.open(4);
    expect(desk.hello(4, "anna")).toMatchObject({ type: "welcome", isGuest: true });
    desk.open(5, 1);
    expect(desk.hello(5, "anne")).toMatchObject({ person: accountOf("anna", 1).person });
  });

  test("is not changed to one that somebody has, here or by an account", () => {
    const desk = stage();
    expect(desk.ask(2, { type: "rename", nick: "Anna" })).toEqual(error("nickname-registered"));
    expect(desk.ask(2, { type: "rename", nick: "Root1" })).toEqual(error("nickname-registered"));
    expect(desk.ask(2, { type: "rename", nick: "a b" })).toEqual(error("nickname-invalid"));
    expect(desk.ask(2, { type: "rename", nick: "BEN" })).toMatchObject({ type: "done" });
  });

  test("is changed three times at once and not once more", () => {
    const desk = stage();
    for (let time = 0; time < renamesPerPerson.burst; time += 1) {
      expect(desk.ask(2, { type: "rename", nick: `ben${time}` })).toMatchObject({ type: "done" });
    }
    expect(desk.ask(2, { type: "rename", nick: "ben" })).toEqual(error("too-fast"));
    desk.advance(20_000);
    expect(desk.ask(2, { type: "rename", nick: "ben" })).toMatchObject({ type: "done" });
  });
});

describe("who is away", () => {
  test("is seen so by the others, with words for who asks, until it is back", () => {
    const desk = stage();
    desk.ask(2, { type: "status", isAway: true, text: "lunch\n" });
    expect(desk.events(1)).toMatchObject([{ changed: [{ nick: "ben", isAway: true }] }]);
    expect(desk.ask(1, { type: "who", nick: "Ben" })).toMatchObject({
      presence: "away",
      text: "lunch",
      isGuest: true,
      rooms: ["lobby"],
    });
    desk.ask(2, { type: "status", isAway: true, text: "still" });
    expect(desk.events(1)).toEqual([]);
    desk.ask(2, { type: "status", isAway: false });
    const [told] = desk.events(1);
    expect(told).toMatchObject({ changed: [{ nick: "ben", isGuest: true }] });
    expect(JSON.stringify(told)).not.toContain("isAway");
  });
});

describe("who is offline", () => {
  test("is known with an account, and when it was seen last", () => {
    const desk = stage();
    desk.wallNow += 60_000;
    desk.close(1, { cause: "timed-out", code: 0, text: "" });
    expect(desk.ask(2, { type: "who", nick: "anna" })).toMatchObject({
      presence: "offline",
      lastSeenAt: desk.wallNow,
      rooms: [],
    });
    expect(desk.ask(2, { type: "who", nick: "nobody" })).toEqual(error("nickname-unknown"));
  });
});

describe("why somebody left", () => {
  test.each([
    [{ cause: "peer", code: 0, text: "goodbye" }, { reason: "quit" }],
    [
      { cause: "peer", code: 0, text: "see \u001byou" },
      { reason: "quit", text: "see you" },
    ],
    [{ cause: "peer", code: closeCodes.asleep, text: "" }, { reason: "asleep" }],
    [{ cause: "peer", code: closeCodes.moved, text: "" }, { reason: "moved" }],
    [{ cause: "timed-out", code: 0, text: "" }, { reason: "lost" }],
    [{ cause: "protocol-violation", code: 1, text: "" }, { reason: "lost" }],
  ] as const)("is told: %j", (reason, parting) => {
    const desk = stage();
    desk.close(2, reason);
    desk.advance(1_000);
    expect(desk.events(1)).toMatchObject([
      { type: "presence", left: [{ nick: "ben", ...parting }] },
    ]);
  });

  test("is not told of who is lost and back within a second", () => {
    const desk = stage();
    desk.close(2, { cause: "timed-out", code: 0, text: "" });
    desk.advance(900);
    desk.enter(3, "ben", "lobby", 2);
    desk.advance(5_000);
    expect(desk.events(1)).toEqual([]);
  });

  test("is told in one message when two hundred are lost within a second", () => {
    const desk = stage();
    for (let session = 10; session < 210; session += 1) desk.enter(session, `n${session}`);
    desk.advance(1_000);
    desk.events(1);
    for (let session = 10; session < 210; session += 1) {
      desk.close(session, { cause: "timed-out", code: 0, text: "" });
      desk.advance(4);
    }
    desk.advance(1_000);
    const events = desk.events(1);
    expect(events).toHaveLength(1);
    expect(events[0]!.type === "presence" && events[0]!.left).toHaveLength(200);
  });
});

describe("a stop that is announced", () => {
  const stop = { type: "stop", delayMs: 60_000, reason: "update", isRestart: true } as const;

  test("is for owners of the server", () => {
    const desk = stage();
    for (const session of [1, 2]) expect(desk.ask(session, stop)).toEqual(error("not-allowed"));
  });

  test("is told again as it comes nearer, and then comes", () => {
    const desk = stage();
    desk.open(9);
    desk.hello(9, "root1");
    expect(desk.ask(9, stop)).toMatchObject({ type: "done" });
    desk.advance(45_000);
    expect(desk.say(2, "still here")).toMatchObject({ type: "stored" });
    desk.enter(3, "cleo");
    desk.advance(20_000);
    const told = (session: number) =>
      desk.inbox(session).flatMap((message) => (message.type === "shutdown" ? [message.inMs] : []));
    expect(told(2)).toEqual([60_000, 30_000, 10_000, 5_000, 0]);
    expect(told(3)).toEqual([15_000, 10_000, 5_000, 0]);
    expect(desk.closed.map(({ code }) => code)).toEqual(
      Array.from({ length: 4 }, () => closeCodes.serverClosing),
    );
    expect(desk.server.isDone).toBe(true);
  });

  test("at once comes at once", () => {
    const desk = stage();
    desk.open(9);
    desk.hello(9, "root1");
    desk.ask(9, { ...stop, delayMs: 0 });
    desk.advance(0);
    expect(desk.server.isDone).toBe(true);
  });
});
