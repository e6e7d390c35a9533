import { describe, expect, test } from "vitest";
import { firewallCommand } from "../../src/discovery/firewall-fix.ts";

const ports = [28_197, 28_198];

describe("the command that opens the ports", () => {
  test.each([
    ["ufw", "in", "sudo ufw allow in proto udp to any port 28197,28198"],
    ["ufw", "out", "sudo ufw allow out proto udp to any port 28197,28198"],
    [
      "firewalld",
      "in",
      "sudo firewall-cmd --permanent --add-port=28197/udp --add-port=28198/udp && sudo firewall-cmd --reload",
    ],
    [
      "nftables",
      "in",
      "sudo nft insert rule inet filter input udp dport '{ 28197, 28198 }' accept",
    ],
    [
      "nftables",
      "out",
      "sudo nft insert rule inet filter output udp dport '{ 28197, 28198 }' accept",
    ],
    ["iptables", "in", "sudo iptables -I INPUT -p udp -m multiport --dports 28197,28198 -j ACCEPT"],
    [
      "windows",
      "in",
      "New-NetFirewallRule -DisplayName earshot -Direction Inbound -LocalPort 28197,28198 -Protocol UDP -Action Allow -Profile Any",
    ],
  ] as const)("in %s, %s", (name, direction, command) => {
    expect(firewallCommand({ name }, ports, direction)).toBe(command);
  });
});
