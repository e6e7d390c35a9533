import { isIpv6 } from "../base/address.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { type Random, systemRandom } from "../base/random.ts";
import { bestFirst } from "../discovery/adapter-kind.ts";
import { checkInterfaces, listAdapters, selectAdapters } from "../discovery/adapters.ts";
import { defaultDiscoveryPort } from "../discovery/ports.ts";
import type { ServerHint } from "../discovery/server-hint.ts";
import type { NetworkOptions } from "./network-options.ts";

/** What discovery, servers and clients of this process share. */
export interface Network {
  readonly interfaces: readonly string[];
  readonly discoveryPort: number;
  /** Name servers as `address:port`; those of this machine when absent. */
  readonly nameServers?: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  /** Whether each host of the own subnets may be asked when no server answers otherwise. */
  readonly isSweeping: boolean;
  /** Where servers were met before. */
  readonly hints?: readonly ServerHint[];
}

/** The network, where the servers that are known are asked at their addresses too. */
export function withHints(network: Network, known: { hints(): readonly ServerHint[] }): Network {
  return { ...network, hints: known.hints() };
}

/**
 * The network of this machine as the command line restricts it.
 *
 * @throws {EarshotError} NAMING an interface that is not there `interface-not-found`.
 */
export function systemNetwork(options: NetworkOptions): Network {
  checkInterfaces(listAdapters(), options.interfaces);
  return {
    interfaces: options.interfaces,
    discoveryPort: options.discoveryPort ?? defaultDiscoveryPort,
    clock: systemClock,
    random: systemRandom,
    isSweeping: options.isSweeping,
  };
}

/**
 * Addresses by which others reach this machine, of the adapters that may be used, as they are now: IPv4
 * first, and those to tell people before others. Link-local ones of IPv6 are left out, for their zone
 * means nothing elsewhere.
 */
export function localAddresses(network: Network): readonly string[] {
  const addresses = bestFirst(usedAdapters(network)).map((adapter) => adapter.address);
  const ipv6 = addresses.filter((address) => isIpv6(address) && !address.includes("%"));
  return [...addresses.filter((address) => !isIpv6(address)), ...ipv6];
}

/** Where a port is bound. */
export interface BindHosts {
  readonly ipv4: string;
  /** `undefined` when no adapter that may be used has IPv6. */
  readonly ipv6: string | undefined;
}

/**
 * Where to bind: to the one address the command line leaves, else to all, because adapters come and
 * go. A socket on all addresses hears also adapters that were not named; they are not told of us.
 */
export function bindHosts(network: Network): BindHosts {
  const adapters = usedAdapters(network);
  const [only, ...others] = adapters.filter(({ address }) => !isIpv6(address));
  const isNamed = 0 < network.interfaces.length;
  const ipv4 = isNamed && only !== undefined && others.length === 0 ? only.address : "0.0.0.0";
  const hasIpv6 = !isNamed || adapters.some(({ address }) => isIpv6(address));
  return { ipv4, ipv6: hasIpv6 ? "::" : undefined };
}

function usedAdapters(network: Network) {
  return selectAdapters(listAdapters(), network.interfaces);
}
