import { utf8Bytes } from "../base/text.ts";
import type { Database } from "./database.ts";
import { isSpoken, spokenText } from "./entry.ts";
import { pageTextBytesMax } from "./limits.ts";
import type { LogEntry } from "./log-entry.ts";
import { readEntries } from "./log-reader.ts";
import type { LogState } from "./log-state.ts";
import type { MessageIndex } from "./message-index.ts";
import { intersect, type Positions, unite } from "./posting-list.ts";
import type { Document } from "./search-segment.ts";
import {
  authorTerm,
  featureTerm,
  foldText,
  mentionTerm,
  roomTerm,
  searchedTextMax,
  type WantedTerm,
  wantedTerms,
} from "./search-terms.ts";
import { readDocuments, readPositions } from "./segment-reader.ts";
import { behindTerm, segmentOfKey, termKey, termOfKey, termsRange } from "./store-keys.ts";
import type { SearchHit, SearchQuery, SearchResult } from "./store-port.ts";

/** Different terms that a search looks for; the rest of a longer one is left out. */
const wantedMax = 32;

/** Words that a beginning stands for, the first ones in order. */
const expandedMax = 64;

/** Rooms that are looked for as a term; where there are more, most of what is found is in one. */
const roomTermsMax = 16;

/** Segments whose postings are read at once: few first, for what is found is mostly new. */
const windowSegments = { first: 8, most: 128 };

/**
 * Messages that one search reads from the logs: it then gives a cursor to go on from, for words that
 * stand next to each other nowhere must not keep the store busy.
 */
const candidatesMax = 1_000;

/** Messages that are read at once, of up to 16 MiB each. */
const readsAtOnce = 8;

export interface SearchRunOptions {
  readonly database: Database;
  readonly index: MessageIndex;
  readonly logs: ReadonlyMap<string, LogState>;
  readonly query: SearchQuery;
}

/** A place in the index, and in time: a higher segment and position is a younger message. */
interface IndexPlace {
  readonly segment: number;
  readonly position: number;
}

type Candidate = IndexPlace & { readonly document: Document };

/**
 * Finds the newest messages for which everything holds that the query says.
 *
 * @throws {IndexDamage}
 */
export async function runSearch(options: SearchRunOptions): Promise<SearchResult> {
  return await new SearchRun(options).run();
}

class SearchRun {
  readonly #options: SearchRunOptions;
  readonly #rooms: ReadonlySet<string>;
  readonly #folded: readonly string[];
  readonly #from: IndexPlace;
  readonly #hits: SearchHit[] = [];
  #textBytes = 0;
  #readCount = 0;
  #last: IndexPlace | undefined;

  constructor(options: SearchRunOptions) {
    const { query } = options;
    this.#options = options;
    this.#rooms = new Set(query.rooms);
    this.#folded = query.words.map((word) => foldText(word.slice(0, searchedTextMax)).trim());
    this.#from = decodeCursor(query.cursor);
  }

  async run(): Promise<SearchResult> {
    const wanted = this.#wanted();
    if (wanted === undefined) return { type: "found", hits: [] };
    // What the tail becomes meanwhile is a segment that this search does not look at.
    const segmentsEnd = this.#options.index.nextSegment;
    if (await this.#takeTail(wanted, segmentsEnd)) return this.#result();
    const expanded = await Promise.all(wanted.map((term) => this.#expand(term)));
    const { rooms } = this.#options.query;
    if (rooms.length <= roomTermsMax) expanded.push(rooms.map(roomTerm));
    let size = windowSegments.first;
    let end = Math.min(segmentsEnd, this.#from.segment + 1);
    while (0 < end) {
      const begin = Math.max(0, end - size);
      if (await this.#takeWindow(expanded, begin, end)) return this.#result();
      end = begin;
      size = Math.min(2 * size, windowSegments.most);
    }
    return { type: "found", hits: this.#hits };
  }

  /** All terms that a message must have; `undefined` when there is nothing in the words to look for. */
  #wanted(): readonly WantedTerm[] | undefined {
    const { from, mentions, has } = this.#options.query;
    const last = this.#folded.length - 1;
    const words = this.#folded.map((word, index) => wantedTerms(word, index === last));
    if (words.some((terms) => terms.length === 0)) return undefined;
    const terms = words.flat();
    const whole = (term: string): WantedTerm => ({ term, isBeginning: false });
    if (from !== undefined) terms.push(whole(authorTerm(from)));
    if (mentions !== undefined) terms.push(whole(mentionTerm(mentions)));
    if (has !== undefined) terms.push(whole(featureTerm(has)));
    return terms.slice(0, wantedMax);
  }

  /** The terms that are meant by one; none when nothing begins so. */
  async #expand({ term, isBeginning }: WantedTerm): Promise<readonly string[]> {
    if (!isBeginning) return [term];
    const terms = await this.#options.database.leap(
      termsRange(term),
      (key) => behindTerm(termOfKey(key)),
      expandedMax,
    );
    return terms.map(termOfKey);
  }

  async #takeTail(wanted: readonly WantedTerm[], segment: number): Promise<boolean> {
    const { tail } = this.#options.index;
    if (tail === undefined) return false;
    const positions = wanted
      .map((term) => tail.positionsOf(term))
      .reduce<Positions | undefined>(narrowed, undefined);
    const candidates = (positions ?? tail.positions).flatMap((position) => {
      const document = tail.document(position);
      return document === undefined ? [] : [{ segment, position, document }];
    });
    return await this.#take(candidates.reverse());
  }

  /** Takes what is found in the segments from `begin` to before `end`; `true` when it is enough. */
  async #takeWindow(
    wanted: readonly (readonly string[])[],
    begin: number,
    end: number,
  ): Promise<boolean> {
    const segments = this.#segments(begin, end);
    if (segments.length === 0) return false;
    let found: ReadonlyMap<number, Positions> | undefined;
    for (const terms of wanted) {
      const postings = await Promise.all(terms.map((term) => this.#postings(term, begin, end)));
      found = bothOf(found, anyOf(postings));
      if (found.size === 0) return false;
    }
    for (const segment of segments) {
      const positions = found?.get(segment);
      if (found !== undefined && positions === undefined) continue;
      if (await this.#takeSegment(segment, positions)) return true;
    }
    return false;
  }

  /** Those that are there and have messages of the time that is asked for, the newest first. */
  #segments(begin: number, end: number): readonly number[] {
    const { index, query } = this.#options;
    const { after = 0, before = Number.POSITIVE_INFINITY } = query;
    const segments: number[] = [];
    for (let segment = end - 1; begin <= segment; segment -= 1) {
      const span = index.spans.get(segment);
      if (span !== undefined && after <= span.to && span.from < before) segments.push(segment);
    }
    return segments;
  }

  async #takeSegment(segment: number, positions: Positions | undefined): Promise<boolean> {
    const documents = await readDocuments(this.#options.database, segment);
    const all = positions ?? [...documents.keys()];
    const candidates = all.flatMap((position) => {
      const document = documents[position];
      return document === undefined ? [] : [{ segment, position, document }];
    });
    return await this.#take(candidates.reverse());
  }

  async #postings(term: string, begin: number, end: number): Promise<Map<number, Positions>> {
    const found = new Map<number, Positions>();
    const range = { gte: termKey(term, begin), lte: termKey(term, end - 1) };
    for await (const chunk of this.#options.database.walk(range, { limit: end - begin })) {
      for (const [key, record] of chunk) found.set(segmentOfKey(key), readPositions(key, record));
    }
    return found;
  }

  /** Looks the candidates up, the newest first; `true` when it is enough. */
  async #take(candidates: readonly Candidate[]): Promise<boolean> {
    const possible = candidates.filter((candidate) => this.#isPossible(candidate));
    for (let index = 0; index < possible.length; index += readsAtOnce) {
      const some = possible.slice(index, index + readsAtOnce);
      const places = some.map(({ document }) => document);
      const entries = await readEntries(this.#options.database, places);
      for (const [at, candidate] of some.entries()) {
        if (!this.#add(candidate, entries[at])) return true;
      }
      this.#readCount += some.length;
      if (candidatesMax <= this.#readCount) return true;
    }
    return false;
  }

  #isPossible({ segment, position, document }: Candidate): boolean {
    const { query, logs } = this.#options;
    const { room, sequence, sentAt } = document;
    const from = this.#from;
    const isBehindCursor =
      segment < from.segment || (segment === from.segment && position < from.position);
    const isKept = (logs.get(room)?.firstSequence ?? 1) <= sequence;
    const isInTime =
      (query.after ?? 0) <= sentAt && sentAt < (query.before ?? Number.POSITIVE_INFINITY);
    return isBehindCursor && isKept && isInTime && this.#rooms.has(room);
  }

  /** Adds what is a hit; `false` when there is no place for more. */
  #add({ segment, position, document }: Candidate, entry: LogEntry | undefined): boolean {
    const { limit } = this.#options.query;
    if (entry !== undefined && isSpoken(entry.body) && this.#hasWords(spokenText(entry.body))) {
      const bytes = utf8Bytes(spokenText(entry.body));
      const isFull = 0 < this.#hits.length && pageTextBytesMax < this.#textBytes + bytes;
      if (isFull || limit <= this.#hits.length) return false;
      this.#textBytes += bytes;
      this.#hits.push({ room: document.room, entry });
    }
    this.#last = { segment, position };
    return true;
  }

  /** Whether what was asked for in one piece stands in one piece. */
  #hasWords(text: string): boolean {
    const pieces = this.#folded.filter((word) => 1 < wantedTerms(word, false).length);
    if (pieces.length === 0) return true;
    const folded = foldText(text.slice(0, searchedTextMax));
    return pieces.every((piece) => folded.includes(piece));
  }

  #result(): SearchResult {
    const cursor = this.#last && `${this.#last.segment}.${this.#last.position}`;
    return { type: "found", hits: this.#hits, ...(cursor !== undefined && { cursor }) };
  }
}

/** What is not a cursor of ours begins at the newest. */
function decodeCursor(cursor: string | undefined): IndexPlace {
  const [, segment, position] = /^(\d{1,10})\.(\d{1,10})$/.exec(cursor ?? "") ?? [];
  if (segment === undefined || position === undefined) {
    return { segment: Number.POSITIVE_INFINITY, position: 0 };
  }
  return { segment: Number(segment), position: Number(position) };
}

function narrowed(positions: Positions | undefined, more: Positions): Positions {
  return positions === undefined ? more : intersect(positions, more);
}

/** Of each segment the positions that are in both; without a first, the second. */
function bothOf(
  first: ReadonlyMap<number, Positions> | undefined,
  second: ReadonlyMap<number, Positions>,
): ReadonlyMap<number, Positions> {
  if (first === undefined) return second;
  const both = new Map<number, Positions>();
  for (const [segment, positions] of second) {
    const common = intersect(first.get(segment) ?? [], positions);
    if (0 < common.length) both.set(segment, common);
  }
  return both;
}

/** Of each segment the positions that are in one of them at least. */
function anyOf(
  postings: readonly ReadonlyMap<number, Positions>[],
): ReadonlyMap<number, Positions> {
  const [first] = postings;
  if (first !== undefined && postings.length === 1) return first;
  const segments = new Set(postings.flatMap((each) => [...each.keys()]));
  return new Map(
    [...segments].map((segment) => [
      segment,
      unite(postings.map((each) => each.get(segment) ?? [])),
    ]),
  );
}
