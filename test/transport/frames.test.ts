import { describe, expect, test } from "vitest";
import { ByteWriter } from "../../src/base/bytes.ts";
import {
  cutUtf8,
  decodeFrames,
  type Frame,
  frameTypes,
  streamHeaderBytes,
  writeAck,
  writeAckFrequency,
  writeClose,
  writeDatagram,
  writeNumber,
  writePath,
  writeResetStream,
  writeStreamHeader,
  writeStreamNumber,
} from "../../src/transport/frames.ts";
import {
  ackRangeCountMax,
  closeTextBytesMax,
  unreliableBytesMax,
} from "../../src/transport/limits.ts";
import { SeededRandom } from "../support/random.ts";

function write(body: (writer: ByteWriter) => void, bytes = 1200): Uint8Array {
  const writer = new ByteWriter(new Uint8Array(bytes));
  body(writer);
  return writer.written;
}

const data = Uint8Array.of(1, 2, 3);
const cases: readonly { frame: Frame; bytes: Uint8Array }[] = [
  { frame: { type: "ping" }, bytes: Uint8Array.of(1) },
  {
    frame: {
      type: "ack",
      delayMs: 2.5,
      ranges: [
        { start: 7, end: 10 },
        { start: 0, end: 5 },
      ],
    },
    bytes: write((writer) => {
      writeAck(
        writer,
        [
          { start: 0, end: 5 },
          { start: 7, end: 10 },
        ],
        2.55,
      );
    }),
  },
  {
    frame: { type: "stream", stream: 7, offset: 70_000, bytes: data, isFin: false },
    bytes: write((writer) => {
      writeStreamHeader(writer, 7, 70_000, data.length);
      writer.bytes(data);
    }),
  },
  {
    frame: { type: "max-data", max: 2 ** 40 },
    bytes: write((writer) => writeNumber(writer, frameTypes.maxData, 2 ** 40)),
  },
  {
    frame: { type: "data-blocked", max: 5 },
    bytes: write((writer) => writeNumber(writer, frameTypes.dataBlocked, 5)),
  },
  {
    frame: { type: "max-stream-data", stream: 1, max: 100 },
    bytes: write((writer) => writeStreamNumber(writer, frameTypes.maxStreamData, 1, 100)),
  },
  {
    frame: { type: "stream-data-blocked", stream: 2, max: 64 },
    bytes: write((writer) => writeStreamNumber(writer, frameTypes.streamDataBlocked, 2, 64)),
  },
  {
    frame: { type: "path-challenge", data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
    bytes: Uint8Array.of(0x1a, 1, 2, 3, 4, 5, 6, 7, 8),
  },
  {
    frame: { type: "path-response", data: Uint8Array.of(8, 7, 6, 5, 4, 3, 2, 1) },
    bytes: write((writer) => {
      writePath(writer, frameTypes.pathResponse, Uint8Array.of(8, 7, 6, 5, 4, 3, 2, 1));
    }),
  },
  {
    frame: { type: "stream", stream: 8, offset: 64, bytes: new Uint8Array(0), isFin: true },
    bytes: write((writer) => writeStreamHeader(writer, 8, 64, 0, true)),
  },
  {
    frame: { type: "reset-stream", stream: 100, code: 7, finalSize: 2 ** 33 },
    bytes: write((writer) => {
      writeResetStream(writer, { stream: 100, code: 7, finalSize: 2 ** 33 });
    }),
  },
  {
    frame: { type: "stop-sending", stream: 9, code: 500 },
    bytes: write((writer) => writeStreamNumber(writer, frameTypes.stopSending, 9, 500)),
  },
  {
    frame: { type: "max-streams", kind: "message", max: 20 },
    bytes: write((writer) => writeNumber(writer, frameTypes.maxMessageStreams, 20)),
  },
  {
    frame: { type: "max-streams", kind: "data", max: 70 },
    bytes: write((writer) => writeNumber(writer, frameTypes.maxDataStreams, 70)),
  },
  {
    frame: { type: "socket-bytes", bytes: 70_000 },
    bytes: write((writer) => writeNumber(writer, frameTypes.socketBytes, 70_000)),
  },
  {
    frame: { type: "datagram", bytes: data },
    bytes: write((writer) => writeDatagram(writer, data)),
  },
  {
    frame: { type: "close", code: 3, text: "good night" },
    bytes: write((writer) => writeClose(writer, 3, "good night")),
  },
];

describe("frames", () => {
  test.each(cases)("survive encoding and decoding: $frame.type", ({ frame, bytes }) => {
    expect(decodeFrames(bytes)).toEqual([frame]);
  });

  test.each(cases)("cut anywhere break the packet: $frame.type", ({ bytes }) => {
    for (let length = 1; length < bytes.length; length += 1) {
      expect(decodeFrames(bytes.subarray(0, length))).toBeUndefined();
    }
  });

  test("come one after another, with padding anywhere", () => {
    const padding = new Uint8Array(3);
    const payload = new Uint8Array(
      Buffer.concat(cases.flatMap(({ bytes }) => [padding, bytes, padding])),
    );
    expect(decodeFrames(payload)).toEqual(cases.map(({ frame }) => frame));
  });

  test.each([0x03, 0x07, 0x1a, 0x1b, 0x30, 0xff])(
    "of an unknown type break the packet: %d",
    (type) => {
      expect(decodeFrames(Uint8Array.of(1, type, 0, 0, 0, 0))).toBeUndefined();
    },
  );

  test("of a stream, empty without an end or beyond 2^53, break the packet", () => {
    expect(decodeFrames(Uint8Array.of(8, 8, 0, 1, 65))).toHaveLength(1);
    expect(decodeFrames(Uint8Array.of(8, 8, 0, 0))).toBeUndefined();
    expect(decodeFrames(Uint8Array.of(9, 8, 0, 0))).toHaveLength(1);
    const end = write((writer) => {
      writeStreamHeader(writer, 0, Number.MAX_SAFE_INTEGER, 1);
      writer.u8(65);
    });
    expect(decodeFrames(end)).toBeUndefined();
  });

  test("that end, reset or stop a channel break the packet", () => {
    expect(decodeFrames(Uint8Array.of(9, 7, 0, 1, 65))).toBeUndefined();
    expect(decodeFrames(Uint8Array.of(4, 7, 0, 0))).toBeUndefined();
    expect(decodeFrames(Uint8Array.of(5, 7, 0))).toBeUndefined();
  });

  test("with an unreliable datagram of 1024 bytes are read, of 1025 they break the packet", () => {
    const datagram = (length: number) =>
      write((writer) => writeDatagram(writer, new Uint8Array(length)));
    expect(decodeFrames(datagram(unreliableBytesMax))).toHaveLength(1);
    expect(decodeFrames(datagram(unreliableBytesMax + 1))).toBeUndefined();
  });

  test("random bytes never throw", () => {
    const random = new SeededRandom(11);
    const types = Object.values(frameTypes);
    for (let round = 0; round < 20_000; round += 1) {
      const bytes = random.bytes(random.between(1, 60));
      bytes[0] = random.pick(types);
      decodeFrames(bytes);
    }
  });
});

describe("ACK frames", () => {
  const manyRanges = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ start: 2 * index, end: 2 * index + 1 }));

  test("carry 64 ranges, the newest ones, and not one more", () => {
    const ranges = manyRanges(ackRangeCountMax + 1);
    const [frame] = decodeFrames(write((writer) => void writeAck(writer, ranges, 0))) ?? [];
    expect(frame).toMatchObject({ ranges: ranges.slice(1).reverse() });
  });

  test("of 65 ranges break the packet", () => {
    const bytes = write((writer) => {
      writer.u8(frameTypes.ack);
      writer.varint(1000);
      writer.varint(0);
      writer.u8(ackRangeCountMax);
      writer.varint(0);
      for (let index = 0; index < ackRangeCountMax; index += 1) writer.bytes(Uint8Array.of(0, 0));
    });
    expect(decodeFrames(bytes)).toBeUndefined();
    bytes[4] = ackRangeCountMax - 1;
    expect(bytes[3]).toBe(0);
  });

  test("take what room there is", () => {
    const ranges = manyRanges(30);
    const [frame] = decodeFrames(write((writer) => void writeAck(writer, ranges, 0), 24)) ?? [];
    expect(frame?.type === "ack" && frame.ranges.length).toBeGreaterThan(1);
    const tiny = new ByteWriter(new Uint8Array(4));
    expect(writeAck(tiny, ranges, 0)).toBe(false);
    expect(tiny.offset).toBe(0);
  });

  test("that reach below packet 0 break the packet", () => {
    expect(decodeFrames(Uint8Array.of(2, 5, 0, 0, 5))).toHaveLength(1);
    expect(decodeFrames(Uint8Array.of(2, 5, 0, 0, 6))).toBeUndefined();
    expect(decodeFrames(Uint8Array.of(2, 5, 0, 1, 0, 3, 0))).toHaveLength(1);
    expect(decodeFrames(Uint8Array.of(2, 5, 0, 1, 0, 3, 1))).toBeUndefined();
  });
});

describe("CLOSE frames", () => {
  test("cut a text at 256 bytes of UTF-8, between characters", () => {
    expect(cutUtf8("ab", 2)).toBe("ab");
    expect(cutUtf8("abc", 2)).toBe("ab");
    expect(cutUtf8("a€", 3)).toBe("a");
    const [frame] = decodeFrames(write((writer) => writeClose(writer, 1, "é".repeat(200)))) ?? [];
    expect(frame).toMatchObject({ text: "é".repeat(closeTextBytesMax / 2) });
  });

  test("with a longer text or bad UTF-8 break the packet", () => {
    const long = Uint8Array.from([0x1c, 0, 0x41, 0x01, ...new Uint8Array(257).fill(65)]);
    expect(decodeFrames(long)).toBeUndefined();
    expect(decodeFrames(long.fill(0, 3, 4).subarray(0, 4 + 256))).toHaveLength(1);
    expect(decodeFrames(Uint8Array.of(0x1c, 0, 1, 0xff))).toBeUndefined();
  });

  test("carry no control characters to a terminal", () => {
    const [frame] = decodeFrames(write((writer) => writeClose(writer, 1, "x\u001b]0;y\n"))) ?? [];
    expect(frame).toMatchObject({ text: "x]0;y " });
  });

  test("header sizes are told exactly", () => {
    const random = new SeededRandom(3);
    for (let round = 0; round < 100; round += 1) {
      const offset = Math.floor(2 ** (random.unit() * 52));
      const length = random.between(1, 1100);
      const { length: bytes } = write((writer) => writeStreamHeader(writer, 0, offset, length));
      expect(streamHeaderBytes(0, offset, length)).toBe(bytes);
    }
  });
});

describe("ACK_FREQUENCY frames", () => {
  test("ask for at least one packet and at most a second", () => {
    const frequency = { sequence: 3, threshold: 1, delayMs: 1000 };
    const bytes = write((writer) => writeAckFrequency(writer, frequency));
    expect(decodeFrames(bytes)).toEqual([{ type: "ack-frequency", ...frequency }]);
    const none = { ...frequency, threshold: 0 };
    expect(decodeFrames(write((writer) => writeAckFrequency(writer, none)))).toBeUndefined();
    const late = { ...frequency, delayMs: 1001 };
    expect(decodeFrames(write((writer) => writeAckFrequency(writer, late)))).toBeUndefined();
  });
});
