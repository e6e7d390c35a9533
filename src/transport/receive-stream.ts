import assert from "node:assert/strict";
import { pageBytes, pieceCountMax } from "./limits.ts";
import type { MessageAssembler } from "./message-assembler.ts";
import { RangeSet } from "./ranges.ts";
import type { ReceiveWindow } from "./receive-window.ts";

/**
 * What became of a piece. `refused` must not be acknowledged: there is no room to note it down, and
 * it will come again. `over-limit` and `too-long` break the protocol.
 */
export type ReceiveOutcome = "taken" | "refused" | "over-limit" | "too-long";

/**
 * One direction of a channel on its receiving side: puts the pieces in order and hands them to the
 * assembler. Out of order or while the assembler waits, bytes are kept in pages within the window,
 * so memory follows the credit given and not the number of pieces.
 */
export class ReceiveStream {
  readonly #assembler: MessageAssembler;
  readonly #window: ReceiveWindow;
  /** All bytes below went to the assembler. */
  #consumed = 0;
  #highest = 0;
  #released = 0;
  readonly #pieces = new RangeSet();
  readonly #pages = new Map<number, Uint8Array>();

  constructor(assembler: MessageAssembler, window: ReceiveWindow) {
    this.#assembler = assembler;
    this.#window = window;
  }

  /** The end of what the peer has sent so far. */
  get highest(): number {
    return this.#highest;
  }

  /**
   * Bytes that no longer count against the connection's credit. While the assembler waits for
   * memory, what its channel holds does not count: otherwise waiting channels could starve the one
   * that holds the memory.
   */
  get released(): number {
    return this.#released;
  }

  /** Bytes kept in pages. */
  get heldBytes(): number {
    return this.#pages.size * pageBytes;
  }

  /** Whether so much has been consumed that the peer should get new credit. */
  get isCreditDue(): boolean {
    return this.#window.isDue(this.#consumed);
  }

  /** Lets the peer send up to a full window beyond what was consumed, and says how far that is. */
  giveCredit(): number {
    return this.#window.advance(this.#consumed);
  }

  /** The sender is held back by this limit. While we wait for memory, that is as it should be. */
  onBlocked(max: number): void {
    if (!this.#assembler.isBlocked) this.#window.onBlocked(max);
  }

  receive(offset: number, bytes: Uint8Array): ReceiveOutcome {
    const end = offset + bytes.length;
    if (this.#window.end < end) return "over-limit";
    if (end <= this.#consumed) return "taken";
    const start = Math.max(offset, this.#consumed);
    if (start !== this.#consumed && !this.#hasRoomFor(start, end)) return "refused";
    this.#highest = Math.max(this.#highest, end);
    const rest = bytes.subarray(start - offset);
    const isWhole = start === this.#consumed && this.#pieces.count === 0;
    const taken = isWhole ? this.#assembler.push(rest) : 0;
    if (taken === undefined) return "too-long";
    this.#consumed += taken;
    if (taken < rest.length) this.#keep(start + taken, rest.subarray(taken));
    return this.resume();
  }

  /** Hands on what is in order, as far as the assembler takes it. */
  resume(): ReceiveOutcome {
    for (;;) {
      const { first } = this.#pieces;
      if (first === undefined || first.start !== this.#consumed) break;
      if (this.#assembler.isBlocked) break;
      const page = this.#pages.get(Math.floor(first.start / pageBytes));
      assert(page !== undefined);
      const from = first.start % pageBytes;
      const until = Math.min(pageBytes, from + first.end - first.start);
      const taken = this.#assembler.push(page.subarray(from, until));
      if (taken === undefined) return "too-long";
      if (taken === 0) break;
      this.#consume(taken);
    }
    const { isBlocked } = this.#assembler;
    this.#released = Math.max(this.#released, isBlocked ? this.#highest : this.#consumed);
    return "taken";
  }

  #hasRoomFor(start: number, end: number): boolean {
    return this.#pieces.count < pieceCountMax || this.#pieces.isTouching(start, end);
  }

  #keep(offset: number, bytes: Uint8Array): void {
    this.#pieces.add(offset, offset + bytes.length);
    let done = 0;
    while (done < bytes.length) {
      const at = offset + done;
      const index = Math.floor(at / pageBytes);
      const count = Math.min(pageBytes - (at % pageBytes), bytes.length - done);
      let page = this.#pages.get(index);
      if (page === undefined) {
        page = new Uint8Array(pageBytes);
        this.#pages.set(index, page);
      }
      page.set(bytes.subarray(done, done + count), at % pageBytes);
      done += count;
    }
  }

  #consume(count: number): void {
    const from = this.#consumed;
    this.#consumed += count;
    this.#pieces.remove(from, this.#consumed);
    const last = Math.floor(this.#consumed / pageBytes);
    for (let index = Math.floor(from / pageBytes); index < last; index += 1) {
      this.#pages.delete(index);
    }
    if (this.#pieces.count === 0) this.#pages.clear();
  }
}
