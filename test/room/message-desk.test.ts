import { describe, expect, test } from "vitest";
import { mentionsMax, phraseLengthMax, slowMsMax } from "../../src/room/limits.ts";
import { mentionedNicks } from "../../src/room/mention.ts";
import type { PostBody } from "../../src/room/message-log.ts";
import { cpuMsOf } from "../support/cpu-time.ts";
import { roleStage, sessionOf } from "../support/role-stage.ts";
import { accountOf, ServerDesk } from "../support/server-desk.ts";

function error(code: string): object {
  return expect.objectContaining({ type: "error", code });
}

/** Anna, who is 1, and ben, who is 2, in the lobby; everything is stored at once. */
function stage(): ServerDesk {
  const desk = new ServerDesk({ lastSequences: new Map([["lobby", 9]]) });
  desk.isQuick = true;
  desk.enter(1, "anna");
  desk.enter(2, "ben");
  desk.events(2);
  return desk;
}

/** The bodies that were told to ben. */
function told(desk: ServerDesk): unknown[] {
  return desk
    .events(2)
    .flatMap((event) => (event.type === "said" ? event.entries.map(({ body }) => body) : []));
}

describe("what is posted", () => {
  const bodies: readonly (readonly [string, PostBody])[] = [
    ["a reply", { type: "message", text: "yes", replyTo: 9 }],
    ["an action", { type: "message", text: "waves", isAction: true }],
    ["an edit", { type: "edit", target: 3, text: "better" }],
    ["a deletion", { type: "delete", target: 3, reason: "typo" }],
    ["a reaction", { type: "react", target: 3, emoji: "👍🏽", isOn: true }],
    ["a reaction taken back", { type: "react", target: 3, emoji: "👍🏽", isOn: false }],
    ["a topic", { type: "topic", text: "tea" }],
  ];

  test.each(bodies)("is stored and told as it is: %s", (_what, body) => {
    const desk = stage();
    expect(desk.post(1, body)).toMatchObject({ type: "stored", sequence: 10 });
    expect(told(desk)).toEqual([body]);
  });

  test.each([
    ["target-missing", "there is no such message"],
    ["target-foreign", "it is not your message"],
    ["target-full", "this message has been changed too often"],
  ] as const)("about a target that the store refuses says why: %s", (reason, message) => {
    const desk = stage();
    desk.isQuick = false;
    desk.post(1, { type: "edit", target: 3, text: "better" });
    desk.stored(() => ({ type: "refused", reason }));
    expect(desk.inbox(1).at(-1)).toMatchObject({ code: "target-invalid", message });
    desk.isQuick = true;
    expect(desk.say(1, "next")).toMatchObject({ type: "stored", sequence: 10 });
  });

  test("as a reply is refused when there is nothing yet to reply to", () => {
    const body = { type: "message", text: "yes", replyTo: 10 } as const;
    expect(stage().post(1, body)).toEqual(error("target-invalid"));
  });

  test.each([
    ["edit", { type: "edit", target: 3, text: " " }, "text-empty"],
    ["topic", { type: "topic", text: "t".repeat(phraseLengthMax + 1) }, "text-too-long"],
    ["reaction", { type: "react", target: 3, emoji: " ", isOn: true }, "request-invalid"],
  ] as const)("is checked like a line: %s", (_what, body, code) => {
    expect(stage().post(1, body)).toEqual(error(code));
  });

  test("by way of phrases is made safe to show", () => {
    const desk = stage();
    desk.post(1, { type: "topic", text: " a\u001b[2Jb\nServer: c\u202e " });
    expect(told(desk)).toEqual([{ type: "topic", text: "a[2Jb Server: c" }]);
  });

  test("together while the disk was busy is told in one message, in order", () => {
    const desk = stage();
    desk.isQuick = false;
    for (const id of ["a", "b", "c", "d"]) desk.say(1, id);
    desk.stored();
    desk.events(2);
    desk.sendCount = 0;
    desk.stored();
    const [said] = desk.events(2);
    expect(said).toMatchObject({
      type: "said",
      entries: ["b", "c", "d"].map((text) => ({ body: { text } })),
    });
    // Three answers, and one message for both members.
    expect(desk.sendCount).toBe(4);
  });
});

describe("a topic", () => {
  test("is in what those are told who come later", () => {
    const desk = stage();
    desk.post(1, { type: "topic", text: "tea" });
    desk.enter(3, "cleo");
    expect(desk.inbox(3)).toContainEqual(
      expect.objectContaining({
        type: "entered",
        state: expect.objectContaining({ topic: "tea" }),
      }),
    );
  });

  test("is not changed by what the disk could not take", () => {
    const desk = stage();
    desk.isQuick = false;
    desk.post(1, { type: "topic", text: "tea" });
    desk.failed();
    desk.isQuick = true;
    desk.enter(3, "cleo");
    expect(desk.inbox(3)).toContainEqual(
      expect.objectContaining({ type: "entered", state: expect.objectContaining({ topic: "" }) }),
    );
  });
});

describe("a slow room", () => {
  const slow = { type: "mode", slowMs: 5_000, isReadOnly: false } as const;

  test("takes a line of each person at a time, and those behind it wait", () => {
    const desk = roleStage();
    const guest = sessionOf("guest");
    desk.post(sessionOf("moderator"), slow, { room: "club" });
    const say = (isFirst: boolean) => desk.say(guest, "x", { room: "club", isFirst });
    expect(say(true)).toMatchObject({ type: "stored" });
    expect(say(false)).toEqual(error("too-fast"));
    desk.advance(5_000);
    expect(say(false)).toEqual(error("history-unavailable"));
    expect(say(true)).toMatchObject({ type: "stored" });
    expect(desk.say(sessionOf("member"), "x", { room: "club" })).toMatchObject({ type: "stored" });
  });

  test("is not slow for its moderators", () => {
    const desk = roleStage();
    const moderator = sessionOf("moderator");
    desk.post(moderator, slow, { room: "club" });
    for (let line = 0; line < 3; line += 1) {
      expect(desk.say(moderator, `l${line}`, { room: "club" })).toMatchObject({ type: "stored" });
    }
  });

  test("waits for an hour at most", () => {
    const desk = roleStage();
    desk.isQuick = false;
    desk.post(sessionOf("owner"), { ...slow, slowMs: slowMsMax + 1 }, { room: "club" });
    expect(desk.drafts![0]!.body).toMatchObject({ slowMs: slowMsMax });
  });
});

describe("a mention", () => {
  test.each([
    ["@ben look", ["ben"]],
    ["ben: look", ["ben"]],
    ["ben, look", ["ben"]],
    ["see @Ben.", ["Ben"]],
    ["(@ben and @anna-lena)", ["ben", "anna-lena"]],
    ["@ben @ben", ["ben"]],
    ["mail@ben", []],
    ["about ben", []],
    ["", []],
  ])("is found in %j", (text, nicks) => {
    expect(mentionedNicks(text)).toEqual(nicks);
  });

  test(`is one of ${mentionsMax} and not one more`, () => {
    const nicks = Array.from({ length: mentionsMax + 1 }, (_, index) => `n${index}`);
    expect(mentionedNicks(nicks.map((nick) => `@${nick}`).join(" "))).toEqual(nicks.slice(0, -1));
  });

  test("is looked for in no time, whatever the text is", () => {
    const tookMs = cpuMsOf(() => {
      for (const text of ["@".repeat(16_000), "@a".repeat(8_000), `${"a".repeat(16_000)}:`]) {
        mentionedNicks(text);
      }
    });
    expect(tookMs).toBeLessThan(100);
  });

  test("is of somebody in the room, and counted for accounts that are away", () => {
    const accounts = [accountOf("cleo", 3)];
    const desk = new ServerDesk({ accounts });
    desk.isQuick = true;
    desk.enter(1, "anna");
    desk.enter(3, "cleo");
    desk.open(4);
    desk.hello(4, "dave");
    desk.close(3, { cause: "timed-out", code: 0, text: "" });
    desk.isQuick = false;
    desk.say(1, "a", { text: "@cleo @dave @nobody tea?" });
    expect(desk.drafts![0]!.body).toMatchObject({ mentions: [accounts[0]!.person] });
    desk.stored();
    desk.isQuick = true;
    desk.say(1, "b", { text: "really" });
    desk.open(5, 3);
    const read = { sequence: 0, unread: 2, mentions: 1 };
    expect(desk.hello(5, "cleo")).toMatchObject({ rooms: [{ room: "lobby", read }] });
    desk.ask(5, { type: "join", room: "lobby" });
    desk.tell(5, { type: "read", room: "lobby", sequence: 1, ordinal: 1 });
    expect(desk.ask(5, { type: "join", room: "lobby" })).toMatchObject({
      read: { sequence: 1, unread: 1, mentions: 0 },
    });
  });
});

describe("an announcement", () => {
  test("is marked for all", () => {
    const desk = roleStage();
    const session = sessionOf("guest");
    desk.events(session);
    const body = { type: "message", text: "fire drill", isAnnouncement: true } as const;
    desk.post(sessionOf("moderator"), body, { room: "club" });
    desk.advance(100);
    expect(desk.events(session)).toContainEqual(
      expect.objectContaining({ type: "said", entries: [expect.objectContaining({ body })] }),
    );
  });
});
