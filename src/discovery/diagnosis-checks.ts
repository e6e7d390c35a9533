import { formatAddress } from "../base/address.ts";
import { kindText } from "./adapter-kind.ts";
import type { Check } from "./diagnosis.ts";
import type {
  AdapterFinding,
  Findings,
  FirewallFinding,
  LinkFinding,
  PortFinding,
  SendFinding,
  ServerFinding,
} from "./findings.ts";
import { firewallCommand } from "./firewall-fix.ts";
import { sendErrorText } from "./send-error.ts";

/** Lines of one subject; more are counted. A machine with 128 adapters has 300 ways to send. */
export const checksPerSubjectMax = 24;

/** Says of everything that was looked at what it is, and whether it is as it should be. */
export function describeChecks(findings: Findings): readonly Check[] {
  return [
    ...surroundingsChecks(findings),
    ...limited(findings.adapters.map(adapterCheck)),
    ...findings.ports.map(portCheck),
    ...limited(findings.sends.map(sendCheck)),
    ...findings.firewalls.map((firewall) => firewallCheck(firewall, findings)),
    ...limited(findings.links.map(linkCheck)),
    ...limited(findings.servers.map((server) => serverCheck(server, findings))),
    ...findings.unseen.map((what): Check => ({ level: "note", subject: "not seen", text: what })),
  ];
}

function limited(checks: readonly Check[]): readonly Check[] {
  const [first] = checks;
  const rest = checks.length - checksPerSubjectMax;
  if (first === undefined || rest <= 0) return checks;
  const { subject } = first;
  return [
    ...checks.slice(0, checksPerSubjectMax),
    { level: "note", subject, text: `and ${rest} more` },
  ];
}

function surroundingsChecks({ surroundings }: Findings): readonly Check[] {
  const { container, wsl } = surroundings;
  const subject = "system";
  const checks: Check[] = [];
  if (container !== undefined) {
    checks.push({ level: "note", subject, text: `in a container of ${container}` });
  }
  if (wsl !== undefined) {
    const network = wsl === "nat" ? "a network of its own" : "the network of Windows";
    checks.push({ level: "note", subject, text: `in WSL, with ${network}` });
  }
  return checks;
}

function adapterCheck(adapter: AdapterFinding): Check {
  const { name, kind, addresses, isUp, hasCarrier, isUsed } = adapter;
  const state = [
    kindText[kind],
    ...(isUp ? [] : ["switched off"]),
    ...(isUp && hasCarrier === false ? ["no cable or access point"] : []),
    ...(addresses.length === 0 ? ["no address"] : addresses),
    ...(isUsed ? [] : ["not used"]),
  ];
  const level = isUsed ? "ok" : "note";
  return { level, subject: "adapter", text: `${name}: ${state.join(", ")}` };
}

function portCheck({ port, use, state, holder }: PortFinding): Check {
  const subject = "port";
  const place = `UDP ${port} (${use})`;
  const who = holder ?? "another program";
  if (state === "free") return { level: "ok", subject, text: `${place} is free` };
  if (state === "shared") {
    return { level: "ok", subject, text: `${place} is shared with ${who}, as it should be` };
  }
  if (use === "conversations") {
    const text = `${place} is taken by ${who}; a server here takes another one`;
    return { level: "note", subject, text };
  }
  return { level: "failure", subject, text: `${place} is held by ${who}` };
}

function sendCheck({ adapter, address, mechanism, target, error, isHeard }: SendFinding): Check {
  const subject = "send";
  const way = `${mechanism} on ${adapter} (${address} to ${target})`;
  // An address of IPv6 is not ready in its first second; nothing is wrong with it.
  if (error === "EADDRNOTAVAIL")
    return { level: "note", subject, text: `${way}: ${sendErrorText(error)}` };
  if (error !== undefined)
    return { level: "failure", subject, text: `${way}: ${sendErrorText(error)}` };
  if (isHeard === undefined) return { level: "ok", subject, text: `${way}: sent` };
  return isHeard
    ? { level: "ok", subject, text: `${way}: sent, and heard here` }
    : { level: "failure", subject, text: `${way}: sent, but not heard here` };
}

function firewallCheck(firewall: FirewallFinding, { ports }: Findings): Check {
  const { name, state, detail } = firewall;
  const about = detail === undefined ? "" : `: ${detail}`;
  const subject = "firewall";
  switch (state) {
    case "off":
      return { level: "ok", subject, text: `${name} is off` };
    case "passes":
      return { level: "ok", subject, text: `${name} lets earshot through${about}` };
    case "unknown":
      return { level: "note", subject, text: `${name} is on${about}` };
    case "blocks": {
      const numbers = ports.map(({ port }) => port);
      const fix = firewallCommand(firewall, numbers, "in");
      return { level: "failure", subject, text: `${name} is in the way${about}`, fix };
    }
  }
}

function linkCheck({ adapter, hasRouter, neighbourCount }: LinkFinding): Check {
  const router = hasRouter === undefined ? "" : `, router ${hasRouter ? "there" : "not there"}`;
  const hosts = `${neighbourCount} other ${neighbourCount === 1 ? "host" : "hosts"}`;
  const level = neighbourCount === 0 ? "note" : "ok";
  return { level, subject: "link", text: `${adapter}: ${hosts}${router}` };
}

function serverCheck(server: ServerFinding, { version }: Findings): Check {
  const { name, host, port, via, answers, data, versionMin, versionMax } = server;
  const subject = "server";
  const place = `${name} (${formatAddress({ host, port })}, ${via ?? "in another subnet"})`;
  if (version < versionMin || versionMax < version) {
    const text = `${place} speaks versions ${versionMin} to ${versionMax}, we ${version}`;
    return { level: "failure", subject, text };
  }
  const how = answers.length === 0 ? "heard only" : `answers to ${answers.join(", ")}`;
  const state = `${how}; its port ${data === "answered" ? "answers" : `is ${data}`}`;
  return { level: data === "answered" ? "ok" : "failure", subject, text: `${place} ${state}` };
}
