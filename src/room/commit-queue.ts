import assert from "node:assert/strict";
import { utf8Bytes } from "../base/text.ts";
import { draftOverheadBytes, draftsBytesMax } from "./limits.ts";
import type { Draft, Placed, Placement, StoreFailure } from "./store-port.ts";

/** Something that is to be stored, and what follows from that. */
export interface PendingChange {
  /** Absent when only records change. */
  readonly draft?: Draft;
  /**
   * Puts what the draft says into the records in memory, so that they go into the same batch. Called
   * when the draft has its place, before it is written; again when it comes again.
   */
  readonly apply?: (placed: Placed) => void;
  /** It is on the disk; or refused by the store, which only a draft with a target is. */
  readonly onDone: (now: number, placement: Placement | undefined) => void;
  readonly onFailed: (failure: StoreFailure) => void;
}

/**
 * Group commit: while one batch is being written, what arrives meanwhile becomes the next. The queue
 * is the batch, so one sync serves everybody.
 */
export class CommitQueue {
  #waiting: PendingChange[] = [];
  #writing: readonly PendingChange[] | undefined;
  #bytes = 0;

  /** Neither waiting nor being written. */
  get isEmpty(): boolean {
    return this.#writing === undefined && this.#waiting.length === 0;
  }

  get isWriting(): boolean {
    return this.#writing !== undefined;
  }

  /** Queues a change; `false` when there is no room for it. */
  push(change: PendingChange): boolean {
    const bytes = bytesOf(change);
    if (draftsBytesMax < this.#bytes + bytes) return false;
    this.#bytes += bytes;
    this.#waiting.push(change);
    return true;
  }

  /** Everything that waits, which may be nothing, to be written now; no batch is being written. */
  start(): readonly PendingChange[] {
    assert(this.#writing === undefined, "a batch is being written");
    this.#writing = this.#waiting;
    this.#waiting = [];
    return this.#writing;
  }

  /** The batch that was being written is stored. */
  finish(): readonly PendingChange[] {
    const written = this.#writing;
    assert(written !== undefined, "no batch is being written");
    this.#writing = undefined;
    for (const change of written) this.#bytes -= bytesOf(change);
    return written;
  }

  /** The batch could not be stored: gives up what waits behind it too, so that nothing overtakes. */
  fail(): readonly PendingChange[] {
    const failed = [...this.finish(), ...this.#waiting];
    this.#waiting = [];
    this.#bytes = 0;
    return failed;
  }
}

function bytesOf({ draft }: PendingChange): number {
  const text = draft !== undefined && "text" in draft.body ? utf8Bytes(draft.body.text) : 0;
  return text + draftOverheadBytes;
}
