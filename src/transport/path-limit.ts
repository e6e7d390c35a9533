import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { isIpv6, parseIpv4 } from "../base/address.ts";
import type { Clock } from "../base/clock.ts";

/** IPv4 and UDP headers. */
const headerBytes = 28;

/** IPv6 and UDP headers. */
const ipv6HeaderBytes = 48;

/** What Ethernet carries, and what an adapter is taken for when the system does not tell. */
const ethernetBytes = 1500;

/** Loopback carries whole datagrams of any length; macOS has the shortest, 16 KiB. */
const loopbackBytes = process.platform === "linux" ? 65_536 : 16_384;

/** Adapters are listed again after this long. */
const listMs = 1000;

interface Adapter {
  readonly name: string;
  /** As text for IPv6, which is compared whole. */
  readonly host: number | string;
  readonly mask: number;
  readonly mtu: number;
  readonly isLoopback: boolean;
}

/**
 * The longest datagrams that this host sends without cutting them up. A kernel that fragments
 * quietly makes every probe look good, so the adapter's own limit must be known.
 */
export class PathLimit {
  readonly #clock: Clock;
  readonly #list: typeof networkInterfaces;
  #adapters: readonly Adapter[] = [];
  #listedAt: number | undefined;

  /** `list` tells the adapters, the system's by default. */
  constructor(clock: Clock, list: typeof networkInterfaces = networkInterfaces) {
    this.#clock = clock;
    this.#list = list;
  }

  /** The most bytes of a datagram to this address. */
  datagramBytesTo(host: string): number {
    // RFC 1122 section 3.2.1.3: it is this host whatever adapters there are.
    if (host.startsWith("127.")) return loopbackBytes - headerBytes;
    const now = this.#clock.now();
    if (this.#listedAt === undefined || this.#listedAt + listMs <= now) {
      this.#adapters = adaptersOf(this.#list);
      this.#listedAt = now;
    }
    return isIpv6(host) ? this.#bytesToIpv6(host) : this.#bytesToIpv4(toNumber(host));
  }

  #bytesToIpv4(to: number): number {
    const isOwn = this.#adapters.some((adapter) => adapter.host === to);
    const adapter = this.#adapters.find(
      ({ host, mask }) => typeof host === "number" && ((host ^ to) & mask) === 0,
    );
    if (isOwn || adapter?.isLoopback) return loopbackBytes - headerBytes;
    // Beyond a router anything may be, and probes that it cuts up arrive all the same.
    return (adapter?.mtu ?? ethernetBytes) - headerBytes;
  }

  /** Without looking for the route: the narrowest adapter that it may leave by. */
  #bytesToIpv6(to: string): number {
    const [address, zone] = to.split("%");
    if (this.#adapters.some(({ host }) => host === address)) return loopbackBytes - ipv6HeaderBytes;
    const mtus = this.#adapters
      .filter(({ name, isLoopback }) => !isLoopback && (zone === undefined || zone === name))
      .map(({ mtu }) => mtu);
    return Math.min(ethernetBytes, ...mtus) - ipv6HeaderBytes;
  }
}

/** None where the system does not tell: then everything is taken for Ethernet. */
function adaptersOf(list: typeof networkInterfaces): Adapter[] {
  let listed: ReturnType<typeof networkInterfaces>;
  try {
    listed = list();
  } catch {
    return [];
  }
  return Object.entries(listed).flatMap(([name, addresses = []]) =>
    addresses.map(({ family, address, netmask, internal }) => ({
      name,
      host: family === "IPv4" ? toNumber(address) : address,
      mask: family === "IPv4" ? toNumber(netmask) : 0,
      mtu: mtuOf(name),
      isLoopback: internal,
    })),
  );
}

/** Only Linux tells it in a way that costs nothing. */
function mtuOf(adapter: string): number {
  try {
    const mtu = Number(readFileSync(`/sys/class/net/${adapter}/mtu`, "utf8"));
    return Number.isInteger(mtu) && headerBytes < mtu ? mtu : ethernetBytes;
  } catch {
    return ethernetBytes;
  }
}

function toNumber(host: string): number {
  return parseIpv4(host) ?? 0;
}
