import type { CloseReason } from "./endpoint-port.ts";

/**
 * The time after our CLOSE (RFC 9000 section 10.2.1): packets that still come say that the peer has
 * not heard it, and it is repeated at the first, second, fourth, … of them.
 */
export class Closing {
  readonly reason: CloseReason;
  readonly forgetAt: number;
  #isCloseDue = true;
  #strayCount = 0;
  #answerAtCount = 1;

  constructor(reason: CloseReason, forgetAt: number) {
    this.reason = reason;
    this.forgetAt = forgetAt;
  }

  onStray(): void {
    this.#strayCount += 1;
    if (this.#strayCount < this.#answerAtCount) return;
    this.#answerAtCount *= 2;
    this.#isCloseDue = true;
  }

  /** Whether CLOSE must be sent now; asking settles it. */
  takeClose(): boolean {
    const isDue = this.#isCloseDue;
    this.#isCloseDue = false;
    return isDue;
  }
}
