/** Who wrote an entry: `person` is for ever the same, the nickname is what they were called then. */
export interface Author {
  /** The id of an account, or `~` and 16 characters of the hash of a guest's device key. */
  readonly person: string;
  readonly nick: string;
  /** Only a nickname that nobody has registered, and a key that proves no account. */
  readonly isGuest?: true;
}

/** What a moderator did to a person; `role` and `until` (wall clock, milliseconds) where it has them. */
export interface Moderation {
  readonly type: "moderation";
  readonly action: "kick" | "ban" | "unban" | "mute" | "unmute" | "role";
  readonly person: string;
  readonly nick: string;
  readonly role?: "owner" | "moderator" | "member";
  readonly reason?: string;
  readonly until?: number;
}

/**
 * Files that their author will send to whoever may read this entry and takes them. The offer goes by
 * the entry's id; what is in it is asked of the device that has them.
 */
export interface FileOffer {
  readonly type: "offer";
  /** Of the file, or of the folder; a name to be shown, not one to be written to. */
  readonly name: string;
  /** 0 for an empty folder. */
  readonly fileCount: number;
  /** Of all files together. */
  readonly bytes: number;
  readonly isFolder?: true;
  /** The public key of the device that has them, base64url (43 characters): the server tells it. */
  readonly device: string;
}

/**
 * What an entry of a log says. Everything that changes what a log shows is an entry of it: so it is
 * stored, ordered, caught up with and sent again like a line. `target` is an earlier sequence.
 */
export type EntryBody =
  | {
      readonly type: "message";
      /** As it is now: an edit puts its text here. */
      readonly text: string;
      readonly replyTo?: number;
      /** `/me`: the text is what the author does. */
      readonly isAction?: true;
      readonly isAnnouncement?: true;
      /** The persons whose nicknames stand in the text behind an `@`, found by the server. */
      readonly mentions?: readonly string[];
    }
  /** Was a message, or an edit of one that is deleted; its text is nowhere any more. */
  | { readonly type: "deleted"; readonly by: string; readonly reason?: string }
  | {
      readonly type: "edit";
      readonly target: number;
      readonly text: string;
      readonly mentions?: readonly string[];
    }
  | { readonly type: "delete"; readonly target: number; readonly reason?: string }
  | {
      readonly type: "react";
      readonly target: number;
      readonly emoji: string;
      readonly isOn: boolean;
    }
  | { readonly type: "topic"; readonly text: string }
  | Moderation
  | FileOffer
  /** How the room may be written: a line each so many milliseconds, or by moderators only. */
  | { readonly type: "mode"; readonly slowMs: number; readonly isReadOnly: boolean };

/** The persons who reacted with one emoji, in the order in which they did. */
export interface Reaction {
  readonly emoji: string;
  readonly persons: readonly string[];
}

/** One entry of a room's log, with what later entries made of it. */
export interface LogEntry {
  /** Dense from 1 within its room: the next entry always has the next number. */
  readonly sequence: number;
  /** The nanoid its author's client made; the same id is stored once, however often it is sent. */
  readonly id: string;
  /** Server's wall clock when it was stored, milliseconds since 1970. */
  readonly sentAt: number;
  /** Messages of the log up to and including this entry: differences count what is unread. */
  readonly ordinal: number;
  readonly author: Author;
  readonly body: EntryBody;
  /** When it was edited last, and the sequences of all its edits; a message only. */
  readonly edited?: { readonly at: number; readonly sequences: readonly number[] };
  /** Never empty; a message only. */
  readonly reactions?: readonly Reaction[];
}
