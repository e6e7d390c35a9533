import type { Question } from "../client-question.ts";
import type { LogEntry } from "../log-entry.ts";
import { nickKey } from "../name.ts";
import {
  featureTerm,
  foldText,
  mentionTerm,
  searchedTextMax,
  termsOf,
  type WantedTerm,
  wantedTerms,
} from "../search-terms.ts";

/** What is looked for, as the server would be asked. */
export type CacheSearch = Extract<Question, { readonly type: "search" }>;

/**
 * Whether an entry of a room is what is looked for, by the rules of the server's search. `ownPerson`
 * is who looks.
 */
export function matcherOf(
  search: CacheSearch,
  ownPerson: string,
): (room: string, entry: LogEntry) => boolean {
  const { from, before = Number.POSITIVE_INFINITY, after = 0, room: wantedRoom } = search;
  const folded = search.words.map(foldText);
  const wanted = wantedOf(search, folded, ownPerson);
  if (wanted === undefined) return () => false;
  const pieces = folded.filter((word) => 1 < wantedTerms(word, false).length);
  return (room, entry) => {
    const { sentAt, author, body } = entry;
    if (wantedRoom !== undefined && room !== wantedRoom) return false;
    if (sentAt < after || before <= sentAt) return false;
    if (from !== undefined && nickKey(author.nick) !== nickKey(from)) return false;
    const terms = termsOf(room, entry);
    if (terms.size === 0 || !wanted.every((term) => hasTerm(terms, term))) return false;
    const text = "text" in body ? foldText(body.text.slice(0, searchedTextMax)) : "";
    // What was asked for in one piece stands in one piece.
    return pieces.every((piece) => text.includes(piece));
  };
}

/** `undefined` when a word has nothing that can be found. */
function wantedOf(
  { has, isMention }: CacheSearch,
  folded: readonly string[],
  ownPerson: string,
): readonly WantedTerm[] | undefined {
  const words = folded.map((word, index) => wantedTerms(word, index === folded.length - 1));
  if (words.some((terms) => terms.length === 0)) return undefined;
  const whole = (term: string): WantedTerm => ({ term, isBeginning: false });
  return [
    ...words.flat(),
    ...(has === undefined ? [] : [whole(featureTerm(has))]),
    ...(isMention ? [whole(mentionTerm(ownPerson))] : []),
  ];
}

function hasTerm(terms: ReadonlySet<string>, { term, isBeginning }: WantedTerm): boolean {
  if (!isBeginning) return terms.has(term);
  return [...terms].some((other) => other.startsWith(term));
}
