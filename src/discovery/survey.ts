import type { Address } from "../base/address.ts";
import type { Clock } from "../base/clock.ts";
import { bindDatagramSocket, type DatagramSocket } from "../base/datagram-socket.ts";
import { systemErrorCode } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import { type Adapter, type AdapterLister, listAdapters, selectAdapters } from "./adapters.ts";
import type { DataPortState, SendFinding, ServerFinding } from "./findings.ts";
import { PacketListener } from "./packet-listener.ts";
import { SurveyLog, type Way } from "./survey-log.ts";
import { Sweep } from "./sweep.ts";

/** When everyone is asked, in case a question or its answer is lost. */
const askAtMs = [0, 150, 450] as const;

/** By then whoever can be reached by all has answered; if nobody has, each host is asked alone. */
export const surveyMsMin = 1_000;

/** After the sweep's last question: two tries of ARP, and the answers. */
const sweepWaitMs = 1_500;

/** When a data port is asked, from the moment its server was heard. */
const probeAtMs = [0, 200, 600] as const;

export interface SurveyOptions {
  /** Names or addresses of adapters; all of them when empty. */
  readonly interfaces: readonly string[];
  readonly discoveryPort: number;
  readonly clock: Clock;
  readonly random: Random;
  /** Whether each host of the own subnets may be asked when no server answers otherwise. */
  readonly isSweeping: boolean;
  /** One server to ask, and its key if it is known. */
  readonly target?: { readonly address: Address; readonly key?: string };
  /** The machine's own adapters unless a test plays with them. */
  readonly listAdapters?: AdapterLister;
}

/** What a survey found out. */
export interface Survey {
  /** Whether the discovery port could be shared. */
  readonly isHearing: boolean;
  readonly sends: readonly SendFinding[];
  readonly servers: readonly ServerFinding[];
  /** Of the one server that was asked. */
  readonly target?: { readonly data: DataPortState; readonly error?: string };
}

/** Asks by every way there is and listens to what comes back; takes 1 to 4 s. */
export async function surveyNetwork(options: SurveyOptions): Promise<Survey> {
  const running = new RunningSurvey(options);
  try {
    return await running.run();
  } finally {
    await running.close();
  }
}

class RunningSurvey {
  readonly #options: SurveyOptions;
  readonly #log: SurveyLog;
  readonly #adapters: readonly Adapter[];
  readonly #sockets: DatagramSocket[] = [];
  readonly #sweep = new Sweep();
  #listener: PacketListener | undefined;
  #isClosed = false;
  #targetError: string | undefined;

  constructor(options: SurveyOptions) {
    const { random, discoveryPort, interfaces } = options;
    this.#options = options;
    this.#adapters = selectAdapters((options.listAdapters ?? listAdapters)(), interfaces);
    this.#log = new SurveyLog(random, discoveryPort, this.#adapters);
  }

  async run(): Promise<Survey> {
    const { discoveryPort, target } = this.#options;
    this.#listener = await PacketListener.open({
      discoveryPort,
      adapters: this.#adapters,
      onDatagram: (datagram, from) => this.#handleDatagram(datagram, from),
    });
    const ways = this.#adapters.flatMap((adapter) =>
      adapter.targets.map((to) => ({ adapter, target: to })),
    );
    const asking = ways.map((way) => this.#askEveryone(way));
    if (target !== undefined) asking.push(this.#probe(target.address, target.key));
    await Promise.all([...asking, this.#wait(surveyMsMin)]);
    if (this.#isSweepWanted()) await this.#sweepAll();
    const { sends, servers } = this.#log;
    const { isHearing } = this.#listener;
    return { isHearing, sends, servers, ...this.#targetFinding() };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#listener?.close();
    await Promise.all(this.#sockets.map((socket) => socket.close()));
  }

  #targetFinding(): Pick<Survey, "target"> {
    const { target } = this.#options;
    if (target === undefined) return {};
    const data = this.#log.stateOf(target.address);
    const error = this.#targetError;
    return { target: { data, ...(error !== undefined && { error }) } };
  }

  /** Sweeping also tells who is on the link, so it is done for a server that is silent. */
  #isSweepWanted(): boolean {
    const { isSweeping, target } = this.#options;
    if (!isSweeping) return false;
    if (target !== undefined) return this.#log.stateOf(target.address) !== "answered";
    return !this.#log.servers.some(({ data }) => data === "answered");
  }

  async #askEveryone(way: Way): Promise<void> {
    const { address } = way.adapter;
    const canHear = this.#listener?.canHear(way.target) ?? false;
    const first = this.#log.askEveryone(way, canHear);
    const onError = (error: unknown) => this.#log.handleSendError(way, codeOf(error));
    const socket = await this.#open({ address: { host: address, port: 0 }, onError });
    for (const [index, at] of askAtMs.entries()) {
      await this.#wait(at - (askAtMs[index - 1] ?? 0));
      const { to, datagram } = index === 0 ? first : this.#log.askEveryone(way, canHear);
      socket?.send(to, datagram);
    }
  }

  async #sweepAll(): Promise<void> {
    const { clock } = this.#options;
    const sockets = new Map<string, DatagramSocket | undefined>();
    for (const { address, isLoopback, targets } of this.#adapters) {
      if (isLoopback || targets.length === 0) continue;
      sockets.set(address, await this.#open({ address: { host: address, port: 0 } }));
    }
    this.#sweep.handleStart(clock.now(), this.#adapters);
    for (;;) {
      for (const host of this.#sweep.poll(clock.now())) {
        const { to, datagram } = this.#log.askHost(host);
        const via = this.#log.adapterOf(host)?.address ?? "";
        sockets.get(via)?.send(to, datagram);
      }
      const nextAt = this.#sweep.pollTimeout();
      if (nextAt === undefined) break;
      await this.#wait(nextAt - clock.now());
    }
    await this.#wait(sweepWaitMs);
  }

  #handleDatagram(datagram: Uint8Array, from: Address): void {
    if (this.#isClosed) return;
    this.#log.handleDatagram(datagram, from);
    for (;;) {
      const place = this.#log.pollPlace();
      if (place === undefined) return;
      void this.#probe(place, undefined);
    }
  }

  /** From a socket that is connected, since only such a one is told when nothing listens there. */
  async #probe(to: Address, key: string | undefined): Promise<void> {
    const isTarget = to === this.#options.target?.address;
    const onError = (error: unknown) => {
      const code = codeOf(error);
      if (code === "ECONNREFUSED") this.#log.handleRefusal(to);
      else if (isTarget) this.#targetError = code;
    };
    const host = to.host.includes(":") ? "::" : "0.0.0.0";
    const socket = await this.#open({ address: { host, port: 0 }, peer: to, onError });
    for (const [index, at] of probeAtMs.entries()) {
      await this.#wait(at - (probeAtMs[index - 1] ?? 0));
      if (this.#isClosed) return;
      const { datagram } = this.#log.askPlace(to, key);
      socket?.send(to, datagram);
    }
  }

  async #open(options: {
    readonly address: Address;
    readonly peer?: Address;
    readonly onError?: (error: unknown) => void;
  }): Promise<DatagramSocket | undefined> {
    const { host } = options.address;
    const isOfAdapter = this.#adapters.some(({ address }) => address === host);
    try {
      const socket = await bindDatagramSocket({
        ...options,
        isBroadcast: true,
        ...(isOfAdapter && !host.includes(":") && { multicastAddress: host }),
        onDatagram: (datagram, from) => this.#handleDatagram(datagram, from),
      });
      this.#sockets.push(socket);
      return socket;
    } catch (error) {
      options.onError?.(error);
      return undefined;
    }
  }

  #wait(ms: number): Promise<void> {
    const { clock } = this.#options;
    return new Promise((resolve) => {
      clock.setTimer(clock.now() + ms, resolve);
    });
  }
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return systemErrorCode(cause) ?? systemErrorCode(error) ?? "EIO";
}
