import { describe, expect, test } from "vitest";
import { mtuCoolDownMs, mtuRaiseMs } from "../../src/transport/limits.ts";
import { PathMtu } from "../../src/transport/path-mtu.ts";
import { sentPacket } from "../support/congestion-event.ts";
import { makeTransportPair, type TransportPair } from "../support/transport-pair.ts";

const mebibyte = 1024 * 1024;

/** A path that was found to carry so many bytes. */
function found(bytes: number, bytesMax = bytes): PathMtu {
  const mtu = new PathMtu(bytesMax);
  while (mtu.bytes < bytes) {
    const probe = mtu.probeBytes(0)!;
    mtu.onProbeSent();
    expect(mtu.onAcked([sentPacket({ bytes: probe, isMtuProbe: true })])).toBe(true);
  }
  return mtu;
}

const data = (bytes: number, sentAt: number) => [sentPacket({ bytes, sentAt })];

describe("PathMtu", () => {
  test("goes up the ladder as far as both ends and the adapter carry, one probe at a time", () => {
    const mtu = new PathMtu(9000);
    expect(mtu.bytes).toBe(1200);
    for (const bytes of [1452, 8952]) {
      expect(mtu.probeBytes(0)).toBe(bytes);
      mtu.onProbeSent();
      expect(mtu.probeBytes(0)).toBeUndefined();
      mtu.onAcked([sentPacket({ bytes, isMtuProbe: true })]);
      expect(mtu.bytes).toBe(bytes);
    }
    expect(mtu.probeBytes(0)).toBeUndefined();
    expect(found(32_768).bytes).toBe(32_768);
    expect(new PathMtu(500).bytes).toBe(1200);
  });

  test("gives a size up when three probes of it were lost, and tries again after 600 s", () => {
    const mtu = new PathMtu(9000);
    for (let count = 0; count < 3; count += 1) {
      expect(mtu.probeBytes(1000)).toBe(1452);
      mtu.onProbeSent();
      mtu.onLost(1000, [sentPacket({ bytes: 1452, isMtuProbe: true })]);
    }
    expect(mtu.probeBytes(1000)).toBeUndefined();
    expect(mtu.probeBytes(1000 + mtuRaiseMs - 1)).toBeUndefined();
    expect(mtu.probeBytes(1000 + mtuRaiseMs)).toBe(1452);
  });

  test("falls back to 1200 after three bursts in which only long datagrams were lost", () => {
    const mtu = found(8952);
    expect(mtu.onLost(100, data(8952, 10))).toBe(false);
    expect(mtu.onLost(101, data(8952, 10)), "the same burst").toBe(false);
    expect(mtu.onLost(200, data(8952, 110))).toBe(false);
    expect(mtu.onLost(300, data(8000, 210))).toBe(true);
    expect(mtu.bytes).toBe(1200);
    expect(mtu.probeBytes(300 + mtuCoolDownMs - 1)).toBeUndefined();
    expect(mtu.probeBytes(300 + mtuCoolDownMs)).toBe(1452);
  });

  test("is not fooled by loss that long and short datagrams share", () => {
    const mtu = found(8952);
    for (let at = 100; at < 1000; at += 100) {
      expect(mtu.onLost(at, [...data(8952, at - 50), ...data(300, at - 49)])).toBe(false);
    }
  });

  test("is not fooled by bursts between which long datagrams arrive", () => {
    const mtu = found(8952);
    for (let at = 100; at < 1000; at += 100) {
      expect(mtu.onLost(at, data(8952, at - 50))).toBe(false);
      if (at % 200 === 0) mtu.onAcked(data(8952, at - 40));
    }
    expect(mtu.bytes).toBe(8952);
  });
});

/** Sends a MiB over a path of which both hosts' adapters carry `adapterBytes`. */
function transfer(options: {
  readonly adapterBytes: number;
  readonly linkBytes: number;
  readonly loss?: number;
  readonly seed?: number;
}): TransportPair & { readonly longest: () => number; readonly send: () => void } {
  const { adapterBytes, linkBytes, loss = 0, seed = 1 } = options;
  const pair = makeTransportPair(seed, {
    conditions: { datagramBytesMax: linkBytes, loss, delayMs: 1 },
    endpoint: { pathBytesMax: () => adapterBytes },
  });
  pair.open();
  let longest = 0;
  const attach = () => {
    pair.network.onSend = (_from, _to, { length }) => {
      if (length <= linkBytes) longest = Math.max(longest, length);
    };
  };
  attach();
  const send = () => {
    longest = 0;
    const count = pair.server.messages.length;
    pair.client.host.send(pair.client.connection!, 0, new Uint8Array(mebibyte));
    const isThere = () => count < pair.server.messages.length;
    expect(pair.clock.advanceUntil(isThere, 60_000), `seed ${seed}`).toBe(true);
  };
  return { ...pair, longest: () => longest, send };
}

describe("a connection over a path", () => {
  test("uses the longest datagrams that it carries", () => {
    for (const [linkBytes, longest] of [
      [1472, 1452],
      [8972, 8952],
      [65_507, 32_768],
    ] as const) {
      const path = transfer({ adapterBytes: 65_507, linkBytes });
      path.send();
      expect(path.longest(), `${linkBytes} bytes`).toBe(longest);
    }
  });

  test("never sends longer datagrams than its own adapter carries whole", () => {
    const path = transfer({ adapterBytes: 1472, linkBytes: 65_507 });
    path.send();
    expect(path.longest()).toBe(1452);
  });

  test("tries nothing while it has less to send than fits into a datagram", () => {
    const path = transfer({ adapterBytes: 65_507, linkBytes: 65_507 });
    for (let line = 0; line < 50; line += 1) {
      path.client.host.send(path.client.connection!, 0, new Uint8Array(200));
      path.clock.advance(100);
    }
    expect(path.longest()).toBeLessThan(1200);
  });

  test("finds the size at 20 % loss as well, and keeps it", () => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const path = transfer({ adapterBytes: 8972, linkBytes: 8972, loss: 0.2, seed });
      path.send();
      path.send();
      expect(path.longest(), `seed ${seed}`).toBe(8952);
    }
  });

  test("gets through when the path stops carrying what it carried", () => {
    const path = transfer({ adapterBytes: 8972, linkBytes: 8972 });
    path.send();
    path.network.conditions = { ...path.network.conditions, datagramBytesMax: 1400 };
    const before = path.clock.now();
    path.send();
    expect(path.clock.now() - before).toBeLessThan(3000);
    path.send();
    expect(path.longest()).toBe(1200);
    expect(path.client.closed).toBeUndefined();
  });
});
