import { formatAddress } from "../base/address.ts";
import { EarshotError } from "../base/errors.ts";
import type { DiscoveredServer } from "../discovery/discovered-server.ts";
import { startClient } from "../room/client.ts";
import type { ClientEvent, ClientPort } from "../room/client-port.ts";
import type { ServerTarget } from "../tui/chat-options.ts";
import type { Device } from "./device.ts";
import { type FileMoving, fileMoving } from "./file-moving.ts";
import { KeyJudge } from "./key-judge.ts";
import type { KnownServers } from "./known-servers.ts";
import { toListed } from "./listed-server.ts";
import { UserMemory } from "./memory.ts";
import { bindHosts, type Network, withHints } from "./network.ts";
import { resolveTarget } from "./resolve.ts";
import { searchServers } from "./search.ts";

export interface Choice {
  /** What was typed after `--server`. */
  readonly server: string | undefined;
  /** How long to wait for servers to answer. */
  readonly waitMs: number;
}

/**
 * The server that was typed, or the one that answers; `undefined` when none does.
 *
 * @throws {EarshotError} WHEN several answer, because nobody said which `argument-invalid`.
 */
export async function chooseTarget(
  network: Network,
  knownServers: KnownServers,
  choice: Choice,
): Promise<ServerTarget | undefined> {
  if (choice.server !== undefined) return { type: "typed", text: choice.server };
  const servers = await searchServers(withHints(network, knownServers), choice.waitMs, () => true);
  const [server, ...others] = servers;
  if (server === undefined) return undefined;
  if (others.length === 0) {
    return { type: "discovered", server: toListed(knownServers, server) };
  }
  const names = servers.map(describeServer).join(", ");
  const message = `${servers.length} servers answered: ${names}; choose one with --server NAME`;
  throw new EarshotError("argument-invalid", message);
}

/** The failure that no server answered, with where it was asked. */
export function noServer(network: Network, waitMs: number): EarshotError {
  const where = network.interfaces.length === 0 ? "" : ` on ${network.interfaces.join(", ")}`;
  const message = `no server answered${where} on UDP port ${network.discoveryPort} within ${waitMs} ms; earshot doctor says why`;
  return new EarshotError("no-server", message);
}

export interface Joining {
  readonly target: ServerTarget;
  readonly nick: string;
  /** Whether another nickname will do when ours was taken while the connection was lost. */
  readonly takesSuggestion?: boolean;
  readonly waitMs: number;
  /** The words with which its fingerprint has to begin, whatever is known. */
  readonly trustedWords: string | undefined;
  readonly onEvent: (event: ClientEvent) => void;
  readonly memory?: UserMemory;
  /** Entries of a room that are told when they were missed; with more only its end is there. */
  readonly missedMax?: number;
  /** Without it no files are moved. */
  readonly files?: FileMoving;
}

/**
 * Starts a client of the server. Nothing is told to a server whose key is not the known one: the
 * `connection` event says so when it is met, unless it was announced.
 *
 * @throws {EarshotError} WHEN there is no server of that name `no-server`, or several
 * `argument-invalid`; when it announced another key than the known one `server-untrusted`;
 * `known-servers-unusable`. A server that does not answer is a `connection` event.
 */
export async function joinServer(
  network: Network,
  device: Device,
  joining: Joining,
): Promise<ClientPort> {
  const { target, nick, takesSuggestion = true, waitMs, trustedWords } = joining;
  const { memory = UserMemory.none(), missedMax = 0 } = joining;
  const { keyPair, knownServers, accountKeys, name: deviceName } = device;
  const destination = await resolveTarget(withHints(network, knownServers), knownServers, target, {
    waitMs,
    isRemembered: (key) => memory.has(key),
  });
  const judge = await KeyJudge.open({ knownServers, ...destination, trustedWords });
  const onEvent = memory.withNotices(joining.onEvent);
  return startClient({
    memory: await memory.forClient(judge.certainKey, missedMax),
    resolve: async () => {
      const place = await destination.find();
      const key = judge.expectedKey;
      return place && { ...place, ...(key && { key }) };
    },
    judge: async (shown) => {
      const { address } = shown;
      const verdict = await judge.judge(shown, address && formatAddress(address));
      if (verdict.type === "retry" && address !== undefined) destination.avoid(address);
      return verdict;
    },
    keyPair,
    deviceName,
    accountKeys,
    nick,
    takesSuggestion,
    clock: network.clock,
    random: network.random,
    // To no address of this host: it may change while the connection goes on.
    bindAddress: { host: "0.0.0.0", port: 0 },
    ipv6Host: bindHosts(network).ipv6,
    onEvent,
    files: joining.files && (await fileMoving(network, joining.files)),
  });
}

/** The server's name and address for people. */
export function describeServer(server: DiscoveredServer): string {
  return `${server.name} (${formatAddress(server.address)})`;
}
