import { describe, expect, test } from "vitest";
import { invitationsMax } from "../../src/room/limits.ts";
import type { PostBody } from "../../src/room/message-log.ts";
import { isBelow } from "../../src/room/rights.ts";
import { decodeRoomRecord } from "../../src/room/room-record.ts";
import { type Insider, insiders, nickOf, roleStage, sessionOf } from "../support/role-stage.ts";
import { accountOf, ServerDesk as Desk, type ServerDesk } from "../support/server-desk.ts";

type Deed = "kick" | "ban" | "mute" | "unmute" | "role";

const deeds: readonly Deed[] = ["kick", "ban", "mute", "unmute", "role"];

/** The lowest role that may do it to somebody below. */
const lowestOf: Readonly<Record<Deed, Insider>> = {
  kick: "moderator",
  ban: "moderator",
  mute: "moderator",
  unmute: "moderator",
  role: "owner",
};

function error(code: string): object {
  return expect.objectContaining({ type: "error", code });
}

function deedOf(action: Deed, nick: string): PostBody {
  const role = action === "role" ? { role: "member" as const } : {};
  return { type: "moderation", action, nick, ...role };
}

function isInRoom(desk: ServerDesk, session: number): boolean {
  const answer = desk.ask(session, { type: "history", room: "club", limit: 1 });
  if (answer !== undefined) return false;
  const page = { entries: [], damaged: [], hasOlder: false, hasNewer: false };
  desk.server.handleRead(desk.now, { type: "page", ...page });
  desk.collect();
  return true;
}

/** Whether somebody of one role may do this to somebody of another. */
function isDone(action: Deed, actor: Insider, target: Insider): boolean {
  const nick = nickOf(target, actor === target ? 2 : 1);
  const answer = roleStage().post(sessionOf(actor), deedOf(action, nick), { room: "club" });
  if (answer?.type === "error") expect(answer.code).toBe("not-allowed");
  return answer?.type === "stored";
}

describe("what is done to somebody", () => {
  test.each(deeds)("by %s is done by those above them and no others, live", (action) => {
    for (const actor of insiders) {
      for (const target of insiders) {
        expect([actor, target, isDone(action, actor, target)]).toEqual([
          actor,
          target,
          !isBelow(actor, lowestOf[action]) && isBelow(target, actor),
        ]);
      }
    }
  });

  test.each(["kick", "ban"] as const)(
    "by %s takes the log from them as well, and from nobody else",
    (action) => {
      for (const target of insiders) {
        const desk = roleStage();
        desk.post(sessionOf("moderator"), deedOf(action, nickOf(target)), { room: "club" });
        const isOut = target === "guest" || target === "member";
        expect([target, isInRoom(desk, sessionOf(target))]).toEqual([target, !isOut]);
        expect(isInRoom(desk, sessionOf(target, 2))).toBe(true);
      }
    },
  );
});

describe("everything else that needs a right", () => {
  const lowest: readonly (readonly [string, Insider, PostBody])[] = [
    ["a message", "guest", { type: "message", text: "x" }],
    ["an announcement", "moderator", { type: "message", text: "x", isAnnouncement: true }],
    ["an edit", "guest", { type: "edit", target: 1, text: "x" }],
    ["a deletion", "guest", { type: "delete", target: 1 }],
    ["a reaction", "guest", { type: "react", target: 1, emoji: "👍", isOn: true }],
    ["a topic", "moderator", { type: "topic", text: "x" }],
    ["a mode", "moderator", { type: "mode", slowMs: 0, isReadOnly: false }],
  ];

  test.each(lowest)("%s is posted from %s upwards", (_what, lowestRole, body) => {
    for (const actor of insiders) {
      const answer = roleStage().post(sessionOf(actor), body, { room: "club" });
      const isAllowed = insiders.indexOf(lowestRole) <= insiders.indexOf(actor);
      expect([actor, answer?.type]).toEqual([actor, isAllowed ? "stored" : "error"]);
    }
  });

  test.each(lowest)("%s is for nobody outside", (_what, _lowest, body) => {
    const desk = roleStage();
    for (const actor of insiders) {
      desk.ask(sessionOf(actor), { type: "leave", room: "club" });
      const answer = desk.post(sessionOf(actor), body, { room: "club" });
      expect(answer).toEqual(error("not-joined"));
    }
  });

  test("a deletion of another's message is tied to its author below a moderator", () => {
    for (const actor of insiders) {
      const desk = roleStage();
      desk.isQuick = false;
      desk.post(sessionOf(actor), { type: "delete", target: 1 }, { room: "club" });
      const isTied = actor === "guest" || actor === "member";
      expect([actor, desk.drafts![0]!.isForOwn ?? false]).toEqual([actor, isTied]);
    }
  });

  test("an edit is always tied to its author", () => {
    for (const actor of insiders) {
      const desk = roleStage();
      desk.isQuick = false;
      desk.post(sessionOf(actor), { type: "edit", target: 1, text: "x" }, { room: "club" });
      expect([actor, desk.drafts![0]!.isForOwn]).toEqual([actor, true]);
    }
  });

  test("in a read-only room only moderators write", () => {
    for (const actor of insiders) {
      const desk = roleStage({ isReadOnly: true });
      const isModerator = insiders.indexOf("moderator") <= insiders.indexOf(actor);
      for (const body of [lowest[0]![2], lowest[2]![2], lowest[4]![2]]) {
        const answer = desk.post(sessionOf(actor), body, { room: "club" });
        expect([actor, answer?.type]).toEqual([actor, isModerator ? "stored" : "error"]);
      }
    }
  });

  test("admins are made by owners of the server, from accounts", () => {
    for (const actor of insiders) {
      const desk = roleStage();
      const nick = nickOf("member", 2);
      const answer = desk.ask(sessionOf(actor), { type: "grant", nick, isAdmin: true });
      expect([actor, answer?.type]).toEqual([actor, actor === "server-owner" ? "done" : "error"]);
    }
    const desk = roleStage();
    const guest = { type: "grant", nick: nickOf("guest"), isAdmin: true } as const;
    expect(desk.ask(sessionOf("server-owner"), guest)).toEqual(error("not-allowed"));
  });

  test("bans are listed for moderators", () => {
    for (const actor of insiders) {
      const answer = roleStage().ask(sessionOf(actor), { type: "bans", room: "club" });
      const isModerator = insiders.indexOf("moderator") <= insiders.indexOf(actor);
      expect([actor, answer?.type]).toEqual([actor, isModerator ? "bans" : "error"]);
    }
  });
});

describe("a ban", () => {
  test("holds for the account on another device and as a guest on the same one", () => {
    const account = accountOf("mallory", 1);
    const devices = [...account.devices, ...accountOf("", 2).devices];
    const desk = new Desk({ accounts: [{ ...account, devices }] });
    desk.isQuick = true;
    desk.open(9);
    desk.hello(9, "anna");
    desk.ask(9, { type: "create", room: "club", kind: "public" });
    desk.enter(1, "mallory", "club");
    desk.post(9, { type: "moderation", action: "ban", nick: "mallory" }, { room: "club" });
    expect(desk.events(1).at(-1)).toMatchObject({ type: "removed", room: "club", isBanned: true });
    for (const [session, nick, device] of [
      [3, "mallory", 2],
      [4, "innocent", 1],
      [5, "harmless", 2],
    ] as const) {
      desk.open(session, device);
      desk.hello(session, nick);
      const join = { type: "join", room: "club" } as const;
      expect([nick, desk.ask(session, join)]).toEqual([nick, error("not-allowed")]);
    }
    desk.post(9, { type: "moderation", action: "unban", nick: "mallory" }, { room: "club" });
    expect(desk.ask(3, { type: "join", room: "club" })).toMatchObject({ type: "entered" });
  });

  test("ends when its time is over, and not before", () => {
    const desk = roleStage();
    const nick = nickOf("guest");
    const ban = { type: "moderation", action: "ban", nick, durationMs: 1_000 } as const;
    desk.post(sessionOf("moderator"), ban, { room: "club" });
    const join = { type: "join", room: "club" } as const;
    desk.wallNow += 999;
    expect(desk.ask(sessionOf("guest"), join)).toEqual(error("not-allowed"));
    desk.wallNow += 1;
    expect(desk.ask(sessionOf("guest"), join)).toMatchObject({ type: "entered" });
  });

  test("is in the log, in the record on the disk, and told to the others as a kick", () => {
    const desk = roleStage();
    desk.events(sessionOf("owner"));
    const nick = nickOf("member");
    const ban = { type: "moderation", action: "ban", nick, reason: "spam" } as const;
    desk.post(sessionOf("moderator"), ban, { room: "club" });
    desk.advance(100);
    const events = desk.events(sessionOf("owner"));
    expect(events).toContainEqual(expect.objectContaining({ type: "said" }));
    expect(events).toContainEqual(
      expect.objectContaining({
        type: "presence",
        left: [{ nick, reason: "kicked", text: "spam" }],
      }),
    );
    const record = decodeRoomRecord("club", desk.record("rooms", "club")!);
    expect(record.bans).toMatchObject([{ nick, reason: "spam", by: nickOf("moderator") }]);
  });
});

describe("a mute", () => {
  test("takes the voice and nothing else, until it is lifted", () => {
    const desk = roleStage();
    const session = sessionOf("guest");
    const nick = nickOf("guest");
    const say = () => desk.say(session, "x", { room: "club" });
    desk.post(
      sessionOf("moderator"),
      { type: "moderation", action: "mute", nick },
      { room: "club" },
    );
    expect(say()).toMatchObject({ code: "not-allowed", message: "you are muted in club" });
    expect(isInRoom(desk, session)).toBe(true);
    desk.post(
      sessionOf("moderator"),
      { type: "moderation", action: "unmute", nick },
      { room: "club" },
    );
    expect(say()).toMatchObject({ type: "stored" });
  });
});

test.each([
  [59_000, "59 s"],
  [60_001, "2 minutes"],
  [3_600_000, "60 minutes"],
  [86_400_000, "24 hours"],
])("a mute of %i ms says how long it lasts", (durationMs, left) => {
  const desk = roleStage();
  const body = { type: "moderation", action: "mute", nick: nickOf("guest"), durationMs } as const;
  desk.post(sessionOf("moderator"), body, { room: "club" });
  const message = `you are muted in club for ${left} more`;
  expect(desk.say(sessionOf("guest"), "x", { room: "club" })).toMatchObject({ message });
});

test("what somebody may not do is said in words", () => {
  const desk = roleStage();
  const as = (role: Insider, body: PostBody) => desk.post(sessionOf(role), body, { room: "club" });
  expect(as("guest", { type: "topic", text: "x" })).toMatchObject({
    message: "you are a guest in club and may not change the topic",
  });
  expect(as("member", deedOf("kick", nickOf("owner")))).toMatchObject({
    message: `you are a member in club and may not put out ${nickOf("owner")}`,
  });
  const locked = roleStage({ isReadOnly: true });
  expect(locked.say(sessionOf("guest"), "x", { room: "club" })).toMatchObject({
    message: "club is read-only: only moderators write there",
  });
});

describe("a role", () => {
  test("is given up to the giver's own and not above", () => {
    const give = (actor: Insider, role: "owner" | "moderator") => {
      const nick = nickOf("member");
      const body = { type: "moderation", action: "role", nick, role } as const;
      return roleStage().post(sessionOf(actor), body, { room: "club" });
    };
    expect(give("owner", "owner")).toMatchObject({ type: "stored" });
    expect(give("owner", "moderator")).toMatchObject({ type: "stored" });
    expect(give("moderator", "moderator")).toEqual(error("not-allowed"));
  });

  test("works at once and is seen by the others", () => {
    const desk = roleStage();
    desk.events(sessionOf("guest"));
    const nick = nickOf("member");
    const body = { type: "moderation", action: "role", nick, role: "moderator" } as const;
    desk.post(sessionOf("owner"), body, { room: "club" });
    desk.advance(100);
    expect(desk.events(sessionOf("guest"))).toContainEqual(
      expect.objectContaining({ type: "presence", changed: [{ nick, role: "moderator" }] }),
    );
    const topic = desk.post(sessionOf("member"), { type: "topic", text: "x" }, { room: "club" });
    expect(topic).toMatchObject({ type: "stored" });
  });

  test("needs to be said which", () => {
    const body = { type: "moderation", action: "role", nick: nickOf("member") } as const;
    const answer = roleStage().post(sessionOf("owner"), body, { room: "club" });
    expect(answer).toEqual(error("request-invalid"));
  });
});

describe("an invitation", () => {
  function stage(): ServerDesk {
    const desk = roleStage({ kind: "invite" });
    desk.open(90);
    desk.hello(90, "zoe");
    return desk;
  }

  /** In a room by invitation only those with a role came in; the owner is one. */
  const owner = sessionOf("owner");

  function makeInvitation(desk: ServerDesk, uses = 1): string {
    const request = { type: "make-invitation", room: "club", uses, durationMs: 1_000 } as const;
    const answer = desk.ask(owner, request);
    if (answer?.type !== "invitation") throw new Error("no invitation was made");
    return answer.invitation;
  }

  test("is needed where the room says so", () => {
    const desk = stage();
    expect(desk.ask(90, { type: "join", room: "club" })).toEqual(error("invitation-needed"));
    desk.ask(owner, { type: "invite", room: "club", nick: "zoe" });
    expect(desk.events(90)).toEqual([{ type: "invited", room: "club", by: nickOf("owner") }]);
    expect(desk.ask(90, { type: "join", room: "club" })).toMatchObject({ type: "entered" });
  });

  test("that is handed on works once, and its maker hears of it", () => {
    const desk = stage();
    const invitation = makeInvitation(desk);
    desk.events(owner);
    const join = { type: "join", room: "club", invitation } as const;
    expect(desk.ask(90, join)).toMatchObject({ type: "entered" });
    expect(desk.events(owner)).toContainEqual({
      type: "notice",
      text: "zoe used your invitation into club",
    });
    desk.open(91);
    desk.hello(91, "yves");
    expect(desk.ask(91, join)).toEqual(error("invitation-needed"));
  });

  test("that is used by two at once lets one in", () => {
    const desk = stage();
    desk.isQuick = false;
    const request = { type: "make-invitation", room: "club", uses: 1, durationMs: 9 } as const;
    desk.ask(owner, request);
    desk.stored();
    const made = desk.inbox(owner).findLast(({ type }) => type === "invitation");
    const invitation = made?.type === "invitation" ? made.invitation : "";
    desk.open(91);
    desk.hello(91, "yves");
    const answers = [90, 91].map((session) =>
      desk.ask(session, { type: "join", room: "club", invitation }),
    );
    expect(answers.map((answer) => answer?.type).sort()).toEqual(["entered", "error"]);
  });

  test.each(["changed", "revoked", "expired"])("that is %s lets nobody in", (what) => {
    const desk = stage();
    let invitation = makeInvitation(desk);
    if (what === "changed") invitation = `${invitation.slice(0, -1)}!`.replace("!", "_");
    if (what === "revoked") desk.ask(owner, { type: "revoke-invitations", room: "club" });
    if (what === "expired") desk.wallNow += 1_000;
    const answer = desk.ask(90, { type: "join", room: "club", invitation });
    expect(answer).toEqual(error("invitation-needed"));
  });

  test("is one of 20 that are open and not one more", () => {
    const desk = stage();
    for (let count = 0; count < invitationsMax; count += 1) makeInvitation(desk);
    const request = { type: "make-invitation", room: "club", uses: 1, durationMs: 1 } as const;
    expect(desk.ask(owner, request)).toEqual(error("limit-reached"));
    desk.wallNow += 1_000;
    expect(desk.ask(owner, request)).toMatchObject({ type: "invitation" });
  });

  test("is gone with a kick", () => {
    const desk = stage();
    desk.ask(owner, { type: "invite", room: "club", nick: "zoe" });
    desk.ask(90, { type: "join", room: "club" });
    desk.post(owner, { type: "moderation", action: "kick", nick: "zoe" }, { room: "club" });
    expect(desk.ask(90, { type: "join", room: "club" })).toEqual(error("invitation-needed"));
  });
});

describe("the server", () => {
  test("is claimed once, with the token from its console, by an account", () => {
    const accounts = [accountOf("anna", 1), accountOf("ben", 2)];
    const desk = new Desk({ accounts, claimToken: "secret" });
    desk.isQuick = true;
    for (const [session, nick] of [
      [1, "anna"],
      [2, "ben"],
      [3, "guest3"],
    ] as const) {
      desk.open(session);
      desk.hello(session, nick);
    }
    expect(desk.ask(3, { type: "claim", token: "secret" })).toEqual(error("not-allowed"));
    expect(desk.ask(1, { type: "claim", token: "wrong" })).toEqual(error("not-allowed"));
    expect(desk.ask(1, { type: "claim", token: "secret" })).toMatchObject({ type: "done" });
    expect(desk.ask(2, { type: "claim", token: "secret" })).toEqual(error("not-allowed"));
    expect(desk.ask(1, { type: "grant", nick: "ben", isAdmin: true })).toMatchObject({
      type: "done",
    });
    expect(desk.ask(2, { type: "who", nick: "anna" })).toMatchObject({ role: "owner" });
  });

  test.each([undefined, "secret"])("that has an owner is not claimed again: %s", (claimToken) => {
    const accounts = [accountOf("anna", 1), accountOf("ben", 2, { role: "owner" })];
    const desk = new Desk({ accounts, ...(claimToken !== undefined && { claimToken }) });
    desk.open(1);
    desk.hello(1, "anna");
    expect(desk.ask(1, { type: "claim", token: "secret" })).toEqual(error("not-allowed"));
  });
});
