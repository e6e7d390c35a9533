import { describe, expect, test, vi } from "vitest";
import type { Address } from "../../src/base/address.ts";
import { bindDatagramSocket } from "../../src/base/datagram-socket.ts";
import {
  type LocalAddress,
  localAddressesMax,
  UdpSockets,
  type UdpSocketsOptions,
} from "../../src/transport/udp-sockets.ts";
import { SimulatedClock } from "../support/clock.ts";

const [one, two, three] = ["127.0.0.1", "127.0.0.2", "127.0.0.3"].map(loopback);

function loopback(address: string): LocalAddress {
  return { address, netmask: "255.0.0.0", isLoopback: true };
}

/** Sockets that echo, on these addresses; with 2 and more, only Linux has them on loopback. */
async function echoOn(
  addresses: readonly LocalAddress[],
  options: Partial<UdpSocketsOptions> = {},
): Promise<UdpSockets> {
  const sockets: UdpSockets = await UdpSockets.bind({
    address: { host: "0.0.0.0", port: 0 },
    clock: new SimulatedClock(),
    listAddresses: () => addresses,
    onDatagram: (datagram, from) => sockets.send(from, datagram),
    ...options,
  });
  return sockets;
}

/** From where an answer comes when this address is asked; `undefined` when none does. */
async function ask(to: Address): Promise<string | undefined> {
  let onAnswer: (from: Address) => void = () => undefined;
  const answer = new Promise<Address>((resolve) => {
    onAnswer = resolve;
  });
  const socket = await bindDatagramSocket({
    address: { host: "127.0.0.1", port: 0 },
    onDatagram: (_, from) => onAnswer(from),
  });
  socket.send(to, Uint8Array.of(1));
  const silence = new Promise<undefined>((resolve) => setTimeout(resolve, 200, undefined));
  const from = await Promise.race([answer, silence]);
  await socket.close();
  return from?.host;
}

const hasLoopbackNet = process.platform === "linux";

describe.skipIf(!hasLoopbackNet)("sockets on all addresses (on Linux, which has 127.0.0.2)", () => {
  test("answer from the address that was asked, on one port", async () => {
    const sockets = await echoOn([one!, two!]);
    const { port } = sockets.address;
    expect(await ask({ host: one!.address, port })).toBe(one!.address);
    expect(await ask({ host: two!.address, port })).toBe(two!.address);
    expect(await ask({ host: three!.address, port })).toBeUndefined();
    await sockets.close();
  });

  test("are joined by those of new addresses, and go on while one is not listed", async () => {
    const clock = new SimulatedClock();
    let listed = [one!, two!];
    const sockets = await echoOn([], { clock, listAddresses: () => listed });
    const { port } = sockets.address;
    listed = [two!, three!];
    await vi.waitFor(async () => {
      clock.advance(1000);
      expect(await ask({ host: three!.address, port })).toBe(three!.address);
    });
    expect(await ask({ host: one!.address, port })).toBe(one!.address);
    await sockets.close();
  });

  test("are none when the port is taken on one of them", async () => {
    const taken = await echoOn([two!]);
    const { port } = taken.address;
    const address = { host: "0.0.0.0", port };
    await expect(echoOn([one!, two!], { address })).rejects.toMatchObject({ code: "port-in-use" });
    await taken.close();
    const sockets = await echoOn([one!, two!], { address });
    expect(sockets.address).toEqual(address);
    await sockets.close();
  });

  test("pass over an address that is none, and need one that is", async () => {
    const none = loopback("192.0.2.1");
    const sockets = await echoOn([none, one!]);
    expect(await ask({ host: one!.address, port: sockets.address.port })).toBe(one!.address);
    await sockets.close();
    for (const addresses of [[], [none]]) {
      await expect(echoOn(addresses)).rejects.toMatchObject({ code: "socket-failed" });
    }
  });

  test("are 128 at most", async () => {
    const many = Array.from({ length: localAddressesMax + 1 }, (_, index) =>
      loopback(`127.0.1.${index + 1}`),
    );
    const sockets = await echoOn(many);
    const { port } = sockets.address;
    expect(await ask({ host: many.at(-2)!.address, port })).toBe(many.at(-2)!.address);
    expect(await ask({ host: many.at(-1)!.address, port })).toBeUndefined();
    await sockets.close();
  });

  test("speak first from the address on the other's link", async () => {
    const heard: Address[] = [];
    const other = await bindDatagramSocket({
      address: { host: "127.0.9.1", port: 0 },
      onDatagram: (_, from) => heard.push(from),
    });
    const near = { ...loopback("127.0.9.2"), netmask: "255.255.255.0" };
    const far = { ...loopback("127.0.8.2"), netmask: "255.255.255.0" };
    const sockets = await echoOn([far, near]);
    sockets.send(other.address, Uint8Array.of(1));
    await vi.waitFor(() => expect(heard.map(({ host }) => host)).toEqual([near.address]));
    await Promise.all([sockets.close(), other.close()]);
  });

  test("speak from an address that is there, when the one on the other's link is gone", async () => {
    const heard: Address[] = [];
    const other = await bindDatagramSocket({
      address: { host: "127.0.9.1", port: 0 },
      onDatagram: (_, from) => heard.push(from),
    });
    const clock = new SimulatedClock();
    const before = { ...loopback("127.0.9.2"), netmask: "255.255.255.0" };
    const after = { ...loopback("127.0.9.3"), netmask: "255.255.255.0" };
    let listed = [before];
    const sockets = await echoOn([], { clock, listAddresses: () => listed });
    listed = [after];
    await vi.waitFor(() => {
      clock.advance(1000);
      sockets.send(other.address, Uint8Array.of(1));
      expect(heard.at(-1)?.host).toBe(after.address);
    });
    listed = [];
    await vi.waitFor(() => {
      clock.advance(1000);
      sockets.send(other.address, Uint8Array.of(1));
      expect(heard.at(-1)?.host).toBe(before.address);
    });
    await Promise.all([sockets.close(), other.close()]);
  });
});
