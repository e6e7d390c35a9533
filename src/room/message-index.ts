import type { EntryChange } from "./commit-plan.ts";
import type { Database, DatabaseChange } from "./database.ts";
import { isSpoken } from "./entry.ts";
import { decodeNumbers, encodeNumbers, type LogState } from "./log-state.ts";
import { encodePositions, withPosition } from "./posting-list.ts";
import { openRecord, sealRecord } from "./record.ts";
import { type Backlog, readBacklog } from "./search-backlog.ts";
import { type SegmentSpan, segmentDocuments } from "./search-segment.ts";
import { SearchTail, type TermChange, termChange } from "./search-tail.ts";
import { IndexDamage, locate, readDocuments, readPositions, segmentAt } from "./segment-reader.ts";
import {
  documentsKey,
  indexStateKey,
  partRange,
  placeRange,
  segmentOfKey,
  spanKey,
  termKey,
} from "./store-keys.ts";

/** What the index adds to a batch. */
export interface IndexUpdate {
  readonly changes: readonly DatabaseChange[];
  /** How far the index has the logs, where that changes. */
  readonly indexedThrough: ReadonlyMap<string, number>;
  /** To be called when the batch is on disk. */
  readonly onWritten: () => void;
}

/**
 * How the index is: `live`, knowing every message; `building`, when the segments do not have
 * everything and the rest is too much for the tail; `clearing`, when something in it was damaged and
 * all of it goes, to be built again.
 */
type IndexState =
  | { readonly type: "live"; readonly tail: SearchTail }
  | { readonly type: "building" }
  | { readonly type: "clearing" };

/** Keys that one step of clearing deletes. */
const stepKeysMax = 10_000;

const indexParts = ["terms", "places", "spans", "documents"] as const;

/**
 * The inverted index of all messages: for each term the messages that have it, newest segments last.
 * Segments are written in the batch of the commit that fills them; what is in none yet is in the tail
 * in memory, and found in the logs again after a restart.
 */
export class MessageIndex {
  #state: IndexState;
  #nextSegment: number;
  readonly #spans: Map<number, SegmentSpan>;

  /** Finds out what the segments do not have, and takes it into the tail if it is little. */
  static async load(
    database: Database,
    logs: ReadonlyMap<string, LogState>,
  ): Promise<MessageIndex> {
    const spans = await readSpans(database);
    if (spans === undefined || (await database.read(indexStateKey)) !== undefined) {
      return new MessageIndex({ type: "clearing" }, new Map());
    }
    const backlog = await readBacklog(database, logs);
    const state: IndexState = fitsTail(backlog)
      ? { type: "live", tail: tailOf(backlog) }
      : { type: "building" };
    return new MessageIndex(state, spans);
  }

  private constructor(state: IndexState, spans: Map<number, SegmentSpan>) {
    this.#state = state;
    this.#spans = spans;
    this.#nextSegment = Math.max(-1, ...spans.keys()) + 1;
  }

  /** Whether there is a `step` to be done before everything is found. */
  get isBehind(): boolean {
    return this.#state.type !== "live";
  }

  /** The messages in no segment, as far as they are known. */
  get tail(): SearchTail | undefined {
    return this.#state.type === "live" ? this.#state.tail : undefined;
  }

  /** When the messages of each segment were sent; a segment that is not there has expired. */
  get spans(): ReadonlyMap<number, SegmentSpan> {
    return this.#spans;
  }

  /** The number of the next segment. */
  get nextSegment(): number {
    return this.#nextSegment;
  }

  /**
   * What a commit does to the index. A new message is in the tail from now on, also when the batch is
   * not written: what is found is looked up in its log anyway.
   */
  async update(
    database: Database,
    changes: readonly EntryChange[],
    logs: ReadonlyMap<string, LogState>,
  ): Promise<IndexUpdate> {
    if (this.#state.type === "clearing") return nothing;
    const { tail } = this;
    for (const { room, before, after } of changes) {
      if (before === undefined && after !== undefined && isSpoken(after.body))
        tail?.add(room, after);
    }
    const older: TermsChange[] = [];
    for (const change of changes.flatMap(termsChange)) {
      const isInSegment = change.sequence <= (logs.get(change.room)?.indexedThrough ?? 0);
      if (isInSegment) older.push(change);
      else tail?.change(change.room, change.sequence, change.terms);
    }
    try {
      const postings = await this.#changePostings(database, older);
      const segment = tail === undefined ? nothing : this.#fillSegment(tail);
      return { ...segment, changes: [...postings, ...segment.changes] };
    } catch (error) {
      if (error instanceof IndexDamage) return this.clear();
      throw error;
    }
  }

  /** Gives the index up; steps will build another. */
  clear(): IndexUpdate {
    this.#state = { type: "clearing" };
    const value = sealRecord(indexStateKey, encodeNumbers([]));
    return { ...nothing, changes: [{ type: "put", key: indexStateKey, value }] };
  }

  /** The next piece of work while the index is behind. */
  async step(database: Database, logs: ReadonlyMap<string, LogState>): Promise<IndexUpdate> {
    if (this.#state.type === "clearing") return await this.#clearStep(database, logs);
    const backlog = await readBacklog(database, logs);
    const tail = tailOf(backlog);
    if (fitsTail(backlog)) {
      this.#state = { type: "live", tail };
      return nothing;
    }
    const segment = this.#nextSegment;
    return {
      changes: tail.documentCount === 0 ? [] : tail.segment(segment),
      indexedThrough: backlog.through,
      onWritten: () => {
        if (0 < tail.documentCount) this.#added(segment, tail);
      },
    };
  }

  /** What deletes the segments of which a log had the last message, when that expires. */
  async expire(
    database: Database,
    { room, through }: { readonly room: string; readonly through: number },
    logs: ReadonlyMap<string, LogState>,
  ): Promise<readonly DatabaseChange[]> {
    const places = await database.keys(placeRange(room, through + 1));
    const changes: DatabaseChange[] = [];
    // The messages of a place end where the next one begins; of the last one more may come.
    for (const key of places.slice(0, -1)) {
      const segment = segmentAt(key, await database.read(key));
      const documents = await readDocuments(database, segment);
      const isOver = documents.every((document) => {
        const isExpired = document.room === room && document.sequence <= through;
        return isExpired || document.sequence < (logs.get(document.room)?.firstSequence ?? 1);
      });
      changes.push({ type: "del", key });
      if (!isOver) continue;
      changes.push(
        { type: "del", key: documentsKey(segment) },
        { type: "del", key: spanKey(segment) },
      );
      this.#spans.delete(segment);
    }
    return changes;
  }

  async #clearStep(database: Database, logs: ReadonlyMap<string, LogState>): Promise<IndexUpdate> {
    for (const part of indexParts) {
      const keys = await database.keys(partRange(part), { limit: stepKeysMax });
      if (keys.length === 0) continue;
      return { ...nothing, changes: keys.map((key) => ({ type: "del", key })) };
    }
    return {
      changes: [{ type: "del", key: indexStateKey }],
      indexedThrough: new Map([...logs.keys()].map((room) => [room, 0])),
      onWritten: () => {
        this.#state = { type: "building" };
        this.#nextSegment = 0;
        this.#spans.clear();
      },
    };
  }

  #added(segment: number, tail: SearchTail): void {
    this.#nextSegment = segment + 1;
    this.#spans.set(segment, tail.span);
  }

  #fillSegment(tail: SearchTail): IndexUpdate {
    if (tail.documentCount < segmentDocuments) return nothing;
    const segment = this.#nextSegment;
    return {
      changes: tail.segment(segment),
      indexedThrough: tail.lastSequences,
      onWritten: () => {
        this.#added(segment, tail);
        this.#state = { type: "live", tail: new SearchTail() };
      },
    };
  }

  /** The postings of messages in segments, with their new terms and without their old ones. */
  async #changePostings(
    database: Database,
    changed: readonly TermsChange[],
  ): Promise<readonly DatabaseChange[]> {
    const wanted = new Map<string, { position: number; isIn: boolean }[]>();
    for (const { room, sequence, terms } of changed) {
      const place = await locate(database, room, sequence);
      if (place === undefined) continue;
      const { segment, position } = place;
      const note = (term: string, isIn: boolean) => {
        const key = termKey(term, segment);
        wanted.set(key, [...(wanted.get(key) ?? []), { position, isIn }]);
      };
      for (const term of terms.removed) note(term, false);
      for (const term of terms.added) note(term, true);
    }
    const keys = [...wanted.keys()];
    const records = await database.readMany(keys);
    return keys.map((key, index): DatabaseChange => {
      const before = readPositions(key, records[index]);
      const positions = (wanted.get(key) ?? []).reduce(
        (list, { position, isIn }) => withPosition(list, position, isIn),
        before,
      );
      if (positions.length === 0) return { type: "del", key };
      return { type: "put", key, value: sealRecord(key, encodePositions(positions)) };
    });
  }
}

/** What changes of the terms of a message. */
interface TermsChange {
  readonly room: string;
  readonly sequence: number;
  readonly terms: TermChange;
}

/** What changes of the terms of an older message, if anything. */
function termsChange({ room, before, after }: EntryChange): TermsChange[] {
  if (before === undefined) return [];
  const terms = termChange(room, before, after);
  const count = terms.added.length + terms.removed.length;
  return count === 0 ? [] : [{ room, sequence: before.sequence, terms }];
}

const nothing: IndexUpdate = {
  changes: [],
  indexedThrough: new Map(),
  onWritten: () => undefined,
};

/** The spans of all segments, or `undefined` when one is damaged. */
async function readSpans(database: Database): Promise<Map<number, SegmentSpan> | undefined> {
  const spans = new Map<number, SegmentSpan>();
  for await (const chunk of database.walk(partRange("spans"))) {
    for (const [key, record] of chunk) {
      const value = openRecord(key, record);
      const [from, to] = (value && decodeNumbers(value, 2)) ?? [];
      if (from === undefined || to === undefined) return undefined;
      spans.set(segmentOfKey(key), { from, to });
    }
  }
  return spans;
}

function fitsTail({ messages, isComplete }: Backlog): boolean {
  return isComplete && messages.length < segmentDocuments;
}

function tailOf({ messages }: Backlog): SearchTail {
  const tail = new SearchTail();
  for (const { room, entry } of messages) tail.add(room, entry);
  return tail;
}
