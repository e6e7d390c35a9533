import { isLine } from "../room/entry.ts";
import type { LogEntry } from "../room/log-entry.ts";

/** Whose lines, and lines with which words, a person does not want to see; all in lower case. */
export interface HiddenLines {
  readonly nicks: readonly string[];
  readonly words: readonly string[];
}

/** Of a longer line only this much is looked through. */
export const filteredUnitsMax = 4_096;

/** Why the line of another is hidden, as a phrase; `undefined` when it is shown. */
export function hiddenReason(entry: LogEntry, hidden: HiddenLines): string | undefined {
  const { author, body } = entry;
  if (!isLine(entry)) return undefined;
  if (hidden.nicks.includes(author.nick.toLowerCase())) return `${author.nick} is ignored`;
  if (body.type !== "message" || hidden.words.length === 0) return undefined;
  const text = body.text.slice(0, filteredUnitsMax).toLowerCase();
  const word = hidden.words.find((each) => text.includes(each));
  return word === undefined ? undefined : `it says ${word}`;
}
