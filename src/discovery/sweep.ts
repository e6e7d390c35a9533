import { formatIpv4, isIpv6, parseIpv4 } from "../base/address.ts";
import type { Adapter } from "./adapters.ts";

/** Questions of a sweep that go out together, and how soon after them the next ones do. */
export const sweepBurst = 16;
export const sweepStepMs = 10;

/** Subnets that are swept; a machine with more is full of virtual ones. 1,016 hosts take 0.64 s. */
export const sweepSubnetsMax = 4;

/** The part of a larger subnet that is swept is the /24 around our own address. */
const hostBitsMax = 8;

/** Where homes and offices are (RFC 1918), and hosts without a DHCP server (RFC 3927). */
const sweptNets = [
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["169.254.0.0", 16],
] as const;

/**
 * Asks every host of the own subnets once, a few at a time: the way that is left where the access
 * point or a firewall drops what is sent to all. Each subnet is swept once.
 */
export class Sweep {
  readonly #swept = new Set<string>();
  #hosts: string[] = [];
  #nextAt = 0;

  /** Begins with the subnets of these adapters that were not swept yet. */
  handleStart(now: number, adapters: readonly Adapter[]): void {
    for (const adapter of adapters) {
      const { address } = adapter;
      if (this.#swept.has(address) || sweepSubnetsMax <= this.#swept.size) continue;
      const hosts = sweptHosts(adapter);
      if (hosts.length === 0) continue;
      this.#swept.add(address);
      this.#hosts.push(...hosts);
    }
    this.#nextAt = now;
  }

  /** The machine may be in another place now: every subnet may be swept once more. */
  handleWake(): void {
    this.#swept.clear();
    this.#hosts = [];
  }

  /** The hosts to ask now. */
  poll(now: number): readonly string[] {
    if (this.#hosts.length === 0 || now < this.#nextAt) return [];
    this.#nextAt = now + sweepStepMs;
    return this.#hosts.splice(0, sweepBurst);
  }

  /** When the next hosts are to be asked, or `undefined` when there is no sweep under way. */
  pollTimeout(): number | undefined {
    return this.#hosts.length === 0 ? undefined : this.#nextAt;
  }
}

/** All other hosts of the adapter's /24 or smaller subnet; none of a public one. */
function sweptHosts({ address, netmask, isLoopback }: Adapter): readonly string[] {
  const own = parseIpv4(address);
  const mask = parseIpv4(netmask);
  if (isLoopback || isIpv6(address) || own === undefined || mask === undefined) return [];
  if (!sweptNets.some(([net, bits]) => isInNet(own, net, bits))) return [];
  const size = Math.min(2 ** hostBitsMax, (~mask >>> 0) + 1);
  const first = own - (own % size);
  // A /31 has two hosts and no broadcast address (RFC 3021).
  const [from, to] = size <= 2 ? [first, first + size] : [first + 1, first + size - 1];
  const hosts: number[] = [];
  for (let host = from; host < to; host += 1) if (host !== own) hosts.push(host);
  return hosts.map(formatIpv4);
}

function isInNet(value: number, net: string, bits: number): boolean {
  return value >>> (32 - bits) === (parseIpv4(net) ?? 0) >>> (32 - bits);
}
