import type { Address } from "../base/address.ts";
import type { Clock, Timer } from "../base/clock.ts";
import { bindDatagramSocket, type DatagramSocket } from "../base/datagram-socket.ts";
import {
  type Adapter,
  type AdapterLister,
  adapterOf,
  checkInterfaces,
  selectAdapters,
} from "./adapters.ts";
import { type DiscoveryPacket, decodePacket } from "./announcement.ts";

/** Adapters come and go (a cable, a VPN, a laptop's lid); asking the system costs below 0.1 ms. */
export const rescanMs = 1000;

/** The answers of 300 servers at once with the kernel's overhead, 768 bytes each, four times over. */
const receiveBufferBytes = 2 ** 20;

export interface DiscoverySocketsOptions {
  /** Names or addresses of adapters; all of them when empty. */
  readonly interfaces: readonly string[];
  readonly discoveryPort: number;
  readonly clock: Clock;
  readonly listAdapters: AdapterLister;
  /** A packet came from the link of one of the adapters. */
  readonly onPacket: (packet: DiscoveryPacket, from: Address, adapter: Adapter) => void;
  /** Adapters appeared after the start and can be sent on. */
  readonly onAdapterAdded: () => void;
}

/** Datagrams that were dropped. */
export interface DiscoveryCounts {
  /** Not of this protocol, or not as it should be. */
  readonly malformed: number;
  /** From the link of none of the adapters. */
  readonly offLink: number;
}

interface Sender {
  readonly adapter: Adapter;
  readonly socket: DatagramSocket;
}

/**
 * One sending socket for each adapter, bound to its address: a broadcast then leaves by that adapter
 * even without a default route, and answers to it come back to the same socket. Beside them one
 * socket on the discovery port, shared with the other programs on this machine; without it (another
 * program holds the port for itself) everything but hearing broadcasts goes on, and it is tried
 * again at each scan.
 */
export class DiscoverySockets {
  readonly #options: DiscoverySocketsOptions;
  readonly #senders = new Map<string, Sender>();
  readonly #counts = { malformed: 0, offLink: 0 };
  #receiver: DatagramSocket | undefined;
  #timer: Timer | undefined;
  #scanning: Promise<void>;
  #isClosed = false;

  private constructor(options: DiscoverySocketsOptions) {
    this.#options = options;
    this.#scanning = this.#scan();
  }

  /**
   * Opens the sockets of the adapters there are now; none is fine.
   *
   * @throws {EarshotError} OPENING an interface that is not there `interface-not-found`.
   */
  static async open(options: DiscoverySocketsOptions): Promise<DiscoverySockets> {
    checkInterfaces(options.listAdapters(), options.interfaces);
    const sockets = new DiscoverySockets(options);
    await sockets.#scanning;
    sockets.#scheduleScan();
    return sockets;
  }

  /** Whether broadcasts to the discovery port are heard. */
  get isHearing(): boolean {
    return this.#receiver !== undefined;
  }

  get adapters(): readonly Adapter[] {
    return [...this.#senders.values()].map((sender) => sender.adapter);
  }

  get counts(): DiscoveryCounts {
    return this.#counts;
  }

  /** Sends to everyone on the adapter's link. */
  broadcast(adapter: Adapter, datagram: Uint8Array): void {
    const sender = this.#senders.get(keyOf(adapter));
    for (const host of adapter.targets) {
      sender?.socket.send({ host, port: this.#options.discoveryPort }, datagram);
    }
  }

  /** Sends to one host from the adapter on whose link it is; does nothing when there is none. */
  send(to: Address, datagram: Uint8Array): void {
    const adapter = adapterOf(this.adapters, to.host);
    if (adapter !== undefined) this.#senders.get(keyOf(adapter))?.socket.send(to, datagram);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#scanning;
    const sockets = [...this.#senders.values()].map((sender) => sender.socket);
    if (this.#receiver !== undefined) sockets.push(this.#receiver);
    this.#senders.clear();
    this.#receiver = undefined;
    await Promise.all(sockets.map((socket) => socket.close()));
  }

  #scheduleScan(): void {
    if (this.#isClosed) return;
    const { clock, onAdapterAdded } = this.#options;
    this.#timer = clock.setTimer(clock.now() + rescanMs, () => {
      const before = new Set(this.#senders.keys());
      this.#scanning = this.#scan().then(() => {
        if (this.#isClosed) return;
        if ([...this.#senders.keys()].some((key) => !before.has(key))) onAdapterAdded();
        this.#scheduleScan();
      });
    });
  }

  /** Makes the sockets fit the adapters. Never fails: what cannot be opened is tried next time. */
  async #scan(): Promise<void> {
    const adapters = this.#listAdapters();
    const present = new Set(adapters.map(keyOf));
    for (const [key, sender] of this.#senders) {
      if (present.has(key)) continue;
      this.#senders.delete(key);
      await sender.socket.close();
    }
    const added = adapters.filter((adapter) => !this.#senders.has(keyOf(adapter)));
    await Promise.all([this.#openReceiver(), ...added.map((adapter) => this.#openSender(adapter))]);
  }

  /** When the system does not tell, everything stays as it is until the next scan. */
  #listAdapters(): readonly Adapter[] {
    try {
      return selectAdapters(this.#options.listAdapters(), this.#options.interfaces);
    } catch {
      return this.adapters;
    }
  }

  async #openSender(adapter: Adapter): Promise<void> {
    const socket = await this.#open({ host: adapter.address, port: 0 }, false);
    if (socket !== undefined) this.#senders.set(keyOf(adapter), { adapter, socket });
  }

  async #openReceiver(): Promise<void> {
    if (this.#receiver !== undefined) return;
    const address = { host: "0.0.0.0", port: this.#options.discoveryPort };
    this.#receiver = await this.#open(address, true);
  }

  async #open(address: Address, isShared: boolean): Promise<DatagramSocket | undefined> {
    try {
      return await bindDatagramSocket({
        address,
        isShared,
        isBroadcast: !isShared,
        receiveBufferBytes,
        onDatagram: (datagram, from) => this.#handleDatagram(datagram, from),
      });
    } catch {
      // The adapter has just gone or the port is held; the next scan tries again.
      return undefined;
    }
  }

  #handleDatagram(datagram: Uint8Array, from: Address): void {
    if (this.#isClosed) return;
    const packet = decodePacket(datagram);
    const adapter = adapterOf(this.adapters, from.host);
    if (packet === undefined) this.#counts.malformed += 1;
    else if (adapter === undefined) this.#counts.offLink += 1;
    else this.#options.onPacket(packet, from, adapter);
  }
}

function keyOf(adapter: Adapter): string {
  return `${adapter.name} ${adapter.address}/${adapter.netmask}`;
}
