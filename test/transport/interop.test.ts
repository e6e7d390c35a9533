import { describe, expect, test } from "vitest";
import { keyUpdateMs } from "../../src/transport/limits.ts";
import { goodLink } from "../support/network.ts";
import { Transfer } from "../support/transfer.ts";
import { makeTransportPair, serverAddress, type TransportPair } from "../support/transport-pair.ts";

/**
 * Not here, because there is nothing of the kind: resumption and 0-RTT, HTTP, ECN (Node cannot set
 * it), IPv6, other ciphers and other versions of QUIC.
 */

/** The link of the QUIC interop runner: 15 ms each way, 10 Mbit/s, 25 datagrams in the queue. */
const interopLink = { delayMs: 15, megabitsPerSecond: 10, queueBytes: 25 * 1228 };
const mebibyte = 1024 * 1024;

function openPair(seed: number, conditions: object = {}): TransportPair {
  const pair = makeTransportPair(seed);
  pair.network.conditions = { ...goodLink, ...interopLink, ...conditions };
  pair.client.host.connect(serverAddress);
  const isOpen = () => [pair.client, pair.server].every((side) => side.connection !== undefined);
  expect(pair.clock.advanceUntil(isOpen, 10_000), `seed ${seed}`).toBe(true);
  return pair;
}

/** Sends these messages on channels 0, 1, … and waits for all of them; says how long it took. */
function deliver(pair: TransportPair, sizes: readonly number[], msMax: number): number {
  const startedAt = pair.clock.now();
  const sent = sizes.map((size) => pair.random.bytes(size));
  for (const [channel, message] of sent.entries()) {
    pair.client.host.send(pair.client.connection!, channel, message);
  }
  const isThere = () => pair.server.messages.length === sizes.length;
  expect(pair.clock.advanceUntil(isThere, msMax)).toBe(true);
  for (const { channel, message } of pair.server.messages) {
    expect(Buffer.compare(message, sent[channel]!)).toBe(0);
  }
  return pair.clock.now() - startedAt;
}

/** One client after the other, each with a handshake and a KiB; how often the server opened. */
function connectOften(seed: number, count: number, conditions: object): number {
  const pair = makeTransportPair(seed);
  pair.network.conditions = { ...goodLink, ...interopLink, ...conditions };
  for (let index = 0; index < count; index += 1) {
    const before = pair.server.messages.length;
    for (let tries = 0; pair.server.messages.length === before; tries += 1) {
      expect(tries, `seed ${seed}, client ${index}`).toBeLessThan(5);
      const connection = pair.client.host.connect(serverAddress);
      pair.client.host.send(connection, 0, new Uint8Array(1024));
      const isDone = () =>
        before < pair.server.messages.length ||
        pair.client.events.some(
          (event) => event.type === "closed" && event.connection === connection,
        );
      pair.clock.advanceUntil(isDone, 20_000);
    }
  }
  return pair.server.messages.length;
}

describe("the scenarios of the QUIC interop runner:", () => {
  test("handshake: one, and a KiB", () => {
    const pair = openPair(1);
    deliver(pair, [1024], 1000);
    expect(pair.server.events.filter(({ type }) => type === "opened")).toHaveLength(1);
  });

  test("longrtt: one handshake at 1.5 s of round trip, although each packet of it is repeated", () => {
    const pair = openPair(2, { delayMs: 750 });
    deliver(pair, [1024], 10_000);
    expect(pair.server.events.filter(({ type }) => type === "opened")).toHaveLength(1);
    expect(pair.client.closed).toBeUndefined();
  });

  test("transfer: 1, 1.5 and 2.5 MB at once", () => {
    deliver(openPair(3), [1_000_000, 1_500_000, 2_500_000], 6000);
  });

  test("multiplexing: 2,000 messages of 32 bytes", () => {
    const pair = openPair(4);
    for (let index = 0; index < 2000; index += 1) {
      pair.client.host.send(pair.client.connection!, index % 8, new Uint8Array(32).fill(index));
    }
    const isThere = () => pair.server.messages.length === 2000;
    expect(pair.clock.advanceUntil(isThere, 2000)).toBe(true);
  });

  test("handshakeloss: 50 connections at 30 % loss", () => {
    expect(connectOften(5, 50, { loss: 0.3, lossRunMax: 3 })).toBe(50);
  });

  test("handshakecorruption: 50 connections with 30 % damaged", () => {
    expect(connectOften(6, 50, { corruption: 0.3 })).toBe(50);
  });

  test("transferloss: 2 MB at 2 % loss", () => {
    deliver(openPair(7, { loss: 0.02, lossRunMax: 3 }), [2_000_000], 3000);
  });

  test("transfercorruption: 2 MB with 2 % damaged", () => {
    deliver(openPair(8, { corruption: 0.02 }), [2_000_000], 3000);
  });

  test("blackhole: 5 MB over a link that is off for 2 s after each 3 s", () => {
    const pair = openPair(9);
    const from = pair.clock.now();
    pair.network.isCut = () => 3000 < (pair.clock.now() - from) % 5000;
    deliver(pair, [5_000_000], 20_000);
    expect(pair.server.events.filter(({ type }) => type === "opened")).toHaveLength(1);
  });

  test("rebind-port and rebind-addr: 4 MB from a client that moves each second", () => {
    const pair = openPair(10);
    for (let move = 1; move <= 3; move += 1) {
      pair.clock.setTimer(pair.clock.now() + 1000 * move, () => {
        const host = move % 2 === 0 ? `10.0.0.${100 + move}` : pair.client.host.address.host;
        pair.client.host.rebind({ host, port: 41_000 + move });
      });
    }
    deliver(pair, [4_000_000], 12_000);
    expect(pair.client.closed).toBeUndefined();
  });

  test("amplificationlimit: a client whose packets are lost is not sent more than it sent", () => {
    const pair = makeTransportPair(11);
    const conditions = { ...goodLink, ...interopLink };
    pair.network.conditions = conditions;
    const bytes = { client: 0, server: 0 };
    let count = 0;
    pair.network.onSend = (from, to, { length }) => {
      if (from.host === serverAddress.host) bytes.server += length;
      else {
        bytes.client += length;
        count += 1;
        const loss = 2 <= count && count <= 4 ? 1 : 0;
        pair.network.link(from.host, to.host).conditions = { ...conditions, loss };
      }
      const isProven = pair.server.connection !== undefined;
      if (!isProven) expect(bytes.server).toBeLessThanOrEqual(bytes.client);
    };
    pair.client.host.connect(serverAddress);
    expect(pair.clock.advanceUntil(() => pair.server.connection !== undefined, 5000)).toBe(true);
    expect(count).toBeGreaterThan(4);
  });

  test("retry: a cookie that no server gave costs one round trip, and the rest goes on", () => {
    const pair = makeTransportPair(13);
    pair.network.conditions = { ...goodLink, ...interopLink };
    const key = pair.server.host.identity.keyPair.publicKey;
    const startedAt = pair.clock.now();
    pair.client.host.connect(serverAddress, { key, cookie: new Uint8Array(22).fill(9) });
    const isOpen = () => pair.client.connection !== undefined;
    expect(pair.clock.advanceUntil(isOpen, 1000)).toBe(true);
    // Two round trips of 30 ms, and three datagrams of 1200 bytes at 10 Mbit/s.
    expect(pair.clock.now() - startedAt).toBeLessThan(65);
    deliver(pair, [1024], 1000);
  });

  test("keyupdate: 3 MB each way while the keys change", () => {
    const pair = openPair(14);
    pair.clock.advance(keyUpdateMs - 500);
    const phases = new Set<number>();
    pair.network.onSend = (_from, _to, datagram) => phases.add(datagram[0]! >> 4);
    pair.server.host.send(pair.server.connection!, 0, new Uint8Array(3_000_000));
    deliver(pair, [3_000_000], 10_000);
    const isThere = () => pair.client.messages.length === 1;
    expect(pair.clock.advanceUntil(isThere, 10_000)).toBe(true);
    expect(phases).toEqual(new Set([4, 5]));
  });

  test("connectionmigration: to another host in the middle of 2 MB, at 5 % loss", () => {
    const pair = openPair(15, { loss: 0.05 });
    pair.clock.setTimer(pair.clock.now() + 700, () => {
      pair.client.host.rebind({ host: "10.0.0.77", port: 50_000 });
    });
    deliver(pair, [2_000_000], 10_000);
    expect(pair.server.events.filter(({ type }) => type === "opened")).toHaveLength(1);
  });

  test("crosstraffic: 25 % of 10 Mbit/s at least beside a TCP flow with CUBIC", () => {
    const transfer = new Transfer(16, interopLink);
    const ours = transfer.addFlow();
    transfer.addCubicFlow();
    transfer.run(12_000);
    expect(transfer.megabitsPerSecond(ours, 2000)).toBeGreaterThan(2.5);
  });

  test("goodput: 90 % of 10 Mbit/s for 5 MB", () => {
    const ms = deliver(openPair(12), [5_000_000], 20_000);
    expect((5_000_000 * 8) / ms / 10_000).toBeGreaterThan(0.9);
  });

  test("everything at once: bursts of loss, reordering, duplicates and damage", () => {
    for (let seed = 20; seed < 24; seed += 1) {
      const pair = openPair(seed, {
        burstLoss: { chance: 0.005, lengthMax: 12 },
        reordering: 0.05,
        reorderingMs: 5,
        duplication: 0.05,
        corruption: 0.01,
      });
      deliver(pair, [mebibyte, 300_000], 6000);
    }
  });

  test("reordering alone costs no goodput to speak of", () => {
    const pair = openPair(30, { reordering: 0.1, reorderingMs: 8 });
    const ms = deliver(pair, [2_000_000], 20_000);
    expect((2_000_000 * 8) / ms / 10_000).toBeGreaterThan(0.8);
  });
});
