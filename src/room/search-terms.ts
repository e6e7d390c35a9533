import { isSpoken, spokenText } from "./entry.ts";
import type { LogEntry } from "./log-entry.ts";

/** What a message may be asked for to have. */
export type Feature = "link" | "file" | "code";

/**
 * Of a longer text only the beginning is found, in UTF-16 units: some 10,000 words, the most that one
 * commit has to change when such a text is edited.
 */
export const searchedTextMax: number = 64 * 2 ** 10;

/** Of a longer word only its beginning counts, in UTF-16 units; the longest German one has 79. */
export const wordLengthMax = 40;

/**
 * Scripts that put no spaces between words, and pictures. Hangul has spaces, but glues particles to
 * words.
 */
const unspaced =
  "\\p{Extended_Pictographic}\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}";

/** A run of letters, marks and digits; one of unspaced scripts and one of others are two. */
const runPattern = new RegExp(`[${unspaced}]+|(?:(?![${unspaced}])[\\p{L}\\p{M}\\p{N}_])+`, "gu");

const unspacedPattern = new RegExp(`^[${unspaced}]`, "u");

/** A shorter beginning is taken for a whole word: too many words begin with one letter. */
const beginningLengthMin = 2;

const linkPattern = /\b(?:https?:\/\/|www\.)\S/i;

/**
 * The text as it is compared: compatibility forms, case and the accents of Latin letters make no
 * difference.
 */
export function foldText(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  return (
    text
      .normalize("NFKD")
      .replace(/(\p{Script=Latin})[\u0300-\u036f]+/gu, "$1")
      .normalize("NFKC")
      // Both ways round, which is nearly Unicode's full case folding: ß is ss.
      .toUpperCase()
      .toLowerCase()
      .replaceAll("ς", "σ")
  );
}

/**
 * The terms of a folded text in order: its words, and for scripts without spaces every two characters
 * that stand together and the last one alone, so that a part of a sentence is found as well.
 */
export function wordsOf(folded: string): string[] {
  const words: string[] = [];
  for (const [run] of folded.matchAll(runPattern)) {
    if (unspacedPattern.test(run)) words.push(...pairsOf(run));
    else words.push(run.slice(0, wordLengthMax));
  }
  return words;
}

/** A term that a text must have; of a beginning, some term that begins so. */
export interface WantedTerm {
  readonly term: string;
  readonly isBeginning: boolean;
}

/**
 * What must be in a text that has this folded one in it; with `isBeginning` its last word may go on
 * there. One character of a script without spaces is the beginning of a pair.
 */
export function wantedTerms(folded: string, isBeginning: boolean): WantedTerm[] {
  const runs = [...folded.matchAll(runPattern)].map(([run]) => run);
  return runs.flatMap((run, index): WantedTerm[] => {
    const isLast = index === runs.length - 1;
    if (!unspacedPattern.test(run)) {
      const term = run.slice(0, wordLengthMax);
      return [{ term, isBeginning: isLast && isBeginning && beginningLengthMin <= term.length }];
    }
    const pairs = pairsOf(run);
    if (pairs.length === 1) return [{ term: run, isBeginning: true }];
    return pairs.slice(0, -1).map((term) => ({ term, isBeginning: false }));
  });
}

/** The term of everything that this person wrote. */
export function authorTerm(person: string): string {
  return `@${person}`;
}

/** The term of everything in this room. */
export function roomTerm(room: string): string {
  return `#${room}`;
}

/** The term of everything that mentions this person. */
export function mentionTerm(person: string): string {
  return `>${person}`;
}

/** The term of everything that has this. */
export function featureTerm(feature: Feature): string {
  return `+${feature}`;
}

/** All terms under which an entry is found, each once: none unless it is said to people. */
export function termsOf(room: string, { author, body }: LogEntry): ReadonlySet<string> {
  if (!isSpoken(body)) return new Set();
  const text = spokenText(body).slice(0, searchedTextMax);
  const terms = new Set(wordsOf(foldText(text)));
  terms.add(roomTerm(room));
  terms.add(authorTerm(author.person));
  if (body.type === "offer") return terms.add(featureTerm("file"));
  for (const person of body.mentions ?? []) terms.add(mentionTerm(person));
  if (linkPattern.test(text)) terms.add(featureTerm("link"));
  if (text.includes("`")) terms.add(featureTerm("code"));
  return terms;
}

function pairsOf(run: string): string[] {
  const characters = [...run];
  return characters.map((character, index) => character + (characters[index + 1] ?? ""));
}

function isAscii(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII begins with them.
  return /^[\u0000-\u007f]*$/.test(text);
}
