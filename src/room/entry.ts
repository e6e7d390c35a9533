import { bytesText } from "./bytes-text.ts";
import type { EntryBody, FileOffer, LogEntry } from "./log-entry.ts";
import type { ServerRole } from "./message-account.ts";

/** Sequences `from`..`to`, both included, that the store can no longer give back. */
export interface SequenceRange {
  readonly from: number;
  readonly to: number;
}

/** Somebody by what is known of them on this server; see `Welcome`. */
export interface OwnPerson {
  readonly person: string;
  readonly isGuest?: true;
  readonly role?: ServerRole;
}

/**
 * What an entry says to people, without its author: the text of a message, in words what anything
 * else does. Deadlines are written as `until` words them.
 */
export function entryText(
  { body }: LogEntry,
  until: (at: number) => string = (at) => new Date(at).toISOString(),
): string {
  switch (body.type) {
    case "message":
      return body.text;
    case "deleted":
      return `deleted by ${body.by}${because(body.reason)}`;
    case "edit":
      return `changed line ${body.target}: ${body.text}`;
    case "delete":
      return `deleted line ${body.target}${because(body.reason)}`;
    case "react":
      return body.isOn
        ? `reacted to line ${body.target} with ${body.emoji}`
        : `took ${body.emoji} back from line ${body.target}`;
    case "topic":
      return body.text === "" ? "took the topic away" : `set the topic: ${body.text}`;
    case "moderation":
      return moderationText(body, until);
    case "mode":
      return modeText(body);
    case "offer":
      return `offers ${offerText(body)}`;
  }
}

/** What is offered, for people: `photos, 12 files, 3.4 MB`. */
export function offerText(offer: Omit<FileOffer, "type" | "device">): string {
  const { name, fileCount, bytes, isFolder } = offer;
  const files = fileCount === 1 ? "1 file" : `${fileCount} files`;
  return [name, ...(isFolder ? [files] : []), bytesText(bytes)].join(", ");
}

/**
 * Whether it is said to people, and so counted as unread and found by a search: a message or an offer.
 */
export function isSpoken(body: EntryBody): body is Extract<EntryBody, SpokenType> {
  return body.type === "message" || body.type === "offer";
}

/** The words by which what is said is found. */
export function spokenText(body: Extract<EntryBody, SpokenType>): string {
  return body.type === "message" ? body.text : body.name;
}

/** Whether an entry is a line of the conversation: what is said, or what is left of it. */
export function isLine({ body }: LogEntry): boolean {
  return isSpoken(body) || body.type === "deleted";
}

interface SpokenType {
  readonly type: "message" | "offer";
}

type Body<T extends LogEntry["body"]["type"]> = Extract<LogEntry["body"], { readonly type: T }>;

function moderationText(body: Body<"moderation">, until: (at: number) => string): string {
  const { action, nick, role = "member", reason } = body;
  const ends = body.until === undefined ? "" : ` until ${until(body.until)}`;
  const verbs = {
    kick: `put ${nick} out`,
    ban: `banned ${nick}`,
    unban: `lifted the ban of ${nick}`,
    mute: `muted ${nick}`,
    unmute: `lets ${nick} speak again`,
    role: `made ${nick} ${role}`,
  };
  return `${verbs[action]}${ends}${because(reason)}`;
}

function modeText({ slowMs, isReadOnly }: Body<"mode">): string {
  if (isReadOnly) return "closed the room: only moderators write";
  if (slowMs === 0) return "lets everybody write";
  return `slowed the room: one line each ${slowMs / 1_000} s`;
}

function because(reason: string | undefined): string {
  return reason === undefined || reason === "" ? "" : ` (${reason})`;
}
