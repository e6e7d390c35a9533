import { describe, expect, test } from "vitest";
import { EarshotError } from "../../src/base/errors.ts";
import type { CloseReason } from "../../src/transport/endpoint-port.ts";
import { ClientDesk, serverAddress, serverKey } from "../support/client-desk.ts";

const otherKey = new Uint8Array(32).fill(9);
const failure = new EarshotError("server-untrusted", "office shows another key");

const keyChanged: CloseReason = {
  cause: "key-changed",
  code: 0,
  text: "",
  expectedKey: serverKey,
  claimedKey: otherKey,
};

/** A client that has a connection and waits for what its owner thinks of the key. */
function judging(): ClientDesk {
  const desk = new ClientDesk();
  desk.verdict = undefined;
  desk.do((client) => client.start());
  desk.connect();
  return desk;
}

describe("a client that meets a server", () => {
  test("tells it nothing before its owner has accepted the key", () => {
    const desk = judging();
    expect(desk.judged).toEqual([{ key: serverKey, isProven: true }]);
    expect(desk.requests).toEqual([]);
    desk.do((client) => client.handleVerdict(desk.now, { type: "accepted", isFirstVisit: false }));
    expect(desk.last("hello")).toMatchObject({ nick: "anna" });
  });

  test("tells its owner once that it is the first visit", () => {
    const desk = judging();
    desk.do((client) => client.handleVerdict(desk.now, { type: "accepted", isFirstVisit: true }));
    desk.welcome();
    expect(desk.of("ready")).toMatchObject([{ isFirstVisit: true }]);
    desk.lose();
    desk.reconnect();
    expect(desk.of("ready")[1]).not.toHaveProperty("isFirstVisit");
  });

  test("names it by the key that it has proven, whatever id it claims", () => {
    const id = Buffer.from(serverKey).toString("base64url");
    expect(ClientDesk.open().of("ready")).toMatchObject([{ server: { id, name: "kitchen" } }]);
  });

  test("hangs up and ends with the failure when its owner refuses", () => {
    const desk = judging();
    desk.do((client) => client.handleVerdict(desk.now, { type: "refused", failure }));
    expect(desk.requests).toEqual([]);
    expect(desk.closes).toEqual([0]);
    desk.lose({ cause: "local", code: 0, text: "" });
    expect(desk.client.isClosed).toBe(true);
    expect(desk.of("connection").at(-1)).toMatchObject({
      state: "closed",
      reason: failure.message,
      failure,
    });
    expect(desk.client.pollTimeout()).toBeUndefined();
  });

  test("looks again when it is not the one that is looked for", () => {
    const desk = judging();
    const reason = "another server answers";
    desk.do((client) => client.handleVerdict(desk.now, { type: "retry", reason }));
    expect(desk.closes).toEqual([0]);
    expect(desk.of("connection").at(-1)).toMatchObject({ state: "connecting", reason, attempt: 2 });
    desk.lose({ cause: "local", code: 0, text: "" });
    desk.verdict = { type: "accepted", isFirstVisit: false };
    desk.reconnect();
    expect(desk.of("ready")).toHaveLength(1);
  });

  test("tries again when the connection was lost while its owner thought", () => {
    const desk = judging();
    desk.lose();
    expect(desk.client.pollTimeout()).toBeUndefined();
    desk.do((client) => client.handleVerdict(desk.now, { type: "accepted", isFirstVisit: true }));
    expect(desk.of("connection").at(-1)).toMatchObject({ reason: "connection was lost" });
    expect(desk.requests).toEqual([]);
  });

  test.each([true, false])("can be closed while its owner thinks, connected: %s", (isConnected) => {
    const desk = judging();
    if (!isConnected) desk.lose();
    desk.do((client) => client.close());
    if (isConnected) desk.lose({ cause: "local", code: 0, text: "" });
    expect(desk.client.isClosed).toBe(true);
    desk.do((client) => client.handleVerdict(desk.now, { type: "accepted", isFirstVisit: true }));
    expect(desk.requests).toEqual([]);
  });
});

describe("a client that meets another key than the expected one", () => {
  function meetOther(verdict: ClientDesk["verdict"]): ClientDesk {
    const desk = new ClientDesk();
    desk.verdict = verdict;
    desk.do((client) => client.start());
    const location = { address: serverAddress, key: serverKey, cookie: Uint8Array.of(7) };
    desk.do((client) => client.handleResolved(desk.now, location));
    expect(desk.connects).toEqual([location]);
    desk.lose(keyChanged);
    expect(desk.judged).toEqual([{ key: otherKey, isProven: false }]);
    return desk;
  }

  test("ends when its owner says so, and has told nothing", () => {
    const desk = meetOther({ type: "refused", failure });
    expect(desk.client.isClosed).toBe(true);
    expect(desk.of("connection").at(-1)).toMatchObject({ state: "closed", failure });
    expect(desk.requests).toEqual([]);
    expect(desk.closes).toEqual([]);
  });

  test("looks again when its owner says so", () => {
    const desk = meetOther({ type: "retry", reason: "another server answers" });
    expect(desk.client.isClosed).toBe(false);
    expect(desk.client.pollTimeout()).toBeDefined();
  });

  test("believes no claim, even if its owner would", () => {
    const desk = meetOther({ type: "accepted", isFirstVisit: false });
    expect(desk.requests).toEqual([]);
    expect(desk.client.pollTimeout()).toBeDefined();
  });
});

describe("a client that was accepted once", () => {
  test("expects the same key on each reconnect, and does not ask again", () => {
    const desk = ClientDesk.open();
    desk.lose();
    desk.wake();
    const location = { address: serverAddress, key: otherKey };
    desk.do((client) => client.handleResolved(desk.now, location));
    expect(desk.connects.at(-1)).toEqual({ address: serverAddress, key: serverKey });
    desk.do((client) => client.handleOpened(desk.now, serverKey));
    expect(desk.judged).toHaveLength(1);
  });

  test("waits for it while another one answers in its place", () => {
    const desk = ClientDesk.inRoom();
    desk.do((client) => client.say("lobby", "not for strangers", 0));
    desk.takeRequests();
    desk.lose();
    for (let time = 0; time < 3; time += 1) {
      desk.wake();
      desk.do((client) => client.handleResolved(desk.now, { address: serverAddress }));
      desk.lose(keyChanged);
      expect(desk.of("connection").at(-1)).toMatchObject({
        state: "reconnecting",
        reason: "another server answers: its key has changed",
      });
    }
    expect(desk.judged).toHaveLength(1);
    expect(desk.takeRequests()).toEqual([]);
    desk.reconnect();
    expect(desk.of("ready")).toHaveLength(2);
  });
});
