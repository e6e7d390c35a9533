import { entryText, type SequenceRange } from "../room/entry.ts";
import type { LogEntry } from "../room/log-entry.ts";
import type { PostBody } from "../room/message-log.ts";

/** Something a room shows. `key` stays the same from being said to being stored. */
export type Line =
  | {
      readonly type: "said";
      readonly key: string;
      readonly entry: LogEntry;
      readonly isOwn: boolean;
      /** How the line that it answers begins, if that was here. */
      readonly quote?: string;
    }
  | {
      readonly type: "pending";
      readonly key: string;
      readonly id: string;
      readonly text: string;
      readonly at: number;
      /** The server has it, but its place in the log is not known yet. */
      readonly isStored: boolean;
    }
  | {
      readonly type: "failed";
      readonly key: string;
      /** What was refused, and how it would be typed. */
      readonly body: PostBody;
      readonly text: string;
      readonly at: number;
      readonly reason: string;
    }
  | { readonly type: "damaged"; readonly key: string; readonly range: SequenceRange }
  /** Who came and went, one after the other, in one line. */
  | {
      readonly type: "presence";
      readonly key: string;
      readonly at: number;
      readonly changes: readonly PresenceChange[];
      /** It is about somebody whom we are talking with, and nothing is added to it. */
      readonly isAlone: boolean;
    }
  | { readonly type: "notice"; readonly key: string; readonly text: string; readonly at: number };

/** What became of somebody: `carol joined`. */
export interface PresenceChange {
  readonly nick: string;
  /** What follows the nickname in a sentence. */
  readonly what: string;
}

/** The sequence of a line in the log (the first, for a damaged range), or `undefined`. */
export function lineSequence(line: Line): number | undefined {
  if (line.type === "said") return line.entry.sequence;
  return line.type === "damaged" ? line.range.from : undefined;
}

/** The last sequence that the line stands for. */
export function lastSequence(line: Line): number | undefined {
  return line.type === "damaged" ? line.range.to : lineSequence(line);
}

/** The text of the line, in UTF-16 units. */
export function lineUnits(line: Line): number {
  switch (line.type) {
    case "said":
      return entryText(line.entry).length;
    case "damaged":
      return 0;
    case "presence":
      return line.changes.reduce((sum, { nick, what }) => sum + nick.length + what.length, 0);
    default:
      return line.text.length;
  }
}

/** Lines above an answer among which the one that it answers is looked for. */
export const quotedMax = 200;

/** Of a line that is answered so much is shown. */
const quoteUnits = 60;

/** An entry as a line; `above` gives the lines before it, among which may be what it answers. */
export function saidLine(entry: LogEntry, isOwn: boolean, above: () => readonly Line[]): Line {
  const line = { type: "said", key: saidKey(entry.id), entry, isOwn } as const;
  const replyTo = entry.body.type === "message" ? entry.body.replyTo : undefined;
  if (replyTo === undefined) return line;
  const target = above().find((other) => other.type === "said" && other.entry.sequence === replyTo);
  if (target?.type !== "said") return line;
  const { author } = target.entry;
  const [first = ""] = entryText(target.entry).slice(0, quoteUnits).toWellFormed().split("\n", 1);
  return { ...line, quote: `${author.nick}: ${first}` };
}

/** The key of a line of ours or of another, from being said to being stored. */
export function saidKey(id: string): string {
  return `m${id}`;
}

/** What the server lost, as a line. */
export function damagedLine(range: SequenceRange): Line {
  // Ranges grow at their older end, so the newer one names them.
  return { type: "damaged", key: `d${range.to}`, range };
}
