import { turnBytes } from "./limits.ts";
import type { SendStream } from "./send-stream.ts";
import type { StreamId } from "./stream-id.ts";

/** A stream that takes turns with those of its class. */
export interface SendTurn {
  readonly id: StreamId;
  readonly stream: SendStream;
}

/**
 * The open streams of one class and whose turn it is: round robin by bytes, so that a stream with
 * long messages gets no more than one with short ones.
 */
export class SendClass<T extends SendTurn> {
  /** Bytes of all its streams, also of those that are not open yet, that were never sent. */
  unsentBytes = 0;
  /** Its user was asked for a pause and has not been told that it is over. */
  isPaused = false;
  /** Of its exact length: there are few, and they change seldom. */
  #turns: readonly T[] = [];
  #at = 0;
  #bytesLeft = turnBytes;

  /** How many there are. */
  get count(): number {
    return this.#turns.length;
  }

  /** The one whose turn it is, or `undefined` when there is none. */
  get current(): T | undefined {
    return this.#turns[this.#at];
  }

  /** In the order of their opening. */
  get turns(): readonly T[] {
    return this.#turns;
  }

  /** One more has its turn behind the others. */
  add(turn: T): void {
    this.#turns = [...this.#turns, turn];
  }

  /** It is over; nothing happens when it is not there. */
  remove(turn: T): void {
    const index = this.#turns.indexOf(turn);
    if (index < 0) return;
    this.#turns = this.#turns.filter((other) => other !== turn);
    if (index < this.#at) this.#at -= 1;
    else if (index === this.#at) this.#beginTurn();
  }

  /** The current one sent so many bytes. */
  onSent(bytes: number): void {
    this.#bytesLeft -= bytes;
    if (this.#bytesLeft <= 0) this.next();
  }

  /** The current one had its turn, or nothing to send in it. */
  next(): void {
    this.#at += 1;
    this.#beginTurn();
  }

  #beginTurn(): void {
    if (this.#turns.length <= this.#at) this.#at = 0;
    this.#bytesLeft = turnBytes;
  }
}
