import type { ErrorCode } from "../base/errors.ts";
import type { SequenceRange } from "./entry.ts";
import type { Author, EntryBody, LogEntry } from "./log-entry.ts";

/** An entry that is to be stored; the store gives it its sequence, its ordinal and its time. */
export interface Draft {
  readonly room: string;
  readonly id: string;
  readonly author: Author;
  readonly body: EntryBody;
  /** It is refused when the target of its body was written by another person. */
  readonly isForOwn?: true;
}

/** Where a draft stands in its log. */
export interface Placed {
  readonly type: "placed";
  readonly sequence: number;
  readonly sentAt: number;
  readonly ordinal: number;
  /** The id was stored before, and this is where. */
  readonly isDuplicate: boolean;
}

/**
 * What became of one draft: its place, or why its target cannot be changed by it. What is refused is
 * not stored, and uses up no sequence.
 */
export type Placement =
  | Placed
  | {
      readonly type: "refused";
      readonly reason: "target-missing" | "target-foreign" | "target-full";
    };

/** The end of a room's log, and where it begins. */
export interface LogEnd {
  /** Of the newest entry, 0 when there is none. */
  readonly sequence: number;
  readonly sentAt: number;
  /** Messages that the log ever had. */
  readonly ordinal: number;
  /** The oldest sequence that is kept, from 1: what is below is expired, not damaged. */
  readonly firstSequence: number;
}

/** Small things of the server that it keeps in memory as a whole; the bytes are its own affair. */
export const recordTables = ["accounts", "rooms", "markers", "server"] as const;

export type RecordTable = (typeof recordTables)[number];

/** A record as it shall be; `undefined` deletes it. */
export interface RecordChange {
  readonly table: RecordTable;
  /** At most 256 bytes of UTF-8; unique within its table. */
  readonly key: string;
  readonly value: Uint8Array | undefined;
}

/** What is stored in one synced batch, all or nothing. */
export interface Commit {
  readonly drafts: readonly Draft[];
  /**
   * The records that go with it, of each key at most one. Called once, before anything is written,
   * with one placement for each draft: so a record can hold a sequence that it was stored with.
   */
  readonly changes: (placements: readonly Placement[]) => readonly RecordChange[];
}

/** The store could not do it now; nothing of it was acknowledged. */
export interface StoreFailure {
  readonly type: "failed";
  readonly code: Extract<ErrorCode, "history-unavailable">;
  readonly message: string;
}

/** `placements` has one element for each draft, in their order. */
export type CommitResult =
  | { readonly type: "committed"; readonly placements: readonly Placement[] }
  | StoreFailure;

/** A place in a log: a sequence, or a time of the server's wall clock in milliseconds. */
export type Position = number | { readonly time: number };

/**
 * A part of a log: at most `limit` (1..`pageEntriesMax`) entries before, after or around a place, or
 * the last ones when none of them is given. The place itself is only in what is around it. Before a
 * time are the entries sent before it, after a time those sent then or later.
 */
export interface StoreQuery {
  readonly room: string;
  readonly before?: Position;
  readonly after?: Position;
  readonly around?: Position;
  readonly limit: number;
}

/**
 * Entries in order; `damaged` are the sequences between, before and after them that are lost. Expired
 * ones are in neither.
 */
export type ReadResult =
  | {
      readonly type: "page";
      readonly entries: readonly LogEntry[];
      readonly damaged: readonly SequenceRange[];
      readonly hasOlder: boolean;
      readonly hasNewer: boolean;
    }
  | StoreFailure;

/** What is looked for in messages; every condition that is given must hold. */
export interface SearchQuery {
  /** Words as they were typed, all of which occur; the last one may be a beginning. */
  readonly words: readonly string[];
  /** Where the asker may read; never more rooms than `roomsMax`. */
  readonly rooms: readonly string[];
  /** The author's person. */
  readonly from?: string;
  /** A person who is mentioned. */
  readonly mentions?: string;
  /** Sent before, and at or after, these times: wall clock, milliseconds. */
  readonly before?: number;
  readonly after?: number;
  readonly has?: "link" | "file" | "code";
  /** 1..`searchHitsMax`. */
  readonly limit: number;
  /** Of the page before. */
  readonly cursor?: string;
}

export interface SearchHit {
  readonly room: string;
  readonly entry: LogEntry;
}

/** The newest first; with `cursor` there may be more. */
export type SearchResult =
  | { readonly type: "found"; readonly hits: readonly SearchHit[]; readonly cursor?: string }
  | StoreFailure;

/** What a log has to let go, from its oldest entry on: as long as one of these holds for that. */
export interface ExpiryLimit {
  /** It is not above this sequence. */
  readonly throughSequence?: number;
  /** It was sent before this time: wall clock, milliseconds. */
  readonly sentBefore?: number;
  /** The entries of the log take more bytes on disk than this. */
  readonly bytesMax?: number;
}

export type ExpireResult =
  | { readonly type: "expired"; readonly firstSequence: number }
  | StoreFailure;

/**
 * Where logs and records are kept. The server has at most one commit, one read, one search and one
 * expiry under way at a time. Results come by callback, possibly before the call returns.
 *
 * A commit applies its drafts' `edit`, `delete` and `react` to their targets (`changedBy`) in the same
 * batch, and refuses those whose target is no message. With a message, every edit of it becomes
 * `deleted`, and the words of all of them leave the index.
 */
export interface StorePort {
  /** Stores all or nothing; `committed` means that it survives a power cut. */
  commit(commit: Commit, onDone: (result: CommitResult) => void): void;
  read(query: StoreQuery, onDone: (result: ReadResult) => void): void;
  search(query: SearchQuery, onDone: (result: SearchResult) => void): void;
  /** Forgets the oldest entries of a room, with their ids and their words. */
  expire(room: string, limit: ExpiryLimit, onDone: (result: ExpireResult) => void): void;
}

/** What a store knows when it is opened, for the server to begin with. */
export interface StoreContents {
  /** Names the store for ever: sequences of another one mean other entries. */
  readonly id: string;
  /** The rooms with a log. */
  readonly ends: ReadonlyMap<string, LogEnd>;
  /** All records of each table, by key. */
  readonly records: Readonly<Record<RecordTable, ReadonlyMap<string, Uint8Array>>>;
}
