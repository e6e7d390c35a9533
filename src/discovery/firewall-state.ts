import type { FirewallFinding } from "./findings.ts";
import { parseJson } from "./linux-network.ts";

/** Chains and rules that are looked at; a router may have thousands, and this is a hint. */
export const nftObjectsMax = 5_000;

/**
 * What the rules of nftables (`nft -j list ruleset`) do with datagrams to these ports; `undefined`
 * when the text is something else. A chain that drops by default, or whose last rule drops
 * everything, is in the way unless a rule accepts one of the ports or everything of UDP.
 */
export function judgeNftables(text: string, ports: readonly number[]): FirewallFinding | undefined {
  const value = parseJson(text);
  const objects = isFields(value) ? value["nftables"] : undefined;
  if (!Array.isArray(objects)) return undefined;
  const listed = objects.filter(isFields).slice(0, nftObjectsMax);
  const chains = listed.map((object) => object["chain"]).filter(isFields);
  const rules = listed.map((object) => object["rule"]).filter(isFields);
  if (chains.length === 0) return { name: "nftables", state: "off" };
  for (const chain of chains) {
    const hook = chain["hook"];
    if (hook !== "input" && hook !== "output") continue;
    const own = rules.filter((rule) => isOf(rule, chain));
    const isStrict = chain["policy"] === "drop" || own.some(isDroppingAll);
    if (!isStrict || own.some((rule) => isAccepting(rule, ports))) continue;
    const detail = `drops what ${hook === "input" ? "comes in" : "goes out"} unless a rule lets it through`;
    const place = [chain["family"], chain["table"], chain["name"]].join(" ");
    return { name: "nftables", state: "blocks", detail, chain: place };
  }
  return { name: "nftables", state: "passes" };
}

/** The same of `iptables -S`. */
export function judgeIptables(text: string, ports: readonly number[]): FirewallFinding | undefined {
  const lines = text.split("\n").map((line) => line.trim());
  if (!lines.some((line) => line.startsWith("-P INPUT"))) return undefined;
  for (const chain of ["INPUT", "OUTPUT"]) {
    const own = lines.filter((line) => line.startsWith(`-A ${chain} `));
    const isStrict =
      lines.includes(`-P ${chain} DROP`) ||
      own.some((line) => /^-A \S+ -j (DROP|REJECT)/.test(line));
    const isAccepted = own.some((line) => {
      if (!line.endsWith("-j ACCEPT")) return false;
      const numbers = (/--dports? (\S+)/.exec(line)?.[1] ?? "").split(/[,:]/).map(Number);
      const isOpen = line === `-A ${chain} -j ACCEPT` || line === `-A ${chain} -p udp -j ACCEPT`;
      return isOpen || ports.some((port) => numbers.includes(port));
    });
    if (!isStrict || isAccepted) continue;
    return { name: "iptables", state: "blocks", detail: `${chain} drops by default` };
  }
  const isEmpty = !lines.some((line) => line.startsWith("-A "));
  return { name: "iptables", state: isEmpty ? "off" : "passes" };
}

/** What `ufw status` says, which only root may ask. */
export function judgeUfw(text: string, ports: readonly number[]): FirewallFinding | undefined {
  if (/^Status: inactive/m.test(text)) return { name: "ufw", state: "off" };
  if (!/^Status: active/m.test(text)) return undefined;
  const isOpen = ports.every((port) => new RegExp(`^.*\\b${port}\\b.*\\bALLOW\\b`, "m").test(text));
  return isOpen
    ? { name: "ufw", state: "passes" }
    : { name: "ufw", state: "blocks", detail: "drops what comes in unless a rule allows it" };
}

/** What `firewall-cmd --list-ports` says of the zone in use. */
export function judgeFirewalld(text: string, ports: readonly number[]): FirewallFinding {
  const open = text.trim().split(/\s+/);
  const isOpen = ports.every((port) => open.some((entry) => isInRange(entry, port)));
  return isOpen
    ? { name: "firewalld", state: "passes" }
    : { name: "firewalld", state: "blocks", detail: "its zone does not let these ports in" };
}

/** What `Get-NetConnectionProfile` and `Get-NetFirewallProfile` say, as JSON. */
export function judgeWindows(text: string): FirewallFinding | undefined {
  const value = parseJson(text);
  if (!isFields(value)) return undefined;
  const categories = [value["categories"]].flat().map(String);
  const isOn = [value["enabled"]].flat().some((enabled) => enabled === true || enabled === 1);
  if (!isOn) return { name: "windows", state: "off" };
  const isPublic = categories.some((category) => category === "Public" || category === "0");
  const detail = isPublic
    ? "this network is set to Public, where a server here is not found"
    : "a server here needs a rule, a client does not";
  return { name: "windows", state: "unknown", detail };
}

/** What macOS's `socketfilterfw --getglobalstate --getblockall` says. */
export function judgeMacos(text: string): FirewallFinding | undefined {
  if (/disabled.*\(State = 0\)|is disabled/i.test(text)) return { name: "macos", state: "off" };
  if (/block all.*enabled|set to block all/i.test(text)) {
    return { name: "macos", state: "blocks", detail: "all incoming connections are blocked" };
  }
  if (!/enabled/i.test(text)) return undefined;
  return {
    name: "macos",
    state: "unknown",
    detail: "Node.js has to be among the allowed programs",
  };
}

interface Fields {
  readonly [name: string]: unknown;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function isOf(rule: Fields, chain: Fields): boolean {
  return (
    rule["family"] === chain["family"] &&
    rule["table"] === chain["table"] &&
    rule["chain"] === chain["name"]
  );
}

function statements(rule: Fields): readonly Fields[] {
  return Array.isArray(rule["expr"]) ? rule["expr"].filter(isFields) : [];
}

function isMatching(statement: Fields): boolean {
  return "match" in statement || "xt" in statement || "vmap" in statement;
}

function isDroppingAll(rule: Fields): boolean {
  const own = statements(rule);
  return !own.some(isMatching) && own.some((one) => "drop" in one || "reject" in one);
}

function isAccepting(rule: Fields, ports: readonly number[]): boolean {
  const own = statements(rule);
  if (!own.some((one) => "accept" in one)) return false;
  const matches = own.filter(isMatching);
  // Its text names the port, alone, in a set or in a range; what else it asks for is not looked at.
  return matches.length === 0 || ports.some((port) => isNamed(matches, port));
}

function isNamed(value: unknown, port: number): boolean {
  if (value === port) return true;
  if (Array.isArray(value)) return value.some((part) => isNamed(part, port));
  if (!isFields(value)) return false;
  const { range } = value;
  if (Array.isArray(range)) return Number(range[0]) <= port && port <= Number(range[1]);
  return Object.values(value).some((part) => isNamed(part, port));
}

function isInRange(entry: string, port: number): boolean {
  const [, first, last = first] = /^(\d+)(?:-(\d+))?\/udp$/.exec(entry) ?? [];
  return first !== undefined && Number(first) <= port && port <= Number(last);
}
