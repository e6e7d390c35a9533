import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Address } from "../../src/base/address.ts";
import type { ByteWriter } from "../../src/base/bytes.ts";
import { transportCodes } from "../../src/transport/close-codes.ts";
import { NewReno } from "../../src/transport/congestion.ts";
import { Endpoint } from "../../src/transport/endpoint.ts";
import type { EndpointOptions } from "../../src/transport/endpoint-options.ts";
import type { EndpointEvent } from "../../src/transport/endpoint-port.ts";
import type { DropReason } from "../../src/transport/endpoint-stats.ts";
import { frameTypes } from "../../src/transport/frames.ts";
import { identityOf } from "../../src/transport/identity.ts";
import {
  burstBytesMax,
  burstDatagramsMax,
  cookieLifeMs,
  datagramBytesMax,
  datagramBytesMin,
  halfOpenCountMax,
  halfOpenMs,
  handshakesPerSource,
  initWaitMs,
  keyUpdateMs,
  messageBytesMax,
  replyCountMax,
  resetsInAll,
  resetTriggerBytesMin,
  transportVersion,
} from "../../src/transport/limits.ts";
import { keyPairOf } from "../../src/transport/noise.ts";
import { encodeLongPacket, longPacketTypes } from "../../src/transport/packet.ts";
import { SimulatedClock } from "../support/clock.ts";
import { goodLink, SimulatedNetwork } from "../support/network.ts";
import { SeededRandom } from "../support/random.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { besiege, droppedBy } from "../support/siege.ts";
import { SimulatedHost } from "../support/simulated-host.ts";
import {
  makeTransportPair,
  type Side,
  serverAddress,
  type TransportPair,
} from "../support/transport-pair.ts";

const noCookie = new Uint8Array(0);

/** The INIT of a stranger, to nobody's key. */
function initFrom(source: number, cookie: Uint8Array): Uint8Array {
  const message = new Uint8Array(128).fill(9);
  return encodeLongPacket({ type: "init", destination: 0, source, cookie, message });
}

function makeEndpoint(seed: number, options: Partial<EndpointOptions> = {}): Endpoint {
  const random = new SeededRandom(seed);
  const identity = identityOf(keyPairOf(random.bytes(32)));
  return new Endpoint({ random, identity, isAccepting: true, ...options });
}

/** A raw client that has a cookie, but has begun nothing. */
function makePeer(pair: TransportPair, options: { address?: Address; id?: number } = {}): RawPeer {
  const peer = new RawPeer({ ...pair, server: serverAddress, ...options });
  peer.sendQuery();
  pair.clock.advance(1);
  return peer;
}

function counted(pair: TransportPair): Readonly<Record<DropReason, number>> {
  return pair.server.host.stats.dropped;
}

describe("the handshake", () => {
  test("opens on both sides in two round trips", () => {
    const pair = makeTransportPair(1);
    const startedAt = pair.clock.now();
    const connection = pair.client.host.connect(serverAddress);
    expect(pair.clock.advanceUntil(() => pair.server.connection !== undefined, 1000)).toBe(true);
    expect(pair.clock.now() - startedAt).toBeCloseTo(5 * goodLink.delayMs);
    const { address } = pair.client.host;
    const keyOf = ({ host }: Side) => host.identity.keyPair.publicKey;
    expect(pair.client.events).toMatchObject([
      {
        type: "opened",
        connection,
        peer: serverAddress,
        peerKey: keyOf(pair.server),
        isIncoming: false,
      },
    ]);
    expect(pair.server.events).toMatchObject([
      { type: "opened", peer: address, peerKey: keyOf(pair.client), isIncoming: true },
    ]);
  });

  test("gives both ends the same channel binding, and another to every connection", () => {
    const pair = makeTransportPair(1);
    for (const _ of [1, 2]) pair.client.host.connect(serverAddress);
    pair.clock.advance(1000);
    const bindings = ({ events }: Side) =>
      events.flatMap((event) =>
        event.type === "opened" ? [Buffer.from(event.channelBinding).toString("hex")] : [],
      );
    const [first, second] = bindings(pair.client);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(second).not.toBe(first);
    expect(bindings(pair.server).sort()).toEqual(bindings(pair.client).sort());
  });

  test("opens in one round trip with the key and the cookie of a discovery answer", () => {
    const pair = makeTransportPair(1);
    const startedAt = pair.clock.now();
    const key = pair.server.host.identity.keyPair.publicKey;
    const cookie = pair.server.host.issueCookie(pair.client.host.address.host);
    pair.client.host.connect(serverAddress, { key, cookie });
    expect(pair.clock.advanceUntil(() => pair.server.connection !== undefined, 1000)).toBe(true);
    expect(pair.clock.now() - startedAt).toBeCloseTo(3 * goodLink.delayMs);
  });

  test("opens in two when the cookie is stale", () => {
    const pair = makeTransportPair(1);
    const key = pair.server.host.identity.keyPair.publicKey;
    const cookie = pair.server.host.issueCookie(pair.client.host.address.host);
    pair.clock.advance(cookieLifeMs + 1);
    const startedAt = pair.clock.now();
    pair.client.host.connect(serverAddress, { key, cookie });
    expect(pair.clock.advanceUntil(() => pair.server.connection !== undefined, 1000)).toBe(true);
    expect(pair.clock.now() - startedAt).toBeCloseTo(5 * goodLink.delayMs);
  });

  test("with a server whose key has changed sends it nothing but the question", () => {
    const pair = makeTransportPair(1);
    const expectedKey = keyPairOf(new Uint8Array(32).fill(3)).publicKey;
    const types: (number | undefined)[] = [];
    pair.network.onSend = (_from, to, datagram) => {
      if (to.port === serverAddress.port) types.push(datagram[0]);
    };
    pair.client.host.connect(serverAddress, { key: expectedKey });
    pair.clock.advance(5000);
    expect(types).toEqual([0xc0 | longPacketTypes.query]);
    expect(pair.client.closed).toMatchObject({
      cause: "key-changed",
      expectedKey,
      claimedKey: pair.server.host.identity.keyPair.publicKey,
    });
    expect(pair.server.events).toEqual([]);
  });

  test("tells of a changed key also when it began with a cookie of the new server", () => {
    const pair = makeTransportPair(1);
    const key = keyPairOf(new Uint8Array(32).fill(3)).publicKey;
    const cookie = pair.server.host.issueCookie(pair.client.host.address.host);
    pair.client.host.connect(serverAddress, { key, cookie });
    pair.clock.advance(200);
    expect(pair.client.closed).toMatchObject({ cause: "key-changed" });
    expect(counted(pair).damaged).toBe(1);
  });

  test("shows nobody who is watching a key of the client, a name or a text", () => {
    const pair = makeTransportPair(1);
    const seen: string[] = [];
    pair.network.onSend = (_from, _to, datagram) =>
      seen.push(Buffer.from(datagram).toString("hex"));
    pair.open();
    const text = Buffer.from("a text that nobody else may read");
    pair.client.host.send(pair.client.connection!, 0, text);
    pair.clock.advance(10);
    expect(pair.server.messages).toHaveLength(1);
    const all = seen.join(" ");
    expect(all).toContain(Buffer.from(pair.server.host.identity.keyPair.publicKey).toString("hex"));
    expect(all).not.toContain(text.toString("hex"));
    const clientKey = Buffer.from(pair.client.host.identity.keyPair.publicKey);
    expect(all).not.toContain(clientKey.toString("hex"));
  });

  test("opens exactly once at 30 % loss, duplication and corruption", () => {
    let openCount = 0;
    for (let seed = 1; seed <= 60; seed += 1) {
      const pair = makeTransportPair(seed);
      pair.network.conditions = { ...goodLink, loss: 0.3, duplication: 0.3, corruption: 0.1 };
      pair.client.host.connect(serverAddress);
      pair.clock.advance(6500);
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

  test("gives up after 6.3 s without an answer", () => {
    const pair = makeTransportPair(1);
    pair.server.host.kill();
    const startedAt = pair.clock.now();
    pair.client.host.connect(serverAddress);
    pair.clock.advance(10_000);
    expect(pair.client.closed).toMatchObject({ cause: "unreachable" });
    expect(pair.client.closedAt! - startedAt).toBe(6300);
    expect(pair.network.counts.sent).toBe(6);
    expect(pair.client.host.stats.connections).toBe(0);
  });

  test("is refused by a full server, which says so", () => {
    const pair = makeTransportPair(1, { endpoint: { connectionCountMax: 1 } });
    pair.open();
    const peer = makePeer(pair);
    peer.sendInit();
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
    pair.clock.advance(200);
    expect(events).toMatchObject([
      { type: "closed", connection, reason: { cause: "refused", code: transportCodes.serverFull } },
    ]);
  });

  test("is refused by a server of another version, and the text names both", () => {
    const clock = new SimulatedClock();
    const client = makeEndpoint(1, { isAccepting: false });
    const connection = client.connect(clock.now(), serverAddress);
    const init = client.pollTransmit(clock.now())!.datagram.slice();
    const source = Buffer.from(init).readUIntBE(11, 6);
    const ids = { destination: source, source: 0 };
    const withOurs = encodeLongPacket({ type: "version", ...ids, versions: [1, transportVersion] });
    client.handleDatagram(clock.now(), serverAddress, withOurs);
    expect(client.pollEvent()).toBeUndefined();
    const others = encodeLongPacket({ type: "version", ...ids, versions: [transportVersion + 1] });
    client.handleDatagram(clock.now(), serverAddress, others);
    client.handleTimeout(clock.now() + initWaitMs);
    const text = `the server speaks transport version ${transportVersion + 1}, we speak ${transportVersion}`;
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
    foreign[4] = transportVersion + 1;
    peer.send(foreign);
    peer.send(foreign.slice(0, datagramBytesMin - 1));
    clock.advance(1);
    expect(peer.longPackets).toEqual([
      { type: "version", destination: 5, source: 0, versions: [transportVersion] },
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
    expect(answered * 15).toBeLessThan(network.counts.bytesSent - bytesBefore);
  });

  test("keeps 256 answers waiting and drops the next", () => {
    const endpoint = makeEndpoint(1);
    for (let index = 1; index <= replyCountMax + 1; index += 1) {
      endpoint.handleDatagram(5, { host: "10.1.1.1", port: index }, initFrom(index, noCookie));
    }
    expect(endpoint.stats.dropped["replies-full"]).toBe(1);
    let count = 0;
    while (endpoint.pollTransmit(5) !== undefined) count += 1;
    expect(count).toBe(replyCountMax);
  });

  test("takes a cookie only from where it was sent to, and only for 15 s", () => {
    const pair = makeTransportPair(1);
    const peer = makePeer(pair);
    const thief = new RawPeer({
      ...pair,
      server: serverAddress,
      address: { host: "10.0.0.67", port: 666 },
    });
    const { cookie } = peer;
    thief.sendInit(cookie);
    pair.clock.advance(1);
    expect(thief.longPackets).toMatchObject([{ type: "answer" }]);
    pair.clock.advance(cookieLifeMs);
    peer.sendInit(cookie);
    pair.clock.advance(1);
    expect(peer.longPackets.at(-1)).toMatchObject({ type: "answer" });
    expect(pair.server.host.stats.connections).toBe(0);
    peer.sendInit();
    pair.clock.advance(1);
    expect(peer.longPackets.at(-1)).toMatchObject({ type: "accept" });
  });

  test("takes a cookie at another port than it was sent to, as discovery needs it", () => {
    const pair = makeTransportPair(1);
    const peer = makePeer(pair);
    const other = new RawPeer({
      ...pair,
      server: serverAddress,
      address: { ...peer.address, port: 667 },
    });
    other.longPackets.push(...peer.longPackets);
    other.sendInit(peer.cookie);
    pair.clock.advance(1);
    expect(other.longPackets.at(-1)).toMatchObject({ type: "accept" });
  });

  test("answers the same INIT with the same ACCEPT", () => {
    const pair = makeTransportPair(1);
    const peer = new RawPeer({ ...pair, server: serverAddress });
    peer.connect();
    peer.sendInit();
    pair.clock.advance(1);
    const accepts = peer.longPackets.filter((packet) => packet.type === "accept");
    expect(accepts).toHaveLength(2);
    expect(accepts[0]).toEqual(accepts[1]);
    expect(pair.server.host.stats.connections).toBe(1);
  });

  test("keeps one half-open connection for an INIT that is replayed a thousand times", () => {
    const pair = makeTransportPair(1);
    const peer = makePeer(pair);
    for (let count = 0; count < 1000; count += 1) peer.sendInit();
    pair.clock.advance(1);
    expect(pair.server.host.stats).toMatchObject({ halfOpen: 1, connections: 1 });
    pair.clock.advance(halfOpenMs);
    expect(pair.server.host.stats.connections).toBe(0);
  });

  test("is not disturbed in a live connection by its own INIT, replayed from anywhere", () => {
    const pair = makeTransportPair(1);
    const inits: Uint8Array[] = [];
    pair.network.onSend = (_from, to, datagram) => {
      if (to.port === serverAddress.port && datagram[0] === 0xc0) inits.push(datagram.slice());
    };
    pair.open();
    const init = inits.at(-1)!;
    const thief = makePeer(pair);
    const withOwnCookie = init.slice();
    withOwnCookie.set(thief.cookie, 18);
    for (const datagram of [init, withOwnCookie]) thief.send(datagram);
    pair.clock.advance(10_000);
    expect(thief.longPackets.some((packet) => packet.type === "accept")).toBe(false);
    expect(pair.server.host.stats).toMatchObject({ connections: 1, halfOpen: 0 });
    expect(pair.server.events).toHaveLength(1);
    expect(pair.client.closed ?? pair.server.closed).toBeUndefined();
  });

  test("keeps a client's live connection while a second one of it is half-open", () => {
    const pair = makeTransportPair(1);
    const peer = new RawPeer({ ...pair, server: serverAddress });
    peer.connect();
    peer.sendFrames((writer) => writer.u8(frameTypes.ping));
    pair.clock.advance(1);
    expect(pair.server.events).toHaveLength(1);
    const { serverId } = peer;
    peer.begin();
    peer.sendInit();
    pair.clock.advance(1);
    expect(peer.serverId).not.toBe(serverId);
    expect(pair.server.events).toHaveLength(1);
    expect(pair.server.host.stats).toMatchObject({ connections: 2, halfOpen: 1 });
  });

  test("has no session for an INIT in which any bit was changed", () => {
    const pair = makeTransportPair(1);
    const peer = makePeer(pair);
    const init = peer.init();
    const messageAt = 17 + 1 + 22 + 2;
    for (let round = 0; round < 100; round += 1) {
      const changed = init.slice();
      const at = pair.random.between(messageAt, messageAt + 96 + 16);
      changed[at] = changed[at]! ^ (1 << pair.random.between(0, 7));
      peer.send(changed);
    }
    // The id of the client, which is in the prologue only.
    const renamed = init.slice();
    renamed[16] = renamed[16]! ^ 1;
    peer.send(renamed);
    pair.clock.advance(1);
    expect(pair.server.host.stats.connections).toBe(0);
    expect(counted(pair).damaged).toBe(101);
    expect(peer.longPackets.filter((packet) => packet.type === "answer")).toHaveLength(102);
  });

  test("makes 1000 handshakes of one host at once and no more, cookie or not", () => {
    const pair = makeTransportPair(1);
    const peer = makePeer(pair);
    // Each has another ephemeral key and is for nobody: what the server computes is the same.
    for (let count = 0; count <= handshakesPerSource.burst; count += 1) {
      const forged = peer.init();
      forged.set(pair.random.bytes(32), 17 + 1 + 22 + 2);
      peer.send(forged);
      if (count % 100 === 0) pair.clock.advance(0.01);
    }
    pair.clock.advance(1);
    expect(counted(pair)["handshake-limit"]).toBe(1);
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

  test("keeps 1024 unconfirmed connections and forgets the oldest for the next", () => {
    const pair = makeTransportPair(1);
    const { clock, server } = pair;
    const peers = Array.from({ length: halfOpenCountMax + 1 }, (_, index) => {
      const address = { host: `10.1.${index >> 8}.${index & 255}`, port: 1000 };
      return makePeer(pair, { address, id: index + 1 });
    });
    for (const peer of peers.slice(0, -1)) {
      peer.sendInit();
      clock.advance(1);
    }
    expect(server.host.stats).toMatchObject({ halfOpen: halfOpenCountMax });
    peers.at(-1)!.sendInit();
    clock.advance(1);
    expect(server.host.stats).toMatchObject({
      halfOpen: halfOpenCountMax,
      connections: halfOpenCountMax,
    });
    const ping = (writer: ByteWriter) => {
      writer.u8(frameTypes.ping);
      writer.zeros(20);
    };
    for (const peer of peers) peer.sendFrames(ping);
    clock.advance(1);
    expect(server.host.stats).toMatchObject({ halfOpen: 0, connections: halfOpenCountMax });
    // Who was forgotten is told so, and may come again.
    expect(peers[0]!.last("reset")?.token).toEqual(peers[0]!.resetToken);
    expect(peers[1]!.last("reset")).toBeUndefined();
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

describe("a stateless reset", () => {
  const stray = (bytes: number) => {
    const packet = new Uint8Array(bytes).fill(0x40, 0, 1);
    packet[6] = 9;
    return packet;
  };

  test("answers a packet of 48 bytes for an unknown connection, and none of 47", () => {
    const pair = makeTransportPair(1);
    const peer = new RawPeer({ ...pair, server: serverAddress });
    peer.send(stray(resetTriggerBytesMin - 1));
    pair.clock.advance(1);
    expect(peer.longPackets).toEqual([]);
    peer.send(stray(resetTriggerBytesMin));
    pair.clock.advance(1);
    expect(peer.longPackets).toMatchObject([{ type: "reset", destination: 0, source: 9 }]);
    expect(counted(pair)["unknown-connection"]).toBe(2);
  });

  test("is sent 100 times a second and not once more", () => {
    const endpoint = makeEndpoint(1);
    for (let count = 0; count <= resetsInAll.burst; count += 1) {
      endpoint.handleDatagram(5, { host: "10.0.0.7", port: 7 }, stray(resetTriggerBytesMin));
    }
    expect(endpoint.stats.dropped["reset-limit"]).toBe(1);
  });

  test("is not sent by a client, nor in answer to a reset", () => {
    const client = makeEndpoint(1, { isAccepting: false });
    const server = makeEndpoint(1);
    const from = { host: "10.0.0.7", port: 7 };
    client.handleDatagram(5, from, stray(resetTriggerBytesMin));
    const token = new Uint8Array(16);
    const reset = encodeLongPacket({ type: "reset", destination: 0, source: 9, token });
    server.handleDatagram(5, from, reset);
    expect(client.pollTransmit(5)).toBeUndefined();
    expect(server.pollTransmit(5)).toBeUndefined();
  });

  test("with a wrong token changes nothing", () => {
    const pair = makeTransportPair(1);
    let serverId = 0;
    pair.network.onSend = (_from, to, datagram) => {
      if (to.port === serverAddress.port && (datagram[0]! & 0x80) === 0) {
        serverId = Buffer.from(datagram).readUIntBE(1, 6);
      }
    };
    pair.open();
    const token = pair.random.bytes(16);
    const reset = encodeLongPacket({ type: "reset", destination: 0, source: serverId, token });
    pair.network.send(serverAddress, pair.client.host.address, reset);
    pair.clock.advance(100);
    expect(pair.client.closed).toBeUndefined();
    expect(pair.client.host.stats.dropped.unexpected).toBe(1);
  });

  test("of a server with another key is not believed", () => {
    const pair = makeTransportPair(1);
    pair.open();
    pair.server.host.kill();
    new SimulatedHost({
      ...pair,
      address: serverAddress,
      isAccepting: true,
      onEvent: () => undefined,
    });
    pair.clock.advance(2500);
    expect(pair.client.closed).toBeUndefined();
    pair.clock.advance(2500);
    expect(pair.client.closed).toMatchObject({ cause: "timed-out" });
  });
});

describe("packets of a connection", () => {
  test("are dropped when any bit of them was changed, and change nothing", () => {
    const siege = besiege();
    const before = siege.server.host.stats.dropped.damaged;
    const bytes = siege.peer.seal((writer) => writer.u8(frameTypes.ping));
    let count = 0;
    for (let bit = 0; bit < 8 * bytes.length; bit += 1) {
      const changed = bytes.slice();
      changed[bit >> 3] = changed[bit >> 3]! ^ (1 << (bit & 7));
      siege.peer.send(changed);
      count += 1;
    }
    siege.clock.advance(1);
    const { dropped } = siege.server.host.stats;
    expect(droppedBy(siege)).toBe(count);
    // All but those of other ids, forms or reserved bits came as far as the tag.
    expect(dropped.damaged - before).toBe(count - 48 - 6);
    expect(siege.server.closed).toBeUndefined();
    siege.peer.send(bytes);
    siege.clock.advance(1);
    expect(siege.server.host.stats.dropped.duplicate).toBe(0);
  });

  test("are recognised as replayed only when they are proven, and then keep nobody alive", () => {
    const siege = besiege();
    const bytes = siege.peer.seal((writer) => writer.u8(frameTypes.ping));
    siege.peer.send(bytes);
    for (let at = 0; at < 4000; at += 100) {
      siege.clock.advance(100);
      siege.peer.send(bytes);
    }
    siege.clock.advance(1000);
    expect(siege.server.closed).toMatchObject({ cause: "timed-out" });
    expect(siege.server.host.stats.dropped.duplicate).toBeGreaterThan(30);
  });

  test("with forged numbers move no window", () => {
    const siege = besiege();
    const forged = siege.peer.seal((writer) => writer.u8(frameTypes.ping), 2 ** 31 - 5);
    forged[forged.length - 1] = forged.at(-1)! ^ 1;
    siege.peer.send(forged);
    siege.peer.nextNumber = 1;
    siege.peer.sendFrames((writer) => writer.u8(frameTypes.ping));
    siege.clock.advance(50);
    expect(siege.server.host.stats.dropped).toMatchObject({ damaged: 1, duplicate: 0 });
    expect(siege.peer.frames).toContainEqual(
      expect.objectContaining({ type: "ack", ranges: [{ start: 0, end: 2 }] }),
    );
  });

  test("that ask for an answer are long enough for a reset to be shorter", () => {
    const pair = makeTransportPair(1);
    const lengths: number[] = [];
    pair.network.onSend = (_from, to, datagram) => {
      if (to.port === serverAddress.port && (datagram[0]! & 0x80) === 0) {
        lengths.push(datagram.length);
      }
    };
    pair.open();
    pair.client.host.send(pair.client.connection!, 0, new Uint8Array(0));
    pair.clock.advance(20_000);
    // The client's own are PING, its message, and ACKs of the server's PING, which ask for nothing.
    expect(lengths.filter((length) => resetTriggerBytesMin <= length).length).toBeGreaterThan(10);
    expect(lengths[0]).toBe(resetTriggerBytesMin);
  });

  test("go through a change of keys while data is lost and overtaken", () => {
    const pair = makeTransportPair(3, {
      conditions: { loss: 0.1, jitterMs: 20, duplication: 0.3 },
    });
    pair.open();
    pair.clock.advance(keyUpdateMs - 50);
    const phases = new Set<number>();
    pair.network.onSend = (_from, _to, datagram) => phases.add(datagram[0]! >> 4);
    const message = pair.random.bytes(300_000);
    pair.client.host.send(pair.client.connection!, 1, message);
    expect(pair.clock.advanceUntil(() => pair.server.messages.length === 1, 60_000)).toBe(true);
    expect(Buffer.compare(pair.server.messages[0]!.message, message)).toBe(0);
    expect(phases).toEqual(new Set([4, 5]));
    expect(pair.client.closed ?? pair.server.closed).toBeUndefined();
  });
});

describe("a flood of 5,000 forged datagrams in half a second", () => {
  test("of every kind leaves a connection undisturbed, and is answered with less than it brought", () => {
    const pair = makeTransportPair(5);
    const seen: Uint8Array[] = [];
    pair.network.onSend = (_from, to, datagram) => {
      if (to.port === serverAddress.port) seen.push(datagram.slice());
    };
    pair.open();
    pair.client.host.send(pair.client.connection!, 0, new Uint8Array(2000));
    pair.clock.advance(50);
    pair.network.onSend = undefined;
    const before = pair.server.host.stats;
    let floodBytes = 0;
    for (let count = 0; count < 5000; count += 1) {
      // What was really sent, with one byte changed: forged from every form of packet.
      const forged = pair.random.pick(seen).slice();
      const at = pair.random.between(0, Math.min(forged.length, 200) - 1);
      forged[at] = forged[at]! ^ pair.random.between(1, 255);
      const from = { host: `10.2.${count >> 8}.${count & 255}`, port: 1 };
      pair.network.send(from, serverAddress, forged);
      floodBytes += forged.length;
      if (count % 10 === 0) pair.clock.advance(1);
      if (count % 500 === 0) pair.client.host.send(pair.client.connection!, 0, Uint8Array.of(1));
    }
    pair.clock.advance(50);
    expect(pair.server.messages).toHaveLength(1 + 10);
    expect(pair.client.closed ?? pair.server.closed).toBeUndefined();
    expect(pair.server.host.stats.connections).toBe(1);
    const answered = pair.server.host.stats.bytesSent - before.bytesSent;
    expect(answered).toBeLessThan(floodBytes / 4);
  });
});

describe("an endpoint", () => {
  test("counts what is not for it by reason", () => {
    const endpoint = makeEndpoint(1);
    const from = { host: "10.0.0.7", port: 7 };
    const unknown = Uint8Array.from([0x40, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
    const datagrams = [new Uint8Array(0), Uint8Array.of(1), unknown, Uint8Array.of(0x40)];
    for (const datagram of datagrams) endpoint.handleDatagram(1, from, datagram);
    endpoint.handleDatagram(1, from, initFrom(5, noCookie).subarray(0, 1000));
    expect(endpoint.stats).toMatchObject({
      datagramsReceived: 5,
      dropped: { "not-transport": 2, "unknown-connection": 1, malformed: 2 },
    });
    expect(endpoint.pollTransmit(1)).toBeUndefined();
  });

  test("random datagrams never throw", () => {
    const endpoint = makeEndpoint(1);
    const random = new SeededRandom(2);
    for (let round = 0; round < 20_000; round += 1) {
      const datagram = random.bytes(random.between(0, 60));
      datagram[0] = random.pick([0x40, random.between(0xc0, 0xc7), random.between(0, 255)]);
      endpoint.handleDatagram(round, { host: "10.0.0.7", port: 7 }, datagram);
      endpoint.pollTransmit(round);
    }
    expect(endpoint.stats.connections).toBe(0);
  });

  test("demands a budget that the longest message fits in", () => {
    const options = { random: new SeededRandom(1), isAccepting: false };
    expect(() => new Endpoint({ ...options, receiveBudgetBytes: messageBytesMax })).not.toThrow();
    const tooSmall = { ...options, receiveBudgetBytes: messageBytesMax - 1 };
    expect(() => new Endpoint(tooSmall)).toThrow("longest message");
  });

  test("serves 1,000 connections, and lets none of them wait for another's bulk", () => {
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
    const handles = Array.from({ length: 1000 }, () => {
      clock.advance(0.1);
      return clients.connect(serverAddress);
    });
    clock.advance(500);
    expect(server.stats.connections).toBe(1000);
    for (const handle of handles) clients.send(handle, 0, Uint8Array.of(1));
    clock.advance(50);
    expect(new Set(received).size).toBe(1000);
    const [first] = received;
    server.send(first!, 1, new Uint8Array(1024 * 1024));
    const saidAt = clock.now();
    for (const handle of received) server.send(handle, 0, Uint8Array.of(2));
    clock.advance(0.3);
    expect([...lines.values()].filter((at) => at - saidAt < 0.25).length).toBe(1000);
    clock.advance(3000);
    expect(server.stats.connections).toBe(1000);
  });

  test("ends its turn after 16 datagrams of one connection, and asks for another", () => {
    const at = { server: serverAddress, client: { host: "10.0.0.2", port: 2 } };
    const server = makeEndpoint(1);
    const client = makeEndpoint(2, {
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

  test("ends its turn after 256 KiB of one connection where datagrams are long", () => {
    const at = { server: serverAddress, client: { host: "10.0.0.2", port: 2 } };
    const pathBytesMax = () => datagramBytesMax;
    const socketBytes = 4 * 1024 * 1024;
    const server = makeEndpoint(1, { pathBytesMax, socketBytes });
    const client = makeEndpoint(2, {
      isAccepting: false,
      makeCongestion: (datagramBytes) => new NewReno(datagramBytes),
      pathBytesMax,
      socketBytes,
    });
    const turn = (from: Endpoint, to: Endpoint, address: Address, now: number) => {
      for (let bytes = 0; ; ) {
        const transmit = from.pollTransmit(now);
        if (transmit === undefined) return bytes;
        bytes += transmit.datagram.length;
        to.handleDatagram(now, address, transmit.datagram.slice());
      }
    };
    const connection = client.connect(0, at.server);
    client.send(0, connection, 1, new Uint8Array(8 * 1024 * 1024));
    let bytesMax = 0;
    for (let now = 0; now < 200; now += 1) {
      bytesMax = Math.max(bytesMax, turn(client, server, at.client, now));
      turn(server, client, at.server, now);
    }
    expect(bytesMax).toBeGreaterThanOrEqual(burstBytesMax);
    expect(bytesMax).toBeLessThan(burstBytesMax + datagramBytesMax);
  });

  test("keeps nothing of a datagram whose memory is used again", () => {
    const at = { server: serverAddress, client: { host: "10.0.0.2", port: 2 } };
    const server = makeEndpoint(1);
    const client = makeEndpoint(2, { isAccepting: false });
    // As the system gives them, and then with something else in the same place.
    const memory = Buffer.alloc(datagramBytesMax);
    const turn = (from: Endpoint, to: Endpoint, address: Address, now: number) => {
      for (;;) {
        const transmit = from.pollTransmit(now);
        if (transmit === undefined) return;
        memory.set(transmit.datagram);
        to.handleDatagram(now, address, memory.subarray(0, transmit.datagram.length));
        memory.fill(0xff);
      }
    };
    const connection = client.connect(0, at.server);
    client.send(0, connection, 1, new Uint8Array(100_000));
    for (let now = 0; now < 200; now += 1) {
      turn(client, server, at.client, now);
      turn(server, client, at.server, now);
      for (const endpoint of [client, server]) endpoint.handleTimeout(now);
    }
    const events = [];
    for (let event = server.pollEvent(); event !== undefined; event = server.pollEvent()) {
      events.push(event);
    }
    expect(events.map(({ type }) => type)).toEqual(["opened", "message"]);
    const restarted = makeEndpoint(1);
    client.send(200, connection, 1, Uint8Array.of(1));
    turn(client, restarted, at.client, 200);
    turn(restarted, client, at.server, 200);
    let last = client.pollEvent();
    for (let event = last; event !== undefined; event = client.pollEvent()) last = event;
    expect(last).toMatchObject({ type: "closed", reason: { cause: "reset" } });
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
