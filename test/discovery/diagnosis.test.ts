import { describe, expect, test } from "vitest";
import { diagnose } from "../../src/discovery/diagnosis.ts";
import { checksPerSubjectMax } from "../../src/discovery/diagnosis-checks.ts";
import type {
  AdapterFinding,
  Findings,
  SendFinding,
  ServerFinding,
  TargetFinding,
} from "../../src/discovery/findings.ts";
import { sampleId } from "./samples.ts";

const eth0: AdapterFinding = {
  name: "eth0",
  kind: "wired",
  addresses: ["10.0.0.2/24"],
  isUp: true,
  hasCarrier: true,
  isUsed: true,
};
const loopback: AdapterFinding = {
  ...eth0,
  name: "lo",
  kind: "loopback",
  addresses: ["127.0.0.1/8"],
};
const sent: SendFinding = {
  adapter: "eth0",
  address: "10.0.0.2",
  mechanism: "broadcast",
  target: "255.255.255.255",
  isHeard: true,
};
const lab: ServerFinding = {
  id: sampleId(1),
  name: "lab",
  host: "10.0.0.1",
  port: 28_198,
  via: "eth0",
  versionMin: 2,
  versionMax: 2,
  answers: ["broadcast", "multicast"],
  data: "answered",
};
const target: TargetFinding = {
  text: "10.0.0.1",
  host: "10.0.0.1",
  port: 28_198,
  isOnLink: true,
  isNeighbour: true,
  data: "silent",
};

/** A machine on which all is well and a network in which nobody is. */
function findings(changes: Partial<Findings> = {}): Findings {
  return {
    surroundings: { platform: "linux", release: 6, isAdministrator: false },
    version: 2,
    isLoopbackOnly: false,
    adapters: [loopback, eth0],
    ports: [
      { port: 28_197, use: "discovery", state: "free" },
      { port: 28_198, use: "conversations", state: "free" },
    ],
    sends: [sent],
    firewalls: [],
    servers: [],
    links: [{ adapter: "eth0", hasRouter: true, neighbourCount: 3 }],
    unseen: [],
    ...changes,
  };
}

const linux = { platform: "linux", release: 6, isAdministrator: false } as const;
const nobody = { adapter: "eth0", hasRouter: true, neighbourCount: 0 } as const;
const deaf = [{ ...sent, isHeard: false }];

/** What was found, the cause that it has, and a part of the sentence that names it. */
const cases: readonly (readonly [string, Partial<Findings>, string, string])[] = [
  ["a server answers", { servers: [lab] }, "well", "lab (10.0.0.1:28198) can be joined"],
  [
    "servers answer, one of them on two paths",
    { servers: [lab, { ...lab, host: "fe80::1%eth0" }, { ...lab, id: sampleId(2), name: "den" }] },
    "well",
    "well: lab (10.0.0.1:28198), den (10.0.0.1:28198) can be joined.",
  ],
  ["nobody is there", {}, "no-server", "3 other hosts are there"],
  [
    "every adapter is down",
    { adapters: [loopback, { ...eth0, isUp: false, isUsed: false }], sends: [] },
    "no-adapter",
    "eth0 is switched off",
  ],
  [
    "the cable is out",
    { adapters: [{ ...eth0, hasCarrier: false, isUsed: false }], sends: [] },
    "no-adapter",
    "eth0 has no cable or access point",
  ],
  ["there is no adapter at all", { adapters: [loopback] }, "no-adapter", "has none"],
  [
    "there is no address",
    { adapters: [{ ...eth0, addresses: [], isUsed: false }], sends: [] },
    "no-address",
    "eth0 is up but has no address",
  ],
  [
    "another adapter was chosen",
    { adapters: [loopback, { ...eth0, isUsed: false }] },
    "no-address",
    "eth0 could be used",
  ],
  [
    "macOS asks for a permission",
    {
      surroundings: { platform: "darwin", release: 24, isAdministrator: false },
      sends: [{ ...sent, error: "EHOSTUNREACH" }],
    },
    "local-network-permission",
    "macOS does not let",
  ],
  [
    "an older macOS has no such permission",
    {
      surroundings: { platform: "darwin", release: 23, isAdministrator: false },
      sends: [{ ...sent, error: "EHOSTUNREACH" }],
    },
    "send-failed",
    "EHOSTUNREACH",
  ],
  [
    "a firewall forbids sending",
    { sends: [{ ...sent, error: "EPERM" }] },
    "send-blocked",
    "forbids earshot to send on eth0",
  ],
  [
    "nothing can be sent at all",
    { sends: [{ ...sent, error: "ENETUNREACH" }] },
    "send-failed",
    "no route leads there",
  ],
  [
    "we do not hear ourselves",
    { sends: deaf, links: [] },
    "own-firewall",
    "on this computer drops",
  ],
  [
    "a named firewall drops what comes in",
    { sends: deaf, firewalls: [{ name: "ufw", state: "blocks" }] },
    "own-firewall",
    "(ufw)",
  ],
  [
    "a server is found by its address only, and we are deaf",
    { sends: deaf, servers: [{ ...lab, answers: ["unicast"] }] },
    "own-firewall",
    "does not even hear itself",
  ],
  [
    "a server is found by its address only",
    { servers: [{ ...lab, answers: ["unicast"] }] },
    "group-traffic-filtered",
    "the access point or switch of eth0 drops these",
  ],
  [
    "a server is too new",
    { servers: [{ ...lab, versionMin: 3, versionMax: 4 }] },
    "version-mismatch",
    "speaks version 3 of the protocol, this earshot version 2: this one is too old",
  ],
  [
    "a server is too old",
    { servers: [{ ...lab, versionMin: 1, versionMax: 1 }] },
    "version-mismatch",
    "the server is too old",
  ],
  [
    "one of two servers can be joined",
    { servers: [{ ...lab, versionMin: 3, versionMax: 3 }, lab] },
    "well",
    "lab",
  ],
  [
    "a server is heard and silent",
    { servers: [{ ...lab, answers: [], data: "silent", isNeighbour: true }] },
    "server-firewall",
    "a firewall on its computer drops UDP ports 28197 and 28198",
  ],
  [
    "a server is heard, and its host cannot be reached",
    { servers: [{ ...lab, answers: [], data: "silent", isNeighbour: false }] },
    "client-isolation",
    "heard but cannot be reached",
  ],
  [
    "a server is heard where none is",
    { servers: [{ ...lab, answers: [], data: "refused" }] },
    "no-server",
    "no server runs on its port 28198",
  ],
  [
    "a server of another subnet is heard",
    { servers: [{ ...lab, via: undefined, host: "10.9.0.1", answers: [], data: "silent" }] },
    "other-subnet",
    "lab (10.9.0.1) is on the same network but in another subnet than this computer (10.0.0.2/24)",
  ],
  [
    "it is a container",
    { surroundings: { ...linux, container: "Docker" } },
    "container",
    "a container of Docker",
  ],
  ["it is WSL", { surroundings: { ...linux, wsl: "nat" } }, "container", "behind Windows"],
  [
    "it is WSL with the network of Windows",
    { surroundings: { ...linux, wsl: "mirrored" } },
    "no-server",
    "",
  ],
  [
    "the discovery port is held",
    { ports: [{ port: 28_197, use: "discovery", state: "held", holder: "nc (7)" }] },
    "port-held",
    "UDP port 28197 is held by nc (7)",
  ],
  ["only the router is there", { links: [nobody] }, "client-isolation", "Nobody but the router"],
  ["no router is there either", { links: [{ ...nobody, hasRouter: false }] }, "no-server", ""],
  [
    "others are there on another adapter",
    { links: [nobody, { ...nobody, neighbourCount: 1 }] },
    "no-server",
    "1 other",
  ],
  [
    "the server's name is of nobody",
    { target: { text: "x", port: 1, isOnLink: false, data: "silent" } },
    "target-unknown",
    "called x",
  ],
  [
    "the server answers",
    { target: { ...target, data: "answered" } },
    "well",
    "10.0.0.1:28198 can be joined.",
  ],
  [
    "the server of another subnet answers",
    { target: { ...target, data: "answered", isOnLink: false } },
    "well",
    "in another subnet",
  ],
  [
    "the server is of another version",
    { target: { ...target, data: "answered", versions: { min: 3, max: 3 } } },
    "version-mismatch",
    "speaks version 3",
  ],
  [
    "another server than that of the link answers",
    { target: { ...target, data: "answered", key: sampleId(1), linkedKey: sampleId(2) } },
    "target-other-key",
    "another server",
  ],
  [
    "the host says that nothing listens",
    { target: { ...target, data: "refused" } },
    "target-refused",
    "is there, but no server runs",
  ],
  [
    "there is no way to the server",
    { target: { ...target, isOnLink: false, error: "ENETUNREACH" } },
    "target-unreachable",
    "no route",
  ],
  [
    "a firewall forbids to send to the server",
    { target: { ...target, error: "EPERM" } },
    "send-blocked",
    "a firewall on this computer",
  ],
  [
    "the server's host is there and silent",
    { target },
    "server-firewall",
    "a firewall on it drops",
  ],
  [
    "the server's host is not there, but others are",
    { target: { ...target, isNeighbour: false, error: "EHOSTUNREACH" } },
    "client-isolation",
    "though others do",
  ],
  [
    "nobody is there, neither the server's host",
    { target: { ...target, isNeighbour: false }, links: [] },
    "target-silent",
    "switched off",
  ],
  [
    "the server of another subnet is silent",
    { target: { ...target, isOnLink: false } },
    "target-silent",
    "a router or firewall between",
  ],
];

describe("the cause when", () => {
  test.each(cases)("%s", (_what, changes, code, sentence) => {
    const { cause } = diagnose(findings(changes));
    expect(cause).toMatchObject({ code, sentence: expect.stringContaining(sentence) });
    expect(cause.sentence).toMatch(/^[^\n]+\.$/);
  });

  test("all is well is that a server can be joined, and in other cases it is told what to do", () => {
    for (const [what, changes] of cases) {
      const { cause, outcome } = diagnose(findings(changes));
      expect([what, outcome === "well"]).toEqual([what, cause.code === "well"]);
    }
  });

  test("loopback was chosen is that no server runs here", () => {
    const surroundings = { ...linux, container: "Docker" } as const;
    const only = { isLoopbackOnly: true, adapters: [loopback], sends: deaf, links: [] };
    expect(diagnose(findings({ ...only, surroundings })).cause).toMatchObject({
      code: "no-server",
      sentence: "Only this computer was asked, and no server runs on it.",
    });
  });
});

describe("the outcome", () => {
  test("is impaired when a server was found in spite of something", () => {
    const found = { servers: [{ ...lab, answers: ["unicast"] }] } as const;
    expect(diagnose(findings(found)).outcome).toBe("impaired");
    expect(diagnose(findings()).outcome).toBe("not-found");
    const other = {
      target: { ...target, data: "answered", versions: { min: 3, max: 3 } },
    } as const;
    expect(diagnose(findings(other)).outcome).toBe("not-found");
  });
});

describe("the checks", () => {
  test("say of each thing what it is", () => {
    const { checks } = diagnose(
      findings({
        surroundings: { ...linux, container: "Docker", wsl: "nat" },
        adapters: [loopback, { ...eth0, kind: "vpn", isUsed: false, isUp: false }],
        ports: [
          { port: 28_197, use: "discovery", state: "held" },
          { port: 28_198, use: "conversations", state: "held", holder: "node (7)" },
        ],
        sends: [sent, { ...sent, error: "EPERM" }, { ...sent, isHeard: false }],
        firewalls: [
          { name: "firewalld", state: "off" },
          { name: "nftables", state: "blocks", detail: "drops", chain: "inet own in" },
        ],
        servers: [lab, { ...lab, versionMax: 3, versionMin: 3 }],
        unseen: ["the rules of nftables (run as root)"],
      }),
    );
    expect(checks.map(({ level, subject, text }) => `${level} ${subject}: ${text}`)).toEqual([
      "note system: in a container of Docker",
      "note system: in WSL, with a network of its own",
      "ok adapter: lo: this computer only, 127.0.0.1/8",
      "note adapter: eth0: VPN, switched off, 10.0.0.2/24, not used",
      "failure port: UDP 28197 (discovery) is held by another program",
      "note port: UDP 28198 (conversations) is taken by node (7); a server here takes another one",
      "ok send: broadcast on eth0 (10.0.0.2 to 255.255.255.255): sent, and heard here",
      "failure send: broadcast on eth0 (10.0.0.2 to 255.255.255.255): a firewall on this computer forbids it (EPERM)",
      "failure send: broadcast on eth0 (10.0.0.2 to 255.255.255.255): sent, but not heard here",
      "ok firewall: firewalld is off",
      "failure firewall: nftables is in the way: drops",
      "ok link: eth0: 3 other hosts, router there",
      "ok server: lab (10.0.0.1:28198, eth0) answers to broadcast, multicast; its port answers",
      "failure server: lab (10.0.0.1:28198, eth0) speaks versions 3 to 3, we 2",
      "note not seen: the rules of nftables (run as root)",
    ]);
    const fix = "sudo nft insert rule inet own in udp dport '{ 28197, 28198 }' accept";
    expect(
      checks.find(({ subject, level }) => subject === "firewall" && level === "failure"),
    ).toMatchObject({ fix });
  });

  test("of one subject are no more than the limit", () => {
    const many = (count: number) =>
      diagnose(findings({ adapters: Array.from({ length: count }, () => eth0) })).checks.filter(
        ({ subject }) => subject === "adapter",
      );
    expect(many(checksPerSubjectMax)).toHaveLength(checksPerSubjectMax);
    const limited = many(checksPerSubjectMax + 2);
    expect(limited).toHaveLength(checksPerSubjectMax + 1);
    expect(limited.at(-1)?.text).toBe("and 2 more");
  });
});
