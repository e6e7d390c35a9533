import { readdir, readFile, readlink } from "node:fs/promises";
import { networkInterfaces, release } from "node:os";
import { sanitizeLine } from "../base/text.ts";
import { adapterKind } from "../discovery/adapter-kind.ts";
import type {
  AdapterFinding,
  FirewallFinding,
  PortFinding,
  Surroundings,
} from "../discovery/findings.ts";
import {
  judgeFirewalld,
  judgeIptables,
  judgeMacos,
  judgeNftables,
  judgeUfw,
  judgeWindows,
} from "../discovery/firewall-state.ts";
import {
  type Neighbour,
  parseArpCommand,
  parseArpTable,
  parseIpAddresses,
  parseRoutes,
  parseUdpInodes,
  type Router,
} from "../discovery/linux-network.ts";
import { commandOutput } from "./command-output.ts";

/** Processes that are looked at for who holds a port; a desktop has a few hundred. */
const processesMax = 4_096;

/** Where this program runs. */
export async function readSurroundings(): Promise<Surroundings> {
  const [version, dockerFile, podmanFile, cgroup] = await Promise.all([
    readText("/proc/version"),
    readText("/.dockerenv"),
    readText("/run/.containerenv"),
    readText("/proc/1/cgroup"),
  ]);
  const container = containerOf(cgroup ?? "", dockerFile, podmanFile);
  const isWsl = /microsoft/i.test(version ?? "");
  const mode = isWsl ? await commandOutput("wslinfo", ["--networking-mode"]) : undefined;
  const wsl = mode?.trim() === "mirrored" ? "mirrored" : "nat";
  return {
    platform: process.platform,
    release: Number.parseInt(release(), 10),
    ...(container && { container }),
    ...(isWsl && { wsl }),
    isAdministrator: process.geteuid?.() === 0,
  };
}

/** Every adapter, also those that are down where the system tells; `isUsed` is asked of each. */
export async function readAdapters(
  isUsed: (name: string) => boolean,
): Promise<readonly AdapterFinding[]> {
  const text = await commandOutput("ip", ["-json", "-details", "address"]);
  const listed = (text === undefined ? undefined : parseIpAddresses(text)) ?? upAdapters();
  return listed.map((adapter) => ({ ...adapter, isUsed: isUsed(adapter.name) }));
}

/** Who else is on our links. */
export async function readNeighbours(): Promise<readonly Neighbour[]> {
  const table = await readText("/proc/net/arp");
  if (table !== undefined) return parseArpTable(table);
  return parseArpCommand((await commandOutput("arp", ["-a"])) ?? "");
}

/** The default routers; `undefined` where the system does not tell in a way that is read here. */
export async function readRouters(): Promise<readonly Router[] | undefined> {
  const table = await readText("/proc/net/route");
  return table === undefined ? undefined : parseRoutes(table);
}

/** Program and process of whoever has this UDP port, as far as we may see. */
export async function readHolder(port: number): Promise<Pick<PortFinding, "holder">> {
  if (process.platform === "linux") return holderOnLinux(port);
  if (process.platform === "win32") {
    const script = `(Get-Process -Id (Get-NetUDPEndpoint -LocalPort ${port}).OwningProcess | Select-Object -First 1 | ForEach-Object { $_.Name + ' (' + $_.Id + ')' })`;
    return named(await commandOutput("powershell", ["-NoProfile", "-Command", script]));
  }
  const text = await commandOutput("lsof", ["-nP", `-iUDP:${port}`, "-Fcp"]);
  const [, id] = /^p(\d+)$/m.exec(text ?? "") ?? [];
  const [, name] = /^c(.+)$/m.exec(text ?? "") ?? [];
  return named(id === undefined ? undefined : `${name ?? "process"} (${id})`);
}

/** The firewalls of this machine that are there. */
export async function readFirewalls(ports: readonly number[]): Promise<readonly FirewallFinding[]> {
  const found = await Promise.all(firewallsOf(process.platform, ports));
  return found.filter((firewall) => firewall !== undefined);
}

function firewallsOf(
  platform: NodeJS.Platform,
  ports: readonly number[],
): readonly Promise<FirewallFinding | undefined>[] {
  switch (platform) {
    case "linux":
      return [readUfw(ports), readFirewalld(ports), readNftables(ports), readIptables(ports)];
    case "win32":
      return [readWindowsFirewall()];
    case "darwin":
      return [readMacosFirewall()];
    default:
      return [];
  }
}

async function readUfw(ports: readonly number[]): Promise<FirewallFinding | undefined> {
  const status = await commandOutput("ufw", ["status"]);
  if (status !== undefined) return judgeUfw(status, ports);
  // Everybody may read whether it is on.
  const settings = (await readText("/etc/ufw/ufw.conf")) ?? "";
  return /^ENABLED=yes/m.test(settings) ? { name: "ufw", state: "unknown" } : undefined;
}

async function readFirewalld(ports: readonly number[]): Promise<FirewallFinding | undefined> {
  const state = await commandOutput("firewall-cmd", ["--state"]);
  if (state?.trim() !== "running") return undefined;
  const open = await commandOutput("firewall-cmd", ["--list-ports"]);
  return open === undefined ? { name: "firewalld", state: "unknown" } : judgeFirewalld(open, ports);
}

async function readNftables(ports: readonly number[]): Promise<FirewallFinding | undefined> {
  const rules = await commandOutput("nft", ["-j", "list", "ruleset"]);
  return rules === undefined ? undefined : judgeNftables(rules, ports);
}

async function readIptables(ports: readonly number[]): Promise<FirewallFinding | undefined> {
  const rules = await commandOutput("iptables", ["-S"]);
  return rules === undefined ? undefined : judgeIptables(rules, ports);
}

async function readWindowsFirewall(): Promise<FirewallFinding | undefined> {
  const script =
    "@{ categories = @(Get-NetConnectionProfile | ForEach-Object { $_.NetworkCategory.ToString() }); enabled = @(Get-NetFirewallProfile | ForEach-Object { [bool]$_.Enabled }) } | ConvertTo-Json";
  const text = await commandOutput("powershell", ["-NoProfile", "-Command", script]);
  return text === undefined ? undefined : judgeWindows(text);
}

async function readMacosFirewall(): Promise<FirewallFinding | undefined> {
  const program = "/usr/libexec/ApplicationFirewall/socketfilterfw";
  const text = await commandOutput(program, ["--getglobalstate", "--getblockall"]);
  return text === undefined ? undefined : judgeMacos(text);
}

function containerOf(
  cgroup: string,
  dockerFile: string | undefined,
  podmanFile: string | undefined,
): Surroundings["container"] {
  if (process.env["KUBERNETES_SERVICE_HOST"] !== undefined) return "Kubernetes";
  if (podmanFile !== undefined) return "Podman";
  if (dockerFile !== undefined || /docker/.test(cgroup)) return "Docker";
  return /\blxc\b/.test(cgroup) ? "LXC" : undefined;
}

/** What Node knows of every system: adapters that are up and have an address. */
function upAdapters(): readonly Omit<AdapterFinding, "isUsed">[] {
  return Object.entries(networkInterfaces()).map(([name, infos = []]) => ({
    name,
    kind: adapterKind(name),
    addresses: infos.map(({ cidr, address }) => cidr ?? address),
    isUp: true,
    hasCarrier: undefined,
  }));
}

async function holderOnLinux(port: number): Promise<Pick<PortFinding, "holder">> {
  const tables = await Promise.all([readText("/proc/net/udp"), readText("/proc/net/udp6")]);
  const inodes = tables.flatMap((text) => parseUdpInodes(text ?? "", port));
  const wanted = new Set(inodes.map((inode) => `socket:[${inode}]`));
  if (wanted.size === 0) return {};
  const processes = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const id of processes.slice(0, processesMax)) {
    if (id === String(process.pid)) continue;
    const descriptors = await readdir(`/proc/${id}/fd`).catch(() => []);
    for (const descriptor of descriptors) {
      const target = await readlink(`/proc/${id}/fd/${descriptor}`).catch(() => "");
      if (!wanted.has(target)) continue;
      const name = (await readText(`/proc/${id}/comm`))?.trim() ?? "process";
      return named(`${name} (${id})`);
    }
  }
  return {};
}

function named(text: string | undefined): Pick<PortFinding, "holder"> {
  const holder = sanitizeLine(text ?? "").trim();
  return holder === "" ? {} : { holder };
}

function readText(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}
