import { pageEntriesMax } from "../room/limits.ts";
import type { LogEntry } from "../room/log-entry.ts";
import { isChanging } from "../room/overlay.ts";
import type { Visit } from "./visit.ts";

/** Which entries of a room are wanted. */
export interface LogStretch {
  readonly room: string;
  /** The first sequence. */
  readonly from: number;
  /** The last sequence. */
  readonly to: number;
  /** How many entries count at most; those that only changed another do not. */
  readonly count: number;
}

/**
 * The sequence from which on `count` entries stand before `end`, those that only changed another not
 * counted; at least 1. The room is joined.
 */
export async function startBefore(
  visit: Visit,
  room: string,
  { end, count }: { readonly end: number; readonly count: number },
): Promise<number> {
  let before = end;
  let missing = count;
  while (0 < missing) {
    const page = await visit.page(room, { before, limit: pageEntriesMax });
    const lines = page.entries.filter(isCounted);
    const first = lines.at(-missing);
    if (first !== undefined) return first.sequence;
    missing -= lines.length;
    before = Math.min(before, ...firstsOf(page));
    if (!page.hasMore) return Math.max(1, before);
  }
  return end;
}

/** Gives the entries one page at a time, the oldest first; what is lost is told to people. */
export async function* entriesOf(
  visit: Visit,
  { room, from, to, count }: LogStretch,
): AsyncGenerator<readonly LogEntry[]> {
  let after = from - 1;
  for (let missing = count; 0 < missing && after < to; ) {
    const page = await visit.page(room, { after, limit: pageEntriesMax });
    for (const { from: first, to: last } of page.damaged) {
      if (first <= to) visit.warn(`entries ${first} to ${last} of ${room} are lost`);
    }
    const wanted = page.entries.filter(({ sequence }) => sequence <= to);
    const lines = wanted.filter(isCounted);
    const last = lines[missing - 1];
    yield last === undefined ? wanted : wanted.filter(({ sequence }) => sequence <= last.sequence);
    missing -= lines.length;
    after = Math.max(after, ...lastsOf(page));
    if (!page.hasMore) return;
  }
}

/** Whether an entry is one by itself and not only a change of another. */
function isCounted({ body }: LogEntry): boolean {
  return !isChanging(body);
}

type Page = Awaited<ReturnType<Visit["page"]>>;

function firstsOf({ entries, damaged }: Page): readonly number[] {
  return [...entries.map(({ sequence }) => sequence), ...damaged.map(({ from }) => from)];
}

function lastsOf({ entries, damaged }: Page): readonly number[] {
  return [...entries.map(({ sequence }) => sequence), ...damaged.map(({ to }) => to)];
}
