import { deliveredMs, typingActiveMs } from "./limits.ts";
import { RoomLog } from "./room-log.ts";

/** How long to wait before a room that was refused for a time is joined or read again. */
export const retryMs = 1_000;

/** The owner's call that waits to be answered; `ref` is the owner's, if it gave one. */
export interface OpenCall {
  readonly ref: string | undefined;
}

/** The owner's join, with the invitation that it may need. */
export interface JoinCall extends OpenCall {
  readonly invitation?: string;
}

/**
 * What a client knows of a room that its owner wants, or wants no longer but still has lines for.
 * `ClientSession` alone changes it.
 */
export class ClientRoom {
  readonly name: string;
  log: RoomLog;
  isWanted = true;
  /** Where we are on this connection. */
  phase: "out" | "joining" | "in" | "leaving" = "out";
  /** What was missed before this connection is here; until then no line is sent. */
  isCaughtUp = false;
  isReading = false;
  /** Who is known to be there: those told on entering, ourselves, and who came since. */
  nicks: Set<string> = new Set();
  /** When to go on after joining or reading was refused for a time. */
  retryAt: number | undefined;
  joinCall: JoinCall | undefined;
  leaveCall: OpenCall | undefined;
  /** The newest sequence that is here, and up to which the server was told so. */
  #reached = 0;
  #reported = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;
  /** When to tell the server, or `undefined`. */
  reportAt: number | undefined;
  /** What others were told of our writing, and when. */
  #typing: { readonly state: "active" | "paused"; readonly at: number } | undefined;

  constructor(name: string, joinCall: JoinCall, log: RoomLog = new RoomLog()) {
    this.name = name;
    this.joinCall = joinCall;
    this.log = log;
  }

  /** After which sequence to read now, or `undefined`. */
  get readAfter(): number | undefined {
    if (this.phase !== "in" || this.isReading || this.retryAt !== undefined) return undefined;
    return this.log.missingAfter;
  }

  /** An entry is here. */
  handleReached(now: number, sequence: number): void {
    this.#reached = Math.max(this.#reached, sequence);
    if (this.#reached <= this.#reported) return;
    this.reportAt ??= Math.max(now, this.#reportedAt + deliveredMs);
  }

  /** The sequence to report now, once; or `undefined`. */
  takeReport(now: number): number | undefined {
    if (this.phase !== "in" || this.reportAt === undefined || now < this.reportAt) return undefined;
    this.reportAt = undefined;
    this.#reported = this.#reached;
    this.#reportedAt = now;
    return this.#reached;
  }

  /** Whether it has to be told that we write, or do not any more (IRCv3 typing). */
  isTypingNews(now: number, state: "active" | "paused" | "done"): boolean {
    if (this.phase !== "in") return false;
    const before = this.#typing;
    const isKnown = before === undefined ? state !== "active" : before.state === state;
    const isFresh = before !== undefined && now < before.at + typingActiveMs;
    if (isKnown && (state !== "active" || isFresh)) return false;
    this.#typing = state === "done" ? undefined : { state, at: now };
    return true;
  }

  /** A message says by itself that its author has stopped writing. */
  handleOwnMessage(): void {
    this.#typing = undefined;
  }

  handleLost(): void {
    // A server that was started again does not know what it was told.
    this.#reported = 0;
    this.reportAt = undefined;
    this.#typing = undefined;
    this.phase = "out";
    this.isCaughtUp = false;
    this.isReading = false;
    this.retryAt = undefined;
  }

  /** The owner left and joins again: what was told is not told again, nor what was missed. */
  rejoin(joinCall: JoinCall): void {
    this.isWanted = true;
    this.#reached = 0;
    this.#reported = 0;
    this.joinCall = joinCall;
    if (this.log.hasBegun) this.log = new RoomLog();
    this.isReading = false;
    this.retryAt = undefined;
  }
}
