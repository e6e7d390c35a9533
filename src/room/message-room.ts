import { nicksMax } from "./limits.ts";
import { type ChatPerson, chatPersons } from "./message-private.ts";
import {
  flag,
  id,
  list,
  mark,
  name,
  object,
  optional,
  phrase,
  range,
  ref,
  type Schema,
  type SchemaTable,
  sequence,
  tagged,
  whole,
  word,
} from "./schema.ts";

/**
 * Who may come in: everybody, those who were invited, those who know the password, or the persons of
 * a private chat.
 */
export type RoomKind = "public" | "invite" | "password" | "private";

/** What a member of a room is in it beyond being there. */
export type RoomRole = "owner" | "moderator" | "member";

/** Somebody in a room, as the others see it. */
export interface RoomMember {
  readonly nick: string;
  readonly isGuest?: true;
  readonly isAway?: true;
  readonly role?: RoomRole;
}

/**
 * Why a member is no longer there: left this room; closed the client; fell silent; its machine went
 * to sleep; went to another server; was put out; or the server stops.
 */
export const leaveReasons = [
  "left",
  "quit",
  "lost",
  "asleep",
  "moved",
  "kicked",
  "server",
] as const;

export type LeaveReason = (typeof leaveReasons)[number];

/** Answered by `Entered`; joining a room twice changes nothing. */
export interface Join {
  readonly type: "join";
  readonly ref: number;
  readonly room: string;
  /** Of an invitation; it counts as used. */
  readonly invitation?: string;
}

/** Answered by `Exited`, also when the room was not joined. */
export interface Leave {
  readonly type: "leave";
  readonly ref: number;
  readonly room: string;
}

/** Makes a room that its maker owns, and enters it: answered by `Entered`. */
export interface Create {
  readonly type: "create";
  readonly ref: number;
  readonly room: string;
  readonly kind: "public" | "invite";
}

/** What the log of a room keeps: the newest entries, for so long and so much as both allow. */
export interface RetentionRule {
  readonly ageMs?: number;
  /** Of the entries as they lie on disk. */
  readonly bytesMax?: number;
}

/** Changes who may come in and what the log keeps, as far as it is given; answered by `Done`. */
export interface Configure {
  readonly type: "configure";
  readonly ref: number;
  readonly room: string;
  readonly kind?: "public" | "invite";
  readonly retention?: RetentionRule;
}

/** Rooms that can be joined or were, with names after `after`. */
export interface ListRooms {
  readonly type: "rooms";
  readonly ref: number;
  readonly after?: string;
}

/** The members whose nickname keys come after `after` in code unit order. */
export interface ListMembers {
  readonly type: "members";
  readonly ref: number;
  readonly room: string;
  readonly after?: string;
}

/** The person writes, has stopped for a while, or does not any more. It is not answered. */
export interface Typing {
  readonly type: "typing";
  readonly room: string;
  readonly state: "active" | "paused" | "done";
}

/** What everybody in a room knows of it. */
export interface RoomState {
  readonly kind: RoomKind;
  readonly topic: string;
  readonly slowMs: number;
  readonly isReadOnly: boolean;
}

/** How far the person has read; kept by the server for members who stay members while away. */
export interface ReadState {
  /** The newest sequence that was read. */
  readonly sequence: number;
  /** Messages behind it. */
  readonly unread: number;
  /** How many of them mention the person; from 100 on they are not counted. */
  readonly mentions: number;
}

/** The room is joined; `members` are the first of `memberCount`. */
export interface Entered {
  readonly type: "entered";
  readonly ref: number;
  readonly room: string;
  readonly state: RoomState;
  readonly role?: RoomRole;
  readonly members: readonly RoomMember[];
  readonly memberCount: number;
  /** Names the server's store: with another name, sequences mean other entries. */
  readonly log: string;
  /** The oldest sequence that is kept. */
  readonly firstSequence: number;
  /** Sequence of the newest entry, 0 when there is none; every later one will be told. */
  readonly lastSequence: number;
  readonly read?: ReadState;
  /** Of a private chat. */
  readonly persons?: readonly ChatPerson[];
}

/** The room is left. */
export interface Exited {
  readonly type: "exited";
  readonly ref: number;
  readonly room: string;
}

/** A room in a list. */
export interface RoomSummary {
  readonly room: string;
  readonly kind: RoomKind;
  readonly topic: string;
  readonly memberCount: number;
  readonly lastSequence: number;
  readonly read?: ReadState;
}

/** Some rooms, in the order of their names. */
export interface Rooms {
  readonly type: "rooms";
  readonly ref: number;
  readonly rooms: readonly RoomSummary[];
  readonly hasMore: boolean;
}

/** Some members of a room, in the order of their keys. */
export interface Members {
  readonly type: "members";
  readonly ref: number;
  readonly room: string;
  readonly members: readonly RoomMember[];
  readonly hasMore: boolean;
}

/** Who came, went or changed since the last time, each nickname once. */
export interface Presence {
  readonly type: "presence";
  readonly room: string;
  readonly joined: readonly RoomMember[];
  readonly left: readonly {
    readonly nick: string;
    readonly reason: LeaveReason;
    readonly text?: string;
  }[];
  /** `was` is the nickname before this one. */
  readonly changed: readonly (RoomMember & { readonly was?: string })[];
  /** More changed while the connection was full: ask for the members anew. */
  readonly isStale?: true;
}

/** Somebody in the room writes, or has stopped. */
export interface TypingEvent {
  readonly type: "typing";
  readonly room: string;
  readonly nick: string;
  readonly state: "active" | "paused" | "done";
}

export type RoomRequest = Join | Leave | Create | Configure | ListRooms | ListMembers;

export type RoomReply = Entered | Exited | Rooms | Members;

export type RoomEvent = Presence | TypingEvent;

export const roomKind: Schema<RoomKind> = word(["public", "invite", "password", "private"]);

export const roomState: Schema<RoomState> = object<RoomState>({
  kind: roomKind,
  topic: phrase,
  slowMs: whole,
  isReadOnly: flag,
});

export const roomRole: Schema<RoomRole> = word(["owner", "moderator", "member"]);

export const readState: Schema<ReadState> = object<ReadState>({
  sequence: whole,
  unread: whole,
  mentions: whole,
});

export const retentionRule: Schema<RetentionRule> = object<RetentionRule>({
  ageMs: optional(range(1, Number.MAX_SAFE_INTEGER)),
  bytesMax: optional(range(1, Number.MAX_SAFE_INTEGER)),
});

const typingState = word(["active", "paused", "done"]);

const memberEntries = {
  nick: name,
  isGuest: optional(mark),
  isAway: optional(mark),
  role: optional(roomRole),
};

const member: Schema<RoomMember> = object<RoomMember>(memberEntries);

const members: Schema<readonly RoomMember[]> = list(member, nicksMax);

const summary: Schema<RoomSummary> = object<RoomSummary>({
  room: name,
  kind: roomKind,
  topic: phrase,
  memberCount: whole,
  lastSequence: whole,
  read: optional(readState),
});

export const roomRequests: SchemaTable<RoomRequest> = {
  join: tagged<Join>("join", { ref, room: name, invitation: optional(id) }),
  leave: tagged<Leave>("leave", { ref, room: name }),
  create: tagged<Create>("create", { ref, room: name, kind: word(["public", "invite"]) }),
  configure: tagged<Configure>("configure", {
    ref,
    room: name,
    kind: optional(word(["public", "invite"])),
    retention: optional(retentionRule),
  }),
  rooms: tagged<ListRooms>("rooms", { ref, after: optional(name) }),
  members: tagged<ListMembers>("members", { ref, room: name, after: optional(name) }),
};

export const roomNotices: SchemaTable<Typing> = {
  typing: tagged<Typing>("typing", { room: name, state: typingState }),
};

export const roomReplies: SchemaTable<RoomReply> = {
  entered: tagged<Entered>("entered", {
    ref,
    room: name,
    state: roomState,
    role: optional(roomRole),
    members,
    memberCount: whole,
    log: id,
    firstSequence: sequence,
    lastSequence: whole,
    read: optional(readState),
    persons: optional(chatPersons),
  }),
  exited: tagged<Exited>("exited", { ref, room: name }),
  rooms: tagged<Rooms>("rooms", { ref, rooms: list(summary, nicksMax), hasMore: flag }),
  members: tagged<Members>("members", { ref, room: name, members, hasMore: flag }),
};

export const roomEvents: SchemaTable<RoomEvent> = {
  presence: tagged<Presence>("presence", {
    room: name,
    joined: members,
    left: list(
      object<Presence["left"][number]>({
        nick: name,
        // A reason of a later version must not hide that somebody left.
        reason: word(leaveReasons, "left"),
        text: optional(phrase),
      }),
      nicksMax,
    ),
    changed: list(
      object<Presence["changed"][number]>({ ...memberEntries, was: optional(name) }),
      nicksMax,
    ),
    isStale: optional(mark),
  }),
  typing: tagged<TypingEvent>("typing", { room: name, nick: name, state: typingState }),
};
