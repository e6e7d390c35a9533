import { type Clock, systemClock } from "../base/clock.ts";
import { type Random, systemRandom } from "../base/random.ts";
import { bestFirst } from "../discovery/adapter-kind.ts";
import { checkInterfaces, listAdapters, selectAdapters } from "../discovery/adapters.ts";
import { defaultDiscoveryPort } from "../discovery/ports.ts";
import type { NetworkOptions } from "./args.ts";

/** What discovery, servers and clients of this process share. */
export interface Network {
  readonly interfaces: readonly string[];
  readonly discoveryPort: number;
  /** Name servers as `address:port`; those of this machine when absent. */
  readonly nameServers?: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
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
  };
}

/** IPv4 addresses of the adapters that may be used, as they are now, those to tell people first. */
export function localAddresses(network: Network): readonly string[] {
  const adapters = bestFirst(selectAdapters(listAdapters(), network.interfaces));
  return adapters.map((adapter) => adapter.address);
}

/**
 * Where to bind: to the one address the command line leaves, else to all, because adapters come and
 * go. A socket on all addresses hears also adapters that were not named; they are not told of us.
 */
export function bindHost(network: Network): string {
  const [only, ...others] = localAddresses(network);
  const isOne = only !== undefined && others.length === 0 && 0 < network.interfaces.length;
  return isOne ? only : "0.0.0.0";
}
