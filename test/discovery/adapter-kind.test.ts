import { describe, expect, test } from "vitest";
import { adapterKind, bestFirst } from "../../src/discovery/adapter-kind.ts";

describe("the kind of an adapter", () => {
  test.each([
    ["lo", "loopback"],
    ["lo0", "loopback"],
    ["Loopback Pseudo-Interface 1", "loopback"],
    ["eth0", "wired"],
    ["enp3s0", "wired"],
    ["en0", "wired"],
    ["Ethernet 2", "wired"],
    ["wlp2s0", "wifi"],
    ["Wi-Fi", "wifi"],
    ["WLAN", "wifi"],
    ["tun0", "vpn"],
    ["utun4", "vpn"],
    ["wg0", "vpn"],
    ["Tailscale", "vpn"],
    ["OpenVPN Wintun", "vpn"],
    ["docker0", "container"],
    ["br-0123456789ab", "container"],
    ["veth1a2b3c4", "container"],
    ["vEthernet (Default Switch)", "hyper-v"],
    ["vEthernet (WSL (Hyper-V firewall))", "wsl"],
    ["vboxnet0", "virtual"],
    ["VirtualBox Host-Only Network", "virtual"],
    ["VMware Network Adapter VMnet8", "virtual"],
    ["virbr0", "virtual"],
    ["awdl0", "virtual"],
    ["bond0", "unknown"],
  ])("%s is %s", (name, kind) => {
    expect(adapterKind(name)).toBe(kind);
  });

  test.each([
    ["office", "wireguard", "vpn"],
    ["eth7", "dummy", "virtual"],
    ["docker0", "bridge", "container"],
    ["br0", "bridge", "virtual"],
    ["eth0", "veth", "wired"],
    ["eth0.7", "vlan", "wired"],
  ])("%s with the driver %s is %s", (name, driver, kind) => {
    expect(adapterKind(name, driver)).toBe(kind);
  });

  test("puts first what leads to people", () => {
    const names = ["lo", "docker0", "tun0", "wlan0", "bond0", "eth0"].map((name) => ({ name }));
    const sorted = bestFirst(names).map(({ name }) => name);
    expect(sorted).toEqual(["eth0", "wlan0", "bond0", "tun0", "docker0", "lo"]);
  });
});
