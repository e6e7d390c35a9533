import type { ByteSink } from "./byte-sink.ts";
import type { ReceiveBudget } from "./receive-budget.ts";

/**
 * Hands the bytes of a data stream to the application as they come, and counts what it has not
 * consumed: the sender gets credit for what is done, so memory does not depend on a file's size.
 */
export class PieceSink implements ByteSink {
  readonly isBlocked = false;
  readonly isHolding = true;
  readonly #budget: ReceiveBudget;
  readonly #onPiece: (bytes: Uint8Array) => void;
  #unconsumedBytes = 0;
  #isStopped = false;

  constructor(options: {
    readonly budget: ReceiveBudget;
    /** The bytes belong to the receiver. */
    readonly onPiece: (bytes: Uint8Array) => void;
  }) {
    this.#budget = options.budget;
    this.#onPiece = options.onPiece;
  }

  get unconsumedBytes(): number {
    return this.#unconsumedBytes;
  }

  push(bytes: Uint8Array): number {
    if (this.#isStopped) return bytes.length;
    this.#unconsumedBytes += bytes.length;
    this.#budget.hold(bytes.length);
    // Not `slice`, which does not copy when the bytes are a Buffer.
    this.#onPiece(new Uint8Array(bytes));
    return bytes.length;
  }

  consume(bytes: number): void {
    this.#unconsumedBytes -= bytes;
    this.#budget.hold(-bytes);
  }

  stop(): void {
    this.#isStopped = true;
    this.consume(this.#unconsumedBytes);
  }
}
