import assert from "node:assert/strict";
import { utf8Bytes } from "../base/text.ts";
import type { Draft } from "./history-port.ts";
import { draftOverheadBytes, draftsBytesMax } from "./limits.ts";
import type { Room } from "./room.ts";
import type { Session } from "./session.ts";

/** A draft and whom to answer. */
export interface WaitingDraft {
  readonly draft: Draft;
  readonly room: Room;
  readonly session: Session;
  readonly ref: number;
}

/**
 * Group commit: while one batch is being written, what arrives meanwhile becomes the next. The queue
 * is the batch, so one sync serves everybody.
 */
export class AppendQueue {
  #waiting: WaitingDraft[] = [];
  #writing: readonly WaitingDraft[] | undefined;
  #bytes = 0;

  /** Neither waiting nor being written. */
  get isEmpty(): boolean {
    return this.#writing === undefined && this.#waiting.length === 0;
  }

  /** Queues a draft; `false` when there is no room for it. */
  push(waiting: WaitingDraft): boolean {
    const bytes = draftBytes(waiting);
    if (draftsBytesMax < this.#bytes + bytes) return false;
    this.#bytes += bytes;
    this.#waiting.push(waiting);
    return true;
  }

  /** Everything that waits, to be written now; `undefined` when nothing does or a batch is being written. */
  start(): readonly WaitingDraft[] | undefined {
    if (this.#writing !== undefined || this.#waiting.length === 0) return undefined;
    this.#writing = this.#waiting;
    this.#waiting = [];
    return this.#writing;
  }

  /** The batch that was being written is stored. */
  finish(): readonly WaitingDraft[] {
    const written = this.#writing;
    assert(written !== undefined, "no batch is being written");
    this.#writing = undefined;
    for (const waiting of written) this.#bytes -= draftBytes(waiting);
    return written;
  }

  /** The batch could not be stored: gives up what waits behind it too, so that nothing overtakes. */
  fail(): readonly WaitingDraft[] {
    const failed = [...this.finish(), ...this.#waiting];
    this.#waiting = [];
    this.#bytes = 0;
    return failed;
  }
}

function draftBytes({ draft }: WaitingDraft): number {
  return utf8Bytes(draft.text) + draftOverheadBytes;
}
