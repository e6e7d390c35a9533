import { describe, expect, test } from "vitest";
import { ByteWriter } from "../../src/base/bytes.ts";
import type { StreamEvent } from "../../src/transport/endpoint-port.ts";
import { decodeFrames, type Frame } from "../../src/transport/frames.ts";
import {
  dataQueueBytesHigh,
  messageStreamsMax,
  sendQueueBytesHigh,
  turnBytes,
  unreliableBytesMax,
  unreliableCountMax,
} from "../../src/transport/limits.ts";
import { ourParameters } from "../../src/transport/parameters.ts";
import { SendStreams } from "../../src/transport/send-streams.ts";
import type { SentFrame } from "../../src/transport/sent-packet.ts";
import { oneShotId } from "../../src/transport/stream-id.ts";

const unlimited = Number.POSITIVE_INFINITY;
const plenty = { initialDataMax: 2 ** 40, initialStreamDataMax: 2 ** 40 };

function makeStreams(parameters: Partial<typeof ourParameters> = plenty) {
  const events: StreamEvent[] = [];
  const streams = new SendStreams((event) => events.push(event));
  streams.setLimits({ ...ourParameters, ...parameters });
  return { streams, events };
}

/** The frames of the next packet, and what must be remembered of it. */
function next(streams: SendStreams, options: { bytes?: number; fileBytesMax?: number } = {}) {
  const writer = new ByteWriter(new Uint8Array(options.bytes ?? 1173));
  const sent: SentFrame[] = [];
  streams.writeFrames(writer, sent, options.fileBytesMax ?? unlimited);
  const frames: Frame[] = decodeFrames(writer.written)!;
  const ids = frames.map((frame) => (frame.type === "stream" ? frame.stream : frame.type));
  return { frames, sent, ids, bytes: writer.offset };
}

function acknowledge(streams: SendStreams, sent: readonly SentFrame[]): void {
  for (const frame of sent) {
    if (frame.type === "stream") streams.onAcked(frame);
    if (frame.type === "reset-stream") streams.onResetAcked(frame.stream);
  }
}

/** Bytes of each stream in so many packets. */
function sharesOf(streams: SendStreams, packets: number): Map<number, number> {
  const shares = new Map<number, number>();
  for (let packet = 0; packet < packets; packet += 1) {
    for (const frame of next(streams).frames) {
      if (frame.type !== "stream") continue;
      shares.set(frame.stream, (shares.get(frame.stream) ?? 0) + frame.bytes.length);
    }
  }
  return shares;
}

describe("strict classes:", () => {
  test("control goes before chat, chat before large messages, those before files", () => {
    const { streams } = makeStreams();
    const file = streams.open();
    streams.writeBytes(file, new Uint8Array(20));
    streams.write(7, new Uint8Array(20));
    const large = streams.writeAlone(new Uint8Array(20)).stream;
    streams.write(2, new Uint8Array(20));
    streams.writeDatagram(new Uint8Array(20));
    streams.write(1, new Uint8Array(20));
    streams.write(0, new Uint8Array(20));
    expect(next(streams).ids).toEqual([0, 1, "datagram", large, 2, file, 7]);
  });

  test("a chat line leaves in the next datagram, whatever else is queued", () => {
    const { streams } = makeStreams();
    const file = streams.open();
    streams.writeBytes(file, new Uint8Array(2 ** 20));
    for (let count = 0; count < 10; count += 1) streams.writeAlone(new Uint8Array(2 ** 20));
    for (let packet = 0; packet < 100; packet += 1) next(streams);
    streams.write(1, new Uint8Array(200));
    expect(next(streams).ids[0]).toBe(1);
  });

  test("nothing of a class leaves while one before it has something", () => {
    const { streams } = makeStreams();
    const file = streams.open();
    streams.writeBytes(file, new Uint8Array(10_000));
    const large = streams.writeAlone(new Uint8Array(10_000)).stream;
    const shares = sharesOf(streams, 8);
    expect([...shares.keys()]).toEqual([large]);
  });

  test("what was lost keeps its class", () => {
    const { streams } = makeStreams();
    streams.write(1, new Uint8Array(99));
    const lost = next(streams).sent[0]!;
    streams.write(0, new Uint8Array(10));
    streams.writeAlone(new Uint8Array(5000));
    if (lost.type === "stream") streams.onLost(lost);
    expect(next(streams).ids.slice(0, 2)).toEqual([0, 1]);
  });

  test("streams of one class take turns by bytes, long messages and short ones", () => {
    const { streams } = makeStreams();
    const long = streams.writeAlone(new Uint8Array(2 ** 22)).stream;
    for (let count = 0; count < 20_000; count += 1) streams.write(2, new Uint8Array(60));
    const other = streams.writeAlone(new Uint8Array(2 ** 22)).stream;
    const shares = sharesOf(streams, 600);
    expect([...shares.keys()].sort()).toEqual([long, other, 2].sort());
    for (const bytes of shares.values()) {
      expect(Math.abs(bytes - shares.get(long)!)).toBeLessThanOrEqual(turnBytes + 1200);
    }
  });

  test("files leave only until so much of them is on its way", () => {
    const { streams } = makeStreams();
    const file = streams.open();
    streams.writeBytes(file, new Uint8Array(2 ** 20));
    const fileBytesMax = 3000;
    const sent: SentFrame[] = [];
    for (let packet = 0; packet < 10; packet += 1)
      sent.push(...next(streams, { fileBytesMax }).sent);
    expect(streams.fileBytesInFlight).toBeGreaterThanOrEqual(fileBytesMax);
    expect(streams.fileBytesInFlight).toBeLessThan(fileBytesMax + 1173);
    expect(streams.hasSendable(fileBytesMax)).toBe(false);
    streams.write(1, new Uint8Array(10));
    expect(next(streams, { fileBytesMax }).ids).toEqual([1]);
    acknowledge(streams, sent.slice(0, 1));
    expect(next(streams, { fileBytesMax }).ids).toEqual([file]);
  });
});

describe("message streams:", () => {
  test("carry one message each, its end told with its last byte", () => {
    const { streams, events } = makeStreams();
    const { stream } = streams.writeAlone(Uint8Array.of(7, 8));
    const { frames, sent } = next(streams);
    const bytes = Uint8Array.of(2, 7, 8);
    expect(frames).toEqual([{ type: "stream", stream, offset: 0, bytes, isFin: true }]);
    expect(streams.hasSendable(unlimited)).toBe(false);
    expect(streams.progress(stream)).toEqual({ bytes: 0, bytesMax: 3 });
    acknowledge(streams, sent);
    expect(streams.progress(stream)).toBeUndefined();
    expect(streams.queuedBytes).toBe(0);
    expect(events).toEqual([{ type: "stream-delivered", stream }]);
  });

  test("wait for the peer's credit for streams, and count up without a gap", () => {
    const { streams } = makeStreams();
    for (let count = 0; count < messageStreamsMax + 2; count += 1) {
      streams.writeAlone(new Uint8Array(10));
    }
    const ids = next(streams).ids;
    expect(ids).toEqual(
      Array.from({ length: messageStreamsMax }, (_, index) => oneShotId("message", index)),
    );
    streams.raiseStreamsMax("message", messageStreamsMax + 1);
    expect(next(streams).ids).toEqual([oneShotId("message", messageStreamsMax)]);
    streams.raiseStreamsMax("message", 3);
    expect(next(streams).ids).toEqual([]);
  });

  test("ask for a pause above the mark of their class, which is not that of chat", () => {
    const { streams } = makeStreams({ ...plenty, initialDataMax: 0 });
    expect(streams.writeAlone(new Uint8Array(sendQueueBytesHigh - 5)).isBelowMark).toBe(true);
    expect(streams.writeAlone(new Uint8Array(0)).isBelowMark).toBe(false);
    expect(streams.write(1, new Uint8Array(100))).toBe(true);
    expect(streams.takeWritable()).toBe(false);
    streams.raiseMax(2 ** 30);
    for (let packet = 0; packet < 1000; packet += 1) next(streams);
    expect(streams.takeWritable()).toBe(true);
    expect(streams.takeWritable()).toBe(false);
  });

  test("that are given up send nothing more but RESET_STREAM, until it is acknowledged", () => {
    const { streams, events } = makeStreams();
    const { stream } = streams.writeAlone(new Uint8Array(5000));
    const [data] = next(streams).sent;
    streams.reset(stream, 42);
    const { frames, sent } = next(streams);
    const finalSize = data?.type === "stream" ? data.end : 0;
    expect(frames).toEqual([{ type: "reset-stream", stream, code: 42, finalSize }]);
    if (data?.type === "stream") streams.onLost(data);
    expect(next(streams).ids).toEqual([]);
    streams.onResetLost(stream);
    expect(next(streams).ids).toEqual(["reset-stream"]);
    acknowledge(streams, sent);
    streams.onResetLost(stream);
    expect(next(streams).ids).toEqual([]);
    expect(streams.queuedBytes + streams.unsentBytes).toBe(0);
    expect(events).toEqual([]);
  });

  test("that are given up before they began are told of when their turn comes", () => {
    const { streams } = makeStreams({ ...plenty, initialMessageStreamsMax: 0 });
    const { stream } = streams.writeAlone(new Uint8Array(50));
    streams.reset(stream, 1);
    expect(next(streams).ids).toEqual([]);
    streams.raiseStreamsMax("message", 1);
    expect(next(streams).frames).toEqual([{ type: "reset-stream", stream, code: 1, finalSize: 0 }]);
  });

  test("that the peer stops are given up with its code, and the user is told", () => {
    const { streams, events } = makeStreams();
    const { stream } = streams.writeAlone(new Uint8Array(5000));
    next(streams);
    expect(streams.onStopped(stream, 9)).toBe(true);
    expect(streams.onStopped(stream, 9)).toBe(true);
    expect(next(streams).frames).toMatchObject([{ type: "reset-stream", code: 9 }]);
    expect(events).toEqual([{ type: "stream-stopped", stream, code: 9 }]);
    expect(streams.onStopped(oneShotId("message", 1), 9)).toBe(false);
    expect(streams.raiseStreamMax(oneShotId("data", 0), 9)).toBe(false);
  });
});

describe("data streams:", () => {
  test("carry bytes as they are, and may end later, without a byte", () => {
    const { streams } = makeStreams();
    const stream = streams.open();
    streams.writeBytes(stream, Uint8Array.of(1, 2));
    streams.writeBytes(stream, Uint8Array.of(3));
    const bytes = Uint8Array.of(1, 2, 3);
    const first = next(streams);
    expect(first.frames).toEqual([{ type: "stream", stream, offset: 0, bytes, isFin: false }]);
    streams.finish(stream);
    const end = next(streams);
    const empty = new Uint8Array(0);
    expect(end.frames).toEqual([{ type: "stream", stream, offset: 3, bytes: empty, isFin: true }]);
    acknowledge(streams, first.sent);
    expect(streams.progress(stream)).toEqual({ bytes: 3, bytesMax: 3 });
    for (const frame of end.sent) if (frame.type === "stream") streams.onLost(frame);
    const again = next(streams);
    expect(again.frames).toEqual(end.frames);
    acknowledge(streams, again.sent);
    expect(streams.progress(stream)).toBeUndefined();
  });

  test("ask for a pause above 512 KiB and tell when they are below 128 KiB", () => {
    const { streams, events } = makeStreams();
    const stream = streams.open();
    expect(streams.writeBytes(stream, new Uint8Array(dataQueueBytesHigh))).toBe(true);
    expect(streams.writeBytes(stream, new Uint8Array(1))).toBe(false);
    expect(streams.write(7, new Uint8Array(1))).toBe(true);
    for (let packet = 0; packet < 300; packet += 1) next(streams);
    expect(events).toEqual([]);
    for (let packet = 0; packet < 100; packet += 1) next(streams);
    expect(events).toEqual([{ type: "stream-drained", stream }]);
  });

  test("that are over take nothing and do no harm", () => {
    const { streams } = makeStreams();
    const stream = streams.open();
    streams.reset(stream, 0);
    expect(streams.writeBytes(stream, new Uint8Array(2 ** 20))).toBe(true);
    streams.finish(stream);
    streams.reset(stream, 1);
    streams.reset(1000, 1);
    expect(streams.queuedBytes).toBe(0);
    expect(() => streams.reset(1, 0)).toThrow();
  });
});

describe("unreliable datagrams:", () => {
  test("leave once, whole, and nothing is remembered of them", () => {
    const { streams } = makeStreams();
    streams.writeDatagram(Uint8Array.of(1, 2));
    const { frames, sent } = next(streams);
    expect(frames).toEqual([{ type: "datagram", bytes: Uint8Array.of(1, 2) }]);
    expect(sent).toEqual([]);
    expect(streams.hasSendable(unlimited)).toBe(false);
  });

  test("of the longest kind fit into the shortest packet", () => {
    const { streams } = makeStreams();
    streams.writeDatagram(new Uint8Array(unreliableBytesMax));
    expect(next(streams).ids).toEqual(["datagram"]);
  });

  test("drop the oldest when 32 wait and one more comes", () => {
    const { streams } = makeStreams();
    for (let count = 0; count < unreliableCountMax; count += 1) {
      streams.writeDatagram(Uint8Array.of(count));
    }
    expect(streams.droppedDatagrams).toBe(0);
    streams.writeDatagram(Uint8Array.of(unreliableCountMax));
    expect(streams.droppedDatagrams).toBe(1);
    const { frames } = next(streams);
    expect(frames).toHaveLength(unreliableCountMax);
    expect(frames[0]).toMatchObject({ bytes: Uint8Array.of(1) });
  });
});

describe("credit", () => {
  test("of the connection holds back message and data streams, not channels", () => {
    const { streams } = makeStreams({ ...plenty, initialDataMax: 100 });
    streams.write(2, new Uint8Array(300));
    const { stream } = streams.writeAlone(new Uint8Array(300));
    const { frames } = next(streams);
    const bytesOf = (id: number) =>
      frames.map((frame) =>
        frame.type === "stream" && frame.stream === id ? frame.bytes.length : 0,
      );
    expect(Math.max(...bytesOf(stream))).toBe(100);
    expect(Math.max(...bytesOf(2))).toBe(302);
    expect(frames.at(-1)).toEqual({ type: "data-blocked", max: 100 });
  });

  test("that runs out is reported once for each limit", () => {
    const { streams } = makeStreams({ ...plenty, initialStreamDataMax: 10 });
    streams.write(1, new Uint8Array(99));
    expect(next(streams).ids).toEqual([1, "stream-data-blocked"]);
    expect(next(streams).ids).toEqual([]);
    streams.raiseStreamMax(1, 20);
    expect(next(streams).ids).toEqual([1, "stream-data-blocked"]);
  });

  test("what is queued is counted until it is acknowledged", () => {
    const { streams } = makeStreams();
    for (const channel of [5, 1, 7]) streams.write(channel, new Uint8Array(9));
    expect([streams.queuedBytes, streams.unsentBytes]).toEqual([30, 30]);
    const { sent } = next(streams);
    expect([streams.queuedBytes, streams.unsentBytes]).toEqual([30, 0]);
    acknowledge(streams, sent);
    acknowledge(streams, sent);
    expect([streams.queuedBytes, streams.unsentBytes]).toEqual([0, 0]);
    expect(next(streams).sent).toEqual([]);
  });
});
