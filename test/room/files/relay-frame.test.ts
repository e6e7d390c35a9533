import { describe, expect, test } from "vitest";
import {
  RelayReceiver,
  RelaySender,
  relayedBytesMax,
  relayNumberOf,
} from "../../../src/room/files/relay-frame.ts";
import { datagramBytesMin, unreliableBytesMax } from "../../../src/transport/limits.ts";
import { SeededRandom } from "../../support/random.ts";

function datagramOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index % 251);
}

describe("a datagram that goes through a server", () => {
  test.each([1, 1_018, 1_019, datagramBytesMin, relayedBytesMax])(
    "comes out as it went in: %i bytes",
    (length) => {
      const frames = new RelaySender(7).framesOf(datagramOf(length));
      const receiver = new RelayReceiver();
      const taken = frames.map((frame) => receiver.take(frame));
      expect(Buffer.compare(taken.at(-1)!, datagramOf(length))).toBe(0);
      expect(taken.filter((datagram) => datagram !== undefined)).toHaveLength(1);
      for (const frame of frames) {
        expect(frame.length).toBeLessThanOrEqual(unreliableBytesMax);
        expect(relayNumberOf(frame)).toBe(7);
      }
    },
  );

  test("is not longer than two frames", () => {
    expect(() => new RelaySender(7).framesOf(datagramOf(relayedBytesMax + 1))).toThrow();
  });

  test("of which a half is lost, doubled or late is lost, and those behind it are not", () => {
    const random = new SeededRandom(3);
    const sender = new RelaySender(1);
    const receiver = new RelayReceiver();
    const sent = Array.from({ length: 300 }, (_, index) => {
      const datagram = datagramOf(1_100);
      datagram[0] = index & 255;
      return datagram;
    });
    let count = 0;
    for (const datagram of sent) {
      for (const frame of sender.framesOf(datagram)) {
        if (random.chance(0.2)) continue;
        const taken = receiver.take(frame);
        if (taken === undefined) continue;
        expect(Buffer.compare(taken, datagram)).toBe(0);
        count += 1;
      }
    }
    expect(count).toBeGreaterThan(100);
  });

  test.each([
    [[]],
    [[0, 0, 0, 1]],
    [[0, 0, 0, 1, 0, 0]],
    [[0, 0, 0, 1, 0, 2, 9]],
    [[0, 0, 0, 1, 0, 3, 9]],
  ])("is none when the frame makes no sense: %o", (bytes) => {
    expect(new RelayReceiver().take(Uint8Array.from(bytes))).toBeUndefined();
  });
});
