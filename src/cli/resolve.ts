import { lookup } from "node:dns";
import { type Address, formatAddress } from "../base/address.ts";
import type { Clock } from "../base/clock.ts";
import { EarshotError } from "../base/errors.ts";
import { findServer } from "../discovery/browser.ts";
import { type DiscoveredServer, freshCookie } from "../discovery/discovered-server.ts";
import { defaultDataPort } from "../discovery/ports.ts";
import type { ServerTarget } from "../tui/chat-options.ts";
import type { ServerLabel } from "../tui/trust.ts";
import { isLoopbackOnly } from "./hint-sources.ts";
import type { KnownServers } from "./known-servers.ts";
import type { Network } from "./network.ts";
import { searchServers } from "./search.ts";
import { parseTypedServer } from "./typed-server.ts";

/** Where a server was found. */
export interface Place {
  readonly address: Address;
  /** Where else, the better ones first. */
  readonly otherAddresses?: readonly Address[];
  /** Lets us in at once while it is fresh. */
  readonly cookie?: Uint8Array;
}

/** The server that somebody means. */
export interface Destination {
  readonly label: ServerLabel;
  /** The key that it announced, base64url; `undefined` where only an address is known. */
  readonly announcedKey: string | undefined;
  /** The only key to talk to, base64url, where somebody gave us a link that names it. */
  readonly linkedKey?: string;
  /** Says where it is now; asked before every attempt to connect. */
  readonly find: () => Promise<Place | undefined>;
  /** Another server answered there: somebody announced what is not so. */
  readonly avoid: (address: Address) => void;
}

/** How long to look for a server that was lost; answers take milliseconds and attempts go on. */
const lookAgainMs = 1_000;

/** Addresses to avoid; with more, or when there is no other left, all are tried again. */
const strangersMax = 64;

/** Where there is no name server, the system asks in vain for up to a minute. */
const lookupMs = 3_000;

/** Names that hosts can have (RFC 1123 section 2.1); others are not asked for. */
const hostName = /^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*$/i;

/** Shortest beginning of an id that counts as one: 8 characters are 48 bits. */
const idCharactersMin = 8;

export interface ResolveOptions {
  /** How long to look for a typed name. */
  readonly waitMs: number;
  /** Whether this computer keeps something of the server with that key, so that it may be away. */
  readonly isRemembered?: (key: string) => boolean;
}

/**
 * The server that somebody chose or typed, and how to find it. A typed name is looked for on the
 * network for `waitMs`, then among the names of hosts.
 *
 * @throws {EarshotError} WHEN nothing has that name `no-server`; when several have it, or it makes no
 * sense, `argument-invalid`.
 */
export async function resolveTarget(
  network: Network,
  knownServers: KnownServers,
  target: ServerTarget,
  { waitMs, isRemembered = () => false }: ResolveOptions,
): Promise<Destination> {
  if (target.type === "discovered") {
    const { server } = target;
    return server.isSilent ? silent(network, server) : discovered(network, server);
  }
  const typed = parseTypedServer(target.text);
  switch (typed.type) {
    case "address": {
      const address = { host: typed.host, port: typed.port ?? defaultDataPort };
      return addressed(addressLabel(address), async () => ({ address }), typed.key);
    }
    case "host": {
      const find = () => lookupHost(network.clock, typed.host, typed.port);
      return addressed(addressLabel(typed), find, typed.key);
    }
    case "name":
      return named(network, knownServers, typed.name, { waitMs, isRemembered });
  }
}

function addressLabel(address: Address): ServerLabel {
  return { type: "address", text: formatAddress(address) };
}

function addressed(label: ServerLabel, find: Destination["find"], linkedKey?: string): Destination {
  const avoid = () => undefined;
  return { label, announcedKey: undefined, ...(linkedKey && { linkedKey }), find, avoid };
}

/** Where it was heard; later where it is heard again, for servers move. */
function discovered(network: Network, server: DiscoveredServer): Destination {
  const strangers = new Set<string>();
  let known = server;
  let hasBeenFound = false;
  const placesOf = ({ address, otherAddresses = [] }: DiscoveredServer) =>
    [address, ...otherAddresses].filter((other) => !strangers.has(formatAddress(other)));
  const find = async () => {
    if (hasBeenFound) {
      const isMatch = (other: DiscoveredServer) =>
        other.id === server.id && 0 < placesOf(other).length;
      const key = server.id;
      known = (await findServer({ ...network, key, isMatch, timeoutMs: lookAgainMs })) ?? known;
    }
    hasBeenFound = true;
    if (placesOf(known).length === 0 || strangersMax < strangers.size) strangers.clear();
    const [address = known.address, ...others] = placesOf(known);
    // It is made for the address of ours that the best path sees, and on others may cost a round trip.
    const cookie = freshCookie(network.clock.now(), known);
    return {
      address,
      ...(0 < others.length && { otherAddresses: others }),
      ...(cookie && { cookie }),
    };
  };
  const avoid = (address: Address) => {
    strangers.add(formatAddress(address));
  };
  return { label: nameLabel(server.name), announcedKey: server.id, find, avoid };
}

/** One that does not answer now: looked for by its key until it is there again. */
function silent(
  network: Network,
  { id, name }: { readonly id: string; readonly name: string },
): Destination {
  let heard: Destination | undefined;
  const find = async () => {
    if (heard !== undefined) return heard.find();
    const isMatch = (other: DiscoveredServer) => other.id === id;
    const server = await findServer({ ...network, key: id, isMatch, timeoutMs: lookAgainMs });
    if (server === undefined) {
      return hostName.test(name) ? lookUp(network, name) : undefined;
    }
    heard = discovered(network, server);
    return heard.find();
  };
  const avoid = (address: Address) => heard?.avoid(address);
  return { label: nameLabel(name), announcedKey: id, find, avoid };
}

function nameLabel(name: string): ServerLabel {
  return { type: "name", text: name };
}

async function named(
  network: Network,
  knownServers: KnownServers,
  name: string,
  { waitMs, isRemembered }: Required<ResolveOptions>,
): Promise<Destination> {
  const servers = await searchServers(network, waitMs, (server) => isNamed(server, name));
  // Whoever takes the name of a known server does not make it ambiguous.
  const known = servers.find((server) => knownServers.keyOf(nameLabel(server.name)) === server.id);
  const [first, ...others] = servers;
  const server = known ?? (others.length === 0 ? first : undefined);
  if (server !== undefined) return discovered(network, server);
  if (first !== undefined) throw ambiguous(name, servers);
  const knownKey = knownServers.keyOf(nameLabel(name));
  if (knownKey !== undefined && isRemembered(knownKey)) {
    return silent(network, { id: knownKey, name });
  }
  const find = () => lookUp(network, name);
  if (hostName.test(name) && (await find()) !== undefined) {
    // A host that is called like a known server has to be that server.
    const label =
      knownKey !== undefined
        ? nameLabel(name)
        : addressLabel({ host: name, port: defaultDataPort });
    return addressed(label, find);
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

/** Where a host of that name is, or the server of that domain. */
async function lookUp(network: Network, name: string): Promise<Place | undefined> {
  return (await lookUpInDns(network, name)) ?? lookupHost(network.clock, name, defaultDataPort);
}

/** What the DNS names as the server of this domain, with its port; a name without a dot is of none. */
async function lookUpInDns(network: Network, domain: string): Promise<Place | undefined> {
  const isAsked = network.nameServers !== undefined || !isLoopbackOnly(network);
  if (!isAsked || !domain.includes(".")) return undefined;
  const { lookUpService } = await import("../discovery/dns-search.ts");
  const [hint] = await lookUpService(domain, network);
  return hint && { address: hint.address };
}

/** Where the host of that name is, by IPv4; `undefined` when nobody knows, or not within 3 s. */
export function lookupHost(clock: Clock, host: string, port: number): Promise<Place | undefined> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(clock.now() + lookupMs, () => resolve(undefined));
    lookup(host, { family: 4 }, (error, address) => {
      timer.cancel();
      resolve(error === null ? { address: { host: address, port } } : undefined);
    });
  });
}
