import { formatAddress } from "../base/address.ts";
import { EarshotError } from "../base/errors.ts";
import type { DiscoveredServer } from "../discovery/discovered-server.ts";
import { startClient } from "../room/client.ts";
import type { ClientEvent, ClientPort } from "../room/client-port.ts";
import type { ServerTarget } from "../tui/chat-options.ts";
import { bindHost, type Network } from "./network.ts";
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
  choice: Choice,
): Promise<ServerTarget | undefined> {
  if (choice.server !== undefined) return { type: "typed", text: choice.server };
  const servers = await searchServers(network, choice.waitMs, () => true);
  const [server, ...others] = servers;
  if (server === undefined) return undefined;
  if (others.length === 0) return { type: "discovered", server };
  const names = servers.map(describeServer).join(", ");
  const message = `${servers.length} servers answered: ${names}; choose one with --server NAME`;
  throw new EarshotError("argument-invalid", message);
}

/** The failure that no server answered, with where it was asked. */
export function noServer(network: Network, waitMs: number): EarshotError {
  const where = network.interfaces.length === 0 ? "" : ` on ${network.interfaces.join(", ")}`;
  const message = `no server answered${where} on UDP port ${network.discoveryPort} within ${waitMs} ms`;
  return new EarshotError("no-server", message);
}

export interface Joining {
  readonly target: ServerTarget;
  readonly nick: string;
  /** Whether another nickname will do when ours was taken while the connection was lost. */
  readonly takesSuggestion?: boolean;
  readonly waitMs: number;
  readonly onEvent: (event: ClientEvent) => void;
}

/**
 * Starts a client of the server.
 *
 * @throws {EarshotError} WHEN there is no server of that name `no-server`, or several
 * `argument-invalid`; a server that does not answer is a `connection` event.
 */
export async function joinServer(network: Network, joining: Joining): Promise<ClientPort> {
  const { target, nick, takesSuggestion = true, waitMs, onEvent } = joining;
  return startClient({
    resolve: await resolveTarget(network, target, waitMs),
    nick,
    takesSuggestion,
    clock: network.clock,
    random: network.random,
    bindAddress: { host: bindHost(network), port: 0 },
    onEvent,
  });
}

/** The server's name and address for people. */
export function describeServer(server: DiscoveredServer): string {
  return `${server.name} (${formatAddress(server.address)})`;
}
