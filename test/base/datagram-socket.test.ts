import { afterEach, describe, expect, test } from "vitest";
import type { Address } from "../../src/base/address.ts";
import {
  bindDatagramSocket,
  type DatagramSocket,
  type DatagramSocketOptions,
} from "../../src/base/datagram-socket.ts";
import { systemErrorCode } from "../../src/base/errors.ts";

const open: DatagramSocket[] = [];
const anyPort: Address = { host: "127.0.0.1", port: 0 };

afterEach(async () => {
  await Promise.all(open.splice(0).map((socket) => socket.close()));
});

async function bind(options: Partial<DatagramSocketOptions> = {}): Promise<DatagramSocket> {
  const socket = await bindDatagramSocket({ address: anyPort, onDatagram: () => {}, ...options });
  open.push(socket);
  return socket;
}

async function turnsUntil(isDone: () => boolean): Promise<void> {
  for (let count = 0; count < 20_000 && !isDone(); count += 1) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

describe("a datagram socket", () => {
  test("keeps every datagram of a burst, even when one buffer is reused for all", async () => {
    const received: number[] = [];
    const receiver = await bind({ onDatagram: (datagram) => received.push(datagram[0] ?? -1) });
    const sender = await bind();
    const buffer = new Uint8Array(1);
    for (let index = 0; index < 100; index += 1) {
      buffer[0] = index;
      sender.send(receiver.address, buffer);
    }
    await turnsUntil(() => received.length === 100);
    expect(received).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });

  test("says where a datagram came from", async () => {
    const senders: Address[] = [];
    const receiver = await bind({ onDatagram: (_, from) => senders.push(from) });
    const sender = await bind();
    sender.send(receiver.address, new Uint8Array(3));
    await turnsUntil(() => senders.length === 1);
    expect(senders).toEqual([sender.address]);
  });

  test("a port in use is told with its code and number", async () => {
    const first = await bind();
    await expect(bind({ address: first.address })).rejects.toMatchObject({
      code: "port-in-use",
      message: expect.stringContaining(String(first.address.port)),
    });
  });

  test("a shared port is heard by everyone who binds it", async () => {
    const heard: string[] = [];
    const first = await bind({
      address: { host: "0.0.0.0", port: 0 },
      isShared: true,
      onDatagram: () => heard.push("first"),
    });
    await bind({
      address: { host: "0.0.0.0", port: first.address.port },
      isShared: true,
      onDatagram: () => heard.push("second"),
    });
    const sender = await bind({ isBroadcast: true });
    sender.send({ host: "127.255.255.255", port: first.address.port }, new Uint8Array(1));
    await turnsUntil(() => heard.length === 2);
    expect(heard.sort()).toEqual(["first", "second"]);
  });

  test("a datagram that cannot be sent is a lost one, and the next goes out", async () => {
    const errors: Error[] = [];
    const received: Uint8Array[] = [];
    const receiver = await bind({ onDatagram: (datagram) => received.push(datagram) });
    const sender = await bind({ onError: (error) => errors.push(error) });
    sender.send(receiver.address, new Uint8Array(70_000));
    sender.send(receiver.address, new Uint8Array(5));
    await turnsUntil(() => received.length === 1 && errors.length === 1);
    expect(errors).toHaveLength(1);
    expect(received[0]).toHaveLength(5);
  });

  test("a datagram to port 0, which a forged sender may name, is a lost one too", async () => {
    const errors: Error[] = [];
    const sender = await bind({ onError: (error) => errors.push(error) });
    sender.send({ host: "127.0.0.1", port: 0 }, new Uint8Array(5));
    await turnsUntil(() => errors.length === 1);
    expect(errors).toHaveLength(1);
    const unwatched = await bind();
    unwatched.send({ host: "127.0.0.1", port: 0 }, new Uint8Array(5));
  });

  test("with a peer hears nobody else, and is told when nothing listens there", async () => {
    const peer = await bind();
    const heard: number[] = [];
    const errors: (string | undefined)[] = [];
    const socket = await bind({
      peer: peer.address,
      onDatagram: (datagram) => heard.push(datagram[0] ?? -1),
      onError: (error) => errors.push(systemErrorCode(error)),
    });
    const stranger = await bind();
    stranger.send(socket.address, Uint8Array.of(1));
    peer.send(socket.address, Uint8Array.of(2));
    await turnsUntil(() => heard.length === 1);
    expect(heard).toEqual([2]);
    await peer.close();
    socket.send(peer.address, Uint8Array.of(3));
    await turnsUntil(() => errors.length === 1);
    expect(errors).toEqual(["ECONNREFUSED"]);
  });

  test("closing twice and sending after it do nothing", async () => {
    const socket = await bind();
    await socket.close();
    await socket.close();
    socket.send(anyPort, new Uint8Array(1));
    expect(socket.queuedBytes).toBe(0);
  });
});
