import { describe, expect, test } from "vitest";
import { AdapterTable, hostsMax, pathRank, pathRanks } from "../../src/discovery/adapter-table.ts";
import type { Adapter } from "../../src/discovery/adapters.ts";

function adapter(name: string, address: string, netmask: string): Adapter {
  const isLoopback = address.startsWith("127.");
  return { name, address, netmask, isLoopback, targets: [], hardware: "" };
}

const table = new AdapterTable([
  adapter("lo", "127.0.0.1", "255.0.0.0"),
  adapter("eth0", "192.168.1.20", "255.255.255.0"),
  adapter("eth0", "fe80::1%eth0", "ffff:ffff:ffff:ffff::"),
  adapter("eth0", "2001:db8:0:1::5", "ffff:ffff:ffff:ffff::"),
  adapter("eth1", "fe80::1%eth1", "ffff:ffff:ffff:ffff::"),
  adapter("wlan0", "10.0.0.5", "255.0.0.0"),
  adapter("wlan0", "10.9.0.5", "255.255.0.0"),
  adapter("tun0", "10.8.0.2", "255.255.255.255"),
]);

describe("AdapterTable", () => {
  test.each([
    ["192.168.1.77", "192.168.1.20"],
    ["192.168.1.20", "192.168.1.20"],
    ["127.0.0.9", "127.0.0.1"],
    ["10.200.0.1", "10.0.0.5"],
    ["10.9.1.1", "10.9.0.5"],
    ["10.8.0.2", "10.8.0.2"],
    ["10.8.0.3", "10.0.0.5"],
    ["192.168.2.1", undefined],
    ["8.8.8.8", undefined],
    ["fe80::9%eth0", "fe80::1%eth0"],
    ["fe80::9%eth1", "fe80::1%eth1"],
    ["fe80::9%eth2", undefined],
    ["fe80::9", undefined],
    ["2001:db8:0:1::99", "2001:db8:0:1::5"],
    ["2001:db8:0:2::99", undefined],
    ["::1", undefined],
    ["", undefined],
  ])("finds for %s the adapter %s, also when asked again", (host, address) => {
    for (const _ of [1, 2]) expect(table.adapterOf(host)?.address).toBe(address);
  });

  test("finds the right one for more hosts than it remembers", () => {
    for (let n = 0; n <= hostsMax; n += 1) {
      const host = `10.9.${n >> 8}.${n & 255}`;
      expect(table.adapterOf(host)?.address, host).toBe("10.9.0.5");
    }
  });
});

describe("pathRank", () => {
  test.each([
    ["127.0.0.9", pathRanks.loopback],
    ["192.168.1.77", pathRanks.onLinkIpv4],
    ["2001:db8:0:1::99", pathRanks.ipv6],
    ["fe80::9%eth0", pathRanks.linkLocalIpv6],
    ["8.8.8.8", pathRanks.routed],
    ["2001:db8:0:2::99", pathRanks.routed],
  ])("of %s is %i", (host, rank) => {
    expect(pathRank(host, table.adapterOf(host))).toBe(rank);
  });
});
