import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import type { Clock } from "../base/clock.ts";

/** IPv4 and UDP headers. */
const headerBytes = 28;

/** What Ethernet carries, and what an adapter is taken for when the system does not tell. */
const ethernetBytes = 1500;

/** Loopback carries whole datagrams of any length; macOS has the shortest, 16 KiB. */
const loopbackBytes = process.platform === "linux" ? 65_536 : 16_384;

/** Adapters are listed again after this long. */
const listMs = 1000;

interface Adapter {
  readonly host: number;
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
  #adapters: readonly Adapter[] = [];
  #listedAt: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The most bytes of a datagram to this IPv4 address. */
  datagramBytesTo(host: string): number {
    // RFC 1122 section 3.2.1.3: it is this host whatever adapters there are.
    if (host.startsWith("127.")) return loopbackBytes - headerBytes;
    const now = this.#clock.now();
    if (this.#listedAt === undefined || this.#listedAt + listMs <= now) {
      this.#adapters = listAdapters();
      this.#listedAt = now;
    }
    const to = toNumber(host);
    const isOwn = this.#adapters.some((adapter) => adapter.host === to);
    const adapter = this.#adapters.find(({ host, mask }) => ((host ^ to) & mask) === 0);
    if (isOwn || adapter?.isLoopback) return loopbackBytes - headerBytes;
    // Beyond a router anything may be, and probes that it cuts up arrive all the same.
    return (adapter?.mtu ?? ethernetBytes) - headerBytes;
  }
}

function listAdapters(): Adapter[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses
      .filter(({ family }) => family === "IPv4")
      .map(({ address, netmask, internal }) => ({
        host: toNumber(address),
        mask: toNumber(netmask),
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
  return host.split(".").reduce((sum, part) => (sum << 8) | Number(part), 0);
}
