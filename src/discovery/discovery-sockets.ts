import { type Address, isIpv6 } from "../base/address.ts";
import type { Clock, Timer } from "../base/clock.ts";
import {
  bindDatagramSocket,
  type DatagramSocket,
  type GroupSocket,
} from "../base/datagram-socket.ts";
import { systemErrorCode } from "../base/errors.ts";
import { AdapterTable } from "./adapter-table.ts";
import {
  type Adapter,
  type AdapterLister,
  checkInterfaces,
  multicastGroup,
  selectAdapters,
} from "./adapters.ts";
import type { DiscoveryTransmit } from "./transmit.ts";

/** Adapters come and go (a cable, a VPN, a laptop's lid); to see that nothing did costs 0.1 ms. */
export const rescanMs = 1000;

/** When a scan is so late, or the wall clock went on so much further, the machine has slept. */
export const sleepMsMin = 2000;

/**
 * Adapters on which one socket hears the group: Linux allows 20 (`igmp_max_memberships`), and those that
 * are gone go on to count.
 */
export const joinsPerSocketMax = 16;

/** Enough for `adaptersMax`, and for as many that were taken away and came back. */
export const receiversMax = 16;

/** The answers of 300 servers at once with the kernel's overhead, 768 bytes each, four times over. */
const receiveBufferBytes = 2 ** 20;

/** How the adapters are now. */
export interface AdapterChange {
  readonly adapters: readonly Adapter[];
  /** One of them was not there before, or came back. */
  readonly isNew: boolean;
  readonly hasSlept: boolean;
}

export interface DiscoverySocketsOptions {
  /** Names or addresses of adapters; all of them when empty. */
  readonly interfaces: readonly string[];
  readonly discoveryPort: number;
  readonly clock: Clock;
  readonly listAdapters: AdapterLister;
  readonly onDatagram: (datagram: Uint8Array, from: Address) => void;
  readonly onAdapters: (change: AdapterChange) => void;
  /** An address of IPv6 is not ready yet to be sent from. */
  readonly onUnsent: () => void;
}

/** What became of the last datagram to a target; without a code the system took it, which proves little. */
export interface SendOutcome {
  readonly adapter: Adapter;
  readonly target: string;
  /** The system's, as `ENETUNREACH`. */
  readonly code: string | undefined;
}

interface Sender {
  readonly adapter: Adapter;
  readonly socket: DatagramSocket;
}

interface Receiver {
  readonly socket: GroupSocket;
  joinCount: number;
}

/** What a scan found. */
interface Found {
  readonly listed: readonly Adapter[];
  /** Adapters that were taken away and came back. */
  readonly returned: readonly Adapter[];
  readonly hasSlept: boolean;
}

/** That the group is heard on an adapter, and by which socket. */
interface Membership {
  readonly adapter: Adapter;
  readonly receiver: Receiver;
}

/**
 * One sending socket for each IPv4 address, bound to it: what is sent to all then leaves by that
 * adapter even without a default route, and answers to it come back to the same socket. One for IPv6,
 * where the target names the adapter. Beside them a socket of each family on the discovery port, shared
 * with the other programs on this machine; without it (another program holds the port for itself)
 * everything but hearing goes on, and it is tried again at each scan.
 */
export class DiscoverySockets {
  readonly #options: DiscoverySocketsOptions;
  readonly #senders = new Map<string, Sender>();
  readonly #outcomes = new Map<string, SendOutcome>();
  #adapters: readonly Adapter[] = [];
  #table = new AdapterTable();
  /** For IPv6, and for what is beyond a router. */
  #ipv6Sender: DatagramSocket | undefined;
  #routedSender: DatagramSocket | undefined;
  #ipv6Receiver: DatagramSocket | undefined;
  readonly #receivers: Receiver[] = [];
  readonly #memberships = new Map<string, Membership>();
  /** What the sockets were made to fit, and whether all of them could be opened. */
  #listed: readonly Adapter[] = [];
  #isFitting = false;
  #scannedAt: { readonly now: number; readonly wallNow: number } | undefined;
  #timer: Timer | undefined;
  #scanning: Promise<void> | undefined;
  #isClosed = false;

  private constructor(options: DiscoverySocketsOptions) {
    this.#options = options;
  }

  /**
   * Opens the sockets of the adapters there are now; none is fine.
   *
   * @throws {EarshotError} OPENING an interface that is not there `interface-not-found`.
   */
  static async open(options: DiscoverySocketsOptions): Promise<DiscoverySockets> {
    checkInterfaces(options.listAdapters(), options.interfaces);
    const sockets = new DiscoverySockets(options);
    const hasSlept = sockets.#hasSlept();
    await sockets.#scan({ listed: sockets.#listAdapters(), returned: [], hasSlept });
    return sockets;
  }

  /** Whether what is sent to all is heard on the discovery port. */
  get isHearing(): boolean {
    return 0 < this.#receivers.length || this.#ipv6Receiver !== undefined;
  }

  get adapters(): readonly Adapter[] {
    return this.#adapters;
  }

  /** The last attempt to send to each target of each adapter. */
  get outcomes(): readonly SendOutcome[] {
    return [...this.#outcomes.values()];
  }

  /** Sends what an engine wants to be sent, but not from the data port, which is the server's. */
  send(transmit: DiscoveryTransmit): void {
    if (transmit.type === "cast") {
      this.#cast(transmit);
      return;
    }
    const { to, from, datagram } = transmit;
    const own = from === "discovery" ? this.#receiverTo(to) : undefined;
    const socket = own ?? this.#senderTo(to.host);
    socket?.send(to, datagram);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#scanning;
    const singles = [this.#ipv6Sender, this.#routedSender, this.#ipv6Receiver];
    const sockets = [...this.#senders.values(), ...this.#receivers].map(({ socket }) => socket);
    for (const socket of singles) if (socket !== undefined) sockets.push(socket);
    this.#senders.clear();
    await Promise.all(sockets.map((socket) => socket.close()));
  }

  #cast({ adapter, targets, datagram }: Extract<DiscoveryTransmit, { type: "cast" }>): void {
    const socket = isIpv6(adapter.address)
      ? this.#ipv6Sender
      : this.#senders.get(keyOf(adapter))?.socket;
    for (const target of targets) {
      this.#outcomes.set(outcomeKey(adapter, target), { adapter, target, code: undefined });
      socket?.send({ host: target, port: this.#options.discoveryPort }, datagram);
    }
  }

  #receiverTo({ host }: Address): DatagramSocket | undefined {
    return isIpv6(host) ? this.#ipv6Receiver : this.#receivers[0]?.socket;
  }

  #senderTo(host: string): DatagramSocket | undefined {
    if (isIpv6(host)) return this.#ipv6Sender;
    const adapter = this.#table.adapterOf(host);
    if (adapter !== undefined) return this.#senders.get(keyOf(adapter))?.socket;
    if (this.#routedSender !== undefined) return this.#routedSender;
    const senders = [...this.#senders.values()];
    return senders.find((sender) => !sender.adapter.isLoopback)?.socket;
  }

  /** Most scans find nothing new: such a one opens nothing, waits for nothing and tells nobody. */
  #rescan(): void {
    const hasSlept = this.#hasSlept();
    const listed = this.#listAdapters();
    const returned = this.#findReturned();
    const isSame = this.#isFitting && areSame(listed, this.#listed);
    if (isSame && !hasSlept && returned.length === 0) this.#scanLater();
    else void this.#scan({ listed, returned, hasSlept });
  }

  #scan(found: Found): Promise<void> {
    this.#scanning = this.#fit(found).then((change) => {
      if (this.#isClosed) return;
      this.#options.onAdapters(change);
      this.#scanLater();
    });
    return this.#scanning;
  }

  #scanLater(): void {
    const { clock } = this.#options;
    this.#timer = clock.setTimer(clock.now() + rescanMs, () => this.#rescan());
  }

  /** Makes the sockets fit the adapters. Never fails: what cannot be opened is tried next time. */
  async #fit({ listed, returned, hasSlept }: Found): Promise<AdapterChange> {
    const before = new Set(this.#adapters.map(keyOf));
    await this.#closeGone(new Set(listed.map(keyOf)));
    for (const adapter of returned) await this.#closeSender(keyOf(adapter));
    const ipv4 = listed.filter(({ address }) => !isIpv6(address));
    await Promise.all([
      this.#openReceiver(),
      this.#openIpv6(listed.length !== ipv4.length),
      this.#openRouted(),
      ...ipv4.map((adapter) => this.#openSender(adapter)),
    ]);
    const isJoined = await this.#joinGroups(ipv4);
    this.#adapters = listed.filter((adapter) => this.#isSendable(adapter));
    this.#table = new AdapterTable(this.#adapters);
    this.#listed = [...listed];
    this.#isFitting = isJoined && this.#adapters.length === listed.length && this.#isHearingAll();
    const isNew =
      0 < returned.length || this.#adapters.some((adapter) => !before.has(keyOf(adapter)));
    return { adapters: this.#adapters, isNew, hasSlept };
  }

  #isHearingAll(): boolean {
    const isIpv6Heard = this.#ipv6Sender === undefined || this.#ipv6Receiver !== undefined;
    const isRouted = 0 < this.#options.interfaces.length || this.#routedSender !== undefined;
    return 0 < this.#receivers.length && isIpv6Heard && isRouted;
  }

  #hasSlept(): boolean {
    const { clock } = this.#options;
    const before = this.#scannedAt;
    const at = { now: clock.now(), wallNow: clock.wallNow() };
    this.#scannedAt = at;
    if (before === undefined) return false;
    const passed = at.now - before.now;
    const jumped = at.wallNow - before.wallNow - passed;
    return rescanMs + sleepMsMin <= passed || sleepMsMin <= jumped;
  }

  /** When the system does not tell, everything stays as it is until the next scan. */
  #listAdapters(): readonly Adapter[] {
    try {
      return selectAdapters(this.#options.listAdapters(), this.#options.interfaces);
    } catch {
      return this.#listed;
    }
  }

  async #closeGone(present: ReadonlySet<string>): Promise<void> {
    for (const key of this.#senders.keys()) {
      if (present.has(key)) continue;
      this.#memberships.delete(key);
      await this.#closeSender(key);
    }
    for (const [key, { adapter }] of this.#outcomes) {
      if (!present.has(keyOf(adapter))) this.#outcomes.delete(key);
    }
  }

  async #closeSender(key: string): Promise<void> {
    const sender = this.#senders.get(key);
    this.#senders.delete(key);
    await sender?.socket.close();
  }

  #isSendable(adapter: Adapter): boolean {
    if (isIpv6(adapter.address)) return this.#ipv6Sender !== undefined;
    return this.#senders.has(keyOf(adapter));
  }

  async #openSender(adapter: Adapter): Promise<void> {
    if (this.#senders.has(keyOf(adapter))) return;
    const socket = await this.#open({
      address: { host: adapter.address, port: 0 },
      multicastAddress: adapter.address,
      onError: (error) => this.#handleError(adapter, error),
    });
    if (socket !== undefined) this.#senders.set(keyOf(adapter), { adapter, socket });
  }

  async #openIpv6(isWanted: boolean): Promise<void> {
    if (!isWanted) return;
    this.#ipv6Sender ??= await this.#open({
      address: { host: "::", port: 0 },
      onError: (error) => this.#handleIpv6Error(error),
    });
    const port = this.#options.discoveryPort;
    this.#ipv6Receiver ??= await this.#open({ address: { host: "::", port }, isShared: true });
  }

  /** Whoever named adapters wants nothing to leave by another one. */
  async #openRouted(): Promise<void> {
    if (0 < this.#options.interfaces.length) return;
    this.#routedSender ??= await this.#open({ address: { host: "0.0.0.0", port: 0 } });
  }

  async #openReceiver(): Promise<void> {
    if (this.#receivers.length === 0) await this.#addReceiver();
  }

  async #addReceiver(): Promise<Receiver | undefined> {
    if (receiversMax <= this.#receivers.length) return undefined;
    const address = { host: "0.0.0.0", port: this.#options.discoveryPort };
    const socket = await this.#open({ address, isShared: true });
    if (socket === undefined) return undefined;
    const receiver = { socket, joinCount: 0 };
    this.#receivers.push(receiver);
    return receiver;
  }

  /**
   * The adapters that came back. When one is taken away and put in again under the same name and
   * address, nothing tells that its membership is gone but that the group can be joined anew.
   */
  #findReturned(): readonly Adapter[] {
    const returned: Adapter[] = [];
    for (const [key, { adapter, receiver }] of this.#memberships) {
      const outcome = receiver.socket.joinGroup(multicastGroup, adapter.address);
      if (outcome === "member") continue;
      if (outcome === "failed") {
        this.#memberships.delete(key);
        this.#isFitting = false;
        continue;
      }
      receiver.joinCount += 1;
      returned.push(adapter);
    }
    return returned;
  }

  /** Hears the group on every adapter that has one; says whether that is so. */
  async #joinGroups(adapters: readonly Adapter[]): Promise<boolean> {
    let areJoined = true;
    for (const adapter of adapters) {
      const key = keyOf(adapter);
      if (!adapter.targets.includes(multicastGroup) || this.#memberships.has(key)) continue;
      const receiver = await this.#receiverWithRoom();
      const outcome = receiver?.socket.joinGroup(multicastGroup, adapter.address) ?? "failed";
      if (receiver === undefined || outcome === "failed") areJoined = false;
      else this.#memberships.set(key, { adapter, receiver });
      if (receiver !== undefined && outcome === "joined") receiver.joinCount += 1;
    }
    return areJoined;
  }

  /** The last receiver, or another one when it has joined as often as it may. */
  async #receiverWithRoom(): Promise<Receiver | undefined> {
    const last = this.#receivers.at(-1);
    const hasRoom = last !== undefined && last.joinCount < joinsPerSocketMax;
    return hasRoom ? last : this.#addReceiver();
  }

  #handleError(adapter: Adapter, error: Error): void {
    const target = "address" in error ? String(error.address) : "";
    const key = outcomeKey(adapter, target);
    if (!this.#outcomes.has(key)) return;
    this.#outcomes.set(key, { adapter, target, code: systemErrorCode(error) });
  }

  #handleIpv6Error(error: Error): void {
    const target = "address" in error ? String(error.address) : "";
    const adapter = this.#adapters.find(({ targets }) => targets.includes(target));
    if (adapter !== undefined) this.#handleError(adapter, error);
    if (systemErrorCode(error) === "EADDRNOTAVAIL" && !this.#isClosed) this.#options.onUnsent();
  }

  async #open(options: {
    readonly address: Address;
    readonly isShared?: boolean;
    readonly multicastAddress?: string;
    readonly onError?: (error: Error) => void;
  }): Promise<GroupSocket | undefined> {
    try {
      return await bindDatagramSocket({
        ...options,
        isBroadcast: !options.isShared,
        receiveBufferBytes,
        onDatagram: (datagram, from) => {
          if (!this.#isClosed) this.#options.onDatagram(datagram, from);
        },
      });
    } catch {
      // The adapter has just gone or the port is held; the next scan tries again.
      return undefined;
    }
  }
}

function areSame(listed: readonly Adapter[], before: readonly Adapter[]): boolean {
  if (listed.length !== before.length) return false;
  return listed.every((adapter, index) => {
    const other = before[index];
    return other !== undefined && keyOf(adapter) === keyOf(other);
  });
}

function keyOf({ name, address, netmask, hardware }: Adapter): string {
  return `${name} ${address}/${netmask} ${hardware}`;
}

function outcomeKey(adapter: Adapter, target: string): string {
  return `${keyOf(adapter)} ${target}`;
}
