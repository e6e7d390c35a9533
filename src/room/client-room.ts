import { RoomLog } from "./room-log.ts";

/** The owner's call that waits to be answered; `ref` is the owner's, if it gave one. */
export interface OpenCall {
  readonly ref: string | undefined;
}

/**
 * What a client knows of a room that its owner wants, or wants no longer but still has lines for.
 * `ClientSession` alone changes it.
 */
export class ClientRoom {
  readonly name: string;
  log: RoomLog = new RoomLog();
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
  joinCall: OpenCall | undefined;
  leaveCall: OpenCall | undefined;

  constructor(name: string, joinCall: OpenCall) {
    this.name = name;
    this.joinCall = joinCall;
  }

  /** After which sequence to read now, or `undefined`. */
  get readAfter(): number | undefined {
    if (this.phase !== "in" || this.isReading || this.retryAt !== undefined) return undefined;
    return this.log.missingAfter;
  }

  handleLost(): void {
    this.phase = "out";
    this.isCaughtUp = false;
    this.isReading = false;
    this.retryAt = undefined;
  }

  /** The owner left and joins again: what was told is not told again, nor what was missed. */
  rejoin(joinCall: OpenCall): void {
    this.isWanted = true;
    this.joinCall = joinCall;
    this.log = new RoomLog();
    this.isReading = false;
    this.retryAt = undefined;
  }
}
