import { describe, expect, test } from "vitest";
import {
  channels,
  chatMessageBytesMax,
  chatTextBytesMax,
  draftsBytesMax,
  pagesBytesMax,
  sessionReadsMax,
  textBytesMax,
} from "../../src/room/limits.ts";
import type { LogEntry } from "../../src/room/log-entry.ts";
import { messageEntry } from "../support/log-entries.ts";
import { ServerDesk } from "../support/server-desk.ts";

function textsOf(entries: readonly LogEntry[]): string[] {
  return entries.flatMap(({ body }) => (body.type === "message" ? [body.text] : []));
}

function error(code: string): object {
  return expect.objectContaining({ type: "error", code });
}

describe("a line", () => {
  test("is on disk before anybody hears of it, and then is told once to all", () => {
    const desk = new ServerDesk();
    desk.enter(1, "anna");
    desk.enter(2, "ben");
    desk.events(1);
    expect(desk.say(1, "hello")).toBeUndefined();
    expect(desk.events(2)).toEqual([]);
    desk.sendCount = 0;
    desk.stored();
    const author = { nick: "anna", isGuest: true };
    const body = { type: "message", text: "hello" };
    const entries = [{ sequence: 1, ordinal: 1, author, body, sentAt: 1 }];
    expect(desk.inbox(1)).toMatchObject([
      { type: "stored", sequence: 1, sentAt: 1 },
      { type: "said", room: "lobby", entries },
    ]);
    expect(desk.events(2)).toMatchObject([{ type: "said", entries }]);
    expect(desk.sendCount).toBe(2);
  });

  test("joins those that come while the disk is busy in one batch", () => {
    const desk = new ServerDesk();
    desk.enter(1, "anna");
    for (const id of ["a", "b", "c"]) desk.say(1, id);
    expect(desk.drafts).toHaveLength(1);
    desk.stored();
    expect(desk.drafts!.map(({ id }) => id.replaceAll("-", ""))).toEqual(["b", "c"]);
  });

  test("that was stored before is answered the same and not told again", () => {
    const desk = new ServerDesk({ lastSequences: new Map([["lobby", 9]]) });
    desk.enter(1, "anna");
    desk.say(1, "again");
    const place = { sequence: 4, ordinal: 4, sentAt: 77, isDuplicate: true };
    desk.stored(() => ({ type: "placed", ...place }));
    expect(desk.inbox(1).slice(-1)).toMatchObject([{ type: "stored", sequence: 4, sentAt: 77 }]);
    expect(desk.events(1)).toEqual([]);
  });

  test("that turns out to be on disk behind the known end makes members read", () => {
    const desk = new ServerDesk({ lastSequences: new Map([["lobby", 9]]) });
    desk.enter(1, "anna");
    desk.enter(2, "ben");
    desk.say(1, "again");
    desk.events(2);
    const place = { sequence: 10, ordinal: 10, sentAt: 77, isDuplicate: true };
    desk.stored(() => ({ type: "placed", ...place }));
    expect(desk.events(2)).toEqual([{ type: "grown", room: "lobby", lastSequence: 10 }]);
  });

  test("is told when it is small and pulled when it is one byte larger", () => {
    const desk = new ServerDesk();
    const nick = "名".repeat(24);
    const room = "室".repeat(32);
    desk.enter(1, nick, room);
    desk.events(1);
    desk.say(1, "small", { room, text: "s".repeat(chatTextBytesMax) });
    desk.stored();
    expect(desk.events(1)).toMatchObject([{ type: "said" }]);
    desk.say(1, "large", { room, text: "l".repeat(chatTextBytesMax + 1) });
    desk.stored();
    expect(desk.events(1)).toEqual([{ type: "grown", room, lastSequence: 2 }]);
    for (const { bytes } of desk.sizes) expect(bytes).toBeLessThanOrEqual(chatMessageBytesMax);
  });

  test("may have 16 MiB and not a byte more, counted in UTF-8", () => {
    const desk = new ServerDesk();
    desk.enter(1, "anna");
    const text = "é".repeat(textBytesMax / 2);
    expect(desk.say(1, "max", { text })).toBeUndefined();
    expect(desk.drafts).toHaveLength(1);
    expect(desk.say(1, "over", { text: `${text}!` })).toEqual(error("text-too-long"));
  });

  test.each(["", " \n\t", "\u200b\u202e"])("may not be blank: %j", (text) => {
    const desk = new ServerDesk();
    desk.enter(1, "anna");
    expect(desk.say(1, "blank", { text })).toEqual(error("text-empty"));
  });

  test("is stored without what a terminal must not see", () => {
    const desk = new ServerDesk();
    desk.enter(1, "anna");
    desk.say(1, "escape", { text: "\u001b[31mred\u202e\r\nnext" });
    expect(desk.drafts![0]!.body).toMatchObject({ text: "[31mred\nnext" });
  });
});

describe("a line that could not be stored", () => {
  test("is refused for a time, with those that waited behind it", () => {
    const desk = new ServerDesk();
    desk.enter(1, "anna");
    desk.enter(2, "ben");
    desk.events(2);
    desk.say(1, "a");
    desk.say(1, "b", { isFirst: false });
    desk.failed();
    expect(desk.inbox(1).slice(-2)).toEqual([
      error("history-unavailable"),
      error("history-unavailable"),
    ]);
    expect(desk.drafts).toBeUndefined();
    expect(desk.events(2)).toEqual([]);
  });

  test("is not overtaken by later ones of its author, until it comes again", () => {
    const desk = new ServerDesk();
    desk.enter(1, "anna");
    desk.enter(2, "ben");
    desk.say(1, "a");
    desk.failed();
    expect(desk.say(1, "b", { isFirst: false })).toEqual(error("history-unavailable"));
    desk.say(2, "c");
    expect(desk.drafts).toHaveLength(1);
    desk.stored();
    desk.say(1, "a");
    expect(desk.say(1, "b", { isFirst: false })).toBeUndefined();
    desk.stored();
    desk.stored();
    expect(
      desk.events(2).flatMap((event) => (event.type === "said" ? textsOf(event.entries) : [])),
    ).toEqual(["c", "a", "b"]);
  });

  test("because too much waits is refused for a time as well", () => {
    const desk = new ServerDesk();
    desk.enter(1, "anna");
    const text = "x".repeat(textBytesMax);
    const fitting = Math.floor(draftsBytesMax / textBytesMax) - 1;
    for (let number = 0; number < fitting; number += 1) {
      expect(desk.say(1, `big${number}`, { text })).toBeUndefined();
    }
    expect(desk.say(1, "over", { text, isFirst: false })).toEqual(error("limit-reached"));
    expect(desk.say(1, "tiny", { isFirst: false })).toEqual(error("history-unavailable"));
    desk.stored();
    expect(desk.say(1, "over", { text })).toBeUndefined();
  });
});

describe("history", () => {
  const page = {
    type: "page",
    entries: [],
    damaged: [],
    hasOlder: false,
    hasNewer: false,
  } as const;

  test("is read one page at a time and comes on the bulk channel", () => {
    const desk = new ServerDesk({ lastSequences: new Map([["lobby", 9]]) });
    desk.enter(1, "anna");
    desk.ask(1, { type: "history", room: "#LOBBY", limit: 5, before: 7 });
    desk.ask(1, { type: "history", room: "lobby", limit: 6, after: 2 });
    expect(desk.query).toEqual({ room: "lobby", limit: 5, before: 7 });
    desk.server.handleRead(desk.now, page);
    desk.collect();
    expect(desk.query).toEqual({ room: "lobby", limit: 6, after: 2 });
    expect(desk.sizes.at(-1)).toMatchObject({ channel: channels.bulk });
    expect(desk.inbox(1).at(-1)).toMatchObject({ type: "page", room: "lobby" });
  });

  test("that cannot be read is refused, and the next one is read", () => {
    const desk = new ServerDesk({ lastSequences: new Map([["lobby", 9]]) });
    desk.enter(1, "anna");
    desk.ask(1, { type: "history", room: "lobby", limit: 5 });
    desk.ask(1, { type: "history", room: "lobby", limit: 6 });
    desk.server.handleRead(desk.now, {
      type: "failed",
      code: "history-unavailable",
      message: "broken",
    });
    desk.collect();
    expect(desk.inbox(1).at(-1)).toEqual(error("history-unavailable"));
    expect(desk.query?.limit).toBe(6);
  });

  test("waits for a session whose connection is full", () => {
    const desk = new ServerDesk({ lastSequences: new Map([["lobby", 9]]) });
    desk.enter(1, "anna");
    desk.server.handleBlocked(1);
    desk.ask(1, { type: "history", room: "lobby", limit: 5 });
    expect(desk.query).toBeUndefined();
    desk.unblock(1);
    expect(desk.query?.limit).toBe(5);
  });

  test("waits while too many large lines are on their way to others", () => {
    const desk = new ServerDesk({ lastSequences: new Map([["lobby", 1]]) });
    const large = { ...page, entries: [messageEntry(1, "l".repeat(textBytesMax))] };
    const fitting = pagesBytesMax / textBytesMax;
    for (let session = 1; session <= fitting + 1; session += 1) {
      desk.enter(session, `nick${session}`);
      desk.ask(session, { type: "history", room: "lobby", limit: session });
    }
    for (let session = 1; session <= fitting; session += 1) {
      expect(desk.query?.limit).toBe(session);
      desk.server.handleRead(desk.now, large);
      desk.collect();
      desk.server.handleBlocked(session);
    }
    expect(desk.query?.limit).toBe(fitting);
    desk.unblock(1);
    expect(desk.query?.limit).toBe(fitting + 1);
  });

  test("may be asked for 8 times more than is being read and not once more", () => {
    const desk = new ServerDesk({ lastSequences: new Map([["lobby", 9]]) });
    desk.enter(1, "anna");
    for (let number = 0; number <= sessionReadsMax; number += 1) {
      expect(desk.ask(1, { type: "history", room: "lobby", limit: 5 })).toBeUndefined();
    }
    const refused = desk.ask(1, { type: "history", room: "lobby", limit: 5 });
    expect(refused).toEqual(error("limit-reached"));
  });
});

describe("a session whose connection is full", () => {
  test("is not sent lines, but told afterwards how far the log has grown", () => {
    const desk = new ServerDesk();
    desk.enter(1, "anna");
    desk.enter(2, "ben");
    desk.events(2);
    desk.server.handleBlocked(2);
    for (const id of ["a", "b"]) {
      desk.say(1, id);
      desk.stored();
    }
    expect(desk.events(2)).toEqual([]);
    desk.unblock(2);
    expect(desk.events(2)).toEqual([{ type: "grown", room: "lobby", lastSequence: 2 }]);
    desk.say(1, "c");
    desk.stored();
    expect(desk.events(2)).toMatchObject([{ type: "said" }]);
  });
});
