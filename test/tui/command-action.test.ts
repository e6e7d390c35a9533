import { describe, expect, test } from "vitest";
import { parseInput } from "../../src/tui/command.ts";
import {
  type CommandAction,
  type CommandContext,
  commandAction,
} from "../../src/tui/command-action.ts";
import { commands } from "../../src/tui/command-table.ts";
import { noFileNews } from "../../src/tui/file-news.ts";
import { parseDuration } from "../../src/tui/typed-words.ts";
import { plainState } from "../support/client-events.ts";
import { entry } from "../support/fake-client.ts";

const lines = [entry(7, "teh end", { author: "alice" }), entry(8, "hello")];

const context: CommandContext = {
  room: "dev",
  state: plainState,
  files: noFileNews,
  asked: [
    { room: "&one", by: "ann" },
    { room: "&two", by: "Ben" },
  ],
  lastLine: (whose) => (whose === "own" ? lines[0] : lines[1]),
  line: (sequence) => lines.find((line) => line.sequence === sequence),
};

function act(line: string, where: CommandContext = context): CommandAction {
  const input = parseInput(line);
  if (input.type !== "command") throw new Error(JSON.stringify(input));
  return commandAction(input.name, input.arg, where);
}

test.each(["access public", "bans", "invitation", "revoke", "roomkey"])(
  "/%s is not for private chats",
  (line) => {
    const where = { ...context, room: "&one" };
    expect(act(`/${line}`, where)).toMatchObject({ type: "refused" });
  },
);

function post(body: object): object {
  return { type: "post", room: "dev", body };
}

function ask(question: object): object {
  return { type: "ask", question };
}

describe("commands about oneself and the server", () => {
  test.each([
    ["/profile role desk 4, by the window", { type: "set-profile", role: "desk 4, by the window" }],
    ["/profile NAME Anna Berg", { type: "set-profile", name: "Anna Berg" }],
    ["/profile text -", { type: "set-profile", text: "" }],
    ["/receipts on", { type: "set-profile", isReadShared: true }],
    ["/receipts off", { type: "set-profile", isReadShared: false }],
    ["/registration", { type: "make-registration", uses: 1, durationMs: 86_400_000 }],
    ["/registration 5 2h", { type: "make-registration", uses: 5, durationMs: 7_200_000 }],
    ["/uptime", { type: "health" }],
    ["/server", { type: "health" }],
    ["/backup", { type: "backup" }],
    ["/registrations", { type: "registrations" }],
    ["/registrations revoke", { type: "revoke-registrations" }],
    ["/keep 30d", { type: "configure", room: "dev", retention: { ageMs: 2_592_000_000 } }],
    ["/keep all", { type: "configure", room: "dev", retention: {} }],
    [
      "/retention #Ops 30d 1GB",
      {
        type: "configure",
        room: "ops",
        retention: { ageMs: 2_592_000_000, bytesMax: 1_000_000_000 },
      },
    ],
    ["/keep 512MiB", { type: "configure", room: "dev", retention: { bytesMax: 2 ** 29 } }],
  ])("%s", (line, question) => {
    expect(act(line)).toEqual(ask(question));
  });

  test.each([
    "/profile",
    "/profile shoe 42",
    "/receipts maybe",
    "/registration 0",
    "/registration 1001",
    "/registration 1 8d",
    "/registrations all",
    "/keep",
    "/keep 0d",
    "/keep ops",
    "/keep 30d all",
    "/keep 1GB nonsense",
  ])("%s is refused", (line) => {
    expect(parseInput(line).type === "refused" || act(line).type === "refused").toBe(true);
  });

  test("/unread asks for the rooms, of which only some are told", () => {
    expect(act("/unread")).toEqual({ type: "ask", question: { type: "rooms" }, ref: "unread" });
  });
});

describe("commands that say something", () => {
  test.each([
    ["/me waves", { type: "message", text: "waves", isAction: true }],
    ["/say /etc", { type: "message", text: "/etc" }],
    ["/announce fire", { type: "message", text: "fire", isAnnouncement: true }],
    ["/re indeed", { type: "message", text: "indeed", replyTo: 8 }],
    ["/reply 3 indeed", { type: "message", text: "indeed", replyTo: 3 }],
    ["/edit the end", { type: "edit", target: 7, text: "the end" }],
    ["/edit s/teh/the/", { type: "edit", target: 7, text: "the end" }],
    ["/edit #4 new", { type: "edit", target: 4, text: "new" }],
    ["/delete", { type: "delete", target: 7 }],
    ["/delete 9 off topic", { type: "delete", target: 9, reason: "off topic" }],
    ["/react 👍", { type: "react", target: 8, emoji: "👍", isOn: true }],
    ["/unreact 3 👍", { type: "react", target: 3, emoji: "👍", isOn: false }],
    ["/topic press free at 3", { type: "topic", text: "press free at 3" }],
    ["/topic -", { type: "topic", text: "" }],
    ["/lock", { type: "mode", slowMs: 0, isReadOnly: true }],
    ["/slow 10", { type: "mode", slowMs: 10_000, isReadOnly: false }],
    ["/kick eve spam", { type: "moderation", action: "kick", nick: "eve", reason: "spam" }],
    [
      "/ban @eve 2h spam",
      { type: "moderation", action: "ban", nick: "eve", durationMs: 7_200_000, reason: "spam" },
    ],
    ["/unmute eve", { type: "moderation", action: "unmute", nick: "eve" }],
    ["/op eve", { type: "moderation", action: "role", role: "moderator", nick: "eve" }],
  ])("%s", (line, body) => {
    expect(act(line)).toEqual(post(body));
  });
});

describe("commands that ask the server", () => {
  test.each([
    ["/whois ann", { type: "who", nick: "ann" }],
    ["/away lunch", { type: "status", isAway: true, text: "lunch" }],
    ["/back", { type: "status", isAway: false }],
    ["/create #Club invite", { type: "create", room: "club", kind: "invite" }],
    ["/create club --invite", { type: "create", room: "club", kind: "invite" }],
    ["/accept", { type: "answer", room: "&two", isAccepted: true }],
    ["/reject ann", { type: "answer", room: "&one", isAccepted: false }],
    ["/ignore eve", { type: "ignore", nick: "eve", isOn: true }],
    ["/invite ann", { type: "invite", room: "dev", nick: "ann" }],
    ["/invitation 5 2h", { type: "make-invitation", room: "dev", uses: 5, durationMs: 7_200_000 }],
    ["/seen", { type: "receipts", room: "dev", sequence: 7 }],
    ["/mentions", { type: "search", words: [], isMention: true, limit: 20 }],
    [
      "/search from:ann in:#Dev has:link press",
      { type: "search", words: ["press"], limit: 20, from: "ann", room: "dev", has: "link" },
    ],
    ["/admin ann off", { type: "grant", nick: "ann", isAdmin: false }],
    [
      "/shutdown in 30s new disk",
      { type: "stop", delayMs: 30_000, reason: "new disk", isRestart: false },
    ],
    ["/restart", { type: "stop", delayMs: 0, reason: "back in a moment", isRestart: true }],
  ])("%s", (line, question) => {
    expect(act(line)).toEqual(ask(question));
  });

  test("/msg talks in private with one or with several", () => {
    expect(act("/msg ann are you there?")).toEqual({
      type: "query",
      nicks: ["ann"],
      text: "are you there?",
    });
    expect(act("/query ann,@ben")).toEqual({
      type: "query",
      nicks: ["ann", "ben"],
      text: undefined,
    });
  });

  test("/history reads the last lines, around a line, or a day", () => {
    expect(act("/history")).toMatchObject({ range: { limit: 20 } });
    expect(act("/history 50")).toMatchObject({ range: { limit: 50 } });
    expect(act("/history #50")).toMatchObject({ range: { around: 50 } });
    expect(act("/history 2026-11-20")).toMatchObject({
      range: { after: { time: new Date(2026, 10, 20).getTime() } },
    });
  });
});

describe("commands that cannot be done", () => {
  test.each([
    ["/edit s/xyz/abc/", "not in the line"],
    ["/reply 3", "nothing to say"],
    ["/react 3", "an emoji is needed"],
    ["/search", "nothing to look for"],
    ["/search before:yesterday x", "takes a date"],
    ["/search has:soul", "has: takes link"],
    ["/slow soon", "seconds from 0"],
    ["/shutdown in a while", "how long from now"],
    ["/invitation 0", "uses"],
    ["/create club secret", "no kind of room"],
  ])("%s says why: %s", (line, reason) => {
    const input = parseInput(line);
    if (input.type === "refused") return;
    expect(act(line)).toMatchObject({
      type: "refused",
      reason: expect.stringContaining(reason),
    });
  });

  test("without a room say that one is needed", () => {
    const nowhere: CommandContext = {
      ...context,
      room: undefined,
      state: undefined,
      asked: [],
      lastLine: () => undefined,
      line: () => undefined,
    };
    expect(act("/me waves", nowhere)).toMatchObject({ reason: expect.stringContaining("/join") });
    expect(act("/accept", nowhere)).toMatchObject({ type: "refused" });
    expect(act("/edit x", { ...nowhere, room: "dev" })).toMatchObject({
      reason: expect.stringContaining("by its number"),
    });
  });
});

test("every command leads to something", () => {
  for (const { name, args } of commands) {
    const arg = args === "" ? "" : "1 ann";
    expect(commandAction(name, arg, context).type, name).toBeDefined();
  }
});

test.each([
  ["30s", 30_000],
  ["10m", 600_000],
  ["1d", 86_400_000],
  ["10", undefined],
  ["m", undefined],
])("%s is %s ms", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});
