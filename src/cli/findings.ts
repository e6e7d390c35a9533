import { lookup } from "node:dns/promises";
import type { Address } from "../base/address.ts";
import { bindDatagramSocket } from "../base/datagram-socket.ts";
import { AdapterTable } from "../discovery/adapter-table.ts";
import { type Adapter, listAdapters, selectAdapters } from "../discovery/adapters.ts";
import { lookUpService } from "../discovery/dns-search.ts";
import type {
  Findings,
  LinkFinding,
  PortFinding,
  ServerFinding,
  Surroundings,
  TargetFinding,
} from "../discovery/findings.ts";
import type { Neighbour, Router } from "../discovery/linux-network.ts";
import { defaultDataPort } from "../discovery/ports.ts";
import { type Survey, surveyNetwork } from "../discovery/survey.ts";
import { transportVersion } from "../transport/limits.ts";
import { isLoopbackOnly } from "./hint-sources.ts";
import type { Network } from "./network.ts";
import {
  readAdapters,
  readFirewalls,
  readHolder,
  readNeighbours,
  readRouters,
  readSurroundings,
} from "./system-facts.ts";
import { parseTypedServer, type TypedServer } from "./typed-server.ts";

/** Where there is no name server, the system asks in vain for up to a minute. */
const lookupMs = 3_000;

/** The server that somebody asked about, and where it is as far as its name was found. */
interface Wanted {
  readonly text: string;
  readonly typed: TypedServer;
  readonly address: Address | undefined;
}

/**
 * Finds out all that `diagnose` judges, about one server too if there is a text that names it. Takes 1
 * to 5 s. Nothing needs an administrator; what only one may see is listed as unseen.
 *
 * @throws {EarshotError} WHEN the text is no server `argument-invalid`.
 */
export async function gatherFindings(network: Network, server?: string): Promise<Findings> {
  const wanted = server === undefined ? undefined : await resolveWanted(network, server);
  const used = selectAdapters(listAdapters(), network.interfaces);
  const usedNames = new Set(used.map(({ name }) => name));
  // What holds the ports has to be seen before our own sockets are there.
  const ports = await readPorts(network.discoveryPort);
  const numbers = ports.map(({ port }) => port);
  const [surroundings, adapters, firewalls, survey] = await Promise.all([
    readSurroundings(),
    readAdapters((name) => usedNames.has(name)),
    readFirewalls(numbers),
    surveyNetwork({ ...network, ...surveyTarget(wanted) }),
  ]);
  const [neighbours, routers] = await Promise.all([readNeighbours(), readRouters()]);
  const table = new AdapterTable(used);
  return {
    surroundings,
    version: transportVersion,
    isLoopbackOnly: isLoopbackOnly(network),
    adapters,
    ports,
    sends: survey.sends,
    firewalls,
    servers: survey.servers.map((found) => ({
      ...found,
      ...neighbourState(neighbours, found.host),
    })),
    links: linksOf(used, neighbours, routers),
    ...(wanted && { target: targetOf(wanted, survey, table, neighbours) }),
    unseen: unseenBy(surroundings, firewalls.length),
  };
}

function surveyTarget(wanted: Wanted | undefined) {
  if (wanted?.address === undefined) return {};
  const { typed, address } = wanted;
  const key = typed.type === "name" ? undefined : typed.key;
  return { target: { address, ...(key !== undefined && { key }) } };
}

async function resolveWanted(network: Network, text: string): Promise<Wanted> {
  const typed = parseTypedServer(text);
  if (typed.type === "address") {
    const address = { host: typed.host, port: typed.port ?? defaultDataPort };
    return { text, typed, address };
  }
  const isNamed = typed.type === "name";
  const name = isNamed ? typed.name : typed.host;
  const isAsked = isNamed && name.includes(".") && !isLoopbackOnly(network);
  const [hint] = isAsked ? await lookUpService(name, network) : [];
  if (hint !== undefined) return { text, typed, address: hint.address };
  const host = await lookUpHost(network, name);
  const port = isNamed ? defaultDataPort : typed.port;
  return { text, typed, address: host === undefined ? undefined : { host, port } };
}

async function lookUpHost({ clock }: Network, name: string): Promise<string | undefined> {
  const late = new Promise<undefined>((resolve) => {
    clock.setTimer(clock.now() + lookupMs, () => resolve(undefined));
  });
  const found = lookup(name).then(
    ({ address }) => address,
    () => undefined,
  );
  return Promise.race([found, late]);
}

function targetOf(
  { text, typed, address }: Wanted,
  survey: Survey,
  table: AdapterTable,
  neighbours: readonly Neighbour[],
): TargetFinding {
  const isNamed = typed.type === "name";
  // A server that goes by the name is meant before a host of that name is.
  const named = isNamed ? survey.servers.find(({ name }) => isSame(name, typed.name)) : undefined;
  const place = named ?? address;
  const found = named ?? survey.servers.find((server) => isAt(server, address));
  const linkedKey = isNamed ? undefined : typed.key;
  if (place === undefined) {
    return { text, port: defaultDataPort, isOnLink: false, data: "silent" };
  }
  const { host, port } = place;
  return {
    text,
    host,
    port,
    isOnLink: table.adapterOf(host) !== undefined,
    data: found?.data ?? "silent",
    ...(named === undefined && survey.target),
    ...neighbourState(neighbours, host),
    ...(found && { key: found.id }),
    ...(found && { versions: { min: found.versionMin, max: found.versionMax } }),
    ...(linkedKey !== undefined && { linkedKey }),
  };
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function isAt({ host, port }: ServerFinding, address: Address | undefined): boolean {
  return address !== undefined && host === address.host && port === address.port;
}

function neighbourState(neighbours: readonly Neighbour[], host: string) {
  const found = neighbours.filter((neighbour) => neighbour.host === host);
  return found.length === 0 ? {} : { isNeighbour: found.some(({ isThere }) => isThere) };
}

function linksOf(
  used: readonly Adapter[],
  neighbours: readonly Neighbour[],
  routers: readonly Router[] | undefined,
): readonly LinkFinding[] {
  const links = used.filter(({ isLoopback, address }) => !isLoopback && !address.includes(":"));
  return [...new Set(links.map(({ name }) => name))].map((adapter) => {
    const isOf = (row: { readonly adapter: string }) =>
      row.adapter === adapter || row.adapter === "";
    const there = neighbours.filter((neighbour) => neighbour.isThere && isOf(neighbour));
    const own = new Set(routers?.filter(isOf).map(({ host }) => host));
    const hasRouter = own.size === 0 ? undefined : there.some(({ host }) => own.has(host));
    const neighbourCount = there.filter(({ host }) => !own.has(host)).length;
    return { adapter, hasRouter, neighbourCount };
  });
}

async function readPorts(discoveryPort: number): Promise<readonly PortFinding[]> {
  const wanted = [
    { port: discoveryPort, use: "discovery" },
    { port: defaultDataPort, use: "conversations" },
  ] as const;
  return Promise.all(
    wanted.map(async ({ port, use }) => {
      const state = await portState(port, use);
      return { port, use, state, ...(state !== "free" && (await readHolder(port))) };
    }),
  );
}

async function portState(port: number, use: PortFinding["use"]): Promise<PortFinding["state"]> {
  if (await canBind(port, false)) return "free";
  return use === "discovery" && (await canBind(port, true)) ? "shared" : "held";
}

async function canBind(port: number, isShared: boolean): Promise<boolean> {
  const address = { host: "0.0.0.0", port };
  try {
    const socket = await bindDatagramSocket({ address, isShared, onDatagram: () => undefined });
    await socket.close();
    return true;
  } catch {
    return false;
  }
}

function unseenBy(
  { platform, isAdministrator }: Surroundings,
  firewallCount: number,
): readonly string[] {
  if (platform !== "linux" || isAdministrator) return [];
  const rules =
    "the rules of nftables and iptables, and programs of other users (run as root to see them)";
  return [firewallCount === 0 ? rules : `${rules}; which firewall is on was seen`];
}
