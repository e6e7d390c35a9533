import type { Clock, Timer } from "../../base/clock.ts";
import { progressMs } from "./limits.ts";

/** Tells of transfers: what is news at once, and progress at most five times a second. */
export class TransferNews {
  readonly #clock: Clock;
  readonly #tell: (offer: string) => void;
  /** What has come further since it was told. */
  readonly #changed = new Set<string>();
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(clock: Clock, tell: (offer: string) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  handle(offer: string, isNews: boolean): void {
    if (this.#isStopped) return;
    if (isNews) {
      this.#changed.delete(offer);
      this.#tell(offer);
      return;
    }
    this.#changed.add(offer);
    this.#timer ??= this.#clock.setTimer(this.#clock.now() + progressMs, () => {
      this.#timer = undefined;
      for (const changed of [...this.#changed]) this.handle(changed, true);
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }
}
