import { entryText, isLine } from "../room/entry.ts";
import type { LogEntry } from "../room/log-entry.ts";
import { isChanging } from "../room/overlay.ts";
import { entryEvent } from "./bot-event.ts";

/** How a log is written: an object each line as bots see it, Markdown, or plain text. */
export const transcriptFormats = ["jsonl", "md", "txt"] as const;

export type TranscriptFormat = (typeof transcriptFormats)[number];

/**
 * An entry in that format, without its line feed; `undefined` for one that only changed another and
 * is not written, because lines come as they are now. Times are UTC (RFC 3339).
 */
export function transcriptOf(entry: LogEntry, format: TranscriptFormat): string | undefined {
  if (format === "jsonl") return JSON.stringify(entryEvent(entry));
  if (isChanging(entry.body)) return undefined;
  if (format === "txt") return plainTextOf(entry);
  const at = new Date(entry.sentAt).toISOString();
  const { nick } = entry.author;
  const text = entryText(entry);
  const said = isLine(entry) ? `**${nick}** ${at}\n\n${quoted(text)}` : `*${nick} ${text}*`;
  return `${said}\n`;
}

/** How a room is named before a line, so that it can be given to `--room` again. */
export function roomLabel(room: string): string {
  return room.startsWith("&") ? room : `#${room}`;
}

/** Any entry as plain text, what it changed too: for who sees it happen. */
export function plainTextOf(entry: LogEntry): string {
  const { nick } = entry.author;
  const text = entryText(entry);
  const said = isLine(entry) ? `${nick}: ${text}` : `-- ${nick} ${text}`;
  // Further rows are set in, so that nobody can write what looks like another's line.
  return `${new Date(entry.sentAt).toISOString()} ${said.replaceAll("\n", "\n  ")}`;
}

/** As a block quotation: whatever stands in it cannot end it. */
function quoted(text: string): string {
  return text
    .split("\n")
    .map((line) => `> ${line}`)
    .join("\n");
}
