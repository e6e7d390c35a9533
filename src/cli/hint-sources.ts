import { listAdapters, selectAdapters } from "../discovery/adapters.ts";
import { dnsSearch } from "../discovery/dns-search.ts";
import { mdnsSearch } from "../discovery/mdns-search.ts";
import type { HintSource } from "../discovery/server-hint.ts";
import type { Network } from "./network.ts";

/** Where servers are named besides their own voices: none for who keeps to this computer. */
export function hintSources(network: Network): readonly HintSource[] {
  return isLoopbackOnly(network) ? [] : [mdnsSearch(network), dnsSearch(network)];
}

/** Whether somebody chose adapters, all of them loopback: then nothing may leave this computer. */
export function isLoopbackOnly({ interfaces }: Pick<Network, "interfaces">): boolean {
  if (interfaces.length === 0) return false;
  return selectAdapters(listAdapters(), interfaces).every((adapter) => adapter.isLoopback);
}
