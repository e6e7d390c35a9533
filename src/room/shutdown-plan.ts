import type { ServerOutput } from "./server-output.ts";
import type { Session } from "./session.ts";

/** Before the end people are told when so many milliseconds are left. */
const warningMs: readonly number[] = [1_800_000, 600_000, 300_000, 60_000, 30_000, 10_000, 5_000];

/** A stop that was announced: people are told how long it is until then. */
export class ShutdownPlan {
  /** When the server stops. */
  readonly at: number;
  readonly reason: string;
  readonly isRestart: boolean;
  #nextAt: number;

  constructor(options: {
    readonly at: number;
    readonly reason: string;
    readonly isRestart: boolean;
  }) {
    this.at = options.at;
    this.reason = options.reason;
    this.isRestart = options.isRestart;
    this.#nextAt = options.at;
  }

  /** When people are told again, or it is time. */
  get nextAt(): number {
    return this.#nextAt;
  }

  tell(now: number, sessions: Iterable<Session>, output: ServerOutput): void {
    const inMs = Math.ceil(this.at - now);
    const nextMs = warningMs.find((ms) => ms < inMs) ?? 0;
    this.#nextAt = this.at - nextMs;
    const { reason, isRestart } = this;
    output.tell(sessions, { type: "shutdown", reason, inMs, isRestart });
  }
}
