import { describe, expect, test } from "vitest";
import { greetingMs } from "../../src/room/limits.ts";
import { ClientDesk, serverAddress, serverKey } from "../support/client-desk.ts";
import { personOf } from "../support/log-entries.ts";

const serverId = Buffer.from(serverKey).toString("base64url");

describe("connecting", () => {
  test("asks where the server is, connects, greets and is ready", () => {
    const desk = new ClientDesk();
    desk.do((client) => client.start());
    expect(desk.resolveCount).toBe(1);
    desk.connect();
    expect(desk.connects).toEqual([{ address: serverAddress }]);
    expect(desk.last("hello")).toMatchObject({ ref: 0, nick: "anna", client: "test" });
    desk.welcome();
    expect(desk.events).toEqual([
      { type: "connection", state: "connecting", attempt: 1 },
      { type: "connection", state: "open", attempt: 1 },
      {
        ...{ type: "ready", server: { id: serverId, name: "kitchen" }, nick: "anna" },
        ...{ own: { person: personOf("anna"), isGuest: true }, rooms: [] },
      },
    ]);
  });

  test("is tried for ever, after 0.25, 0.5, 1, 2, 4, 5, 5 seconds give or take a fifth", () => {
    const desk = new ClientDesk();
    desk.do((client) => client.start());
    for (const [index, waitMs] of [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000].entries()) {
      desk.do((client) => client.handleResolved(desk.now, undefined));
      const event = desk.of("connection").at(-1)!;
      expect(event).toMatchObject({
        state: "connecting",
        reason: "server was not found",
        attempt: index + 2,
      });
      expect(event.retryAt! - desk.now).toBeGreaterThanOrEqual(waitMs * 0.8);
      expect(event.retryAt! - desk.now).toBeLessThanOrEqual(waitMs * 1.2);
      expect(desk.client.pollTimeout()).toBe(event.retryAt);
      desk.wake();
      expect(desk.resolveCount).toBe(index + 2);
    }
  });

  test.each([
    ["timed-out", "", "connection was lost"],
    ["unreachable", "", "server does not answer"],
    ["refused", "speaks version 1, we 2", "speaks version 1, we 2"],
    ["peer", "server closing", "server closing"],
    ["peer", "", "server closed the connection"],
    ["protocol-violation", "", "server broke the protocol"],
    ["reset", "", "server has started anew"],
    ["local", "", "connection was closed"],
  ] as const)("says why there is no connection: %s %s", (cause, text, reason) => {
    const desk = ClientDesk.open();
    desk.lose({ cause, code: 0, text });
    expect(desk.of("connection").at(-1)).toMatchObject({ state: "reconnecting", reason });
  });

  test("starts with short waits again once it was accepted", () => {
    const desk = ClientDesk.open();
    for (let time = 0; time < 2; time += 1) {
      desk.lose();
      expect(desk.of("connection").at(-1)).toMatchObject({ attempt: 1 });
      expect(desk.client.pollTimeout()! - desk.now).toBeLessThanOrEqual(250 * 1.2);
      desk.wake();
      desk.do((client) => client.handleResolved(desk.now, undefined));
      expect(desk.of("connection").at(-1)).toMatchObject({ attempt: 2 });
      expect(desk.client.pollTimeout()! - desk.now).toBeGreaterThanOrEqual(500 * 0.8);
      desk.reconnect();
      expect(desk.of("connection").at(-1)).toMatchObject({ state: "open", attempt: 2 });
    }
  });

  test("to another server than the first, at the same place, says nothing there and goes on", () => {
    const desk = ClientDesk.inRoom();
    desk.lose();
    desk.do((client) => client.say("lobby", "for kitchen only", 1));
    desk.wake();
    desk.connect();
    desk.takeRequests();
    const readyCount = desk.of("ready").length;
    desk.welcome("anna", [], "another key");
    expect(desk.requests).toEqual([]);
    expect(desk.closes).toEqual([0]);
    expect(desk.of("ready")).toHaveLength(readyCount);
    expect(desk.of("connection").at(-1)).toMatchObject({
      state: "reconnecting",
      reason: "another server answers there",
      attempt: 2,
    });
    desk.lose({ cause: "local", code: 0, text: "goodbye" });
    desk.reconnect();
    desk.enter();
    expect(desk.last("post")).toMatchObject({ body: { text: "for kitchen only" } });
  });

  test("gives up a server that does not answer the greeting in 10 s", () => {
    const desk = new ClientDesk();
    desk.do((client) => client.start());
    desk.connect();
    expect(desk.client.pollTimeout()).toBe(desk.now + greetingMs);
    desk.wake();
    expect(desk.closes).toEqual([0]);
    expect(desk.of("connection").at(-1)).toMatchObject({
      reason: "server did not answer the greeting",
    });
    desk.lose();
    expect(desk.of("connection")).toHaveLength(2);
  });
});

describe("a nickname", () => {
  const taken = {
    type: "error",
    ref: 0,
    code: "nickname-taken",
    message: "nickname anna is taken",
    suggestion: "anna2",
  } as const;

  test("that is refused is asked for again, on the same connection", () => {
    const desk = new ClientDesk();
    desk.do((client) => client.start());
    desk.connect();
    desk.tell(taken);
    expect(desk.of("nick-refused")).toEqual([
      {
        type: "nick-refused",
        code: "nickname-taken",
        message: "nickname anna is taken",
        suggestion: "anna2",
      },
    ]);
    desk.do((client) => client.changeNick(desk.now, "ben"));
    expect(desk.last("hello").nick).toBe("ben");
    desk.welcome("ben");
    expect(desk.of("ready")).toMatchObject([{ nick: "ben" }]);
    expect(desk.connects).toHaveLength(1);
  });

  test("may be thought about for longer than the server waits", () => {
    const desk = new ClientDesk();
    desk.do((client) => client.start());
    desk.connect();
    desk.tell(taken);
    desk.lose({ cause: "peer", code: 3, text: "no nickname was chosen in 5000 ms" });
    expect(desk.of("connection")).toHaveLength(1);
    expect(desk.client.pollTimeout()).toBeUndefined();
    desk.do((client) => client.changeNick(desk.now, "ben"));
    desk.connect();
    expect(desk.last("hello").nick).toBe("ben");
    desk.welcome("ben");
    expect(desk.of("ready")).toMatchObject([{ nick: "ben" }]);
  });

  test("that somebody took while we were away is replaced by the suggestion", () => {
    const desk = ClientDesk.open();
    const { token } = desk.last("hello");
    desk.lose();
    desk.wake();
    desk.connect();
    expect(desk.last("hello").token).toEqual(token);
    desk.tell(taken);
    expect(desk.of("nick-refused")).toEqual([]);
    expect(desk.last("hello").nick).toBe("anna2");
    desk.welcome("anna2");
    expect(desk.of("ready").at(-1)).toMatchObject({ nick: "anna2" });
  });

  test("that somebody took while we were away is refused to who takes no other", () => {
    const desk = ClientDesk.open("anna", false);
    desk.lose();
    desk.wake();
    desk.connect();
    desk.takeRequests();
    desk.tell(taken);
    expect(desk.requests).toEqual([]);
    expect(desk.of("nick-refused")).toMatchObject([{ suggestion: "anna2" }]);
    desk.do((client) => client.close());
    desk.lose({ cause: "local", code: 0, text: "goodbye" });
    expect(desk.client.isClosed).toBe(true);
  });

  test("cannot be changed at another time", () => {
    const desk = ClientDesk.open();
    desk.do((client) => client.changeNick(desk.now, "ben"));
    expect(desk.requests.filter(({ type }) => type === "hello")).toHaveLength(1);
  });

  test("is not the matter when the hello is refused for another reason", () => {
    const desk = new ClientDesk();
    desk.do((client) => client.start());
    desk.connect();
    desk.tell({ type: "error", ref: 0, code: "server-closing", message: "server is closing" });
    expect(desk.closes).toHaveLength(1);
    expect(desk.of("connection").at(-1)).toMatchObject({ reason: "server is closing", attempt: 2 });
  });
});

describe("closing", () => {
  test("says goodbye, tells that it is closed, and then does nothing more", () => {
    const desk = ClientDesk.inRoom();
    desk.do((client) => client.close());
    expect(desk.closes).toEqual([0]);
    expect(desk.client.isClosed).toBe(false);
    desk.said(1);
    desk.lose({ cause: "local", code: 0, text: "goodbye" });
    expect(desk.client.isClosed).toBe(true);
    const count = desk.events.length;
    expect(desk.events.at(-1)).toMatchObject({ type: "connection", state: "closed" });
    desk.do((client) => {
      client.join("other");
      client.leave("lobby");
      client.say("lobby", "text", 1);
      client.history("lobby", {});
      client.members("lobby");
      client.changeNick(1, "ben");
      client.close();
    });
    expect(desk.events).toHaveLength(count);
    expect(desk.client.pollTimeout()).toBeUndefined();
    expect(desk.of("said")).toEqual([]);
  });

  test.each(["before it starts", "while it looks for the server", "while it waits"])(
    "is done at once %s",
    (when) => {
      const desk = new ClientDesk();
      if (when !== "before it starts") desk.do((client) => client.start());
      if (when === "while it waits") {
        desk.do((client) => client.handleResolved(desk.now, undefined));
      }
      desk.do((client) => client.close());
      expect(desk.client.isClosed).toBe(true);
      desk.do((client) => client.start());
      desk.do((client) => client.handleResolved(desk.now, { address: serverAddress }));
      expect(desk.connects).toEqual([]);
    },
  );

  test.each([true, false])("works while a nickname is asked for, connected: %s", (isConnected) => {
    const desk = new ClientDesk();
    desk.do((client) => client.start());
    desk.connect();
    desk.tell({ type: "error", ref: 0, code: "nickname-invalid", message: "no" });
    if (!isConnected) desk.lose();
    desk.do((client) => client.close());
    if (isConnected) desk.lose();
    expect(desk.client.isClosed).toBe(true);
  });
});

describe("what a server sends", () => {
  test("is dropped and counted when it makes no sense", () => {
    const desk = ClientDesk.inRoom();
    const count = desk.events.length;
    for (const bytes of [[], [0], [0xa1, 0x64, 0x74, 0x79, 0x70, 0x65, 0x01]]) {
      desk.do((client) => client.handleMessage(desk.now, Uint8Array.from(bytes)));
    }
    expect(desk.client.droppedCount).toBe(3);
    expect(desk.events).toHaveLength(count);
  });

  test("is made safe to show", () => {
    const desk = ClientDesk.inRoom();
    desk.said(1, "red\u001b[31m\r\nline\u202e", "b\u0007en\nfake");
    desk.joined("\u001b]0;x\u0007cleo");
    desk.tell({ type: "shutdown", reason: "be\u009bright\nback", inMs: 0, isRestart: false });
    expect(desk.of("said")[0]!.entry).toMatchObject({
      body: { text: "red[31m\nline" },
      author: { nick: "ben fake" },
    });
    expect(desk.of("joined")[0]!.nick).toBe("]0;xcleo");
    expect(desk.of("shutdown")[0]!.reason).toBe("beright back");
  });

  test("is ignored before the hello is accepted", () => {
    const desk = new ClientDesk();
    desk.do((client) => client.start());
    desk.connect();
    desk.said(1);
    desk.tell({ type: "exited", ref: 0, room: "lobby" });
    expect(desk.of("said")).toEqual([]);
    expect(desk.of("ready")).toEqual([]);
  });

  test("about its end is told, with our leaving of every room", () => {
    const desk = ClientDesk.inRoom();
    desk.tell({ type: "shutdown", reason: "maintenance", inMs: 0, isRestart: false });
    expect(desk.events.slice(-2)).toEqual([
      { type: "shutdown", reason: "maintenance", inMs: 0, isRestart: false },
      { type: "left", room: "lobby", nick: "anna", reason: "server" },
    ]);
  });
});
