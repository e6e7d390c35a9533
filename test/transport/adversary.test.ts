import { describe, expect, test } from "vitest";
import { formatAddress } from "../../src/base/address.ts";
import {
  frameTypes,
  writeAck,
  writeAckFrequency,
  writeNumber,
  writeResetStream,
  writeStreamHeader,
  writeStreamNumber,
} from "../../src/transport/frames.ts";
import {
  channelMax,
  datagramBytesMin,
  dataStreamsMax,
  halfOpenCountMax,
  initialWindowDatagrams,
  lingerMs,
  messageBytesMax,
  messageStreamsMax,
  pageBytes,
  probeCount,
  probeRoundsMax,
  resetsInAll,
  silenceMaxMs,
  streamWindowBytes,
} from "../../src/transport/limits.ts";
import { ourParameters } from "../../src/transport/parameters.ts";
import { oneShotId } from "../../src/transport/stream-id.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { besiege, droppedBy, type Siege } from "../support/siege.ts";
import { SimulatedHost } from "../support/simulated-host.ts";
import { makeTransportPair, serverAddress } from "../support/transport-pair.ts";

/**
 * Who means harm, what they do, and the bound on what it costs. Others stand where their matter is:
 * optimistic ACKs, range bombs and oversize declarations in session.test.ts; path floods in
 * roaming.test.ts; forged floods, replays, cookie thieves and handshake storms in endpoint.test.ts.
 */

const mebibyte = 1024 * 1024;

/** What this side holds of a peer's data that cannot be delivered yet. */
const heldBytes = ({ server }: Siege) =>
  server.host.connectionStats(server.connection!)?.heldBytes ?? 0;

/** Datagrams that the server sends to a peer's address, from now on. */
function countToPeer({ network, peer }: Siege): { count: number; bytes: number } {
  const sent = { count: 0, bytes: 0 };
  network.onSend = (_from, to, datagram) => {
    if (formatAddress(to) !== formatAddress(peer.address)) return;
    sent.count += 1;
    sent.bytes += datagram.length;
  };
  return sent;
}

/** Somebody else gets through meanwhile, with a message there and one back. */
function expectServed({ clock, client, server }: Siege): void {
  const connection = client.host.connect(serverAddress);
  client.host.send(connection, 0, Uint8Array.of(1, 2, 3));
  const isThere = () => server.messages.some(({ message }) => message.length === 3);
  expect(clock.advanceUntil(isThere, 1000), "another client is served").toBe(true);
}

describe("a one-byte fragmenter", () => {
  test("who sends every other byte of a window holds no more of our memory than the window", () => {
    const siege = besiege();
    const startedAt = process.cpuUsage();
    let sent = 0;
    for (let offset = streamWindowBytes - 1; 0 < offset && sent < 60_000; ) {
      siege.peer.sendFrames((writer) => {
        for (; 0 < offset && 16 < writer.remaining - 16; offset -= 2, sent += 1) {
          writeStreamHeader(writer, 0, offset, 1);
          writer.u8(0);
        }
      });
      siege.clock.advance(0.1);
      expect(heldBytes(siege)).toBeLessThanOrEqual(streamWindowBytes + pageBytes);
    }
    // 60,000 pieces, of which it keeps 1024; what a quadratic search would take is minutes.
    const { user } = process.cpuUsage(startedAt);
    expect(user / 1000).toBeLessThan(10_000);
    expect(siege.server.closed).toBeUndefined();
    expectServed(siege);
  });

  test("who sends a message byte by byte, in order, is acknowledged less often than it sends", () => {
    const siege = besiege();
    siege.clock.advance(100);
    const sent = countToPeer(siege);
    for (let offset = 0; offset < 2000; offset += 1) {
      siege.peer.sendFrames((writer) => {
        writeStreamHeader(writer, 0, offset, 1);
        // A message of 1999 bytes: its prefix of two, then itself.
        writer.u8(offset === 0 ? 0x47 : offset === 1 ? 0xce : 7);
      });
      if (offset % 4 === 3) siege.clock.advance(0.1);
    }
    siege.clock.advance(100);
    expect(siege.server.messages.map(({ message }) => message.length)).toEqual([1998]);
    expect(sent.count).toBeLessThanOrEqual(1000 + 5);
  });
});

describe("a rapid resetter", () => {
  test("who opens streams only to reset them leaves nothing behind, and is told little", () => {
    const siege = besiege();
    siege.clock.advance(100);
    const sent = countToPeer(siege);
    const streamCount = 1000;
    let [opened, mayOpen] = [0, messageStreamsMax];
    for (let round = 0; opened < streamCount; round += 1) {
      expect(round).toBeLessThan(2 * streamCount);
      siege.peer.sendFrames((writer) => {
        const heard = siege.peer.heardNumber;
        writeAck(writer, [{ start: heard, end: heard + 1 }], 0);
        if (mayOpen <= opened) return;
        const stream = oneShotId("message", opened);
        writeStreamHeader(writer, stream, 0, 5);
        writer.u32(0x8000_0000 + mebibyte);
        writer.u8(7);
        writeResetStream(writer, { stream, code: 1, finalSize: 5 });
        opened += 1;
      });
      siege.clock.advance(0.5);
      for (const frame of siege.peer.frames.splice(0)) {
        if (frame.type === "max-streams" && frame.kind === "message") mayOpen = frame.max;
      }
      expect(heldBytes(siege)).toBeLessThanOrEqual(pageBytes);
    }
    siege.clock.advance(100);
    expect(siege.server.closed).toBeUndefined();
    // It acknowledges, and gives credit for the next streams now and then.
    expect(sent.count).toBeLessThan(streamCount);
    expect(siege.server.messages).toEqual([]);
    expectServed(siege);
  });

  test("who opens one stream more than it may is closed", () => {
    const siege = besiege();
    const open = (index: number) =>
      siege.peer.sendFrames((writer) => {
        writeStreamHeader(writer, oneShotId("data", index), 0, 1);
        writer.u8(7);
      });
    for (let index = 0; index < dataStreamsMax; index += 1) open(index);
    siege.clock.advance(1);
    expect(siege.server.closed).toBeUndefined();
    open(dataStreamsMax);
    siege.clock.advance(1);
    expect(siege.server.closed).toMatchObject({ cause: "protocol-violation" });
  });
});

describe("an ACK_FREQUENCY liar", () => {
  test("who asks for an ACK of every packet and at once gets one for each, and no more", () => {
    const siege = besiege();
    siege.clock.advance(100);
    const sent = countToPeer(siege);
    for (let sequence = 0; sequence < 500; sequence += 1) {
      siege.peer.sendFrames((writer) => {
        writeAckFrequency(writer, { sequence, threshold: 1, delayMs: 0 });
        writer.u8(frameTypes.ping);
      });
      siege.clock.advance(0.1);
    }
    siege.clock.advance(100);
    expect(sent.count).toBeLessThanOrEqual(500 + 5);
    expect(siege.server.closed).toBeUndefined();
  });
});

describe("an oversize declarer", () => {
  test("who announces 16 MiB on every channel and sends a few bytes makes us hold a few bytes", () => {
    const siege = besiege();
    for (let channel = 0; channel <= channelMax; channel += 1) {
      siege.peer.sendFrames((writer) => {
        writeStreamHeader(writer, channel, 0, 104);
        writer.u32(0x8000_0000 + messageBytesMax);
        writer.zeros(100);
      });
    }
    siege.clock.advance(1);
    expect(siege.server.closed).toBeUndefined();
    expect(heldBytes(siege)).toBeLessThanOrEqual((channelMax + 1) * pageBytes);
    expectServed(siege);
  });
});

describe("an ACK withholder", () => {
  test("who speaks and acknowledges nothing gets one window and 30 rounds of probes, and is given up", () => {
    const siege = besiege();
    siege.clock.advance(5);
    const { host, connection } = siege.server;
    host.send(connection!, 1, new Uint8Array(8 * mebibyte));
    const sent = countToPeer(siege);
    const bytesMax = (initialWindowDatagrams + probeCount * probeRoundsMax) * datagramBytesMin;
    let seconds = 0;
    for (; siege.server.closed === undefined && seconds < 60; seconds += 1) {
      siege.peer.sendFrames((writer) => {
        writer.u8(frameTypes.ping);
        writeNumber(writer, frameTypes.maxData, 2 ** 40);
      });
      siege.clock.advance(1000);
      const stats = host.connectionStats(connection!);
      expect(stats?.bytesInFlight ?? 0).toBeLessThanOrEqual(bytesMax);
    }
    expect(siege.server.closed).toMatchObject({ cause: "timed-out" });
    expect(seconds).toBeLessThanOrEqual(probeRoundsMax);
    // An ACK for each PING, and the RESETs that tell it of the end.
    expect(sent.bytes).toBeLessThan(bytesMax + 2 * seconds * 60);
  });

  test("cannot hold up closing", () => {
    const siege = besiege();
    siege.clock.advance(5);
    const { host, connection } = siege.server;
    host.send(connection!, 1, new Uint8Array(mebibyte));
    const startedAt = siege.clock.now();
    host.close(connection!, 0, "");
    siege.clock.advance(lingerMs + 100);
    expect(siege.server.closedAt! - startedAt).toBe(lingerMs);
  });
});

describe("a MAX_DATA liar", () => {
  test("who gives all the credit there is gets no more in flight than the path has proven", () => {
    const siege = besiege(1, {
      ...ourParameters,
      initialDataMax: 2 ** 50,
      initialStreamDataMax: 2 ** 50,
    });
    const { host, connection } = siege.server;
    const sent = countToPeer(siege);
    for (let channel = 0; channel <= channelMax; channel += 1) {
      host.send(connection!, channel, new Uint8Array(mebibyte));
    }
    siege.clock.advance(silenceMaxMs - 100);
    const bytesMax = (initialWindowDatagrams + 1 + probeCount * 8) * datagramBytesMin;
    expect(sent.bytes).toBeLessThan(bytesMax);
    expect(host.connectionStats(connection!)?.queuedBytes).toBeLessThan(9 * mebibyte);
    siege.clock.advance(10_000);
    expect(siege.server.closed).toMatchObject({ cause: "timed-out" });
  });
});

describe("a credit withholder", () => {
  test("who gives one byte at a time gets no more datagrams than it sends", () => {
    const limits = { initialDataMax: 0, initialStreamDataMax: 0 };
    const siege = besiege(1, { ...ourParameters, ...limits });
    const { host, connection } = siege.server;
    siege.peer.sendFrames((writer) => void writeAck(writer, [{ start: 0, end: 1 }], 0));
    siege.clock.advance(100);
    host.send(connection!, 0, new Uint8Array(10_000));
    siege.clock.advance(100);
    const sent = countToPeer(siege);
    for (let credit = 1; credit <= 500; credit += 1) {
      siege.peer.sendFrames((writer) => {
        writeStreamNumber(writer, frameTypes.maxStreamData, 0, credit);
        const end = siege.peer.heardNumber + 1;
        writeAck(writer, [{ start: end - 1, end }], 0);
      });
      siege.clock.advance(5);
    }
    expect(sent.count).toBeLessThanOrEqual(2 * 500);
    expect(siege.server.closed).toBeUndefined();
    expectServed(siege);
  });

  test("who takes nothing at all holds up nobody else", () => {
    const limits = { initialDataMax: 0, initialStreamDataMax: 0 };
    const siege = besiege(1, { ...ourParameters, ...limits });
    const { host, connection } = siege.server;
    expect(host.send(connection!, 1, new Uint8Array(2 * mebibyte))).toBe(false);
    siege.clock.advance(10);
    expectServed(siege);
  });
});

describe("a key-phase flipper", () => {
  test("who forges 3,000 packets in the other phases changes no key, and traffic goes on", () => {
    const pair = makeTransportPair(1);
    const seen: Uint8Array[] = [];
    pair.network.onSend = (_from, to, datagram) => {
      if (to.host === serverAddress.host && (datagram[0]! & 0x80) === 0)
        seen.push(datagram.slice());
    };
    pair.open();
    pair.client.host.send(pair.client.connection!, 0, new Uint8Array(5000));
    pair.clock.advance(100);
    const phases = new Set<number>();
    for (let count = 0; count < 3000; count += 1) {
      const forged = pair.random.pick(seen).slice();
      forged[0] = 0x40 | (pair.random.between(1, 3) << 4);
      pair.network.send({ host: "10.0.0.66", port: 666 }, serverAddress, forged);
      pair.clock.advance(0.1);
    }
    pair.network.onSend = (_from, _to, datagram) => phases.add(datagram[0]! >> 4);
    pair.client.host.send(pair.client.connection!, 0, new Uint8Array(5000));
    pair.server.host.send(pair.server.connection!, 0, new Uint8Array(5000));
    pair.clock.advance(100);
    expect([pair.server.messages.length, pair.client.messages.length]).toEqual([2, 1]);
    expect(phases).toEqual(new Set([4]));
    expect(droppedBy(pair)).toBeGreaterThanOrEqual(3000);
  });
});

describe("a reset looper", () => {
  test("who sets two servers on each other, each in the other's name, gets no loop and few answers", () => {
    const pair = makeTransportPair(1);
    const { clock, network, random } = pair;
    const otherAddress = { host: "10.0.0.9", port: 4000 };
    const other = new SimulatedHost({
      clock,
      network,
      random: random.fork(),
      address: otherAddress,
      isAccepting: true,
      onEvent: () => expect.unreachable(),
    });
    const stray = new Uint8Array(datagramBytesMin).fill(0x40, 0, 1);
    for (let index = 0; index < 1000; index += 1) {
      stray[6] = 1 + (index % 200);
      network.send(otherAddress, serverAddress, stray);
      network.send(serverAddress, otherAddress, stray);
    }
    clock.advance(5000);
    for (const host of [pair.server.host, other]) {
      expect(host.stats).toMatchObject({ connections: 0, datagramsSent: resetsInAll.burst });
      // What came is the thousand, and the other's answers, which it left at that.
      expect(host.stats.datagramsReceived).toBe(1000 + resetsInAll.burst);
    }
  });
});

describe("who delivers the server's own packets from another address", () => {
  const thief = { host: "10.0.0.66", port: 666 };

  test("before the server's own copies, from ACCEPT on, is sent nothing by the client", () => {
    const pair = makeTransportPair(1);
    let [toThief, toServer, passedOn] = [0, 0, 0];
    pair.network.onSend = (from, to, datagram) => {
      if (to.host === thief.host) toThief += 1;
      if (to.host === serverAddress.host) toServer += 1;
      if (from.host !== serverAddress.host) return;
      passedOn += 1;
      pair.network.send(thief, to, datagram);
    };
    pair.open();
    const message = pair.random.bytes(mebibyte);
    pair.server.host.send(pair.server.connection!, 1, message);
    pair.client.host.send(pair.client.connection!, 1, message);
    const isDone = () => pair.client.messages.length + pair.server.messages.length === 2;
    expect(pair.clock.advanceUntil(isDone, 10_000)).toBe(true);
    expect(Buffer.compare(pair.client.messages[0]!.message, message)).toBe(0);
    expect(passedOn).toBeGreaterThan(10);
    expect(toServer).toBeGreaterThan(10);
    expect(toThief).toBe(0);
  });

  test("and whose own the client never hears, still carries a conversation for nobody but the server", () => {
    const pair = makeTransportPair(2);
    pair.open();
    // What the server sends comes from its other address alone: the id says whose it is.
    pair.network.isCut = (from) => from.host === serverAddress.host;
    pair.network.onSend = (from, to, datagram) => {
      expect(to.host).not.toBe(thief.host);
      if (from.host === serverAddress.host) pair.network.send(thief, to, datagram);
    };
    pair.client.host.send(pair.client.connection!, 0, Uint8Array.of(1));
    pair.server.host.send(pair.server.connection!, 0, Uint8Array.of(2));
    pair.clock.advance(10_000);
    expect(pair.client.messages).toHaveLength(1);
    expect(pair.server.messages).toHaveLength(1);
    expect(pair.client.closed ?? pair.server.closed).toBeUndefined();
  });
});

describe("a half-open filler", () => {
  test("with proven addresses of its own, at the pace of the limits, keeps no client out", () => {
    const pair = makeTransportPair(1);
    const fillers = Array.from({ length: halfOpenCountMax + 40 }, (_, index) => {
      const address = { host: `10.1.${index >> 8}.${index & 255}`, port: 1000 };
      return new RawPeer({ ...pair, server: serverAddress, address, id: index + 1000 });
    });
    let waitMsMax = 0;
    for (const [index, filler] of fillers.entries()) {
      filler.sendInit(pair.server.host.issueCookie(filler.address.host));
      pair.clock.advance(1);
      if (index % 200 !== 199) continue;
      const openCount = () => pair.client.events.filter(({ type }) => type === "opened").length;
      const [before, startedAt] = [openCount(), pair.clock.now()];
      pair.client.host.connect(serverAddress);
      expect(pair.clock.advanceUntil(() => before < openCount(), 3000)).toBe(true);
      waitMsMax = Math.max(waitMsMax, pair.clock.now() - startedAt);
    }
    expect(pair.server.host.stats.halfOpen).toBeLessThanOrEqual(halfOpenCountMax);
    expect(waitMsMax).toBeLessThan(400);
  });
});
