import type { SequenceRange } from "../room/entry.ts";
import type { LogEntry } from "../room/log-entry.ts";
import type { PostBody } from "../room/message-log.ts";
import { type ChangingBody, changedBy, isChanging } from "../room/overlay.ts";
import {
  append,
  bounded,
  knownWith,
  linesMax,
  merge,
  newestSequence,
  unitsMax,
} from "./conversation-lines.ts";
import {
  damagedLine,
  type Line,
  lineUnits,
  type PresenceChange,
  quotedMax,
  saidKey,
  saidLine,
} from "./line.ts";
import { LineList } from "./line-list.ts";

/** Comings and goings in one line. */
export const presenceMax = 20;

/** A line of comings and goings takes those of so many milliseconds: then its time is told anew. */
export const presenceMs: number = 10 * 60_000;

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

/** Whether lines newer than the newest one here can be had. */
export type Future =
  /** The newest line here is the newest of the room, and what comes is added. */
  | "live"
  /** This is a part of the past that was gone to; there is more below. */
  | "more"
  | "loading";

/** Where the bottom of a scrolled view is: a row of a line, so that it stays when lines come and go. */
export interface Anchor {
  readonly key: string;
  /** Rows of the line below that row: so it stays when rules above the line come and go. */
  readonly below: number;
}

/** What one room shows. Values never change; every function here gives a new one. */
export interface Conversation {
  /** Said, damaged, failed and notice lines: those with a sequence in its order, others where they happened. */
  readonly lines: LineList;
  /**
   * Own lines without a place in the log yet, below everything else, in the order they were said; at
   * most `outboxLinesMax`, which the client keeps.
   */
  readonly pending: readonly Extract<Line, { type: "pending" }>[];
  readonly past: Past;
  readonly future: Future;
  /** The oldest sequence that is known; changes of lines are no lines, so it may have none. */
  readonly oldest: number | undefined;
  /** The newest entry that is known: what has been read when the end is seen. */
  readonly newest: { readonly sequence: number; readonly ordinal: number } | undefined;
  /** `undefined` while the view follows the newest line. */
  readonly anchor: Anchor | undefined;
  /** Key of the line that is pointed at: where somebody went to, or what they have chosen. */
  readonly marked: string | undefined;
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
  lines: new LineList(),
  pending: [],
  past: "unknown",
  future: "live",
  oldest: undefined,
  newest: undefined,
  anchor: undefined,
  marked: undefined,
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
  const line = lines.findLast(
    (other) => other.type === "said" && other.entry.sequence === sequence,
  );
  return line?.type === "said" ? line.entry : undefined;
}

/** Whether an older page should be asked for: there is one, none is on its way, and there is room. */
export function canAskPast(conversation: Conversation): boolean {
  const { past, future } = conversation;
  const isMore = past === "unknown" || past === "more";
  return isMore && (future !== "live" || !isFull(conversation));
}

/** Whether there is no room for older lines. */
export function isFull({ lines, units }: Conversation): boolean {
  return linesMax <= lines.length || unitsMax <= units;
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
  const rest = withoutPending(conversation, new Set([entry.id]));
  const known = knownWith(rest, [entry]);
  if (isChanging(entry.body)) return withChange({ ...rest, ...known }, entry, entry.body);
  const line = saidLine(entry, isOwn, () => rest.lines.slice(-quotedMax));
  const newest = newestSequence(rest);
  if (newest !== undefined && entry.sequence <= newest) {
    return merge({ ...rest, ...known }, [line]);
  }
  const { newBelow, anchor } = rest;
  return append(rest, line, {
    ...known,
    newBelow: newBelow + (isOwn || anchor === undefined ? 0 : 1),
  });
}

/** A range that the server has lost, in its place. */
export function withDamaged(conversation: Conversation, range: SequenceRange): Conversation {
  const merged = merge(conversation, [damagedLine(range)]);
  return bounded({ ...merged, ...knownWith(merged, [], [range]) });
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
    lines.push(saidLine(entry, entry.author.person === ownPerson, () => lines.slice(-quotedMax)));
  }
  lines.push(...damaged.map(damagedLine));
  const rest = withoutPending(conversation, new Set(entries.map((entry) => entry.id)));
  const merged = merge(rest, lines);
  const known = knownWith(merged, entries, damaged);
  return { ...merged, ...known, past: page.hasMore && 0 < ends.length ? "more" : "complete" };
}

/** An own line waits to be stored; one of an earlier visit may be here as it was said already. */
export function withPending(
  conversation: Conversation,
  line: { readonly id: string; readonly text: string; readonly at: number },
): Conversation {
  const { id, text, at } = line;
  const key = saidKey(id);
  if (conversation.pending.some((other) => other.id === id)) return conversation;
  if (conversation.lines.findLastIndex((other) => other.key === key) !== -1) return conversation;
  const pending = { type: "pending", key, id, text, at, isStored: false } as const;
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
    readonly body: PostBody;
    readonly text: string;
    readonly at: number;
    readonly reason: string;
  },
): Conversation {
  const noticeCount = conversation.noticeCount + 1;
  const { id, ...refused } = failed;
  const line: Line = { type: "failed", key: `f${noticeCount}`, ...refused };
  return append({ ...withoutPending(conversation, new Set([id])), noticeCount }, line);
}

/** Without the lines that were refused: they are said again, or nobody wants them. */
export function withoutFailed(conversation: Conversation): Conversation {
  const lines = conversation.lines.slice().filter(({ type }) => type !== "failed");
  const units = lines.reduce((sum, line) => sum + lineUnits(line), 0);
  return { ...conversation, lines: new LineList(lines), units };
}

/** Something happened that people should read: who came and went, or the answer to a command. */
export function withNotice(conversation: Conversation, text: string, at: number): Conversation {
  const noticeCount = conversation.noticeCount + 1;
  const line: Line = { type: "notice", key: `n${noticeCount}`, text, at };
  return append({ ...conversation, noticeCount }, line);
}

/**
 * Somebody came, went or is called otherwise. What happens to several without a word between is one
 * line, unless it is to be seen (`isAlone`).
 */
export function withPresence(
  conversation: Conversation,
  change: PresenceChange,
  at: number,
  isAlone: boolean,
): Conversation {
  const { lines, noticeCount, units } = conversation;
  const last = lines.at(-1);
  const isMore =
    !isAlone &&
    last?.type === "presence" &&
    !last.isAlone &&
    last.changes.length < presenceMax &&
    at - last.at < presenceMs;
  if (isMore) {
    const line = { ...last, changes: [...last.changes, change] };
    const added = change.nick.length + change.what.length;
    const next = lines.replaced(lines.length - 1, line);
    return { ...conversation, lines: next, units: units + added };
  }
  const key = `p${noticeCount + 1}`;
  const line: Line = { type: "presence", key, at, changes: [change], isAlone };
  const { newBelow } = conversation;
  return { ...append({ ...conversation, noticeCount: noticeCount + 1 }, line), newBelow };
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

/** An earlier line as a later entry has made it, if it is here. */
export function withChange(
  conversation: Conversation,
  later: LogEntry,
  { target }: ChangingBody,
): Conversation {
  const { lines, units } = conversation;
  const index = lines.findLastIndex(
    (line) => line.type === "said" && line.entry.sequence === target,
  );
  const line = lines.at(index);
  if (index === -1 || line?.type !== "said") return conversation;
  const changed = { ...line, entry: changedBy(line.entry, later) };
  const added = lineUnits(changed) - lineUnits(line);
  return { ...conversation, lines: lines.replaced(index, changed), units: units + added };
}

function withoutPending(conversation: Conversation, ids: ReadonlySet<string>): Conversation {
  if (conversation.pending.length === 0) return conversation;
  const pending = conversation.pending.filter((line) => !ids.has(line.id));
  return pending.length === conversation.pending.length
    ? conversation
    : { ...conversation, pending };
}
