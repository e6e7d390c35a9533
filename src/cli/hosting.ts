import { hostname } from "node:os";
import type { Address } from "../base/address.ts";
import { EarshotError } from "../base/errors.ts";
import { utf8Bytes } from "../base/text.ts";
import { serverNameBytesMax, toServerName } from "../discovery/announcement.ts";
import { type Beacon, startBeacon } from "../discovery/beacon.ts";
import { DnsSdAdvertiser } from "../discovery/dns-sd-advertiser.ts";
import { defaultDataPort } from "../discovery/ports.ts";
import type { RetentionRule } from "../room/message-room.ts";
import type { RegistrationPolicy } from "../room/registration-policy.ts";
import { type RunningServer, type StartServerOptions, startServer } from "../room/server.ts";
import { transportVersion } from "../transport/limits.ts";
import { openServerDirectory, type ServerDirectory } from "./data-dir.ts";
import { loadIdentity } from "./identity.ts";
import { LineOutput } from "./line-output.ts";
import { bindHosts, localAddresses, type Network } from "./network.ts";
import { openOpaqueSetup } from "./opaque-setup.ts";
import { lookupHost } from "./resolve.ts";
import type { TypedHost } from "./typed-server.ts";

export interface HostingOptions {
  /** `undefined` means the name of this machine. */
  readonly name: string | undefined;
  /** `undefined` means the documented one, or a free one when that is taken. */
  readonly port: number | undefined;
  /** `undefined` means the platform's place for data. */
  readonly data: string | undefined;
  /** Who may register; everybody without it. */
  readonly registration?: RegistrationPolicy;
  /** Servers of other subnets that are shown here. */
  readonly peers?: readonly TypedHost[];
  /** Where it is reached besides; the port is its own where none was given. */
  readonly announce?: TypedHost | undefined;
  /** Whether only who knows its key finds it. */
  readonly isHidden?: boolean;
  /** Whether it is advertised by DNS-SD as well. */
  readonly hasMdns: boolean;
  /** What each room keeps; everything when absent. */
  readonly retention?: RetentionRule;
}

/** A server that runs in this process and can be found on the network. */
export interface Hosting {
  readonly id: string;
  readonly name: string;
  /** Where members reach it, loopback only when there is nothing else. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** Where a client on this machine reaches it. */
  readonly localAddress: Address;
  /** The directory of its key and history. */
  readonly directory: string;
  /** Whether it hears who asks for servers; if not, it is found by its beacons only. */
  readonly isHearing: boolean;
  /** Rooms of whose newest lines some cannot be read any more. */
  readonly damagedRooms: readonly string[];
  /** With it the server can be claimed; `undefined` when somebody owns it. */
  readonly claimToken: string | undefined;
  /** What else of the store was found damaged, as phrases. */
  readonly damage: readonly string[];
  /** Who is in it now. */
  readonly memberCount: number;
  /** It has stopped, because it was closed or because an owner of it said so. */
  readonly stopped: Promise<void>;
  /** Tells the members why, stores what was said, and says goodbye to the network. */
  close(reason: string): Promise<void>;
}

/**
 * Starts a server and announces it.
 *
 * @throws {EarshotError} WHEN its name cannot be announced `argument-invalid`; and what the directory,
 * the key, the history and the sockets throw.
 */
export async function startHosting(network: Network, options: HostingOptions): Promise<Hosting> {
  const name = serverName(options.name);
  const directory = await openServerDirectory(options.data, name);
  const { id, keyPair } = await loadIdentity(directory.path, "server");
  let beacon: Beacon | undefined;
  const server = await startOn(network, options.port, directory, {
    id,
    keyPair,
    name,
    ...(options.retention && { retention: options.retention }),
    onChange: () => beacon?.changed(),
    onOther: (datagram, from) => beacon?.handleData(datagram, from),
  });
  const { announce, peers = [], isHidden = false } = options;
  const { host: boundHost, port } = server.address;
  const addresses = announce && [{ host: announce.host, port: announce.port ?? port }];
  const voice = await startBeacon({
    ...network,
    describe: () => ({
      id,
      name,
      port,
      ...(addresses && { addresses }),
      versionMin: transportVersion,
      versionMax: transportVersion,
      members: server.memberCount,
      rooms: server.roomCount,
    }),
    cookieFor: (host) => server.issueCookie(host),
    isCookie: (host, cookie) => server.isCookie(host, cookie),
    sendData: (to, datagram) => server.sendOther(to, datagram),
    peers: peers.map(({ host, port = defaultDataPort }) => ({ host, port })),
    lookUp: peerLookup(network),
    isHidden,
  }).catch(async (error: unknown) => {
    await server.close("starting failed");
    throw error;
  });
  beacon = voice;
  // DNS-SD tells everyone.
  const isAdvertised = options.hasMdns && !isHidden;
  const advertiser = isAdvertised ? advertise(network, server, { id, name }) : undefined;
  return {
    id,
    name,
    addresses: reachableAddresses(network, boundHost),
    port,
    localAddress: { host: boundHost === "0.0.0.0" ? "127.0.0.1" : boundHost, port },
    directory: directory.path,
    isHearing: voice.isHearing,
    damagedRooms: server.damagedRooms,
    claimToken: server.claimToken,
    damage: server.damage,
    get memberCount() {
      return server.memberCount;
    },
    stopped: server.stopped,
    async close(reason) {
      // Whoever hears the goodbye asks whether it is true, at the server's own port.
      await Promise.all([voice.close(), advertiser?.close()]);
      await server.close(reason);
    },
  };
}

/** Finds peers by their names; that a name is not found is said once. */
function peerLookup({ clock }: Network): (place: Address) => Promise<Address | undefined> {
  const missing = new Set<string>();
  return async ({ host, port }) => {
    const found = await lookupHost(clock, host, port);
    if (found === undefined && !missing.has(host)) {
      missing.add(host);
      note(`no host called ${host} was found; it is looked up again and again`);
    }
    return found?.address;
  };
}

function advertise(
  network: Network,
  server: RunningServer,
  { id, name }: { readonly id: string; readonly name: string },
): DnsSdAdvertiser {
  return new DnsSdAdvertiser({
    ...network,
    name,
    key: id,
    port: server.address.port,
    versionMin: transportVersion,
    versionMax: transportVersion,
    onTrouble: note,
  });
}

/** Tells the owner of the server; nobody has to listen. */
function note(message: string): void {
  new LineOutput(process.stderr, () => undefined).writeLine(`earshot: note: ${message}`);
}

/**
 * The name of the server that is meant; without one, that of this machine.
 *
 * @throws {EarshotError} WHEN nobody can have it `argument-invalid`.
 */
export function serverName(wanted: string | undefined): string {
  if (wanted === undefined) return toServerName(hostname()) || "earshot";
  const name = toServerName(wanted);
  if (name === "") throw new EarshotError("argument-invalid", "the server's name is empty");
  const bytes = utf8Bytes(wanted);
  if (bytes <= serverNameBytesMax) return name;
  const message = `the server's name is ${bytes} bytes long, at most ${serverNameBytesMax}`;
  throw new EarshotError("argument-invalid", message);
}

/** Binds the port that was asked for, or the documented one, or any. */
async function startOn(
  network: Network,
  port: number | undefined,
  directory: ServerDirectory,
  identity: Pick<
    StartServerOptions,
    "id" | "keyPair" | "name" | "registration" | "retention" | "onChange" | "onOther"
  >,
): Promise<RunningServer> {
  const { ipv4: host, ipv6: ipv6Host } = bindHosts(network);
  const loadOpaqueSetup = await openOpaqueSetup(directory.path);
  const start = (tried: number) =>
    startServer({
      ...identity,
      address: { host, port: tried },
      ipv6Host,
      dataDir: directory.historyPath,
      loadOpaqueSetup,
      onTrouble: note,
      claimToken: network.random.id(),
      clock: network.clock,
      random: network.random,
    });
  try {
    return await start(port ?? defaultDataPort);
  } catch (error) {
    if (!(error instanceof EarshotError)) throw error;
    if (error.code === "data-directory-in-use") {
      throw advised(error, "stop it, or give another with --data");
    }
    if (error.code === "history-damaged") {
      throw advised(error, "`earshot store repair` saves what is left, `store restore` a backup");
    }
    if (error.code === "port-in-use" && port === undefined) return start(0);
    throw error;
  }
}

function advised(error: EarshotError, advice: string): EarshotError {
  return new EarshotError(error.code, `${error.message}: ${advice}`, { cause: error });
}

function reachableAddresses(network: Network, host: string): readonly string[] {
  if (host !== "0.0.0.0") return [host];
  const addresses = localAddresses(network);
  const others = addresses.filter((address) => !address.startsWith("127."));
  return 0 < others.length ? others : addresses;
}
