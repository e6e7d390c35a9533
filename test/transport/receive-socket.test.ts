import { describe, expect, test } from "vitest";
import { SimulatedClock } from "../support/clock.ts";
import { goodLink, SimulatedNetwork } from "../support/network.ts";
import { SeededRandom } from "../support/random.ts";
import { SimulatedHost } from "../support/simulated-host.ts";
import { makeTransportPair, serverAddress } from "../support/transport-pair.ts";

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

  test("is divided among 50 who send at the same time: after a second it drops 1 datagram in 20 at most", () => {
    const clock = new SimulatedClock();
    const random = new SeededRandom(3);
    const network = new SimulatedNetwork(clock, random.fork());
    network.conditions = { ...goodLink, delayMs: 0.1 };
    let bytes = 0;
    const server = new SimulatedHost({
      clock,
      network,
      random: random.fork(),
      address: serverAddress,
      isAccepting: true,
      ...slowSocket,
      readMs: 0.2,
      onEvent: (event) => {
        if (event.type === "message") bytes += event.message.length;
      },
    });
    for (let index = 0; index < 50; index += 1) {
      const sender: SimulatedHost = new SimulatedHost({
        clock,
        network,
        random: random.fork(),
        address: { host: `10.0.1.${index}`, port: 40_000 },
        isAccepting: false,
        onEvent: (event) => {
          if (event.type !== "opened" && event.type !== "writable") return;
          while (sender.send(event.connection, 2, new Uint8Array(4096)));
        },
      });
      sender.connect(serverAddress);
    }
    clock.advance(1000);
    const [overflowsBefore, bytesBefore] = [server.overflowCount, bytes];
    clock.advance(1000);
    const share = (bytes - bytesBefore) / (5_000 * 1150);
    // Without shares it drops 3,150 more than the 5,000 that it reads.
    expect(server.overflowCount - overflowsBefore).toBeLessThan(5_000 / 20);
    expect(share, "of the 5,000 datagrams a second that it reads").toBeGreaterThan(0.8);
  });
});
