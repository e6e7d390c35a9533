import { describe, expect, test } from "vitest";
import { encodeCbor } from "../../src/room/codec.ts";
import { RelaySender } from "../../src/room/files/relay-frame.ts";
import {
  addressesMax,
  meetingsPerSession,
  offerMsMax,
  reachesPerPerson,
  relayBytesPerPair,
  swarmPeersMax,
  takesPerPerson,
  takesPerSession,
  takingMs,
} from "../../src/room/limits.ts";
import type { EntryBody, LogEntry } from "../../src/room/log-entry.ts";
import type { Introduced, Taking } from "../../src/room/message-file.ts";
import { deviceKey, ServerDesk } from "../support/server-desk.ts";

const anna = 1;
const ben = 2;
const cleo = 3;
const offer = { type: "offer", name: "tea.pdf", fileCount: 1, bytes: 9 } as const;

/** What the clock of every `ServerDesk` shows. */
const offeredAt = 1_790_000_000_000;

function deviceOf(session: number): string {
  return Buffer.from(deviceKey(session)).toString("base64url");
}

function entryOf(sequence: number, body: EntryBody): LogEntry {
  const id = `offer-${sequence}`.padEnd(21, "_");
  const author = { person: "anna".padEnd(21, "_"), nick: "anna" };
  return { sequence, id, sentAt: offeredAt, ordinal: sequence, author, body };
}

const annasOffer = entryOf(7, { ...offer, device: deviceOf(anna) });

/** A server at which people offer and take; what stands in its log is what the test says. */
class TakeStage {
  readonly desk = new ServerDesk({ lastSequences: new Map([["lobby", 9]]) });

  constructor(nicks: readonly string[] = ["anna", "ben", "cleo"]) {
    this.desk.isQuick = true;
    for (const [index, nick] of nicks.entries()) this.desk.enter(index + 1, nick);
    for (const [index] of nicks.entries()) this.desk.events(index + 1);
  }

  reach(session: number, addresses = [`10.0.0.${session}:40000`]): void {
    this.desk.ask(session, { type: "reach", addresses });
  }

  /** Asks for what stands there, and gives the answer. */
  take(
    session: number,
    entries: readonly LogEntry[] = [annasOffer],
    type: "take" | "decline" = "take",
  ) {
    const early = this.desk.ask(session, { type, room: "lobby", sequence: 7 });
    if (early !== undefined) return early;
    this.read(entries);
    return this.desk.inbox(session).findLast((message) => "ref" in message);
  }

  /** What was asked for is read. */
  read(entries: readonly LogEntry[]): void {
    const page = { type: "page", entries, damaged: [], hasOlder: false, hasNewer: false } as const;
    this.desk.server.handleRead(this.desk.now, page);
    this.desk.collect();
  }

  introductions(session: number): Introduced[] {
    const events = this.desk.events(session);
    return events.filter((event) => event.type === "introduced") as Introduced[];
  }

  takings(session: number): Taking[] {
    return this.desk.events(session).filter((event) => event.type === "taking") as Taking[];
  }
}

describe("who takes an offer", () => {
  test("is introduced to who offers it, with the same token and number on both sides", () => {
    const stage = new TakeStage();
    stage.reach(anna);
    stage.reach(ben);
    expect(stage.take(ben)).toMatchObject({
      type: "taken",
      offer: annasOffer.id,
      isSenderHere: true,
    });
    const [toBen] = stage.introductions(ben);
    const [toAnna] = stage.introductions(anna);
    expect(toBen).toMatchObject({ offer: annasOffer.id, nick: "anna" });
    expect(Buffer.compare(toBen!.key, deviceKey(anna))).toBe(0);
    expect(toAnna).toMatchObject({ offer: annasOffer.id, nick: "ben" });
    expect(Buffer.compare(toAnna!.key, deviceKey(ben))).toBe(0);
    expect(toBen!.addresses).toEqual(["10.0.0.1:40000"]);
    expect(toAnna!.token).toEqual(toBen!.token);
    expect(toAnna!.relay).toBe(toBen!.relay);
    expect(stage.introductions(cleo)).toEqual([]);
  });

  test("waits for who is away, and is introduced when it comes", () => {
    const stage = new TakeStage();
    stage.reach(ben);
    const taken = stage.take(ben);
    expect(taken).not.toHaveProperty("isSenderHere");
    expect(stage.introductions(ben)).toEqual([]);
    stage.reach(anna);
    expect(stage.introductions(ben)).toMatchObject([{ nick: "anna" }]);
    expect(stage.introductions(anna)).toMatchObject([{ nick: "ben" }]);
  });

  test("is introduced anew with another token when one of the two is reached elsewhere", () => {
    const stage = new TakeStage();
    stage.reach(anna);
    stage.reach(ben);
    stage.take(ben);
    const [before] = stage.introductions(ben);
    stage.introductions(anna);
    stage.reach(anna, ["192.168.7.1:5000"]);
    const [after] = stage.introductions(ben);
    expect(after!.addresses).toEqual(["192.168.7.1:5000", "10.0.0.1:5000"]);
    expect(after!.token).not.toEqual(before!.token);
    stage.introductions(anna);
    stage.reach(ben, []);
    expect(stage.introductions(anna)).toMatchObject([{ addresses: [] }]);
  });

  test.each([
    ["nothing", undefined],
    ["the entry behind it", entryOf(8, { ...offer, device: deviceOf(anna) })],
    ["a line", entryOf(7, { type: "message", text: "tea" })],
    ["what was taken back", entryOf(7, { type: "deleted", by: "anna" })],
    ["files of its own device", entryOf(7, { ...offer, device: deviceOf(ben) })],
  ])("is refused where there is %s", (_what, entry) => {
    const stage = new TakeStage();
    stage.reach(anna);
    stage.reach(ben);
    const answer = stage.take(ben, entry === undefined ? [] : [entry]);
    expect(answer).toMatchObject({ type: "error", code: "target-invalid" });
    expect(stage.introductions(ben)).toEqual([]);
    expect(stage.introductions(anna)).toEqual([]);
  });

  test("may take it for a week and not a moment longer", () => {
    for (const [age, expected] of [
      [offerMsMax, { type: "taken" }],
      [offerMsMax + 1, { type: "error", code: "target-invalid" }],
    ] as const) {
      const stage = new TakeStage();
      stage.desk.wallNow = offeredAt + age;
      expect(stage.take(ben)).toMatchObject(expected);
    }
  });

  test("must be in the room, also when the entry has been read", () => {
    const stage = new TakeStage();
    stage.reach(anna);
    stage.reach(ben);
    stage.desk.ask(ben, { type: "take", room: "lobby", sequence: 7 });
    stage.desk.ask(ben, { type: "leave", room: "lobby" });
    stage.read([annasOffer]);
    expect(stage.desk.inbox(ben).at(-1)).toMatchObject({ type: "error", code: "not-joined" });
    expect(stage.take(ben)).toMatchObject({ type: "error", code: "not-joined" });
    expect(stage.introductions(anna)).toEqual([]);
  });

  test("is not introduced any more when it has left the room, or the offer is taken back", () => {
    const stage = new TakeStage();
    for (const session of [ben, cleo]) {
      stage.reach(session);
      stage.take(session);
    }
    stage.desk.ask(ben, { type: "leave", room: "lobby" });
    stage.reach(anna);
    expect(stage.introductions(anna)).toMatchObject([{ nick: "cleo" }]);
    stage.desk.post(anna, { type: "delete", target: 7 });
    stage.reach(anna);
    expect(stage.introductions(anna)).toEqual([]);
  });

  test(`takes ${takesPerSession} offers at once and not one more`, () => {
    const stage = new TakeStage();
    stage.reach(ben);
    for (let sequence = 1; sequence <= takesPerSession + 1; sequence += 1) {
      stage.desk.ask(ben, { type: "take", room: "lobby", sequence });
      const entry = entryOf(sequence, { ...offer, device: deviceOf(anna) });
      stage.read([entry]);
      const isOne = sequence <= takesPerSession;
      const expected = isOne ? { type: "taken" } : { type: "error", code: "limit-reached" };
      expect(stage.desk.inbox(ben).at(-1)).toMatchObject(expected);
    }
  });

  test(`asks ${takesPerPerson.burst} times at once and not once more`, () => {
    const stage = new TakeStage();
    for (let count = 0; count < takesPerPerson.burst; count += 1) {
      expect(stage.take(ben)).toMatchObject({ type: "taken" });
    }
    expect(stage.take(ben)).toMatchObject({ type: "error", code: "too-fast" });
  });
});

describe("where a client says it is reached", () => {
  function told(addresses: readonly string[], seen: readonly [string, string]): readonly string[] {
    const stage = new TakeStage([]);
    for (const [index, address] of seen.entries()) stage.desk.addresses.set(index + 1, address);
    stage.desk.enter(anna, "anna");
    stage.desk.enter(ben, "ben");
    stage.reach(anna, [...addresses]);
    stage.reach(ben);
    stage.take(ben);
    return stage.introductions(ben)[0]!.addresses;
  }

  test("is passed on when it is of a network of one's own, with the address at which it is seen", () => {
    const own = ["10.1.2.3:40000", "[fd00::1]:40000"];
    expect(told(own, ["192.168.0.7", "192.168.0.8"])).toEqual([...own, "192.168.0.7:40000"]);
  });

  test.each([
    ["an address of the internet", "8.8.8.8:40000"],
    ["a group", "239.1.1.1:40000"],
    ["everybody", "255.255.255.255:40000"],
    ["a well-known port", "10.0.0.9:53"],
    ["a name", "victim.example:40000"],
    ["nothing of sense", "10.0.0.9"],
  ])("is not passed on when it is %s", (_what, address) => {
    const seen = ["10.0.0.1", "10.0.0.2"] as const;
    expect(told([address, "10.0.0.1:40000"], seen)).toEqual(["10.0.0.1:40000"]);
  });

  test("is passed on from the internet only where it is seen there itself", () => {
    const address = "203.0.113.9:40000";
    expect(told([address], ["203.0.113.9", "10.0.0.2"])).toEqual([address]);
  });

  test("is a loopback address only to those on the same host", () => {
    const own = ["127.0.0.1:40000"];
    expect(told(own, ["127.0.0.1", "127.0.0.1"])).toEqual(own);
    expect(told(own, ["127.0.0.1", "10.0.0.2"])).toEqual([]);
    expect(told(own, ["10.0.0.1", "127.0.0.1"])).toEqual(["10.0.0.1:40000"]);
  });

  test(`is at most ${addressesMax} places`, () => {
    const many = Array.from({ length: addressesMax }, (_, index) => `10.0.1.${index}:40000`);
    expect(told(many, ["10.0.0.1", "10.0.0.2"])).toEqual(many);
    const stage = new TakeStage();
    const addresses = [...many, "10.0.2.1:40000"];
    expect(stage.desk.ask(anna, { type: "reach", addresses })).toMatchObject({
      code: "request-invalid",
    });
  });

  test(`changes ${reachesPerPerson.burst} times at once and not once more`, () => {
    const stage = new TakeStage();
    const reach = () => stage.desk.ask(anna, { type: "reach", addresses: [] });
    for (let count = 0; count < reachesPerPerson.burst; count += 1) {
      expect(reach()).toMatchObject({ type: "done" });
    }
    expect(reach()).toMatchObject({ type: "error", code: "too-fast" });
  });
});

describe("many who take the same", () => {
  test(`are each introduced to ${swarmPeersMax} others, so that all are connected`, () => {
    const count = 30;
    const nicks = Array.from({ length: count + 1 }, (_, index) => `n${index}`);
    const stage = new TakeStage(nicks);
    stage.reach(anna);
    const met = new Map<number, Set<string>>();
    for (let session = 2; session <= count + 1; session += 1) {
      stage.reach(session);
      stage.take(session);
    }
    for (let session = 1; session <= count + 1; session += 1) {
      met.set(session, new Set(stage.introductions(session).map(({ nick }) => nick)));
    }
    expect(met.get(1)!.size).toBe(count);
    const peers = [...met].slice(1).map(([, others]) => others.size - 1);
    expect(Math.min(...peers)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...peers)).toBeLessThanOrEqual(10);
    const reached = new Set(["n1"]);
    for (const nick of reached) {
      for (const other of met.get(nicks.indexOf(nick) + 1)!) if (other !== "n0") reached.add(other);
    }
    expect(reached.size).toBe(count);
  });

  test(`are at most ${meetingsPerSession} for one session`, () => {
    const nicks = Array.from({ length: meetingsPerSession + 2 }, (_, index) => `n${index}`);
    const stage = new TakeStage(nicks);
    stage.reach(anna);
    for (let session = 2; session <= meetingsPerSession + 2; session += 1) {
      stage.reach(session);
      stage.take(session);
    }
    expect(stage.introductions(anna)).toHaveLength(meetingsPerSession);
  });
});

describe("who offers", () => {
  test("hears how far everybody is, at most once a second, and who does not want it", () => {
    const stage = new TakeStage();
    stage.reach(anna);
    stage.reach(ben);
    stage.take(ben);
    stage.desk.advance(takingMs);
    stage.takings(anna);
    const report = { type: "report", room: "lobby", sequence: 7 } as const;
    for (const bytes of [1, 2, 3]) stage.desk.ask(ben, { ...report, state: "active", bytes });
    stage.desk.advance(takingMs);
    expect(stage.takings(anna)).toEqual([
      { type: "taking", offer: annasOffer.id, nick: "ben", state: "active", bytes: 3 },
    ]);
    expect(stage.take(cleo, [annasOffer], "decline")).toMatchObject({ type: "done" });
    expect(stage.takings(anna)).toMatchObject([{ nick: "cleo", state: "declined" }]);
    stage.desk.close(ben, { cause: "timed-out", code: 0, text: "" });
    stage.desk.advance(takingMs);
    expect(stage.takings(anna)).toMatchObject([{ nick: "ben", state: "ended" }]);
  });

  test("hears nothing of what nobody takes", () => {
    const stage = new TakeStage();
    stage.reach(anna);
    const report = { type: "report", room: "lobby", sequence: 7, bytes: 1 } as const;
    expect(stage.desk.ask(ben, { ...report, state: "active" })).toMatchObject({ type: "done" });
    stage.desk.advance(takingMs);
    expect(stage.takings(anna)).toEqual([]);
  });
});

describe("what goes through the server", () => {
  function meeting(): { readonly stage: TakeStage; readonly relay: number } {
    const stage = new TakeStage();
    stage.reach(anna);
    stage.reach(ben);
    stage.take(ben);
    return { stage, relay: stage.introductions(ben)[0]!.relay };
  }

  function send(stage: TakeStage, session: number, frame: Uint8Array): void {
    stage.desk.server.handleDatagram(stage.desk.now, session, frame);
    stage.desk.collect();
  }

  test("reaches the other one as it was sent", () => {
    const { stage, relay } = meeting();
    const [frame] = new RelaySender(relay).framesOf(Uint8Array.of(1, 2, 3));
    send(stage, ben, frame!);
    send(stage, anna, frame!);
    expect(stage.desk.datagrams).toMatchObject([
      { session: anna, bytes: frame },
      { session: ben, bytes: frame },
    ]);
  });

  test("is dropped when it is of a third, of no meeting, or of one that is over", () => {
    const { stage, relay } = meeting();
    const [frame] = new RelaySender(relay).framesOf(Uint8Array.of(1));
    send(stage, cleo, frame!);
    send(stage, ben, new RelaySender(relay + 1).framesOf(Uint8Array.of(1))[0]!);
    send(stage, ben, encodeCbor(1));
    stage.desk.close(anna, { cause: "timed-out", code: 0, text: "" });
    send(stage, ben, frame!);
    expect(stage.desk.datagrams).toEqual([]);
  });

  test("is no more than its share", () => {
    const { stage, relay } = meeting();
    const sender = new RelaySender(relay);
    const frame = () => sender.framesOf(new Uint8Array(1_000))[0]!;
    const { length } = frame();
    for (let count = 0; count < 1_000; count += 1) send(stage, ben, frame());
    expect(stage.desk.datagrams).toHaveLength(Math.floor(relayBytesPerPair.burst / length));
  });
});
