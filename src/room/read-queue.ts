import assert from "node:assert/strict";
import { pagesBytesMax, sessionReadsMax } from "./limits.ts";
import type { Decline, Take } from "./message-file.ts";
import type { Session } from "./session.ts";
import type { SearchQuery, StoreQuery } from "./store-port.ts";

/** What is to be read, and the request that asked for it. */
export type WaitingQuery = { readonly ref: number } & (
  | { readonly type: "read"; readonly query: StoreQuery }
  | { readonly type: "search"; readonly query: SearchQuery }
  /** The entry that the request is about, and nothing else. */
  | {
      readonly type: "offer";
      readonly query: StoreQuery;
      readonly request: Take | Decline;
    }
);

/** A query and whom to answer. */
export interface RunningQuery {
  readonly session: Session;
  readonly waiting: WaitingQuery;
}

/**
 * Reads and searches run one after another, the sessions taking turns. A session whose connection is
 * full waits until it is writable, and all wait while the pages on their way are too many bytes: so
 * pages never pile up in memory.
 */
export class ReadQueue {
  /** Sessions whose turn comes, in order: those that have queries and are writable. */
  readonly #ready = new Set<Session>();
  #running: RunningQuery | undefined;
  /** Sum of the sessions' `pageBytes`. */
  #pageBytes = 0;

  /** Queues a query; `false` when the session has too many already. */
  push(session: Session, waiting: WaitingQuery): boolean {
    if (sessionReadsMax <= session.queries.length) return false;
    session.queries.push(waiting);
    this.update(session);
    return true;
  }

  /** The session became writable or stopped being so. */
  update(session: Session): void {
    if (session.isWritable && 0 < session.queries.length) this.#ready.add(session);
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
    session.queries.length = 0;
    this.handleDelivered(session);
    this.update(session);
  }

  /** The next query, to be run now; `undefined` when none may begin. */
  start(): RunningQuery | undefined {
    if (this.#running !== undefined || pagesBytesMax <= this.#pageBytes) return undefined;
    const [session] = this.#ready;
    const waiting = session?.queries.shift();
    if (session === undefined || waiting === undefined) return undefined;
    this.#ready.delete(session);
    this.update(session);
    this.#running = { session, waiting };
    return this.#running;
  }

  /** The query that was under way has been answered. */
  finish(): RunningQuery {
    const running = this.#running;
    assert(running !== undefined, "nothing is being read");
    this.#running = undefined;
    return running;
  }
}
