import type { Address } from "../base/address.ts";
import type { EarshotError, ErrorCode } from "../base/errors.ts";
import type { Entry, SequenceRange } from "./entry.ts";
import type { LeaveReason } from "./message-room.ts";

/** What a chat client tells its owner (TUI, plain mode, bot). All text in it is sanitised. */
export type ClientEvent =
  | {
      readonly type: "connection";
      readonly state: "connecting" | "open" | "reconnecting" | "closed";
      /** Why it is not open, as a phrase. */
      readonly reason?: string;
      /** Which attempt this is, from 1, while connecting or reconnecting. */
      readonly attempt: number;
      /** Clock.now() of the next attempt while waiting for it. */
      readonly retryAt?: number;
      /** Why it is closed for ever: the owner refused the server's key. */
      readonly failure?: EarshotError;
    }
  /** The server accepted us; comes again after each reconnect. Rooms are joined again by themselves. */
  | {
      readonly type: "ready";
      readonly server: ServerInfo;
      readonly nick: string;
      /** Only the first time, when the owner did not know the server's key before. */
      readonly isFirstVisit?: true;
    }
  /** The server refused the nickname; `changeNick` goes on. */
  | {
      readonly type: "nick-refused";
      readonly code: ErrorCode;
      readonly message: string;
      readonly suggestion?: string;
    }
  /**
   * Our own join was answered (also after a reconnect): who is there, and how long the log is. When
   * there are more members than `nicks`, a `members` event with all of them follows by itself.
   */
  | {
      readonly type: "entered";
      readonly ref?: string;
      readonly room: string;
      readonly nicks: readonly string[];
      readonly lastSequence: number;
    }
  /**
   * The server's history of a room is another than the one we knew, because it was lost or put back
   * from a copy: what was told before is not in it, and sequences begin anew. `entered` follows.
   */
  | { readonly type: "reset"; readonly room: string }
  /**
   * Our own leave was answered; or, without one, the server does not let us back in after a
   * reconnect, and an `error` has said why.
   */
  | { readonly type: "exited"; readonly ref?: string; readonly room: string }
  /** One line, in order of sequence, each exactly once; our own lines too. */
  | { readonly type: "said"; readonly room: string; readonly entry: Entry; readonly isOwn: boolean }
  /** Lines that the server has lost, in the place where they would have come. */
  | { readonly type: "damaged"; readonly room: string; readonly range: SequenceRange }
  /** A line of ours waits to be stored. */
  | {
      readonly type: "pending";
      readonly room: string;
      readonly id: string;
      readonly text: string;
      /** Clock.wallNow() when it was said, to be shown until `sentAt` is known. */
      readonly at: number;
    }
  /** It is on the server's disk. */
  | {
      readonly type: "stored";
      readonly ref?: string;
      readonly room: string;
      readonly id: string;
      readonly sequence: number;
    }
  /**
   * Lines of ours in this room cannot be stored now; they are tried again until they are. Told once
   * for each time that this begins.
   */
  | {
      readonly type: "delayed";
      readonly room: string;
      readonly code: ErrorCode;
      readonly message: string;
    }
  /** It was refused and will not be tried again; its text is given back. */
  | {
      readonly type: "failed";
      readonly ref?: string;
      readonly room: string;
      readonly id: string;
      readonly text: string;
      readonly code: ErrorCode;
      readonly message: string;
    }
  | { readonly type: "joined"; readonly room: string; readonly nick: string }
  | {
      readonly type: "left";
      readonly room: string;
      readonly nick: string;
      readonly reason: LeaveReason;
    }
  /** The answer to `history`, entries in order of sequence. */
  | {
      readonly type: "page";
      readonly ref?: string;
      readonly room: string;
      readonly entries: readonly Entry[];
      readonly damaged: readonly SequenceRange[];
      /** Whether there is more in the direction that was asked for. */
      readonly hasMore: boolean;
    }
  | {
      readonly type: "members";
      readonly ref?: string;
      readonly room: string;
      readonly nicks: readonly string[];
    }
  /** A request was refused. */
  | {
      readonly type: "error";
      readonly ref?: string;
      readonly code: ErrorCode;
      readonly message: string;
    }
  /** The server is stopping; the connection will be lost and tried again. */
  | { readonly type: "shutdown"; readonly reason: string };

export interface ServerInfo {
  /** The public key that it has proven to hold, base64url (43 characters). */
  readonly id: string;
  readonly name: string;
}

/** Where a server is, as its owner found out. */
export interface ServerLocation {
  readonly address: Address;
  /** Where else it may be reached; tried beside it when it does not answer at once. */
  readonly otherAddresses?: readonly Address[];
  /** Its public key, 32 bytes: nothing is told to any other. Any server will do where it is absent. */
  readonly key?: Uint8Array;
  /** What it gave us to be let in at once; see the transport's `ConnectOptions`. */
  readonly cookie?: Uint8Array;
}

/** A server's key, before anything is told to it. */
export interface ShownKey {
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** Otherwise it was only claimed, by who answered in the place of the server that was expected. */
  readonly isProven: boolean;
  /** Where it was shown. */
  readonly address?: Address;
}

/** What the owner of a client thinks of a server's key. */
export type Verdict =
  | { readonly type: "accepted"; readonly isFirstVisit: boolean }
  /** It is not the server that is looked for; the reason is a phrase. */
  | { readonly type: "retry"; readonly reason: string }
  /** Nothing more is tried. */
  | { readonly type: "refused"; readonly failure: EarshotError };

/** Which part of a log is wanted: the `limit` lines before or after a sequence, or the last ones. */
export interface HistoryRange {
  readonly before?: number;
  readonly after?: number;
  /** 1..200, default 50. */
  readonly limit?: number;
}

/**
 * What the owner of a chat client may ask. Nothing here waits or throws for an operating failure:
 * answers are `ClientEvent`s, and `ref` comes back in them. Requests made while disconnected wait
 * for the connection, but at most `requestsWaitingMax`.
 */
export interface ClientPort {
  /** Joins at once, or when connected; a joined room is joined again after each reconnect. */
  join(room: string, ref?: string): void;
  leave(room: string, ref?: string): void;
  /** Gives the id of the new line, kept until stored; `undefined` when it was refused (`error`). */
  say(room: string, text: string, ref?: string): string | undefined;
  history(room: string, range: HistoryRange, ref?: string): void;
  members(room: string, ref?: string): void;
  /** Another nickname, after `nick-refused` and before `ready`. */
  changeNick(nick: string): void;
  /** Lines said and not yet stored. */
  readonly pendingCount: number;
  /** Says goodbye and closes; what is not stored by then is lost, so look at `pendingCount` first. */
  close(): Promise<void>;
}
