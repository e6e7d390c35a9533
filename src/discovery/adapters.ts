import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import { formatIpv4, parseIpv4 } from "../base/address.ts";
import { EarshotError, toEarshotError } from "../base/errors.ts";

/** One IPv4 address of this machine. An adapter with two addresses comes twice. */
export interface Adapter {
  /** As the system calls it: `eth0`, `en0`, `Wi-Fi 2`. */
  readonly name: string;
  readonly address: string;
  readonly netmask: string;
  readonly isLoopback: boolean;
  /** Where to send, from a socket bound to `address`, so that everyone on its link hears it. */
  readonly targets: readonly string[];
}

/** Says which adapters there are now. */
export type AdapterLister = () => readonly Adapter[];

/** More addresses are left out: 128 sockets cost 5 MiB, and a machine with more is a router. */
export const adaptersMax = 128;

/**
 * The usable IPv4 adapters of this machine: up, with a carrier. Loopback is one of them.
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
  const adapters: Adapter[] = [];
  for (const [name, addresses] of Object.entries(interfaces)) {
    for (const { family, address, netmask, internal } of addresses ?? []) {
      if (family !== "IPv4" || address === "0.0.0.0") continue;
      const isLoopback = isInLoopbackNet(address);
      // Addresses on a loopback adapter outside of 127/8 have no one beside them.
      if (internal && !isLoopback) continue;
      const targets = isLoopback
        ? loopbackTargets(platform)
        : linkTargets(address, netmask, platform);
      adapters.push({ name, address, netmask, isLoopback, targets });
    }
  }
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

/** The adapter in whose subnet the host is, the narrowest of several; `undefined` when off-link. */
export function adapterOf(adapters: readonly Adapter[], host: string): Adapter | undefined {
  const value = parseIpv4(host);
  if (value === undefined) return undefined;
  let best: Adapter | undefined;
  let bestMask = -1;
  for (const adapter of adapters) {
    const own = parseIpv4(adapter.address);
    const mask = parseIpv4(adapter.isLoopback ? loopbackMask : adapter.netmask);
    if (own === undefined || mask === undefined || mask <= bestMask) continue;
    if (((own ^ value) & mask) !== 0) continue;
    best = adapter;
    bestMask = mask;
  }
  return best;
}

const loopbackMask = "255.0.0.0";
const limitedBroadcast = "255.255.255.255";

function isNamed(adapter: Adapter, name: string): boolean {
  if (name === "lo" && adapter.isLoopback) return true;
  return name === adapter.name || name === adapter.address;
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
