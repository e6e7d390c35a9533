import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { transportCodes } from "../../src/transport/close-codes.ts";
import { NewReno } from "../../src/transport/congestion.ts";
import { Endpoint } from "../../src/transport/endpoint.ts";
import type { EndpointEvent } from "../../src/transport/endpoint-port.ts";
import { frameTypes } from "../../src/transport/frames.ts";
import {
  burstDatagramsMax,
  cookieLifeMs,
  datagramBytesMax,
  halfOpenCountMax,
  halfOpenMs,
  messageBytesMax,
  replyCountMax,
} from "../../src/transport/limits.ts";
import { checksumProtection, encodeLongPacket } from "../../src/transport/packet.ts";
import { ourParameters } from "../../src/transport/parameters.ts";
import { SimulatedClock } from "../support/clock.ts";
import { goodLink, SimulatedNetwork } from "../support/network.ts";
import { SeededRandom } from "../support/random.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { SimulatedHost } from "../support/simulated-host.ts";
import { makeTransportPair, serverAddress } from "../support/transport-pair.ts";

const noCookie = new Uint8Array(0);

function retryCookie(peer: RawPeer): Uint8Array {
  const retry = peer.longPackets.findLast((packet) => packet.type === "retry");
  return retry?.type === "retry" ? retry.cookie : noCookie;
}

function initFrom(source: number, cookie: Uint8Array): Uint8Array {
  const ids = { destination: 0, source };
  return encodeLongPacket({ type: "init", ...ids, cookie, parameters: ourParameters });
}

describe("the handshake", () => {
  test("opens on both sides in two round trips", () => {
    const pair = makeTransportPair(1);
    const startedAt = pair.clock.now();
    const connection = pair.client.host.connect(serverAddress);
    expect(pair.clock.advanceUntil(() => pair.server.connection !== undefined, 1000)).toBe(true);
    expect(pair.clock.now() - startedAt).toBeCloseTo(5 * goodLink.delayMs);
    const { address } = pair.client.host;
    expect(pair.client.events).toEqual([
      { type: "opened", connection, peer: serverAddress, isIncoming: false },
    ]);
    expect(pair.server.events).toMatchObject([{ type: "opened", peer: address, isIncoming: true }]);
  });

  test("opens exactly once at 30 % loss, duplication and corruption", () => {
    let openCount = 0;
    for (let seed = 1; seed <= 60; seed += 1) {
      const pair = makeTransportPair(seed);
      pair.network.conditions = { ...goodLink, loss: 0.3, duplication: 0.3, corruption: 0.1 };
      pair.client.host.connect(serverAddress);
      pair.clock.advance(3300);
      const opened = pair.client.events.filter((event) => event.type === "opened");
      const incoming = pair.server.events.filter((event) => event.type === "opened");
      expect(opened.length + (pair.client.closed === undefined ? 0 : 1), `seed ${seed}`).toBe(1);
      expect(incoming.length, `seed ${seed}`).toBe(opened.length);
      openCount += opened.length;
    }
    expect(openCount).toBeGreaterThan(40);
  });

  test("sends what was queued before it was over", () => {
    const pair = makeTransportPair(1);
    const connection = pair.client.host.connect(serverAddress);
    pair.client.host.send(connection, 0, Uint8Array.of(1));
    pair.clock.advance(10);
    expect(pair.server.messages).toMatchObject([{ channel: 0, message: Uint8Array.of(1) }]);
  });

  test("gives up after 3.1 s without an answer", () => {
    const pair = makeTransportPair(1);
    pair.server.host.kill();
    const startedAt = pair.clock.now();
    pair.client.host.connect(serverAddress);
    pair.clock.advance(10_000);
    expect(pair.client.closed).toMatchObject({ cause: "unreachable" });
    expect(pair.client.closedAt! - startedAt).toBe(3100);
    expect(pair.network.counts.sent).toBe(5);
    expect(pair.client.host.stats.connections).toBe(0);
  });

  test("is refused by a full server, which says so", () => {
    const pair = makeTransportPair(1, { endpoint: { connectionCountMax: 1 } });
    pair.open();
    const peer = new RawPeer({ ...pair, server: serverAddress });
    peer.sendInit(noCookie);
    pair.clock.advance(1);
    peer.sendInit(retryCookie(peer));
    pair.clock.advance(1);
    const refuse = { type: "refuse", code: transportCodes.serverFull };
    expect(peer.longPackets.at(-1)).toMatchObject(refuse);
    const late = new SimulatedHost({
      clock: pair.clock,
      network: pair.network,
      random: pair.random,
      address: { host: "10.0.0.9", port: 9 },
      isAccepting: false,
      onEvent: (event) => events.push(event),
    });
    const events: EndpointEvent[] = [];
    const connection = late.connect(serverAddress);
    pair.clock.advance(10);
    expect(events).toMatchObject([
      { type: "closed", connection, reason: { cause: "refused", code: transportCodes.serverFull } },
    ]);
  });

  test("is refused by a server of another version, and the text names both", () => {
    const clock = new SimulatedClock();
    const client = new Endpoint({ random: new SeededRandom(1), isAccepting: false });
    const connection = client.connect(clock.now(), serverAddress);
    const init = client.pollTransmit(clock.now())!.datagram.slice();
    const source = Buffer.from(init).readUIntBE(11, 6);
    const ids = { destination: source, source: 0 };
    const withOurs = encodeLongPacket({ type: "version", ...ids, versions: [1, 2] });
    client.handleDatagram(clock.now(), serverAddress, withOurs);
    expect(client.pollEvent()).toBeUndefined();
    const others = encodeLongPacket({ type: "version", ...ids, versions: [2, 3] });
    client.handleDatagram(clock.now(), serverAddress, others);
    const text = "the server speaks transport version 2, 3, we speak 1";
    const code = transportCodes.versionMismatch;
    expect(client.pollEvent()).toEqual({
      type: "closed",
      connection,
      reason: { cause: "refused", code, text },
    });
  });
});

describe("a server", () => {
  test("answers an INIT of another version with the versions it speaks, in fewer bytes", () => {
    const { clock, network, server } = makeTransportPair(1);
    const peer = new RawPeer({ clock, network, server: serverAddress });
    const foreign = initFrom(5, noCookie);
    foreign[4] = 2;
    peer.send(foreign);
    peer.send(foreign.slice(0, datagramBytesMax - 1));
    clock.advance(1);
    expect(peer.longPackets).toEqual([
      { type: "version", destination: 5, source: 0, versions: [1] },
    ]);
    expect(server.host.stats.dropped["unknown-version"]).toBe(2);
  });

  test("keeps nothing for clients whose address is not proven, and answers little", () => {
    const { clock, network, server } = makeTransportPair(1);
    const bytesBefore = network.counts.bytesSent;
    for (let index = 0; index < 3000; index += 1) {
      const from = { host: `10.1.${index >> 8}.${index & 255}`, port: 1000 };
      network.send(from, serverAddress, initFrom(index + 1, noCookie));
      if (index % 100 === 0) clock.advance(1);
    }
    clock.advance(10);
    expect(server.host.stats.connections).toBe(0);
    expect(server.events).toEqual([]);
    const answered = server.host.stats.bytesSent;
    expect(answered).toBeGreaterThan(0);
    expect(answered * 20).toBeLessThan(network.counts.bytesSent - bytesBefore);
  });

  test("keeps 256 answers waiting and drops the next", () => {
    const endpoint = new Endpoint({ random: new SeededRandom(1), isAccepting: true });
    for (let index = 1; index <= replyCountMax + 1; index += 1) {
      endpoint.handleDatagram(5, { host: "10.1.1.1", port: index }, initFrom(index, noCookie));
    }
    expect(endpoint.stats.dropped["replies-full"]).toBe(1);
    let count = 0;
    while (endpoint.pollTransmit(5) !== undefined) count += 1;
    expect(count).toBe(replyCountMax);
  });

  test("takes a cookie only from where it was sent to, and only for 15 s", () => {
    const { clock, network, server } = makeTransportPair(1);
    const peer = new RawPeer({ clock, network, server: serverAddress });
    const thief = new RawPeer({
      clock,
      network,
      server: serverAddress,
      address: { host: "10.0.0.67", port: 666 },
    });
    peer.sendInit(noCookie);
    clock.advance(1);
    const cookie = retryCookie(peer);
    thief.sendInit(cookie);
    clock.advance(1);
    expect(thief.longPackets).toMatchObject([{ type: "retry" }]);
    clock.advance(cookieLifeMs);
    peer.sendInit(cookie);
    clock.advance(1);
    expect(peer.longPackets.at(-1)).toMatchObject({ type: "retry" });
    expect(server.host.stats.connections).toBe(0);
    peer.sendInit(retryCookie(peer));
    clock.advance(1);
    expect(peer.longPackets.at(-1)).toMatchObject({ type: "accept" });
  });

  test("answers the same INIT with the same ACCEPT", () => {
    const { clock, network, server } = makeTransportPair(1);
    const peer = new RawPeer({ clock, network, server: serverAddress });
    peer.connect();
    peer.sendInit(retryCookie(peer));
    clock.advance(1);
    const accepts = peer.longPackets.filter((packet) => packet.type === "accept");
    expect(accepts).toHaveLength(2);
    expect(accepts[0]).toEqual(accepts[1]);
    expect(server.host.stats.connections).toBe(1);
  });

  test("tells of a connection only after the client's first packet, and forgets it after 5 s", () => {
    const { clock, network, server } = makeTransportPair(1);
    const peer = new RawPeer({ clock, network, server: serverAddress });
    peer.connect();
    clock.advance(halfOpenMs - 10);
    expect(server.host.stats).toMatchObject({ halfOpen: 1, connections: 1 });
    clock.advance(10);
    expect(server.host.stats).toMatchObject({ halfOpen: 0, connections: 0 });
    expect(server.events).toEqual([]);
  });

  test("keeps 1024 unconfirmed connections and lets the next try again later", () => {
    const { clock, network, server } = makeTransportPair(1);
    const peers = Array.from({ length: halfOpenCountMax + 1 }, (_, index) => {
      const address = { host: `10.1.${index >> 8}.${index & 255}`, port: 1000 };
      return new RawPeer({ clock, network, server: serverAddress, address, id: index + 1 });
    });
    for (const peer of peers) {
      peer.sendInit(noCookie);
      clock.advance(0.5);
      peer.sendInit(retryCookie(peer));
    }
    clock.advance(1);
    expect(server.host.stats.halfOpen).toBe(halfOpenCountMax);
    expect(server.host.stats.dropped["half-open-full"]).toBe(1);
    peers[0]!.sendFrames((writer) => writer.u8(frameTypes.ping));
    clock.advance(1);
    peers.at(-1)!.sendInit(retryCookie(peers.at(-1)!));
    clock.advance(1);
    expect(server.host.stats).toMatchObject({
      halfOpen: halfOpenCountMax,
      connections: halfOpenCountMax + 1,
    });
  });

  test("that does not accept is silent", () => {
    const { clock, network, client } = makeTransportPair(1);
    const peer = new RawPeer({ clock, network, server: client.host.address });
    peer.sendInit(noCookie);
    clock.advance(10);
    expect(peer.longPackets).toEqual([]);
    expect(client.host.stats.dropped["not-accepting"]).toBe(1);
  });
});

describe("an endpoint", () => {
  test("counts what is not for it by reason", () => {
    const endpoint = new Endpoint({ random: new SeededRandom(1), isAccepting: true });
    const from = { host: "10.0.0.7", port: 7 };
    const unknown = Uint8Array.from([0x40, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
    checksumProtection.seal(unknown, 0);
    const damaged = initFrom(5, noCookie);
    damaged[100] = 7;
    const datagrams = [new Uint8Array(0), Uint8Array.of(1), unknown, Uint8Array.of(0x40), damaged];
    for (const datagram of datagrams) endpoint.handleDatagram(1, from, datagram);
    expect(endpoint.stats).toMatchObject({
      datagramsReceived: 5,
      dropped: { "not-transport": 2, "unknown-connection": 1, malformed: 2 },
    });
    expect(endpoint.pollTransmit(1)).toBeUndefined();
  });

  test("random datagrams never throw", () => {
    const endpoint = new Endpoint({ random: new SeededRandom(1), isAccepting: true });
    const random = new SeededRandom(2);
    for (let round = 0; round < 20_000; round += 1) {
      const datagram = random.bytes(random.between(0, 60));
      datagram[0] = random.pick([0x40, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, random.between(0, 255)]);
      endpoint.handleDatagram(round, { host: "10.0.0.7", port: 7 }, datagram);
      endpoint.pollTransmit(round);
    }
    expect(endpoint.stats.connections).toBe(0);
  });

  test("demands a budget that the longest message fits in", () => {
    const options = { random: new SeededRandom(1), isAccepting: true };
    expect(() => new Endpoint({ ...options, receiveBudgetBytes: messageBytesMax })).not.toThrow();
    const tooSmall = { ...options, receiveBudgetBytes: messageBytesMax - 1 };
    expect(() => new Endpoint(tooSmall)).toThrow("longest message");
  });

  test("serves 2,000 connections, and lets none of them wait for another's bulk", () => {
    const clock = new SimulatedClock();
    const random = new SeededRandom(1);
    const network = new SimulatedNetwork(clock, random.fork());
    const received: number[] = [];
    const lines = new Map<number, number>();
    const shared = { clock, network, random };
    const server = new SimulatedHost({
      ...shared,
      address: serverAddress,
      isAccepting: true,
      onEvent: (event) => {
        if (event.type === "message") received.push(event.connection);
      },
    });
    const clients = new SimulatedHost({
      ...shared,
      address: { host: "10.0.0.2", port: 2 },
      isAccepting: false,
      onEvent: (event) => {
        if (event.type !== "message") return;
        lines.set(event.connection, clock.now());
      },
    });
    const handles = Array.from({ length: 2000 }, () => {
      clock.advance(0.1);
      return clients.connect(serverAddress);
    });
    clock.advance(500);
    expect(server.stats.connections).toBe(2000);
    for (const handle of handles) clients.send(handle, 0, Uint8Array.of(1));
    clock.advance(50);
    expect(new Set(received).size).toBe(2000);
    const [first] = received;
    server.send(first!, 1, new Uint8Array(1024 * 1024));
    const saidAt = clock.now();
    for (const handle of received) server.send(handle, 0, Uint8Array.of(2));
    clock.advance(0.3);
    expect([...lines.values()].filter((at) => at - saidAt < 0.25).length).toBe(2000);
    clock.advance(3000);
    expect(server.stats.connections).toBe(2000);
  });

  test("ends its turn after 16 datagrams of one connection, and asks for another", () => {
    const at = { server: serverAddress, client: { host: "10.0.0.2", port: 2 } };
    const server = new Endpoint({ random: new SeededRandom(1), isAccepting: true });
    const client = new Endpoint({
      random: new SeededRandom(2),
      isAccepting: false,
      makeCongestion: (datagramBytes) => new NewReno(datagramBytes),
    });
    const turn = (from: Endpoint, to: Endpoint, address: typeof serverAddress, now: number) => {
      for (let count = 0; ; count += 1) {
        const transmit = from.pollTransmit(now);
        if (transmit === undefined) return count;
        to.handleDatagram(now, address, transmit.datagram.slice());
      }
    };
    const connection = client.connect(0, at.server);
    client.send(0, connection, 1, new Uint8Array(1024 * 1024));
    const counts: number[] = [];
    let hasMoreCount = 0;
    for (let now = 0; now < 20; now += 1) {
      counts.push(turn(client, server, at.client, now));
      if (client.hasMore) hasMoreCount += 1;
      turn(server, client, at.server, now);
    }
    expect(Math.max(...counts)).toBe(burstDatagramsMax);
    expect(hasMoreCount).toBeGreaterThan(0);
  });

  test("does the same twice from the same seed", () => {
    const traceOf = (seed: number) => {
      const pair = makeTransportPair(seed, {
        conditions: { loss: 0.1, jitterMs: 3, duplication: 0.1, corruption: 0.05 },
      });
      const trace = createHash("sha256");
      pair.network.onSend = (from, _to, datagram) => {
        trace.update(`${pair.clock.now()} ${from.port} `).update(datagram);
      };
      pair.open();
      pair.client.host.send(pair.client.connection!, 0, pair.random.bytes(100_000));
      pair.clock.advance(5000);
      return trace.digest("hex");
    };
    expect(traceOf(7)).toBe(traceOf(7));
    expect(traceOf(7)).not.toBe(traceOf(8));
  });
});
