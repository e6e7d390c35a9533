import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { EarshotError } from "../../src/base/errors.ts";
import { fingerprintOf } from "../../src/base/fingerprint.ts";
import { runTui, type TuiOptions } from "../../src/tui/app.ts";
import type { ListedServer } from "../../src/tui/chat-options.ts";
import { ServerChangedError } from "../../src/tui/trust.ts";
import { SimulatedClock } from "../support/clock.ts";
import { Emulator } from "../support/emulator.ts";
import { entry, FakeClient } from "../support/fake-client.ts";
import { heardServer, sampleChange, utcTimeFormat } from "../support/view.ts";

const running: AppRun[] = [];

afterEach(async () => {
  for (const run of running.splice(0)) await run.dispose();
});

/** The whole program in an emulated terminal; network and time are the test's. */
class AppRun {
  readonly clock = new SimulatedClock();
  readonly screen = new Emulator({ columns: 80, rows: 24 });
  readonly exitCode: Promise<number>;
  readonly printed: string[] = [];
  readonly clients: FakeClient[] = [];
  readonly targets: string[] = [];
  readonly trusted: string[] = [];
  readonly stopping = new AbortController();
  servers: readonly ListedServer[] = [];
  rescanCount = 0;
  openBrowserCount = 0;
  hostedCount = 0;
  hostedMemberCount = 1;
  closedHostCount = 0;
  #tellChange: () => void = () => undefined;

  constructor(options: Partial<TuiOptions> = {}) {
    running.push(this);
    this.exitCode = runTui({
      stdin: this.screen.stdin,
      stdout: this.screen.stdout,
      env: { TERM: "xterm-256color" },
      clock: this.clock,
      timeFormat: utcTimeFormat,
      rooms: ["lobby"],
      nickDefault: "alice",
      version: 1,
      discoveryPort: 28197,
      isAscii: false,
      hasBell: true,
      signal: this.stopping.signal,
      print: (line) => this.printed.push(line),
      connect: async (target, nick, onEvent) => {
        this.targets.push(`${target.type === "typed" ? target.text : target.server.name} ${nick}`);
        const client = new FakeClient(onEvent);
        this.clients.push(client);
        return client;
      },
      openBrowser: async (onChange) => {
        this.#tellChange = onChange;
        this.openBrowserCount += 1;
        return {
          servers: () => this.servers,
          adapters: () => [{ name: "eth0" }],
          cause: () => undefined,
          refresh: () => {
            this.rescanCount += 1;
          },
          close: async () => {
            this.openBrowserCount -= 1;
          },
        };
      },
      trust: async ({ key }) => {
        this.trusted.push(key);
      },
      host: async () => {
        this.hostedCount += 1;
        return {
          target: { type: "discovered", server: heardServer("here", { id: "key" }) },
          memberCount: () => this.hostedMemberCount,
          close: async () => {
            this.closedHostCount += 1;
          },
        };
      },
      ...options,
    });
  }

  get client(): FakeClient {
    return this.clients.at(-1)!;
  }

  hear(...servers: ListedServer[]): void {
    this.servers = servers;
    this.#tellChange();
  }

  /** Types and waits until the screen shows the text. */
  async type(bytes: string, shown: string): Promise<void> {
    this.screen.type(bytes);
    await this.shows(shown);
  }

  /** Waits until the screen shows the text; simulated time passes, frames are drawn. */
  async shows(text: string): Promise<void> {
    await this.until(() => this.screen.picture().includes(text), text);
  }

  async hides(text: string): Promise<void> {
    await this.until(() => !this.screen.picture().includes(text), `not ${text}`);
  }

  async until(isDone: () => boolean, wanted = "something"): Promise<void> {
    for (let turn = 0; turn < 2_500; turn += 1) {
      await this.screen.settled();
      if (isDone()) return;
      this.clock.advance(1);
      await new Promise(setImmediate);
    }
    throw new Error(`never saw ${wanted}:\n${this.screen.picture()}`);
  }

  /** On the way into "lab" as alice. */
  async join(): Promise<void> {
    await this.shows("asking");
    this.hear(heardServer("lab"));
    await this.shows("192.168.1.20");
    await this.type("\r", "Nickname: alice");
    await this.type("\r", "connecting");
    await this.until(() => this.clients.length === 1);
  }

  /** In the lobby of "lab" as alice, with the past loaded. */
  async enter(): Promise<void> {
    await this.join();
    this.client.accept();
    this.client.page("lobby", [entry(1, "first line")]);
    await this.shows("first line");
  }

  async dispose(): Promise<void> {
    this.screen.stdin.end();
    await this.exitCode;
    this.screen.dispose();
  }
}

describe("a server whose key has changed", () => {
  const trust = { type: "changed", change: sampleChange } as const;
  const words = fingerprintOf(sampleChange.key).split(" ").slice(0, 2).join(" ");

  test("is joined after its words were typed, and its key is kept first", async () => {
    const run = new AppRun();
    await run.shows("asking");
    run.hear(heardServer("lab", { trust }));
    await run.shows("CHANGED");
    await run.type("\r", "Words:");
    await run.type(words, words);
    expect(run.trusted).toEqual([]);
    await run.type("\r", "Nickname: alice");
    expect(run.trusted).toEqual([sampleChange.key]);
    await run.type("\r", "connecting");
    expect(run.targets).toEqual(["lab alice"]);
  });

  test("is told when connecting finds it out, and when its key cannot be kept", async () => {
    const run = new AppRun({
      connect: () => Promise.reject(new ServerChangedError(sampleChange, utcTimeFormat)),
      trust: () => Promise.reject(new EarshotError("known-servers-unusable", "no place left")),
    });
    await run.shows("asking");
    run.hear(heardServer("lab"));
    await run.shows("192.168.1.20");
    await run.type("\r", "Nickname: alice");
    await run.type("\r", "CHANGED: lab shows another key");
    await run.type(words, words);
    await run.type("\r", "! no place left");
  });
});

describe("from the start to the end", () => {
  test("somebody who is called by name while reading older lines hears the bell", async () => {
    const run = new AppRun();
    await run.enter();
    const say = (sequence: number, text: string) =>
      run.client.tell({ type: "said", room: "lobby", entry: entry(sequence, text), isOwn: false });
    for (let sequence = 2; sequence <= 60; sequence += 1) say(sequence, `line ${sequence}`);
    await run.shows("line 60");
    await run.type("\x1b[5~", "scrolled up");
    say(61, "alice?");
    await run.until(() => run.screen.bellCount === 1, "the bell");
  });

  test("a folded message is written to a file, and it is told where", async () => {
    const directory = mkdtempSync(join(tmpdir(), "earshot-app-"));
    try {
      const run = new AppRun();
      await run.enter();
      const text = "row\n".repeat(30);
      run.client.tell({ type: "said", room: "lobby", entry: entry(2, text), isOwn: false });
      await run.shows("F4 opens");
      await run.type(`/save ${join(directory, "a.txt")}\r`, "saved as");
      expect(readFileSync(join(directory, "a.txt"), "utf8")).toBe(text);
      await run.type(`/save ${directory}\r`, "not saved: ");
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  test("pick a server, take a nickname, talk, and quit", async () => {
    const run = new AppRun();
    await run.enter();
    expect(run.targets).toEqual(["lab alice"]);
    expect(run.openBrowserCount, "nobody is looked for while chatting").toBe(0);
    await run.type("hello", "> hello");
    await run.type("\r", "hello                                    …");
    run.client.store(0, 2);
    await run.shows("hello                                    ✓");
    run.client.tell({ type: "said", room: "lobby", entry: entry(3, "hi alice"), isOwn: false });
    await run.shows("hi alice");
    run.screen.type("\u0011");
    expect(await run.exitCode).toBe(0);
    expect(run.client.isClosed).toBe(true);
    expect(run.printed).toEqual([]);
    await run.screen.settled();
    expect(run.screen.isAlternate).toBe(false);
  });

  test("host a server with one key when nobody answers, and stop it at the end", async () => {
    const run = new AppRun();
    await run.shows("asking");
    run.clock.advance(1_000);
    await run.shows("No server answers.");
    expect(run.screen.picture()).toContain("asked on eth0, UDP port 28197");
    await run.type("h", "Nickname: alice");
    await run.type("\r", "connecting");
    expect(run.targets).toEqual(["here alice"]);
    run.client.accept("alice", "my-host");
    await run.shows("my-host · open");
    run.hostedMemberCount = 3;
    await run.type("/quit", "> /quit");
    await run.type("\r", "you host here for 2 others: quit again to end it for them");
    run.screen.type("\x11");
    expect(await run.exitCode).toBe(0);
    expect([run.hostedCount, run.closedHostCount]).toEqual([1, 1]);
  });

  test("type an address, ask again", async () => {
    const run = new AppRun();
    await run.shows("asking");
    run.clock.advance(1_000);
    await run.shows("No server answers.");
    run.screen.type("r");
    await run.until(() => run.rescanCount === 1);
    run.clock.advance(1_000);
    await run.shows("No server answers.");
    await run.type("a", "address:");
    await run.type("10.0.0.1:4000\r", "Nickname");
    await run.type("\r", "connecting");
    expect(run.targets).toEqual(["10.0.0.1:4000 alice"]);
  });

  test("a nickname that is taken is asked for again with the suggestion", async () => {
    const run = new AppRun({ target: { type: "typed", text: "lab" }, nick: "bob" });
    await run.until(() => run.clients.length === 1);
    run.client.tell({
      type: "nick-refused",
      code: "nickname-taken",
      message: "nickname bob is taken",
      suggestion: "bob2",
    });
    await run.shows("! nickname bob is taken");
    expect(run.screen.picture()).toContain("Nickname: bob2");
    await run.type("\r", "connecting");
    expect(run.client.asked).toEqual(["nick bob2"]);
    run.client.accept("bob2");
    await run.shows("lab · open");
  });

  test("whoever gives up joining is back at the picker, and late news is not heard", async () => {
    const run = new AppRun({ target: { type: "typed", text: "lab" }, nick: "bob" });
    await run.shows("connecting");
    run.screen.type("\u001b");
    run.clock.advance(100);
    await run.shows("Find a server");
    expect(run.client.isClosed).toBe(true);
    run.client.accept("bob");
    await run.screen.settled();
    expect(run.screen.picture()).toContain("Find a server");
  });

  test("what cannot be started is told in the picker", async () => {
    const run = new AppRun({
      target: { type: "typed", text: "nowhere" },
      nick: "bob",
      connect: () => Promise.reject(new EarshotError("address-invalid", "no host nowhere")),
      host: () => Promise.reject(new EarshotError("port-in-use", "the port is taken")),
    });
    await run.shows("! cannot join: no host nowhere");
    await run.type("\u001bOQ", "! cannot host: the port is taken");
  });
});

test("a network that cannot be asked is told, and asked again by key", async () => {
  let tries = 0;
  const run = new AppRun({
    openBrowser: () => {
      tries += 1;
      return Promise.reject(new EarshotError("interface-not-found", "no adapter eth7"));
    },
  });
  await run.shows("! no adapter eth7");
  run.clock.advance(1_000);
  await run.shows("no network adapter is up");
  run.screen.type("r");
  await run.until(() => tries === 2);
});

describe("while chatting", () => {
  test("the connection is lost and comes back, and what was typed stays", async () => {
    const run = new AppRun();
    await run.enter();
    await run.type("draft", "> draft");
    const retryAt = run.clock.now() + 3_000;
    run.client.tell({ type: "connection", state: "reconnecting", attempt: 2, retryAt });
    await run.shows("reconnecting, try 2 in 3 s");
    run.clock.advance(1_500);
    await run.shows("reconnecting, try 2 in 2 s");
    await run.type(" more\r", "draft more");
    await run.shows("1 waiting");
    run.client.accept();
    run.client.store(0, 2);
    await run.shows("lab · open");
    expect(run.screen.picture()).toContain("draft more                               ✓");
  });

  test("older lines are loaded by scrolling, once, and new ones do not move what is read", async () => {
    const run = new AppRun();
    await run.join();
    const lines = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, index) =>
        entry(from + index, `line ${from + index}.`),
      );
    run.client.accept();
    run.client.page("lobby", lines(201, 300), true);
    await run.shows("line 300.");
    expect(run.client.asked).toEqual(["join lobby", "history lobby end"]);
    await run.type("\u001b[5~", "scrolled up");
    await run.type("\u001b[5~\u001b[5~\u001b[5~", "line 205.");
    expect(run.client.asked.slice(2)).toEqual(["history lobby 201"]);
    const seen = run.screen.rows().filter((row) => row.includes("line"));
    run.client.page("lobby", lines(101, 200), true);
    run.client.tell({ type: "said", room: "lobby", entry: entry(301, "news"), isOwn: false });
    await run.shows("1 new below");
    expect(run.screen.rows().filter((row) => row.includes("line"))).toEqual(seen);
    await run.type("\u001b[F", "news");
    await run.hides("new below");
  });

  test("help opens over the room, lists keys and commands, and closes", async () => {
    const run = new AppRun();
    await run.enter();
    await run.type("?", "Help: chatting");
    await run.type("/join", "/join ROOM");
    await run.type("\u001b[27u", "first line");
  });

  test("a paste of several lines waits as one piece and is sent as one message", async () => {
    const run = new AppRun();
    await run.enter();
    await run.type("\u001b[200~/not\ra command\u001b[201~", "[paste 2 lines, 14 B]");
    await run.type("\r", "a command");
    expect(run.client.said.map(({ text }) => text)).toEqual(["/not\na command"]);
  });

  test("a line that the client does not take comes back into the input line", async () => {
    const run = new AppRun();
    await run.enter();
    run.client.refusesSay = true;
    await run.type("precious\r", "not sent: text is too long");
    expect(run.screen.picture()).toContain("> precious");
  });

  test("Ctrl-C clears the line, and twice on an empty line quits", async () => {
    const run = new AppRun();
    await run.enter();
    await run.type("text", "> text");
    run.screen.type("\u0003");
    await run.hides("> text");
    await run.type("\u0003", "Ctrl+C again quits");
    run.clock.advance(3_100);
    await run.hides("Ctrl+C again quits");
    await run.type("\u0003", "Ctrl+C again quits");
    run.screen.type("\u0003");
    expect(await run.exitCode).toBe(0);
  });

  test("the window may be resized at any time", async () => {
    const run = new AppRun();
    await run.enter();
    run.screen.resize({ columns: 60, rows: 12 });
    await run.hides("ROOMS");
    run.screen.resize({ columns: 20, rows: 6 });
    await run.shows("too small");
    run.screen.resize({ columns: 80, rows: 24 });
    await run.shows("ROOMS");
  });

  test("/servers leads back to a fresh list", async () => {
    const run = new AppRun();
    await run.enter();
    await run.type("/servers\r", "Find a server");
    expect(run.client.isClosed).toBe(true);
    expect(run.openBrowserCount).toBe(1);
    await run.shows("192.168.1.20");
  });
});

describe("quitting with lines that are not stored", () => {
  test("waits until they are", async () => {
    const run = new AppRun();
    await run.enter();
    await run.type("one\r", "one");
    await run.type("\u0011", "waiting for 1 line");
    run.client.store(0, 2);
    expect(await run.exitCode).toBe(0);
  });

  test("waits two seconds, then says what was lost", async () => {
    const run = new AppRun();
    await run.enter();
    await run.type("one\r", "one");
    await run.type("\u0011", "waiting for 1 line");
    run.clock.advance(2_000);
    expect(await run.exitCode).toBe(3);
    expect(run.printed).toEqual(["1 line was not delivered:", "  #lobby one"]);
  });

  test("does not wait when asked twice", async () => {
    const run = new AppRun();
    await run.enter();
    await run.type("one\r", "one");
    await run.type("\u0011", "waiting for 1 line");
    run.screen.type("\u0011");
    expect(await run.exitCode).toBe(3);
  });

  test("is what a signal does, too", async () => {
    const run = new AppRun();
    await run.enter();
    run.stopping.abort();
    expect(await run.exitCode).toBe(0);
  });
});

/** The lines `from` to `to` are said in the lobby. */
function say({ client }: AppRun, from: number, to: number = from): void {
  for (let sequence = from; sequence <= to; sequence += 1) {
    const said = entry(sequence, `line ${sequence}.`);
    client.tell({ type: "said", room: "lobby", entry: said, isOwn: false });
  }
}

test("a burst from the network is drawn in few frames", async () => {
  const run = new AppRun();
  await run.enter();
  await run.screen.settled();
  const before = run.screen.bytesTaken;
  say(run, 2, 501);
  await run.shows("line 501.");
  expect(run.screen.bytesTaken - before).toBeLessThan(2 * 80 * 24);
});

test("news is drawn 30 times a second, where it is too much to be read 15 times, keys at once", async () => {
  const run = new AppRun();
  await run.enter();
  const waitFor = async (text: string) => {
    const from = run.clock.now();
    await run.shows(text);
    return run.clock.now() - from;
  };
  run.clock.advance(1_000);
  say(run, 2);
  expect(await waitFor("line 2.")).toBeLessThan(3);
  say(run, 3, 9);
  expect(await waitFor("line 9.")).toBeOneOf([32, 33, 34]);
  say(run, 10, 17);
  expect(await waitFor("line 17.")).toBeOneOf([32, 33, 34]);
  say(run, 18);
  expect(await waitFor("line 18.")).toBeOneOf([65, 66, 67]);
  say(run, 19, 26);
  await run.shows("line 26.");
  say(run, 27);
  run.screen.type("k");
  expect(await waitFor("> k")).toBeLessThan(3);
  expect(run.screen.picture()).toContain("line 27.");
});
