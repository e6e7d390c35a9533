import * as v from "valibot";
import type { ErrorCode } from "../base/errors.ts";
import type { LogEnd } from "./append-plan.ts";
import type { LeaveReason } from "./client-port.ts";
import type { Entry, SequenceRange } from "./entry.ts";
import { nicksMax, pageDamagedMax, pageEntriesMax, sessionRoomsMax, tokenBytes } from "./limits.ts";

/** The first request on a connection; only it is allowed until it was answered by `Welcome`. */
export interface Hello {
  readonly type: "hello";
  readonly ref: number;
  readonly nick: string;
  /** Name and version of the program, for people who look for a fault. */
  readonly client: string;
  /** A secret the client made when it started: takes its nickname back from its own dead connection. */
  readonly token: Uint8Array;
}

/** Answered by `Entered`; joining a room twice changes nothing. */
export interface Join {
  readonly type: "join";
  readonly ref: number;
  readonly room: string;
}

/** Answered by `Exited`, also when the room was not joined. */
export interface Leave {
  readonly type: "leave";
  readonly ref: number;
  readonly room: string;
}

/** A new line, answered by `Stored` when it is on disk. Sending it again changes nothing. */
export interface Say {
  readonly type: "say";
  readonly ref: number;
  /** The nanoid that makes sending it again harmless. */
  readonly id: string;
  readonly room: string;
  readonly text: string;
  /**
   * No earlier line of this author waits in this room. After a line was refused for a time, the
   * server refuses those behind it until one says this: so they cannot overtake it.
   */
  readonly isFirst: boolean;
}

/** The `limit` lines before or after a sequence (not both), or the last ones. */
export interface ReadHistory {
  readonly type: "history";
  readonly ref: number;
  readonly room: string;
  readonly before?: number;
  readonly after?: number;
  readonly limit: number;
}

/** The members whose nickname keys come after `after` in code unit order. */
export interface ListMembers {
  readonly type: "members";
  readonly ref: number;
  readonly room: string;
  readonly after?: string;
}

/** What a client sends. Every request is answered with its `ref`. */
export type Request = Hello | Join | Leave | Say | ReadHistory | ListMembers;

/** The nickname is granted. */
export interface Welcome {
  readonly type: "welcome";
  readonly ref: number;
  readonly server: { readonly id: string; readonly name: string };
  readonly nick: string;
  /** Rooms the client is still in, because it took over its earlier connection. */
  readonly rooms: readonly string[];
}

/** A request was refused. */
export interface Refusal {
  readonly type: "error";
  readonly ref: number;
  readonly code: ErrorCode;
  readonly message: string;
  /** A free nickname, with `nickname-taken`. */
  readonly suggestion?: string;
}

/** The room is joined; `nicks` are the first of `memberCount`. */
export interface Entered {
  readonly type: "entered";
  readonly ref: number;
  readonly room: string;
  readonly nicks: readonly string[];
  readonly memberCount: number;
  /** Names the server's history: with another name, sequences mean other lines. */
  readonly log: string;
  /** Sequence of the newest line, 0 when there is none; every later one will be told. */
  readonly lastSequence: number;
}

/** The room is left. */
export interface Exited {
  readonly type: "exited";
  readonly ref: number;
  readonly room: string;
}

/** The line is on disk. */
export interface Stored {
  readonly type: "stored";
  readonly ref: number;
  readonly id: string;
  readonly sequence: number;
  readonly sentAt: number;
}

/** A part of the log in order; `damaged` are the sequences within it that are lost. */
export interface Page {
  readonly type: "page";
  readonly ref: number;
  readonly room: string;
  readonly entries: readonly Entry[];
  readonly damaged: readonly SequenceRange[];
  /** Whether there is more in the direction that was asked for. */
  readonly hasMore: boolean;
}

/** Some members of a room, in the order of their keys. */
export interface Members {
  readonly type: "members";
  readonly ref: number;
  readonly room: string;
  readonly nicks: readonly string[];
  readonly hasMore: boolean;
}

/** A new line, small enough for the chat channel. */
export interface Said {
  readonly type: "said";
  readonly room: string;
  readonly entry: Entry;
}

/** The log has grown up to this sequence; members read what they miss. */
export interface Grown {
  readonly type: "grown";
  readonly room: string;
  readonly lastSequence: number;
}

/** Somebody else entered the room. */
export interface Joined {
  readonly type: "joined";
  readonly room: string;
  readonly nick: string;
}

/** Somebody else is no longer in the room. */
export interface Left {
  readonly type: "left";
  readonly room: string;
  readonly nick: string;
  readonly reason: LeaveReason;
}

/** The server stops and closes every connection; everybody leaves every room. */
export interface Shutdown {
  readonly type: "shutdown";
  readonly reason: string;
}

/** What a server sends in answer to a request, with its `ref`. */
export type Reply = Welcome | Refusal | Entered | Exited | Stored | Page | Members;

/** What a server tells unasked. */
export type Event = Said | Grown | Joined | Left | Shutdown;

/** Everything a server sends. */
export type ServerMessage = Reply | Event;

/** A line and the room whose log it belongs to. */
export interface StoredEntry {
  readonly room: string;
  readonly entry: Entry;
}

/** Gives the value as what it should be, without keys that are unknown; or `undefined`. */
export type Check<T> = (value: unknown) => T | undefined;

/** The codes with which a server refuses a request. */
export const refusalCodes: readonly ErrorCode[] = [
  "history-unavailable",
  "internal",
  "limit-reached",
  "nickname-invalid",
  "nickname-taken",
  "not-joined",
  "not-ready",
  "request-invalid",
  "room-invalid",
  "server-closing",
  "text-empty",
  "text-too-long",
];

/** Those after which the same line may be accepted later. */
export const temporaryCodes: readonly ErrorCode[] = [
  "history-unavailable",
  "limit-reached",
  "server-closing",
];

/** A nanoid as it stands in messages. */
const idPattern = /^[A-Za-z0-9_-]{21}$/;

/** Characters of a name as it may come off the wire; what a name may be is decided by name.ts. */
const nameLengthMax = 256;

/** Characters of a phrase for people. */
const phraseLengthMax = 1_024;

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const ref = v.pipe(whole, v.maxValue(2 ** 32 - 1));
const sequence = v.pipe(whole, v.minValue(1));
const name = v.pipe(v.string(), v.maxLength(nameLengthMax));
const phrase = v.pipe(v.string(), v.maxLength(phraseLengthMax));
const id = v.pipe(v.string(), v.regex(idPattern));
const token = v.pipe(
  v.instance(Uint8Array),
  v.check((bytes) => bytes.length === tokenBytes),
);
const nicks = v.pipe(v.array(name), v.maxLength(nicksMax));

/** One line of a log, on the wire and on disk. */
const entry = v.object({
  sequence,
  id,
  author: name,
  sentAt: whole,
  text: v.string(),
});

const range = v.pipe(
  v.object({ from: sequence, to: sequence }),
  v.check(({ from, to }) => from <= to),
);

/** The value as a `Request`, or `undefined`. Unknown keys are ignored: later versions may add some. */
export const checkRequest: Check<Request> = checkOf(
  v.variant("type", [
    v.object({
      type: v.literal("hello"),
      ref,
      nick: name,
      client: phrase,
      token,
    }),
    v.object({ type: v.literal("join"), ref, room: name }),
    v.object({ type: v.literal("leave"), ref, room: name }),
    v.object({
      type: v.literal("say"),
      ref,
      id,
      room: name,
      text: v.string(),
      isFirst: v.boolean(),
    }),
    v.pipe(
      v.object({
        type: v.literal("history"),
        ref,
        room: name,
        before: v.exactOptional(sequence),
        after: v.exactOptional(whole),
        limit: v.pipe(sequence, v.maxValue(pageEntriesMax)),
      }),
      v.check(({ before, after }) => before === undefined || after === undefined),
    ),
    v.object({ type: v.literal("members"), ref, room: name, after: v.exactOptional(name) }),
  ]),
);

/** The value as a `ServerMessage`, or `undefined`. Unknown keys are ignored. */
export const checkServerMessage: Check<ServerMessage> = checkOf(
  v.variant("type", [
    v.object({
      type: v.literal("welcome"),
      ref,
      server: v.object({ id: name, name }),
      nick: name,
      rooms: v.pipe(v.array(name), v.maxLength(sessionRoomsMax)),
    }),
    v.object({
      type: v.literal("error"),
      ref,
      // A code of a later version must not make the refusal itself unreadable.
      code: v.fallback(v.picklist(refusalCodes), "internal"),
      message: phrase,
      suggestion: v.exactOptional(name),
    }),
    v.object({
      type: v.literal("entered"),
      ref,
      room: name,
      nicks,
      memberCount: whole,
      log: id,
      lastSequence: whole,
    }),
    v.object({ type: v.literal("exited"), ref, room: name }),
    v.object({ type: v.literal("stored"), ref, id, sequence, sentAt: whole }),
    v.object({
      type: v.literal("page"),
      ref,
      room: name,
      entries: v.pipe(v.array(entry), v.maxLength(pageEntriesMax)),
      damaged: v.pipe(v.array(range), v.maxLength(pageDamagedMax)),
      hasMore: v.boolean(),
    }),
    v.object({ type: v.literal("members"), ref, room: name, nicks, hasMore: v.boolean() }),
    v.object({ type: v.literal("said"), room: name, entry }),
    v.object({ type: v.literal("grown"), room: name, lastSequence: whole }),
    v.object({ type: v.literal("joined"), room: name, nick: name }),
    v.object({
      type: v.literal("left"),
      room: name,
      nick: name,
      reason: v.picklist(["left", "lost", "server closing"]),
    }),
    v.object({ type: v.literal("shutdown"), reason: phrase }),
  ]),
);

/** The `ref` of a request that says nothing else we understand, so that it can be refused. */
export const checkRef: Check<{ readonly ref: number }> = checkOf(v.object({ ref }));

/** A line as it is on disk, or `undefined`. */
export const checkStoredEntry: Check<StoredEntry> = checkOf(v.object({ room: name, entry }));

/** The name of a history as it is on disk, or `undefined`. */
export const checkId: Check<string> = checkOf(id);

/** The end of a room's log as it is on disk, or `undefined`. */
export const checkLogEnd: Check<LogEnd> = checkOf(v.object({ sequence: whole, sentAt: whole }));

function checkOf<T>(schema: v.GenericSchema<unknown, T>): Check<T> {
  return (value) => {
    const result = v.safeParse(schema, value);
    return result.success ? result.output : undefined;
  };
}
