import { describe, expect, test } from "vitest";
import { ClientHandshake } from "../../src/transport/handshake.ts";

describe("ClientHandshake", () => {
  test("sends INIT at 0, 100, 300, 700 and 1500 ms and gives up at 3100 ms", () => {
    const handshake = new ClientHandshake(5000);
    const sentAt: number[] = [];
    if (handshake.takeInit() !== undefined) sentAt.push(0);
    for (;;) {
      const at = handshake.deadline;
      if (!handshake.onTimeout(at)) {
        expect(at).toBe(8100);
        break;
      }
      if (handshake.takeInit() !== undefined) sentAt.push(at - 5000);
    }
    expect(sentAt).toEqual([0, 100, 300, 700, 1500]);
  });

  test("answers RETRY at once with the cookie, and once a try", () => {
    const handshake = new ClientHandshake(5000);
    expect(handshake.takeInit()).toEqual(new Uint8Array(0));
    handshake.onRetry(Uint8Array.of(1));
    expect(handshake.takeInit()).toEqual(Uint8Array.of(1));
    handshake.onRetry(Uint8Array.of(2));
    expect(handshake.takeInit()).toBeUndefined();
    handshake.onTimeout(5100);
    expect(handshake.takeInit()).toEqual(Uint8Array.of(1));
    handshake.onRetry(Uint8Array.of(2));
    expect(handshake.takeInit()).toEqual(Uint8Array.of(2));
  });
});
