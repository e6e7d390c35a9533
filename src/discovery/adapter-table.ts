import { isIpv6, parseIpv4 } from "../base/address.ts";
import { isLinkLocalIpv6, parseIpv6 } from "../base/ipv6.ts";
import type { Adapter } from "./adapters.ts";

/** Hosts whose adapter is remembered, so that a flood does not make us calculate for each datagram. */
export const hostsMax = 1024;

interface Row {
  readonly adapter: Adapter;
  readonly own: Uint8Array;
  readonly mask: Uint8Array;
  readonly maskBits: number;
  readonly zone: string | undefined;
}

/** Says on whose link a host is. */
export class AdapterTable {
  readonly #rows: readonly Row[];
  readonly #cache = new Map<string, Adapter | undefined>();
  readonly adapters: readonly Adapter[];

  constructor(adapters: readonly Adapter[] = []) {
    this.adapters = adapters;
    this.#rows = adapters.flatMap(toRow).sort((a, b) => b.maskBits - a.maskBits);
  }

  /**
   * The adapter in whose subnet the host is, the narrowest of several; `undefined` when off-link.
   * A link-local IPv6 address is on the link that its zone names.
   */
  adapterOf(host: string): Adapter | undefined {
    if (this.#cache.has(host)) return this.#cache.get(host);
    const found = this.#find(host);
    if (hostsMax <= this.#cache.size) this.#cache.clear();
    this.#cache.set(host, found);
    return found;
  }

  #find(host: string): Adapter | undefined {
    const value = toBytes(host);
    if (value === undefined) return undefined;
    const zone = isLinkLocalIpv6(value) ? zoneOf(host) : undefined;
    const row = this.#rows.find(
      ({ own, mask, zone: ownZone }) =>
        own.length === value.length && ownZone === zone && isInSubnet(value, own, mask),
    );
    return row?.adapter;
  }
}

/** How good a way to a server is, by where it leads: lower is better. */
export const pathRanks = {
  loopback: 0,
  onLinkIpv4: 1,
  ipv6: 2,
  linkLocalIpv6: 3,
  routed: 4,
} as const;

/** The rank of the way to this host, which is on the link of that adapter or on none. */
export function pathRank(host: string, adapter: Adapter | undefined): number {
  if (adapter === undefined) return pathRanks.routed;
  if (adapter.isLoopback) return pathRanks.loopback;
  if (!isIpv6(host)) return pathRanks.onLinkIpv4;
  return zoneOf(host) === undefined ? pathRanks.ipv6 : pathRanks.linkLocalIpv6;
}

const loopbackMask = "255.0.0.0";

function toRow(adapter: Adapter): readonly Row[] {
  const own = toBytes(adapter.address);
  const isIpv4Loopback = adapter.isLoopback && !isIpv6(adapter.address);
  const mask = toBytes(isIpv4Loopback ? loopbackMask : adapter.netmask);
  if (own === undefined || mask?.length !== own.length) return [];
  const maskBits = mask.reduce((sum, byte) => sum + bitCount(byte), 0);
  return [{ adapter, own, mask, maskBits, zone: zoneOf(adapter.address) }];
}

function toBytes(host: string): Uint8Array | undefined {
  if (isIpv6(host)) return parseIpv6(host);
  const value = parseIpv4(host);
  if (value === undefined) return undefined;
  return Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

function zoneOf(host: string): string | undefined {
  return host.split("%")[1];
}

function isInSubnet(value: Uint8Array, own: Uint8Array, mask: Uint8Array): boolean {
  return mask.every((byte, index) => (((value[index] ?? 0) ^ (own[index] ?? 0)) & byte) === 0);
}

function bitCount(byte: number): number {
  let count = 0;
  for (let rest = byte; 0 < rest; rest &= rest - 1) count += 1;
  return count;
}
