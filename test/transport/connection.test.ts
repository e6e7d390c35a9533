import { describe, expect, test } from "vitest";
import { transportCodes } from "../../src/transport/close-codes.ts";
import {
  channelMax,
  connectionWindowBytes,
  datagramBytesMax,
  lingerMs,
  messageBytesMax,
  pageBytes,
  sendQueueBytesHigh,
  sendQueueBytesLow,
  sendQueueBytesMax,
  silenceAfterStallMs,
  silenceMaxMs,
} from "../../src/transport/limits.ts";
import { goodLink } from "../support/network.ts";
import type { SeededRandom } from "../support/random.ts";
import { makeTransportPair, type Side, type TransportPair } from "../support/transport-pair.ts";

const mebibyte = 1024 * 1024;

/** Queues messages of random sizes on random channels and notes them by channel. */
function sendRandomly(side: Side, random: SeededRandom, count: number): Uint8Array[][] {
  const byChannel: Uint8Array[][] = Array.from({ length: channelMax + 1 }, () => []);
  for (let index = 0; index < count; index += 1) {
    const channel = random.between(0, channelMax);
    const message = random.bytes(random.pick([0, 1, 20, 63, 64, 1200, 5000]));
    side.host.send(side.connection!, channel, message);
    byChannel[channel]!.push(message);
  }
  return byChannel;
}

function expectReceived(side: Side, sent: readonly Uint8Array[][], label: string): void {
  for (const [channel, messages] of sent.entries()) {
    const received = side.messages.filter((entry) => entry.channel === channel);
    expect(received.length, label).toBe(messages.length);
    for (const [index, { message }] of received.entries()) {
      expect(Buffer.compare(message, messages[index]!), label).toBe(0);
    }
  }
}

function isQuiet(pair: TransportPair): boolean {
  return [pair.client, pair.server].every(
    (side) => side.host.connectionStats(side.connection!)?.queuedBytes === 0,
  );
}

function openPair(seed: number, conditions: Parameters<typeof makeTransportPair>[1] = {}) {
  const pair = makeTransportPair(seed, conditions);
  pair.open();
  return pair;
}

/** What five idle pairs were told while they should have been told nothing. */
function falseAlarms(options: {
  readonly seedFrom: number;
  readonly loss: number;
  readonly minutes: number;
}): unknown[] {
  return Array.from({ length: 5 }, (_, index) => options.seedFrom + index).flatMap((seed) => {
    const pair = openPair(seed, { conditions: { loss: options.loss, delayMs: 1, jitterMs: 2 } });
    pair.clock.advance(options.minutes * 60_000);
    return [pair.client.closed, pair.server.closed]
      .filter((reason) => reason !== undefined)
      .map((reason) => ({ seed, reason }));
  });
}

describe("a connection", () => {
  test("delivers every message once and in order, whatever the network does to it", () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const pair = makeTransportPair(seed, {
        conditions: {
          loss: (seed % 6) * 0.05,
          duplication: (seed % 3) * 0.1,
          corruption: (seed % 4) * 0.03,
          delayMs: seed % 5,
          jitterMs: (seed % 7) * 2,
        },
      });
      pair.open();
      const up = sendRandomly(pair.client, pair.random, 40);
      const down = sendRandomly(pair.server, pair.random, 40);
      expect(
        pair.clock.advanceUntil(() => isQuiet(pair), 120_000),
        `seed ${seed}`,
      ).toBe(true);
      expectReceived(pair.server, up, `seed ${seed}`);
      expectReceived(pair.client, down, `seed ${seed}`);
      expect(pair.client.closed ?? pair.server.closed, `seed ${seed}`).toBeUndefined();
    }
  });

  test("carries a message of the longest kind, and takes no byte more from its own user", () => {
    const pair = openPair(1);
    const message = new Uint8Array(messageBytesMax).fill(7);
    message.set(pair.random.bytes(100_000), 5 * mebibyte);
    const { connection, host } = pair.client;
    host.send(connection!, 1, message);
    expect(pair.clock.advanceUntil(() => pair.server.messages.length === 1, 60_000)).toBe(true);
    expect(Buffer.compare(pair.server.messages[0]!.message, message)).toBe(0);
    expect(() => host.send(connection!, 1, new Uint8Array(messageBytesMax + 1))).toThrow();
    expect(() => host.send(connection!, channelMax + 1, new Uint8Array(1))).toThrow();
  });

  test("carries 1 MiB at 20 % loss each way", () => {
    const pair = openPair(2, { conditions: { loss: 0.2, delayMs: 1, jitterMs: 1 } });
    const message = pair.random.bytes(mebibyte);
    pair.client.host.send(pair.client.connection!, 1, message);
    expect(pair.clock.advanceUntil(() => pair.server.messages.length === 1, 120_000)).toBe(true);
    expect(Buffer.compare(pair.server.messages[0]!.message, message)).toBe(0);
  });

  test("lets a line on channel 0 overtake what waits on channel 1", () => {
    const pair = openPair(3, { conditions: { delayMs: 5 } });
    const { connection, host } = pair.client;
    host.send(connection!, 1, new Uint8Array(4 * mebibyte));
    pair.clock.advance(30);
    const saidAt = pair.clock.now();
    host.send(connection!, 0, Uint8Array.of(1));
    expect(pair.clock.advanceUntil(() => pair.server.messages.length === 2, 60_000)).toBe(true);
    const [line, bulk] = pair.server.messages;
    expect(line).toMatchObject({ channel: 0 });
    // It leaves with the next ACK (a round trip at most) and travels for 5 ms.
    expect(line!.at - saidAt).toBeLessThanOrEqual(16);
    expect(bulk).toMatchObject({ channel: 1 });
  });

  test("packs many small messages into few datagrams", () => {
    const pair = openPair(4);
    pair.clock.advance(100);
    const before = pair.network.counts.sent;
    for (let index = 0; index < 100; index += 1) {
      pair.client.host.send(pair.client.connection!, 0, new Uint8Array(20));
    }
    pair.clock.advance(50);
    expect(pair.server.messages).toHaveLength(100);
    expect(pair.network.counts.sent - before).toBeLessThanOrEqual(4);
  });

  test("holds no more than its credit while packets are missing", () => {
    const pair = openPair(5, { conditions: { loss: 0.1, delayMs: 5 } });
    for (const channel of [0, 1, 2, 3]) {
      pair.client.host.send(pair.client.connection!, channel, new Uint8Array(mebibyte));
    }
    let heldMax = 0;
    const isDone = () => {
      const stats = pair.server.host.connectionStats(pair.server.connection!);
      heldMax = Math.max(heldMax, stats?.heldBytes ?? 0);
      return pair.server.messages.length === 4;
    };
    expect(pair.clock.advanceUntil(isDone, 120_000)).toBe(true);
    expect(heldMax).toBeGreaterThan(0);
    expect(heldMax).toBeLessThanOrEqual(connectionWindowBytes + 2 * 4 * pageBytes);
  });

  test("gets every long message through when there is memory for a few at a time", () => {
    const pair = openPair(6, { endpoint: { receiveBudgetBytes: messageBytesMax } });
    const bytes = 3 * mebibyte;
    for (let channel = 0; channel <= channelMax; channel += 1) {
      pair.client.host.send(pair.client.connection!, channel, new Uint8Array(bytes).fill(channel));
    }
    const isDone = () => pair.server.messages.length === channelMax + 1;
    expect(pair.clock.advanceUntil(isDone, 60_000)).toBe(true);
    for (const { channel, message } of pair.server.messages) {
      expect(Buffer.compare(message, new Uint8Array(bytes).fill(channel))).toBe(0);
    }
  });
});

describe("trying a path for longer datagrams", () => {
  test.each([
    { waits: 1_400, tried: 0, why: "nothing that waits would fill one" },
    { waits: 3_000, tried: 1452, why: "one of 1452 bytes would be full, none of 8952" },
    { waits: 30_000, tried: 1452 + 8952, why: "one of 8952 bytes would be full, too" },
  ])("costs $tried bytes beside $waits: $why", ({ waits, tried }) => {
    const pair = openPair(1, { endpoint: { pathBytesMax: () => datagramBytesMax } });
    const before = pair.network.counts.bytesSent;
    pair.client.host.send(pair.client.connection!, 1, new Uint8Array(waits));
    expect(pair.clock.advanceUntil(() => 0 < pair.server.messages.length, 1_000)).toBe(true);
    pair.clock.advance(500);
    const overhead = pair.network.counts.bytesSent - before - waits;
    expect(overhead).toBeGreaterThan(tried);
    expect(overhead).toBeLessThan(tried + 1_500);
  });
});

describe("the send queue", () => {
  test("asks for a pause above 1 MiB and tells when it is below 256 KiB", () => {
    const pair = openPair(1);
    const { connection, host, events } = pair.client;
    const rest = sendQueueBytesHigh - 4;
    expect(host.send(connection!, 1, new Uint8Array(rest))).toBe(true);
    expect(host.send(connection!, 1, new Uint8Array(0))).toBe(false);
    const isWritable = () => events.some((event) => event.type === "writable");
    expect(pair.clock.advanceUntil(isWritable, 60_000)).toBe(true);
    expect(host.connectionStats(connection!)?.queuedBytes).toBeLessThan(sendQueueBytesLow);
    pair.clock.advance(1000);
    expect(events.filter((event) => event.type === "writable")).toHaveLength(1);
  });

  test("holds 64 MiB and one message, then the peer is too slow", () => {
    const pair = openPair(2);
    pair.network.isCut = () => true;
    const { connection, host } = pair.client;
    const message = new Uint8Array(mebibyte);
    // Each with a prefix of 4 bytes: 63 of them and the rest make exactly the limit.
    for (let index = 0; index < 63; index += 1) host.send(connection!, 1, message);
    host.send(connection!, 1, new Uint8Array(sendQueueBytesMax - 63 * (mebibyte + 4) - 4));
    expect(host.connectionStats(connection!)?.queuedBytes).toBe(sendQueueBytesMax);
    host.send(connection!, 1, new Uint8Array(messageBytesMax));
    pair.clock.advance(1);
    expect(pair.client.closed).toBeUndefined();
    host.send(connection!, 1, new Uint8Array(0));
    pair.clock.advance(1);
    expect(pair.client.closed).toMatchObject({ cause: "local", code: transportCodes.peerTooSlow });
  });
});

describe("closing", () => {
  test("delivers what is queued first, and tells the peer why", () => {
    const pair = openPair(1, { conditions: { loss: 0.1, delayMs: 2 } });
    const message = pair.random.bytes(200_000);
    pair.client.host.send(pair.client.connection!, 1, message);
    pair.client.host.close(pair.client.connection!, 42, "good night");
    pair.network.conditions = { ...pair.network.conditions, loss: 0 };
    expect(pair.clock.advanceUntil(() => pair.server.closed !== undefined, 10_000)).toBe(true);
    expect(pair.server.messages).toHaveLength(1);
    expect(pair.server.closed).toEqual({ cause: "peer", code: 42, text: "good night" });
    expect(pair.client.closed).toEqual({ cause: "local", code: 42, text: "good night" });
  });

  test("at once leaves what is queued behind", () => {
    const pair = openPair(2);
    pair.client.host.send(pair.client.connection!, 1, new Uint8Array(mebibyte));
    pair.client.host.abort(pair.client.connection!, 1, "");
    pair.clock.advance(100);
    expect(pair.client.closed).toMatchObject({ cause: "local", code: 1 });
    expect(pair.server.closed).toMatchObject({ cause: "peer", code: 1 });
    expect(pair.server.messages).toHaveLength(0);
  });

  test("waits 2 s at most for a peer that acknowledges nothing", () => {
    const pair = openPair(3);
    pair.network.isCut = () => true;
    pair.client.host.send(pair.client.connection!, 0, Uint8Array.of(1));
    const startedAt = pair.clock.now();
    pair.client.host.close(pair.client.connection!, 1, "");
    pair.clock.advance(10_000);
    expect(pair.client.closedAt! - startedAt).toBe(lingerMs);
    expect(pair.client.closed).toMatchObject({ cause: "local" });
  });

  test("takes nothing more and gives its memory back on both sides", () => {
    const pair = openPair(4);
    pair.client.host.close(pair.client.connection!, 1, "");
    expect(pair.client.host.send(pair.client.connection!, 0, Uint8Array.of(1))).toBe(true);
    pair.clock.advance(5000);
    expect(pair.server.messages).toHaveLength(0);
    expect(pair.client.host.stats.connections).toBe(0);
    expect(pair.server.host.stats.connections).toBe(0);
    expect(pair.client.host.connectionStats(pair.client.connection!)).toBeUndefined();
    expect(pair.client.events.filter((event) => event.type === "closed")).toHaveLength(1);
  });

  test("is told again when the peer has not heard it and goes on", () => {
    const pair = openPair(5);
    pair.clock.advance(100);
    pair.network.isCut = () => true;
    pair.client.host.close(pair.client.connection!, 9, "");
    pair.clock.advance(1);
    pair.network.isCut = () => false;
    pair.clock.advance(10);
    expect(pair.server.closed).toBeUndefined();
    pair.server.host.send(pair.server.connection!, 0, Uint8Array.of(1));
    pair.clock.advance(1);
    expect(pair.server.closed).toEqual({ cause: "peer", code: 9, text: "" });
  });

  test("before the handshake is over needs nobody else", () => {
    const pair = makeTransportPair(6);
    const connection = pair.client.host.connect(pair.server.host.address);
    pair.client.host.close(connection, 3, "changed my mind");
    pair.clock.advance(100);
    expect(pair.client.closed).toEqual({ cause: "local", code: 3, text: "changed my mind" });
    expect(pair.server.events).toEqual([]);
  });
});

describe("liveness", () => {
  test("both sides know within 3.6 s that the other's power was cut", () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      for (const [killed, left] of [
        ["client", "server"],
        ["server", "client"],
      ] as const) {
        const pair = openPair(seed);
        pair.clock.advance(pair.random.between(0, 5000));
        pair[killed].host.kill();
        const killedAt = pair.clock.now();
        pair.clock.advance(10_000);
        expect(pair[left].closed, `seed ${seed}`).toMatchObject({ cause: "timed-out" });
        expect(pair[left].closedAt! - killedAt, `seed ${seed}`).toBeLessThanOrEqual(3600);
      }
    }
  });

  test("an idle connection costs one PING and its ACK about each second", () => {
    const pair = openPair(1);
    pair.clock.advance(1000);
    const before = { ...pair.network.counts };
    pair.clock.advance(100_000);
    const sent = pair.network.counts.sent - before.sent;
    expect(sent).toBeGreaterThanOrEqual(180);
    expect(sent).toBeLessThanOrEqual(240);
    // A PING of 48 bytes and an ACK of 33.
    expect((pair.network.counts.bytesSent - before.bytesSent) / sent).toBeLessThan(42);
  });

  test("nobody is called dead after 10 s in which all processes stood still", () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const pair = openPair(seed, { conditions: { loss: 0.1 } });
      pair.clock.advance(pair.random.between(0, 3000));
      pair.client.host.stall(10_000);
      pair.server.host.stall(10_000 + pair.random.between(0, 500));
      pair.clock.advance(30_000);
      expect(pair.client.closed ?? pair.server.closed, `seed ${seed}`).toBeUndefined();
    }
  });

  test("a process that stood still for less than 2 s is not called dead by its peer", () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const pair = openPair(seed);
      pair.clock.advance(pair.random.between(0, 3000));
      pair.server.host.stall(2000);
      pair.clock.advance(10_000);
      expect(pair.client.closed ?? pair.server.closed, `seed ${seed}`).toBeUndefined();
    }
  });

  test("a process that stood still gives its peer two more seconds to be heard", () => {
    const pair = openPair(1);
    pair.clock.advance(100);
    pair.client.host.stall(10_000);
    pair.server.host.kill();
    pair.clock.advance(10_000);
    expect(pair.client.closed).toBeUndefined();
    const wokeAt = pair.clock.now();
    pair.clock.advance(5000);
    expect(pair.client.closed).toMatchObject({ cause: "timed-out" });
    expect(pair.client.closedAt! - wokeAt).toBe(silenceMaxMs - silenceAfterStallMs);
  });

  // Five at a time, so that a busy machine has time for each.
  test.each([1, 6])(
    "five idle connections see no false alarm in an hour at 10 % loss each way, seeds from %d",
    (seedFrom) => expect(falseAlarms({ seedFrom, loss: 0.1, minutes: 60 })).toEqual([]),
  );

  test.each([1, 6, 11, 16])("nor in ten minutes at 20 %, seeds from %d", (seedFrom) =>
    expect(falseAlarms({ seedFrom, loss: 0.2, minutes: 10 })).toEqual([]),
  );

  test("a restarted server is noticed within one round trip of the next packet", () => {
    const pair = openPair(1);
    pair.clock.advance(100);
    pair.server.host.restart();
    pair.client.host.send(pair.client.connection!, 0, Uint8Array.of(1));
    const sentAt = pair.clock.now();
    pair.clock.advance(1);
    expect(pair.client.closed).toMatchObject({ cause: "reset" });
    expect(pair.client.closedAt! - sentAt).toBeCloseTo(2 * goodLink.delayMs);
    const again = pair.client.host.connect(pair.server.host.address);
    pair.clock.advance(100);
    expect(pair.client.events.at(-1)).toMatchObject({ type: "opened", connection: again });
  });

  test("nor need a client speak to notice it: its keep-alive does", () => {
    const pair = openPair(1);
    pair.clock.advance(100);
    pair.server.host.restart();
    pair.clock.advance(1001);
    expect(pair.client.closed).toMatchObject({ cause: "reset" });
  });
});
