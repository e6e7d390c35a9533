import { isSpoken } from "./entry.ts";
import { sentAtAheadMsMax } from "./limits.ts";
import type { LogEntry } from "./log-entry.ts";
import { emptyLog, type LogState, type Place } from "./log-state.ts";
import { changedBy, changeProblem, deletedBy, isChanging } from "./overlay.ts";
import { entryKey } from "./store-keys.ts";
import type { Draft, Placement } from "./store-port.ts";

export interface CommitPlanInput {
  readonly drafts: readonly Draft[];
  /** The place of each draft, or `undefined` when its id is new; as long as `drafts`. */
  readonly known: readonly (Place | undefined)[];
  /** By `entryKey`: the targets of the drafts, and the edits of those that are to be deleted. */
  readonly stored: ReadonlyMap<string, LogEntry>;
  /** The states of the rooms' logs; a room that is missing has an empty one. */
  readonly logs: ReadonlyMap<string, LogState>;
  readonly wallNow: number;
}

/** An entry that is made, or that becomes another. */
export interface EntryChange {
  readonly room: string;
  /** As it is on disk; `undefined` for one that is new. */
  readonly before: LogEntry | undefined;
  /** As it is to be; `undefined` for one that goes. */
  readonly after: LogEntry | undefined;
}

export interface CommitPlan {
  /** For each draft, in order. */
  readonly placements: readonly Placement[];
  /** Each entry once; those of a room that are new come in order of sequence. */
  readonly changes: readonly EntryChange[];
  /** The new states of the logs that grow. */
  readonly logs: ReadonlyMap<string, LogState>;
}

/**
 * Gives each new draft the next sequence of its room, and applies it to its target. A draft whose id
 * is stored, or stands earlier among the drafts, is answered with the place that id has. `sentAt` runs
 * backwards only when the clock was set back by more than `sentAtAheadMsMax`.
 */
export function planCommit(input: CommitPlanInput): CommitPlan {
  const planner = new CommitPlanner(input);
  const placements = input.drafts.map((draft, index) => planner.place(draft, input.known[index]));
  return { placements, changes: planner.changes, logs: planner.logs };
}

class CommitPlanner {
  readonly logs = new Map<string, LogState>();
  readonly #input: CommitPlanInput;
  readonly #planned = new Map<string, Place>();
  readonly #changes = new Map<string, EntryChange>();

  constructor(input: CommitPlanInput) {
    this.#input = input;
  }

  get changes(): readonly EntryChange[] {
    return [...this.#changes.values()];
  }

  place(draft: Draft, stored: Place | undefined): Placement {
    const { room, id, author, body } = draft;
    const key = `${room}!${id}`;
    const known = stored ?? this.#planned.get(key);
    if (known !== undefined) return { type: "placed", ...known, isDuplicate: true };
    if (isChanging(body)) {
      const target = this.#entry(room, body.target);
      const reason = changeProblem(target, body, {
        person: author.person,
        isForOwn: draft.isForOwn ?? false,
      });
      if (reason !== undefined) return { type: "refused", reason };
    }
    const place = this.#nextPlace(room, isSpoken(body));
    this.#planned.set(key, place);
    const entry = { ...place, id, author, body };
    this.#set(room, entry);
    this.#apply(room, entry);
    return { type: "placed", ...place, isDuplicate: false };
  }

  #nextPlace(room: string, isMessage: boolean): Place {
    const { logs, wallNow } = this.#input;
    const last = this.logs.get(room) ?? logs.get(room) ?? emptyLog;
    const place: Place = {
      sequence: last.sequence + 1,
      sentAt: nextTime(wallNow, last.sentAt),
      ordinal: last.ordinal + (isMessage ? 1 : 0),
    };
    this.logs.set(room, { ...last, ...place });
    return place;
  }

  #apply(room: string, entry: LogEntry): void {
    const { body } = entry;
    if (!isChanging(body)) return;
    const target = this.#entry(room, body.target);
    if (target === undefined) return;
    this.#set(room, changedBy(target, entry));
    if (body.type !== "delete") return;
    for (const sequence of target.edited?.sequences ?? []) {
      const edit = this.#entry(room, sequence);
      if (edit !== undefined) this.#set(room, deletedBy(edit, entry.author.nick, body.reason));
    }
  }

  #entry(room: string, sequence: number): LogEntry | undefined {
    const key = entryKey(room, sequence);
    return this.#changes.get(key)?.after ?? this.#input.stored.get(key);
  }

  #set(room: string, after: LogEntry): void {
    const key = entryKey(room, after.sequence);
    this.#changes.set(key, { room, before: this.#input.stored.get(key), after });
  }
}

function nextTime(wallNow: number, lastSentAt: number): number {
  return Math.min(Math.max(wallNow, lastSentAt), wallNow + sentAtAheadMsMax);
}
