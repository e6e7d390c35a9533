import type { Question } from "../room/client-question.ts";
import { searchHitsMax, searchWordsMax } from "../room/limits.ts";

/** A search as it is asked. */
export type SearchQuestion = Extract<Question, { readonly type: "search" }>;

/** Hits that are shown at a time. */
const hitsShown = 20;

/** What is typed after `has:`. */
const things = ["link", "file", "code"] as const;

/**
 * The search that somebody typed: words, and `from:NICK`, `in:ROOM`, `before:DATE`, `after:DATE`,
 * `has:link|file|code`. A date is `2026-11-20`, in this machine's time zone. Gives the reason as a
 * string when it makes no sense.
 */
export function parseSearch(typed: string, limit: number = hitsShown): SearchQuestion | string {
  const words: string[] = [];
  let question: SearchQuestion = { type: "search", words, limit: Math.min(limit, searchHitsMax) };
  for (const term of typed.split(/\s+/).filter((part) => part !== "")) {
    const [, key = "", value = ""] = /^(from|in|before|after|has):(.+)$/i.exec(term) ?? [];
    if (key === "") {
      words.push(term);
      continue;
    }
    const filter = filterOf(key.toLowerCase(), value);
    if (typeof filter === "string") return filter;
    question = { ...question, ...filter };
  }
  if (searchWordsMax < words.length) return `at most ${searchWordsMax} words are looked for`;
  const { from, room, before, after, has } = question;
  const isAnything = [from, room, before, after, has].some((filter) => filter !== undefined);
  return words.length === 0 && !isAnything ? "there is nothing to look for" : question;
}

/** The start of that day, milliseconds since 1970; `undefined` for what is no date. */
export function parseDate(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  // Without an offset it is a time of this machine's time zone.
  const at = Date.parse(`${text}T00:00:00`);
  return Number.isNaN(at) || at < 0 ? undefined : at;
}

function filterOf(key: string, value: string): Partial<SearchQuestion> | string {
  if (key === "from") return { from: value.replace(/^@/, "") };
  if (key === "in") return { room: value.replace(/^#/, "").toLowerCase() };
  if (key === "has") {
    const thing = things.find((name) => name === value.toLowerCase());
    return thing === undefined ? `has: takes ${things.join(", ")}` : { has: thing };
  }
  const at = parseDate(value);
  if (at === undefined) return `${key}: takes a date like 2026-11-20`;
  return key === "before" ? { before: at } : { after: at };
}
