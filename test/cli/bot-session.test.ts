import { beforeEach, describe, expect, test } from "vitest";
import { EarshotError } from "../../src/base/errors.ts";
import { fingerprintOf } from "../../src/base/fingerprint.ts";
import { Secret } from "../../src/base/secret.ts";
import type { BotEvent } from "../../src/cli/bot-event.ts";
import { answerWaitMs, BotSession, bytesPendingMax } from "../../src/cli/bot-session.ts";
import type { AccountAction } from "../../src/room/account-action.ts";
import type { ClientEvent, ClientPort, HistoryRange } from "../../src/room/client-port.ts";
import type { Question } from "../../src/room/client-question.ts";
import type { FileAction } from "../../src/room/files/file-action.ts";
import { requestsWaitingMax } from "../../src/room/limits.ts";
import type { PostBody } from "../../src/room/message-log.ts";
import {
  enteredEvent,
  membersOf,
  plainState,
  readyEvent,
  shutdownEvent,
  textBody,
} from "../support/client-events.ts";
import { messageEntry, personOf } from "../support/log-entries.ts";

/** Notes what is asked of it; `ref` of the latest request is kept for the answer. */
class RecordingClient implements ClientPort {
  readonly calls: unknown[][] = [];
  readonly pendingCount = 0;
  readonly keptCount = 0;
  readonly traffic = { bytesSent: 1_500, bytesReceived: 2_500_000 };
  ref: string | undefined;

  join(room: string, ref?: string): void {
    this.#note(ref, "join", room);
  }

  leave(room: string, ref?: string): void {
    this.#note(ref, "leave", room);
  }

  say(room: string, text: string, ref?: string): string {
    return this.post(room, { type: "message", text }, ref);
  }

  post(room: string, body: PostBody, ref?: string): string {
    this.#note(ref, "post", room, body);
    return "id";
  }

  ask(question: Question, ref?: string): void {
    this.#note(ref, "ask", question);
  }

  account(action: AccountAction, ref?: string): void {
    this.#note(ref, "account", action);
  }

  file(action: FileAction, ref?: string): void {
    this.#note(ref, "file", action);
  }

  typing(room: string, state: string): void {
    this.#note(undefined, "typing", room, state);
  }

  read(room: string, sequence: number, ordinal: number): void {
    this.#note(undefined, "read", room, sequence, ordinal);
  }

  history(room: string, range: HistoryRange, ref?: string): void {
    this.#note(ref, "history", room, range);
  }

  members(room: string, ref?: string): void {
    this.#note(ref, "members", room);
  }

  changeNick(nick: string): void {
    this.#note(undefined, "changeNick", nick);
  }

  keepDraft(room: string, text: string): void {
    this.#note(undefined, "keepDraft", room, text);
  }

  shown(room: string): void {
    this.#note(undefined, "shown", room);
  }

  forget(): void {
    this.#note(undefined, "forget");
  }

  async close(): Promise<void> {}

  #note(ref: string | undefined, ...call: unknown[]): void {
    this.ref = ref;
    this.calls.push(call);
  }
}

const ready: ClientEvent = readyEvent("bob", { server: { id: "key", name: "office" } });
const entry = messageEntry(7, "hi", "ann", { id: "m1", sentAt: 1_790_000_000_000 });

/** The same as a bot sees it. */
const shown = {
  type: "said",
  ...{ sequence: 7, id: "m1", author: "ann", person: personOf("ann"), isGuest: true },
  ...{ sentAt: 1_790_000_000_000, ordinal: 7, text: "hi" },
};

let client: RecordingClient;
let written: BotEvent[];
let session: BotSession;

function start(rooms: readonly string[] = [], account?: Secret, room?: Secret): void {
  client = new RecordingClient();
  written = [];
  session = new BotSession(0, client, {
    rooms,
    passwords: { account, room },
    write: (event) => written.push(event),
  });
}

function ask(request: object): string {
  session.handleLine(0, { type: "line", text: JSON.stringify(request) });
  return client.ref!;
}

/** What was written since the last time, as it comes out: without fields that are undefined. */
function output(): unknown {
  return JSON.parse(JSON.stringify(written.splice(0)));
}

beforeEach(() => start());

describe("an account", () => {
  test("is asked for when the server has accepted us, with the password of the file", () => {
    const password = new Secret("correct horse battery");
    start([], password);
    ask({ type: "login", nick: "dicebot", ref: 1 });
    expect(client.calls).toEqual([]);
    session.handleEvent(ready);
    expect(client.calls).toEqual([["account", { type: "login", nick: "dicebot", password }]]);
    output();
    const ref = client.ref!;
    session.handleEvent({ type: "identified", own: { person: "p1" } });
    session.handleEvent({ type: "account", ref, result: { type: "logged-in", nick: "dicebot" } });
    expect(output()).toEqual([
      { type: "identified", person: "p1" },
      { type: "ok", ref: 1, nick: "dicebot" },
    ]);
    ask({ type: "register", password: "never here" });
    expect(client.calls.at(-1)).toEqual(["account", { type: "register", password }]);
  });

  test("is registered without a password, but not logged in to", () => {
    session.handleEvent(ready);
    output();
    ask({ type: "login", nick: "dicebot", ref: 1 });
    expect(output()).toMatchObject([{ type: "error", ref: 1, code: "argument-invalid" }]);
    ask({ type: "register", invitation: "secret" });
    expect(client.calls).toEqual([["account", { type: "register", invitation: "secret" }]]);
  });
});

describe("a room with a password", () => {
  const password = new Secret("correct horse battery");
  const needed = { type: "error", code: "password-needed", message: "it has one" } as const;

  test("is opened with the one we were given, and joined again, once", () => {
    start(["vault"], undefined, password);
    const join = client.ref!;
    session.handleEvent(ready);
    output();
    session.handleEvent({ ...needed, ref: join, room: "vault" });
    expect(client.calls.at(-1)).toEqual([
      "account",
      { type: "open-room", room: "vault", password },
    ]);
    const result = { type: "room-opened", room: "vault" } as const;
    session.handleEvent({ type: "account", ref: client.ref!, result });
    expect(client.calls.at(-1)![0]).toBe("join");
    expect(output()).toEqual([]);
    session.handleEvent({ ...needed, ref: client.ref!, room: "vault" });
    expect(output()).toMatchObject([{ type: "error", code: "password-needed" }]);
  });

  test("is refused where we were given none, or a wrong one", () => {
    session.handleEvent(ready);
    output();
    session.handleEvent({ ...needed, ref: ask({ type: "join", room: "vault", ref: 1 }) });
    expect(output()).toMatchObject([{ type: "error", ref: 1, code: "password-needed" }]);
    ask({ type: "open-room", room: "vault", ref: 2 });
    expect(output()).toMatchObject([{ type: "error", ref: 2, code: "argument-invalid" }]);

    start([], undefined, password);
    session.handleEvent(ready);
    output();
    session.handleEvent({ ...needed, ref: ask({ type: "join", room: "vault", ref: 1 }) });
    const wrong = { type: "error", code: "password-wrong", message: "wrong" } as const;
    session.handleEvent({ ...wrong, ref: client.ref! });
    expect(output()).toMatchObject([{ type: "error", ref: 1, code: "password-wrong" }]);
  });
});

describe("requests and their answers", () => {
  test("a line is ok when it is stored", () => {
    const ref = ask({ type: "say", room: "lobby", text: "hi", ref: "r1" });
    expect(client.calls).toEqual([["post", "lobby", textBody("hi")]]);
    session.handleEvent({ type: "pending", room: "lobby", id: "m1", body: textBody("hi"), at: 0 });
    expect(output()).toEqual([]);
    session.handleEvent({ type: "stored", ref, room: "lobby", id: "m1", sequence: 7 });
    expect(output()).toEqual([{ type: "ok", ref: "r1", room: "lobby", id: "m1", sequence: 7 }]);
  });

  test("a line that is refused is an error", () => {
    const ref = ask({ type: "say", room: "lobby", text: "hi", ref: 5 });
    const message = "not in lobby";
    const failed = {
      type: "failed",
      room: "lobby",
      id: "m1",
      body: textBody("hi"),
      code: "not-joined",
    } as const;
    session.handleEvent({ ...failed, ref, message });
    expect(output()).toEqual([{ type: "error", ref: 5, code: "not-joined", message }]);
  });

  test("joining tells of ourselves and answers", () => {
    session.handleEvent(ready);
    const ref = ask({ type: "join", room: "dev", ref: 1 });
    output();
    const nicks = ["ann", "bob"];
    const entered = enteredEvent("dev", nicks, { lastSequence: 40 });
    session.handleEvent({ ...entered, ...(ref !== undefined && { ref }) });
    expect(output()).toEqual([
      { type: "joined", room: "dev", nick: "bob" },
      {
        ...{ type: "ok", ref: 1, room: "dev", nicks, members: membersOf(nicks) },
        ...{ lastSequence: 40, ...plainState },
      },
    ]);
    session.handleEvent(entered);
    expect(output(), "the same room again after a reconnect").toEqual([]);
  });

  test("leaving tells of ourselves and answers", () => {
    session.handleEvent(ready);
    const ref = ask({ type: "leave", room: "dev" });
    output();
    session.handleEvent({ type: "exited", ref, room: "dev" });
    expect(output()).toEqual([
      { type: "left", room: "dev", nick: "bob", reason: "left" },
      { type: "ok", room: "dev" },
    ]);
  });

  test("history and members", () => {
    const historyRef = ask({ type: "history", room: "dev", before: 8, limit: 1, ref: "h" });
    const membersRef = ask({ type: "members", room: "dev", ref: "m" });
    expect(client.calls).toEqual([
      ["history", "dev", { before: 8, limit: 1 }],
      ["members", "dev"],
    ]);
    session.handleEvent({
      type: "members",
      ref: membersRef,
      room: "dev",
      members: membersOf(["ann"]),
    });
    const page = { room: "dev", entries: [entry], damaged: [{ from: 5, to: 6 }], hasMore: true };
    session.handleEvent({ type: "page", ref: historyRef, ...page });
    expect(output()).toEqual([
      { type: "ok", ref: "m", room: "dev", nicks: ["ann"], members: membersOf(["ann"]) },
      { type: "ok", ref: "h", ...page, entries: [shown] },
    ]);
  });

  test("an error names the request it is about", () => {
    const ref = ask({ type: "join", room: "%%", ref: "j" });
    const error = { code: "room-invalid", message: "no" } as const;
    session.handleEvent({ type: "error", ref, ...error });
    session.handleEvent({ type: "error", ...error });
    expect(output()).toEqual([
      { type: "error", ref: "j", ...error },
      { type: "error", ...error },
    ]);
  });

  test("bad lines are answered and the bot goes on", () => {
    session.handleLine(0, { type: "line", text: "nonsense" });
    session.handleLine(0, { type: "too-long" });
    session.handleLine(0, { type: "line", text: "  " });
    ask({ type: "fly", ref: 3 });
    expect(output()).toEqual([
      { type: "error", code: "request-invalid", message: "the line is not JSON" },
      expect.objectContaining({ type: "error", code: "request-invalid" }),
      expect.objectContaining({ type: "error", code: "request-invalid", ref: 3 }),
    ]);
    expect(session.exitCode).toBeUndefined();
  });
});

describe("what is told unasked", () => {
  test("the rooms of the command line are entered at once", () => {
    start(["lobby"]);
    expect(client.calls).toEqual([["join", "lobby"]]);
    session.handleEvent(ready);
    const { ref } = client;
    session.handleEvent(enteredEvent("lobby", [], { ref: ref! }));
    expect(output()).toEqual([
      {
        type: "ready",
        server: "office",
        serverId: "key",
        fingerprint: fingerprintOf("key"),
        nick: "bob",
        ...{ person: personOf("bob"), isGuest: true, rooms: [] },
      },
      { type: "joined", room: "lobby", nick: "bob" },
    ]);
  });

  test("lines, members, damage and shutdown", () => {
    const room = "lobby";
    session.handleEvent({ type: "said", room, entry, isOwn: false });
    session.handleEvent({ type: "joined", room, nick: "eve" });
    session.handleEvent({ type: "left", room, nick: "eve", reason: "lost" });
    session.handleEvent({ type: "damaged", room, range: { from: 1, to: 2 } });
    session.handleEvent(shutdownEvent("stopping"));
    expect(output()).toEqual([
      { ...shown, room },
      { type: "joined", room, nick: "eve" },
      { type: "left", room, nick: "eve", reason: "lost" },
      { type: "damaged", room, from: 1, to: 2 },
      { type: "shutdown", reason: "stopping", inMs: 0, isRestart: false },
    ]);
  });

  test("the connection, but not the tries to get one", () => {
    session.handleEvent({ type: "connection", state: "connecting", attempt: 1 });
    session.handleEvent({ type: "connection", state: "open", attempt: 1 });
    const reason = "timed out";
    session.handleEvent({
      type: "connection",
      state: "reconnecting",
      reason,
      attempt: 1,
      retryAt: 9,
    });
    expect(output()).toEqual([
      { type: "connection", state: "open" },
      { type: "connection", state: "reconnecting", reason },
    ]);
  });
});

describe("the end", () => {
  test("comes when the input has ended and all is answered", () => {
    session.handleEvent(ready);
    const first = ask({ type: "say", room: "lobby", text: "1" });
    const second = ask({ type: "say", room: "lobby", text: "2" });
    session.handleInputEnd(0);
    session.handleEvent({ type: "stored", ref: first, room: "lobby", id: "a", sequence: 1 });
    expect(session.exitCode).toBeUndefined();
    session.handleEvent({ type: "stored", ref: second, room: "lobby", id: "b", sequence: 2 });
    expect(session.exitCode).toBe(0);
  });

  test("comes after our own lines were told, or when they never will be", () => {
    session.handleEvent(ready);
    const said = { type: "said", room: "lobby", entry, isOwn: true } as const;
    for (const news of [
      said,
      { type: "damaged", room: "lobby", range: { from: 7, to: 7 } } as const,
      { type: "exited", room: "lobby" } as const,
    ]) {
      start();
      session.handleEvent(ready);
      const ref = ask({ type: "say", room: "lobby", text: "hi" });
      session.handleInputEnd(0);
      session.handleEvent({
        type: "pending",
        room: "lobby",
        id: entry.id,
        body: textBody("hi"),
        at: 0,
      });
      session.handleEvent({ type: "stored", ref, room: "lobby", id: entry.id, sequence: 7 });
      expect(session.exitCode).toBeUndefined();
      session.handleEvent(news);
      expect(session.exitCode, news.type).toBe(0);
    }
  });

  test("does not wait for ever for our own line", () => {
    session.handleEvent(ready);
    const ref = ask({ type: "say", room: "lobby", text: "hi" });
    session.handleEvent({ type: "pending", room: "lobby", id: "m1", body: textBody("hi"), at: 0 });
    session.handleEvent({ type: "stored", ref, room: "lobby", id: "m1", sequence: 7 });
    session.handleInputEnd(0);
    session.handleTimeout(answerWaitMs);
    expect(session.exitCode).toBe(0);
  });

  test("waits for the server also when there was no input", () => {
    session.handleInputEnd(0);
    expect(session.exitCode).toBeUndefined();
    session.handleEvent(ready);
    expect(session.exitCode).toBe(0);
  });

  test("comes at once for who stops it, when nothing was asked, whatever the server does", () => {
    start(["lobby"]);
    session.handleStop(0);
    expect(session.exitCode).toBe(0);
    expect(output()).toEqual([]);
  });

  test("waits for what was asked also when somebody stops it", () => {
    session.handleEvent(ready);
    const ref = ask({ type: "say", room: "lobby", text: "hi" });
    session.handleStop(0);
    expect(session.exitCode).toBeUndefined();
    session.handleEvent({
      type: "pending",
      room: "lobby",
      id: entry.id,
      body: textBody("hi"),
      at: 0,
    });
    session.handleEvent({ type: "stored", ref, room: "lobby", id: entry.id, sequence: 7 });
    session.handleStop(0);
    expect(session.exitCode, "not told yet").toBeUndefined();
    session.handleEvent({ type: "said", room: "lobby", entry, isOwn: true });
    expect(session.exitCode).toBe(0);
  });

  test("hears that the server cannot store what was said now", () => {
    const delay = { code: "history-unavailable", message: "disk is full" } as const;
    session.handleEvent({ type: "delayed", room: "lobby", ...delay });
    expect(output()).toEqual([{ type: "delayed", room: "lobby", ...delay }]);
  });

  test("does not wait for what may be in a history that is gone", () => {
    session.handleEvent(ready);
    session.handleEvent({
      type: "pending",
      room: "lobby",
      id: entry.id,
      body: textBody("hi"),
      at: 0,
    });
    session.handleInputEnd(0);
    expect(session.exitCode).toBeUndefined();
    output();
    session.handleEvent({ type: "reset", room: "lobby" });
    expect(output()).toContainEqual({ type: "reset", room: "lobby" });
    expect(session.exitCode).toBe(0);
  });

  test("link is answered with what is known of the way, which is forgotten when it is lost", () => {
    session.handleEvent(ready);
    ask({ type: "link", ref: 1 });
    session.handleEvent({ type: "link", rttMs: 1.5, lossShare: 0.02 });
    ask({ type: "link", ref: 2 });
    session.handleEvent({ type: "connection", state: "reconnecting", attempt: 1 });
    ask({ type: "link", ref: 3 });
    const traffic = { bytesSent: 1_500, bytesReceived: 2_500_000 };
    expect(output()).toMatchObject([
      { type: "ready" },
      { type: "ok", ref: 1, ...traffic },
      { type: "ok", ref: 2, rttMs: 1.5, lossShare: 0.02, ...traffic },
      { type: "connection" },
      { type: "ok", ref: 3, ...traffic },
    ]);
  });

  test("quit is answered last, and nothing is read after it", () => {
    session.handleEvent(ready);
    const ref = ask({ type: "say", room: "lobby", text: "1", ref: 1 });
    ask({ type: "quit", ref: 2 });
    ask({ type: "say", room: "lobby", text: "2", ref: 3 });
    session.handleEvent({ type: "stored", ref, room: "lobby", id: "a", sequence: 1 });
    expect(client.calls).toHaveLength(1);
    expect(output()).toMatchObject([{ type: "ready" }, { ref: 1 }, { type: "ok", ref: 2 }]);
    expect(session.exitCode).toBe(0);
    session.handleEvent(shutdownEvent("late"));
    expect(output()).toEqual([]);
  });

  test("a request that is never answered costs 10 s and exit code 3", () => {
    session.handleEvent(ready);
    ask({ type: "say", room: "lobby", text: "1", ref: 1 });
    expect(session.pollTimeout()).toBeUndefined();
    session.handleInputEnd(500);
    expect(session.pollTimeout()).toBe(500 + answerWaitMs);
    output();
    session.handleTimeout(500 + answerWaitMs - 1);
    expect(session.exitCode).toBeUndefined();
    session.handleTimeout(500 + answerWaitMs);
    expect(output()).toEqual([
      { type: "error", ref: 1, code: "connection-lost", message: expect.any(String) },
    ]);
    expect(session.exitCode).toBe(3);
  });

  test("a server that never accepts us costs 10 s and exit code 2", () => {
    session.handleTimeout(answerWaitMs);
    expect(output()).toMatchObject([{ type: "error", code: "no-server" }]);
    expect(session.exitCode).toBe(2);
  });

  test("a bot that was accepted has no deadline", () => {
    session.handleEvent(ready);
    session.handleTimeout(1e9);
    expect(session.exitCode).toBeUndefined();
  });

  test("a taken nickname is an error and exit code 1", () => {
    const refusal = { code: "nickname-taken", message: "taken", suggestion: "bob2" } as const;
    session.handleEvent({ type: "nick-refused", ...refusal });
    expect(output()).toEqual([{ type: "error", ...refusal }]);
    expect(session.exitCode).toBe(1);
  });

  test("a connection closed for good is exit code 1", () => {
    ask({ type: "members", room: "lobby", ref: 1 });
    session.handleEvent({ type: "connection", state: "closed", reason: "version 2", attempt: 1 });
    expect(output()).toEqual([
      { type: "connection", state: "closed", reason: "version 2" },
      { type: "error", ref: 1, code: "connection-lost", message: expect.any(String) },
    ]);
    expect(session.exitCode).toBe(1);
  });

  test("a server that cannot be trusted is an error and exit code 4", () => {
    const failure = new EarshotError("server-untrusted", "office shows another key");
    const reason = failure.message;
    session.handleEvent({ type: "connection", state: "closed", reason, failure, attempt: 1 });
    expect(output()).toEqual([
      { type: "connection", state: "closed", reason },
      { type: "error", code: "server-untrusted", message: reason },
    ]);
    expect(session.exitCode).toBe(4);
  });
});

describe("back-pressure", () => {
  test("input waits at the limit of requests, and goes on below it", () => {
    let ref = "";
    for (let count = 1; count <= requestsWaitingMax; count += 1) {
      expect(session.isSaturated).toBe(false);
      ref = ask({ type: "members", room: "lobby" });
    }
    expect(session.isSaturated).toBe(true);
    session.handleEvent({ type: "members", ref, room: "lobby", members: [] });
    expect(session.isSaturated).toBe(false);
  });

  test("input waits at the limit of bytes, and goes on below it", () => {
    const small = ask({ type: "say", room: "lobby", text: "x" });
    ask({ type: "say", room: "lobby", text: "x".repeat(bytesPendingMax - 2) });
    expect(session.isSaturated).toBe(false);
    ask({ type: "say", room: "lobby", text: "x" });
    expect(session.isSaturated).toBe(true);
    session.handleEvent({ type: "stored", ref: small, room: "lobby", id: "a", sequence: 1 });
    session.handleEvent({ type: "stored", ref: small, room: "lobby", id: "a", sequence: 1 });
    expect(session.isSaturated).toBe(false);
  });
});
