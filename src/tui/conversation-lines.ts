import type { SequenceRange } from "../room/entry.ts";
import { textBytesMax } from "../room/limits.ts";
import type { LogEntry } from "../room/log-entry.ts";
import type { Conversation } from "./conversation.ts";
import { damagedLine, type Line, lastSequence, lineSequence, lineUnits } from "./line.ts";
import { LineList } from "./line-list.ts";

/**
 * Lines kept of the shown room: at 5 rows a line this is 50,000 rows of scrolling. Others are asked for
 * again when somebody goes there.
 */
export const linesMax = 10_000;

/** Lines kept of a room that is not shown: all 63 of them take no more memory than six that are. */
export const idleLinesMax = 1_000;

/** UTF-16 units kept of a room that is not shown, its newest line besides. */
export const idleUnitsMax: number = 2 ** 20;

/** UTF-16 units kept of one room: one line of the largest size, which takes 32 MiB at two bytes a unit. */
export const unitsMax: number = textBytesMax;

/** Drops the oldest lines beyond the limits, but never the newest line. */
export function bounded(
  conversation: Conversation,
  limit: { readonly lines: number; readonly units: number } = { lines: linesMax, units: unitsMax },
): Conversation {
  const { lines } = conversation;
  let { units } = conversation;
  let dropped = 0;
  while (
    dropped < lines.length - 1 &&
    (limit.lines < lines.length - dropped || limit.units < units)
  ) {
    const line = lines.at(dropped);
    if (line !== undefined) units -= lineUnits(line);
    dropped += 1;
  }
  if (dropped === 0) return conversation;
  const past = conversation.past === "loading" ? "loading" : "more";
  const kept = lines.dropped(dropped);
  let first: number | undefined;
  for (let index = 0; first === undefined && index < kept.length; index += 1) {
    const line = kept.at(index);
    first = line && lineSequence(line);
  }
  return { ...conversation, lines: kept, units, past, oldest: first };
}

/** The line below all others, and what else changes with it; without `newBelow` it is counted. */
export function append(
  conversation: Conversation,
  line: Line,
  change: Partial<Conversation> = {},
): Conversation {
  const { lines, units, newBelow, anchor } = conversation;
  return bounded({
    ...conversation,
    lines: lines.appended(line),
    units: units + lineUnits(line),
    newBelow: newBelow + (anchor === undefined ? 0 : 1),
    ...change,
  });
}

/** Puts lines among those that are here, in order of sequence; a sequence that is here stays as it is. */
export function merge(conversation: Conversation, incoming: readonly Line[]): Conversation {
  const known = new Set(conversation.lines.slice().map(lineSequence));
  const placed = incoming
    .filter((line) => !known.has(lineSequence(line)))
    .map((line) => ({ line, order: lineSequence(line) ?? 0 }));
  // What has no sequence stays right above the line that followed it.
  let order = Number.POSITIVE_INFINITY;
  for (const line of conversation.lines.slice().reverse()) {
    const sequence = lineSequence(line);
    order = sequence ?? Math.ceil(order) - 0.5;
    placed.push({ line, order });
  }
  placed.reverse();
  placed.sort((a, b) => (a.order === b.order ? 0 : a.order - b.order));
  const lines = joinDamaged(placed.map(({ line }) => line));
  return { ...conversation, lines: new LineList(lines), units: unitsOf(lines) };
}

/** Neighbouring damaged ranges, which two pages told in parts, become one. */
function joinDamaged(lines: readonly Line[]): Line[] {
  const joined: Line[] = [];
  for (const line of lines) {
    const last = joined.at(-1);
    if (
      line.type === "damaged" &&
      last?.type === "damaged" &&
      line.range.from <= last.range.to + 1
    ) {
      const to = Math.max(last.range.to, line.range.to);
      joined[joined.length - 1] = damagedLine({ from: last.range.from, to });
    } else joined.push(line);
  }
  return joined;
}

/** The ends of what is known, after these came. */
export function knownWith(
  conversation: Pick<Conversation, "oldest" | "newest">,
  entries: readonly LogEntry[],
  damaged: readonly SequenceRange[] = [],
): Pick<Conversation, "oldest" | "newest"> {
  let { oldest, newest } = conversation;
  for (const { sequence, ordinal } of entries) {
    oldest = Math.min(oldest ?? sequence, sequence);
    if ((newest?.sequence ?? 0) < sequence) newest = { sequence, ordinal };
  }
  for (const { from } of damaged) oldest = Math.min(oldest ?? from, from);
  return { oldest, newest };
}

function unitsOf(lines: readonly Line[]): number {
  return lines.reduce((sum, line) => sum + lineUnits(line), 0);
}

/** The newest sequence that a line here stands for, or `undefined`. */
export function newestSequence(conversation: Conversation): number | undefined {
  const line = conversation.lines.findLast((other) => lineSequence(other) !== undefined);
  return line === undefined ? undefined : lastSequence(line);
}
