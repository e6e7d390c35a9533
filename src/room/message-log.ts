import type { SequenceRange } from "./entry.ts";
import {
  editsMax,
  mentionsMax,
  offerFilesMax,
  offerNameLengthMax,
  pageDamagedMax,
  pageEntriesMax,
  reactionEmojisMax,
  reactionsMax,
  saidEntriesMax,
  searchHitsMax,
  searchWordsMax,
  waitingNicksMax,
} from "./limits.ts";
import type { Author, EntryBody, FileOffer, LogEntry, Reaction } from "./log-entry.ts";
import {
  type Check,
  checkOf,
  device,
  either,
  flag,
  id,
  line,
  list,
  mark,
  name,
  object,
  optional,
  person,
  phrase,
  range,
  rawText,
  ref,
  type Schema,
  type SchemaTable,
  safeText,
  sequence,
  such,
  tagged,
  variant,
  whole,
  word,
} from "./schema.ts";
import type { Position } from "./store-port.ts";

/**
 * What a client wants to add to a log. It differs from what is stored where the server knows better:
 * whom a text mentions, whose nickname it is, until when a time lasts.
 */
export type PostBody =
  | {
      readonly type: "message";
      readonly text: string;
      readonly replyTo?: number;
      readonly isAction?: true;
      readonly isAnnouncement?: true;
    }
  | { readonly type: "edit"; readonly target: number; readonly text: string }
  | Extract<EntryBody, { readonly type: "delete" | "react" | "topic" | "mode" }>
  | Omit<FileOffer, "device">
  | {
      readonly type: "moderation";
      readonly action: "kick" | "ban" | "unban" | "mute" | "unmute" | "role";
      readonly nick: string;
      readonly role?: "owner" | "moderator" | "member";
      readonly reason?: string;
      /** How long a ban or a mute lasts, milliseconds; for ever without it. */
      readonly durationMs?: number;
    };

/** A new entry, answered by `Stored` when it is on disk. Sending it again changes nothing. */
export interface Post {
  readonly type: "post";
  readonly ref: number;
  /** The nanoid that makes sending it again harmless. */
  readonly id: string;
  readonly room: string;
  /**
   * No earlier entry of this author waits in this room. After one was refused for a time, the server
   * refuses those behind it until one says this: so they cannot overtake it.
   */
  readonly isFirst: boolean;
  readonly body: PostBody;
}

/** The `limit` entries before, after or around a place (at most one of them), or the last ones. */
export interface ReadHistory {
  readonly type: "history";
  readonly ref: number;
  readonly room: string;
  readonly limit: number;
  readonly before?: Position;
  readonly after?: Position;
  readonly around?: Position;
}

/** Messages in which all words occur, in one room or in all that the client is in. */
export interface Search {
  readonly type: "search";
  readonly ref: number;
  readonly words: readonly string[];
  readonly limit: number;
  readonly room?: string;
  /** The author's nickname. */
  readonly from?: string;
  /** Only what mentions the asker. */
  readonly isMention?: true;
  /** Sent before, or at or after, these times. */
  readonly before?: number;
  readonly after?: number;
  readonly has?: "link" | "file" | "code";
  /** Of the answer before, to go on. */
  readonly cursor?: string;
}

/** Who has the entry, answered by `Receipts`. */
export interface AskReceipts {
  readonly type: "receipts";
  readonly ref: number;
  readonly room: string;
  readonly sequence: number;
}

/** The client has everything up to this sequence. It is not answered. */
export interface Delivered {
  readonly type: "delivered";
  readonly room: string;
  readonly sequence: number;
}

/** The person has seen everything up to this entry. It is not answered. */
export interface Read {
  readonly type: "read";
  readonly room: string;
  readonly sequence: number;
  /** Of that entry. */
  readonly ordinal: number;
}

/** The entry is on disk. */
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
  readonly entries: readonly LogEntry[];
  readonly damaged: readonly SequenceRange[];
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
}

/** Messages that were looked for, the newest first; with `cursor` there may be more. */
export interface Found {
  readonly type: "found";
  readonly ref: number;
  readonly hits: readonly { readonly room: string; readonly entry: LogEntry }[];
  readonly cursor?: string;
}

/** Of `memberCount` others, `deliveredCount` have the entry; `waiting` are the first who have not. */
export interface Receipts {
  readonly type: "receipts";
  readonly ref: number;
  readonly room: string;
  readonly sequence: number;
  readonly memberCount: number;
  readonly deliveredCount: number;
  readonly waiting: readonly string[];
  /** Who has read it and lets it be known. */
  readonly readers: readonly string[];
}

/** New entries in order, small enough together for the chat channel. */
export interface Said {
  readonly type: "said";
  readonly room: string;
  readonly entries: readonly LogEntry[];
}

/** The log has grown up to this sequence; members read what they miss. */
export interface Grown {
  readonly type: "grown";
  readonly room: string;
  readonly lastSequence: number;
}

/** How many of the others have the newest entry of this author. */
export interface Progress {
  readonly type: "progress";
  readonly room: string;
  readonly sequence: number;
  readonly memberCount: number;
  readonly deliveredCount: number;
}

/** Requests about logs. */
export type LogRequest = Post | ReadHistory | Search | AskReceipts;

/** Notices of a client about logs. */
export type LogNotice = Delivered | Read;

export type LogReply = Stored | Page | Found | Receipts;

export type LogEvent = Said | Grown | Progress;

/** Characters of an emoji: the longest of Unicode 16 has 15 UTF-16 units. */
const emojiLengthMax = 32;

const emoji = such(line(emojiLengthMax), (text) => text.trim() !== "");
const position: Schema<Position> = either(
  whole,
  object<{ readonly time: number }>({ time: whole }),
);
const searchWord = line(64);
const cursor = line(128);
const has = word(["link", "file", "code"]);
const role = word(["owner", "moderator", "member"]);
const action = word(["kick", "ban", "unban", "mute", "unmute", "role"]);

type BodyOf<T extends EntryBody["type"]> = Extract<EntryBody, { readonly type: T }>;
type PostOf<T extends PostBody["type"]> = Extract<PostBody, { readonly type: T }>;

const commonBodies = {
  delete: tagged<BodyOf<"delete">>("delete", { target: sequence, reason: optional(phrase) }),
  react: tagged<BodyOf<"react">>("react", { target: sequence, emoji, isOn: flag }),
  topic: tagged<BodyOf<"topic">>("topic", { text: phrase }),
  mode: tagged<BodyOf<"mode">>("mode", { slowMs: whole, isReadOnly: flag }),
};

const offered = {
  name: line(offerNameLengthMax),
  fileCount: range(0, offerFilesMax),
  bytes: whole,
  isFolder: optional(mark),
};

export const postBody: Schema<PostBody> = variant<PostBody>({
  ...commonBodies,
  message: tagged<PostOf<"message">>("message", {
    text: rawText,
    replyTo: optional(sequence),
    isAction: optional(mark),
    isAnnouncement: optional(mark),
  }),
  edit: tagged<PostOf<"edit">>("edit", { target: sequence, text: rawText }),
  offer: tagged<PostOf<"offer">>("offer", offered),
  moderation: tagged<PostOf<"moderation">>("moderation", {
    action,
    nick: name,
    role: optional(role),
    reason: optional(phrase),
    durationMs: optional(whole),
  }),
});

/** A body as a client may post it, or `undefined`. */
export const checkPostBody: Check<PostBody> = checkOf(postBody);

const author: Schema<Author> = object<Author>({ person, nick: name, isGuest: optional(mark) });

const reactions: Schema<readonly Reaction[]> = such(
  list(object<Reaction>({ emoji, persons: list(person, reactionsMax, 1) }), reactionEmojisMax, 1),
  (all) => all.reduce((sum, { persons }) => sum + persons.length, 0) <= reactionsMax,
);

/** An entry off the network, whose texts are safe to show. */
export const safeEntry: Schema<LogEntry> = entryWith(safeText);

/** An entry off the disk, whose text was made safe before it was stored. */
export const storedEntry: Schema<LogEntry> = entryWith(rawText);

const sequenceRange: Schema<SequenceRange> = such(
  object<SequenceRange>({ from: sequence, to: sequence }),
  ({ from, to }) => from <= to,
);

export const logRequests: SchemaTable<LogRequest> = {
  post: tagged<Post>("post", { ref, id, room: name, isFirst: flag, body: postBody }),
  history: such(
    tagged<ReadHistory>("history", {
      ref,
      room: name,
      limit: range(1, pageEntriesMax),
      before: optional(position),
      after: optional(position),
      around: optional(position),
    }),
    ({ before, after, around }) =>
      [before, after, around].filter((place) => place !== undefined).length <= 1,
  ),
  search: tagged<Search>("search", {
    ref,
    words: list(searchWord, searchWordsMax),
    limit: range(1, searchHitsMax),
    room: optional(name),
    from: optional(name),
    isMention: optional(mark),
    before: optional(whole),
    after: optional(whole),
    has: optional(has),
    cursor: optional(cursor),
  }),
  receipts: tagged<AskReceipts>("receipts", { ref, room: name, sequence }),
};

export const logNotices: SchemaTable<LogNotice> = {
  delivered: tagged<Delivered>("delivered", { room: name, sequence }),
  read: tagged<Read>("read", { room: name, sequence, ordinal: whole }),
};

export const logReplies: SchemaTable<LogReply> = {
  stored: tagged<Stored>("stored", { ref, id, sequence, sentAt: whole }),
  page: tagged<Page>("page", {
    ref,
    room: name,
    entries: list(safeEntry, pageEntriesMax),
    damaged: list(sequenceRange, pageDamagedMax),
    hasOlder: flag,
    hasNewer: flag,
  }),
  found: tagged<Found>("found", {
    ref,
    hits: list(object({ room: name, entry: safeEntry }), searchHitsMax),
    cursor: optional(cursor),
  }),
  receipts: tagged<Receipts>("receipts", {
    ref,
    room: name,
    sequence,
    memberCount: whole,
    deliveredCount: whole,
    waiting: list(name, waitingNicksMax),
    readers: list(name, waitingNicksMax),
  }),
};

export const logEvents: SchemaTable<LogEvent> = {
  said: tagged<Said>("said", { room: name, entries: list(safeEntry, saidEntriesMax, 1) }),
  grown: tagged<Grown>("grown", { room: name, lastSequence: whole }),
  progress: tagged<Progress>("progress", {
    room: name,
    sequence,
    memberCount: whole,
    deliveredCount: whole,
  }),
};

function entryWith(text: Schema<string>): Schema<LogEntry> {
  const mentions = optional(list(person, mentionsMax));
  const body = variant<EntryBody>({
    ...commonBodies,
    message: tagged<BodyOf<"message">>("message", {
      text,
      replyTo: optional(sequence),
      isAction: optional(mark),
      isAnnouncement: optional(mark),
      mentions,
    }),
    deleted: tagged<BodyOf<"deleted">>("deleted", { by: name, reason: optional(phrase) }),
    edit: tagged<BodyOf<"edit">>("edit", { target: sequence, text, mentions }),
    offer: tagged<BodyOf<"offer">>("offer", { ...offered, device }),
    moderation: tagged<BodyOf<"moderation">>("moderation", {
      action,
      person,
      nick: name,
      role: optional(role),
      reason: optional(phrase),
      until: optional(whole),
    }),
  });
  const edited = object<NonNullable<LogEntry["edited"]>>({
    at: whole,
    sequences: list(sequence, editsMax, 1),
  });
  return object<LogEntry>({
    sequence,
    id,
    sentAt: whole,
    ordinal: whole,
    author,
    body,
    edited: optional(edited),
    reactions: optional(reactions),
  });
}
