import { type Address, formatAddress } from "../base/address.ts";
import { listAdapters, selectAdapters } from "../discovery/adapters.ts";
import { type Check, type Diagnosis, diagnose } from "../discovery/diagnosis.ts";
import type { Findings } from "../discovery/findings.ts";
import { type DiscoveryPacket, decodePacket } from "../discovery/packet.ts";
import { PacketListener } from "../discovery/packet-listener.ts";
import type { DoctorCommand } from "./args.ts";
import { exitCodes } from "./exit-code.ts";
import { gatherFindings } from "./findings.ts";
import { LineOutput } from "./line-output.ts";
import { type Network, systemNetwork } from "./network.ts";

/** Says why no server is found, or prints what is heard; gives the exit code. */
export async function doctor(command: DoctorCommand): Promise<number> {
  const network = systemNetwork(command);
  const output = new LineOutput(process.stdout, () => process.exit(exitCodes.refused));
  const { listenMs } = command;
  if (listenMs !== undefined) return listen(network, output, { ...command, listenMs });
  const findings = await gatherFindings(network, command.server);
  const diagnosis = diagnose(findings);
  if (command.isJson) output.writeLine(describeJson(diagnosis, findings));
  else for (const line of describe(diagnosis)) output.writeLine(line);
  await output.flushed();
  return exitCodeOf(diagnosis);
}

function exitCodeOf({ outcome }: Diagnosis): number {
  switch (outcome) {
    case "well":
      return exitCodes.ok;
    case "impaired":
      return exitCodes.impaired;
    case "not-found":
      return exitCodes.noServer;
  }
}

const levelText = { ok: "ok", note: "note", failure: "FAIL" } as const;

/** The last line is the sentence that names the cause. */
function describe({ cause, checks }: Diagnosis): readonly string[] {
  return [
    ...checks.flatMap(checkLines),
    "",
    ...(cause.fix === undefined ? [] : [`to do      ${cause.fix}`]),
    cause.sentence,
  ];
}

function checkLines({ level, subject, text, fix }: Check): readonly string[] {
  const line = `${subject.padEnd(9)}  ${levelText[level].padEnd(4)}  ${text}`;
  return fix === undefined ? [line] : [line, `${"".padEnd(17)}${fix}`];
}

function describeJson({ cause, outcome, checks }: Diagnosis, findings: Findings): string {
  const { code, sentence, fix } = cause;
  return JSON.stringify({
    type: "diagnosis",
    cause: code,
    sentence,
    fix,
    outcome,
    checks,
    findings,
  });
}

interface Listening {
  readonly listenMs: number;
  readonly isJson: boolean;
}

async function listen(
  network: Network,
  output: LineOutput,
  { listenMs, isJson }: Listening,
): Promise<number> {
  const startedAt = network.clock.now();
  let count = 0;
  const listener = await PacketListener.open({
    discoveryPort: network.discoveryPort,
    adapters: selectAdapters(listAdapters(), network.interfaces),
    onDatagram: (datagram, from) => {
      count += 1;
      const ms = Math.round(network.clock.now() - startedAt);
      const packet = decodePacket(datagram);
      output.writeLine(
        isJson
          ? JSON.stringify({ type: "packet", ms, from: formatAddress(from), packet })
          : describePacket(ms, from, packet),
      );
    },
  });
  if (!listener.isHearing) {
    process.stderr.write(
      `earshot: UDP port ${network.discoveryPort} is held by another program, so nothing is heard\n`,
    );
    return exitCodes.refused;
  }
  await new Promise<void>((resolve) => {
    network.clock.setTimer(startedAt + listenMs, resolve);
  });
  await listener.close();
  await output.flushed();
  return count === 0 ? exitCodes.noServer : exitCodes.ok;
}

function describePacket(ms: number, from: Address, packet: DiscoveryPacket | undefined): string {
  const head = `${String(ms).padStart(7)} ms  ${formatAddress(from).padEnd(21)}`;
  if (packet === undefined) return `${head}  not a packet of earshot's discovery`;
  if (!("announcement" in packet)) return `${head}  ${packet.type} ${packet.nonce}`;
  const { name, port, id, versionMin, versionMax, members, rooms } = packet.announcement;
  const facts = `port ${port}, versions ${versionMin} to ${versionMax}, ${members} members, ${rooms} rooms`;
  return `${head}  ${packet.type} of ${name} (${id.slice(0, 8)}): ${facts}`;
}
