import type { Findings, FirewallFinding } from "./findings.ts";

/** Which way the datagrams go that are to pass. */
export type Direction = "in" | "out";

/** The command that opens these UDP ports in a firewall. */
export function firewallCommand(
  { name, chain }: Pick<FirewallFinding, "name" | "chain">,
  ports: readonly number[],
  direction: Direction,
): string {
  const isIn = direction === "in";
  switch (name) {
    case "nftables": {
      const place = chain ?? `inet filter ${isIn ? "input" : "output"}`;
      return `sudo nft insert rule ${place} udp dport '{ ${ports.join(", ")} }' accept`;
    }
    case "iptables": {
      const place = isIn ? "INPUT" : "OUTPUT";
      return `sudo iptables -I ${place} -p udp -m multiport --dports ${ports.join(",")} -j ACCEPT`;
    }
    case "firewalld": {
      const options = ports.map((port) => `--add-port=${port}/udp`).join(" ");
      return `sudo firewall-cmd --permanent ${options} && sudo firewall-cmd --reload`;
    }
    case "ufw":
      return `sudo ufw allow ${isIn ? "in" : "out"} proto udp to any port ${ports.join(",")}`;
    case "windows": {
      const side = isIn ? "-Direction Inbound -LocalPort" : "-Direction Outbound -RemotePort";
      return `New-NetFirewallRule -DisplayName earshot ${side} ${ports.join(",")} -Protocol UDP -Action Allow -Profile Any`;
    }
    case "macos":
      return `sudo ${macosFirewall} --setblockall off && sudo ${macosFirewall} --add "$(which node)"`;
  }
}

const macosFirewall = "/usr/libexec/ApplicationFirewall/socketfilterfw";

/** Firewalls that are made of another one's rules come first: theirs is the command that lasts. */
const order: readonly FirewallFinding["name"][] = [
  "ufw",
  "firewalld",
  "windows",
  "macos",
  "nftables",
  "iptables",
];

/** What to type so that earshot gets through the firewall of this machine, where one is known. */
export function firewallFix(
  { firewalls, ports, surroundings }: Findings,
  direction: Direction,
): { readonly fix?: string } {
  const active = order.flatMap((name) =>
    firewalls.filter((firewall) => firewall.name === name && firewall.state !== "off"),
  );
  const guilty = active.find(({ state }) => state === "blocks") ?? active[0];
  const firewall = guilty ?? builtIn(surroundings.platform);
  if (firewall === undefined) return {};
  const numbers = ports.map(({ port }) => port);
  return { fix: firewallCommand(firewall, numbers, direction) };
}

/** Windows and macOS come with one. */
function builtIn(platform: string): Pick<FirewallFinding, "name"> | undefined {
  if (platform === "win32") return { name: "windows" };
  return platform === "darwin" ? { name: "macos" } : undefined;
}
