import type { AdapterKind } from "./adapter-kind.ts";

/** How a question gets to a server. */
export type Mechanism = "broadcast" | "multicast" | "ipv6" | "loopback" | "unicast";

/** An adapter of this machine, also one that discovery cannot use. */
export interface AdapterFinding {
  readonly name: string;
  readonly kind: AdapterKind;
  /** Each with the length of its prefix: `10.0.0.5/24`. */
  readonly addresses: readonly string[];
  readonly isUp: boolean;
  /** Whether a cable or an access point is there; `undefined` where the system does not tell. */
  readonly hasCarrier: boolean | undefined;
  /** Whether discovery uses it: it has an address, and nobody chose others. */
  readonly isUsed: boolean;
}

/** A UDP port of ours. */
export interface PortFinding {
  readonly port: number;
  readonly use: "discovery" | "conversations";
  /** `shared` with other programs that let us, `held` by one that does not. */
  readonly state: "free" | "shared" | "held";
  /** Program and process of who has it, as far as the system tells: `node (4711)`. */
  readonly holder?: string;
}

/** What became of a datagram that was to be sent. */
export interface SendFinding {
  readonly adapter: string;
  readonly address: string;
  readonly mechanism: Mechanism;
  readonly target: string;
  /** The code of the system's error, such as `EPERM`; absent when it took the datagram. */
  readonly error?: string;
  /** Whether we heard it ourselves; `undefined` where that cannot be tried. */
  readonly isHeard?: boolean;
}

/** A firewall of this machine. */
export interface FirewallFinding {
  readonly name: "nftables" | "iptables" | "firewalld" | "ufw" | "windows" | "macos";
  /** `unknown` where only an administrator may look. */
  readonly state: "off" | "passes" | "blocks" | "unknown";
  /** What it is about, as a phrase: `drops what comes in by default`. */
  readonly detail?: string;
  /** Of nftables: family, table and chain that decide, `inet filter input`. */
  readonly chain?: string;
}

/** A server that was heard, or that answered. */
export interface ServerFinding {
  /** Its public identity key, base64url. */
  readonly id: string;
  /** Sanitised. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Name of the adapter; `undefined` when it is on the link of none. */
  readonly via: string | undefined;
  readonly versionMin: number;
  readonly versionMax: number;
  /** By which questions it was found; none when only its beacons were heard. */
  readonly answers: readonly Mechanism[];
  /** Whether its data port answered a question of ours. */
  readonly data: DataPortState;
  /** Whether its host answers on the link itself (ARP), where the system tells. */
  readonly isNeighbour?: boolean;
}

/** What a data port did when it was asked. */
export type DataPortState =
  | "answered"
  /** Nothing came back. */
  | "silent"
  /** Its host says that nothing listens there (ICMP). */
  | "refused";

/** What else is on the link of an adapter, after each host of its /24 was asked. */
export interface LinkFinding {
  readonly adapter: string;
  /** Whether the default router is there; `undefined` when there is none or it cannot be told. */
  readonly hasRouter: boolean | undefined;
  /** Hosts beside ourselves and the router. */
  readonly neighbourCount: number;
}

/** The server that somebody asked about with `--server`. */
export interface TargetFinding {
  /** As it was typed. */
  readonly text: string;
  /** `undefined` when the name could not be resolved. */
  readonly host?: string;
  readonly port: number;
  readonly isOnLink: boolean;
  /** The code of the system's error when nothing could be sent. */
  readonly error?: string;
  readonly isNeighbour?: boolean;
  readonly data: DataPortState;
  /** Its transport versions, when it told them. */
  readonly versions?: { readonly min: number; readonly max: number };
  /** The key that it answered with, and the one of the link, base64url. */
  readonly key?: string;
  readonly linkedKey?: string;
}

/** Where this program runs. */
export interface Surroundings {
  /** `process.platform`. */
  readonly platform: string;
  /** The first number of the system's release: 24 is macOS 15. */
  readonly release: number;
  readonly container?: "Docker" | "Podman" | "LXC" | "Kubernetes";
  /** How the Linux within Windows gets to the network. */
  readonly wsl?: "nat" | "mirrored";
  /** Whether it may look everywhere. */
  readonly isAdministrator: boolean;
}

/** All that was found out, as plain data. */
export interface Findings {
  readonly surroundings: Surroundings;
  /** The transport version that we speak. */
  readonly version: number;
  /** Whether somebody chose loopback only. */
  readonly isLoopbackOnly: boolean;
  readonly adapters: readonly AdapterFinding[];
  readonly ports: readonly PortFinding[];
  readonly sends: readonly SendFinding[];
  readonly firewalls: readonly FirewallFinding[];
  readonly servers: readonly ServerFinding[];
  readonly links: readonly LinkFinding[];
  readonly target?: TargetFinding;
  /** What could not be seen, as phrases: `the rules of nftables (run as root)`. */
  readonly unseen: readonly string[];
}
