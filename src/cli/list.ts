import { formatAddress } from "../base/address.ts";
import type { DiscoveredServer } from "../discovery/discovered-server.ts";
import type { ListCommand } from "./args.ts";
import { exitCodes } from "./exit-code.ts";
import { noServer } from "./joining.ts";
import { systemNetwork } from "./network.ts";
import { listServers } from "./search.ts";

/** Prints who answers; gives the exit code. */
export async function list(command: ListCommand): Promise<number> {
  const network = systemNetwork(command);
  const servers = await listServers(network, command.waitMs);
  if (servers.length === 0) throw noServer(network, command.waitMs);
  const lines = command.isJson ? servers.map(describeJson) : table(servers);
  process.stdout.write(`${lines.join("\n")}\n`);
  return exitCodes.ok;
}

function describeJson(server: DiscoveredServer): string {
  const { name, address, id, members, rooms, rttMs } = server;
  const { host, port } = address;
  return JSON.stringify({ name, address: host, port, id, members, rooms, rttMs: rounded(rttMs) });
}

function table(servers: readonly DiscoveredServer[]): readonly string[] {
  return [
    row(["ADDRESS", "MEMBERS", "ROOMS", "RTT", "ID", "NAME"]),
    ...servers.map((server) =>
      row([
        formatAddress(server.address),
        String(server.members),
        String(server.rooms),
        server.rttMs === undefined ? "-" : `${rounded(server.rttMs)} ms`,
        server.id.slice(0, 8),
        server.name,
      ]),
    ),
  ];
}

/** Address and port take at most 21 columns; the name comes last because its width is unknown. */
function row([address, members, rooms, rtt, id, name]: readonly string[]): string {
  return `${address?.padEnd(21)}  ${members?.padStart(7)}  ${rooms?.padStart(5)}  ${rtt?.padStart(9)}  ${id?.padEnd(8)}  ${name}`;
}

/** To 10 microseconds. */
function rounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 100) / 100;
}
