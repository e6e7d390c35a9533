import { lookup } from "node:dns";
import type { Address } from "../base/address.ts";
import type { Clock } from "../base/clock.ts";
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

/** Where there is no name server, the system asks in vain for up to a minute. */
const lookupMs = 3_000;

/** Names that hosts can have (RFC 1123 section 2.1); others are not asked for. */
const hostName = /^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*$/i;

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
      return () => lookupHost(network.clock, typed.host, typed.port);
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
  const resolve = () => lookupHost(network.clock, name, defaultDataPort);
  if (hostName.test(name) && (await resolve()) !== undefined) return resolve;
  throw new EarshotError("no-server", `no server and no host called ${name} was found`);
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

function lookupHost(clock: Clock, host: string, port: number): Promise<Address | undefined> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(clock.now() + lookupMs, () => resolve(undefined));
    lookup(host, { family: 4 }, (error, address) => {
      timer.cancel();
      resolve(error === null ? { host: address, port } : undefined);
    });
  });
}
