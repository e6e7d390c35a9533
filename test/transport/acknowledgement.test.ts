import { describe, expect, test } from "vitest";
import { ByteWriter } from "../../src/base/bytes.ts";
import { Acknowledgement } from "../../src/transport/acknowledgement.ts";
import { decodeFrames } from "../../src/transport/frames.ts";
import { ackDelayMaxMs, ackRangeCountMax } from "../../src/transport/limits.ts";

const now = 1000;

/** Packet 0 has arrived and was answered. */
function started(): Acknowledgement {
  const acks = new Acknowledgement();
  acks.onReceived(now, 0, true);
  acks.onWritten();
  return acks;
}

function writtenRanges(acks: Acknowledgement, at = now): readonly unknown[] | undefined {
  const writer = new ByteWriter(new Uint8Array(1200));
  acks.write(at, writer);
  const [frame] = decodeFrames(writer.written) ?? [];
  return frame?.type === "ack" ? frame.ranges : undefined;
}

describe("Acknowledgement", () => {
  test("answers the first packet at once, a single later one after the delay", () => {
    const acks = new Acknowledgement();
    acks.onReceived(now, 0, true);
    expect(acks.deadline).toBe(now);
    acks.onWritten();
    acks.onReceived(now + 1, 1, true);
    expect(acks.deadline).toBe(now + 1 + ackDelayMaxMs);
  });

  test("answers as many packets with one ACK as the peer asked for, and by then", () => {
    const acks = started();
    acks.onRequest({ sequence: 1, threshold: 3, delayMs: 100 });
    acks.onRequest({ sequence: 0, threshold: 1, delayMs: 0 });
    acks.onReceived(now, 1, true);
    acks.onReceived(now + 1, 2, true);
    expect(acks.deadline).toBe(now + 100);
    acks.onReceived(now + 2, 3, true);
    expect(acks.deadline).toBe(now + 2);
  });

  test("answers what is out of order at once, whatever the peer asked for", () => {
    const acks = started();
    acks.onRequest({ sequence: 0, threshold: 8, delayMs: 100 });
    acks.onReceived(now + 1, 2, true);
    expect(acks.deadline).toBe(now + 1);
  });

  test("answers every second packet at once", () => {
    const acks = started();
    acks.onReceived(now, 1, true);
    acks.onReceived(now + 5, 2, true);
    expect(acks.deadline).toBe(now + 5);
  });

  test("answers at once what comes after a gap and what fills it", () => {
    const acks = started();
    acks.onReceived(now, 2, true);
    expect(acks.deadline).toBe(now);
    acks.onWritten();
    acks.onReceived(now + 1, 1, true);
    expect(acks.deadline).toBe(now + 1);
  });

  test("owes nothing for packets that only acknowledge", () => {
    const acks = started();
    acks.onReceived(now, 1, false);
    acks.onReceived(now, 5, false);
    expect(acks.deadline).toBeUndefined();
    expect(writtenRanges(acks)).toBeUndefined();
  });

  test("tells how long the newest packet waited", () => {
    const acks = started();
    acks.onReceived(now, 1, true);
    const writer = new ByteWriter(new Uint8Array(100));
    acks.write(now + 12.5, writer);
    expect(decodeFrames(writer.written)).toMatchObject([{ delayMs: 12.5 }]);
  });

  test("knows duplicates, also of what it has forgotten", () => {
    const acks = started();
    acks.onReceived(now, 2, true);
    expect(acks.isDuplicate(0)).toBe(true);
    expect(acks.isDuplicate(1)).toBe(false);
    expect(acks.isDuplicate(2)).toBe(true);
    acks.onAckAcked(3);
    expect(acks.isDuplicate(1)).toBe(true);
    expect(writtenRanges(acks)).toEqual([{ start: 2, end: 3 }]);
  });

  test("keeps 64 ranges and forgets the oldest before the 65th", () => {
    const acks = new Acknowledgement();
    for (let index = 0; index < ackRangeCountMax; index += 1) acks.onReceived(now, 2 * index, true);
    expect(writtenRanges(acks)).toHaveLength(ackRangeCountMax);
    acks.onReceived(now, 2 * ackRangeCountMax, true);
    expect(writtenRanges(acks)).toHaveLength(ackRangeCountMax);
    expect(writtenRanges(acks)?.at(-1)).toEqual({ start: 2, end: 3 });
    expect(acks.isDuplicate(0)).toBe(true);
  });

  test("goes on telling the last range when all of it is known to be known", () => {
    const acks = started();
    acks.onAckAcked(1);
    acks.onReceived(now, 1, true);
    expect(writtenRanges(acks)).toEqual([{ start: 0, end: 2 }]);
  });
});
