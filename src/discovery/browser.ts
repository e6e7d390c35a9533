import type { Clock, Timer } from "../base/clock.ts";
import { type Adapter, type AdapterLister, listAdapters } from "./adapters.ts";
import type { DiscoveredServer } from "./discovered-server.ts";
import { type AdapterChange, DiscoverySockets, type SendOutcome } from "./discovery-sockets.ts";
import { listNeighbours } from "./neighbours.ts";
import type { HintSearch, HintSource, ServerHint } from "./server-hint.ts";
import {
  ServerSearch,
  type ServerSearchCounts,
  type ServerSearchOptions,
} from "./server-search.ts";

export interface BrowserOptions extends Omit<ServerSearchOptions, "neighbours"> {
  /** Names or addresses of adapters; all of them when empty. */
  readonly interfaces: readonly string[];
  readonly clock: Clock;
  /** Where else to look for servers. */
  readonly sources?: readonly HintSource[];
  /** `servers()` tells something new. */
  readonly onChange?: () => void;
  /** The machine's own adapters unless a test plays with them; then it has no neighbours either. */
  readonly listAdapters?: AdapterLister;
}

/** Looks for servers on every adapter. */
export interface Browser {
  /** Whether beacons are heard too; if not, only answers to our questions. */
  readonly isHearing: boolean;
  readonly counts: ServerSearchCounts;
  /** What became of the last question by each mechanism of each adapter. */
  readonly outcomes: readonly SendOutcome[];
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
 * The first server that matches, or `undefined` when none has answered in time.
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
  readonly #search: ServerSearch;
  #sockets: DiscoverySockets | undefined;
  #sources: readonly HintSearch[] = [];
  #wakeUp: { readonly at: number; readonly timer: Timer } | undefined;
  #turn: NodeJS.Immediate | undefined;
  #isClosed = false;

  constructor(options: BrowserOptions) {
    const { clock, interfaces, listAdapters } = options;
    this.#options = options;
    // Whoever named adapters wants nothing to leave by another one.
    const isWhole = interfaces.length === 0 && listAdapters === undefined;
    const neighbours = isWhole ? listNeighbours() : [];
    this.#search = new ServerSearch(clock.now(), { ...options, neighbours });
  }

  async open(): Promise<void> {
    const { interfaces, discoveryPort, clock, sources = [] } = this.#options;
    this.#sockets = await DiscoverySockets.open({
      interfaces,
      discoveryPort,
      clock,
      listAdapters: this.#options.listAdapters ?? listAdapters,
      onDatagram: (datagram, from) => {
        if (this.#search.handleDatagram(clock.now(), datagram, from)) this.#runSoon();
      },
      onAdapters: (change) => this.#handleAdapters(change),
      onUnsent: () => {
        this.#search.handleUnsent(clock.now());
        this.#run();
      },
    });
    // The burst begins when it can be answered.
    this.#search.handleStart(clock.now());
    this.#run();
    this.#sources = sources.map((search) => search((hint) => this.#handleHint(hint)));
  }

  get isHearing(): boolean {
    return this.#sockets?.isHearing ?? false;
  }

  get counts(): ServerSearchCounts {
    return this.#search.counts;
  }

  get outcomes(): readonly SendOutcome[] {
    return this.#sockets?.outcomes ?? [];
  }

  servers(): readonly DiscoveredServer[] {
    return this.#search.servers();
  }

  adapters(): readonly Adapter[] {
    return this.#sockets?.adapters ?? [];
  }

  refresh(): void {
    this.#search.handleStart(this.#options.clock.now());
    this.#run();
    for (const source of this.#sources) source.refresh();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wakeUp?.timer.cancel();
    clearImmediate(this.#turn);
    await Promise.all(this.#sources.map((source) => source.close()));
    await this.#sockets?.close();
  }

  #handleHint(hint: ServerHint): void {
    this.#search.handleHint(this.#options.clock.now(), hint);
    this.#run();
  }

  #handleAdapters({ adapters, isNew, hasSlept }: AdapterChange): void {
    const now = this.#options.clock.now();
    this.#search.handleAdapters(now, adapters, isNew);
    if (hasSlept) this.#search.handleWake(now);
    this.#run();
  }

  /**
   * Once for all datagrams that the system hands over together: a run looks at the whole list, and so
   * does who is told of a change. One for each of the answers of 300 servers computed for 0.2 s.
   */
  #runSoon(): void {
    this.#turn ??= setImmediate(() => {
      this.#turn = undefined;
      this.#run();
    });
  }

  /** Does what is due and sets the timer for what comes next. */
  #run(): void {
    if (this.#isClosed || this.#sockets === undefined) return;
    const { clock, onChange } = this.#options;
    this.#search.handleTimeout(clock.now());
    for (;;) {
      const transmit = this.#search.pollTransmit();
      if (transmit === undefined) break;
      this.#sockets.send(transmit);
    }
    this.#wakeUpAt(this.#search.pollTimeout());
    if (this.#search.takeChange()) onChange?.();
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
