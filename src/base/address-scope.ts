import { parseIpv4 } from "./address.ts";
import { parseIpv6 } from "./ipv6.ts";

/**
 * How far an address reaches: this host, networks that are somebody's own (RFC 1918, RFC 6598, RFC 3927,
 * RFC 4193), or elsewhere. `elsewhere` is also what is no address, or one that names nobody.
 */
export type AddressScope = "loopback" | "private" | "elsewhere";

/** First address and length of prefix. */
const privateNetworks: readonly (readonly [number, number])[] = [
  [0x0a000000, 8],
  [0x64400000, 10],
  [0xa9fe0000, 16],
  [0xac100000, 12],
  [0xc0a80000, 16],
];

/** The scope of a literal address of IPv4 or IPv6. One that needs a zone to be of use is `elsewhere`. */
export function scopeOf(host: string): AddressScope {
  const ipv4 = parseIpv4(host);
  if (ipv4 !== undefined) return scopeOfIpv4(ipv4);
  const ipv6 = host.includes("%") ? undefined : parseIpv6(host);
  if (ipv6 === undefined) return "elsewhere";
  if (ipv6.every((byte, index) => byte === (index === 15 ? 1 : 0))) return "loopback";
  return ((ipv6[0] ?? 0) & 0xfe) === 0xfc ? "private" : "elsewhere";
}

function scopeOfIpv4(address: number): AddressScope {
  if (address >>> 24 === 127) return "loopback";
  const isPrivate = privateNetworks.some(
    ([network, prefix]) => (address ^ network) >>> (32 - prefix) === 0,
  );
  return isPrivate ? "private" : "elsewhere";
}
