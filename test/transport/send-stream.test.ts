import { describe, expect, test } from "vitest";
import { ByteReader, ByteWriter, varintBytes } from "../../src/base/bytes.ts";
import { SendStream } from "../../src/transport/send-stream.ts";
import { SeededRandom } from "../support/random.ts";

const unlimited = Number.MAX_SAFE_INTEGER;

/** Sends the next piece, of at most `bytesMax`. */
function sendNext(stream: SendStream, bytesMax: number, newBytesMax = unlimited) {
  const next = stream.next(newBytesMax);
  if (next === undefined) return undefined;
  const range = { start: next.start, end: Math.min(next.end, next.start + bytesMax) };
  const writer = new ByteWriter(new Uint8Array(range.end - range.start));
  stream.send(range, writer);
  return { ...range, bytes: writer.written };
}

function openStream(): SendStream {
  return new SendStream(unlimited);
}

describe("SendStream", () => {
  test("puts the length before each message, empty ones too", () => {
    const stream = openStream();
    stream.write(Uint8Array.of(7, 8));
    stream.write(new Uint8Array(0));
    stream.write(Uint8Array.of(9));
    expect(sendNext(stream, 100)?.bytes).toEqual(Uint8Array.of(2, 7, 8, 0, 1, 9));
    expect(sendNext(stream, 100)).toBeUndefined();
  });

  test("sends lost bytes before new ones, but not those that were acknowledged since", () => {
    const stream = openStream();
    stream.write(new Uint8Array(99));
    for (let piece = 0; piece < 5; piece += 1) sendNext(stream, 10);
    stream.onAcked(20, 30);
    stream.onLost(10, 40);
    expect(sendNext(stream, 100)).toMatchObject({ start: 10, end: 20 });
    expect(sendNext(stream, 100)).toMatchObject({ start: 30, end: 40 });
    expect(sendNext(stream, 100)).toMatchObject({ start: 50 });
  });

  test("forgets that bytes were lost when they turn out to have arrived", () => {
    const stream = openStream();
    stream.write(new Uint8Array(19));
    sendNext(stream, 100);
    stream.onLost(0, 20);
    stream.onAcked(0, 20);
    expect(stream.next(unlimited)).toBeUndefined();
    expect(stream.queuedBytes).toBe(0);
    stream.onLost(0, 20);
    expect(stream.next(unlimited)).toBeUndefined();
  });

  test("keeps to both limits, which hold back new bytes only", () => {
    const stream = new SendStream(0);
    stream.write(new Uint8Array(100));
    expect(stream.next(unlimited)).toBeUndefined();
    expect(stream.isBlocked).toBe(true);
    stream.max = 30;
    expect(sendNext(stream, 100, 20)).toMatchObject({ start: 0, end: 20 });
    expect(sendNext(stream, 100, 20)).toMatchObject({ start: 20, end: 30 });
    expect(stream.isBlocked).toBe(true);
    expect(sendNext(stream, 100, 20)).toBeUndefined();
    stream.onLost(0, 30);
    expect(sendNext(stream, 100, 0)).toMatchObject({ start: 0, end: 30 });
  });

  test("counts as queued what was not acknowledged without a gap", () => {
    const stream = openStream();
    stream.write(new Uint8Array(29));
    expect(stream.queuedBytes).toBe(30);
    sendNext(stream, 100);
    stream.onAcked(10, 30);
    expect(stream.queuedBytes).toBe(30);
    stream.onAcked(0, 10);
    expect(stream.queuedBytes).toBe(0);
  });

  test("gives each byte as it was written, however it is cut, lost and acknowledged", () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const random = new SeededRandom(seed);
      const messages = Array.from({ length: 60 }, () => random.bytes(random.between(0, 300)));
      const stream = openStream();
      for (const message of messages) stream.write(message);
      const bytesTotal = messages.reduce(
        (sum, { length }) => sum + varintBytes(length) + length,
        0,
      );
      const received = new Uint8Array(bytesTotal);
      while (0 < stream.queuedBytes) {
        const piece = sendNext(stream, random.between(1, 400));
        expect(piece, `seed ${seed}`).toBeDefined();
        if (random.chance(0.3)) stream.onLost(piece!.start, piece!.end);
        else {
          received.set(piece!.bytes, piece!.start);
          stream.onAcked(piece!.start, piece!.end);
        }
      }
      const reader = new ByteReader(received);
      for (const message of messages) {
        const got = reader.bytes(reader.varint()!)!;
        expect(Buffer.compare(got, message), `seed ${seed}`).toBe(0);
      }
      expect(reader.remaining).toBe(0);
    }
  });
});
