import assert from "node:assert/strict";
import { pagesBytesMax, sessionReadsMax } from "./limits.ts";
import type { ReadHistory } from "./message.ts";
import type { Session } from "./session.ts";

/** A read and whom to answer. */
export interface WaitingRead {
  readonly session: Session;
  readonly request: ReadHistory;
}

/**
 * History reads run one after another, the sessions taking turns. A session whose connection is full
 * waits until it is writable, and all wait while the pages on their way are too many bytes: so pages
 * never pile up in memory.
 */
export class ReadQueue {
  /** Sessions whose turn comes, in order: those that have reads and are writable. */
  readonly #ready = new Set<Session>();
  #reading: WaitingRead | undefined;
  /** Sum of the sessions' `pageBytes`. */
  #pageBytes = 0;

  /** Queues a read; `false` when the session has too many already. */
  push(session: Session, request: ReadHistory): boolean {
    if (sessionReadsMax <= session.reads.length) return false;
    session.reads.push(request);
    this.update(session);
    return true;
  }

  /** The session became writable or stopped being so. */
  update(session: Session): void {
    if (session.isWritable && 0 < session.reads.length) this.#ready.add(session);
    else this.#ready.delete(session);
  }

  /** A page of so many bytes was sent to the session. */
  handleSent(session: Session, bytes: number): void {
    session.pageBytes += bytes;
    this.#pageBytes += bytes;
  }

  /** The queue of the session is short again: its pages are with the other side, or as good as. */
  handleDelivered(session: Session): void {
    this.#pageBytes -= session.pageBytes;
    session.pageBytes = 0;
  }

  /** The session is gone. */
  remove(session: Session): void {
    session.reads.length = 0;
    this.handleDelivered(session);
    this.update(session);
  }

  /** The next read, to be done now; `undefined` when none may begin. */
  start(): WaitingRead | undefined {
    if (this.#reading !== undefined || pagesBytesMax <= this.#pageBytes) return undefined;
    const [session] = this.#ready;
    const request = session?.reads.shift();
    if (session === undefined || request === undefined) return undefined;
    this.#ready.delete(session);
    this.update(session);
    this.#reading = { session, request };
    return this.#reading;
  }

  /** The read that was under way has been answered. */
  finish(): WaitingRead {
    const reading = this.#reading;
    assert(reading !== undefined, "nothing is being read");
    this.#reading = undefined;
    return reading;
  }
}
