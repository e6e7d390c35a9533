import { listAdapters, selectAdapters } from "../discovery/adapters.ts";
import type { HintSearch, HintSource } from "../discovery/server-hint.ts";
import type { Network } from "./network.ts";

/** Where servers are named besides their own voices: none for who keeps to this computer. */
export function hintSources(network: Network): readonly HintSource[] {
  if (isLoopbackOnly(network)) return [];
  return [
    loadedLater(async () => (await import("../discovery/mdns-search.ts")).mdnsSearch(network)),
    loadedLater(async () => (await import("../discovery/dns-search.ts")).dnsSearch(network)),
  ];
}

/** Whether somebody chose adapters, all of them loopback: then nothing may leave this computer. */
export function isLoopbackOnly({ interfaces }: Pick<Network, "interfaces">): boolean {
  if (interfaces.length === 0) return false;
  return selectAdapters(listAdapters(), interfaces).every((adapter) => adapter.isLoopback);
}

/** Servers answer in milliseconds, and loading takes some too: whoever asks does not wait for it. */
export function loadedLater(load: () => Promise<HintSource>): HintSource {
  return (onHint) => {
    let search: HintSearch | undefined;
    let isClosed = false;
    const loading = load().then((source) => {
      if (!isClosed) search = source(onHint);
    });
    return {
      refresh: () => search?.refresh(),
      close: async () => {
        isClosed = true;
        await loading;
        await search?.close();
      },
    };
  };
}
