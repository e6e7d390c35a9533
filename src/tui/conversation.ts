import type { Entry, SequenceRange } from "../room/entry.ts";
import { textBytesMax } from "../room/limits.ts";

/** Lines kept of one room: at 5 rows a line this is 50,000 rows of scrolling. Older ones are asked for again. */
export const linesMax = 10_000;

/** UTF-16 units kept of one room: one line of the largest size, which takes 32 MiB at two bytes a unit. */
export const unitsMax: number = textBytesMax;

/** Something a room shows. `key` stays the same from being said to being stored. */
export type Line =
  | { readonly type: "said"; readonly key: string; readonly entry: Entry; readonly isOwn: boolean }
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
      readonly text: string;
      readonly at: number;
      readonly reason: string;
    }
  | { readonly type: "damaged"; readonly key: string; readonly range: SequenceRange }
  | { readonly type: "notice"; readonly key: string; readonly text: string; readonly at: number };

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
  readonly entries: readonly Entry[];
  readonly damaged: readonly SequenceRange[];
  /** Whether there is something older. */
  readonly hasMore: boolean;
}

/** A room that nothing is known of yet. */
export const emptyConversation: Conversation = {
  lines: [],
  pending: [],
  past: "unknown",
  anchor: undefined,
  newBelow: 0,
  units: 0,
  noticeCount: 0,
};

/** The sequence of a line in the log (the first, for a damaged range), or `undefined`. */
export function lineSequence(line: Line): number | undefined {
  if (line.type === "said") return line.entry.sequence;
  return line.type === "damaged" ? line.range.from : undefined;
}

/** The sequence of the oldest line that has one, or `undefined` when there is none. */
export function oldestSequence(conversation: Conversation): number | undefined {
  for (const line of conversation.lines) {
    const sequence = lineSequence(line);
    if (sequence !== undefined) return sequence;
  }
  return undefined;
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

/** A line of the log arrived; it takes the place of the pending line with the same id. */
export function withSaid(conversation: Conversation, entry: Entry, isOwn: boolean): Conversation {
  const line: Line = { type: "said", key: saidKey(entry.id), entry, isOwn };
  const rest = withoutPending(conversation, new Set([entry.id]));
  const newest = newestSequence(rest);
  const isNewest = newest === undefined || newest < entry.sequence;
  const merged = isNewest ? append(rest, line) : merge(rest, [line]);
  return isOwn ? { ...merged, newBelow: conversation.newBelow } : merged;
}

/** A range that the server has lost, in its place. */
export function withDamaged(conversation: Conversation, range: SequenceRange): Conversation {
  return bounded(merge(conversation, [damagedLine(range)]));
}

/**
 * A page of the past. Lines that are here already are not doubled; pages may come in any order. A
 * page that no longer touches the oldest line, because that one was dropped meanwhile, is not taken.
 */
export function withPage(conversation: Conversation, page: Page, ownNick: string): Conversation {
  const lines: Line[] = page.entries.map((entry) => ({
    type: "said",
    key: saidKey(entry.id),
    entry,
    isOwn: entry.author === ownNick,
  }));
  lines.push(...page.damaged.map(damagedLine));
  const newest = lines.reduce((max, line) => Math.max(max, lastSequence(line) ?? 0), 0);
  const oldest = oldestSequence(conversation);
  if (oldest !== undefined && 0 < lines.length && newest + 1 < oldest) {
    return withLoading(conversation, false);
  }
  const rest = withoutPending(conversation, new Set(page.entries.map((entry) => entry.id)));
  return { ...merge(rest, lines), past: page.hasMore && 0 < lines.length ? "more" : "complete" };
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
  const { pending, noticeCount } = conversation;
  return { ...emptyConversation, pending, noticeCount, past: "cleared" };
}

/** Somebody looks for what is older: after `cleared` it may come again. */
export function withPastWelcome(conversation: Conversation): Conversation {
  return conversation.past === "cleared" ? { ...conversation, past: "more" } : conversation;
}

function saidKey(id: string): string {
  return `m${id}`;
}

function damagedLine(range: SequenceRange): Line {
  // Ranges grow at their older end, so the newer one names them.
  return { type: "damaged", key: `d${range.to}`, range };
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
  return { ...conversation, lines, units: lines.reduce((sum, line) => sum + lineUnits(line), 0) };
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
  return { ...conversation, lines: lines.slice(dropped), units, past };
}

function lineUnits(line: Line): number {
  if (line.type === "said") return line.entry.text.length;
  return line.type === "damaged" ? 0 : line.text.length;
}

/** The last sequence that the line stands for. */
function lastSequence(line: Line): number | undefined {
  return line.type === "damaged" ? line.range.to : lineSequence(line);
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
