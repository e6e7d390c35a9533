import { describe, expect, test } from "vitest";
import { ByteWriter } from "../../src/base/bytes.ts";
import { AckFrequency } from "../../src/transport/ack-frequency.ts";
import { decodeFrames, type Frame } from "../../src/transport/frames.ts";
import {
  ackDelayCrowdedMs,
  ackDelayMaxMs,
  ackThresholdFew,
  ackThresholdMax,
} from "../../src/transport/limits.ts";

/** What it asks of the peer for a window of so many datagrams. */
function asked(frequency: AckFrequency, windowDatagrams: number, room = 100): Frame | undefined {
  const writer = new ByteWriter(new Uint8Array(room));
  frequency.write(writer, windowDatagrams);
  return decodeFrames(writer.written)?.[0];
}

describe("AckFrequency", () => {
  test("asks for nothing while every second packet is right", () => {
    const frequency = new AckFrequency(() => ackDelayMaxMs);
    expect(asked(frequency, 1)).toBeUndefined();
    expect(asked(frequency, 7)).toBeUndefined();
  });

  test("asks for an ACK in each half of a small window, so that lines cost fewer ACKs", () => {
    const frequency = new AckFrequency(() => ackDelayMaxMs);
    expect(asked(frequency, 8)).toMatchObject({ threshold: 4, delayMs: ackDelayMaxMs });
    expect(asked(frequency, 15)).toBeUndefined();
    expect(asked(frequency, 16)).toMatchObject({ threshold: ackThresholdFew });
    expect(asked(frequency, 127)).toBeUndefined();
  });

  test("asks for an ACK in each eighth of a large window, up to its maximum", () => {
    const frequency = new AckFrequency(() => ackDelayMaxMs);
    expect(asked(frequency, 64)).toMatchObject({ sequence: 0, threshold: 8, delayMs: 20 });
    expect(asked(frequency, 127)).toBeUndefined();
    expect(asked(frequency, 128)).toMatchObject({ sequence: 1, threshold: 16 });
    expect(asked(frequency, 8 * ackThresholdMax)).toMatchObject({ threshold: ackThresholdMax });
    expect(asked(frequency, 80 * ackThresholdMax)).toBeUndefined();
    expect(asked(frequency, 4)).toMatchObject({ sequence: 3, threshold: 2 });
  });

  test("lets the ACKs of a crowd wait longer, but never for more packets than half the window", () => {
    const frequency = new AckFrequency(() => ackDelayCrowdedMs);
    expect(asked(frequency, 10)).toMatchObject({ threshold: 5, delayMs: ackDelayCrowdedMs });
    expect(asked(frequency, 20)).toBeUndefined();
    expect(asked(frequency, 4)).toMatchObject({ threshold: 2 });
    expect(asked(frequency, 20)).toMatchObject({ threshold: ackThresholdFew });
  });

  test("asks again when the frame was lost, unless a newer one has left", () => {
    const frequency = new AckFrequency(() => ackDelayMaxMs);
    asked(frequency, 32);
    frequency.onLost(0);
    expect(asked(frequency, 32)).toMatchObject({ sequence: 1, threshold: 8 });
    frequency.onLost(0);
    expect(asked(frequency, 32)).toBeUndefined();
  });

  test("waits for room", () => {
    const frequency = new AckFrequency(() => ackDelayMaxMs);
    expect(asked(frequency, 32, 11)).toBeUndefined();
    expect(asked(frequency, 32, 12)).toMatchObject({ sequence: 0 });
  });

  test("reckons with the longer delay until the shorter one has arrived", () => {
    let delayMs = ackDelayCrowdedMs;
    const frequency = new AckFrequency(() => delayMs);
    expect(frequency.delayMsMax).toBe(ackDelayMaxMs);
    asked(frequency, 10);
    expect(frequency.delayMsMax).toBe(ackDelayCrowdedMs);
    delayMs = ackDelayMaxMs;
    asked(frequency, 10);
    frequency.onAcked(0);
    expect(frequency.delayMsMax).toBe(ackDelayCrowdedMs);
    frequency.onAcked(1);
    expect(frequency.delayMsMax).toBe(ackDelayMaxMs);
  });
});
