import { type Address, isIpv6 } from "../base/address.ts";
import type { Clock, Timer } from "../base/clock.ts";
import { bindDatagramSocket, type DatagramSocket } from "../base/datagram-socket.ts";
import type { Random } from "../base/random.ts";
import { type AdapterLister, listAdapters, selectAdapters } from "./adapters.ts";
import { decodeDnsAnswer, encodePointerQuery } from "./dns-message.ts";
import { hintsOf, localDomain, serviceLabels } from "./dns-sd.ts";
import { RepeatSchedule, type RepeatTiming } from "./repeat-schedule.ts";
import type { HintSearch, HintSource, ServerHint } from "./server-hint.ts";

/** Where multicast DNS is spoken (RFC 6762 section 3). */
const multicastDns = { host: "224.0.0.251", port: 5353 } as const;

/** The interval grows at least twofold, and a minute is enough for what is one source of several. */
const mdnsTiming: RepeatTiming = { burstMs: [0, 1_000, 3_000], intervalMs: 60_000, jitter: 0.2 };

export interface MdnsSearchOptions {
  /** Names or addresses of adapters; all of them when empty. */
  readonly interfaces: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  /** The machine's own adapters unless a test plays with them. */
  readonly listAdapters?: AdapterLister;
  /** Where to ask; the group of multicast DNS when absent. */
  readonly responders?: Address;
}

/**
 * Asks for `_earshot._udp.local` by multicast DNS from a port of its own, so that answers come to it
 * alone and port 5353 may be anybody's (one-shot queries, RFC 6762 sections 5.1 and 6.7).
 */
export function mdnsSearch(options: MdnsSearchOptions): HintSource {
  return (onHint) => {
    const search = new MdnsSearch(options, onHint);
    search.refresh();
    return search;
  };
}

class MdnsSearch implements HintSearch {
  readonly #options: MdnsSearchOptions;
  readonly #onHint: (hint: ServerHint) => void;
  readonly #schedule: RepeatSchedule;
  readonly #query: Uint8Array;
  readonly #id: number;
  #sockets: readonly DatagramSocket[] = [];
  #asking: Promise<void> = Promise.resolve();
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(options: MdnsSearchOptions, onHint: (hint: ServerHint) => void) {
    const { clock, random } = options;
    this.#options = options;
    this.#onHint = onHint;
    this.#schedule = new RepeatSchedule(clock.now(), mdnsTiming, random);
    this.#id = Buffer.from(random.bytes(2)).readUInt16BE();
    this.#query = encodePointerQuery(this.#id, [...serviceLabels, localDomain]);
  }

  refresh(): void {
    this.#schedule.handleStart(this.#options.clock.now());
    this.#run();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#asking;
    await Promise.all(this.#sockets.map((socket) => socket.close()));
  }

  #run(): void {
    if (this.#isClosed) return;
    const { clock } = this.#options;
    if (this.#schedule.poll(clock.now())) {
      this.#asking = this.#asking.then(() => this.#ask());
    }
    this.#timer?.cancel();
    this.#timer = clock.setTimer(this.#schedule.pollTimeout(), () => this.#run());
  }

  /** From new sockets each time: the adapters may be others now. The last answers were in long ago. */
  async #ask(): Promise<void> {
    const before = this.#sockets;
    const opening = this.#adapters().map(({ address, name }) => this.#open(address, name));
    this.#sockets = (await Promise.all(opening)).filter((socket) => socket !== undefined);
    const { responders = multicastDns } = this.#options;
    for (const socket of this.#sockets) socket.send(responders, this.#query);
    await Promise.all(before.map((socket) => socket.close()));
  }

  #adapters() {
    try {
      const list = this.#options.listAdapters ?? listAdapters;
      const adapters = selectAdapters(list(), this.#options.interfaces);
      return adapters.filter(({ address }) => !isIpv6(address));
    } catch {
      return [];
    }
  }

  async #open(host: string, adapter: string): Promise<DatagramSocket | undefined> {
    try {
      return await bindDatagramSocket({
        address: { host, port: 0 },
        multicastAddress: host,
        onDatagram: (datagram, from) => {
          const answer = decodeDnsAnswer(datagram);
          if (this.#isClosed || answer?.id !== this.#id) return;
          for (const hint of hintsOf(answer, { host: from.host, adapter })) this.#onHint(hint);
        },
      });
    } catch {
      // The adapter has just gone.
      return undefined;
    }
  }
}
