import type { DiscoveredServer } from "../discovery/discovered-server.ts";
import type { ListedServer } from "../tui/chat-options.ts";
import type { KnownServers } from "./known-servers.ts";

/** The server with what is known about its key. */
export function toListed(knownServers: KnownServers, server: DiscoveredServer): ListedServer {
  const label = { type: "name", text: server.name } as const;
  return { ...server, trust: knownServers.judge(label, server.id) };
}
