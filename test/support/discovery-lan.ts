import type { Address } from "../../src/base/address.ts";
import type { Timer } from "../../src/base/clock.ts";
import { AdapterTable } from "../../src/discovery/adapter-table.ts";
import { type Adapter, multicastGroup } from "../../src/discovery/adapters.ts";
import type { ServerDescription } from "../../src/discovery/announcer.ts";
import { Announcer, type AnnouncerOptions } from "../../src/discovery/announcer.ts";
import { type DiscoveryPacket, encodePacket } from "../../src/discovery/packet.ts";
import { ServerSearch, type ServerSearchOptions } from "../../src/discovery/server-search.ts";
import type { DiscoveryTransmit } from "../../src/discovery/transmit.ts";
import { SimulatedClock } from "./clock.ts";
import { SeededRandom } from "./random.ts";

/** How servers are asked by what reaches everyone on a link, or one host. */
export type Mechanism = "broadcast" | "multicast" | "ipv6" | "unicast";

/** The discovery port of the simulated network. */
export const discoveryPort = 28_197;

const delayMs = 0.2;
const fullMask = "255.255.255.0";

/** Says whether a datagram may pass; `via` tells how it was sent. */
export type LinkFilter = (via: Mechanism, from: Address, to: string) => boolean;

/** What hears datagrams on a host: the engine of a server or of a client. */
interface Listener {
  readonly hears: boolean;
  readonly port: number;
  readonly dataPort: number | undefined;
  handle(datagram: Uint8Array, from: Address): void;
  handleData(datagram: Uint8Array, from: Address): void;
}

/**
 * Links and hosts in memory, for the engines of discovery: what is sent to all reaches every host of
 * the link by its mechanism, a router joins all links for what is sent to one host.
 */
export class DiscoveryLan {
  readonly clock: SimulatedClock = new SimulatedClock();
  readonly random: SeededRandom;
  readonly hosts: SimulatedDiscoveryHost[] = [];
  /** Whether a router joins the links. */
  hasRouter = false;
  /** Chance that a datagram is lost. */
  loss = 0;
  /** Datagrams sent, and their bytes. */
  readonly sent = { count: 0, bytes: 0 };
  readonly #filters = new Map<number, LinkFilter>();

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
  }

  /** A host with an adapter on each of these links: eth1 with 10.77.1.N, and so on. */
  host(...links: readonly number[]): SimulatedDiscoveryHost {
    const host = new SimulatedDiscoveryHost(this, this.hosts.length + 1);
    this.hosts.push(host);
    for (const link of links) host.plug(link);
    return host;
  }

  /** What passes on a link. */
  filter(link: number, filter: LinkFilter): void {
    this.#filters.set(link, filter);
  }

  passes(link: number, via: Mechanism, from: Address, to: string): boolean {
    return this.#filters.get(link)?.(via, from, to) ?? true;
  }

  /** Delivers after a moment, unless it gets lost. */
  carry(datagram: Uint8Array, deliver: () => void): void {
    this.sent.count += 1;
    this.sent.bytes += datagram.length;
    if (this.random.chance(this.loss)) return;
    this.clock.setTimer(this.clock.now() + delayMs, deliver);
  }

  hostOf(address: string): SimulatedDiscoveryHost | undefined {
    return this.hosts.find((host) => host.adapters.some((adapter) => adapter.address === address));
  }
}

/** A host of the simulated network. */
export class SimulatedDiscoveryHost {
  readonly number: number;
  readonly listeners: Listener[] = [];
  readonly #lan: DiscoveryLan;
  #adapters: Adapter[];
  #table: AdapterTable;
  #nextPort = 40_000;
  readonly #onAdapters: (() => void)[] = [];

  constructor(lan: DiscoveryLan, number: number) {
    this.#lan = lan;
    this.number = number;
    const targets = ["127.255.255.255"];
    const netmask = "255.0.0.0";
    const loopback = { name: "lo", address: "127.0.0.1", netmask, isLoopback: true, targets };
    this.#adapters = [{ ...loopback, hardware: "" }];
    this.#table = new AdapterTable(this.#adapters);
  }

  get adapters(): readonly Adapter[] {
    return this.#adapters;
  }

  address(link: number): string {
    return `10.77.${link}.${this.number}`;
  }

  /** A new adapter; the engines notice it at once. */
  plug(link: number, families: readonly ("ipv4" | "ipv6")[] = ["ipv4", "ipv6"]): void {
    const name = `eth${link}`;
    const base = { name, isLoopback: false, hardware: String(this.#lan.random.unit()) };
    if (families.includes("ipv4")) {
      const targets = ["255.255.255.255", multicastGroup];
      this.#adapters.push({ ...base, address: this.address(link), netmask: fullMask, targets });
    }
    if (families.includes("ipv6")) {
      const address = `fe80::${this.number.toString(16)}%${name}`;
      const netmask = "ffff:ffff:ffff:ffff::";
      this.#adapters.push({ ...base, address, netmask, targets: [`ff02::1%${name}`] });
    }
    this.#changed();
  }

  unplug(link: number): void {
    this.#adapters = this.#adapters.filter(({ name }) => name !== `eth${link}`);
    this.#changed();
  }

  /** A server, which describes itself by these and more. */
  serve(
    description: Partial<ServerDescription> & { readonly id: string },
    options: Partial<AnnouncerOptions> = {},
  ): SimulatedAnnouncer {
    return new SimulatedAnnouncer(this.#lan, this, description, options);
  }

  browse(options: Partial<ServerSearchOptions> = {}): SimulatedSearch {
    return new SimulatedSearch(this.#lan, this, options);
  }

  /** Somebody who sends what he likes. */
  shout(link: number, packet: DiscoveryPacket, fromHost: string = this.address(link)): void {
    const adapter = this.#adapters.find(({ address }) => address === this.address(link));
    if (adapter === undefined) throw new Error(`host ${this.number} is not on link ${link}`);
    const datagram = encodePacket(packet);
    this.#cast({ type: "cast", adapter, targets: ["255.255.255.255"], datagram }, 9_999, fromHost);
  }

  takePort(): number {
    this.#nextPort += 1;
    return this.#nextPort;
  }

  onAdapters(notice: () => void): void {
    this.#onAdapters.push(notice);
  }

  send(transmit: DiscoveryTransmit, port: number, dataPort: number | undefined): void {
    if (transmit.type === "cast") {
      this.#cast(transmit, port);
      return;
    }
    const { to, from, datagram } = transmit;
    const ports = { any: port, discovery: discoveryPort, data: dataPort ?? 0 };
    this.#sendTo(to, ports[from], datagram);
  }

  /** A datagram arrives that was sent to this host alone: the last one bound to a port gets it. */
  receive(to: Address, datagram: Uint8Array, from: Address): void {
    const { port } = to;
    const listener = this.listeners.findLast(
      (other) =>
        other.port === port || other.dataPort === port || (other.hears && port === discoveryPort),
    );
    if (listener?.dataPort === port) listener.handleData(datagram, from);
    else listener?.handle(datagram, from);
  }

  #cast(
    { adapter, targets, datagram }: Extract<DiscoveryTransmit, { type: "cast" }>,
    port: number,
    host: string = adapter.address,
  ): void {
    const from = { host, port };
    for (const target of targets) {
      const heard = this.#hosts(adapter, mechanismOf(target), from)
        .flatMap(({ listeners }) => listeners)
        .filter(({ hears }) => hears);
      for (const listener of heard) {
        this.#lan.carry(datagram, () => listener.handle(datagram, from));
      }
    }
  }

  /** Whom a datagram to all reaches. */
  #hosts(adapter: Adapter, via: Mechanism, from: Address): readonly SimulatedDiscoveryHost[] {
    if (adapter.isLoopback) return [this];
    return this.#lan.hosts.filter((host) => {
      const there = host.adapters.find((candidate) => isBeside(candidate, adapter));
      return there !== undefined && this.#lan.passes(linkOf(adapter), via, from, there.address);
    });
  }

  #sendTo(to: Address, port: number, datagram: Uint8Array): void {
    const adapter = this.#table.adapterOf(to.host) ?? this.#routeTo(to.host);
    if (adapter === undefined) return;
    const own = this.#adapters.some(({ address }) => address === to.host);
    const host = own || adapter.isLoopback ? this : this.#hostAt(to.host, adapter);
    const from = { host: own ? to.host : adapter.address, port };
    const isPassing = host === this || this.#lan.passes(linkOf(adapter), "unicast", from, to.host);
    if (!isPassing) return;
    this.#lan.carry(datagram, () => host?.receive(to, datagram, from));
  }

  #routeTo(host: string): Adapter | undefined {
    if (!this.#lan.hasRouter || host.includes(":")) return undefined;
    return this.#adapters.find(({ isLoopback, address }) => !isLoopback && !address.includes(":"));
  }

  /** Link-local addresses are the same on every host's adapter of that name. */
  #hostAt(address: string, adapter: Adapter): SimulatedDiscoveryHost | undefined {
    const found = this.#lan.hostOf(address);
    const isThere = found?.adapters.some(
      (other) => other.address === address && linkOf(other) === linkOf(adapter),
    );
    return isThere || this.#lan.hasRouter ? found : undefined;
  }

  #changed(): void {
    this.#table = new AdapterTable(this.#adapters);
    for (const notice of this.#onAdapters) notice();
  }
}

/** Runs an `Announcer` as its driver does. */
export class SimulatedAnnouncer {
  readonly announcer: Announcer;
  readonly dataPort: number;
  readonly id: string;
  isUp = true;
  /** What it sent to everyone, and on which adapter. */
  readonly casts: Extract<DiscoveryTransmit, { type: "cast" }>[] = [];
  /** What it sent to one host. */
  readonly sends: Extract<DiscoveryTransmit, { type: "send" }>[] = [];
  readonly #lan: DiscoveryLan;
  readonly #host: SimulatedDiscoveryHost;
  readonly #port: number;
  #timer: Timer | undefined;

  constructor(
    lan: DiscoveryLan,
    host: SimulatedDiscoveryHost,
    description: Partial<ServerDescription> & { readonly id: string },
    options: Partial<AnnouncerOptions>,
  ) {
    this.#lan = lan;
    this.#host = host;
    this.#port = host.takePort();
    this.dataPort = description.port ?? host.takePort();
    this.id = description.id;
    const described = { name: "Office", versionMin: 2, versionMax: 2, members: 0, rooms: 1 };
    this.announcer = new Announcer(lan.clock.now(), {
      describe: () => ({ ...described, ...description, port: this.dataPort }),
      random: lan.random.fork(),
      ...options,
    });
    host.listeners.push({
      hears: true,
      port: this.#port,
      dataPort: this.dataPort,
      handle: (datagram, from) => {
        if (!this.isUp) return;
        this.announcer.handleDatagram(lan.clock.now(), datagram, from);
        this.#run();
      },
      handleData: (datagram, from) => {
        if (!this.isUp) return;
        this.announcer.handleDataDatagram(lan.clock.now(), datagram, from);
        this.#run();
      },
    });
    host.onAdapters(() => this.#handleAdapters(true));
    this.#handleAdapters(true);
  }

  changed(): void {
    this.announcer.handleChange(this.#lan.clock.now());
    this.#run();
  }

  close(): void {
    this.announcer.handleClose(this.#lan.clock.now());
    this.#run();
  }

  /** It ends without a word. */
  crash(): void {
    this.isUp = false;
  }

  #handleAdapters(isNew: boolean): void {
    this.announcer.handleAdapters(this.#lan.clock.now(), this.#host.adapters, isNew);
    this.#run();
  }

  #run(): void {
    if (!this.isUp) return;
    const { clock } = this.#lan;
    this.announcer.handleTimeout(clock.now());
    for (;;) {
      const transmit = this.announcer.pollTransmit();
      if (transmit === undefined) break;
      if (transmit.type === "cast") this.casts.push(transmit);
      else this.sends.push(transmit);
      this.#host.send(transmit, this.#port, this.dataPort);
    }
    const at = this.announcer.pollTimeout();
    this.#timer?.cancel();
    if (at !== undefined) this.#timer = clock.setTimer(at, () => this.#run());
  }
}

/** Runs a `ServerSearch` as its driver does. */
export class SimulatedSearch {
  readonly search: ServerSearch;
  /** When `servers()` changed, and how many there were. */
  readonly changes: { readonly at: number; readonly count: number }[] = [];
  readonly sends: Extract<DiscoveryTransmit, { type: "send" }>[] = [];
  isUp = true;
  readonly #lan: DiscoveryLan;
  readonly #host: SimulatedDiscoveryHost;
  readonly #port: number;
  #timer: Timer | undefined;

  constructor(
    lan: DiscoveryLan,
    host: SimulatedDiscoveryHost,
    options: Partial<ServerSearchOptions>,
  ) {
    this.#lan = lan;
    this.#host = host;
    this.#port = host.takePort();
    const random = lan.random.fork();
    this.search = new ServerSearch(lan.clock.now(), { random, discoveryPort, ...options });
    host.listeners.unshift({
      hears: true,
      port: this.#port,
      dataPort: undefined,
      handle: (datagram, from) => {
        if (!this.isUp) return;
        this.search.handleDatagram(lan.clock.now(), datagram, from);
        this.#run();
      },
      handleData: () => {},
    });
    host.onAdapters(() => {
      this.search.handleAdapters(lan.clock.now(), host.adapters, true);
      this.#run();
    });
    this.search.handleAdapters(lan.clock.now(), host.adapters, true);
    this.#run();
  }

  get names(): readonly string[] {
    return this.search.servers().map(({ name }) => name);
  }

  /** Waits until it lists so many servers; gives the milliseconds that took, or `undefined`. */
  until(count: number, msMax: number): number | undefined {
    const { clock } = this.#lan;
    const startedAt = clock.now();
    const isDone = clock.advanceUntil(() => this.search.servers().length === count, msMax);
    return isDone ? clock.now() - startedAt : undefined;
  }

  stop(): void {
    this.isUp = false;
  }

  #run(): void {
    if (!this.isUp) return;
    const { clock } = this.#lan;
    this.search.handleTimeout(clock.now());
    for (;;) {
      const transmit = this.search.pollTransmit();
      if (transmit === undefined) break;
      if (transmit.type === "send") this.sends.push(transmit);
      this.#host.send(transmit, this.#port, undefined);
    }
    if (this.search.takeChange()) {
      this.changes.push({ at: clock.now(), count: this.search.servers().length });
    }
    this.#timer?.cancel();
    this.#timer = clock.setTimer(this.search.pollTimeout(), () => this.#run());
  }
}

function mechanismOf(target: string): Mechanism {
  if (target.startsWith("ff02::1")) return "ipv6";
  return target === multicastGroup ? "multicast" : "broadcast";
}

function linkOf({ name }: Adapter): number {
  return Number(name.slice(3));
}

/** Whether what is sent from one adapter to all arrives at the other. */
function isBeside(there: Adapter, adapter: Adapter): boolean {
  return (
    there.name === adapter.name && there.address.includes(":") === adapter.address.includes(":")
  );
}
