import assert from "node:assert/strict";
import type { ByteSink } from "./byte-sink.ts";
import { pageBytes, pieceCountMax } from "./limits.ts";
import { RangeSet } from "./ranges.ts";
import type { ReceiveBudget } from "./receive-budget.ts";
import type { ReceiveWindow } from "./receive-window.ts";

/**
 * What became of a piece. `refused` must not be acknowledged: there is no room to note it down, and
 * it will come again. The others break the protocol.
 */
export type ReceiveOutcome =
  | "taken"
  | "refused"
  | "over-limit"
  | "too-long"
  | "too-many-streams"
  | "wrong-state"
  | "wrong-size";

/**
 * A stream on its receiving side: puts the pieces in order and hands them to the sink. Out of order
 * or while the sink waits, bytes are kept in pages within the window, so memory follows the credit
 * given and not the number of pieces.
 */
export class ReceiveStream {
  readonly #sink: ByteSink;
  readonly #window: ReceiveWindow;
  readonly #budget: ReceiveBudget;
  /** All bytes below went to the sink. */
  #consumed = 0;
  #highest = 0;
  #released = 0;
  #finalSize: number | undefined;
  #isDiscarding = false;
  readonly #pieces = new RangeSet();
  /** `undefined` while nothing is held, which is almost always. */
  #pages: Map<number, Uint8Array> | undefined;

  constructor(sink: ByteSink, window: ReceiveWindow, budget: ReceiveBudget) {
    this.#sink = sink;
    this.#window = window;
    this.#budget = budget;
  }

  /** The end of what the peer has sent so far. */
  get highest(): number {
    return this.#highest;
  }

  /** The end of what went to the sink. */
  get consumed(): number {
    return this.#consumed;
  }

  /** Whether everything up to its end went to the sink. */
  get isEnded(): boolean {
    return this.#consumed === this.#finalSize;
  }

  /**
   * Bytes that no longer count against the connection's credit. While the sink waits for memory,
   * what the stream holds does not count: otherwise waiting streams could starve the one that has
   * the memory. Nor does what the application has not consumed: a stream that it leaves lying must
   * not stop the others.
   */
  get released(): number {
    return this.#released;
  }

  /** Bytes kept in pages. */
  get heldBytes(): number {
    return (this.#pages?.size ?? 0) * pageBytes;
  }

  /** Whether so much has been consumed that the peer should get new credit. */
  get isCreditDue(): boolean {
    const isOpen = this.#finalSize === undefined && !this.#isDiscarding;
    return isOpen && this.#window.isDue(this.#done);
  }

  /** Lets the peer send up to a full window beyond what was consumed, and says how far that is. */
  giveCredit(): number {
    return this.#window.advance(this.#done);
  }

  /** The sender is held back by this limit. While it is for us to go on, that is as it should be. */
  onBlocked(max: number): void {
    const isOurs = this.#sink.isBlocked || 0 < this.#sink.unconsumedBytes;
    if (!isOurs) this.#window.onBlocked(max);
  }

  /** Takes in a piece; `isFin` says that the stream ends with it. */
  receive(offset: number, bytes: Uint8Array, isFin = false): ReceiveOutcome {
    const end = offset + bytes.length;
    if (!this.#noteSize(end, isFin)) return "wrong-size";
    if (this.#window.end < end) return "over-limit";
    if (this.#isDiscarding) {
      this.#skipTo(Math.max(this.#highest, end));
      return "taken";
    }
    if (end <= this.#consumed) return "taken";
    if (bytes.length === 0) {
      this.#highest = Math.max(this.#highest, end);
      return "taken";
    }
    const start = Math.max(offset, this.#consumed);
    if (!this.#hasRoomFor(start, end)) return "refused";
    this.#highest = Math.max(this.#highest, end);
    const rest = bytes.subarray(start - offset);
    const isWhole = start === this.#consumed && this.#pieces.count === 0;
    const taken = isWhole ? this.#sink.push(rest) : 0;
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
      if (this.#sink.isBlocked) break;
      const page = this.#pages?.get(Math.floor(first.start / pageBytes));
      assert(page !== undefined);
      const from = first.start % pageBytes;
      const until = Math.min(pageBytes, from + first.end - first.start);
      const taken = this.#sink.push(page.subarray(from, until));
      if (taken === undefined) return "too-long";
      if (taken === 0) break;
      this.#consume(taken);
    }
    const { isBlocked } = this.#sink;
    this.#released = Math.max(this.#released, isBlocked ? this.#highest : this.#consumed);
    return "taken";
  }

  /** We want no more of it: what is held is forgotten, and what still comes of it only counts. */
  discard(): void {
    this.#isDiscarding = true;
    this.#forgetPages();
    this.#skipTo(this.#highest);
  }

  /** Its sender gave it up, having sent so many bytes, which is where it ends for us too. */
  reset(finalSize: number): ReceiveOutcome {
    if (!this.#noteSize(finalSize, true)) return "wrong-size";
    if (this.#window.end < finalSize) return "over-limit";
    this.discard();
    this.#skipTo(finalSize);
    return "taken";
  }

  /** The connection is over. */
  stop(): void {
    this.#forgetPages();
  }

  /** Bytes that the application has done with. */
  get #done(): number {
    return this.#consumed - this.#sink.unconsumedBytes;
  }

  #skipTo(offset: number): void {
    this.#highest = offset;
    this.#consumed = offset;
    this.#released = offset;
  }

  /** Takes note of the final size, which never changes, and which nothing exceeds. */
  #noteSize(end: number, isFin: boolean): boolean {
    if (this.#finalSize !== undefined) {
      return isFin ? end === this.#finalSize : end <= this.#finalSize;
    }
    if (!isFin) return true;
    if (end < this.#highest) return false;
    this.#finalSize = end;
    return true;
  }

  /** What goes straight to a sink that keeps nothing always has room: so there is always progress. */
  #hasRoomFor(start: number, end: number): boolean {
    const isNext = start === this.#consumed;
    const isHeld = !isNext || this.#sink.isBlocked || this.#sink.isHolding;
    if (isHeld && this.#budget.isFull) return false;
    return isNext || this.#pieces.count < pieceCountMax || this.#pieces.isTouching(start, end);
  }

  #forgetPages(): void {
    if (this.#pages === undefined) return;
    this.#budget.hold(-this.heldBytes);
    this.#pages = undefined;
  }

  #keep(offset: number, bytes: Uint8Array): void {
    this.#pieces.add(offset, offset + bytes.length);
    this.#pages ??= new Map();
    let done = 0;
    while (done < bytes.length) {
      const at = offset + done;
      const index = Math.floor(at / pageBytes);
      const count = Math.min(pageBytes - (at % pageBytes), bytes.length - done);
      let page = this.#pages.get(index);
      if (page === undefined) {
        page = new Uint8Array(pageBytes);
        this.#pages.set(index, page);
        this.#budget.hold(pageBytes);
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
      if (this.#pages?.delete(index) === true) this.#budget.hold(-pageBytes);
    }
    if (this.#pieces.count === 0) this.#forgetPages();
  }
}
