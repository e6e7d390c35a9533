import type { ErrorCode } from "../base/errors.ts";
import type { Entry, SequenceRange } from "./entry.ts";

/** A line that is to be stored; the history gives it its sequence and its time. */
export interface Draft {
  readonly room: string;
  readonly id: string;
  readonly author: string;
  readonly text: string;
}

/** What became of one draft. */
export interface Placement {
  readonly sequence: number;
  readonly sentAt: number;
  /** The id was stored before, and this is where. */
  readonly isDuplicate: boolean;
}

/** The history could not do it now; nothing of it was acknowledged. */
export interface HistoryFailure {
  readonly type: "failed";
  readonly code: Extract<ErrorCode, "history-unavailable">;
  readonly message: string;
}

/** `placements` has one element for each draft, in their order. */
export type AppendResult =
  | { readonly type: "appended"; readonly placements: readonly Placement[] }
  | HistoryFailure;

/** The `limit` sequences (1..`pageEntriesMax`) before or after one (not both), or the last ones. */
export interface HistoryQuery {
  readonly room: string;
  readonly before?: number;
  readonly after?: number;
  readonly limit: number;
}

/** Entries in order; `damaged` are the sequences between, before and after them that are lost. */
export type ReadResult =
  | {
      readonly type: "page";
      readonly entries: readonly Entry[];
      readonly damaged: readonly SequenceRange[];
      readonly hasMore: boolean;
    }
  | HistoryFailure;

/**
 * Where lines are stored. At most one append and one read are under way at a time. Results come by
 * callback, possibly before the call returns.
 */
export interface HistoryPort {
  /** Stores all drafts or none; `appended` means that they survive a power cut. */
  append(drafts: readonly Draft[], onDone: (result: AppendResult) => void): void;
  read(query: HistoryQuery, onDone: (result: ReadResult) => void): void;
}
