import type { Clock, Timer } from "../base/clock.ts";
import { type AdapterLister, listAdapters, selectAdapters } from "./adapters.ts";
import { type ServiceText, serviceTxt } from "./dns-sd.ts";
import {
  type Advertisement,
  type Responder,
  type Service,
  startResponder,
} from "./dns-sd-responder.ts";

/** Adapters come and go; nobody waits for DNS-SD, so it may notice later than discovery does. */
export const advertiserScanMs = 5_000;

/** What broke is begun anew after this long: whoever breaks it again and again keeps no core busy. */
export const advertiserRetryMs = 60_000;

/** The first words of a server are worth more than this: loading the library takes 0.1 s of a core. */
export const advertiserDelayMs = 1_000;

export interface AdvertiserOptions extends ServiceText {
  readonly name: string;
  /** UDP port of the server's conversations. */
  readonly port: number;
  /** Names or addresses of adapters; all of them when empty. */
  readonly interfaces: readonly string[];
  readonly clock: Clock;
  /** Why it is not advertised, as a phrase; each failure is told once. */
  readonly onTrouble: (message: string) => void;
  /** The machine's own adapters unless a test plays with them. */
  readonly listAdapters?: AdapterLister;
  /** Loads the library unless a test has another one. */
  readonly loadResponder?: LoadResponder;
}

/** Starts to advertise; `onFailure` is told when what has begun ends by itself. */
export type LoadResponder = (
  advertisement: Advertisement,
  onFailure: (error: Error) => void,
) => Promise<Responder>;

/**
 * Advertises a server by DNS-SD on every adapter but loopback, as long as it is not closed. Whatever
 * fails is told and tried again when the adapters change; the server is found without it, too.
 */
export class DnsSdAdvertiser {
  readonly #options: AdvertiserOptions;
  readonly #service: Service;
  readonly #troubles = new Set<string>();
  #retryAt = 0;
  #names: readonly string[] = [];
  #responder: Responder | undefined;
  #timer: Timer;
  #changing: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: AdvertiserOptions) {
    const { name, port, key, clock } = options;
    this.#options = options;
    this.#service = {
      // The library takes a dot for the end of a label, and nobody finds what it says then.
      name: name.replaceAll(".", "-"),
      // One for each server, so that two on one machine do not fight for a name.
      hostname: `earshot-${Buffer.from(key, "base64url").toString("hex", 0, 4)}`,
      port,
      txt: serviceTxt(options),
    };
    this.#timer = clock.setTimer(clock.now() + advertiserDelayMs, () => this.#scan());
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer.cancel();
    await this.#stop();
  }

  #scan(): void {
    const { clock } = this.#options;
    const names = this.#adapterNames();
    if (names.join() !== this.#names.join() && this.#retryAt <= clock.now()) {
      this.#names = names;
      this.#changing = this.#changing.then(() => this.#restart(names));
    }
    this.#timer = clock.setTimer(clock.now() + advertiserScanMs, () => this.#scan());
  }

  #adapterNames(): readonly string[] {
    try {
      const list = this.#options.listAdapters ?? listAdapters;
      const adapters = selectAdapters(list(), this.#options.interfaces);
      const names = adapters.filter(({ isLoopback }) => !isLoopback).map(({ name }) => name);
      return [...new Set(names)].sort();
    } catch {
      return this.#names;
    }
  }

  /** The library keeps to the adapters that it was given, so others need another responder. */
  async #restart(names: readonly string[]): Promise<void> {
    await this.#stop();
    if (this.#isClosed || names.length === 0) return;
    const load = this.#options.loadResponder ?? startResponder;
    const advertisement = { service: this.#service, adapterNames: names };
    try {
      this.#responder = await load(advertisement, (error) => this.#handleFailure(error));
      // Whoever closed meanwhile did not wait for this.
      if (this.#isClosed) await this.#stop();
    } catch (error) {
      this.#tell(error);
    }
  }

  #handleFailure(error: Error): void {
    this.#tell(error);
    this.#responder = undefined;
    this.#names = [];
    this.#retryAt = this.#options.clock.now() + advertiserRetryMs;
  }

  async #stop(): Promise<void> {
    const responder = this.#responder;
    this.#responder = undefined;
    await responder?.close().catch((error: unknown) => this.#tell(error));
  }

  #tell(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (this.#troubles.has(reason) || this.#isClosed) return;
    this.#troubles.add(reason);
    this.#options.onTrouble(`not advertised by DNS-SD: ${reason}`);
  }
}
