import { lookup } from "node:dns";
import { type Address, formatAddress } from "../base/address.ts";
import type { Clock } from "../base/clock.ts";
import { EarshotError } from "../base/errors.ts";
import { findServer } from "../discovery/browser.ts";
import { type DiscoveredServer, freshCookie } from "../discovery/discovered-server.ts";
import { defaultDataPort } from "../discovery/ports.ts";
import type { ServerTarget } from "../tui/chat-options.ts";
import type { ServerLabel } from "../tui/trust.ts";
import type { Network } from "./network.ts";
import { searchServers } from "./search.ts";
import { parseTypedServer } from "./typed-server.ts";

/** Where a server was found. */
export interface Place {
  readonly address: Address;
  /** Lets us in at once while it is fresh. */
  readonly cookie?: Uint8Array;
}

/** The server that somebody means. */
export interface Destination {
  readonly label: ServerLabel;
  /** The key that it announced, base64url; `undefined` where only an address is known. */
  readonly announcedKey: string | undefined;
  /** Says where it is now; asked before every attempt to connect. */
  readonly find: () => Promise<Place | undefined>;
}

/** How long to look for a server that was lost; answers take milliseconds and attempts go on. */
const lookAgainMs = 1_000;

/** Where there is no name server, the system asks in vain for up to a minute. */
const lookupMs = 3_000;

/** Names that hosts can have (RFC 1123 section 2.1); others are not asked for. */
const hostName = /^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*$/i;

/** Shortest beginning of an id that counts as one: 8 characters are 48 bits. */
const idCharactersMin = 8;

/**
 * The server that somebody chose or typed, and how to find it. A typed name is looked for on the
 * network for `waitMs`, then among the names of hosts.
 *
 * @throws {EarshotError} WHEN nothing has that name `no-server`; when several have it, or it makes no
 * sense, `argument-invalid`.
 */
export async function resolveTarget(
  network: Network,
  target: ServerTarget,
  waitMs: number,
): Promise<Destination> {
  if (target.type === "discovered") return discovered(network, target.server);
  const typed = parseTypedServer(target.text);
  switch (typed.type) {
    case "address": {
      const address = { host: typed.host, port: typed.port ?? defaultDataPort };
      return addressed(address, async () => ({ address }));
    }
    case "host":
      return addressed(typed, () => lookupHost(network.clock, typed.host, typed.port));
    case "name":
      return named(network, typed.name, waitMs);
  }
}

function addressed(address: Address, find: Destination["find"]): Destination {
  const label = { type: "address", text: formatAddress(address) } as const;
  return { label, announcedKey: undefined, find };
}

/** Where it was heard; later where it is heard again, for servers move. */
function discovered(network: Network, server: DiscoveredServer): Destination {
  let known = server;
  let isFirst = true;
  const find = async () => {
    if (isFirst) isFirst = false;
    else {
      const isMatch = ({ id }: DiscoveredServer) => id === server.id;
      known = (await findServer({ ...network, isMatch, timeoutMs: lookAgainMs })) ?? known;
    }
    const cookie = freshCookie(network.clock.now(), known);
    return { address: known.address, ...(cookie && { cookie }) };
  };
  return { label: { type: "name", text: server.name }, announcedKey: server.id, find };
}

async function named(network: Network, name: string, waitMs: number): Promise<Destination> {
  const servers = await searchServers(network, waitMs, (server) => isNamed(server, name));
  const [server, ...others] = servers;
  if (server !== undefined && others.length === 0) return discovered(network, server);
  if (server !== undefined) throw ambiguous(name, servers);
  const find = () => lookupHost(network.clock, name, defaultDataPort);
  if (hostName.test(name) && (await find()) !== undefined) {
    return addressed({ host: name, port: defaultDataPort }, find);
  }
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

function lookupHost(clock: Clock, host: string, port: number): Promise<Place | undefined> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(clock.now() + lookupMs, () => resolve(undefined));
    lookup(host, { family: 4 }, (error, address) => {
      timer.cancel();
      resolve(error === null ? { address: { host: address, port } } : undefined);
    });
  });
}
