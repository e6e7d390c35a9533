import type { SequenceRange } from "../room/entry.ts";
import { textBytesMax } from "../room/limits.ts";
import type { LogEntry } from "../room/log-entry.ts";
import { type ChangingBody, changedBy, isChanging } from "../room/overlay.ts";
import {
  damagedLine,
  type Line,
  lastSequence,
  lineSequence,
  lineUnits,
  quotedMax,
  saidKey,
  saidLine,
} from "./line.ts";

/** Lines kept of one room: at 5 rows a line this is 50,000 rows of scrolling. Older ones are asked for again. */
export const linesMax = 10_000;

/** UTF-16 units kept of one room: one line of the largest size, which takes 32 MiB at two bytes a unit. */
export const unitsMax: number = textBytesMax;

/** Whether lines older than the oldest one can be had. */
export type Past =
  /** Nothing was asked for yet. */
  | "unknown"
  | "loading"
  /** There is more; ask when it would be seen. */
  | "more"
  /** There is more, but a person wanted an empty screen: ask when they scroll up. */
  | "cleared"
  /** The oldest line here is the first of the room. */
  | "complete";

/** Where the bottom of a scrolled view is: a row of a line, so that it stays when lines come and go. */
export interface Anchor {
  readonly key: string;
  /** Row within the line, from 0. */
  readonly row: number;
}

/** What one room shows. Values never change; every function here gives a new one. */
export interface Conversation {
  /** Said, damaged, failed and notice lines: those with a sequence in its order, others where they happened. */
  readonly lines: readonly Line[];
  /**
   * Own lines without a place in the log yet, below everything else, in the order they were said; at
   * most `outboxLinesMax`, which the client keeps.
   */
  readonly pending: readonly Extract<Line, { type: "pending" }>[];
  readonly past: Past;
  /** The oldest sequence that is known; changes of lines are no lines, so it may have none. */
  readonly oldest: number | undefined;
  /** The newest entry that is known: what has been read when the end is seen. */
  readonly newest: { readonly sequence: number; readonly ordinal: number } | undefined;
  /** `undefined` while the view follows the newest line. */
  readonly anchor: Anchor | undefined;
  /** Lines that came below the anchor since the view was scrolled away. */
  readonly newBelow: number;
  /** Sum of the text in `lines`, in UTF-16 units. */
  readonly units: number;
  /** Notices and failed lines made so far, for their keys. */
  readonly noticeCount: number;
}

/** The answer to a question about the past. */
export interface Page {
  readonly entries: readonly LogEntry[];
  readonly damaged: readonly SequenceRange[];
  /** Whether there is something older. */
  readonly hasMore: boolean;
}

/** A room that nothing is known of yet. */
export const emptyConversation: Conversation = {
  lines: [],
  pending: [],
  past: "unknown",
  oldest: undefined,
  newest: undefined,
  anchor: undefined,
  newBelow: 0,
  units: 0,
  noticeCount: 0,
};

/** The oldest sequence that is known, or `undefined` when there is none. */
export function oldestSequence({ oldest }: Conversation): number | undefined {
  return oldest;
}

/** The newest message of this kind that can still be changed, or `undefined`. */
export function lastMessage({ lines }: Conversation, whose: "own" | "other"): LogEntry | undefined {
  const line = lines.findLast(
    (other) =>
      other.type === "said" &&
      other.entry.body.type === "message" &&
      other.isOwn === (whose === "own"),
  );
  return line?.type === "said" ? line.entry : undefined;
}

/** The entry with that sequence, if it is here. */
export function entryAt({ lines }: Conversation, sequence: number): LogEntry | undefined {
  const line = lines.find((other) => other.type === "said" && other.entry.sequence === sequence);
  return line?.type === "said" ? line.entry : undefined;
}

/** Whether an older page should be asked for: there is one, none is on its way, and there is room. */
export function canAskPast(conversation: Conversation): boolean {
  const { past, lines, units } = conversation;
  return (past === "unknown" || past === "more") && lines.length < linesMax && units < unitsMax;
}

/** An older page was asked for, or (`false`) will not come. */
export function withLoading(conversation: Conversation, isLoading: boolean): Conversation {
  if (isLoading) return { ...conversation, past: "loading" };
  return conversation.past === "loading" ? { ...conversation, past: "more" } : conversation;
}

/**
 * An entry of the log arrived: a line, which takes the place of the pending one with the same id, or
 * a change of an earlier line.
 */
export function withSaid(
  conversation: Conversation,
  entry: LogEntry,
  isOwn: boolean,
): Conversation {
  const rest = withKnown(withoutPending(conversation, new Set([entry.id])), [entry]);
  if (isChanging(entry.body)) return withChange(rest, entry, entry.body);
  const line = saidLine(entry, isOwn, conversation.lines);
  const newest = newestSequence(rest);
  const isNewest = newest === undefined || newest < entry.sequence;
  const merged = isNewest ? append(rest, line) : merge(rest, [line]);
  return isOwn ? { ...merged, newBelow: conversation.newBelow } : merged;
}

/** A range that the server has lost, in its place. */
export function withDamaged(conversation: Conversation, range: SequenceRange): Conversation {
  return bounded(withKnown(merge(conversation, [damagedLine(range)]), [], [range]));
}

/**
 * A page of the past. Lines that are here already are not doubled; pages may come in any order. A
 * page that no longer touches the oldest line, because that one was dropped meanwhile, is not taken.
 */
export function withPage(conversation: Conversation, page: Page, ownPerson: string): Conversation {
  const { entries, damaged } = page;
  const ends = [...entries.map(({ sequence }) => sequence), ...damaged.map(({ to }) => to)];
  const newest = ends.reduce((max, end) => Math.max(max, end), 0);
  const oldest = oldestSequence(conversation);
  if (oldest !== undefined && 0 < ends.length && newest + 1 < oldest) {
    return withLoading(conversation, false);
  }
  const lines: Line[] = [];
  for (const entry of entries) {
    // The lines come as later entries have made them.
    if (isChanging(entry.body)) continue;
    lines.push(saidLine(entry, entry.author.person === ownPerson, [...lines.slice(-quotedMax)]));
  }
  lines.push(...damaged.map(damagedLine));
  const rest = withoutPending(conversation, new Set(entries.map((entry) => entry.id)));
  const known = withKnown(merge(rest, lines), entries, damaged);
  return { ...known, past: page.hasMore && 0 < ends.length ? "more" : "complete" };
}

/** An own line waits to be stored. */
export function withPending(
  conversation: Conversation,
  line: { readonly id: string; readonly text: string; readonly at: number },
): Conversation {
  if (conversation.pending.some((other) => other.id === line.id)) return conversation;
  const { id, text, at } = line;
  const pending = { type: "pending", key: saidKey(id), id, text, at, isStored: false } as const;
  return { ...conversation, pending: [...conversation.pending, pending] };
}

/** An own line is on the server's disk. */
export function withStored(conversation: Conversation, id: string): Conversation {
  const pending = conversation.pending.map((line) =>
    line.id === id ? { ...line, isStored: true } : line,
  );
  return { ...conversation, pending };
}

/** An own line was refused for good. */
export function withFailed(
  conversation: Conversation,
  failed: {
    readonly id: string;
    readonly text: string;
    readonly at: number;
    readonly reason: string;
  },
): Conversation {
  const noticeCount = conversation.noticeCount + 1;
  const { text, at, reason } = failed;
  const line: Line = { type: "failed", key: `f${noticeCount}`, text, at, reason };
  return append({ ...withoutPending(conversation, new Set([failed.id])), noticeCount }, line);
}

/** Something happened that people should read: who came and went, or the answer to a command. */
export function withNotice(conversation: Conversation, text: string, at: number): Conversation {
  const noticeCount = conversation.noticeCount + 1;
  const line: Line = { type: "notice", key: `n${noticeCount}`, text, at };
  return append({ ...conversation, noticeCount }, line);
}

/** The lines are gone from the screen; the past stays away until it is wanted again. */
export function cleared(conversation: Conversation): Conversation {
  const { pending, noticeCount, newest } = conversation;
  return { ...emptyConversation, pending, noticeCount, newest, past: "cleared" };
}

/** Somebody looks for what is older: after `cleared` it may come again. */
export function withPastWelcome(conversation: Conversation): Conversation {
  return conversation.past === "cleared" ? { ...conversation, past: "more" } : conversation;
}

function withChange(
  conversation: Conversation,
  later: LogEntry,
  { target }: ChangingBody,
): Conversation {
  const lines = conversation.lines.map((line) =>
    line.type === "said" && line.entry.sequence === target
      ? { ...line, entry: changedBy(line.entry, later) }
      : line,
  );
  return { ...conversation, lines, units: unitsOf(lines) };
}

/** The ends of what is known, after these came. */
function withKnown(
  conversation: Conversation,
  entries: readonly LogEntry[],
  damaged: readonly SequenceRange[] = [],
): Conversation {
  let { oldest, newest } = conversation;
  for (const { sequence, ordinal } of entries) {
    oldest = Math.min(oldest ?? sequence, sequence);
    if ((newest?.sequence ?? 0) < sequence) newest = { sequence, ordinal };
  }
  for (const { from } of damaged) oldest = Math.min(oldest ?? from, from);
  return { ...conversation, oldest, newest };
}

function unitsOf(lines: readonly Line[]): number {
  return lines.reduce((sum, line) => sum + lineUnits(line), 0);
}

/** Puts lines among those that are here, in order of sequence; a sequence that is here stays as it is. */
function merge(conversation: Conversation, incoming: readonly Line[]): Conversation {
  const known = new Set(conversation.lines.map(lineSequence));
  const placed = incoming
    .filter((line) => !known.has(lineSequence(line)))
    .map((line) => ({ line, order: lineSequence(line) ?? 0 }));
  // What has no sequence stays right above the line that followed it.
  let order = Number.POSITIVE_INFINITY;
  for (const line of conversation.lines.toReversed()) {
    const sequence = lineSequence(line);
    order = sequence ?? Math.ceil(order) - 0.5;
    placed.push({ line, order });
  }
  placed.reverse();
  placed.sort((a, b) => (a.order === b.order ? 0 : a.order - b.order));
  const lines = joinDamaged(placed.map(({ line }) => line));
  return { ...conversation, lines, units: unitsOf(lines) };
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

function append(conversation: Conversation, line: Line): Conversation {
  return bounded({
    ...conversation,
    lines: [...conversation.lines, line],
    units: conversation.units + lineUnits(line),
    newBelow: conversation.newBelow + (conversation.anchor === undefined ? 0 : 1),
  });
}

/** Drops the oldest lines beyond the limits, but never the newest line. */
function bounded(conversation: Conversation): Conversation {
  let { units } = conversation;
  let dropped = 0;
  const { lines } = conversation;
  while (dropped < lines.length - 1 && (linesMax < lines.length - dropped || unitsMax < units)) {
    const line = lines[dropped];
    if (line !== undefined) units -= lineUnits(line);
    dropped += 1;
  }
  if (dropped === 0) return conversation;
  const past = conversation.past === "loading" ? "loading" : "more";
  const kept = lines.slice(dropped);
  const first = kept.find((line) => lineSequence(line) !== undefined);
  const oldest = first === undefined ? undefined : lineSequence(first);
  return { ...conversation, lines: kept, units, past, oldest };
}

function newestSequence(conversation: Conversation): number | undefined {
  const line = conversation.lines.findLast((other) => lineSequence(other) !== undefined);
  return line === undefined ? undefined : lastSequence(line);
}

function withoutPending(conversation: Conversation, ids: ReadonlySet<string>): Conversation {
  const pending = conversation.pending.filter((line) => !ids.has(line.id));
  return pending.length === conversation.pending.length
    ? conversation
    : { ...conversation, pending };
}
