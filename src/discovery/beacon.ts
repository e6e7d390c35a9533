import type { Address } from "../base/address.ts";
import type { Clock, Timer } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { type Adapter, type AdapterLister, listAdapters } from "./adapters.ts";
import { type Announcement, type DiscoveryPacket, encodePacket } from "./announcement.ts";
import { AnswerQueue } from "./answer-queue.ts";
import { type DiscoveryCounts, DiscoverySockets } from "./discovery-sockets.ts";
import { beaconTiming, changeGapMs, questionGapMs, RepeatSchedule } from "./repeat-schedule.ts";

/** What a server says about itself: an `Announcement` without what the beacon adds. */
export type ServerDescription = Omit<Announcement, "bootId" | "sequence">;

export interface BeaconOptions {
  /** Names or addresses of adapters; all of them when empty. */
  readonly interfaces: readonly string[];
  readonly discoveryPort: number;
  /** Asked before each announcement. The name is one that `toServerName` made, and not empty. */
  readonly describe: () => ServerDescription;
  /**
   * Asked before each answer for what lets the asker at this address into the transport at once: 1 to
   * `cookieBytesMax` bytes. Answers carry none when absent.
   */
  readonly cookieFor?: (host: string) => Uint8Array;
  readonly clock: Clock;
  readonly random: Random;
  /** The machine's own adapters unless a test plays with them. */
  readonly listAdapters?: AdapterLister;
}

/** A server's voice on the network. */
export interface Beacon {
  /** Whether questions are heard; if not, another program holds the discovery port for itself. */
  readonly isHearing: boolean;
  readonly counts: DiscoveryCounts;
  adapters(): readonly Adapter[];
  /** What `describe` says has changed. */
  changed(): void;
  /** Says goodbye and goes silent; takes `goodbyeGapMs`. */
  close(): Promise<void>;
}

/** The goodbye is said twice, in case one is lost, and so far apart that one burst does not take both. */
export const goodbyeGapMs = 50;

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
  readonly #schedule: RepeatSchedule;
  readonly #answers: AnswerQueue;
  readonly #bootId: string;
  #sequence = 0;
  #sockets: DiscoverySockets | undefined;
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(options: BeaconOptions) {
    const { clock, random } = options;
    this.#options = options;
    this.#schedule = new RepeatSchedule(clock.now(), beaconTiming, random);
    this.#answers = new AnswerQueue(clock.now(), random);
    this.#bootId = Buffer.from(random.bytes(8)).toString("hex");
  }

  async open(): Promise<void> {
    const { interfaces, discoveryPort, clock } = this.#options;
    this.#sockets = await DiscoverySockets.open({
      interfaces,
      discoveryPort,
      clock,
      listAdapters: this.#options.listAdapters ?? listAdapters,
      onPacket: (packet, from) => this.#handlePacket(packet, from),
      onAdapterAdded: () => {
        this.#schedule.handleStart(clock.now());
        this.#run();
      },
    });
    this.#run();
  }

  get isHearing(): boolean {
    return this.#sockets?.isHearing ?? false;
  }

  get counts(): DiscoveryCounts {
    return this.#sockets?.counts ?? { malformed: 0, offLink: 0 };
  }

  adapters(): readonly Adapter[] {
    return this.#sockets?.adapters ?? [];
  }

  changed(): void {
    this.#schedule.handleDemand(this.#options.clock.now(), changeGapMs);
    this.#run();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#broadcast("goodbye");
    await this.#wait(goodbyeGapMs);
    this.#broadcast("goodbye");
    await this.#sockets?.close();
  }

  #handlePacket(packet: DiscoveryPacket, from: Address): void {
    const now = this.#options.clock.now();
    if (packet.type === "query") this.#handleQuery(now, packet.nonce, from);
    // Our own beacons come back to the shared port.
    if (packet.type === "beacon" && packet.announcement.bootId !== this.#bootId) {
      this.#answers.handleNeighbour(now, packet.announcement.id);
    }
    this.#run();
  }

  /** Among many servers a beacon of each for every question would be a storm. */
  #handleQuery(now: number, nonce: string, from: Address): void {
    const isAnswered = this.#answers.handleQuery(now, { nonce, from });
    if (isAnswered && !this.#answers.isCrowded(now)) {
      this.#schedule.handleDemand(now, questionGapMs);
    }
  }

  /** Does what is due and sets the timer for what comes next. */
  #run(): void {
    if (this.#isClosed) return;
    const { clock } = this.#options;
    const now = clock.now();
    if (this.#schedule.poll(now)) this.#broadcast("beacon");
    for (const { nonce, to } of this.#answers.poll(now)) {
      const announcement = this.#announcement();
      const cookie = this.#options.cookieFor?.(to.host);
      const answer = { type: "answer", nonce, announcement, ...(cookie && { cookie }) } as const;
      this.#sockets?.send(to, encodePacket(answer));
    }
    const nextAt = Math.min(
      this.#schedule.pollTimeout(),
      this.#answers.pollTimeout() ?? Number.POSITIVE_INFINITY,
    );
    this.#timer?.cancel();
    this.#timer = clock.setTimer(nextAt, () => this.#run());
  }

  #broadcast(type: "beacon" | "goodbye"): void {
    this.#sequence += 1;
    const datagram = encodePacket({ type, announcement: this.#announcement() });
    for (const adapter of this.adapters()) this.#sockets?.broadcast(adapter, datagram);
  }

  #announcement(): Announcement {
    return { ...this.#options.describe(), bootId: this.#bootId, sequence: this.#sequence };
  }

  #wait(ms: number): Promise<void> {
    const { clock } = this.#options;
    return new Promise((resolve) => {
      clock.setTimer(clock.now() + ms, resolve);
    });
  }
}
