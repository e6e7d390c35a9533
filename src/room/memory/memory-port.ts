import type { HistoryRange, SavedPost } from "../client-port.ts";
import type { OwnPerson } from "../entry.ts";
import type { LogEntry } from "../log-entry.ts";
import type { ChatPerson } from "../message-private.ts";
import type { RoomState } from "../message-room.ts";
import type { SearchHit } from "../store-port.ts";
import type { CacheSearch } from "./memory-search.ts";

/** A server as it was at the last visit. */
export interface ServerMemory {
  readonly name: string;
  /** What it called us. */
  readonly nick: string;
  readonly own: OwnPerson;
  /** Wall clock of the last visit, milliseconds. */
  readonly visitedAt: number;
  /** The room that was shown last. */
  readonly shownRoom?: string;
  /** The client's secret, by which its nickname comes back to it: 16 bytes. */
  readonly token: Uint8Array;
}

/** A room as it was when it was entered last. */
export interface RoomMemory {
  /** The history whose sequences its entries have. */
  readonly log: string;
  readonly state: RoomState;
  /** Of a private chat. */
  readonly persons?: readonly ChatPerson[];
}

/** An entry of ours that is not known to be stored; numbers rise in the order of saying. */
export interface KeptPost {
  readonly number: number;
  readonly post: SavedPost;
}

/** What is known of a room without asking its server. */
export interface RecalledRoom extends RoomMemory {
  readonly room: string;
  /** The newest ones that are kept, in order and without a gap. */
  readonly entries: readonly LogEntry[];
  /** Whether older ones are kept, too. */
  readonly hasMore: boolean;
}

/** What is kept of one server, as a client finds it when it starts. */
export interface Recollection {
  /** `undefined` at the first visit. */
  readonly server: ServerMemory | undefined;
  readonly rooms: readonly RecalledRoom[];
  /** What was typed in a room and not said, by room. */
  readonly drafts: ReadonlyMap<string, string>;
  /** In the order in which they were said. */
  readonly posts: readonly KeptPost[];
}

/** Something to be kept, or not to be kept any longer. */
export type MemoryChange =
  | ({ readonly type: "post" } & KeptPost)
  /** The line of this number is stored, or never will be. */
  | { readonly type: "settled"; readonly number: number }
  | { readonly type: "server"; readonly server: ServerMemory }
  /** A room was entered: what its server keeps begins at `firstSequence`. */
  | {
      readonly type: "room";
      readonly room: string;
      readonly memory: RoomMemory;
      readonly firstSequence: number;
    }
  /** The newest entry; where those before it are not kept, they never were. */
  | { readonly type: "said"; readonly room: string; readonly entry: LogEntry }
  /** Entries without a gap; they are kept if they touch those that are. */
  | { readonly type: "page"; readonly room: string; readonly entries: readonly LogEntry[] }
  /** Its entries are not to be shown again. */
  | { readonly type: "reset"; readonly room: string }
  /** We are not in the room any more. */
  | { readonly type: "gone"; readonly room: string }
  /** An empty text is none. */
  | { readonly type: "draft"; readonly room: string; readonly text: string }
  /** Everything of this server but what waits to be stored. */
  | { readonly type: "forgotten" };

/** A part of a room's log that is wanted from the cache. */
export interface MemoryQuery {
  readonly room: string;
  readonly range: HistoryRange;
}

/** Entries in order and without a gap. */
export interface MemoryPage {
  readonly entries: readonly LogEntry[];
  /** Whether there are more in the direction that was asked for. */
  readonly hasMore: boolean;
}

/**
 * Where a client keeps what it knows of one server. Calls are done one after the other, in order;
 * results come by callback, possibly before the call returns.
 */
export interface MemoryPort {
  /** All or nothing; without a `failure` it survives a power cut. */
  write(changes: readonly MemoryChange[], onDone: (failure: string | undefined) => void): void;
  /** `undefined` when not all that is wanted is kept, so that the server has to be asked. */
  read(query: MemoryQuery, onDone: (page: MemoryPage | undefined) => void): void;
  /** Looks through everything that is kept; the newest first. */
  search(search: CacheSearch, onDone: (hits: readonly SearchHit[]) => void): void;
}
