import { describe, expect, test } from "vitest";
import type { EndpointEvent, StreamEvent } from "../../src/transport/endpoint-port.ts";
import {
  dataStreamsMax,
  messageStreamsMax,
  streamWindowBytes,
  streamWindowBytesMax,
} from "../../src/transport/limits.ts";
import type { StreamId } from "../../src/transport/stream-id.ts";
import type { StreamPort } from "../../src/transport/stream-port.ts";
import type { LinkConditions } from "../support/link.ts";
import type { SeededRandom } from "../support/random.ts";
import { makeTransportPair, type Side, type TransportPair } from "../support/transport-pair.ts";

const mebibyte = 2 ** 20;

function openPair(seed: number, options: Parameters<typeof makeTransportPair>[1] = {}) {
  const pair = makeTransportPair(seed, options);
  pair.open();
  return pair;
}

function streamsOf(side: Side): StreamPort {
  return side.host.streams(side.connection!)!;
}

/** The events of one type that a side was told, of one stream if it is named. */
function told<T extends EndpointEvent["type"]>(side: Side, type: T, stream?: StreamId) {
  return side.events.filter(
    (event): event is Extract<EndpointEvent, { type: T }> =>
      event.type === type &&
      (stream === undefined || ("stream" in event && event.stream === stream)),
  );
}

/** All bytes of a data stream that came, and `consume` said for each piece that was not yet. */
function received(side: Side, stream: StreamId): Buffer {
  return Buffer.concat(told(side, "stream-data", stream).map(({ bytes }) => bytes));
}

/** Consumes at once whatever a side is told, and counts what the peer has all of. */
function consumeAll(side: Side): { readonly deliveredCount: () => number; step(): void } {
  let done = 0;
  let deliveredCount = 0;
  return {
    deliveredCount: () => deliveredCount,
    step() {
      for (; done < side.events.length; done += 1) {
        const event = side.events[done]!;
        if (event.type === "stream-delivered") deliveredCount += 1;
        if (event.type === "stream-data") streamsOf(side).consume(event.stream, event.bytes.length);
      }
    },
  };
}

function runUntil(pair: TransportPair, step: () => void, isDone: () => boolean, msMax: number) {
  const end = pair.clock.now() + msMax;
  while (!isDone() && pair.clock.now() < end) step();
  return isDone();
}

function randomConditions(seed: number): Partial<LinkConditions> {
  return {
    loss: (seed % 5) * 0.05,
    duplication: (seed % 3) * 0.1,
    corruption: (seed % 4) * 0.02,
    delayMs: seed % 4,
    jitterMs: (seed % 6) * 2,
  };
}

/** What one side sent in a random workload, for the other to be compared with. */
interface Workload {
  readonly alone: Map<StreamId, Uint8Array>;
  readonly files: Map<StreamId, Uint8Array>;
  readonly datagrams: Set<number>;
}

function sendRandomly(side: Side, random: SeededRandom): Workload {
  const streams = streamsOf(side);
  const work: Workload = { alone: new Map(), files: new Map(), datagrams: new Set() };
  for (let count = 0; count < 15; count += 1) {
    const message = random.bytes(random.pick([0, 1, 62, 63, 1200, 20_000, 70_000]));
    work.alone.set(streams.sendAlone(message).stream, message);
    const datagram = new Uint8Array(random.between(4, 1024));
    new DataView(datagram.buffer).setUint32(0, count);
    streams.sendDatagram(datagram);
    work.datagrams.add(count);
    if (count % 3 === 0) {
      const bytes = random.bytes(random.pick([0, 1, 5000, 100_000]));
      const stream = streams.open();
      const cut = random.between(0, bytes.length);
      streams.write(stream, bytes.subarray(0, cut));
      streams.write(stream, bytes.subarray(cut));
      streams.finish(stream);
      work.files.set(stream, bytes);
    }
  }
  return work;
}

function expectWork(side: Side, work: Workload, label: string): void {
  const messages = side.messages.filter(({ channel }) => 8 <= channel);
  expect(messages.length, label).toBe(work.alone.size);
  for (const { channel, message } of messages) {
    expect(Buffer.compare(message, work.alone.get(channel)!), label).toBe(0);
  }
  expect(new Set(messages.map(({ channel }) => channel)).size, label).toBe(messages.length);
  for (const [stream, bytes] of work.files) {
    expect(Buffer.compare(received(side, stream), bytes), label).toBe(0);
    expect(told(side, "stream-ended", stream), label).toHaveLength(1);
  }
  const numbers = told(side, "datagram").map(({ bytes }) => Buffer.from(bytes).readUInt32BE(0));
  expect(new Set(numbers).size, `${label}: a datagram at most once`).toBe(numbers.length);
  expect(numbers.every((number) => work.datagrams.has(number))).toBe(true);
}

describe("streams", () => {
  test("deliver every byte exactly once and in order, datagrams at most once, whatever happens", () => {
    for (let seed = 1; seed <= 12; seed += 1) {
      const pair = openPair(seed, { conditions: randomConditions(seed) });
      const up = sendRandomly(pair.client, pair.random);
      const down = sendRandomly(pair.server, pair.random);
      const users = [consumeAll(pair.server), consumeAll(pair.client)];
      const step = () => {
        for (const user of users) user.step();
        pair.clock.advance(5);
      };
      const count = [up, down].reduce((sum, { alone, files }) => sum + alone.size + files.size, 0);
      const isDone = () =>
        users.reduce((sum, { deliveredCount }) => sum + deliveredCount(), 0) === count;
      expect(runUntil(pair, step, isDone, 60_000), `seed ${seed}`).toBe(true);
      expectWork(pair.server, up, `seed ${seed}`);
      expectWork(pair.client, down, `seed ${seed}`);
      for (const { host, connection } of [pair.client, pair.server]) {
        expect(host.connectionStats(connection!)).toMatchObject({ queuedBytes: 0, heldBytes: 0 });
      }
    }
  });

  test("open one after another for as long as the connection lives", () => {
    const pair = openPair(1);
    const count = 5 * messageStreamsMax;
    for (let index = 0; index < count; index += 1) {
      streamsOf(pair.client).sendAlone(Uint8Array.of(index));
    }
    pair.clock.advance(1000);
    expect(pair.server.messages.map(({ message }) => message[0])).toEqual(
      Array.from({ length: count }, (_, index) => index),
    );
  });

  test("a large message never blocks or reorders what is sent after it", () => {
    const pair = openPair(2, { conditions: { delayMs: 5, megabitsPerSecond: 100 } });
    const { stream } = streamsOf(pair.client).sendAlone(new Uint8Array(8 * mebibyte));
    streamsOf(pair.client).sendAlone(Uint8Array.of(1));
    for (const line of [1, 2, 3]) {
      pair.clock.advance(20);
      pair.client.host.send(pair.client.connection!, 1, Uint8Array.of(line));
    }
    pair.clock.advance(30);
    const small = pair.server.messages.filter(({ message }) => message.length === 1);
    expect(small.filter(({ channel }) => channel === 1).map(({ message }) => message[0])).toEqual([
      1, 2, 3,
    ]);
    expect(small).toHaveLength(4);
    expect(streamsOf(pair.client).sendProgress(stream)).toBeDefined();
  });
});

describe("progress", () => {
  test("is known to both sides while a large message is on its way", () => {
    const pair = openPair(3, { conditions: { delayMs: 1, megabitsPerSecond: 10 } });
    const { stream } = streamsOf(pair.client).sendAlone(new Uint8Array(mebibyte));
    pair.clock.advance(400);
    expect(told(pair.server, "stream-started")).toMatchObject([{ stream, bytesMax: mebibyte }]);
    const sent = streamsOf(pair.client).sendProgress(stream)!;
    const got = streamsOf(pair.server).receiveProgress(stream)!;
    expect(sent.bytesMax).toBe(mebibyte + 4);
    expect(got.bytesMax).toBe(mebibyte);
    expect(got.bytes).toBeGreaterThan(mebibyte / 4);
    expect(sent.bytes).toBeLessThanOrEqual(got.bytes);
    pair.clock.advance(2000);
    expect(streamsOf(pair.client).sendProgress(stream)).toBeUndefined();
    expect(streamsOf(pair.server).receiveProgress(stream)).toBeUndefined();
  });
});

describe("giving up", () => {
  test("a message that is being sent, the receiver is told and the rest never leaves", () => {
    const pair = openPair(4, { conditions: { loss: 0.1, delayMs: 2, megabitsPerSecond: 10 } });
    const { stream } = streamsOf(pair.client).sendAlone(new Uint8Array(4 * mebibyte));
    pair.clock.advance(200);
    streamsOf(pair.client).reset(stream, 77);
    pair.clock.advance(2000);
    expect(told(pair.server, "stream-reset")).toMatchObject([{ stream, code: 77 }]);
    expect(pair.server.messages).toEqual([]);
    const stats = pair.client.host.connectionStats(pair.client.connection!);
    expect(stats).toMatchObject({ queuedBytes: 0 });
    expect(stats?.bytesInFlight).toBeLessThan(100);
  });

  test("a message that arrives, the sender is told and stops", () => {
    const pair = openPair(5, { conditions: { loss: 0.1, delayMs: 2, megabitsPerSecond: 10 } });
    const { stream } = streamsOf(pair.client).sendAlone(new Uint8Array(4 * mebibyte));
    pair.clock.advance(200);
    streamsOf(pair.server).stop(stream, 78);
    pair.clock.advance(2000);
    expect(told(pair.client, "stream-stopped")).toMatchObject([{ stream, code: 78 }]);
    expect(told(pair.server, "stream-reset")).toEqual([]);
    expect(pair.server.messages).toEqual([]);
    expect(pair.server.host.connectionStats(pair.server.connection!)?.heldBytes).toBe(0);
  });

  test("gives back all credit: hundreds of streams may be given up in any state", () => {
    const pair = openPair(6, { conditions: { loss: 0.1, delayMs: 1, megabitsPerSecond: 20 } });
    for (let round = 0; round < 200; round += 1) {
      const client = streamsOf(pair.client);
      const file = client.open();
      client.write(file, new Uint8Array(300_000));
      const { stream } = client.sendAlone(new Uint8Array(200_000));
      pair.clock.advance(pair.random.between(0, 30));
      if (pair.random.chance(0.5)) client.reset(file, 1);
      else streamsOf(pair.server).stop(file, 1);
      if (pair.random.chance(0.5)) client.reset(stream, 1);
      else streamsOf(pair.server).stop(stream, 1);
      pair.clock.advance(20);
      client.reset(file, 2);
    }
    pair.clock.advance(5000);
    streamsOf(pair.client).sendAlone(Uint8Array.of(9));
    pair.clock.advance(1000);
    expect(pair.server.messages.at(-1)?.message).toEqual(Uint8Array.of(9));
    expect(pair.client.closed ?? pair.server.closed).toBeUndefined();
    expect(pair.client.host.connectionStats(pair.client.connection!)?.queuedBytes).toBe(0);
  });
});

describe("back-pressure", () => {
  /** Keeps a data stream full for as long as it takes, and counts what was written. */
  function pump(side: Side, stream: StreamId): { readonly bytes: () => number; step(): void } {
    let bytes = 0;
    let isFull = false;
    let seen = side.events.length;
    return {
      bytes: () => bytes,
      step() {
        for (; seen < side.events.length; seen += 1) {
          if (side.events[seen]?.type === "stream-drained") isFull = false;
        }
        while (!isFull) {
          bytes += 65_536;
          isFull = !streamsOf(side).write(stream, new Uint8Array(65_536));
        }
      },
    };
  }

  test("reaches from a consumer that does nothing to the writer, and chat goes on", () => {
    const pair = openPair(7, { conditions: { delayMs: 1 } });
    const files = Array.from({ length: dataStreamsMax }, () => streamsOf(pair.client).open());
    const pumps = files.map((stream) => pump(pair.client, stream));
    for (let ms = 0; ms < 5000; ms += 10) {
      for (const one of pumps) one.step();
      pair.clock.advance(10);
    }
    for (const stream of files) {
      const came = received(pair.server, stream).length;
      // It never grew: the sender was held back by the application, not by the window.
      expect(came).toBe(streamWindowBytes);
      expect(came).toBeLessThanOrEqual(streamWindowBytesMax);
    }
    const saidAt = pair.clock.now();
    pair.client.host.send(pair.client.connection!, 1, Uint8Array.of(1));
    streamsOf(pair.client).sendAlone(new Uint8Array(100_000));
    pair.clock.advance(100);
    expect(pair.server.messages.map(({ message }) => message.length)).toEqual([1, 100_000]);
    expect(pair.server.messages[0]!.at - saidAt).toBeLessThan(5);
  });

  test("ends when the consumer consumes: memory does not depend on the file's size", () => {
    const pair = openPair(8, { conditions: { delayMs: 1 } });
    const stream = streamsOf(pair.client).open();
    const one = pump(pair.client, stream);
    let [seen, came, consumed] = [0, 0, 0];
    const consume = () => {
      for (; seen < pair.server.events.length; seen += 1) {
        const event = pair.server.events[seen]!;
        if (event.type === "stream-data") came += event.bytes.length;
      }
      expect(came - consumed).toBeLessThanOrEqual(streamWindowBytesMax);
      const now = Math.min(came - consumed, 20_000);
      if (0 < now) streamsOf(pair.server).consume(stream, now);
      consumed += now;
    };
    for (let ms = 0; ms < 400; ms += 1) {
      if (one.bytes() < 6 * mebibyte) one.step();
      consume();
      pair.clock.advance(1);
    }
    expect(consumed).toBeGreaterThanOrEqual(6 * mebibyte);
  });

  test("nobody consumes more than came", () => {
    const pair = openPair(9);
    const stream = streamsOf(pair.client).open();
    streamsOf(pair.client).write(stream, new Uint8Array(10));
    pair.clock.advance(10);
    expect(() => streamsOf(pair.server).consume(stream, 11)).toThrow();
    streamsOf(pair.server).consume(stream, 10);
    expect(() => streamsOf(pair.server).consume(stream, 1)).toThrow();
  });

  test("holds messages too, where the application says when it has done with them", () => {
    const pair = openPair(10, { endpoint: { isConsuming: true }, conditions: { delayMs: 1 } });
    const line = new Uint8Array(1000);
    let isFull = false;
    for (let count = 0; count < 2000 && !isFull; count += 1) {
      isFull = !pair.client.host.send(pair.client.connection!, 1, line);
    }
    for (let count = 0; count < 3 * messageStreamsMax; count += 1) {
      streamsOf(pair.client).sendAlone(line);
    }
    pair.clock.advance(3000);
    const ofChannel = () => pair.server.messages.filter(({ channel }) => channel === 1);
    const alone = () => pair.server.messages.filter(({ channel }) => channel !== 1);
    expect(ofChannel().length).toBe(Math.floor(streamWindowBytes / 1002));
    expect(alone().length).toBe(messageStreamsMax);
    let done = 0;
    const step = () => {
      for (; done < pair.server.messages.length; done += 1) {
        streamsOf(pair.server).consume(pair.server.messages[done]!.channel, line.length);
      }
      pair.clock.advance(1);
    };
    const isDone = () => alone().length === 3 * messageStreamsMax && 1000 < ofChannel().length;
    expect(runUntil(pair, step, isDone, 10_000)).toBe(true);
  });
});

test("an application that stops a stream hears nothing more of it", () => {
  const pair = openPair(11, { conditions: { delayMs: 5 } });
  const stream = streamsOf(pair.client).open();
  streamsOf(pair.client).write(stream, new Uint8Array(200_000));
  pair.clock.advance(8);
  streamsOf(pair.server).stop(stream, 3);
  const before = pair.server.events.length;
  pair.clock.advance(1000);
  const after: StreamEvent["type"][] = [];
  for (const event of pair.server.events.slice(before)) {
    if (event.type.startsWith("stream-")) after.push(event.type as StreamEvent["type"]);
  }
  expect(after).toEqual([]);
  expect(told(pair.client, "stream-stopped")).toMatchObject([{ stream, code: 3 }]);
});
