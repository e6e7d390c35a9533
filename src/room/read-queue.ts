import assert from "node:assert/strict";
import { sessionReadsMax } from "./limits.ts";
import type { ReadHistory } from "./message.ts";
import type { Session } from "./session.ts";

/** A read and whom to answer. */
export interface WaitingRead {
  readonly session: Session;
  readonly request: ReadHistory;
}

/**
 * History reads run one after another, the sessions taking turns. A session whose connection is full
 * waits until it is writable, so pages never pile up in memory.
 */
export class ReadQueue {
  /** Sessions whose turn comes, in order: those that have reads and are writable. */
  readonly #ready = new Set<Session>();
  #reading: WaitingRead | undefined;

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

  /** The session is gone. */
  remove(session: Session): void {
    session.reads.length = 0;
    this.update(session);
  }

  /** The next read, to be done now; `undefined` when none is ready or one is under way. */
  start(): WaitingRead | undefined {
    if (this.#reading !== undefined) return undefined;
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
