import type { Address } from "../base/address.ts";
import type { EarshotError, ErrorCode } from "../base/errors.ts";
import type { AccountAction, AccountResult } from "./account-action.ts";
import type { Answer, Question } from "./client-question.ts";
import type { OwnPerson, SequenceRange } from "./entry.ts";
import type { FileAction } from "./files/file-action.ts";
import type { Transfer } from "./files/file-port.ts";
import type { LinkQuality } from "./link-meter.ts";
import type { LogEntry } from "./log-entry.ts";
import type { RecalledRoom } from "./memory/memory-port.ts";
import type { Taking } from "./message-file.ts";
import type { PostBody } from "./message-log.ts";
import type { AskedOffer, ChatPerson } from "./message-private.ts";
import type { LeaveReason, ReadState, RoomMember, RoomRole, RoomState } from "./message-room.ts";
import type { KnownRoom } from "./message-session.ts";
import type { Position } from "./store-port.ts";

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
      readonly own: OwnPerson;
      /** The rooms that we belong to, also where we are not now. */
      readonly rooms: readonly KnownRoom[];
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
   * We are in a room, because we joined it (also again after a reconnect), made it, or asked for a
   * private chat: who is there, and how long the log is. When there are more members than these, a
   * `members` event with all of them follows by itself.
   */
  | {
      readonly type: "entered";
      readonly ref?: string;
      readonly room: string;
      readonly members: readonly RoomMember[];
      /** Names the history whose sequences these are. */
      readonly log: string;
      /** The oldest sequence that the server keeps. */
      readonly firstSequence: number;
      readonly lastSequence: number;
      readonly state: RoomState;
      /** Ours. */
      readonly role?: RoomRole;
      /** How far we have read, where we stay members while away. */
      readonly read?: ReadState;
      /** Of a private chat. */
      readonly persons?: readonly ChatPerson[];
    }
  /**
   * The server's history of a room is another than the one we knew, because it was lost or put back
   * from a copy: what was told before is not in it, and sequences begin anew. `entered` follows. With
   * `isFar` it is the same history, but more was said since than is told: what was shown from memory
   * does not touch what comes.
   */
  | { readonly type: "reset"; readonly room: string; readonly isFar?: true }
  /**
   * Our own leave was answered; or, without one, the server does not let us back in after a
   * reconnect, and an `error` has said why.
   */
  | { readonly type: "exited"; readonly ref?: string; readonly room: string }
  /**
   * One entry, in order of sequence, each exactly once; our own too. Some change an earlier one: see
   * `changedBy`.
   */
  | {
      readonly type: "said";
      readonly room: string;
      readonly entry: LogEntry;
      readonly isOwn: boolean;
    }
  /** Lines that the server has lost, in the place where they would have come. */
  | { readonly type: "damaged"; readonly room: string; readonly range: SequenceRange }
  /** An entry of ours waits to be stored. */
  | {
      readonly type: "pending";
      readonly room: string;
      readonly id: string;
      readonly body: PostBody;
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
  /** It was refused and will not be tried again; it is given back. */
  | {
      readonly type: "failed";
      readonly ref?: string;
      readonly room: string;
      readonly id: string;
      readonly body: PostBody;
      readonly code: ErrorCode;
      readonly message: string;
    }
  | ({ readonly type: "joined"; readonly room: string } & RoomMember)
  | {
      readonly type: "left";
      readonly room: string;
      readonly nick: string;
      readonly reason: LeaveReason;
      /** What they said on leaving. */
      readonly text?: string;
    }
  /** So many were lost at once that it is the network, not they. */
  | { readonly type: "split"; readonly room: string; readonly nicks: readonly string[] }
  /** A member is away, or back, or has another role or, where it `was` another, nickname. */
  | ({ readonly type: "changed"; readonly room: string; readonly was?: string } & RoomMember)
  | {
      readonly type: "typing";
      readonly room: string;
      readonly nick: string;
      readonly state: "active" | "paused" | "done";
    }
  /** How many of the others have our newest line. */
  | {
      readonly type: "progress";
      readonly room: string;
      readonly sequence: number;
      readonly memberCount: number;
      readonly deliveredCount: number;
    }
  /** How a transfer is doing: when that changes, and at most five times a second as it goes on. */
  | { readonly type: "transfer"; readonly transfer: Transfer }
  /** Somebody takes what we offer, or does not want it. */
  | Taking
  /** What `file` was asked to do is done or has begun; an offer is answered by `stored`. */
  | {
      readonly type: "file";
      readonly ref?: string;
      readonly action: Exclude<FileAction["type"], "offer">;
      readonly offer: string;
    }
  /** Somebody wants to talk in private; answered by the question `answer`. */
  | {
      readonly type: "asked";
      readonly room: string;
      readonly by: string;
      readonly persons: readonly ChatPerson[];
      readonly until: number;
      /** The newest files that are offered there. */
      readonly offer?: AskedOffer;
    }
  /** Somebody agreed to a private chat, or did not; under our own name, we on another device. */
  | {
      readonly type: "answered";
      readonly room: string;
      readonly nick: string;
      readonly answer: "accepted" | "declined";
    }
  /** We may join that room now. */
  | { readonly type: "invited"; readonly room: string; readonly by: string }
  /** We were put out of a room; `exited` is not told. */
  | {
      readonly type: "removed";
      readonly room: string;
      readonly by: string;
      readonly isBanned: boolean;
      readonly reason?: string;
    }
  /** We are called otherwise from now on. */
  | { readonly type: "renamed"; readonly nick: string }
  /** We are another person from now on: our nickname was registered, or we logged in, or left it. */
  | { readonly type: "identified"; readonly own: OwnPerson }
  /** What `account` was asked to do is done. */
  | { readonly type: "account"; readonly ref?: string; readonly result: AccountResult }
  /**
   * What this computer keeps of the server that is being looked for, before it is reached: the first
   * event, at later visits. Rooms are joined as after `ready`; `pending` follows for what waits.
   */
  | {
      readonly type: "remembered";
      readonly server: ServerInfo;
      readonly nick: string;
      readonly own: OwnPerson;
      readonly rooms: readonly RecalledRoom[];
      readonly drafts: ReadonlyMap<string, string>;
      /** The room that was shown last. */
      readonly shownRoom?: string;
    }
  /** What people should know of what this computer keeps. */
  | { readonly type: "memory"; readonly message: string }
  /** How the way to the server is: after `ready`, and when that changes, at most once a second. */
  | ({ readonly type: "link" } & LinkQuality)
  /** The server has something to say to people. */
  | { readonly type: "notice"; readonly text: string }
  /** The answer to `ask`. */
  | {
      readonly type: "answer";
      readonly ref?: string;
      readonly question: Question;
      readonly answer: Answer;
    }
  /** The answer to `history`, entries in order of sequence. */
  | {
      readonly type: "page";
      readonly ref?: string;
      readonly room: string;
      readonly entries: readonly LogEntry[];
      readonly damaged: readonly SequenceRange[];
      /** Whether there is more in the direction that was asked for. */
      readonly hasMore: boolean;
    }
  | {
      readonly type: "members";
      readonly ref?: string;
      readonly room: string;
      readonly members: readonly RoomMember[];
    }
  /** A request was refused. */
  | {
      readonly type: "error";
      readonly ref?: string;
      /** Which room could not be entered. */
      readonly room?: string;
      readonly code: ErrorCode;
      readonly message: string;
    }
  /**
   * The server stops in `inMs`; the connection will be lost and tried again. It is told several times
   * while it counts down.
   */
  | {
      readonly type: "shutdown";
      readonly reason: string;
      readonly inMs: number;
      readonly isRestart: boolean;
    };

/** How far the log of a room was told at an earlier visit. */
export interface LogPlace {
  /** The history whose sequence that is. */
  readonly log: string;
  readonly sequence: number;
}

/** An entry of ours that was not stored when its client ended. */
export interface SavedPost {
  readonly id: string;
  readonly room: string;
  readonly body: PostBody;
  /** Clock.wallNow() when it was said. */
  readonly at: number;
}

/** What an earlier client of this person left to the next one. */
export interface EarlierVisit {
  /** What it told the server to get its nickname back after a loss: 16 bytes. */
  readonly token?: Uint8Array;
  /** In the order in which they were said. */
  readonly posts: readonly SavedPost[];
  /** By room. */
  readonly places: ReadonlyMap<string, LogPlace>;
  /** Entries of a room that are told where they were missed; with more its log begins anew. */
  readonly missedMax: number;
}

export interface Traffic {
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

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
  | {
      readonly type: "accepted";
      readonly isFirstVisit: boolean;
    }
  /** It is not the server that is looked for; the reason is a phrase. */
  | { readonly type: "retry"; readonly reason: string }
  /** Nothing more is tried. */
  | { readonly type: "refused"; readonly failure: EarshotError };

/**
 * Which part of a log is wanted: the `limit` entries before, after or around a place (at most one of
 * them), or the last ones.
 */
export interface HistoryRange {
  readonly before?: Position;
  readonly after?: Position;
  readonly around?: Position;
  /** 1..200, default 50. */
  readonly limit?: number;
}

/**
 * What the owner of a chat client may ask. Nothing here waits or throws for an operating failure:
 * answers are `ClientEvent`s, and `ref` comes back in them. Requests made while disconnected wait
 * for the connection, but at most `requestsWaitingMax`.
 */
export interface ClientPort {
  /**
   * Joins at once, or when connected; a joined room is joined again after each reconnect. The
   * invitation is used where one is needed.
   */
  join(room: string, ref?: string, invitation?: string): void;
  leave(room: string, ref?: string): void;
  /** Posts a message; see `post`. */
  say(room: string, text: string, ref?: string): string | undefined;
  /** Gives the id of the new entry, kept until stored; `undefined` when it was refused (`error`). */
  post(room: string, body: PostBody, ref?: string): string | undefined;
  /** Answered by `answer`, or by `entered` where it leads into a room. */
  ask(question: Question, ref?: string): void;
  /** Answered by `account` or `error`, also when there is no connection: it is not tried again. */
  account(action: AccountAction, ref?: string): void;
  /** Answered by `file`, by `stored` or `failed` where it is an offer, or by `error`. */
  file(action: FileAction, ref?: string): void;
  /** Somebody writes, or has stopped: it is told as often as others need it. */
  typing(room: string, state: "active" | "paused" | "done"): void;
  /** Everything up to this entry, with its ordinal, was seen by the person. */
  read(room: string, sequence: number, ordinal: number): void;
  history(room: string, range: HistoryRange, ref?: string): void;
  members(room: string, ref?: string): void;
  /** Another nickname, after `nick-refused` and before `ready`. */
  changeNick(nick: string): void;
  /** Lines said and not yet stored. */
  readonly pendingCount: number;
  /** How many of them are kept on this computer for the next visit. */
  readonly keptCount: number;
  /** What was sent and received since the client began, to whomever, in bytes of UDP payload. */
  readonly traffic: Traffic;
  /** What is typed in a room and not said, to be found again at the next start. */
  keepDraft(room: string, text: string): void;
  /** The person looks at this room, as they will at the next start. */
  shown(room: string): void;
  /** Nothing of this server is kept on this computer any longer but lines that wait. */
  forget(): void;
  /**
   * Says goodbye and closes; what is not stored and not kept by then is lost, so look at `pendingCount`
   * and `keptCount` first.
   */
  close(): Promise<void>;
}
