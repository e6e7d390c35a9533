import type { Entry } from "./entry.ts";
import type { Draft, Placement } from "./history-port.ts";
import { sentAtAheadMsMax } from "./limits.ts";

/** The end of a room's log; `sequence` 0 when it is empty. */
export interface LogEnd {
  readonly sequence: number;
  readonly sentAt: number;
}

export interface AppendPlanInput {
  readonly drafts: readonly Draft[];
  /** The stored entry of each draft, or `undefined` when its id is new; as long as `drafts`. */
  readonly known: readonly (LogEnd | undefined)[];
  /** The ends of the rooms' logs; a room that is missing has an empty one. */
  readonly ends: ReadonlyMap<string, LogEnd>;
  readonly wallNow: number;
}

export interface AppendPlan {
  /** For each draft, in order. */
  readonly placements: readonly Placement[];
  /** What is to be written, in order of sequence within each room. */
  readonly entries: readonly { readonly room: string; readonly entry: Entry }[];
  /** The new ends of the rooms that grow. */
  readonly ends: ReadonlyMap<string, LogEnd>;
}

/**
 * Gives each new draft the next sequence of its room. A draft whose id is stored, or stands earlier
 * among the drafts, is answered with the sequence that id has. `sentAt` runs backwards only when the
 * clock was set back by more than `sentAtAheadMsMax`.
 */
export function planAppend(input: AppendPlanInput): AppendPlan {
  const ends = new Map<string, LogEnd>();
  const planned = new Map<string, LogEnd>();
  const placements: Placement[] = [];
  const entries: { room: string; entry: Entry }[] = [];
  for (const [index, draft] of input.drafts.entries()) {
    const { room, id, author, text } = draft;
    const key = draftKey(draft);
    const known = input.known[index] ?? planned.get(key);
    if (known !== undefined) {
      placements.push({ ...known, isDuplicate: true });
      continue;
    }
    const last = ends.get(room) ?? input.ends.get(room) ?? emptyLog;
    const end = { sequence: last.sequence + 1, sentAt: nextTime(input.wallNow, last.sentAt) };
    ends.set(room, end);
    planned.set(key, end);
    placements.push({ ...end, isDuplicate: false });
    entries.push({ room, entry: { ...end, id, author, text } });
  }
  return { placements, entries, ends };
}

/** Names a draft within all rooms; room names hold no `!`. */
export function draftKey(draft: { readonly room: string; readonly id: string }): string {
  return `${draft.room}!${draft.id}`;
}

function nextTime(wallNow: number, lastSentAt: number): number {
  return Math.min(Math.max(wallNow, lastSentAt), wallNow + sentAtAheadMsMax);
}

const emptyLog: LogEnd = { sequence: 0, sentAt: 0 };
