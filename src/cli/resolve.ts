import { lookup } from "node:dns/promises";
import type { Address } from "../base/address.ts";
import { EarshotError } from "../base/errors.ts";
import { findServer } from "../discovery/browser.ts";
import type { DiscoveredServer } from "../discovery/discovered-server.ts";
import { defaultDataPort } from "../discovery/ports.ts";
import type { ServerTarget } from "../tui/chat-options.ts";
import type { Network } from "./network.ts";
import { searchServers } from "./search.ts";
import { parseTypedServer } from "./typed-server.ts";

/** Says where the server is now; asked before every attempt to connect. */
export type Resolve = () => Promise<Address | undefined>;

/** How long to look for a server that was lost; answers take milliseconds and attempts go on. */
const lookAgainMs = 1_000;

/** Shortest beginning of an id that counts as one: 8 characters are 48 bits. */
const idCharactersMin = 8;

/**
 * How to find the server that somebody chose or typed. A typed name is looked for on the network for
 * `waitMs`, then among the names of hosts.
 *
 * @throws {EarshotError} WHEN nothing has that name `no-server`; when several have it, or it makes no
 * sense, `argument-invalid`.
 */
export async function resolveTarget(
  network: Network,
  target: ServerTarget,
  waitMs: number,
): Promise<Resolve> {
  if (target.type === "discovered") return resolveDiscovered(network, target.server);
  const typed = parseTypedServer(target.text);
  switch (typed.type) {
    case "address":
      return async () => ({ host: typed.host, port: typed.port ?? defaultDataPort });
    case "host":
      return () => lookupHost(typed.host, typed.port);
    case "name":
      return resolveName(network, typed.name, waitMs);
  }
}

/** The address where it was heard; later the one where it is heard again, for servers move. */
function resolveDiscovered(network: Network, server: DiscoveredServer): Resolve {
  let known = server.address;
  let isFirst = true;
  return async () => {
    if (isFirst) isFirst = false;
    else {
      const isMatch = ({ id }: DiscoveredServer) => id === server.id;
      const found = await findServer({ ...network, isMatch, timeoutMs: lookAgainMs });
      known = found?.address ?? known;
    }
    return known;
  };
}

async function resolveName(network: Network, name: string, waitMs: number): Promise<Resolve> {
  const servers = await searchServers(network, waitMs, (server) => isNamed(server, name));
  const [server, ...others] = servers;
  if (server !== undefined && others.length === 0) return resolveDiscovered(network, server);
  if (server !== undefined) throw ambiguous(name, servers);
  if ((await lookupHost(name, defaultDataPort)) === undefined) {
    throw new EarshotError("no-server", `no server and no host called ${name} was found`);
  }
  return () => lookupHost(name, defaultDataPort);
}

function isNamed(server: DiscoveredServer, name: string): boolean {
  if (server.name.toLowerCase() === name.toLowerCase()) return true;
  return idCharactersMin <= name.length && server.id.startsWith(name);
}

function ambiguous(name: string, servers: readonly DiscoveredServer[]): EarshotError {
  const ids = servers.map((server) => server.id.slice(0, idCharactersMin)).join(", ");
  const message = `${servers.length} servers are called ${name}: choose one by its id, ${ids}`;
  return new EarshotError("argument-invalid", message);
}

async function lookupHost(host: string, port: number): Promise<Address | undefined> {
  try {
    const { address } = await lookup(host, { family: 4 });
    return { host: address, port };
  } catch {
    return undefined;
  }
}
