import { initTryCount, initWaitMs } from "./limits.ts";

/** The client's side of the handshake: when to send INIT, with which cookie, and when to give up. */
export class ClientHandshake {
  #cookie = new Uint8Array(0);
  #tries = 1;
  #nextAt: number;
  #isInitDue = true;
  #hasTurned = false;

  constructor(now: number) {
    this.#nextAt = now + initWaitMs;
  }

  /** When `onTimeout` is due. */
  get deadline(): number {
    return this.#nextAt;
  }

  /** The server wants its cookie back. Only once a try: whoever sends RETRY for ever, gets nothing. */
  onRetry(cookie: Uint8Array): void {
    if (this.#hasTurned) return;
    this.#hasTurned = true;
    this.#cookie = cookie.slice();
    this.#isInitDue = true;
  }

  /** `false` when all tries went unanswered. */
  onTimeout(now: number): boolean {
    if (now < this.#nextAt) return true;
    if (initTryCount <= this.#tries) return false;
    this.#nextAt = now + initWaitMs * 2 ** this.#tries;
    this.#tries += 1;
    this.#isInitDue = true;
    this.#hasTurned = false;
    return true;
  }

  /** The cookie for an INIT that must go out now, or `undefined`. */
  takeInit(): Uint8Array | undefined {
    if (!this.#isInitDue) return undefined;
    this.#isInitDue = false;
    return this.#cookie;
  }
}
