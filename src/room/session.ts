import type { Join, ListMembers, ReadHistory } from "./message.ts";

/** Names a connection to the server; the transport's connection handle. */
export type SessionId = number;

/** Who a session is: nobody yet, or the owner of a nickname. */
export type SessionState =
  | { readonly type: "greeting"; readonly deadline: number }
  | {
      readonly type: "accepted";
      readonly nick: string;
      readonly key: string;
      /** With it the same client takes the nickname over on a new connection. */
      readonly token: Uint8Array;
    };

/** An accepted session, whose nickname is known. */
export type Member = Session & { readonly state: Extract<SessionState, { type: "accepted" }> };

/** What a server knows of one connection. `ChatServer` alone changes it. */
export class Session {
  readonly id: SessionId;
  /** Rooms it is in, at most `sessionRoomsMax`. */
  readonly rooms: Set<string> = new Set();
  /** Rooms in which a line was refused for a time; those behind it wait for `isFirst`. */
  readonly stalledRooms: Set<string> = new Set();
  /** Rooms that grew while the connection was full; told when it is writable. */
  readonly behindRooms: Set<string> = new Set();
  /** History reads that wait, at most `sessionReadsMax`. */
  readonly reads: ReadHistory[] = [];
  /** Answers that wait until the connection is writable, at most `listingsMax`. */
  readonly listings: (Join | ListMembers)[] = [];
  /** Of the pages that were sent and may still be in its queue. */
  pageBytes = 0;
  state: SessionState;
  isWritable = true;
  /** The connection is closed or told to close; nobody is answered any more. */
  isGone = false;

  constructor(id: SessionId, helloDeadline: number) {
    this.id = id;
    this.state = { type: "greeting", deadline: helloDeadline };
  }

  isMember(): this is Member {
    return this.state.type === "accepted";
  }
}
