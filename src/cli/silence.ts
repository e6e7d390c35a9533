import type { Timer } from "../base/clock.ts";
import type { Network } from "./network.ts";

/** By then every way to find a server was tried, that of asking each host alone too. */
export const silenceMsMin = 3_000;

export interface SilenceOptions {
  readonly network: Network;
  /** Whether no server answers now. */
  readonly isSilent: () => boolean;
  /** `cause` says something new. */
  readonly onCause: () => void;
  /** What `earshot doctor` does unless a test has something else. */
  readonly explain?: (network: Network) => Promise<string>;
}

/** Finds out why no server answers, once for each time that the network was asked. */
export class Silence {
  readonly #options: SilenceOptions;
  #timer: Timer | undefined;
  #cause: string | undefined;
  /** Counts searches, so that the cause of an earlier one is not told. */
  #search = 0;

  constructor(options: SilenceOptions) {
    this.#options = options;
    this.refresh();
  }

  /** One sentence, or `undefined` while it is not known. */
  get cause(): string | undefined {
    return this.#cause;
  }

  /** The network is asked anew. */
  refresh(): void {
    this.close();
    const { clock } = this.#options.network;
    const search = this.#search;
    this.#timer = clock.setTimer(clock.now() + silenceMsMin, () => void this.#explain(search));
  }

  close(): void {
    this.#search += 1;
    this.#cause = undefined;
    this.#timer?.cancel();
  }

  async #explain(search: number): Promise<void> {
    const { network, isSilent, onCause, explain = explainSilence } = this.#options;
    if (!isSilent()) return;
    // What cannot be found out is not told: the picker says itself that nobody answers.
    const cause = await explain(network).catch(() => undefined);
    if (search !== this.#search || cause === undefined || !isSilent()) return;
    this.#cause = cause;
    onCause();
  }
}

/** Loaded only when nobody answers. */
async function explainSilence(network: Network): Promise<string> {
  const [{ gatherFindings }, { diagnose }] = await Promise.all([
    import("./findings.ts"),
    import("../discovery/diagnosis.ts"),
  ]);
  return diagnose(await gatherFindings(network)).cause.sentence;
}
