import type { ErrorCode } from "../base/errors.ts";
import { sessionRoomsMax, stopMsMax, tokenBytes } from "./limits.ts";
import { type Profile, profile, type ServerRole, serverRole } from "./message-account.ts";
import { type ReadState, type RoomKind, readState, roomKind } from "./message-room.ts";
import {
  bytes,
  flag,
  list,
  mark,
  name,
  object,
  optional,
  person,
  phrase,
  range,
  ref,
  type SchemaTable,
  tagged,
  whole,
  word,
} from "./schema.ts";

/** The first request on a connection; only it is allowed until it was answered by `Welcome`. */
export interface Hello {
  readonly type: "hello";
  readonly ref: number;
  readonly nick: string;
  /** Name and version of the program, for people who look for a fault. */
  readonly client: string;
  /** A secret the client made when it started: takes its session back from its own dead connection. */
  readonly token: Uint8Array;
}

/** Another nickname; answered by `Done`. */
export interface Rename {
  readonly type: "rename";
  readonly ref: number;
  readonly nick: string;
}

/** Away, with a reason, or back; answered by `Done`. */
export interface SetStatus {
  readonly type: "status";
  readonly ref: number;
  readonly isAway: boolean;
  readonly text?: string;
}

/** Who somebody is, answered by `Who`. */
export interface AskWho {
  readonly type: "who";
  readonly ref: number;
  readonly nick: string;
}

/** Stops the server after a while; answered by `Done`. */
export interface Stop {
  readonly type: "stop";
  readonly ref: number;
  readonly delayMs: number;
  readonly reason: string;
  /** It will be back soon. */
  readonly isRestart: boolean;
}

/** A room that the person is in, or was in when it went away. */
export interface KnownRoom {
  readonly room: string;
  readonly kind: RoomKind;
  readonly lastSequence: number;
  readonly read?: ReadState;
}

/** The nickname is granted. */
export interface Welcome {
  readonly type: "welcome";
  readonly ref: number;
  readonly server: { readonly id: string; readonly name: string };
  readonly nick: string;
  readonly person: string;
  readonly isGuest?: true;
  readonly role?: ServerRole;
  /** In `isIn` the client is already, because it took over its earlier connection. */
  readonly rooms: readonly (KnownRoom & { readonly isIn?: true })[];
}

/** A request was refused. */
export interface Refusal {
  readonly type: "error";
  readonly ref: number;
  readonly code: ErrorCode;
  readonly message: string;
  /** A free nickname, with `nickname-taken` and `nickname-registered`. */
  readonly suggestion?: string;
}

/** It is done, and there is nothing more to say. */
export interface Done {
  readonly type: "done";
  readonly ref: number;
}

/** What is known of a person. */
export interface Who {
  readonly type: "who";
  readonly ref: number;
  readonly nick: string;
  readonly person: string;
  readonly isGuest?: true;
  readonly role?: ServerRole;
  readonly presence: "online" | "away" | "offline";
  /** Why it is away. */
  readonly text?: string;
  /** When it was heard last, if it is offline. */
  readonly lastSeenAt?: number;
  /** What an account tells of itself. */
  readonly profile?: Profile;
  /** Rooms that it shares with the asker. */
  readonly rooms: readonly string[];
}

/** The server stops in so many milliseconds, closes every connection, and everybody leaves every room. */
export interface Shutdown {
  readonly type: "shutdown";
  readonly reason: string;
  readonly inMs: number;
  readonly isRestart: boolean;
}

/** Something that the person should know, for people. */
export interface Notice {
  readonly type: "notice";
  readonly text: string;
}

export type SessionRequest = Hello | Rename | SetStatus | AskWho | Stop;

export type SessionReply = Welcome | Refusal | Done | Who;

export type SessionEvent = Shutdown | Notice;

/** The codes with which a server refuses a request. */
export const refusalCodes: readonly ErrorCode[] = [
  "history-unavailable",
  "internal",
  "invitation-needed",
  "limit-reached",
  "mailbox-full",
  "nickname-invalid",
  "nickname-registered",
  "nickname-taken",
  "nickname-unknown",
  "not-allowed",
  "not-joined",
  "not-ready",
  "password-needed",
  "password-wrong",
  "request-invalid",
  "room-exists",
  "room-invalid",
  "server-closing",
  "target-invalid",
  "text-empty",
  "text-too-long",
  "too-fast",
];

/** Those after which the same entry may be accepted later. */
export const temporaryCodes: readonly ErrorCode[] = [
  "history-unavailable",
  "limit-reached",
  "server-closing",
  "too-fast",
];

type WelcomeRoom = Welcome["rooms"][number];

export const sessionRequests: SchemaTable<SessionRequest> = {
  hello: tagged<Hello>("hello", { ref, nick: name, client: phrase, token: bytes(tokenBytes) }),
  rename: tagged<Rename>("rename", { ref, nick: name }),
  status: tagged<SetStatus>("status", { ref, isAway: flag, text: optional(phrase) }),
  who: tagged<AskWho>("who", { ref, nick: name }),
  stop: tagged<Stop>("stop", {
    ref,
    delayMs: range(0, stopMsMax),
    reason: phrase,
    isRestart: flag,
  }),
};

export const sessionReplies: SchemaTable<SessionReply> = {
  welcome: tagged<Welcome>("welcome", {
    ref,
    server: object<Welcome["server"]>({ id: name, name }),
    nick: name,
    person,
    isGuest: optional(mark),
    role: optional(serverRole),
    rooms: list(
      object<WelcomeRoom>({
        room: name,
        kind: roomKind,
        lastSequence: whole,
        read: optional(readState),
        isIn: optional(mark),
      }),
      sessionRoomsMax,
    ),
  }),
  error: tagged<Refusal>("error", {
    ref,
    // A code of a later version must not make the refusal itself unreadable.
    code: word(refusalCodes, "internal"),
    message: phrase,
    suggestion: optional(name),
  }),
  done: tagged<Done>("done", { ref }),
  who: tagged<Who>("who", {
    ref,
    nick: name,
    person,
    isGuest: optional(mark),
    role: optional(serverRole),
    presence: word(["online", "away", "offline"]),
    text: optional(phrase),
    lastSeenAt: optional(whole),
    profile: optional(profile),
    rooms: list(name, sessionRoomsMax),
  }),
};

export const sessionEvents: SchemaTable<SessionEvent> = {
  shutdown: tagged<Shutdown>("shutdown", { reason: phrase, inMs: whole, isRestart: flag }),
  notice: tagged<Notice>("notice", { text: phrase }),
};
