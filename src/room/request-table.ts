import { isRead as isReadCall, type OwnerCall, withPresence } from "./call-queue.ts";
import type { ClientRoom } from "./client-room.ts";
import { type ConnectionCall, withoutConnection } from "./connection-call.ts";
import { sessionReadsMax } from "./limits.ts";
import type { Presence } from "./message-room.ts";
import type { RoomLog } from "./room-log.ts";

/** A line that was sent. */
export interface SentLine {
  readonly type: "say";
  readonly id: string;
  readonly room: string;
}

/** What was missed of a log is being read; the room may have begun another one since. */
export interface SentCatchUp {
  readonly type: "catch-up";
  readonly room: ClientRoom;
  readonly log: RoomLog;
}

/** What a reply is the answer to. */
export type SentRequest =
  | { readonly type: "join" | "leave"; readonly room: ClientRoom }
  | SentCatchUp
  | SentLine
  | { readonly type: "call"; readonly call: OwnerCall }
  | { readonly type: "now"; readonly call: ConnectionCall }
  /** A room that we are in by taking over an earlier connection, and do not want. */
  | { readonly type: "tidy" };

/**
 * The requests of one connection that are not answered yet, by `ref`. There are at most 32 each of
 * join, leave, catch-up and tidy, `linesInFlightMax` lines, `requestsWaitingMax` calls and one about
 * accounts.
 */
export class RequestTable {
  readonly #sent = new Map<number, SentRequest>();
  #lastRef = 0;
  #readCount = 0;

  /** Whether the server will take another read of history. */
  get mayRead(): boolean {
    return this.#readCount < sessionReadsMax;
  }

  /** Gives the `ref` to send it with. */
  add(request: SentRequest): number {
    this.#lastRef += 1;
    this.#sent.set(this.#lastRef, request);
    if (isRead(request)) this.#readCount += 1;
    return this.#lastRef;
  }

  /** The request that this reply answers, once; `undefined` when nobody waits for it any more. */
  take(ref: number): SentRequest | undefined {
    const request = this.#sent.get(ref);
    if (request === undefined) return undefined;
    this.#sent.delete(ref);
    if (isRead(request)) this.#readCount -= 1;
    return request;
  }

  /** The answers to the lines of this room do not count any more. */
  forgetLines(room: string): void {
    for (const [ref, request] of this.#sent) {
      if (request.type === "say" && request.room === room) this.#sent.delete(ref);
    }
  }

  /** Some came or went while members are being collected. */
  handlePresence(event: Presence): void {
    for (const [ref, request] of this.#sent) {
      if (request.type === "call") {
        this.#sent.set(ref, { ...request, call: withPresence(request.call, event) });
      }
    }
  }

  /**
   * The connection is gone. Gives the owner's calls, in order, to be sent again; those about accounts
   * have failed.
   */
  clear(): readonly OwnerCall[] {
    const calls: OwnerCall[] = [];
    for (const request of this.#sent.values()) {
      if (request.type === "call") calls.push(request.call);
      if (request.type === "now") request.call.onDone(withoutConnection());
    }
    this.#sent.clear();
    this.#readCount = 0;
    return calls;
  }
}

function isRead(request: SentRequest): boolean {
  if (request.type === "call") return isReadCall(request.call);
  return request.type === "catch-up";
}
