import { describe, expect, test } from "vitest";
import { ByteWriter } from "../../src/base/bytes.ts";
import { AckFrequency } from "../../src/transport/ack-frequency.ts";
import { decodeFrames, type Frame } from "../../src/transport/frames.ts";
import {
  ackDelayCrowdedMs,
  ackDelayMaxMs,
  ackThresholdCrowded,
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
    expect(asked(frequency, 31)).toBeUndefined();
  });

  test("asks for an ACK in each eighth of the window, up to its maximum", () => {
    const frequency = new AckFrequency(() => ackDelayMaxMs);
    expect(asked(frequency, 32)).toMatchObject({ sequence: 0, threshold: 4, delayMs: 20 });
    expect(asked(frequency, 63)).toBeUndefined();
    expect(asked(frequency, 64)).toMatchObject({ sequence: 1, threshold: 8 });
    expect(asked(frequency, 8 * ackThresholdMax)).toMatchObject({ threshold: ackThresholdMax });
    expect(asked(frequency, 80 * ackThresholdMax)).toBeUndefined();
    expect(asked(frequency, 10)).toMatchObject({ sequence: 3, threshold: 2 });
  });

  test("lets the ACKs of a crowd wait longer, but never for more packets than the window holds", () => {
    const frequency = new AckFrequency(() => ackDelayCrowdedMs);
    expect(asked(frequency, 10)).toMatchObject({ threshold: 5, delayMs: ackDelayCrowdedMs });
    expect(asked(frequency, 20)).toBeUndefined();
    expect(asked(frequency, 4)).toMatchObject({ threshold: 2 });
    expect(asked(frequency, 20)).toMatchObject({ threshold: ackThresholdCrowded });
  });

  test("asks again when the frame was lost, unless a newer one has left", () => {
    const frequency = new AckFrequency(() => ackDelayMaxMs);
    asked(frequency, 32);
    frequency.onLost(0);
    expect(asked(frequency, 32)).toMatchObject({ sequence: 1, threshold: 4 });
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
