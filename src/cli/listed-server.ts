import type { DiscoveredServer } from "../discovery/discovered-server.ts";
import type { RememberedServer } from "../room/memory/client-store.ts";
import { transportVersion } from "../transport/limits.ts";
import type { ListedServer } from "../tui/chat-options.ts";
import type { KnownServers } from "./known-servers.ts";

/** The server with what is known about its key, and of itself. */
export function toListed(
  knownServers: KnownServers,
  server: DiscoveredServer,
  remembered?: RememberedServer,
): ListedServer {
  const label = { type: "name", text: server.name } as const;
  return {
    ...server,
    trust: knownServers.judge(label, server.id),
    ...(remembered && { remembered }),
  };
}

/** A server that is remembered and not heard now, with the address where it was met last. */
export function toSilent(
  knownServers: KnownServers,
  { id, name, nick, visitedAt }: RememberedServer,
): ListedServer {
  const met = knownServers.hints().find(({ key }) => key === id);
  return {
    ...{ id, name, members: 0, rooms: 0, via: "", heardAt: 0 },
    address: met?.address ?? { host: "0.0.0.0", port: 0 },
    versionMin: transportVersion,
    versionMax: transportVersion,
    trust: { type: "known" },
    remembered: { nick, visitedAt },
    isSilent: true,
  };
}
