import { sentAtAheadMsMax } from "./limits.ts";
import type { LogEntry } from "./log-entry.ts";
import { emptyLog, type LogState, type Place } from "./log-state.ts";
import type { Draft, Placement } from "./store-port.ts";

export interface CommitPlanInput {
  readonly drafts: readonly Draft[];
  /** The place of each draft, or `undefined` when its id is new; as long as `drafts`. */
  readonly known: readonly (Place | undefined)[];
  /** The states of the rooms' logs; a room that is missing has an empty one. */
  readonly logs: ReadonlyMap<string, LogState>;
  readonly wallNow: number;
}

/** An entry and the room whose log it is in. */
export interface RoomEntry {
  readonly room: string;
  readonly entry: LogEntry;
}

export interface CommitPlan {
  /** For each draft, in order. */
  readonly placements: readonly Placement[];
  /** What is new, in order of sequence within each room. */
  readonly entries: readonly RoomEntry[];
  /** The new states of the logs that grow. */
  readonly logs: ReadonlyMap<string, LogState>;
}

/**
 * Gives each new draft the next sequence of its room. A draft whose id is stored, or stands earlier
 * among the drafts, is answered with the place that id has. `sentAt` runs backwards only when the
 * clock was set back by more than `sentAtAheadMsMax`.
 */
export function planCommit({ drafts, known, logs, wallNow }: CommitPlanInput): CommitPlan {
  const grown = new Map<string, LogState>();
  const planned = new Map<string, Place>();
  const placements: Placement[] = [];
  const entries: RoomEntry[] = [];
  for (const [index, { room, id, author, body }] of drafts.entries()) {
    const key = `${room}!${id}`;
    const place = known[index] ?? planned.get(key);
    if (place !== undefined) {
      placements.push({ ...place, isDuplicate: true });
      continue;
    }
    const last = grown.get(room) ?? logs.get(room) ?? emptyLog;
    const next: Place = {
      sequence: last.sequence + 1,
      sentAt: nextTime(wallNow, last.sentAt),
      ordinal: last.ordinal + (body.type === "message" ? 1 : 0),
    };
    grown.set(room, { ...last, ...next });
    planned.set(key, next);
    placements.push({ ...next, isDuplicate: false });
    entries.push({ room, entry: { ...next, id, author, body } });
  }
  return { placements, entries, logs: grown };
}

function nextTime(wallNow: number, lastSentAt: number): number {
  return Math.min(Math.max(wallNow, lastSentAt), wallNow + sentAtAheadMsMax);
}
