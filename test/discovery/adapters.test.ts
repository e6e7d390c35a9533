import type { NetworkInterfaceInfo } from "node:os";
import { describe, expect, test } from "vitest";
import {
  adaptersMax,
  checkInterfaces,
  listAdapters,
  multicastGroup,
  selectAdapters,
  toAdapters,
} from "../../src/discovery/adapters.ts";

function ipv4(address: string, netmask: string, internal = false): NetworkInterfaceInfo {
  return { family: "IPv4", address, netmask, internal, mac: "02:00:00:00:00:01", cidr: null };
}

function ipv6(address: string, scopeid = 0): NetworkInterfaceInfo {
  const mac = "02:00:00:00:00:01";
  return {
    family: "IPv6",
    address,
    netmask: "ffff:ffff:ffff:ffff::",
    internal: address === "::1",
    mac,
    cidr: null,
    scopeid,
  };
}

const loopback = ipv4("127.0.0.1", "255.0.0.0", true);

const linux = toAdapters(
  {
    lo: [loopback, ipv6("::1")],
    eth0: [ipv4("192.168.1.20", "255.255.255.0"), ipv6("fe80::1", 2), ipv6("2001:db8::5")],
    wlan0: [ipv4("10.0.0.5", "255.0.0.0"), ipv4("10.9.0.5", "255.255.0.0")],
    tun0: [ipv4("10.8.0.2", "255.255.255.255")],
  },
  "linux",
);
const windows = toAdapters(
  {
    "Loopback Pseudo-Interface 1": [loopback],
    "Wi-Fi 2": [ipv4("192.168.1.20", "255.255.255.0"), ipv6("fe80::1", 12)],
    "vEthernet (WSL)": [ipv4("172.20.0.1", "255.255.240.0")],
  },
  "win32",
);
const mac = toAdapters(
  {
    lo0: [loopback],
    en0: [ipv4("192.168.1.20", "255.255.255.128")],
    utun3: [ipv4("10.8.0.2", "255.255.255.255")],
  },
  "darwin",
);

const namesOf = (adapters: readonly { name: string; address: string }[]) =>
  adapters.map(({ name, address }) => `${name} ${address}`);

describe("toAdapters", () => {
  test("lists every address, and loopback by IPv4", () => {
    expect(namesOf(linux)).toEqual([
      "lo 127.0.0.1",
      "eth0 192.168.1.20",
      "eth0 fe80::1%eth0",
      "eth0 2001:db8::5",
      "wlan0 10.0.0.5",
      "wlan0 10.9.0.5",
      "tun0 10.8.0.2",
    ]);
  });

  test.each([
    ["Linux", linux, "127.0.0.1", ["127.255.255.255"]],
    ["Linux", linux, "192.168.1.20", ["255.255.255.255", multicastGroup]],
    ["Linux", linux, "fe80::1%eth0", ["ff02::1%eth0"]],
    ["Linux", linux, "2001:db8::5", []],
    ["Windows", windows, "fe80::1%12", ["ff02::1%12"]],
    ["Windows", windows, "127.0.0.1", ["127.255.255.255", "127.0.0.1"]],
    ["Windows", windows, "192.168.1.20", ["255.255.255.255", "192.168.1.255", multicastGroup]],
    ["Windows", windows, "172.20.0.1", ["255.255.255.255", "172.20.15.255", multicastGroup]],
    ["macOS", mac, "127.0.0.1", ["127.255.255.255", "127.0.0.1"]],
    ["macOS", mac, "192.168.1.20", ["255.255.255.255", "192.168.1.127", multicastGroup]],
    ["macOS", mac, "10.8.0.2", ["255.255.255.255", multicastGroup]],
  ])("on %s sends from %3$s to the right places", (_, adapters, address, targets) => {
    expect(adapters.find((adapter) => adapter.address === address)?.targets).toEqual(targets);
  });

  test("leaves out addresses that no one can be beside", () => {
    const odd = {
      lo: [ipv4("10.255.0.1", "255.255.255.255", true)],
      eth0: [ipv4("0.0.0.0", "0.0.0.0")],
    };
    expect(toAdapters({ ...odd, eth1: undefined }, "linux")).toEqual([]);
  });

  test("takes 128 addresses and not one more", () => {
    const many = (count: number) =>
      toAdapters(
        { eth0: Array.from({ length: count }, (_, n) => ipv4(`10.0.${n}.1`, "255.255.255.0")) },
        "linux",
      );
    expect(many(adaptersMax)).toHaveLength(128);
    expect(many(adaptersMax + 1)).toHaveLength(128);
  });

  test("tells an adapter from another that came in its place", () => {
    const [before] = toAdapters({ eth0: [ipv6("fe80::1", 2)] }, "linux");
    const [after] = toAdapters({ eth0: [ipv6("fe80::1", 3)] }, "linux");
    expect(before?.address).toBe(after?.address);
    expect(before?.hardware).not.toBe(after?.hardware);
  });

  test("finds this machine's loopback", () => {
    expect(listAdapters().some((adapter) => adapter.isLoopback)).toBe(true);
  });
});

describe("selectAdapters", () => {
  test.each([
    [[], ["lo0 127.0.0.1", "en0 192.168.1.20", "utun3 10.8.0.2"]],
    [["lo"], ["lo0 127.0.0.1"]],
    [["lo0"], ["lo0 127.0.0.1"]],
    [["192.168.1.20"], ["en0 192.168.1.20"]],
    [
      ["utun3", "en0"],
      ["en0 192.168.1.20", "utun3 10.8.0.2"],
    ],
    [["en9"], []],
  ])("%j selects %j", (names, selected) => {
    expect(namesOf(selectAdapters(mac, names))).toEqual(selected);
  });

  test("lo and names with spaces work on Windows", () => {
    expect(namesOf(selectAdapters(windows, ["lo", "Wi-Fi 2"]))).toEqual([
      "Loopback Pseudo-Interface 1 127.0.0.1",
      "Wi-Fi 2 192.168.1.20",
      "Wi-Fi 2 fe80::1%12",
    ]);
  });
});

describe("checkInterfaces", () => {
  test("accepts what is there, and no names at all", () => {
    checkInterfaces(linux, ["lo", "eth0", "10.8.0.2"]);
    checkInterfaces([], []);
  });

  test("names the one that is missing and those that are there", () => {
    expect(() => checkInterfaces(linux, ["eth0", "eth7"])).toThrow(
      expect.objectContaining({
        code: "interface-not-found",
        message: "there is no interface eth7, only lo, eth0, wlan0, tun0",
      }),
    );
    expect(() => checkInterfaces([], ["lo"])).toThrow("there is no interface lo, only none at all");
  });
});
