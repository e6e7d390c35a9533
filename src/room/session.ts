import type { ListBans } from "./message-access.ts";
import type { PasswordSubject } from "./message-account.ts";
import type { AskReceipts } from "./message-log.ts";
import type { Join, ListMembers, ListRooms } from "./message-room.ts";
import type { Person } from "./person.ts";
import type { WaitingQuery } from "./read-queue.ts";

/** A question whose answer is long. */
export type Listing = Join | ListMembers | ListRooms | ListBans | AskReceipts;

/** Names a connection to the server; the transport's connection handle. */
export type SessionId = number;

/** What the transport knows of who is at the other end. */
export interface SessionPeer {
  /** Its static key, 32 bytes, which it has proven to hold. */
  readonly deviceKey: Uint8Array;
  /** 32 bytes that both ends of this connection share with no other. */
  readonly channelBinding: Uint8Array;
  /** Its address without the port. */
  readonly address: string;
  /** The same, or its network: who does something too often from there is slowed. */
  readonly host: string;
}

/** How far a login by password has come. */
export type LoginState =
  | {
      readonly type: "started";
      readonly subject: PasswordSubject;
      /** Of OPAQUE, for the next step. */
      readonly state: Uint8Array;
    }
  /** The session may have its device certified for this account. */
  | { readonly type: "proven"; readonly person: string };

/** Who a session is: nobody yet, or a person with a nickname. */
export type SessionState =
  | { readonly type: "greeting"; readonly deadline: number }
  | {
      readonly type: "accepted";
      readonly person: Person;
      /** Of the nickname: two with one key are the same to people. */
      readonly key: string;
      /** With it the same client takes its session over on a new connection. */
      readonly token: Uint8Array;
    };

/** An accepted session, whose person is known. */
export type Member = Session & { readonly state: Extract<SessionState, { type: "accepted" }> };

/** What a server knows of one connection. The desks of `ChatServer` alone change it. */
export class Session {
  readonly id: SessionId;
  readonly peer: SessionPeer;
  /** Rooms it is in, at most `sessionRoomsMax`. */
  readonly rooms: Set<string> = new Set();
  /** Rooms in which an entry was refused for a time; those behind it wait for `isFirst`. */
  readonly stalledRooms: Set<string> = new Set();
  /** Rooms that grew while the connection was full; told when it is writable. */
  readonly behindRooms: Set<string> = new Set();
  /** Rooms whose members changed while the connection was full. */
  readonly staleRooms: Set<string> = new Set();
  /** The newest sequence of each room that the client has told to have. */
  readonly delivered: Map<string, number> = new Map();
  /** Reads and searches that wait, at most `sessionReadsMax`. */
  readonly queries: WaitingQuery[] = [];
  /** Answers that wait until the connection is writable, at most `listingsMax`. */
  readonly listings: Listing[] = [];
  /** Why its person is away, which may be no words; `undefined` when it is not. */
  awayText: string | undefined;
  /** When it last told that its person writes; at first long ago. */
  typedAt: number = Number.NEGATIVE_INFINITY;
  /** Where it takes connections of others, `host:port`; `undefined` until it has said so. */
  addresses: readonly string[] | undefined;
  /** Persons whose private chats a guest keeps away; an account remembers them. */
  readonly ignored: Set<string> = new Set();
  /** Of the pages that were sent and may still be in its queue. */
  pageBytes = 0;
  state: SessionState;
  login: LoginState | undefined;
  isWritable = true;
  /** The connection is closed or told to close; nobody is answered any more. */
  isGone = false;

  constructor(id: SessionId, peer: SessionPeer, helloDeadline: number) {
    this.id = id;
    this.peer = peer;
    this.state = { type: "greeting", deadline: helloDeadline };
  }

  get deviceKey(): Uint8Array {
    return this.peer.deviceKey;
  }

  isMember(): this is Member {
    return this.state.type === "accepted";
  }
}
