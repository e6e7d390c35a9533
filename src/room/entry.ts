import type { LogEntry } from "./log-entry.ts";

/** One line of a room as clients show it. */
export interface Entry {
  /** Dense from 1 within its room: the next line always has the next number. */
  readonly sequence: number;
  /** The nanoid its author's client made; the same id is stored once, however often it is sent. */
  readonly id: string;
  readonly author: string;
  /** Server's wall clock when it was stored, milliseconds since 1970. */
  readonly sentAt: number;
  readonly text: string;
}

/** Sequences `from`..`to`, both included, that the store can no longer give back. */
export interface SequenceRange {
  readonly from: number;
  readonly to: number;
}

/** The entry in one line of text for people. */
export function shownEntry({ sequence, id, author, sentAt, body }: LogEntry): Entry {
  return { sequence, id, author: author.nick, sentAt, text: textOf(body) };
}

function textOf(body: LogEntry["body"]): string {
  switch (body.type) {
    case "message":
      return body.text;
    case "deleted":
      return `(deleted by ${body.by})`;
    case "edit":
      return `(changes line ${body.target}) ${body.text}`;
    case "delete":
      return `(deletes line ${body.target})`;
    case "react":
      return `(${body.isOn ? "reacts" : "no longer reacts"} to line ${body.target}: ${body.emoji})`;
    case "topic":
      return `(sets the topic) ${body.text}`;
    case "moderation":
      return `(${body.action}: ${body.nick})`;
    case "mode":
      return `(changes how the room may be written)`;
  }
}
