import { describe, expect, test } from "vitest";
import type { ByteWriter } from "../../src/base/bytes.ts";
import { transportCodes } from "../../src/transport/close-codes.ts";
import {
  frameTypes,
  writeAck,
  writeClose,
  writeNumber,
  writeResetStream,
  writeStreamHeader,
  writeStreamNumber,
} from "../../src/transport/frames.ts";
import {
  channelMax,
  connectionWindowBytes,
  messageBytesMax,
  messageStreamsMax,
  pieceCountMax,
  streamWindowBytes,
} from "../../src/transport/limits.ts";
import { ourParameters } from "../../src/transport/parameters.ts";
import { oneShotId } from "../../src/transport/stream-id.ts";
import { besiege, droppedBy, type Siege } from "../support/siege.ts";

function writeStream(
  writer: ByteWriter,
  piece: {
    readonly stream?: number;
    readonly offset: number;
    readonly bytes: readonly number[];
    readonly isFin?: boolean;
  },
): void {
  const { stream = 0, offset, bytes, isFin } = piece;
  writeStreamHeader(writer, stream, offset, bytes.length, isFin);
  writer.bytes(Uint8Array.from(piece.bytes));
}

/** What the attack brought, and whether the peer was told the same. */
function expectViolation(siege: Siege, code: number): void {
  siege.clock.advance(1);
  expect(siege.server.closed).toMatchObject({ cause: "protocol-violation", code });
  expect(siege.peer.frames.at(-1)).toMatchObject({ type: "close", code });
}

describe("a peer that breaks the protocol is closed with a reason:", () => {
  test("it acknowledges packets that were never sent", () => {
    const siege = besiege();
    siege.peer.sendFrames((writer) => void writeAck(writer, [{ start: 0, end: 100 }], 0));
    expectViolation(siege, transportCodes.protocolViolation);
  });

  test("it acknowledges the far end of all packet numbers, in 64 huge ranges, and costs no time", () => {
    const siege = besiege();
    const ranges = Array.from({ length: 64 }, (_, index) => ({
      start: index * 2 ** 46,
      end: index * 2 ** 46 + 2 ** 45,
    }));
    siege.peer.sendFrames((writer) => void writeAck(writer, ranges, 0));
    expectViolation(siege, transportCodes.protocolViolation);
  });

  test("it acknowledges everything it may expect, to make the sender faster", () => {
    const siege = besiege();
    siege.server.host.send(siege.server.connection!, 1, new Uint8Array(2 * 1024 * 1024));
    siege.peer.sendFrames((writer) => writeNumber(writer, frameTypes.maxData, 2 ** 40));
    let largest = 10;
    for (let round = 0; round < 200 && siege.server.closed === undefined; round += 1) {
      siege.peer.sendFrames((writer) => void writeAck(writer, [{ start: 0, end: largest }], 0));
      siege.clock.advance(1);
      largest += 1;
    }
    expect(siege.server.closed).toMatchObject({ cause: "protocol-violation" });
  });

  test("it sends a frame that nobody knows", () => {
    const siege = besiege();
    siege.peer.sendFrames((writer) => writer.u8(0x2f));
    expectViolation(siege, transportCodes.protocolViolation);
  });

  test("it sends one byte more than a channel's credit", () => {
    const siege = besiege();
    const offset = streamWindowBytes - 1;
    siege.peer.sendFrames((writer) => writeStream(writer, { offset, bytes: [0] }));
    siege.clock.advance(1);
    expect(siege.server.closed).toBeUndefined();
    siege.peer.sendFrames((writer) => writeStream(writer, { offset: offset + 1, bytes: [0] }));
    expectViolation(siege, transportCodes.flowControlError);
  });

  test("it sends one byte more than the connection's credit", () => {
    const siege = besiege();
    const count = connectionWindowBytes / streamWindowBytes;
    const offset = streamWindowBytes - 1;
    for (let index = 0; index < count; index += 1) {
      const stream = oneShotId("message", index);
      siege.peer.sendFrames((writer) => writeStream(writer, { stream, offset, bytes: [0] }));
    }
    // Channels have no part in it.
    for (let stream = 0; stream <= channelMax; stream += 1) {
      siege.peer.sendFrames((writer) => writeStream(writer, { stream, offset, bytes: [0] }));
    }
    siege.clock.advance(1);
    expect(siege.server.closed).toBeUndefined();
    const stream = oneShotId("message", count);
    siege.peer.sendFrames((writer) => writeStream(writer, { stream, offset: 0, bytes: [0] }));
    expectViolation(siege, transportCodes.flowControlError);
  });

  test("it opens one stream more than it was allowed", () => {
    const siege = besiege();
    const open = (index: number) => {
      const stream = oneShotId("message", index);
      siege.peer.sendFrames((writer) => writeStream(writer, { stream, offset: 1, bytes: [0] }));
      siege.clock.advance(1);
    };
    open(messageStreamsMax - 1);
    expect(siege.server.closed).toBeUndefined();
    open(messageStreamsMax);
    expectViolation(siege, transportCodes.streamLimitError);
  });

  test.each([
    ["gives credit for", (writer: ByteWriter) => writeStreamNumber(writer, 0x11, 8, 100)],
    ["stops", (writer: ByteWriter) => writeStreamNumber(writer, 0x05, 9, 0)],
  ])("it %s a stream that was never opened", (_what, write) => {
    const siege = besiege();
    siege.peer.sendFrames(write);
    expectViolation(siege, transportCodes.streamStateError);
  });

  const fin = { stream: 8, bytes: [1], isFin: true };
  test.each([
    ["ends a stream twice", { ...fin, offset: 5 }, { ...fin, offset: 6 }],
    ["sends behind a stream's end", { ...fin, offset: 5 }, { ...fin, isFin: false, offset: 6 }],
    [
      "ends a stream before what it sent",
      { ...fin, isFin: false, offset: 9 },
      { ...fin, offset: 2 },
    ],
    [
      "ends a message stream within its message",
      { ...fin, offset: 1 },
      { ...fin, isFin: false, offset: 0, bytes: [9] },
    ],
    [
      "puts two messages on a message stream",
      { ...fin, offset: 0, bytes: [1, 65, 1, 66] },
      undefined,
    ],
  ])("it %s", (_what, first, second) => {
    const siege = besiege();
    siege.peer.sendFrames((writer) => writeStream(writer, first));
    if (second !== undefined) siege.peer.sendFrames((writer) => writeStream(writer, second));
    expectViolation(siege, transportCodes.finalSizeError);
    expect(siege.server.messages.length).toBeLessThanOrEqual(1);
  });

  test("it resets a stream behind its credit, or not where it ended", () => {
    const beyond = besiege();
    const reset = { stream: 9, code: 0, finalSize: streamWindowBytes + 1 };
    beyond.peer.sendFrames((writer) => writeResetStream(writer, reset));
    expectViolation(beyond, transportCodes.flowControlError);
    const moved = besiege();
    moved.peer.sendFrames((writer) => writeStream(writer, { ...fin, stream: 9, offset: 5 }));
    moved.peer.sendFrames((writer) => writeResetStream(writer, { ...reset, finalSize: 7 }));
    expectViolation(moved, transportCodes.finalSizeError);
  });

  test("it declares a message that is too long", () => {
    const siege = besiege();
    siege.peer.sendFrames((writer) => {
      writeStreamHeader(writer, 0, 0, 4);
      writer.varint(messageBytesMax + 1);
    });
    expectViolation(siege, transportCodes.messageTooLong);
  });
});

describe("what is odd but allowed:", () => {
  test("packets with more gaps than are kept are not acknowledged, and nothing else happens", () => {
    const siege = besiege();
    for (let piece = 1; piece <= pieceCountMax + 10; piece += 1) {
      siege.peer.sendFrames((writer) => writeStream(writer, { offset: 10 * piece, bytes: [0] }));
    }
    siege.clock.advance(50);
    expect(siege.server.closed).toBeUndefined();
    expect(siege.server.host.stats.dropped["no-room"]).toBe(10);
    const acks = siege.peer.frames.filter((frame) => frame.type === "ack");
    expect(acks.at(-1)?.ranges[0]?.end).toBe(pieceCountMax + 1);
  });

  test("a packet that comes twice is counted and done once", () => {
    const siege = besiege();
    const message = (writer: ByteWriter) => writeStream(writer, { offset: 0, bytes: [1, 65] });
    siege.peer.sendFrames(message, 5);
    siege.peer.sendFrames(message, 5);
    siege.peer.sendFrames(message, 6);
    siege.clock.advance(1);
    expect(siege.server.messages).toHaveLength(1);
    expect(siege.server.host.stats.dropped.duplicate).toBe(1);
  });

  test("packets with damage anywhere are dropped and counted", () => {
    const siege = besiege();
    siege.network.conditions = { ...siege.network.conditions, corruption: 1 };
    for (let round = 0; round < 200; round += 1) {
      siege.peer.sendFrames((writer) => writeClose(writer, 1, "damaged"));
    }
    siege.clock.advance(1);
    expect(siege.server.closed).toBeUndefined();
    expect(droppedBy(siege)).toBe(200);
  });

  test("text in CLOSE is safe to show", () => {
    const siege = besiege();
    siege.peer.sendFrames((writer) => writeClose(writer, 5, "a\u001b[2J\nb"));
    siege.clock.advance(1);
    expect(siege.server.closed).toEqual({ cause: "peer", code: 5, text: "a[2J b" });
  });

  test("a peer that was told CLOSE and goes on is told again, ever more seldom", () => {
    const siege = besiege();
    siege.server.host.abort(siege.server.connection!, 1, "");
    for (let packet = 0; packet < 16; packet += 1) {
      siege.clock.advance(0.5);
      siege.peer.sendFrames((writer) => writer.u8(frameTypes.ping));
    }
    siege.clock.advance(1);
    const closes = siege.peer.frames.filter((frame) => frame.type === "close");
    expect(closes).toHaveLength(1 + 5);
  });

  test("a peer that announces little patience hears from us in half of it", () => {
    const { clock, peer } = besiege(1, { ...ourParameters, idleMsMax: 400 });
    peer.sendFrames((writer) => void writeAck(writer, [{ start: 0, end: 1 }], 0));
    clock.advance(1);
    const before = peer.frames.length;
    clock.advance(205);
    expect(peer.frames.slice(before)).toContainEqual({ type: "ping" });
  });

  test("a peer that gives little credit gets no more, and is told once what it holds back", () => {
    const limits = { initialDataMax: 150, initialStreamDataMax: 100 };
    const siege = besiege(1, { ...ourParameters, ...limits });
    const bytesOf = (stream: number) =>
      siege.peer.frames.reduce((end, frame) => {
        const isData = frame.type === "stream" && frame.stream === stream;
        return isData ? Math.max(end, frame.offset + frame.bytes.length) : end;
      }, 0);
    const { connection, host } = siege.server;
    const [first, second] = [oneShotId("message", 0), oneShotId("message", 1)];
    host.streams(connection!)?.sendAlone(new Uint8Array(500));
    host.streams(connection!)?.sendAlone(new Uint8Array(500));
    siege.clock.advance(500);
    expect([bytesOf(first), bytesOf(second)]).toEqual([100, 50]);
    const blocked = () => siege.peer.frames.filter((frame) => frame.type.endsWith("blocked"));
    expect(blocked()).toEqual([
      { type: "stream-data-blocked", stream: first, max: 100 },
      { type: "data-blocked", max: 150 },
    ]);
    siege.peer.sendFrames((writer) => {
      writeNumber(writer, frameTypes.maxData, 200);
      // An old packet that comes late takes nothing back.
      writeNumber(writer, frameTypes.maxData, 10);
      writeStreamNumber(writer, frameTypes.maxStreamData, first, 120);
      writeStreamNumber(writer, frameTypes.maxStreamData, first, 5);
    });
    siege.clock.advance(500);
    expect(bytesOf(first) + bytesOf(second)).toBe(200);
    expect(bytesOf(first)).toBeLessThanOrEqual(120);
    expect(blocked().at(-1)).toEqual({ type: "data-blocked", max: 200 });
  });
});

test("random frames under a good tag never throw", () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const siege = besiege(seed);
    const types = Object.values(frameTypes).filter((type) => type !== frameTypes.close);
    for (let round = 0; round < 60; round += 1) {
      siege.peer.sendFrames((writer) => {
        writer.u8(siege.random.pick(types));
        writer.bytes(siege.random.bytes(siege.random.between(0, 30)));
      });
      siege.clock.advance(0.3);
    }
    siege.clock.advance(10_000);
    expect(siege.server.host.stats.connections, `seed ${seed}`).toBe(0);
  }
});
