/** Something that can be cancelled and does nothing when cancelled twice. */
export interface Timer {
  cancel(): void;
}

/**
 * Where drivers get the time. Engines never hold a clock: they are told `now`.
 * `now` is monotonic milliseconds with a fraction; `wallNow` is milliseconds since 1970 and may jump.
 */
export interface Clock {
  now(): number;
  wallNow(): number;
  /** Calls `onTime` once when `now()` has reached `at`; a past `at` means as soon as possible. */
  setTimer(at: number, onTime: () => void): Timer;
}

/** setTimeout counts in 32 bits; a longer wait is cut into pieces. */
const waitMsMax = 2 ** 31 - 1;

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  setTimer: (at, onTime) => {
    let timeout: NodeJS.Timeout;
    const wait = () => {
      const leftMs = at - performance.now();
      if (0 < leftMs) timeout = setTimeout(wait, Math.min(Math.ceil(leftMs), waitMsMax));
      else onTime();
    };
    timeout = setTimeout(wait, Math.min(Math.max(0, Math.ceil(at - performance.now())), waitMsMax));
    return { cancel: () => clearTimeout(timeout) };
  },
};
