import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Program } from "./program.ts";

/** Switch N joins the hosts of the subnet 10.77.N.0/24. */
export type SwitchNumber = 1 | 2;

/** A network namespace, for as long as the process that holds it. */
class Namespace {
  readonly pid: number;
  readonly #holder: ChildProcess;

  private constructor(holder: ChildProcess, pid: number) {
    this.#holder = holder;
    this.pid = pid;
  }

  /** The holder ends when its input does, so that it cannot outlive the test. */
  static async open(): Promise<Namespace> {
    const holder = spawn("unshare", ["--net", "--", "sh", "-c", "echo ready; exec cat"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    await once(holder.stdout, "data");
    return new Namespace(holder, holder.pid!);
  }

  /** The command line that runs a command in here. */
  enter(command: readonly string[]): readonly string[] {
    return ["nsenter", "--target", String(this.pid), "--net", "--", ...command];
  }

  run(command: readonly string[], input = ""): void {
    const [program, ...args] = this.enter(command);
    execFileSync(program!, args, { input, stdio: ["pipe", "ignore", "pipe"] });
  }

  output(command: readonly string[]): string {
    const [program, ...args] = this.enter(command);
    return execFileSync(program!, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  }

  /** Starts a command that runs until it is ended. */
  spawn(command: readonly string[]): ChildProcess {
    const [program, ...args] = this.enter(command);
    return spawn(program!, args, { stdio: ["ignore", "pipe", "pipe"] });
  }

  /** Commands of `ip`, one a line. */
  ip(...lines: readonly string[]): void {
    this.run(["ip", "-batch", "-"], lines.join("\n"));
  }

  async close(): Promise<void> {
    if (this.#holder.exitCode !== null) return;
    this.#holder.stdin?.end();
    await once(this.#holder, "exit");
  }
}

/** What is being captured. */
export interface Capture {
  /** Ends it and gives the file of it, as tcpdump writes it. */
  stop(): Promise<Buffer>;
}

/** A LAN of two switches that are not joined; no host has a default route. */
export class Lan implements AsyncDisposable {
  readonly #switches: Namespace;
  readonly #hosts: Host[] = [];
  readonly #directory: string;

  private constructor(switches: Namespace) {
    this.#switches = switches;
    this.#directory = mkdtempSync(join(tmpdir(), "earshot-lan-"));
  }

  static async open(): Promise<Lan> {
    const switches = await Namespace.open();
    switches.ip(
      "link add sw1 type bridge stp_state 0 forward_delay 0",
      "link add sw2 type bridge stp_state 0 forward_delay 0",
      "link set sw1 up",
      "link set sw2 up",
    );
    return new Lan(switches);
  }

  /** Adds host N with an adapter on each of these switches, addresses 10.77.SWITCH.N. */
  async host(...on: readonly SwitchNumber[]): Promise<Host> {
    const number = this.#hosts.length + 1;
    const home = join(this.#directory, `h${number}`);
    const host = new Host(number, await Namespace.open(), this.#switches, home);
    this.#hosts.push(host);
    for (const switchNumber of on) host.plug(switchNumber);
    return host;
  }

  /** The switches pass on no UDP that is sent to all in these ways; needs `nft`. */
  filter(...ways: readonly ("broadcast" | "multicast")[]): void {
    const rules = ways.map((way) => `meta pkttype ${way} meta l4proto udp drop`).join("\n");
    this.#switches.run(
      ["nft", "-f", "-"],
      `table bridge ways {
        chain passing {
          type filter hook forward priority 0
          ${rules}
        }
      }`,
    );
  }

  /** The first switch drops all UDP to this port; needs `nft`. */
  filterPort(port: number): void {
    this.#switches.run(
      ["nft", "-f", "-"],
      `table bridge filter-${port} {
        chain forward { type filter hook forward priority 0; udp dport ${port} drop; }
      }`,
    );
  }

  /** Keeps every frame that passes the first switch, from now on; needs `tcpdump`. */
  async capture(): Promise<Capture> {
    const options = ["-i", "sw1", "--immediate-mode", "-U", "-Z", "root", "-w", "-", "udp"];
    const child = this.#switches.spawn(["tcpdump", ...options]);
    const chunks: Buffer[] = [];
    child.stdout?.on("data", (chunk) => chunks.push(chunk));
    // It says on stderr that it listens.
    await once(child.stderr!, "data");
    return {
      stop: async () => {
        child.kill("SIGINT");
        await once(child, "close");
        return Buffer.concat(chunks);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const host of this.#hosts) await host.close();
    await this.#switches.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** A machine on the LAN. Its adapter on switch N is called ethN. */
export class Host {
  readonly #number: number;
  readonly #namespace: Namespace;
  readonly #switches: Namespace;
  readonly #home: string;
  readonly #programs: Program[] = [];
  readonly #commands: ChildProcess[] = [];

  constructor(number: number, namespace: Namespace, switches: Namespace, home: string) {
    this.#number = number;
    this.#namespace = namespace;
    this.#switches = switches;
    this.#home = home;
    namespace.ip("link set lo up");
  }

  address(on: SwitchNumber): string {
    return `10.77.${on}.${this.#number}`;
  }

  /** A new adapter with its cable; without an IPv4 address it has the one that IPv6 gives itself. */
  plug(on: SwitchNumber, family: "both" | "ipv6" = "both"): void {
    const port = this.#port(on);
    this.#switches.ip(
      `link add ${port} type veth peer name eth${on} netns ${this.#namespace.pid}`,
      `link set ${port} master sw${on}`,
      `link set ${port} up`,
    );
    if (family === "both") {
      this.#namespace.ip(`addr add ${this.address(on)}/24 brd + dev eth${on}`);
    }
    this.#namespace.ip(`link set eth${on} up`);
  }

  /** The adapter is gone, with its cable. */
  unplug(on: SwitchNumber): void {
    this.#namespace.ip(`link del eth${on}`);
  }

  /** Passes on what is for other subnets. */
  route(): void {
    this.#namespace.run(["sysctl", "-q", "-w", "net.ipv4.ip_forward=1"]);
  }

  /** What comes to a UDP port goes to another host in our name, as to a container; needs `nft`. */
  forward(
    on: SwitchNumber,
    port: number,
    { to, port: toPort }: { to: string; port: number },
  ): void {
    this.#namespace.run(
      ["nft", "-f", "-"],
      `table ip forward-${port} {
        chain in {
          type nat hook prerouting priority -100
          iifname "eth${on}" udp dport ${port} dnat to ${to}:${toPort}
        }
        chain out {
          type nat hook postrouting priority 100
          ip daddr ${to} masquerade
        }
      }`,
    );
  }

  /** A firewall that lets in only what answers to what was sent; needs `nft`. */
  closeFirewall(): void {
    this.setFirewall(`chain in {
      type filter hook input priority 0; policy drop
      iif lo accept
      ct state established,related accept
      meta l4proto ipv6-icmp accept
    }`);
  }

  /** Another lease: the adapter has this address of its subnet now, and no other. */
  changeAddress(on: SwitchNumber, last: number): void {
    this.#namespace.ip(
      `addr flush dev eth${on}`,
      `addr add 10.77.${on}.${last}/24 brd + dev eth${on}`,
    );
  }

  /** One more address on the adapter. */
  addAddress(on: SwitchNumber, last: number): string {
    const address = `10.77.${on}.${last}`;
    this.#namespace.ip(`addr add ${address}/24 brd + dev eth${on}`);
    return address;
  }

  /** Reaches the subnet of a switch, where it has no adapter, through a host that has. */
  setRoute(to: SwitchNumber, via: string): void {
    this.#namespace.ip(`route add 10.77.${to}.0/24 via ${via}`);
  }

  /** Lets this host send in another's name: it has its address, and never answers for it. */
  impersonate(address: string): void {
    const settings = ["net.ipv4.conf.all.arp_ignore=1", "net.ipv4.conf.all.arp_announce=2"];
    this.#namespace.run(["sysctl", "-q", "-w", ...settings]);
    this.#namespace.ip(`addr add ${address}/32 dev lo`);
  }

  /** A firewall that lets nothing in from an address; needs `nft`. */
  refuse(on: SwitchNumber, from: string): void {
    this.#namespace.run(
      ["nft", "-f", "-"],
      `table netdev refuse {
        chain in { type filter hook ingress device "eth${on}" priority 0; ip saddr ${from} drop; }
      }`,
    );
  }

  /** The cable is pulled or put back: the host sees its carrier go and come. */
  setCable(on: SwitchNumber, isIn: boolean): void {
    this.#switches.ip(`link set ${this.#port(on)} ${isIn ? "up" : "down"}`);
  }

  /** The adapter is switched off or on: sending fails, and routes are gone meanwhile. */
  setAdapter(on: SwitchNumber, isUp: boolean): void {
    this.#namespace.ip(`link set eth${on} ${isUp ? "up" : "down"}`);
  }

  /** Sends what is for no subnet of ours out of this adapter. */
  setDefaultRoute(on: SwitchNumber): void {
    this.#namespace.ip(`route add default via 10.77.${on}.254 dev eth${on}`);
  }

  /** Loses a share of what the host sends and of what it receives; needs `nft`. */
  lose(on: SwitchNumber, percent: number): void {
    const rule = `numgen random mod 100 < ${percent} drop`;
    this.#namespace.run(
      ["nft", "-f", "-"],
      `table netdev loss {
        chain in { type filter hook ingress device "eth${on}" priority 0; ${rule}; }
      }`,
    );
    const port = this.#port(on);
    this.#switches.run(
      ["nft", "-f", "-"],
      `table netdev loss-${port} {
        chain in { type filter hook ingress device "${port}" priority 0; ${rule}; }
      }`,
    );
  }

  /** A firewall of these chains of the family inet; needs `nft`. */
  setFirewall(...chains: readonly string[]): void {
    this.#namespace.run(["nft", "-f", "-"], `table inet own {\n${chains.join("\n")}\n}`);
  }

  /** The adapter has this address and no other, of either family; none at all without one. */
  setAddress(on: SwitchNumber, address?: string): void {
    const added = address === undefined ? [] : [`addr add ${address} brd + dev eth${on}`];
    this.#namespace.ip(`addr flush dev eth${on}`, ...added);
  }

  /** The switch passes nothing between this port and others that are isolated too. */
  isolate(on: SwitchNumber): void {
    this.#switches.ip(`link set ${this.#port(on)} type bridge_slave isolated on`);
  }

  /** What a command in here prints. */
  output(...command: readonly string[]): string {
    return this.#namespace.output(command);
  }

  /** Starts a command that runs until the host is closed. */
  start(...command: readonly string[]): void {
    this.#commands.push(this.#namespace.spawn(command));
  }

  /** Starts Node on a script; what it prints are JSON lines. */
  node(script: string, ...args: readonly string[]): Program {
    const command = this.#namespace.enter([process.execPath, script, ...args]);
    // Whatever the caller's shell says of adapters is about another network.
    const own = { HOME: this.#home, TERM: "dumb", EARSHOT_INTERFACE: "", EARSHOT_DATA: "" };
    const env = { ...process.env, ...own };
    const program = new Program(command, env);
    this.#programs.push(program);
    return program;
  }

  /** Starts the built earshot. */
  earshot(...args: readonly string[]): Program {
    return this.node("dist/program/main.js", ...args, "--data", join(this.#home, args[0] ?? ""));
  }

  /** Power cut: the cable first, so that no closing socket says a word. */
  cutPower(on: SwitchNumber): void {
    this.setCable(on, false);
    for (const program of this.#programs) program.kill("SIGKILL");
  }

  async close(): Promise<void> {
    for (const program of this.#programs) {
      program.kill("SIGKILL");
      await program.exitCode;
    }
    for (const command of this.#commands) command.kill("SIGKILL");
    await this.#namespace.close();
  }

  #port(on: SwitchNumber): string {
    return `h${this.#number}-${on}`;
  }
}

/** Why nothing can be captured here, or `undefined`. */
export function whyNoCapture(): string | undefined {
  const { status } = spawnSync("tcpdump", ["--version"]);
  return status === 0 ? undefined : "tcpdump is not installed";
}

/** Why frames cannot be lost on purpose here, or `undefined`. */
export function whyNoLoss(): string | undefined {
  const { status } = spawnSync("nft", ["--version"]);
  return status === 0 ? undefined : "nft is not installed";
}
