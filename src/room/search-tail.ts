import type { DatabaseChange } from "./database.ts";
import type { LogEntry } from "./log-entry.ts";
import type { Positions } from "./posting-list.ts";
import { type Document, type SegmentSpan, segmentChanges, spanOf } from "./search-segment.ts";
import { termsOf, type WantedTerm } from "./search-terms.ts";

/**
 * The messages that are in no segment of the search index yet, in the order in which they were
 * stored. They are on disk in their logs; only their terms are in memory.
 */
export class SearchTail {
  readonly #documents: Document[] = [];
  readonly #postings = new Map<string, number[]>();
  readonly #positions = new Map<string, number>();

  get documentCount(): number {
    return this.#documents.length;
  }

  document(position: number): Document | undefined {
    return this.#documents[position];
  }

  /** Takes a message behind all others. */
  add(room: string, entry: LogEntry): void {
    const { sequence, sentAt } = entry;
    const position = this.#documents.push({ room, sequence, sentAt }) - 1;
    this.#positions.set(positionKey(room, sequence), position);
    for (const term of termsOf(room, entry)) {
      const positions = this.#postings.get(term);
      if (positions === undefined) this.#postings.set(term, [position]);
      else positions.push(position);
    }
  }

  has(room: string, sequence: number): boolean {
    return this.#positions.has(positionKey(room, sequence));
  }

  /** Changes the terms of a message that it has. */
  change(room: string, sequence: number, { removed, added }: TermChange): void {
    const position = this.#positions.get(positionKey(room, sequence));
    if (position === undefined) return;
    for (const term of removed) {
      const positions = this.#postings.get(term)?.filter((each) => each !== position) ?? [];
      if (0 < positions.length) this.#postings.set(term, positions);
      else this.#postings.delete(term);
    }
    for (const term of added) {
      const positions = [...(this.#postings.get(term) ?? []), position];
      this.#postings.set(
        term,
        positions.sort((a, b) => a - b),
      );
    }
  }

  /** The messages that have a term. */
  positionsOf({ term, isBeginning }: WantedTerm): Positions {
    if (!isBeginning) return this.#postings.get(term) ?? [];
    const positions = new Set<number>();
    for (const [key, list] of this.#postings) {
      if (key.startsWith(term)) for (const position of list) positions.add(position);
    }
    return [...positions].sort((a, b) => a - b);
  }

  /** Every position that it has. */
  get positions(): Positions {
    return [...this.#documents.keys()];
  }

  /** The newest sequence of each room that it has. */
  get lastSequences(): ReadonlyMap<string, number> {
    return new Map(this.#documents.map(({ room, sequence }) => [room, sequence]));
  }

  /** When its messages were sent; it must have some. */
  get span(): SegmentSpan {
    return spanOf(this.#documents);
  }

  /** What writes all of it as a segment of this number. */
  segment(number: number): DatabaseChange[] {
    return segmentChanges(number, this.#documents, this.#postings);
  }
}

/** Terms that a message has no longer, and those that are new. */
export interface TermChange {
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** What makes the terms of one state of a message those of another; of one that goes, none. */
export function termChange(
  room: string,
  before: LogEntry,
  after: LogEntry | undefined,
): TermChange {
  const old = termsOf(room, before);
  const young: ReadonlySet<string> = after === undefined ? new Set() : termsOf(room, after);
  return {
    removed: [...old].filter((term) => !young.has(term)),
    added: [...young].filter((term) => !old.has(term)),
  };
}

function positionKey(room: string, sequence: number): string {
  return `${room}!${sequence}`;
}
