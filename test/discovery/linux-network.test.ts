import { describe, expect, test } from "vitest";
import {
  parseArpCommand,
  parseArpTable,
  parseIpAddresses,
  parseRoutes,
  parseUdpInodes,
} from "../../src/discovery/linux-network.ts";

const udp = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  123: 00000000:6E25 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 41861 2 0000000000000000 0
  124: 0100007F:6E26 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 41862 2 0000000000000000 0
  125: 00000000:0016 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 0 2 0000000000000000 0
`;

describe("what Linux tells of its network", () => {
  test("lists adapters that are down, without a cable, of a kind", () => {
    const text = JSON.stringify([
      {
        ifname: "lo",
        flags: ["LOOPBACK", "UP", "LOWER_UP"],
        addr_info: [{ local: "127.0.0.1", prefixlen: 8 }],
      },
      { ifname: "eth0", flags: ["BROADCAST", "MULTICAST"], addr_info: [] },
      { ifname: "wlan0", flags: ["NO-CARRIER", "BROADCAST", "UP"] },
      { ifname: "office", flags: ["UP", "LOWER_UP"], linkinfo: { info_kind: "wireguard" } },
    ]);
    const shared = { addresses: [] };
    expect(parseIpAddresses(text)).toEqual([
      { name: "lo", kind: "loopback", addresses: ["127.0.0.1/8"], isUp: true, hasCarrier: true },
      { ...shared, name: "eth0", kind: "wired", isUp: false, hasCarrier: undefined },
      { ...shared, name: "wlan0", kind: "wifi", isUp: true, hasCarrier: false },
      { ...shared, name: "office", kind: "vpn", isUp: true, hasCarrier: true },
    ]);
  });

  test.each(["", "{}", "[", "null", "7"])("is no list of adapters: %j", (text) => {
    expect(parseIpAddresses(text)).toBeUndefined();
  });

  test("tells who is on the link, and who was asked in vain", () => {
    const text = `IP address       HW type     Flags       HW address            Mask     Device
10.0.0.1         0x1         0x2         02:00:00:00:00:01     *        eth0
10.0.0.9         0x1         0x0         00:00:00:00:00:00     *        eth0
`;
    expect(parseArpTable(text)).toEqual([
      { host: "10.0.0.1", adapter: "eth0", isThere: true },
      { host: "10.0.0.9", adapter: "eth0", isThere: false },
    ]);
    expect(parseArpTable("")).toEqual([]);
  });

  test("tells the default router", () => {
    const text = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
`;
    expect(parseRoutes(text)).toEqual([{ host: "10.0.0.1", adapter: "eth0" }]);
  });

  test("tells the sockets of a port", () => {
    expect(parseUdpInodes(udp, 28_197)).toEqual(["41861"]);
    expect(parseUdpInodes(udp, 28_198)).toEqual(["41862"]);
    expect(parseUdpInodes(udp, 22), "a socket that is closing has none").toEqual([]);
    expect(parseUdpInodes(udp, 0x25)).toEqual([]);
  });
});

describe("what arp prints", () => {
  test("on macOS", () => {
    const text = `? (192.168.1.1) at 2:0:0:0:0:1 on en0 ifscope [ethernet]
? (192.168.1.9) at (incomplete) on en0 ifscope [ethernet]
`;
    expect(parseArpCommand(text)).toEqual([
      { host: "192.168.1.1", adapter: "en0", isThere: true },
      { host: "192.168.1.9", adapter: "en0", isThere: false },
    ]);
  });

  test("on Windows", () => {
    const text = `
Interface: 192.168.1.20 --- 0x7
  Internet Address      Physical Address      Type
  192.168.1.1           02-00-00-00-00-01     dynamic
`;
    expect(parseArpCommand(text)).toEqual([{ host: "192.168.1.1", adapter: "", isThere: true }]);
  });
});
