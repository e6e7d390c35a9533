import { formatAddress } from "../base/address.ts";
import { describeChecks } from "./diagnosis-checks.ts";
import type { Findings, ServerFinding } from "./findings.ts";
import { firewallFix } from "./firewall-fix.ts";
import { sendErrorText } from "./send-error.ts";
import { targetRules } from "./target-rules.ts";

/** What is the matter; a code never changes its meaning. */
export type CauseCode =
  | "well"
  | "no-adapter"
  | "no-address"
  | "local-network-permission"
  | "send-blocked"
  | "send-failed"
  | "own-firewall"
  | "container"
  | "version-mismatch"
  | "server-firewall"
  | "client-isolation"
  | "group-traffic-filtered"
  | "other-subnet"
  | "port-held"
  | "no-server"
  | "target-unknown"
  | "target-unreachable"
  | "target-refused"
  | "target-silent"
  | "target-other-key";

/** One cause, in one sentence. */
export interface Cause {
  readonly code: CauseCode;
  /** Ends with a full stop; for people. */
  readonly sentence: string;
  /** What to type or to do about it. */
  readonly fix?: string;
}

/** One thing that was looked at. */
export interface Check {
  readonly level: "ok" | "note" | "failure";
  readonly subject: string;
  readonly text: string;
  readonly fix?: string;
}

/** What the findings mean. */
export interface Diagnosis {
  readonly cause: Cause;
  /** Whether a server was found, and whether nothing is in its way. */
  readonly outcome: "well" | "impaired" | "not-found";
  readonly checks: readonly Check[];
}

/** One rule: the cause, if it is the one. */
export type Rule = (findings: Findings) => Cause | undefined;

/**
 * Every cause that is known, the more certain before the less: the first that applies is the one. What
 * rests on less than an error of the system says so with "seems".
 */
const rules: readonly Rule[] = [
  ...targetRules,
  noAdapter,
  noAddress,
  localNetworkPermission,
  sendBlocked,
  sendFailed,
  groupTrafficFiltered,
  heardHereOnly,
  well,
  versionMismatch,
  serverUnreachable,
  ownFirewall,
  otherSubnet,
  portHeld,
  container,
  clientIsolation,
];

/** Names the cause, and says of everything that was looked at whether it is as it should be. */
export function diagnose(findings: Findings): Diagnosis {
  let cause: Cause | undefined;
  for (const rule of rules) cause ??= rule(findings);
  cause ??= noServer(findings);
  return { cause, outcome: outcomeOf(findings, cause), checks: describeChecks(findings) };
}

function outcomeOf(findings: Findings, { code }: Cause): Diagnosis["outcome"] {
  if (code === "well") return "well";
  const isFound =
    findings.target === undefined
      ? findings.servers.some((server) => isUsable(findings, server))
      : findings.target.data === "answered" && code !== "target-other-key";
  return isFound && code !== "version-mismatch" ? "impaired" : "not-found";
}

/** Whether a client can join it: it answers, and speaks our version. */
export function isUsable({ version }: Findings, server: ServerFinding): boolean {
  const isFit = server.versionMin <= version && version <= server.versionMax;
  return isFit && server.data === "answered";
}

function usedLinks({ adapters }: Findings) {
  return adapters.filter(({ isUsed, kind }) => isUsed && kind !== "loopback");
}

function noAdapter(findings: Findings): Cause | undefined {
  const { adapters, isLoopbackOnly } = findings;
  const links = adapters.filter(({ kind }) => kind !== "loopback");
  if (isLoopbackOnly || links.some(({ isUp, hasCarrier }) => isUp && hasCarrier !== false)) {
    return undefined;
  }
  const states = links.map(({ name, isUp }) =>
    isUp ? `${name} has no cable or access point` : `${name} is switched off`,
  );
  const state = states.length === 0 ? "this computer has none" : states.join(", ");
  const sentence = `No network adapter is up: ${state}.`;
  return { code: "no-adapter", sentence, fix: "plug in the cable, or switch the adapter on" };
}

function noAddress(findings: Findings): Cause | undefined {
  if (findings.isLoopbackOnly || 0 < usedLinks(findings).length) return undefined;
  const up = findings.adapters.filter(({ isUp, kind }) => isUp && kind !== "loopback");
  const names = up.map(({ name }) => name).join(", ");
  const isExcluded = up.some(({ addresses }) => 0 < addresses.length);
  const sentence = isExcluded
    ? `No adapter that was chosen leads to anybody; ${names} could be used.`
    : `The adapter ${names} is up but has no address: no DHCP server has answered.`;
  const fix = isExcluded ? "leave out --interface" : "renew the lease, or set an address by hand";
  return { code: "no-address", sentence, fix };
}

/** macOS 15 asks once whether a program may talk to the local network, and then fails like this. */
function localNetworkPermission({ sends, surroundings }: Findings): Cause | undefined {
  const isAsking = surroundings.platform === "darwin" && 24 <= surroundings.release;
  if (!isAsking || !sends.some(({ error }) => error === "EHOSTUNREACH")) return undefined;
  return {
    code: "local-network-permission",
    sentence: "macOS does not let this terminal talk to the local network.",
    fix: "System Settings > Privacy & Security > Local Network: switch on your terminal, then restart it",
  };
}

function sendBlocked(findings: Findings): Cause | undefined {
  const blocked = findings.sends.filter(({ error }) => error === "EPERM" || error === "EACCES");
  const [first] = blocked;
  if (first === undefined || isAnyServerUsable(findings)) return undefined;
  const sentence = `A firewall on this computer forbids earshot to send on ${first.adapter} (${first.error}).`;
  return { code: "send-blocked", sentence, ...firewallFix(findings, "out") };
}

/** Only when nothing can be sent at all: with one adapter in order, another's errors are no cause. */
function sendFailed(findings: Findings): Cause | undefined {
  const sends = findings.sends.filter(({ mechanism }) => mechanism !== "loopback");
  const [first] = sends;
  if (first?.error === undefined || sends.some(({ error }) => error === undefined)) {
    return undefined;
  }
  const sentence = `Nothing can be sent on ${first.adapter}: ${sendErrorText(first.error)}.`;
  return { code: "send-failed", sentence };
}

/** A server answers, but only to a question that was sent to its address. */
function groupTrafficFiltered(findings: Findings): Cause | undefined {
  const found = findings.servers.filter((server) => isUsable(findings, server));
  const isGroup = (mechanism: string) => mechanism !== "unicast";
  if (found.length === 0 || found.some(({ answers }) => answers.some(isGroup))) return undefined;
  if (isDeaf(findings)) return ownFirewall(findings);
  const [first] = found;
  if (first?.via === undefined) return undefined;
  return {
    code: "group-traffic-filtered",
    sentence: `${first.name} answers when its address is asked, but not to broadcast or multicast: the access point or switch of ${first.via} drops these.`,
    fix: "switch off broadcast and multicast filtering there; until then each search takes a second longer",
  };
}

/** A server of this machine is found, but nobody else would find it. */
function heardHereOnly(findings: Findings): Cause | undefined {
  const found = findings.servers.filter((server) => isUsable(findings, server));
  const isHere = ({ host }: ServerFinding) =>
    findings.adapters.some(({ addresses }) => addresses.some((own) => own.split("/")[0] === host));
  return 0 < found.length && found.every(isHere) ? ownFirewall(findings) : undefined;
}

function well(findings: Findings): Cause | undefined {
  const found = findings.servers.filter((server) => isUsable(findings, server));
  if (found.length === 0) return undefined;
  // On each path it is found again.
  const firsts = found.filter(({ id }, at) => found.findIndex((other) => other.id === id) === at);
  const names = firsts.map(({ name, host, port }) => `${name} (${formatAddress({ host, port })})`);
  return { code: "well", sentence: `All is well: ${names.join(", ")} can be joined.` };
}

function versionMismatch({ servers, version }: Findings): Cause | undefined {
  const other = servers.find(
    ({ versionMin, versionMax }) => version < versionMin || versionMax < version,
  );
  if (other === undefined) return undefined;
  const isNewer = version < other.versionMin;
  return {
    code: "version-mismatch",
    sentence: `${other.name} (${other.host}) speaks version ${isNewer ? other.versionMin : other.versionMax} of the protocol, this earshot version ${version}: ${isNewer ? "this one" : "the server"} is too old.`,
    fix: isNewer ? "update earshot on this computer" : "update earshot on the server's computer",
  };
}

/** Its beacons come, but nothing answers where it says to be. */
function serverUnreachable(findings: Findings): Cause | undefined {
  const heard = findings.servers.find(({ via, data }) => via !== undefined && data !== "answered");
  if (heard === undefined) return undefined;
  const place = `${heard.name} (${heard.host})`;
  if (heard.data === "refused") {
    const sentence = `${place} is announced, but no server runs on its port ${heard.port}: it has just stopped, or somebody imitates it.`;
    return { code: "no-server", sentence };
  }
  if (heard.isNeighbour === false) {
    const sentence = `${place} is heard but cannot be reached: the access point or switch keeps its stations apart (client isolation).`;
    return { code: "client-isolation", sentence, fix: isolationFix };
  }
  return {
    code: "server-firewall",
    sentence: `${place} announces itself but answers nothing: a firewall on its computer drops UDP ports ${portsOf(findings).join(" and ")}.`,
    fix: "run earshot doctor there; it names the command",
  };
}

const isolationFix =
  "switch off client isolation (AP isolation, guest network) at the access point, or use another network";

/** Whether we cannot hear what we sent ourselves, though the system took it. */
function isDeaf({ sends }: Findings): boolean {
  const own = sends.filter(({ mechanism }) => mechanism !== "loopback");
  const tried = own.filter(({ error, isHeard }) => error === undefined && isHeard !== undefined);
  return 0 < tried.length && tried.every(({ isHeard }) => isHeard === false);
}

function ownFirewall(findings: Findings): Cause | undefined {
  if (findings.isLoopbackOnly || !isDeaf(findings)) return undefined;
  const named = findings.firewalls.find(({ state }) => state === "blocks");
  const who = named === undefined ? "" : ` (${named.name})`;
  const ports = portsOf(findings).join(" and ");
  return {
    code: "own-firewall",
    sentence: `A firewall on this computer${who} drops what comes in on UDP ports ${ports}: it does not even hear itself.`,
    ...firewallFix(findings, "in"),
  };
}

function container({ surroundings, isLoopbackOnly }: Findings): Cause | undefined {
  const { container: name, wsl } = surroundings;
  if (isLoopbackOnly) return undefined;
  if (wsl === "nat") {
    return {
      code: "container",
      sentence: "WSL has a network of its own behind Windows, where no broadcast arrives.",
      fix: "set networkingMode=mirrored under [wsl2] in .wslconfig, or run earshot in Windows itself",
    };
  }
  if (name === undefined) return undefined;
  return {
    code: "container",
    sentence: `This is a container of ${name}: unless it was started on the network of its host, no broadcast arrives from outside.`,
    fix: "start it with --network host, or join with --server HOST",
  };
}

/** Somebody is heard who is in none of our subnets: the same cable, other addresses. */
function otherSubnet({ servers, adapters }: Findings): Cause | undefined {
  const stranger = servers.find(({ via }) => via === undefined);
  if (stranger === undefined) return undefined;
  const own = adapters
    .filter(({ isUsed, kind }) => isUsed && kind !== "loopback")
    .flatMap(({ addresses }) => addresses);
  return {
    code: "other-subnet",
    sentence: `${stranger.name} (${stranger.host}) is on the same network but in another subnet than this computer (${own.join(", ")}).`,
    fix: "give both an address of one subnet, with the same netmask",
  };
}

function portHeld({ ports }: Findings): Cause | undefined {
  const held = ports.find(({ use, state }) => use === "discovery" && state === "held");
  if (held === undefined) return undefined;
  const who = held.holder ?? "another program";
  return {
    code: "port-held",
    sentence: `UDP port ${held.port} is held by ${who}: a server on this computer does not hear who asks for it, and no beacons are heard.`,
    fix: `stop ${who}, or give all of earshot another port with --discovery-port`,
  };
}

/** Each host of the subnet was asked, and only the router is there. */
function clientIsolation({ links }: Findings): Cause | undefined {
  const alone = links.find(({ hasRouter, neighbourCount }) => hasRouter && neighbourCount === 0);
  if (alone === undefined || links.some(({ neighbourCount }) => 0 < neighbourCount)) {
    return undefined;
  }
  return {
    code: "client-isolation",
    sentence: `Nobody but the router can be reached on ${alone.adapter}: the access point or switch seems to keep its stations apart (client isolation), or nobody else is there.`,
    fix: isolationFix,
  };
}

function noServer({ links, isLoopbackOnly }: Findings): Cause {
  if (isLoopbackOnly) {
    return {
      code: "no-server",
      sentence: "Only this computer was asked, and no server runs on it.",
      fix: "leave out --interface lo to ask the network",
    };
  }
  const count = links.reduce((sum, { neighbourCount }) => sum + neighbourCount, 0);
  const asked = count === 0 ? "" : `; ${count} other hosts are there`;
  return {
    code: "no-server",
    sentence: `Nothing is wrong on this computer, but no server answers in this network${asked}.`,
    fix: "start one with earshot serve, or join one elsewhere with --server HOST or its link",
  };
}

function isAnyServerUsable(findings: Findings): boolean {
  return findings.servers.some((server) => isUsable(findings, server));
}

function portsOf({ ports }: Findings): readonly number[] {
  return ports.map(({ port }) => port);
}
