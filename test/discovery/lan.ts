import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Address } from "../../src/base/address.ts";
import { systemClock } from "../../src/base/clock.ts";
import { bindDatagramSocket, type DatagramSocket } from "../../src/base/datagram-socket.ts";
import { systemRandom } from "../../src/base/random.ts";
import type { Adapter } from "../../src/discovery/adapters.ts";
import type { ServerDescription } from "../../src/discovery/announcer.ts";
import { type Beacon, type BeaconOptions, startBeacon } from "../../src/discovery/beacon.ts";
import { type Browser, type BrowserOptions, startBrowser } from "../../src/discovery/browser.ts";
import { type DiscoveryPacket, decodePacket } from "../../src/discovery/packet.ts";
import { sampleId } from "./samples.ts";

/** An adapter that is in truth a part of loopback: 127.N.0.1/16. */
export function fakeAdapter(number: number): Adapter {
  return {
    name: `eth${number}`,
    address: `127.${number}.0.1`,
    netmask: "255.255.0.0",
    isLoopback: false,
    targets: ["127.255.255.255"],
    hardware: "02:00:00:00:00:01",
  };
}

function netOf(host: string): string {
  return host.split(".").slice(0, 2).join(".");
}

/** A socket, and the packets that it heard. */
export interface Listener {
  readonly socket: DatagramSocket;
  readonly packets: DiscoveryPacket[];
}

/** What a test opened on loopback, on a discovery port that is its own; closes it all at its end. */
export class LoopbackLan implements AsyncDisposable {
  readonly port: number;
  readonly #opened: { close(): Promise<void> }[] = [];

  private constructor(port: number) {
    this.port = port;
  }

  /** Takes a port below the ephemeral ones, so that no other test's socket is on it by chance. */
  static async open(): Promise<LoopbackLan> {
    for (;;) {
      const port = randomInt(12_000, 28_000);
      const address = { host: "0.0.0.0", port };
      const probe = await bindDatagramSocket({ address, onDatagram: () => {} }).catch(() => {});
      if (probe === undefined) continue;
      await probe.close();
      return new LoopbackLan(port);
    }
  }

  get options(): BrowserOptions {
    return {
      interfaces: ["lo"],
      discoveryPort: this.port,
      clock: systemClock,
      random: systemRandom,
    };
  }

  /** A beacon with a data port, which is any unless it is told. */
  async beacon(
    description: Partial<ServerDescription> = {},
    options: Partial<BeaconOptions> = {},
  ): Promise<Beacon> {
    let beacon: Beacon | undefined;
    const ports = new Map<string, DatagramSocket>();
    let port = description.port ?? 0;
    // What is asked at one address must be answered from there, as on a host with several adapters.
    for (const host of ["127.0.0.1", fakeAdapter(1).address, fakeAdapter(2).address]) {
      const onDatagram = (datagram: Uint8Array, from: Address) =>
        beacon?.handleData(datagram, from);
      const socket = await bindDatagramSocket({ address: { host, port }, onDatagram });
      port = socket.address.port;
      ports.set(netOf(host), this.#keep(socket));
    }
    const described = {
      id: sampleId(1),
      name: "Office",
      port,
      versionMin: 1,
      versionMax: 1,
      members: 0,
      rooms: 1,
    };
    const describe = () => ({ ...described, ...description });
    const sendData = (to: Address, datagram: Uint8Array) =>
      ports.get(netOf(to.host))?.send(to, datagram);
    beacon = this.#keep(
      await startBeacon(keptHere({ ...this.options, sendData, ...options, describe })),
    );
    return beacon;
  }

  async browser(options: Partial<BrowserOptions> = {}): Promise<Browser> {
    return this.#keep(await startBrowser(keptHere({ ...this.options, ...options })));
  }

  /** A socket that holds the discovery port for itself. */
  async hold(onDatagram: (datagram: Uint8Array) => void = () => {}): Promise<DatagramSocket> {
    const address = { host: "0.0.0.0", port: this.port };
    return this.#keep(await bindDatagramSocket({ address, onDatagram }));
  }

  /** A bare socket, and the packets that it heard. */
  async listener(host = "127.0.0.1"): Promise<Listener> {
    return this.#listen({ host, port: 0 });
  }

  /** The same on the discovery port, shared with everyone else there. */
  async eavesdropper(): Promise<Listener> {
    return this.#listen({ host: "0.0.0.0", port: this.port });
  }

  async #listen(address: Address): Promise<Listener> {
    const packets: DiscoveryPacket[] = [];
    const socket = await bindDatagramSocket({
      address,
      isShared: address.port === this.port,
      isBroadcast: true,
      onDatagram: (datagram) => {
        const packet = decodePacket(datagram);
        if (packet !== undefined) packets.push(packet);
      },
    });
    return { socket: this.#keep(socket), packets };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const opened of this.#opened.reverse()) await opened.close();
  }

  #keep<T extends { close(): Promise<void> }>(opened: T): T {
    this.#opened.push(opened);
    return opened;
  }
}

/** A test never speaks on all adapters of this machine, nor with its neighbours. */
function keptHere<T extends Pick<BrowserOptions, "interfaces" | "listAdapters">>(options: T): T {
  const isKept = options.listAdapters !== undefined || 0 < options.interfaces.length;
  assert(isKept, "a test names its adapters or brings its own");
  return options;
}

/** Waits for what real sockets bring; gives up after 5 s. Returns the milliseconds it took. */
export async function until(condition: () => boolean): Promise<number> {
  const startedAt = performance.now();
  while (!condition()) {
    if (startedAt + 5000 < performance.now()) throw new Error(`waited in vain for ${condition}`);
    await sleep(2);
  }
  return performance.now() - startedAt;
}
