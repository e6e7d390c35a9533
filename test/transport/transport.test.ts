import { networkInterfaces } from "node:os";
import { describe, expect, test } from "vitest";
import {
  type CloseReason,
  Transport,
  type TransportConnection,
  type TransportPeer,
} from "../../src/transport/transport.ts";

const host = "127.0.0.1";

/** What a handler was told, to be waited for. */
function makeNotice<T>(): { readonly told: Promise<T>; readonly tell: (value: T) => void } {
  let tell: (value: T) => void = () => undefined;
  const told = new Promise<T>((resolve) => {
    tell = resolve;
  });
  return { told, tell };
}

describe("a transport of its own", () => {
  test("gives handlers one object for each connection, and who is at its other end", async () => {
    const incoming: TransportConnection[] = [];
    const met = makeNotice<TransportPeer>();
    const closed = makeNotice<CloseReason>();
    await using server = await Transport.bind({
      host,
      isAccepting: true,
      onOpened: (connection, peer) => {
        incoming.push(connection);
        met.tell(peer);
      },
      onMessage: (connection, message, channel) => {
        incoming.push(connection);
        connection.send(message, channel);
      },
      onClosed: (connection, reason) => {
        incoming.push(connection);
        closed.tell(reason);
      },
    });
    const echo = makeNotice<[TransportConnection, Uint8Array, number]>();
    await using client = await Transport.bind({
      host,
      onMessage: (...message) => echo.tell(message),
    });
    const connection = client.connect(server.address, { key: server.publicKey });
    expect(connection.send(Uint8Array.of(1, 2, 3), 5)).toBe(true);
    expect(await echo.told).toEqual([connection, Uint8Array.of(1, 2, 3), 5]);
    const peer = await met.told;
    expect(peer).toEqual({ address: client.address, key: client.publicKey, isIncoming: true });
    expect(connection.stats?.roundTripMs).toBeGreaterThan(0);
    connection.close(7, "enough");
    expect(await closed.told).toEqual({ cause: "peer", code: 7, text: "enough" });
    expect(new Set(incoming).size).toBe(1);
  });

  test("is the same server again with the same secret, and nobody else with another", async () => {
    const secretKey = new Uint8Array(32).fill(7);
    const before = await Transport.bind({ host, isAccepting: true, secretKey });
    const { address, publicKey } = before;
    await before.stop();
    const { port } = address;
    const reasons: CloseReason[] = [];
    const onClosed = (_: TransportConnection, reason: CloseReason) => void reasons.push(reason);
    {
      await using again = await Transport.bind({ host, port, isAccepting: true, secretKey });
      expect(again.publicKey).toEqual(publicKey);
      const opened = makeNotice<TransportPeer>();
      await using client = await Transport.bind({ host, onOpened: (_, who) => opened.tell(who) });
      client.connect(address, { key: publicKey });
      expect(await opened.told).toEqual({ address, key: publicKey, isIncoming: false });
    }
    await using other = await Transport.bind({ host, port, isAccepting: true });
    const ended = makeNotice<void>();
    await using client = await Transport.bind({
      host,
      onClosed: (...closed) => ended.tell(onClosed(...closed)),
    });
    client.connect(address, { key: publicKey });
    await ended.told;
    expect(reasons).toMatchObject([
      { cause: "key-changed", expectedKey: publicKey, claimedKey: other.publicKey },
    ]);
  });

  test("asks a sender to pause and tells it when to go on", async () => {
    const done = makeNotice<void>();
    let received = 0;
    await using server = await Transport.bind({
      host,
      isAccepting: true,
      onMessage: (_, message) => {
        received += message.length;
        if (received === 40 * chunk.length) done.tell();
      },
    });
    const chunk = new Uint8Array(100_000);
    let [left, pauses] = [40, 0];
    const pump = (connection: TransportConnection) => {
      while (0 < left) {
        left -= 1;
        if (connection.send(chunk, 1)) continue;
        pauses += 1;
        return;
      }
    };
    await using client = await Transport.bind({ host, onWritable: pump });
    pump(client.connect(server.address));
    await done.told;
    expect(pauses).toBeGreaterThan(0);
  });

  test("speaks IPv6 where there is IPv6", async ({ skip }) => {
    const addresses = Object.values(networkInterfaces()).flatMap((list = []) => list);
    if (!addresses.some(({ address }) => address === "::1")) skip("this computer has no IPv6");
    const echo = makeNotice<Uint8Array>();
    await using server = await Transport.bind({
      host: "::1",
      isAccepting: true,
      onMessage: (connection, message) => connection.send(message),
    });
    await using client = await Transport.bind({
      host: "::1",
      onMessage: (_connection, message) => echo.tell(message),
    });
    client.connect(server.address, { key: server.publicKey }).send(Uint8Array.of(6));
    expect(await echo.told).toEqual(Uint8Array.of(6));
  });

  test("says that its port is taken", async () => {
    await using first = await Transport.bind({ host });
    const second = Transport.bind({ host, port: first.address.port });
    await expect(second).rejects.toMatchObject({ code: "port-in-use" });
  });
});
