/** What a person asked for, before names are looked up: `from` is a nickname, `rooms` are names. */
export interface SearchRequest {
  readonly words: readonly string[];
  readonly rooms: readonly string[];
  readonly from?: string;
  /** Sent before, and at or after, these times: wall clock, milliseconds. */
  readonly before?: number;
  readonly after?: number;
  readonly has?: "link" | "file" | "code";
  readonly isMention?: true;
}

/** The request, or a phrase that says what cannot be understood. */
export type ParsedSearch =
  | { readonly type: "search"; readonly request: SearchRequest }
  | { readonly type: "invalid"; readonly message: string };

/** A word, a `filter:value`, or either with a part in quotes. */
const partPattern = /(?:(\p{L}+):)?(?:"([^"]*)"?|(\S+))/gu;

const unitMs: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/**
 * Reads what people type: words, `"words that stand together"`, and `from:anna in:lobby before:…
 * after:… has:link is:mention`. A time is a day (`2026-11-20`, `today`, `yesterday`), a minute
 * (`2026-11-20T09:30`), or how long ago (`30m`, `2h`, `3d`, `1w`), in local time; `wallNow` is now.
 * `before` a day is before it begins, `after` it is from its beginning on.
 */
export function parseSearch(text: string, wallNow: number): ParsedSearch {
  const words: string[] = [];
  const rooms: string[] = [];
  const filters: Filters = {};
  for (const [part, name = "", quoted, bare] of text.matchAll(partPattern)) {
    const value = quoted ?? bare ?? "";
    const filter = name.toLowerCase();
    const reader = filterReaders.get(filter);
    if (filter === "in") rooms.push(value.replace(/^#/, ""));
    else if (reader === undefined) words.push(name === "" ? value : part);
    else {
      const message = reader(filters, value, wallNow);
      if (message !== undefined) return { type: "invalid", message: `${part} ${message}` };
    }
  }
  const kept = words.filter((word) => word.trim() !== "");
  if (kept.length + rooms.length + Object.keys(filters).length === 0) {
    return { type: "invalid", message: "there is nothing to search for" };
  }
  return { type: "search", request: { ...filters, words: kept, rooms } };
}

type FilterName = Exclude<keyof SearchRequest, "words" | "rooms">;

type Filters = { -readonly [K in FilterName]?: Exclude<SearchRequest[K], undefined> };

/** Takes the value of a filter; says what is wrong with it, or `undefined`. */
type FilterReader = (filters: Filters, value: string, wallNow: number) => string | undefined;

const filterReaders: ReadonlyMap<string, FilterReader> = new Map([
  ["from", readFrom],
  ["has", readHas],
  ["is", readIs],
  ["before", timeReader("before")],
  ["after", timeReader("after")],
]);

function readFrom(filters: Filters, value: string): undefined {
  filters.from = value.replace(/^@/, "");
}

function readHas(filters: Filters, value: string): string | undefined {
  if (value !== "link" && value !== "file" && value !== "code") {
    return "is not has:link, has:file or has:code";
  }
  filters.has = value;
  return undefined;
}

function readIs(filters: Filters, value: string): string | undefined {
  if (value !== "mention") return "is not is:mention";
  filters.isMention = true;
  return undefined;
}

function timeReader(filter: "before" | "after"): FilterReader {
  return (filters, value, wallNow) => {
    const time = parseTime(value, wallNow);
    if (time === undefined) return "has no time such as 2026-11-20 or 3d";
    filters[filter] = time;
    return undefined;
  };
}

function parseTime(text: string, wallNow: number): number | undefined {
  const [, count, unit] = /^(\d{1,5})([mhdw])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) {
    return wallNow - Number(count) * (unitMs[unit] ?? 0);
  }
  const today = new Date(wallNow);
  today.setHours(0, 0, 0, 0);
  if (text === "today") return today.getTime();
  if (text === "yesterday") return today.setDate(today.getDate() - 1);
  const numbers = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}))?$/.exec(text);
  if (numbers === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = numbers
    .slice(1)
    .map((n) => Number(n ?? 0));
  const date = new Date(year, month - 1, day, hour, minute);
  const isReal =
    date.getMonth() === month - 1 && date.getDate() === day && hour < 24 && minute < 60;
  return isReal ? date.getTime() : undefined;
}
