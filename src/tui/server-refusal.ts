import type { DiscoveredServer } from "../discovery/discovered-server.ts";

/** Why the server cannot be joined, or `undefined` when it can. */
export function refusalOf(server: DiscoveredServer, version: number): string | undefined {
  if (version < server.versionMin) return "newer than this earshot";
  return server.versionMax < version ? "older than this earshot" : undefined;
}
