import type { Address } from "../base/address.ts";
import type { Clock, Timer } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { type Adapter, type AdapterLister, listAdapters } from "./adapters.ts";
import { type DiscoveryPacket, encodePacket } from "./announcement.ts";
import type { DiscoveredServer } from "./discovered-server.ts";
import { type DiscoveryCounts, DiscoverySockets } from "./discovery-sockets.ts";
import { QuestionLog } from "./question-log.ts";
import { queryTiming, RepeatSchedule } from "./repeat-schedule.ts";
import { ServerList, type ServerListCounts } from "./server-list.ts";

export interface BrowserOptions {
  /** Names or addresses of adapters; all of them when empty. */
  readonly interfaces: readonly string[];
  readonly discoveryPort: number;
  readonly clock: Clock;
  readonly random: Random;
  /** `servers()` tells something new. */
  readonly onChange?: () => void;
  /** The machine's own adapters unless a test plays with them. */
  readonly listAdapters?: AdapterLister;
}

/** Datagrams and announcements that were dropped. */
export interface BrowserCounts extends DiscoveryCounts, ServerListCounts {
  /** Answers to no question of ours. */
  readonly unasked: number;
}

/** Looks for servers on every adapter. */
export interface Browser {
  /** Whether beacons are heard too; if not, only answers to our questions. */
  readonly isHearing: boolean;
  readonly counts: BrowserCounts;
  /** Who is there, each once, by name and then by id. */
  servers(): readonly DiscoveredServer[];
  adapters(): readonly Adapter[];
  /** Asks again now. */
  refresh(): void;
  close(): Promise<void>;
}

export interface FindOptions extends Omit<BrowserOptions, "onChange"> {
  readonly isMatch: (server: DiscoveredServer) => boolean;
  readonly timeoutMs: number;
}

/**
 * Looks for servers until it is closed: asks in a burst, then every 2.5 s, and listens to beacons.
 *
 * @throws {EarshotError} NAMING an interface that is not there `interface-not-found`.
 */
export async function startBrowser(options: BrowserOptions): Promise<Browser> {
  const browser = new RunningBrowser(options);
  await browser.open();
  return browser;
}

/**
 * The first server that matches, or `undefined` when none was heard in time.
 *
 * @throws {EarshotError} NAMING an interface that is not there `interface-not-found`.
 */
export async function findServer(options: FindOptions): Promise<DiscoveredServer | undefined> {
  const { clock, isMatch, timeoutMs } = options;
  let resolveFound: (server: DiscoveredServer | undefined) => void;
  const found = new Promise<DiscoveredServer | undefined>((resolve) => {
    resolveFound = resolve;
  });
  const browser = new RunningBrowser({
    ...options,
    onChange: () => {
      const match = browser.servers().find(isMatch);
      if (match !== undefined) resolveFound(match);
    },
  });
  const timer = clock.setTimer(clock.now() + timeoutMs, () => resolveFound(undefined));
  try {
    await browser.open();
    return await found;
  } finally {
    timer.cancel();
    await browser.close();
  }
}

class RunningBrowser implements Browser {
  readonly #options: BrowserOptions;
  readonly #schedule: RepeatSchedule;
  readonly #questions: QuestionLog;
  readonly #list = new ServerList();
  #sockets: DiscoverySockets | undefined;
  #timer: Timer | undefined;
  #isClosed = false;
  #unaskedCount = 0;

  constructor(options: BrowserOptions) {
    const { clock, random } = options;
    this.#options = options;
    this.#schedule = new RepeatSchedule(clock.now(), queryTiming, random);
    this.#questions = new QuestionLog(random);
  }

  async open(): Promise<void> {
    const { interfaces, discoveryPort, clock } = this.#options;
    this.#sockets = await DiscoverySockets.open({
      interfaces,
      discoveryPort,
      clock,
      listAdapters: this.#options.listAdapters ?? listAdapters,
      onPacket: (packet, from, adapter) => this.#handlePacket(packet, from, adapter),
      onAdapterAdded: () => this.refresh(),
    });
    // The burst begins when it can be heard.
    this.refresh();
  }

  get isHearing(): boolean {
    return this.#sockets?.isHearing ?? false;
  }

  get counts(): BrowserCounts {
    const { malformed = 0, offLink = 0 } = this.#sockets?.counts ?? {};
    return { malformed, offLink, ...this.#list.counts, unasked: this.#unaskedCount };
  }

  servers(): readonly DiscoveredServer[] {
    return this.#list.servers();
  }

  adapters(): readonly Adapter[] {
    return this.#sockets?.adapters ?? [];
  }

  refresh(): void {
    this.#schedule.handleStart(this.#options.clock.now());
    this.#run();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#sockets?.close();
  }

  #handlePacket(packet: DiscoveryPacket, from: Address, adapter: Adapter): void {
    // Our own questions come back to the shared port.
    if (packet.type === "query") return;
    const now = this.#options.clock.now();
    const { announcement } = packet;
    const hearing = { announcement, from, via: adapter.name };
    let isChanged = false;
    if (packet.type === "goodbye") isChanged = this.#list.handleGoodbye(now, hearing);
    else if (packet.type === "beacon") isChanged = this.#list.handleAnnouncement(now, hearing);
    else {
      const rttMs = this.#questions.rttMs(now, packet.nonce);
      const { cookie } = packet;
      if (rttMs === undefined) this.#unaskedCount += 1;
      else {
        const answer = { ...hearing, rttMs, ...(cookie && { cookie }) };
        isChanged = this.#list.handleAnnouncement(now, answer);
      }
    }
    this.#run();
    if (isChanged) this.#options.onChange?.();
  }

  /** Does what is due and sets the timer for what comes next. */
  #run(): void {
    if (this.#isClosed) return;
    const { clock, onChange } = this.#options;
    const now = clock.now();
    if (this.#schedule.poll(now)) this.#ask(now);
    const isChanged = this.#list.handleTimeout(now);
    const nextAt = Math.min(
      this.#schedule.pollTimeout(),
      this.#list.pollTimeout() ?? Number.POSITIVE_INFINITY,
    );
    this.#timer?.cancel();
    this.#timer = clock.setTimer(nextAt, () => this.#run());
    if (isChanged) onChange?.();
  }

  /** Each adapter gets a nonce of its own: a server answers each nonce once, and we want every path. */
  #ask(now: number): void {
    for (const adapter of this.adapters()) {
      const nonce = this.#questions.ask(now);
      this.#sockets?.broadcast(adapter, encodePacket({ type: "query", nonce }));
    }
  }
}
