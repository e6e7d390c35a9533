import { describe, expect, test } from "vitest";
import { NewReno } from "../../src/transport/congestion.ts";
import {
  ackDelayMaxMs,
  skipDistanceMax,
  skipDistanceMin,
  skippedCountMax,
} from "../../src/transport/limits.ts";
import { PacketSpace } from "../../src/transport/packet-space.ts";
import { SeededRandom } from "../support/random.ts";

function newSpace(seed: number): PacketSpace {
  return new PacketSpace(
    new SeededRandom(seed),
    (datagramBytes) => new NewReno(datagramBytes),
    () => ackDelayMaxMs,
  );
}

/** Takes numbers up to `end` and gives those that were skipped. */
function skippedUpTo(space: PacketSpace, end: number): number[] {
  const skipped: number[] = [];
  let expected = 0;
  for (;;) {
    const number = space.takeNumber();
    for (; expected < number; expected += 1) skipped.push(expected);
    expected = number + 1;
    if (end <= number) return skipped;
  }
}

const only = (number: number) => [{ start: number, end: number + 1 }];

describe("PacketSpace", () => {
  test("skips single numbers, ever more seldom", () => {
    const skipped = skippedUpTo(newSpace(1), 2_000_000);
    expect(skipped[0]).toBeGreaterThanOrEqual(skipDistanceMin);
    expect(skipped[0]).toBeLessThan(2 * skipDistanceMin);
    const distances = skipped.slice(1).map((number, index) => number - skipped[index]!);
    expect(Math.max(...distances)).toBeLessThanOrEqual(2 * skipDistanceMax + 1);
    expect(skipped.length).toBeGreaterThan(12);
    expect(skipped.length).toBeLessThan(30);
  });

  test("finds an ACK of a number that is yet to come, or was skipped", () => {
    const space = newSpace(1);
    const skipped = skippedUpTo(space, 1000);
    const next = space.takeNumber() + 1;
    expect(space.onAck(1, only(next - 1), 0)).toBeDefined();
    expect(space.onAck(1, only(next), 0)).toBeUndefined();
    expect(space.onAck(1, only(skipped[0]!), 0)).toBeUndefined();
    expect(space.onAck(1, [{ start: 0, end: next }], 0)).toBeUndefined();
    expect(space.onAck(1, only(skipped[0]! + 1), 0)).toBeDefined();
  });

  test("remembers the last 16 skipped numbers", () => {
    const space = newSpace(2);
    const skipped = skippedUpTo(space, 3_000_000);
    expect(skipped.length).toBeGreaterThan(skippedCountMax);
    expect(space.onAck(1, only(skipped.at(-skippedCountMax)!), 0)).toBeUndefined();
    expect(space.onAck(1, only(skipped.at(-skippedCountMax - 1)!), 0)).toBeDefined();
  });

  test("has no room once the window is in flight", () => {
    const space = newSpace(1);
    for (let count = 0; count < 10; count += 1) {
      expect(space.hasWindow).toBe(true);
      space.onSent({
        packetNumber: space.takeNumber(),
        sentAt: 1,
        bytes: 1200,
        frames: [],
        isMtuProbe: false,
      });
    }
    expect(space.hasWindow).toBe(false);
  });
});
