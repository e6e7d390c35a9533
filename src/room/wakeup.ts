import type { Clock, Timer } from "../base/clock.ts";

/** The one timer of an engine: set again after each turn to what the engine's `pollTimeout` says. */
export class Wakeup {
  readonly #clock: Clock;
  readonly #onTime: (now: number) => void;
  #at: number | undefined;
  #timer: Timer | undefined;

  constructor(clock: Clock, onTime: (now: number) => void) {
    this.#clock = clock;
    this.#onTime = onTime;
  }

  /** Wakes up at `at` only; `undefined` means never. */
  set(at: number | undefined): void {
    if (at === this.#at) return;
    this.#timer?.cancel();
    this.#at = at;
    this.#timer = undefined;
    if (at === undefined) return;
    this.#timer = this.#clock.setTimer(at, () => {
      this.#at = undefined;
      this.#onTime(this.#clock.now());
    });
  }
}
