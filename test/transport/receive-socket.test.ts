import { describe, expect, test } from "vitest";
import { makeTransportPair } from "../support/transport-pair.ts";

const mebibyte = 1024 * 1024;
/** A default Linux socket, and a program that reads 20,000 datagrams a second from it. */
const slowSocket = { socketBufferBytes: 212_992, readMs: 0.05 };

/** Sends 2 MiB to a slow reader; how many datagrams its socket dropped, and how long it took. */
function sendToSlow(endpoint: Parameters<typeof makeTransportPair>[1] & object) {
  const pair = makeTransportPair(1, { socket: slowSocket, ...endpoint });
  pair.open();
  const startedAt = pair.clock.now();
  pair.client.host.send(pair.client.connection!, 0, new Uint8Array(2 * mebibyte));
  expect(pair.clock.advanceUntil(() => 0 < pair.server.messages.length, 60_000)).toBe(true);
  return { overflowCount: pair.server.host.overflowCount, ms: pair.clock.now() - startedAt };
}

describe("the socket buffer of a slow reader", () => {
  test("is never overrun by a sender that was told its size, with short and long datagrams", () => {
    for (const bytes of [1200, 8972, 65_507]) {
      const { overflowCount, ms } = sendToSlow({ endpoint: { pathBytesMax: () => bytes } });
      expect(overflowCount, `${bytes} bytes`).toBe(0);
      expect(ms, `${bytes} bytes`).toBeLessThan(300);
    }
  });

  test("is overrun by a sender that was told too much, and everything arrives all the same", () => {
    const socket = { ...slowSocket, socketBufferBytes: 20_000 };
    const { overflowCount } = sendToSlow({ socket, endpoint: { socketBytes: 100 * mebibyte } });
    expect(overflowCount).toBeGreaterThan(0);
  });

  test("overflows while the process stands still, and everything arrives all the same", () => {
    const pair = makeTransportPair(2, { socket: { socketBufferBytes: 20_000 } });
    pair.open();
    pair.server.host.stall(300);
    pair.client.host.send(pair.client.connection!, 0, new Uint8Array(mebibyte));
    expect(pair.clock.advanceUntil(() => 0 < pair.server.messages.length, 10_000)).toBe(true);
    expect(pair.server.host.overflowCount).toBeGreaterThan(0);
  });
});
