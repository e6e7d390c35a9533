import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import { formatIpv4, parseIpv4 } from "../base/address.ts";
import { EarshotError, toEarshotError } from "../base/errors.ts";
import { isLinkLocalIpv6, parseIpv6 } from "../base/ipv6.ts";

/** One address of this machine. An adapter with two addresses comes twice. */
export interface Adapter {
  /** As the system calls it: `eth0`, `en0`, `Wi-Fi 2`. */
  readonly name: string;
  /** A link-local IPv6 address has its zone: `fe80::1%eth0`. */
  readonly address: string;
  readonly netmask: string;
  readonly isLoopback: boolean;
  /**
   * Where to send so that everyone on its link hears it, each by another mechanism; for IPv4 from a
   * socket bound to `address`. Of the IPv6 addresses of an adapter only the link-local one has any.
   */
  readonly targets: readonly string[];
  /** Tells one adapter from another that came in its place; the zone's number and the MAC address. */
  readonly hardware: string;
}

/** Says which adapters there are now. */
export type AdapterLister = () => readonly Adapter[];

/** More addresses are left out: 128 sockets cost 5 MiB, and a machine with more is a router. */
export const adaptersMax = 128;

/**
 * The usable addresses of this machine: of adapters that are up, with a carrier. Loopback is among
 * them, by IPv4.
 *
 * @throws {EarshotError} `socket-failed`, as when the process has no descriptor left.
 */
export function listAdapters(): readonly Adapter[] {
  try {
    return toAdapters(networkInterfaces(), process.platform);
  } catch (error) {
    throw toEarshotError(error, "socket-failed", "the network adapters cannot be listed");
  }
}

/** The same from what `os.networkInterfaces()` said on a machine of that `process.platform`. */
export function toAdapters(
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>,
  platform: NodeJS.Platform,
): readonly Adapter[] {
  const adapters = Object.entries(interfaces).flatMap(([name, addresses]) =>
    (addresses ?? []).flatMap((info) =>
      info.family === "IPv4"
        ? ipv4Adapter(name, info, platform)
        : ipv6Adapter(name, info, platform),
    ),
  );
  return adapters.slice(0, adaptersMax);
}

/**
 * Those of the adapters that are named, by name or by address; all when `names` is empty.
 * `lo` means the loopback adapter whatever the system calls it.
 */
export function selectAdapters(
  adapters: readonly Adapter[],
  names: readonly string[],
): readonly Adapter[] {
  if (names.length === 0) return adapters;
  return adapters.filter((adapter) => names.some((name) => isNamed(adapter, name)));
}

/**
 * Says that each of the names means an adapter that is there.
 *
 * @throws {EarshotError} NAME `interface-not-found`.
 */
export function checkInterfaces(adapters: readonly Adapter[], names: readonly string[]): void {
  const missing = names.find((name) => !adapters.some((adapter) => isNamed(adapter, name)));
  if (missing === undefined) return;
  const there = [...new Set(adapters.map((adapter) => adapter.name))].join(", ");
  throw new EarshotError(
    "interface-not-found",
    `there is no interface ${missing}, only ${there || "none at all"}`,
  );
}

/**
 * The multicast group of IPv4. 224.0.0.0/24 never leaves its link and is never pruned by a switch that
 * snoops on IGMP (RFC 4541 section 2.1.2), unlike every other group; 151 to 250 of it are not assigned.
 */
export const multicastGroup = "224.0.0.155";

/** All nodes of a link (RFC 4291 section 2.7.1): a host hears it without joining, so nothing prunes it. */
const allNodes = "ff02::1";

const limitedBroadcast = "255.255.255.255";

function isNamed(adapter: Adapter, name: string): boolean {
  if (name === "lo" && adapter.isLoopback) return true;
  return name === adapter.name || name === adapter.address.split("%")[0];
}

function ipv4Adapter(
  name: string,
  { address, netmask, internal, mac }: NetworkInterfaceInfo,
  platform: NodeJS.Platform,
): readonly Adapter[] {
  const isLoopback = isInLoopbackNet(address);
  // Addresses on a loopback adapter outside of 127/8 have no one beside them.
  if (address === "0.0.0.0" || (internal && !isLoopback)) return [];
  const targets = isLoopback
    ? loopbackTargets(platform)
    : [...linkTargets(address, netmask, platform), multicastGroup];
  return [{ name, address, netmask, isLoopback, targets, hardware: mac }];
}

function ipv6Adapter(
  name: string,
  info: NetworkInterfaceInfo,
  platform: NodeJS.Platform,
): readonly Adapter[] {
  if (info.family !== "IPv6" || info.internal) return [];
  const { netmask, scopeid, mac } = info;
  const bytes = parseIpv6(info.address);
  if (bytes === undefined) return [];
  const hardware = `${scopeid} ${mac}`;
  if (!isLinkLocalIpv6(bytes)) {
    return [{ name, address: info.address, netmask, isLoopback: false, targets: [], hardware }];
  }
  // Windows knows a zone only by its number.
  const zone = platform === "win32" ? String(scopeid) : name;
  const address = `${info.address}%${zone}`;
  const targets = [`${allNodes}%${zone}`];
  return [{ name, address, netmask, isLoopback: false, targets, hardware }];
}

function isInLoopbackNet(address: string): boolean {
  return address.startsWith("127.");
}

/** BSD's loopback is no broadcast adapter and may refuse; 127.0.0.1 reaches one program at least. */
function loopbackTargets(platform: NodeJS.Platform): readonly string[] {
  const broadcast = "127.255.255.255";
  return platform === "linux" ? [broadcast] : [broadcast, "127.0.0.1"];
}

/**
 * On Linux the limited broadcast leaves by the adapter its socket is bound to, and the directed one
 * by the first route, which may be another adapter's. Elsewhere some drivers pass only the second.
 */
function linkTargets(
  address: string,
  netmask: string,
  platform: NodeJS.Platform,
): readonly string[] {
  if (platform !== "win32" && platform !== "darwin") return [limitedBroadcast];
  const own = parseIpv4(address);
  const mask = parseIpv4(netmask);
  if (own === undefined || mask === undefined) return [limitedBroadcast];
  const hostBits = ~mask >>> 0;
  // A /31 or /32 has no broadcast address (RFC 3021).
  if (hostBits < 3) return [limitedBroadcast];
  return [limitedBroadcast, formatIpv4((own | hostBits) >>> 0)];
}
