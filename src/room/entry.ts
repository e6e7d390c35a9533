/** One line of a room's log, as stored and as told to everybody. */
export interface Entry {
  /** Dense from 1 within its room: the next line always has the next number. */
  readonly sequence: number;
  /** The nanoid its author's client made; the same id is stored once, however often it is sent. */
  readonly id: string;
  readonly author: string;
  /** Server's wall clock when it was stored, milliseconds since 1970. */
  readonly sentAt: number;
  readonly text: string;
}

/** Sequences `from`..`to`, both included, that the store can no longer give back. */
export interface SequenceRange {
  readonly from: number;
  readonly to: number;
}
