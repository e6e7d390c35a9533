import { formatAddress } from "../base/address.ts";
import type { ListedServer } from "../tui/chat-options.ts";
import { trustWord } from "../tui/trust.ts";
import type { ListCommand } from "./args.ts";
import { clientDirectory } from "./data-dir.ts";
import { exitCodes } from "./exit-code.ts";
import { noServer } from "./joining.ts";
import { KnownServers } from "./known-servers.ts";
import { toListed } from "./listed-server.ts";
import { systemNetwork, withHints } from "./network.ts";
import { listServers } from "./search.ts";

/** Prints who answers; gives the exit code. */
export async function list(command: ListCommand): Promise<number> {
  const network = systemNetwork(command);
  const directory = clientDirectory(command.data);
  const knownServers = await KnownServers.open({ ...network, directory });
  const heard = await listServers(withHints(network, knownServers), command.waitMs);
  const servers = heard.map((server) => toListed(knownServers, server));
  if (servers.length === 0) throw noServer(network, command.waitMs);
  const lines = command.isJson ? servers.map(describeJson) : table(servers);
  process.stdout.write(`${lines.join("\n")}\n`);
  return exitCodes.ok;
}

function describeJson(server: ListedServer): string {
  const { name, address, id, members, rooms } = server;
  const { host, port } = address;
  const rttMs = rounded(server.rttMs);
  const trust = server.trust.type;
  return JSON.stringify({ name, address: host, port, id, trust, members, rooms, rttMs });
}

function table(servers: readonly ListedServer[]): readonly string[] {
  const widths = servers.map(({ address }) => formatAddress(address).length);
  const addressWidth = Math.max(ipv4Width, ...widths);
  const row = ([address = "", ...others]: readonly string[]) =>
    `${address.padEnd(addressWidth)}  ${columns(others)}`;
  return [
    row(["ADDRESS", "MEMBERS", "ROOMS", "RTT", "ID", "TRUST", "NAME"]),
    ...servers.map((server) =>
      row([
        formatAddress(server.address),
        String(server.members),
        String(server.rooms),
        server.rttMs === undefined ? "-" : `${rounded(server.rttMs)} ms`,
        server.id.slice(0, 8),
        trustWord(server.trust),
        server.name,
      ]),
    ),
  ];
}

/** Columns of an IPv4 address and a port; where servers have IPv6 addresses, the longest counts. */
const ipv4Width = 21;

/** The name comes last because its width is unknown. */
function columns([members, rooms, rtt, id, trust, name]: readonly string[]): string {
  return `${members?.padStart(7)}  ${rooms?.padStart(5)}  ${rtt?.padStart(9)}  ${id?.padEnd(8)}  ${trust?.padEnd(7)}  ${name}`;
}

/** To 10 microseconds. */
function rounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 100) / 100;
}
