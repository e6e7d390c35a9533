import { formatAddress } from "../base/address.ts";
import { fingerprintOf } from "../base/fingerprint.ts";
import { formatServerLink } from "../discovery/server-link.ts";
import type { ServeCommand } from "./args.ts";
import { exitCodes } from "./exit-code.ts";
import { type Hosting, startHosting } from "./hosting.ts";
import { LineOutput } from "./line-output.ts";
import { systemNetwork } from "./network.ts";
import { onStopSignal } from "./stop-signal.ts";

/** What was acknowledged is on disk already, so nothing is lost by not waiting longer. */
const stopping = { graceMs: 1_800, lateExitCode: exitCodes.ok };

/** Hosts a server until a signal or an owner of it says stop; gives the exit code. */
export async function serve(command: ServeCommand): Promise<number> {
  const network = systemNetwork(command);
  const signalled = new Promise<void>((resolve) => {
    onStopSignal(stopping, resolve);
  });
  const hosting = await startHosting(network, command);
  // A server goes on when nobody reads what it prints.
  const output = new LineOutput(process.stdout, () => undefined);
  if (command.isJson) output.writeLine(describeJson(hosting));
  else {
    const code = command.hasQr ? await codeOf(hosting) : undefined;
    if (code !== undefined) output.writeLine(`${code}\n`);
    output.writeLine(describe(hosting));
  }
  await Promise.race([signalled, hosting.stopped]);
  if (!command.isJson) output.writeLine("stopping");
  await hosting.close("the server was stopped");
  return exitCodes.ok;
}

/** The link as a QR code, above the words so that these stay on a small screen. */
async function codeOf(hosting: Hosting): Promise<string | undefined> {
  const { stdout, env } = process;
  const [link] = linksOf(hosting);
  if (!stdout.isTTY || link === undefined) return undefined;
  const { qrCode } = await import("./qr-code.ts");
  return qrCode(link, { columns: stdout.columns, hasColors: !env["NO_COLOR"] });
}

/** One for each address, the most useful first. */
function linksOf({ addresses, port, id, name }: Hosting): readonly string[] {
  return addresses.map((host) => formatServerLink({ host, port, key: id, name }));
}

function describeJson(hosting: Hosting): string {
  const { name, id, port, addresses, directory, claimToken } = hosting;
  const fingerprint = fingerprintOf(id);
  return JSON.stringify({
    type: "listening",
    name,
    port,
    addresses,
    links: linksOf(hosting),
    data: directory,
    id,
    fingerprint,
    ...(claimToken !== undefined && { claim: claimToken }),
  });
}

function describe(hosting: Hosting): string {
  const { name, id, port, addresses, directory, damagedRooms, damage, claimToken } = hosting;
  const places = addresses.map((host) => formatAddress({ host, port }));
  const lines = [
    `server    ${name} (${id.slice(0, 8)})`,
    `words     ${fingerprintOf(id)}`,
    `address   ${places.join(", ")}`,
    ...linksOf(hosting).map((link) => `link      ${link}`),
    `data      ${directory}`,
    ...(claimToken === undefined
      ? []
      : [`claim     /claim ${claimToken} makes you its owner, once`]),
    `to join   run earshot on any computer of this network, or earshot --server ${places[0]}`,
    "to stop   press Ctrl-C",
  ];
  if (!hosting.isHearing) {
    lines.push(
      "note      another program holds the discovery port, so finding it takes some seconds",
    );
  }
  for (const room of damagedRooms) {
    lines.push(`note      the newest lines of #${room} are damaged; the rest of it can be read`);
  }
  for (const what of damage) lines.push(`note      ${what}`);
  return lines.join("\n");
}
