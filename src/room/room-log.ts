import { utf8Bytes } from "../base/text.ts";
import type { LogPlace } from "./client-port.ts";
import type { SequenceRange } from "./entry.ts";
import { linesAheadBytesMax, linesAheadMax } from "./limits.ts";
import type { LogEntry } from "./log-entry.ts";

/** What comes next in a room's log. */
export type LogNews =
  | { readonly type: "said"; readonly entry: LogEntry }
  | { readonly type: "damaged"; readonly range: SequenceRange };

/** Where a log goes on that was told at an earlier visit. */
export interface LogStart extends LogPlace {
  /** With more entries missed, it begins anew. */
  readonly missedMax: number;
}

/** What entering a room means for what was told of its log: it goes on, is another, or is far ahead. */
export type LogContinuity = "same" | "other" | "far";

/**
 * A client's place in a room's log: gives each sequence once and in order, whether it came live or
 * was read. Live lines that came too early wait here, as far as there is room; the log has them all.
 */
export class RoomLog {
  /** The sequence that comes next; `undefined` until the room was entered for the first time. */
  #next: number | undefined;
  /** The history whose sequences these are. */
  #history: string | undefined;
  /** The newest sequence that the server has told of. */
  #last = 0;
  readonly #ahead = new Map<number, LogEntry>();
  #aheadBytes = 0;
  /** Until the room was entered. */
  #missedMax: number | undefined;
  #hasBegun = false;

  constructor(start?: LogStart) {
    if (start === undefined) return;
    this.#history = start.log;
    this.#next = start.sequence + 1;
    this.#last = start.sequence;
    this.#missedMax = start.missedMax;
  }

  /** Whether the room was entered. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** The sequence after which to read, or `undefined` when nothing that is known of is missing. */
  get missingAfter(): number | undefined {
    if (this.#next === undefined || this.#last < this.#next) return undefined;
    return this.#next - 1;
  }

  /**
   * The room was entered, for the first time or again: the past is not replayed, a gap is, as far as it
   * has not expired.
   */
  handleEntered(history: string, lastSequence: number, firstSequence = 1): LogContinuity {
    const isFirst = this.#next === undefined;
    const missed = lastSequence + 1 - (this.#next ?? lastSequence + 1);
    const isFar = this.#missedMax !== undefined && this.#missedMax < missed;
    this.#missedMax = undefined;
    this.#hasBegun = true;
    // A log that is shorter than what we have seen was put back from a copy.
    const isShorter = this.#next !== undefined && lastSequence < this.#next - 1;
    const isOther = isShorter || (!isFirst && history !== this.#history);
    if (isFirst || isOther || isFar) this.#next = lastSequence + 1;
    this.#next = Math.max(this.#next ?? 1, firstSequence);
    this.#history = history;
    this.#last = lastSequence;
    this.#ahead.clear();
    this.#aheadBytes = 0;
    if (isOther) return "other";
    return isFar ? "far" : "same";
  }

  handleGrown(lastSequence: number): void {
    this.#last = Math.max(this.#last, lastSequence);
  }

  /** A line that was told live. Before the room is entered it is left to the log. */
  handleSaid(entry: LogEntry): readonly LogNews[] {
    if (this.#next === undefined || entry.sequence < this.#next) return [];
    this.handleGrown(entry.sequence);
    if (entry.sequence === this.#next) return [this.#deliver(entry), ...this.#drain()];
    this.#keep(entry);
    return [];
  }

  /** The page that was read after `missingAfter`, in order. */
  handlePage(entries: readonly LogEntry[], damaged: readonly SequenceRange[]): readonly LogNews[] {
    const first = this.#next;
    if (first === undefined) return [];
    this.handleGrown(entries.at(-1)?.sequence ?? 0);
    const news: LogNews[] = [];
    const ranges = damaged.values();
    let range = ranges.next().value;
    for (const entry of entries) {
      for (; range !== undefined && range.from < entry.sequence; range = ranges.next().value) {
        news.push(...this.#skip(range.to));
      }
      // A server that leaves a hole in a page has lost those lines as well.
      news.push(...this.#skip(entry.sequence - 1));
      if (entry.sequence === this.#next) news.push(this.#deliver(entry));
    }
    for (; range !== undefined; range = ranges.next().value) news.push(...this.#skip(range.to));
    // A page that leads nowhere must not be asked for again and again.
    if (this.#next === first) this.#last = first - 1;
    return [...news, ...this.#drain()];
  }

  #deliver(entry: LogEntry): LogNews {
    this.#next = entry.sequence + 1;
    return { type: "said", entry };
  }

  #skip(lastLost: number): readonly LogNews[] {
    const from = this.#next;
    const to = Math.min(lastLost, this.#last);
    if (from === undefined || to < from) return [];
    this.#next = to + 1;
    return [{ type: "damaged", range: { from, to } }];
  }

  #keep(entry: LogEntry): void {
    const bytes = textBytes(entry);
    if (linesAheadMax <= this.#ahead.size || linesAheadBytesMax < this.#aheadBytes + bytes) return;
    if (this.#ahead.has(entry.sequence)) return;
    this.#ahead.set(entry.sequence, entry);
    this.#aheadBytes += bytes;
  }

  /** Lines that waited and whose turn has come; those that were read meanwhile are forgotten. */
  #drain(): readonly LogNews[] {
    const news: LogNews[] = [];
    for (const [sequence, entry] of [...this.#ahead].sort(([a], [b]) => a - b)) {
      if (this.#next === undefined || this.#next < sequence) break;
      this.#ahead.delete(sequence);
      this.#aheadBytes -= textBytes(entry);
      if (sequence === this.#next) news.push(this.#deliver(entry));
    }
    return news;
  }
}

function textBytes({ body }: LogEntry): number {
  return "text" in body ? utf8Bytes(body.text) : 0;
}
