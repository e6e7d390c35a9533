import { type Address, parseAddress, parseIpv4, virtualNumber } from "../../base/address.ts";
import { isLinkLocalIpv6, parseIpv6 } from "../../base/ipv6.ts";
import { addressesMax } from "../limits.ts";

/** Those of the addresses that a server told that may be one host's: literal, and no group's. */
export function peerAddresses(texts: readonly string[]): readonly Address[] {
  return texts
    .flatMap((text) => parseAddress(text) ?? [])
    .filter((address) => virtualNumber(address) === undefined && isHost(address.host))
    .slice(0, addressesMax);
}

function isHost(host: string): boolean {
  const ipv4 = parseIpv4(host);
  if (ipv4 !== undefined) return 0 < ipv4 >>> 24 && ipv4 >>> 24 < 224;
  const ipv6 = parseIpv6(host);
  // Without a zone nobody knows the link that is meant; ff00::/8 are groups.
  return ipv6 !== undefined && !isLinkLocalIpv6(ipv6) && ipv6[0] !== 0xff && ipv6.some(Boolean);
}
