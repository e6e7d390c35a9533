import { type Address, formatAddress, virtualNumber } from "../../src/base/address.ts";
import type { Timer } from "../../src/base/clock.ts";
import { Endpoint } from "../../src/transport/endpoint.ts";
import type { EndpointOptions } from "../../src/transport/endpoint-options.ts";
import type {
  ConnectionHandle,
  ConnectOptions,
  EndpointEvent,
  EndpointPort,
} from "../../src/transport/endpoint-port.ts";
import type { ConnectionStats, EndpointStats } from "../../src/transport/endpoint-stats.ts";
import { identityOf, type TransportIdentity } from "../../src/transport/identity.ts";
import { keyPairOf } from "../../src/transport/noise.ts";
import { socketCharge } from "../../src/transport/socket-charge.ts";
import type { StreamPort } from "../../src/transport/stream-port.ts";
import type { SimulatedClock } from "./clock.ts";
import { HostInvariants } from "./host-invariants.ts";
import type { SimulatedNetwork } from "./network.ts";
import type { SeededRandom } from "./random.ts";

export interface SimulatedHostOptions {
  readonly clock: SimulatedClock;
  readonly network: SimulatedNetwork;
  readonly random: SeededRandom;
  readonly address: Address;
  readonly isAccepting: boolean;
  /** One of its own when absent. */
  readonly identity?: TransportIdentity;
  /** See `UdpEndpointOptions.onVirtual`. */
  readonly onVirtual?: (to: Address, datagram: Uint8Array) => void;
  readonly onEvent: (event: EndpointEvent) => void;
  /** What the socket's buffer holds, counted with `socketCharge`; endless when absent. */
  readonly socketBufferBytes?: number;
  /** What reading a datagram takes; nothing when absent. */
  readonly readMs?: number;
  readonly endpoint?: Partial<Omit<EndpointOptions, "random" | "isAccepting">>;
}

/**
 * A host on a simulated network: what `UdpEndpoint` is on a real one. Time passes only while the
 * test advances the clock; events come from within `clock.advance`, never from within a call. After
 * every turn it must keep `HostInvariants`.
 */
export class SimulatedHost implements EndpointPort {
  /** Kept on its disk, so to say: it is the same after a restart. */
  readonly identity: TransportIdentity;
  readonly #options: SimulatedHostOptions;
  #address: Address;
  #endpoint: Endpoint;
  #invariants = new HostInvariants();
  #isAlive = true;
  #stalledUntil = 0;
  /** Datagrams that found the socket's buffer full. */
  overflowCount = 0;
  #bufferedBytes = 0;
  #readAt = 0;
  #flush: Timer | undefined;
  #timer: Timer | undefined;

  constructor(options: SimulatedHostOptions) {
    this.#options = options;
    this.#address = options.address;
    this.identity = options.identity ?? identityOf(keyPairOf(options.random.bytes(32)));
    this.#endpoint = this.#start();
  }

  get address(): Address {
    return this.#address;
  }

  /** `address` as text, for maps and messages. */
  get name(): string {
    return formatAddress(this.address);
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get stats(): EndpointStats {
    return this.#endpoint.stats;
  }

  connectionStats(connection: ConnectionHandle): ConnectionStats | undefined {
    return this.#endpoint.connectionStats(connection);
  }

  issueCookie(host: string): Uint8Array {
    return this.#endpoint.issueCookie(this.#now, host);
  }

  connect(to: Address, options?: ConnectOptions): ConnectionHandle {
    const connection = this.#endpoint.connect(this.#now, to, options);
    this.#invariants.onConnect(to);
    this.#onCall();
    return connection;
  }

  send(connection: ConnectionHandle, channel: number, message: Uint8Array): boolean {
    const isBelowMark = this.#endpoint.send(this.#now, connection, channel, message);
    this.#onCall();
    return isBelowMark;
  }

  streams(connection: ConnectionHandle): StreamPort | undefined {
    this.#onCall();
    return this.#endpoint.streams(this.#now, connection);
  }

  /** See `UdpEndpoint.receiveVirtual`. */
  receiveVirtual(from: Address, datagram: Uint8Array): void {
    if (this.#isAlive) this.#receive(this.#endpoint, datagram, from);
  }

  close(connection: ConnectionHandle, code: number, text: string): void {
    this.#endpoint.close(this.#now, connection, code, text);
    this.#onCall();
  }

  abort(connection: ConnectionHandle, code: number, text: string): void {
    this.#endpoint.abort(this.#now, connection, code, text);
    this.#onCall();
  }

  /** Power cut: nothing is sent, no event comes, everything is forgotten. */
  kill(): void {
    this.#isAlive = false;
    this.#options.network.detach(this.address);
    this.#flush?.cancel();
    this.#timer?.cancel();
    this.#flush = undefined;
    this.#timer = undefined;
  }

  /** Switches a killed host on again, at the same address and with no memory of before. */
  restart(): void {
    this.kill();
    this.#isAlive = true;
    this.#invariants = new HostInvariants();
    this.#endpoint = this.#start();
  }

  /** Another adapter, lease or router: from now on it sends from here, and hears only here. */
  rebind(address: Address): void {
    this.#options.network.detach(this.#address);
    this.#address = address;
    if (this.#isAlive) this.#attach(this.#endpoint);
  }

  /** The process stands still for so long: it reads nothing and its timers are late. */
  stall(ms: number): void {
    this.#stalledUntil = this.#now + ms;
  }

  get #now(): number {
    return this.#options.clock.now();
  }

  #start(): Endpoint {
    const { random, isAccepting } = this.#options;
    const endpoint = new Endpoint({
      random: random.fork(),
      isAccepting,
      identity: this.identity,
      ...this.#options.endpoint,
    });
    this.#attach(endpoint);
    return endpoint;
  }

  #attach(endpoint: Endpoint): void {
    const { network } = this.#options;
    network.attach(this.#address, (datagram, from) => this.#receive(endpoint, datagram, from));
  }

  /** Into the socket's buffer, where it waits until the process has read what came before. */
  #receive(endpoint: Endpoint, datagram: Uint8Array, from: Address): void {
    const { clock, socketBufferBytes = Number.POSITIVE_INFINITY, readMs = 0 } = this.#options;
    const charge = socketCharge(datagram.length);
    if (socketBufferBytes < this.#bufferedBytes + charge) {
      this.overflowCount += 1;
      return;
    }
    this.#readAt = Math.max(this.#now, this.#stalledUntil, this.#readAt) + readMs;
    if (this.#readAt <= this.#now) {
      this.#read(endpoint, datagram, from);
      return;
    }
    this.#bufferedBytes += charge;
    clock.setTimer(this.#readAt, () => {
      this.#bufferedBytes -= charge;
      this.#read(endpoint, datagram, from);
    });
  }

  #read(endpoint: Endpoint, datagram: Uint8Array, from: Address): void {
    if (endpoint !== this.#endpoint) return;
    if (this.#now < this.#stalledUntil) {
      // Read before any timer is seen to.
      this.#options.clock.setTimer(this.#stalledUntil, () => this.#read(endpoint, datagram, from));
      return;
    }
    if (!this.#isAlive) return;
    this.#invariants.onReceived(from, datagram.length);
    endpoint.handleDatagram(this.#now, from, datagram);
    this.#tellEvents();
    this.#scheduleFlush();
  }

  #onCall(): void {
    this.#invariants.onCall();
    this.#scheduleFlush();
  }

  /** As in the event loop: what is called now leaves when the current callback is over. */
  #scheduleFlush(): void {
    if (!this.#isAlive || this.#flush !== undefined) return;
    const at = Math.max(this.#now, this.#stalledUntil);
    this.#flush = this.#options.clock.setTimer(at, () => {
      this.#flush = undefined;
      this.#turn();
    });
  }

  #turn(): void {
    const { network } = this.#options;
    if (this.#now < this.#stalledUntil) {
      this.#scheduleFlush();
      return;
    }
    this.#endpoint.handleTimeout(this.#now);
    this.#tellEvents();
    for (;;) {
      const transmit = this.#isAlive ? this.#endpoint.pollTransmit(this.#now) : undefined;
      if (transmit === undefined) break;
      this.#invariants.onSent(transmit.to, transmit.datagram.length);
      if (virtualNumber(transmit.to) !== undefined) {
        this.#options.onVirtual?.(transmit.to, transmit.datagram);
      } else network.send(this.address, transmit.to, transmit.datagram);
    }
    this.#tellEvents();
    if (this.#endpoint.hasMore) this.#scheduleFlush();
    this.#setTimer();
    this.#invariants.afterTurn(this.#now, this.#endpoint);
  }

  #tellEvents(): void {
    while (this.#isAlive) {
      const event = this.#endpoint.pollEvent();
      if (event === undefined) return;
      this.#invariants.onEvent(event);
      this.#options.onEvent(event);
    }
  }

  #setTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const at = this.#endpoint.pollTimeout();
    if (at === undefined || !this.#isAlive) return;
    // As the event loop's: whole ms, and at least one.
    const waitMs = Math.max(1, Math.ceil(at - this.#now));
    this.#timer = this.#options.clock.setTimer(this.#now + waitMs, () => {
      this.#timer = undefined;
      this.#scheduleFlush();
    });
  }
}
