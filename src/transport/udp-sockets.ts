import { networkInterfaces } from "node:os";
import { type Address, parseIpv4 } from "../base/address.ts";
import type { Clock, Timer } from "../base/clock.ts";
import {
  bindDatagramSocket,
  type DatagramSocket,
  type DatagramSocketOptions,
} from "../base/datagram-socket.ts";
import { EarshotError, toEarshotError } from "../base/errors.ts";

/** All addresses of this host, as they are now and will be. */
export const anyHost = "0.0.0.0";

/** Addresses that are served; a host with more is a router. Each costs a socket and its buffers. */
export const localAddressesMax = 128;

/** Adapters come and go (a cable, a lease, a laptop's lid); asking the system costs below 0.1 ms. */
const rescanMs = 1000;

/** How often to look for a port that is free on all addresses, when the system chooses. */
const portTriesMax = 8;

/** An IPv4 address of this host. */
export interface LocalAddress {
  readonly address: string;
  readonly netmask: string;
  readonly isLoopback: boolean;
}

export interface UdpSocketsOptions extends DatagramSocketOptions {
  readonly clock: Clock;
  /** The system's by default. */
  readonly listAddresses?: () => readonly LocalAddress[];
}

/** Where a datagram came from, and at which of our addresses it arrived. */
class Arrival implements Address {
  readonly host: string;
  readonly port: number;
  readonly socket: DatagramSocket;

  constructor(from: Address, socket: DatagramSocket) {
    this.host = from.host;
    this.port = from.port;
    this.socket = socket;
  }
}

interface Member {
  readonly local: LocalAddress;
  readonly socket: DatagramSocket;
}

/**
 * A socket for each address of this host, on one port: Node tells of a datagram that came to a socket
 * on all addresses neither which of them it was sent to, nor lets it choose from which to answer, and a
 * firewall lets no answer in from an address that was not asked. What goes to an address that
 * `onDatagram` was given leaves from where that came to.
 */
export class UdpSockets implements DatagramSocket {
  readonly #options: UdpSocketsOptions;
  readonly #members = new Map<string, Member>();
  /** Sockets of addresses that were not there at the last look: what they send gets nowhere. */
  readonly #gone = new Set<DatagramSocket>();
  #port: number;
  #timer: Timer | undefined;
  #scanning: Promise<void> = Promise.resolve();
  #isClosed = false;

  /**
   * Binds the port of `options.address` on all addresses; with 0, one that is free on all of them.
   *
   * @throws {EarshotError} PORT `port-in-use`; anything else is `socket-failed`.
   */
  static async bind(options: UdpSocketsOptions): Promise<UdpSockets> {
    for (let tries = 1; ; tries += 1) {
      const sockets = new UdpSockets(options);
      try {
        await sockets.#open();
        return sockets;
      } catch (error) {
        await sockets.close();
        const mayTryAnother = options.address.port === 0 && tries < portTriesMax;
        if (!isPortInUse(error) || !mayTryAnother) throw error;
      }
    }
  }

  private constructor(options: UdpSocketsOptions) {
    this.#options = options;
    this.#port = options.address.port;
  }

  get address(): Address {
    return { host: anyHost, port: this.#port };
  }

  /** The least of them. */
  get receiveBufferBytes(): number {
    const sockets = [...this.#members.values()].map(({ socket }) => socket);
    return Math.min(...sockets.map(({ receiveBufferBytes }) => receiveBufferBytes));
  }

  get queuedBytes(): number {
    let bytes = 0;
    for (const { socket } of this.#members.values()) bytes += socket.queuedBytes;
    return bytes;
  }

  send(to: Address, datagram: Uint8Array): void {
    // An answer leaves from where it was asked, as long as this host is there at all.
    const isHere = to instanceof Arrival && !this.#gone.has(to.socket);
    const socket = isHere ? to.socket : this.#socketTo(to.host);
    socket?.send(to, datagram);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#scanning;
    await Promise.all([...this.#members.values()].map(({ socket }) => socket.close()));
    this.#members.clear();
  }

  /** For a host that has not spoken: from the address on its link, else from any that leads out. */
  #socketTo(host: string): DatagramSocket | undefined {
    const all = [...this.#members.values()];
    const here = all.filter(({ socket }) => !this.#gone.has(socket));
    const members = here.length === 0 ? all : here;
    const member =
      members.find(({ local }) => isOnLink(local, host)) ??
      members.find(({ local }) => !local.isLoopback) ??
      members[0];
    return member?.socket;
  }

  async #open(): Promise<void> {
    for (const local of listOf(this.#options)) {
      const failure = await this.#add(local);
      if (isPortInUse(failure)) throw failure;
    }
    if (this.#members.size === 0) {
      throw new EarshotError("socket-failed", "no address of this computer can be used");
    }
    this.#scheduleScan();
  }

  /** Opens the socket of an address; gives what went wrong. */
  async #add(local: LocalAddress): Promise<Error | undefined> {
    if (this.#isClosed || this.#members.has(local.address)) return undefined;
    try {
      const onArrival = (datagram: Uint8Array, from: Arrival) => {
        // Whatever the system lists.
        this.#gone.delete(from.socket);
        this.#options.onDatagram(datagram, from);
      };
      const address = { host: local.address, port: this.#port };
      const member = await openMember({ ...this.#options, address }, local, onArrival);
      this.#members.set(local.address, member);
      this.#port = member.socket.address.port;
      return undefined;
    } catch (error) {
      return toEarshotError(error, "socket-failed", `${local.address} cannot be used`);
    }
  }

  #scheduleScan(): void {
    const { clock } = this.#options;
    this.#timer = clock.setTimer(clock.now() + rescanMs, () => {
      this.#scanning = this.#scan().finally(() => {
        if (!this.#isClosed) this.#scheduleScan();
      });
    });
  }

  /**
   * New addresses get a socket; what cannot be opened is tried again next time. An address that is gone
   * keeps its own until there are too many: it may come back with its cable.
   */
  async #scan(): Promise<void> {
    const present = listOf(this.#options);
    for (const local of present) {
      const failure = await this.#add(local);
      if (failure !== undefined) this.#options.onError?.(failure);
    }
    const names = new Set(present.map(({ address }) => address));
    this.#gone.clear();
    for (const [address, { socket }] of this.#members) {
      if (!names.has(address)) this.#gone.add(socket);
    }
    for (const [address, { socket }] of this.#members) {
      if (this.#members.size <= localAddressesMax) return;
      if (names.has(address)) continue;
      this.#members.delete(address);
      await socket.close();
    }
  }
}

function isPortInUse(error: unknown): boolean {
  return error instanceof EarshotError && error.code === "port-in-use";
}

async function openMember(
  options: DatagramSocketOptions,
  local: LocalAddress,
  onArrival: (datagram: Uint8Array, from: Arrival) => void,
): Promise<Member> {
  const member: Member = {
    local,
    socket: await bindDatagramSocket({
      ...options,
      onDatagram: (datagram, from) => onArrival(datagram, new Arrival(from, member.socket)),
    }),
  };
  return member;
}

function listOf(options: UdpSocketsOptions): readonly LocalAddress[] {
  const { listAddresses = localAddresses } = options;
  return listAddresses().slice(0, localAddressesMax);
}

/** The IPv4 addresses of this host; none when the system does not tell. */
export function localAddresses(): readonly LocalAddress[] {
  try {
    return Object.values(networkInterfaces()).flatMap((addresses = []) =>
      addresses
        .filter(({ family, address }) => family === "IPv4" && address !== anyHost)
        .map(({ address, netmask, internal }) => ({ address, netmask, isLoopback: internal })),
    );
  } catch {
    return [];
  }
}

function isOnLink({ address, netmask }: LocalAddress, host: string): boolean {
  const [own, other, mask] = [address, host, netmask].map(parseIpv4);
  if (own === undefined || other === undefined || mask === undefined) return false;
  return ((own ^ other) & mask) === 0;
}
