import { describe, expect, test } from "vitest";
import {
  judgeFirewalld,
  judgeIptables,
  judgeMacos,
  judgeNftables,
  judgeUfw,
  judgeWindows,
} from "../../src/discovery/firewall-state.ts";

const ports = [28_197, 28_198];
const place = { family: "inet", table: "filter", chain: "input" };
const accept = { accept: undefined };

function nft(policy: string, ...rules: readonly (readonly object[])[]): string {
  const chain = { family: "inet", table: "filter", name: "input", hook: "input", policy };
  const objects = rules.map((expr) => ({ rule: { ...place, expr } }));
  const nftables = [{ metainfo: {} }, { table: {} }, { chain }, ...objects];
  // As the program prints it: a verdict is a key with null.
  return JSON.stringify({ nftables }, (_key, value) => (value === undefined ? null : value));
}

function dport(right: unknown): object {
  return { match: { op: "==", left: { payload: { protocol: "udp", field: "dport" } }, right } };
}

const established = { match: { op: "in", left: { ct: { key: "state" } }, right: ["established"] } };

describe("nftables", () => {
  test.each<readonly [string, string, string]>([
    ["passes what it has no rule for", nft("accept"), "passes"],
    ["blocks by its policy", nft("drop", [established, accept]), "blocks"],
    [
      "blocks by a last rule",
      nft("accept", [established, accept], [{ drop: undefined }]),
      "blocks",
    ],
    ["passes a port", nft("drop", [dport(28_197), accept]), "passes"],
    ["passes a port in a set", nft("drop", [dport({ set: [53, 28_198] }), accept]), "passes"],
    [
      "passes a port in a range",
      nft("drop", [dport({ set: [{ range: [28_000, 29_000] }] }), accept]),
      "passes",
    ],
    ["blocks another port", nft("drop", [dport({ set: [53, 5353] }), accept]), "blocks"],
    ["passes everything", nft("drop", [accept]), "passes"],
    ["is off without chains", '{"nftables":[{"metainfo":{}}]}', "off"],
  ])("%s", (_what, text, state) => {
    expect(judgeNftables(text, ports)).toMatchObject({ name: "nftables", state });
  });

  test("names the chain that is in the way", () => {
    expect(judgeNftables(nft("drop"), ports)).toMatchObject({ chain: "inet filter input" });
  });

  test.each(["", "{}", "[]", '{"nftables":7}'])("is not judged by %j", (text) => {
    expect(judgeNftables(text, ports)).toBeUndefined();
  });
});

describe("iptables", () => {
  test.each([
    ["-P INPUT ACCEPT\n-P OUTPUT ACCEPT\n", "off"],
    ["-P INPUT ACCEPT\n-A INPUT -i lo -j ACCEPT\n", "passes"],
    ["-P INPUT DROP\n-A INPUT -i lo -j ACCEPT\n", "blocks"],
    ["-P INPUT ACCEPT\n-A INPUT -j REJECT --reject-with icmp-port-unreachable\n", "blocks"],
    ["-P INPUT DROP\n-A INPUT -p udp -m udp --dport 28197 -j ACCEPT\n", "passes"],
    ["-P INPUT DROP\n-A INPUT -p udp -m multiport --dports 53,28198 -j ACCEPT\n", "passes"],
    ["-P INPUT ACCEPT\n-P OUTPUT DROP\n", "blocks"],
  ])("%j: %s", (text, state) => {
    expect(judgeIptables(text, ports)).toMatchObject({ name: "iptables", state });
  });

  test("is not judged by anything else", () => {
    expect(judgeIptables("permission denied", ports)).toBeUndefined();
  });
});

describe("other firewalls", () => {
  test("ufw", () => {
    expect(judgeUfw("Status: inactive\n", ports)).toMatchObject({ state: "off" });
    expect(judgeUfw("Status: active\n\n22/tcp  ALLOW  Anywhere\n", ports)).toMatchObject({
      state: "blocks",
    });
    expect(judgeUfw("Status: active\n28197,28198/udp  ALLOW  Anywhere\n", ports)).toMatchObject({
      state: "passes",
    });
    expect(judgeUfw("", ports)).toBeUndefined();
  });

  test("firewalld", () => {
    expect(judgeFirewalld("28197/udp 28198/udp\n", ports)).toMatchObject({ state: "passes" });
    expect(judgeFirewalld("28000-29000/udp\n", ports)).toMatchObject({ state: "passes" });
    expect(judgeFirewalld("28197/udp 28198/tcp\n", ports)).toMatchObject({ state: "blocks" });
    expect(judgeFirewalld("", ports)).toMatchObject({ state: "blocks" });
  });

  test("Windows", () => {
    const windows = (categories: unknown, enabled: unknown) =>
      judgeWindows(JSON.stringify({ categories, enabled }));
    expect(windows(["Public"], [true])).toMatchObject({
      state: "unknown",
      detail: expect.stringContaining("Public"),
    });
    expect(windows("Private", true)).toMatchObject({
      state: "unknown",
      detail: expect.stringContaining("needs a rule"),
    });
    expect(windows(["Private"], [false, false])).toMatchObject({ state: "off" });
    expect(judgeWindows("?")).toBeUndefined();
  });

  test("macOS", () => {
    expect(judgeMacos("Firewall is disabled. (State = 0)\n")).toMatchObject({ state: "off" });
    expect(
      judgeMacos(
        "Firewall is enabled. (State = 1)\nFirewall has block all state set to disabled.\n",
      ),
    ).toMatchObject({ state: "unknown" });
    expect(
      judgeMacos("Firewall is enabled. (State = 2)\nFirewall is set to block all non-essential"),
    ).toMatchObject({ state: "blocks" });
    expect(judgeMacos("")).toBeUndefined();
  });
});
