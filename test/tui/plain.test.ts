import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { EarshotError } from "../../src/base/errors.ts";
import { fingerprintOf } from "../../src/base/fingerprint.ts";
import { Secret } from "../../src/base/secret.ts";
import type { ClientEvent } from "../../src/room/client-port.ts";
import { type PlainOptions, runPlain } from "../../src/tui/plain.ts";
import { nickTriesMax, pendingMax } from "../../src/tui/plain-chat.ts";
import { heldMax } from "../../src/tui/plain-room.ts";
import { ServerChangedError } from "../../src/tui/trust.ts";
import { sampleId } from "../discovery/samples.ts";
import { enteredEvent, plainState, readyEvent, textBody } from "../support/client-events.ts";
import { SimulatedClock } from "../support/clock.ts";
import { entry, FakeClient } from "../support/fake-client.ts";
import { personOf } from "../support/log-entries.ts";
import { logId } from "../support/server-desk.ts";
import { sampleChange, utcTimeFormat } from "../support/view.ts";

/** Line mode between streams that the test holds. */
class PlainRun {
  readonly clock = new SimulatedClock();
  readonly stdin: PassThrough & { isTTY?: boolean } = new PassThrough();
  readonly stdout = new PassThrough();
  readonly exitCode: Promise<number>;
  client!: FakeClient;
  #printed = "";

  constructor(options: Partial<PlainOptions> & { readonly isTTY?: boolean } = {}) {
    this.stdin.isTTY = options.isTTY ?? false;
    this.stdout.on("data", (chunk: Buffer) => {
      this.#printed += chunk.toString();
    });
    this.exitCode = runPlain({
      connect: async (_target, _nick, onEvent) => {
        this.client = new FakeClient(onEvent);
        return this.client;
      },
      clock: this.clock,
      rooms: ["lobby"],
      timeFormat: utcTimeFormat,
      target: { type: "typed", text: "lab" },
      nick: "alice",
      isLiteral: false,
      askPassword: async () => undefined,
      stdin: this.stdin,
      stdout: this.stdout,
      ...options,
    });
  }

  /** Everything printed since the last time, when the streams have come to rest. */
  async printed(): Promise<string> {
    for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
    const printed = this.#printed;
    this.#printed = "";
    return printed.trimEnd();
  }

  async type(text: string): Promise<string> {
    this.stdin.write(text);
    return this.printed();
  }

  /** In the lobby, at its beginning. */
  async entered(): Promise<void> {
    await this.printed();
    this.client.accept();
    this.client.page("lobby", []);
    await this.printed();
  }
}

test("/status says where one is and how the way there is", async () => {
  const run = new PlainRun({ isTTY: true });
  expect(await run.type("/status\n")).toContain("-- not connected yet");
  await run.entered();
  run.client.tell({ type: "link", rttMs: 2, lossShare: 0.01 });
  expect(await run.type("/status\n")).toContain(
    "-- connected to lab, 2 ms there and back, 1 % lost",
  );
});

describe("a server's key", () => {
  test("is told in words at the first visit", async () => {
    const run = new PlainRun();
    await run.printed();
    const server = { id: sampleId(1), name: "lab" };
    run.client.tell(readyEvent("alice", { server, isFirstVisit: true }));
    const text = `-- first visit to lab: its screen must show ${fingerprintOf(server.id)}\n`;
    expect(await run.printed()).toContain(`-- connected to lab as alice\n${text}`);
    run.client.tell(readyEvent("alice", { server }));
    expect(await run.printed()).toBe("-- connected to lab as alice");
    run.client.tell({ type: "connection", state: "closed", attempt: 1 });
    expect(await run.exitCode).toBe(1);
  });

  test("that has changed ends it with what changed since when", async () => {
    const run = new PlainRun();
    await run.printed();
    const failure = new ServerChangedError(sampleChange, utcTimeFormat);
    const reason = failure.message;
    run.client.tell({ type: "connection", state: "closed", attempt: 1, reason, failure });
    expect(await run.printed()).toMatch(
      /^-- connection closed \(lab shows another key than on Fri 20 Nov 2026 09:31; it was ".*" and is ".*" now: if that is right, join with --trust "\w+ \w+"\)$/,
    );
    expect(await run.exitCode).toBe(1);
  });
});

describe("a program that pipes lines in", () => {
  test("has them said in order and ends with 0 when all are stored", async () => {
    const run = new PlainRun();
    run.stdin.end("hello\nwörld\r\nlast without line feed");
    await run.entered();
    expect(run.client.said.map(({ text }) => text)).toEqual([
      "hello",
      "wörld",
      "last without line feed",
    ]);
    run.client.store(0, 1);
    run.client.store(1, 2);
    expect(await run.printed()).toBe("09:31 alice: hello\n09:31 alice: wörld");
    expect(run.client.isClosed).toBe(false);
    run.client.store(2, 3);
    expect(await run.exitCode).toBe(0);
    expect(run.client.isClosed).toBe(true);
  });

  test("sees where it is, then the last lines of the past, then what came meanwhile, each once", async () => {
    const run = new PlainRun();
    await run.printed();
    run.client.accept();
    expect(await run.printed()).toBe("-- connected to lab as alice\n-- entered #lobby, 2 members");
    run.client.tell({ type: "said", room: "lobby", entry: entry(3, "live"), isOwn: false });
    run.client.tell({ type: "said", room: "lobby", entry: entry(2, "both"), isOwn: false });
    expect(await run.printed()).toBe("");
    run.client.page("lobby", [entry(1, "old"), entry(2, "both")]);
    expect(await run.printed()).toBe("09:31 bob: old\n09:31 bob: both\n09:31 bob: live");
  });

  test("does not wait for the past when 1,001 lines have come meanwhile, but for 1,000 it does", async () => {
    const run = new PlainRun();
    await run.printed();
    run.client.accept();
    await run.printed();
    const say = (sequence: number) =>
      run.client.tell({ type: "said", room: "lobby", entry: entry(sequence, "x"), isOwn: false });
    for (let sequence = 1; sequence <= heldMax; sequence += 1) say(sequence);
    expect(await run.printed()).toBe("");
    say(heldMax + 1);
    expect((await run.printed()).split("\n")).toHaveLength(heldMax + 1);
    run.client.page("lobby", [entry(1, "too late")]);
    expect(await run.printed()).toBe("");
  });

  test("gets lines of several rows set in, so that none looks like another's", async () => {
    const run = new PlainRun();
    await run.entered();
    run.client.tell({
      type: "said",
      room: "lobby",
      entry: entry(1, "one\n09:32 carol: forged"),
      isOwn: false,
    });
    expect(await run.printed()).toBe("09:31 bob: one\n      09:32 carol: forged");
  });

  test("ends with 3 and the number of lines that were not acknowledged within 10 s", async () => {
    const run = new PlainRun();
    run.stdin.end("one\ntwo\n");
    await run.entered();
    run.client.store(0, 1);
    run.clock.advance(9_999);
    expect(await run.printed()).toBe("09:31 alice: one");
    run.clock.advance(1);
    expect(await run.printed()).toBe("-- 1 line was not delivered");
    expect(await run.exitCode).toBe(3);
  });

  test("ends with 2 when no server answers", async () => {
    const run = new PlainRun();
    run.stdin.end("one\ntwo\n");
    await run.printed();
    run.clock.advance(10_000);
    expect(await run.printed()).toBe("-- 2 lines were not delivered");
    expect(await run.exitCode).toBe(2);
  });

  test("ends with 0 when there is nothing to say", async () => {
    const run = new PlainRun();
    run.stdin.end();
    await run.entered();
    expect(await run.exitCode).toBe(0);
  });

  test("ends with 1 when the room cannot be entered", async () => {
    const run = new PlainRun({ rooms: ["secret"] });
    run.stdin.end("one\n");
    await run.printed();
    run.client.accept();
    expect(await run.exitCode).toBe(1);
    expect(await run.printed()).toContain("-- no such room");
  });

  test("ends with 1 when a line was refused, after the others", async () => {
    const run = new PlainRun();
    run.stdin.write("one\ntwo\n");
    await run.entered();
    run.client.tell({
      type: "failed",
      room: "lobby",
      id: "own-1",
      body: textBody("one"),
      code: "text-too-long",
      message: "text is too long",
    });
    run.stdin.end();
    run.client.store(1, 1);
    expect(await run.printed()).toBe("-- not sent: text is too long\n09:31 alice: two");
    expect(await run.exitCode).toBe(1);
  });

  test("ends with 1 when the server cannot be reached at all", async () => {
    const connect = () => Promise.reject(new EarshotError("address-invalid", "no such host"));
    const run = new PlainRun({ connect });
    expect(await run.exitCode).toBe(1);
    expect(await run.printed()).toBe("-- no such host");
  });

  test("takes the suggested nickname and says so", async () => {
    const run = new PlainRun();
    await run.printed();
    run.client.tell({
      type: "nick-refused",
      code: "nickname-taken",
      message: "nickname alice is taken",
      suggestion: "alice2",
    });
    expect(await run.printed()).toBe("-- nickname alice is taken: taking alice2");
    expect(run.client.asked).toEqual(["nick alice2"]);
  });

  test(`gives up after ${nickTriesMax} suggested nicknames`, async () => {
    const run = new PlainRun();
    await run.printed();
    const refuse = () =>
      run.client.tell({
        type: "nick-refused",
        code: "nickname-taken",
        message: "taken",
        suggestion: "x",
      });
    for (let tries = 0; tries < nickTriesMax; tries += 1) refuse();
    await run.printed();
    expect(run.client.asked).toHaveLength(nickTriesMax);
    refuse();
    expect(await run.exitCode).toBe(1);
  });

  test("has every line said as it is when nobody asked for commands", async () => {
    const run = new PlainRun({ isLiteral: true });
    await run.entered();
    run.stdin.end("/quit\n//x\n/etc/passwd\n \n/leave\n");
    await run.printed();
    expect(run.client.said.map(({ text }) => text)).toEqual([
      "/quit",
      "//x",
      "/etc/passwd",
      "/leave",
    ]);
    for (let index = 0; index < 4; index += 1) run.client.store(index, index + 1);
    expect(await run.exitCode).toBe(0);
    expect(run.client.asked).toEqual(["join lobby", "history lobby end"]);
  });

  test("ends with 1 when a command is none", async () => {
    const run = new PlainRun();
    run.stdin.end("/quti\n");
    await run.entered();
    expect(await run.exitCode).toBe(1);
  });

  test("has what follows a /join said in that room, also when the answer takes its time", async () => {
    const run = new PlainRun();
    await run.entered();
    run.client.isSlow = true;
    run.stdin.end("/join dev\nfor dev\n");
    await run.printed();
    expect(run.client.said).toEqual([]);
    run.client.tell(enteredEvent("dev", ["alice"], { ref: "chosen" }));
    run.client.page("dev", []);
    await run.printed();
    expect(run.client.said.map(({ room }) => room)).toEqual(["dev"]);
  });

  test("is told when it has left every room", async () => {
    const run = new PlainRun();
    await run.entered();
    run.stdin.end("/leave\nlost\n");
    expect(await run.printed()).toContain("-- not sent: join a room first with /join ROOM");
    expect(await run.exitCode).toBe(1);
    expect(run.client.said).toEqual([]);
  });

  test("is told once that the server cannot store lines now", async () => {
    const run = new PlainRun();
    await run.entered();
    const message = "disk is full";
    run.client.tell({ type: "delayed", room: "lobby", code: "history-unavailable", message });
    const line = "-- #lobby: not stored yet, trying again: disk is full";
    expect(await run.printed()).toContain(line);
    run.stdin.end();
    expect(await run.exitCode).toBe(0);
  });

  test("is told of a server that has another history", async () => {
    const run = new PlainRun();
    await run.entered();
    run.client.tell({ type: "reset", room: "lobby" });
    expect(await run.printed()).toContain("-- #lobby: the server has another history now");
    run.stdin.end();
    expect(await run.exitCode).toBe(0);
  });

  test("goes on without the past when it cannot be had", async () => {
    const run = new PlainRun();
    run.stdin.end("hello\n");
    await run.printed();
    run.client.accept();
    const ref = run.client.lastHistoryRef!;
    run.client.tell({ type: "error", ref, code: "history-unavailable", message: "no history now" });
    expect(await run.printed()).toContain("-- the past cannot be shown: no history now");
    run.client.store(0, 1);
    expect(await run.exitCode).toBe(0);
  });

  test("ends with 1 when the connection is closed for good", async () => {
    const run = new PlainRun();
    await run.entered();
    run.client.tell({ type: "connection", state: "closed", attempt: 1, reason: "other version" });
    expect(await run.printed()).toBe("-- connection closed (other version)");
    expect(await run.exitCode).toBe(1);
  });

  test("reads no more than it can hand on while the server does not answer", async () => {
    const run = new PlainRun();
    for (let chunk = 0; chunk < 20; chunk += 1) run.stdin.write("x\n".repeat(pendingMax));
    await run.entered();
    expect(run.stdin.readableLength + run.stdin.writableLength).toBeGreaterThan(
      15 * 2 * pendingMax,
    );
  });

  test("ends with 1 when the nickname is refused without a suggestion", async () => {
    const run = new PlainRun();
    await run.printed();
    run.client.tell({ type: "nick-refused", code: "nickname-invalid", message: "nickname is bad" });
    expect(await run.exitCode).toBe(1);
  });

  test(`has ${pendingMax} lines on their way at most`, async () => {
    const run = new PlainRun();
    run.stdin.end("x\n".repeat(pendingMax + 2));
    await run.entered();
    expect(run.client.said).toHaveLength(pendingMax);
    run.client.store(0, 1);
    await run.printed();
    expect(run.client.said).toHaveLength(pendingMax + 1);
  });

  test("is told of a line that is too long for any message, and goes on", async () => {
    const run = new PlainRun();
    await run.entered();
    run.stdin.write(Buffer.alloc(16 * 1024 * 1024 + 1, "x"));
    expect(await run.type("\nshort\n")).toBe("-- not sent: a line is longer than 16 MiB");
    expect(run.client.said.map(({ text }) => text)).toEqual(["short"]);
  });

  test("ends when its output is closed", async () => {
    const run = new PlainRun();
    await run.entered();
    run.stdout.destroy(new Error("EPIPE"));
    expect(await run.exitCode).toBe(0);
    expect(run.client.isClosed).toBe(true);
  });

  test("prints no control characters, whatever is piped in", async () => {
    const run = new PlainRun();
    await run.entered();
    await run.type("\u001b[31mred\u001b[0m\u0007\n");
    expect(run.client.said[0]?.text).toBe("[31mred[0m");
  });
});

describe("a person in line mode", () => {
  test("does not see own lines twice", async () => {
    const run = new PlainRun({ isTTY: true });
    await run.entered();
    expect(await run.type("hello\n")).toBe("");
    run.client.store(0, 1);
    expect(await run.printed()).toBe("");
  });

  test("may choose a nickname when one is refused for good", async () => {
    const run = new PlainRun({ isTTY: true });
    await run.printed();
    run.client.tell({ type: "nick-refused", code: "nickname-invalid", message: "nickname is bad" });
    expect(await run.printed()).toBe("-- nickname is bad: choose another with /nick NAME");
  });

  test("sees who comes and goes and why, but not themselves", async () => {
    const run = new PlainRun({ isTTY: true });
    await run.entered();
    const room = "lobby";
    run.client.tell({ type: "joined", room, nick: "alice" });
    run.client.tell({ type: "joined", room, nick: "carol" });
    run.client.tell({ type: "left", room, nick: "carol", reason: "left" });
    run.client.tell({ type: "left", room, nick: "dave", reason: "lost" });
    run.client.tell({ type: "left", room, nick: "erin", reason: "server" });
    expect((await run.printed()).split("\n")).toEqual([
      "-- carol joined",
      "-- carol left",
      "-- dave lost the connection (power or cable)",
      "-- erin left: server closing",
    ]);
  });

  test("sees that the connection is lost once, and when it is back", async () => {
    const run = new PlainRun({ isTTY: true });
    await run.entered();
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      run.client.tell({ type: "connection", state: "reconnecting", attempt, reason: "timed out" });
    }
    expect(await run.printed()).toBe("-- connection lost (timed out), reconnecting");
    run.client.accept("alice");
    expect(await run.printed()).toBe("-- connected to lab as alice");
    expect(run.client.asked).toEqual(["join lobby", "history lobby end"]);
  });

  test("has the commands of the full screen", async () => {
    const run = new PlainRun({ isTTY: true });
    await run.entered();
    expect(await run.type("/help leave\n")).toBe(
      "-- /leave [ROOM]  leave this room or another, also /part, also /close",
    );
    expect(await run.type("/members\n")).toBe("-- 2 members: alice, bob");
    expect(await run.type("/join #Dev\n")).toBe("-- entered #dev, 2 members");
    run.client.page("dev", []);
    expect(await run.type("/rooms\n")).toBe("-- you are in #lobby, #dev");
    await run.type("in dev\n/join lobby\nin lobby\n");
    expect(run.client.said.map(({ room }) => room)).toEqual(["dev", "lobby"]);
    expect(await run.type("/leave dev\n")).toBe("-- left #dev");
    await run.type("/nick bob\n");
    expect(run.client.questions.at(-1)?.question).toEqual({ type: "rename", nick: "bob" });
    expect(await run.type("/quti\n")).toContain("no command /quti, did you mean /quit?");
    run.client.store(0, 1);
    run.client.store(1, 1);
    await run.type("//slash\n/quit\n");
    expect(run.client.said.at(-1)?.text).toBe("/slash");
    run.client.store(2, 2);
    expect(await run.exitCode, "a person's typo is no failure").toBe(0);
  });

  test("who stops the program is waited for 1.5 s at most", async () => {
    const stopping = new AbortController();
    const run = new PlainRun({ isTTY: true, signal: stopping.signal });
    await run.entered();
    await run.type("hello\n");
    stopping.abort();
    run.clock.advance(1_500);
    expect(await run.exitCode).toBe(3);
    expect(await run.printed()).toBe("-- 1 line was not delivered");
  });
});

test("lines of other rooms name their room", async () => {
  const run = new PlainRun({ rooms: ["lobby", "dev"] });
  await run.entered();
  run.client.page("dev", []);
  run.client.tell({ type: "said", room: "dev", entry: entry(1, "hi"), isOwn: false });
  expect(await run.printed()).toBe("09:31 #dev bob: hi");
});

describe("a server that is remembered", () => {
  /** "lab" with two lines in the lobby. */
  const remembered: Extract<ClientEvent, { type: "remembered" }> = {
    type: "remembered",
    ...{ server: { id: "key", name: "lab" }, nick: "alice" },
    own: { person: personOf("alice"), isGuest: true },
    rooms: [
      {
        ...{ room: "lobby", log: logId, state: plainState, hasMore: false },
        entries: [entry(1, "hello"), entry(2, "world")],
      },
      { room: "empty", log: logId, state: plainState, hasMore: false, entries: [] },
    ],
    drafts: new Map(),
    shownRoom: "lobby",
  };

  async function remembering(): Promise<PlainRun> {
    const run = new PlainRun({ isTTY: true });
    await run.printed();
    run.client.isSlow = true;
    run.client.tell(remembered);
    return run;
  }

  test("shows the end of what was said, and takes lines before it is reached", async () => {
    const run = await remembering();
    expect(await run.printed()).toBe("-- #lobby, as it was:\n09:31 bob: hello\n09:31 bob: world");
    expect(run.client.asked).toEqual(["join lobby", "join empty"]);
    await run.type("later\n");
    expect(run.client.said).toMatchObject([{ room: "lobby", text: "later" }]);
    run.client.tell(readyEvent("alice"));
    expect(await run.printed()).toBe("-- connected to lab as alice");
    expect(run.client.asked).toEqual(["join lobby", "join empty"]);
    run.client.tell(enteredEvent("lobby", ["alice"]));
    run.client.tell({ type: "said", room: "lobby", entry: entry(3, "missed"), isOwn: false });
    expect(await run.printed()).toBe("09:31 bob: missed");
  });

  test("says when this device does not log in there any more", async () => {
    const run = new PlainRun({ isTTY: true });
    await run.printed();
    run.client.tell({ ...remembered, own: { person: "account" }, rooms: [] });
    run.client.tell(readyEvent("alice2"));
    expect(await run.printed()).toMatch(
      /this device does not log in as alice any more: you are alice2/,
    );
  });

  test("shows the end of the past instead of much that was missed", async () => {
    const run = await remembering();
    run.client.tell(readyEvent("alice"));
    run.client.tell({ type: "reset", room: "lobby", isFar: true });
    run.client.tell(enteredEvent("lobby", ["alice"]));
    await run.printed();
    expect(run.client.asked.at(-1)).toBe("history lobby end");
    run.client.page("lobby", [entry(90, "far behind")]);
    expect(await run.printed()).toBe("09:31 bob: far behind");
  });

  test("keeps lines for the next visit, and says so in the end", async () => {
    const run = await remembering();
    run.client.keptCount = 1;
    await run.type("one\ntwo\n");
    run.stdin.end();
    await run.printed();
    run.clock.advance(10_000);
    const text = "-- 1 line waits for your next visit, 1 line was not delivered";
    expect(await run.printed()).toBe(text);
    expect(await run.exitCode).toBe(2);
  });

  test("is forgotten with /forget", async () => {
    const run = await remembering();
    await run.printed();
    expect(await run.type("/forget\n")).toMatch(
      /^-- what this computer kept of this server is deleted/,
    );
    expect(run.client.asked).toContain("forget");
  });
});

describe("a password in line mode", () => {
  test("is offered to whoever finds their nickname registered", async () => {
    const run = new PlainRun();
    await run.printed();
    run.client.tell({
      ...{ type: "nick-refused", code: "nickname-registered", suggestion: "alice2" },
      message: "nickname alice is registered",
    });
    expect(await run.printed()).toBe(
      "-- nickname alice is registered: taking alice2\n-- if that is you: /login NICK",
    );
    expect(run.client.asked).toContain("nick alice2");
  });

  const registered = {
    type: "nick-refused",
    code: "nickname-registered",
    message: "nickname alice is registered",
    suggestion: "alice2",
  } as const;

  test("lets a person in whose nickname is registered, before any room is entered", async () => {
    const askPassword = async () => new Secret("correct horse battery");
    const run = new PlainRun({ isTTY: true, askPassword });
    await run.printed();
    run.client.tell(registered);
    expect(await run.printed()).toBe(
      "-- nickname alice is registered: its password, or none to be alice2",
    );
    expect(run.client.asked).toContain("nick alice2");
    run.client.accept("alice2");
    await run.printed();
    expect(run.client.accountActions).toMatchObject([{ type: "login", nick: "alice" }]);
    expect(run.client.asked).not.toContain("join lobby");
    const result = { type: "logged-in", nick: "alice" } as const;
    run.client.tell({ type: "account", ref: "account", result });
    await run.printed();
    expect(run.client.asked).toContain("join lobby");
  });

  test("that is not given, or is wrong, lets them in under the free name", async () => {
    const answers = [undefined, new Secret("not the password")];
    const run = new PlainRun({ isTTY: true, askPassword: async () => answers.shift() });
    await run.printed();
    run.client.tell(registered);
    await run.printed();
    run.client.accept("alice2");
    await run.printed();
    expect(run.client.accountActions).toEqual([]);
    expect(run.client.asked).toContain("join lobby");

    const other = new PlainRun({ isTTY: true, askPassword: async () => answers.shift() });
    await other.printed();
    other.client.tell(registered);
    await other.printed();
    other.client.accept("alice2");
    await other.printed();
    const wrong = { code: "password-wrong", message: "the password is wrong" } as const;
    other.client.tell({ type: "error", ref: "account", ...wrong });
    expect(await other.printed()).toContain("-- the password is wrong");
    expect(other.client.asked).toContain("join lobby");
  });

  test("is asked for where it is not seen, and what is typed meanwhile is no line", async () => {
    let answer: (password: Secret | undefined) => void = () => undefined;
    const questions: string[] = [];
    const run = new PlainRun({
      isTTY: true,
      askPassword: (question) => {
        questions.push(question);
        return new Promise((resolve) => {
          answer = resolve;
        });
      },
    });
    await run.entered();
    await run.type("/login anna\n");
    expect(questions).toEqual(["password: "]);
    answer(new Secret("correct horse battery"));
    await run.printed();
    expect(run.client.accountActions).toMatchObject([{ type: "login", nick: "anna" }]);
    run.client.tell({
      ...{ type: "account", ref: "account", result: { type: "logged-in", nick: "anna" } },
    });
    expect(await run.printed()).toBe("-- you are anna now, and from this device always");
    await run.type("hello\n");
    expect(run.client.said.map(({ text }) => text)).toEqual(["hello"]);
  });

  test("that is new is asked for twice, and once more when the two differ", async () => {
    const answers = ["correct horse battery", "correct horse batery", "same again", "same again"];
    const questions: string[] = [];
    const askPassword = async (question: string) => {
      questions.push(question);
      return new Secret(answers.shift() ?? "");
    };
    const run = new PlainRun({ isTTY: true, askPassword });
    await run.entered();
    await run.type("/passwd\n");
    expect(questions[1]).toBe("the same again: ");
    expect(questions[2]).toMatch(/^the two passwords are not the same.*\nnew password/);
    expect(run.client.accountActions).toMatchObject([{ type: "set-password" }]);
  });

  test("of a room is asked for when the room is made, and when it is joined", async () => {
    const askPassword = async () => new Secret("correct horse battery");
    const run = new PlainRun({ isTTY: true, askPassword });
    await run.entered();
    await run.type("/create vault password\n");
    const { question, ref = "" } = run.client.questions[0]!;
    expect(question).toEqual({ type: "create", room: "vault", kind: "invite" });
    run.client.tell(enteredEvent("vault", ["alice"], { ref }));
    await run.printed();
    expect(run.client.accountActions).toMatchObject([{ type: "set-room-password", room: "vault" }]);
    const set = { type: "room-password-set", room: "vault" } as const;
    run.client.tell({ type: "account", ref: "account", result: set });
    expect(await run.printed()).toContain("-- #vault has a password now");

    run.client.isSlow = true;
    await run.type("/join den\n");
    const needed = { code: "password-needed", message: "den has a password" } as const;
    run.client.tell({ type: "error", ref: "chosen", room: "den", ...needed });
    await run.printed();
    expect(run.client.accountActions[1]).toMatchObject({ type: "open-room", room: "den" });
    const opened = { type: "room-opened", room: "den" } as const;
    run.client.tell({ type: "account", ref: "account", result: opened });
    await run.printed();
    expect(run.client.asked.filter((call) => call === "join den")).toHaveLength(2);
  });

  test("of the only room that is wrong ends a program that pipes lines in", async () => {
    const run = new PlainRun({ askPassword: async () => new Secret("wrong") });
    await run.printed();
    run.client.isSlow = true;
    run.client.accept();
    await run.printed();
    const needed = { code: "password-needed", message: "it has a password" } as const;
    run.client.tell({ type: "error", ref: "first 0", room: "lobby", ...needed });
    await run.printed();
    expect(run.client.accountActions).toMatchObject([{ type: "open-room", room: "lobby" }]);
    const wrong = { code: "password-wrong", message: "the password is wrong" } as const;
    run.client.tell({ type: "error", ref: "account", ...wrong });
    expect(await run.exitCode).toBe(1);
  });

  test("that is broken off, or cannot be asked for, does nothing", async () => {
    const answers = [
      async () => undefined,
      async () => {
        throw new EarshotError("terminal-unusable", "use --password-file");
      },
    ];
    const run = new PlainRun({ isTTY: true, askPassword: async () => await answers.shift()?.() });
    await run.entered();
    expect(await run.type("/passwd\n")).toBe("-- no password was given: nothing was done");
    expect(await run.type("/passwd\n")).toBe("-- use --password-file");
    expect(run.client.accountActions).toEqual([]);
  });

  test("lets what follows wait for the answer", async () => {
    const run = new PlainRun({ askPassword: async () => new Secret("correct horse battery") });
    run.stdin.end("/register\nhello");
    await run.entered();
    expect(run.client.accountActions).toMatchObject([{ type: "register" }]);
    expect(run.client.said).toEqual([]);
    const error = { type: "error", ref: "account", code: "too-fast", message: "later" } as const;
    run.client.tell(error);
    await run.printed();
    expect(run.client.said.map(({ text }) => text)).toEqual(["hello"]);
    run.client.store(0, 1);
    expect(await run.exitCode).toBe(1);
  });
});

describe("a private chat that was answered on another device", () => {
  test("is asked for no more, and is entered here too when it was agreed to", async () => {
    const run = new PlainRun({ isTTY: true });
    await run.entered();
    const room = "&V1StGXR8_Z5jdHi6B-myT";
    run.client.tell({ type: "asked", room, by: "bob", persons: [], until: 0 });
    await run.printed();
    run.client.isSlow = true;
    run.client.tell({ type: "answered", room, nick: "alice", answer: "accepted" });
    expect(await run.printed()).toBe("-- you have accepted a private chat on another device");
    expect(run.client.asked).toContain(`join ${room}`);
    expect(await run.type("/accept\n")).toContain("-- nobody asks for a private chat");
  });
});
