import type { Address } from "../base/address.ts";
import type { Clock, Timer } from "../base/clock.ts";
import { type Adapter, type AdapterLister, listAdapters } from "./adapters.ts";
import { Announcer, type AnnouncerCounts, type AnnouncerOptions } from "./announcer.ts";
import { type AdapterChange, DiscoverySockets } from "./discovery-sockets.ts";

export interface BeaconOptions extends AnnouncerOptions {
  /** Names or addresses of adapters; all of them when empty. */
  readonly interfaces: readonly string[];
  readonly discoveryPort: number;
  /** Sends from the port that `describe` names. */
  readonly sendData: (to: Address, datagram: Uint8Array) => void;
  /** The address of a peer's place whose host is a name; `undefined` when it is not found. Never rejects. */
  readonly lookUp?: (place: Address) => Promise<Address | undefined>;
  readonly clock: Clock;
  /** The machine's own adapters unless a test plays with them. */
  readonly listAdapters?: AdapterLister;
}

/** A server's voice on the network. */
export interface Beacon {
  /** Whether questions are heard; if not, another program holds the discovery port for itself. */
  readonly isHearing: boolean;
  readonly counts: AnnouncerCounts;
  adapters(): readonly Adapter[];
  /** What `describe` says has changed. */
  changed(): void;
  /** A datagram came to the data port whose first byte has bit 0x40 clear. */
  handleData(datagram: Uint8Array, from: Address): void;
  /** Says goodbye and goes silent; takes `goodbyeGapMs`. Questions are not answered from now on. */
  close(): Promise<void>;
}

/**
 * Announces a server on every adapter and answers questions until it is closed.
 *
 * @throws {EarshotError} NAMING an interface that is not there `interface-not-found`.
 */
export async function startBeacon(options: BeaconOptions): Promise<Beacon> {
  const beacon = new RunningBeacon(options);
  await beacon.open();
  return beacon;
}

class RunningBeacon implements Beacon {
  readonly #options: BeaconOptions;
  readonly #announcer: Announcer;
  #sockets: DiscoverySockets | undefined;
  #wakeUp: { readonly at: number; readonly timer: Timer } | undefined;
  #onSilent: () => void = () => undefined;
  #closing: Promise<void> | undefined;

  constructor(options: BeaconOptions) {
    this.#options = options;
    this.#announcer = new Announcer(options.clock.now(), options);
  }

  async open(): Promise<void> {
    const { interfaces, discoveryPort, clock } = this.#options;
    this.#sockets = await DiscoverySockets.open({
      interfaces,
      discoveryPort,
      clock,
      listAdapters: this.#options.listAdapters ?? listAdapters,
      onDatagram: (datagram, from) => {
        if (this.#announcer.handleDatagram(clock.now(), datagram, from)) this.#run();
      },
      onAdapters: (change) => this.#handleAdapters(change),
      onUnsent: () => {
        this.#announcer.handleUnsent(clock.now());
        this.#run();
      },
    });
    this.#run();
  }

  get isHearing(): boolean {
    return this.#sockets?.isHearing ?? false;
  }

  get counts(): AnnouncerCounts {
    return this.#announcer.counts;
  }

  adapters(): readonly Adapter[] {
    return this.#sockets?.adapters ?? [];
  }

  changed(): void {
    this.#announcer.handleChange(this.#options.clock.now());
    this.#run();
  }

  handleData(datagram: Uint8Array, from: Address): void {
    const now = this.#options.clock.now();
    if (this.#announcer.handleDataDatagram(now, datagram, from)) this.#run();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const silent = new Promise<void>((resolve) => {
      this.#onSilent = resolve;
    });
    this.#announcer.handleClose(this.#options.clock.now());
    this.#run();
    await silent;
    await this.#sockets?.close();
  }

  #handleAdapters({ adapters, isNew, hasSlept }: AdapterChange): void {
    const now = this.#options.clock.now();
    this.#announcer.handleAdapters(now, adapters, isNew || hasSlept);
    this.#run();
  }

  /** Does what is due and sets the timer for what comes next. */
  #run(): void {
    const { clock, sendData } = this.#options;
    // The burst begins when it can be sent and answered.
    if (this.#sockets === undefined) return;
    for (const place of this.#announcer.pollLookups(clock.now())) void this.#lookUp(place);
    this.#announcer.handleTimeout(clock.now());
    for (;;) {
      const transmit = this.#announcer.pollTransmit();
      if (transmit === undefined) break;
      if (transmit.type === "send" && transmit.from === "data") {
        sendData(transmit.to, transmit.datagram);
      } else this.#sockets.send(transmit);
    }
    const nextAt = this.#announcer.pollTimeout();
    if (nextAt === undefined) this.#onSilent();
    else this.#wakeUpAt(nextAt);
  }

  async #lookUp(place: Address): Promise<void> {
    const address = await this.#options.lookUp?.(place);
    if (address === undefined) return;
    this.#announcer.handleLookup(this.#options.clock.now(), place, address);
    if (this.#closing === undefined) this.#run();
  }

  #wakeUpAt(at: number): void {
    if (this.#wakeUp?.at === at) return;
    this.#wakeUp?.timer.cancel();
    const timer = this.#options.clock.setTimer(at, () => {
      this.#wakeUp = undefined;
      this.#run();
    });
    this.#wakeUp = { at, timer };
  }
}
