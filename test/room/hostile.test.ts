import { describe, expect, test } from "vitest";
import { encodeCbor } from "../../src/room/codec.ts";
import { chatMessageBytesMax, listingsMax, pageEntriesMax } from "../../src/room/limits.ts";
import type { Request } from "../../src/room/message.ts";
import { accessRequests } from "../../src/room/message-access.ts";
import { accountRequests } from "../../src/room/message-account.ts";
import { careRequests } from "../../src/room/message-care.ts";
import { fileRequests } from "../../src/room/message-file.ts";
import type { PostBody } from "../../src/room/message-log.ts";
import { logRequests } from "../../src/room/message-log.ts";
import { privateRequests } from "../../src/room/message-private.ts";
import { roomRequests } from "../../src/room/message-room.ts";
import { sessionRequests } from "../../src/room/message-session.ts";
import { cpuMsOf } from "../support/cpu-time.ts";
import { SeededRandom } from "../support/random.ts";
import { nickOf, roleStage, sessionOf } from "../support/role-stage.ts";
import { notices, requests } from "../support/room-messages.ts";
import { ServerDesk } from "../support/server-desk.ts";

function error(code: string): object {
  return expect.objectContaining({ type: "error", code });
}

function stage(): ServerDesk {
  const desk = new ServerDesk({ lastSequences: new Map([["lobby", 9]]) });
  desk.isQuick = true;
  desk.enter(1, "anna");
  desk.enter(2, "mallory");
  desk.events(1);
  return desk;
}

/** Everything a hostile person may put into a phrase: escapes, directions, lines, piles, templates. */
const nasty =
  "\u001b[2J\u001b]52;c;x\u0007\u009b2J\u202e\u2066\r\nServer: alice has left\u2028{bold}\u0000" +
  `a${"\u0301".repeat(200)}`;

/** What may not be in any text that a server sends. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const forbidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2060-\u206f]/u;

/** All texts in a value, however deep. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

describe("texts that would deceive or damage a terminal", () => {
  const phrases: readonly (readonly [string, PostBody])[] = [
    ["a line", { type: "message", text: nasty }],
    ["an edit", { type: "edit", target: 3, text: nasty }],
    ["a topic", { type: "topic", text: nasty }],
    ["a reason to delete", { type: "delete", target: 3, reason: nasty }],
    [
      "an emoji",
      { type: "react", target: 3, emoji: `\u001b[2J\n👍${"\u0301".repeat(9)}`, isOn: true },
    ],
    [
      "a reason to ban",
      { type: "moderation", action: "ban", nick: nickOf("guest"), reason: nasty },
    ],
  ];

  test.each(phrases)("are stored and told without it: %s", (_what, body) => {
    const desk = roleStage();
    const drafts: unknown[] = [];
    desk.isQuick = false;
    desk.post(sessionOf("owner"), body, { room: "club" });
    drafts.push(...(desk.drafts ?? []));
    expect(drafts).toHaveLength(1);
    for (const text of textsIn(drafts)) expect(text).not.toMatch(forbidden);
    for (const text of textsIn(drafts)) expect(text).not.toMatch(/\p{M}{5}/u);
    if (body.type !== "message" && body.type !== "edit") {
      for (const text of textsIn(drafts)) expect(text).not.toContain("\n");
    }
  });

  test("are as harmless in a status, a goodbye, a stop and a nickname", () => {
    const desk = roleStage();
    const guest = sessionOf("guest");
    desk.ask(guest, { type: "status", isAway: true, text: nasty.slice(0, 100) });
    const who = desk.ask(sessionOf("owner"), { type: "who", nick: nickOf("guest") });
    desk.events(sessionOf("owner"));
    desk.close(guest, { cause: "peer", code: 0, text: nasty });
    const stop = {
      type: "stop",
      delayMs: 9,
      reason: nasty.slice(0, 100),
      isRestart: false,
    } as const;
    desk.ask(sessionOf("server-owner"), stop);
    desk.advance(5);
    const told = [who, ...desk.events(sessionOf("owner"))];
    expect(told.length).toBeGreaterThan(2);
    for (const text of textsIn(told)) {
      expect(text).not.toMatch(forbidden);
      expect(text).not.toContain("\n");
    }
    desk.open(90);
    expect(desk.hello(90, "a\u202enna\u001b[2J")).toEqual(error("nickname-invalid"));
  });
});

describe("before hello", () => {
  const logins: readonly Request["type"][] = ["hello", "start-login", "finish-login", "certify"];

  test("everything but a login is refused, and nothing of it is done", () => {
    const desk = new ServerDesk({ lastSequences: new Map([["lobby", 9]]) });
    desk.open(1);
    for (const { ref: _ref, ...request } of requests) {
      if (logins.includes(request.type)) continue;
      const answer = desk.ask(1, request as Parameters<ServerDesk["ask"]>[1]);
      expect([request.type, answer]).toEqual([request.type, error("not-ready")]);
    }
    for (const notice of notices) desk.tell(1, notice);
    expect(desk.drafts).toBeUndefined();
    expect(desk.query).toBeUndefined();
    expect(desk.written.size).toBe(0);
    expect(desk.server.memberCount).toBe(0);
  });

  test("every kind of request is among those that are refused", () => {
    const tables = [
      accessRequests,
      accountRequests,
      fileRequests,
      careRequests,
      logRequests,
      privateRequests,
      roomRequests,
      sessionRequests,
    ];
    const types = new Set<string>(requests.map(({ type }) => type));
    expect([...types].sort()).toEqual(tables.flatMap((table) => Object.keys(table)).sort());
  });
});

describe("messages that lie about their size or their shape", () => {
  test("of 1 GiB that is not there are dropped without a buffer of that size", () => {
    const desk = stage();
    // {"ref": 1, "text": <1 GiB of text, of which 1 KiB comes>}
    const head = Buffer.from("a2637265660164746578747a40000000", "hex");
    const before = process.memoryUsage().arrayBuffers;
    const count = desk.server.droppedCount;
    for (let time = 0; time < 100; time += 1) {
      desk.server.handleMessage(0, 2, Buffer.concat([head, Buffer.alloc(1_024)]));
    }
    expect(desk.server.droppedCount).toBe(count + 100);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 26);
  });

  test("with a million keys or numbers that are none are dropped or refused", () => {
    const desk = stage();
    const keys = Object.fromEntries(
      Array.from({ length: 100_000 }, (_, index) => [`k${index}`, 0]),
    );
    desk.server.handleMessage(0, 2, encodeCbor({ type: "post", ref: 1, ...keys }));
    expect(desk.server.droppedCount).toBe(1);
    for (const limit of [-1, 0.5, 2 ** 53, 1e9]) {
      const ask = { type: "history", room: "lobby", limit } as const;
      const answer = desk.ask(2, ask);
      expect([limit, answer?.type ?? "dropped"]).not.toEqual([limit, "page"]);
      expect(desk.query).toBeUndefined();
    }
  });

  test("with the names of prototypes change nothing", () => {
    const desk = stage();
    for (const name of ["__proto__", "constructor", "toString"]) {
      desk.ask(2, { type: "join", room: name });
      desk.ask(2, { type: "who", nick: name });
      desk.ask(2, { type: "rename", nick: name });
    }
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
    expect(Object.prototype).toEqual({});
  });
});

describe("texts made to keep a search for patterns busy", () => {
  test.each([
    `${"a".repeat(15_000)}!`,
    "@".repeat(16_000),
    `${"@a.-".repeat(4_000)}`,
    `${"\u0301".repeat(16_000)}`,
    `${"a ".repeat(8_000)}:`,
  ])("are taken in no time: %#", (text) => {
    const desk = stage();
    const tookMs = cpuMsOf(() => {
      desk.say(2, "x", { text });
      desk.ask(2, { type: "search", words: [text.slice(0, 64)], limit: 1 });
      desk.ask(2, { type: "who", nick: text.slice(0, 256) });
    });
    expect(tookMs).toBeLessThan(100);
  });
});

describe("a reader who asks for too much", () => {
  test.each([pageEntriesMax + 1, 1_000_000_000])("gets no page of %i entries", (limit) => {
    const ask = { type: "history", room: "lobby", limit } as const;
    expect(stage().ask(2, ask)).toEqual(error("request-invalid"));
  });

  test("gets nothing of a room that it is not in, however it asks", () => {
    const desk = roleStage({ kind: "invite" });
    desk.open(90);
    desk.hello(90, "mallory");
    const place = { room: "club", limit: 1 } as const;
    for (const request of [
      { type: "history", ...place },
      { type: "history", ...place, around: { time: 0 } },
      { type: "search", words: ["x"], ...place },
      { type: "receipts", room: "club", sequence: 1 },
      { type: "members", room: "club" },
      { type: "bans", room: "club" },
    ] as const) {
      expect([request.type, desk.ask(90, request)]).toEqual([request.type, error("not-joined")]);
    }
    desk.ask(90, { type: "search", words: ["x"], limit: 1 });
    expect(desk.search).toMatchObject({ rooms: [] });
  });

  test("gets nothing of a page that was being read when it was put out", () => {
    const desk = roleStage();
    const guest = sessionOf("guest");
    desk.ask(guest, { type: "history", room: "club", limit: 1 });
    const kick = { type: "moderation", action: "kick", nick: nickOf("guest") } as const;
    desk.post(sessionOf("owner"), kick, { room: "club" });
    const page = { entries: [], damaged: [], hasOlder: false, hasNewer: false };
    desk.server.handleRead(desk.now, { type: "page", ...page });
    desk.collect();
    expect(desk.inbox(guest).at(-1)).toEqual(error("not-joined"));
  });

  test("gets nothing that was found in a room when it was put out meanwhile", () => {
    const desk = roleStage();
    const guest = sessionOf("guest");
    desk.ask(guest, { type: "search", words: ["x"], limit: 1 });
    const kick = { type: "moderation", action: "kick", nick: nickOf("guest") } as const;
    desk.post(sessionOf("owner"), kick, { room: "club" });
    const author = { person: `~${"a".repeat(16)}`, nick: "ben" };
    const body = { type: "message", text: "x" } as const;
    const entry = { sequence: 1, id: "i".repeat(21), sentAt: 1, ordinal: 1, author, body };
    desk.server.handleFound(desk.now, { type: "found", hits: [{ room: "club", entry }] });
    desk.collect();
    expect(desk.inbox(guest).at(-1)).toMatchObject({ type: "found", hits: [] });
  });
});

describe("a member whose connection takes nothing", () => {
  test("costs the server and the others nothing, whatever is said and whoever comes", () => {
    const desk = stage();
    desk.server.handleBlocked(2);
    desk.inboxes.set(2, []);
    for (let line = 0; line < 2_000; line += 1) desk.say(1, `l${line}`);
    for (let session = 10; session < 110; session += 1) desk.enter(session, `n${session}`);
    desk.advance(5_000);
    expect(desk.inbox(2)).toEqual([]);
    desk.unblock(2);
    expect(desk.inbox(2)).toEqual([
      { type: "grown", room: "lobby", lastSequence: 2_009 },
      { type: "presence", room: "lobby", joined: [], left: [], changed: [], isStale: true },
    ]);
  });
});

describe("a member that asks and takes no answers", () => {
  test.each([
    { type: "members", room: "club" },
    { type: "rooms" },
    { type: "bans", room: "club" },
    { type: "receipts", room: "club", sequence: 1 },
    { type: "join", room: "club" },
  ] as const)("is answered later, and not more than it may ask: $type", (request) => {
    const desk = roleStage();
    const session = sessionOf("owner");
    desk.server.handleBlocked(session);
    const bytesBefore = desk.sizes.length;
    for (let count = 0; count < listingsMax; count += 1) {
      expect(desk.ask(session, request)).toBeUndefined();
    }
    expect(desk.ask(session, request)).toEqual(error("limit-reached"));
    expect(desk.sizes.length).toBe(bytesBefore + 1);
    desk.unblock(session);
    expect(desk.sizes.length).toBe(bytesBefore + 1 + listingsMax);
  });
});

describe("random requests", () => {
  test.each([1, 2, 3])("never break anything, and all answers fit, with seed %i", (seed) => {
    const random = new SeededRandom(seed);
    const desk = roleStage();
    const nicks = [nickOf("guest"), nickOf("owner"), "nobody"];
    for (let round = 0; round < 400; round += 1) {
      const session = random.between(1, 12);
      const room = random.pick(["club", "lobby", "attic"]);
      const nick = random.pick(nicks);
      const bodies: readonly PostBody[] = [
        { type: "message", text: `@${nick} hello`, replyTo: random.between(1, 9) },
        { type: "topic", text: "t".repeat(random.between(0, 400)) },
        { type: "mode", slowMs: 0, isReadOnly: random.chance(0.2) },
        {
          type: "moderation",
          action: random.pick(["kick", "ban", "unban", "mute", "unmute", "role"]),
          nick,
          role: random.pick(["owner", "moderator", "member"]),
        },
      ];
      random.pick([
        () => desk.ask(session, { type: "join", room }),
        () => desk.ask(session, { type: "leave", room }),
        () => desk.ask(session, { type: "create", room, kind: "invite" }),
        () => desk.ask(session, { type: "ask", nicks: [nick] }),
        () => desk.ask(session, { type: "who", nick }),
        () => desk.ask(session, { type: "rooms" }),
        () => desk.ask(session, { type: "rename", nick: `r${round}` }),
        () => desk.post(session, random.pick(bodies), { id: `p${round}`, room }),
        () => desk.tell(session, { type: "delivered", room, sequence: round + 1 }),
        () => desk.advance(random.between(0, 2_000)),
      ])();
    }
    desk.advance(10_000);
    for (const { channel, bytes } of desk.sizes) {
      if (channel === 0) expect(bytes).toBeLessThanOrEqual(chatMessageBytesMax);
    }
  });
});
