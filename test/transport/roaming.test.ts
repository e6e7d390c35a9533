import { describe, expect, test } from "vitest";
import type { Address } from "../../src/base/address.ts";
import { formatAddress } from "../../src/base/address.ts";
import { frameTypes, writePath } from "../../src/transport/frames.ts";
import { initialRttMs, keepAliveClientMs, pathReplyFactor } from "../../src/transport/limits.ts";
import { RawPeer } from "../support/raw-peer.ts";
import {
  clientAddress,
  makeTransportPair,
  serverAddress,
  type TransportPair,
} from "../support/transport-pair.ts";

const mebibyte = 1024 * 1024;
const otherPort: Address = { ...clientAddress, port: 50_000 };
const otherHost: Address = { host: "10.0.0.77", port: 50_000 };

function openPair(seed: number, conditions: Parameters<typeof makeTransportPair>[1] = {}) {
  const pair = makeTransportPair(seed, conditions);
  pair.open();
  pair.clock.advance(50);
  return pair;
}

/** Neither side was told of anything but messages. */
function expectUnnoticed(pair: TransportPair, label = ""): void {
  for (const { events } of [pair.client, pair.server]) {
    const others = events.filter(({ type }) => type !== "message" && type !== "writable");
    expect(
      others.map(({ type }) => type),
      label,
    ).toEqual(["opened"]);
  }
}

/** Bytes that a host sends to each address, from now on. */
function countBytesTo(pair: TransportPair): Map<string, number> {
  const counts = new Map<string, number>();
  pair.network.onSend = (_from, to, datagram) => {
    const name = formatAddress(to);
    counts.set(name, (counts.get(name) ?? 0) + datagram.length);
  };
  return counts;
}

describe("a client that moves", () => {
  test.each([
    ["to another port", otherPort],
    ["to another address", otherHost],
  ])("%s in the middle of transfers both ways keeps its connection", (_name, address) => {
    const pair = openPair(1, { conditions: { delayMs: 2 } });
    const [up, down] = [pair.random.bytes(4 * mebibyte), pair.random.bytes(4 * mebibyte)];
    pair.client.host.send(pair.client.connection!, 1, up);
    pair.server.host.send(pair.server.connection!, 1, down);
    pair.clock.advance(15);
    expect(pair.client.messages.length + pair.server.messages.length).toBe(0);
    pair.client.host.rebind(address);
    const isDone = () => pair.client.messages.length + pair.server.messages.length === 2;
    expect(pair.clock.advanceUntil(isDone, 20_000)).toBe(true);
    expect(Buffer.compare(pair.server.messages[0]!.message, up)).toBe(0);
    expect(Buffer.compare(pair.client.messages[0]!.message, down)).toBe(0);
    expectUnnoticed(pair);
  });

  test("while it only listens is found again when its keep-alive speaks", () => {
    const pair = openPair(2);
    pair.server.host.send(pair.server.connection!, 1, new Uint8Array(4 * mebibyte));
    pair.clock.advance(2);
    pair.client.host.rebind(otherHost);
    const movedAt = pair.clock.now();
    const isDone = () => pair.client.messages.length === 1;
    expect(pair.clock.advanceUntil(isDone, 10_000)).toBe(true);
    expect(pair.clock.now() - movedAt).toBeLessThan(keepAliveClientMs + 3000);
    expectUnnoticed(pair);
  });

  test("again and again, while much is lost and overtaken, loses nothing", () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const pair = openPair(seed, {
        conditions: { loss: 0.1, jitterMs: 5, duplication: 0.1, delayMs: 1 },
      });
      const message = pair.random.bytes(300_000);
      pair.server.host.send(pair.server.connection!, 1, message);
      for (let move = 1; move <= 5; move += 1) {
        pair.clock.advance(pair.random.between(1, 1500));
        pair.client.host.rebind({ host: `10.0.7.${move}`, port: 50_000 + move });
        pair.client.host.send(pair.client.connection!, 0, Uint8Array.of(move));
      }
      const isDone = () => pair.client.messages.length === 1 && pair.server.messages.length === 5;
      expect(pair.clock.advanceUntil(isDone, 30_000), `seed ${seed}`).toBe(true);
      expect(Buffer.compare(pair.client.messages[0]!.message, message)).toBe(0);
      expectUnnoticed(pair, `seed ${seed}`);
    }
  });

  test("is measured anew: the round trip of the old path counts no more", () => {
    const pair = openPair(3, { conditions: { delayMs: 0.2 } });
    const stats = () => pair.server.host.connectionStats(pair.server.connection!)!;
    expect(stats().roundTripMs).toBeLessThan(2);
    pair.network.conditions = { ...pair.network.conditions, delayMs: 40 };
    pair.client.host.rebind(otherHost);
    pair.client.host.send(pair.client.connection!, 0, Uint8Array.of(1));
    pair.clock.advance(3 * 40 + 1);
    expect(stats().roundTripMs).toBe(initialRttMs);
    pair.clock.advance(200);
    expect(stats().roundTripMs).toBeCloseTo(80, 0);
  });

  test("leaves nothing behind: the old address hears no more once the new one is proven", () => {
    const pair = openPair(4);
    pair.client.host.rebind(otherHost);
    pair.client.host.send(pair.client.connection!, 0, Uint8Array.of(1));
    pair.clock.advance(50);
    const counts = countBytesTo(pair);
    pair.clock.advance(5000);
    expect(counts.get(formatAddress(clientAddress))).toBeUndefined();
    expect(counts.get(formatAddress(otherHost))).toBeGreaterThan(0);
  });
});

describe("an attacker", () => {
  const thief: Address = { host: "10.0.0.66", port: 666 };

  test("who passes fresh packets on first, from elsewhere, gets no traffic", () => {
    const pair = openPair(1);
    let [bytesFromThief, bytesToThief, passedOn] = [0, 0, 0];
    pair.network.onSend = (from, to, datagram) => {
      if (to.host === thief.host) bytesToThief += datagram.length;
      if (from.host !== clientAddress.host) return;
      // Every packet, and each arrives before the client's own.
      passedOn += 1;
      bytesFromThief += datagram.length;
      pair.network.send(thief, serverAddress, datagram);
    };
    const message = pair.random.bytes(mebibyte);
    pair.server.host.send(pair.server.connection!, 1, message);
    const isDone = () => pair.client.messages.length === 1;
    expect(pair.clock.advanceUntil(isDone, 10_000)).toBe(true);
    expect(Buffer.compare(pair.client.messages[0]!.message, message)).toBe(0);
    expect(passedOn).toBeGreaterThan(10);
    expect(bytesToThief).toBeGreaterThan(0);
    expect(bytesToThief).toBeLessThanOrEqual(pathReplyFactor * bytesFromThief);
    expect(bytesToThief).toBeLessThan(1000);
    expectUnnoticed(pair);
  });

  test("with a connection of its own that speaks from a thousand addresses costs three challenges a second", () => {
    const pair = makeTransportPair(2);
    const peer = new RawPeer({ ...pair, server: serverAddress });
    peer.connect();
    peer.sendFrames((writer) => writer.u8(frameTypes.ping));
    pair.clock.advance(50);
    const counts = countBytesTo(pair);
    for (let index = 0; index < 1000; index += 1) {
      const packet = peer.seal((writer) => writer.u8(frameTypes.ping));
      peer.send(packet, { host: `10.3.${index >> 8}.${index & 255}`, port: 1000 });
      pair.clock.advance(1);
    }
    const victims = [...counts].filter(([name]) => name.startsWith("10.3."));
    expect(victims.length).toBeLessThanOrEqual(2);
    for (const [, bytes] of victims) expect(bytes).toBeLessThanOrEqual(4 * 36);
    expect(pair.server.closed).toBeUndefined();
  });

  test("who answers a challenge that it never got moves nothing", () => {
    const pair = makeTransportPair(3);
    const peer = new RawPeer({ ...pair, server: serverAddress });
    peer.connect();
    const victim: Address = { host: "10.0.0.99", port: 999 };
    peer.send(
      peer.seal((writer) => writer.u8(frameTypes.ping)),
      victim,
    );
    pair.clock.advance(1);
    const counts = countBytesTo(pair);
    for (let guess = 0; guess < 100; guess += 1) {
      const data = new Uint8Array(8).fill(guess);
      const packet = peer.seal((writer) => writePath(writer, frameTypes.pathResponse, data));
      peer.send(packet, victim);
    }
    pair.server.host.send(pair.server.connection!, 0, new Uint8Array(100_000));
    pair.clock.advance(200);
    expect(counts.get(formatAddress(victim)) ?? 0).toBeLessThan(2 * 36 + 1);
    expect(counts.get(formatAddress(peer.address))).toBeGreaterThan(1000);
  });
});
