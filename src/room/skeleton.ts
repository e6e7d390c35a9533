import { confusables } from "./confusables.ts";

/** Scripts in which people write today (UAX 31 table 5). */
const scripts: readonly string[] = [
  ..."Latin Greek Cyrillic Armenian Hebrew Arabic Thaana Devanagari Bengali Gurmukhi".split(" "),
  ..."Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Thai Lao Tibetan Myanmar".split(" "),
  ..."Georgian Hangul Ethiopic Khmer Han Hiragana Katakana Bopomofo".split(" "),
];

/** Those that are written together (UTS 39 section 5.2, "highly restrictive"). */
const together: readonly (readonly string[])[] = [
  ["Latin", "Han", "Hiragana", "Katakana"],
  ["Latin", "Han", "Bopomofo"],
  ["Latin", "Han", "Hangul"],
];

/** Both are made for the first name that needs them: 10 ms, which no start has to wait for. */
let alphabets: readonly RegExp[] | undefined;
let prototypes: ReadonlyMap<string, string> | undefined;

/** Whether a name is written in one script, or in scripts that belong together (UTS 39 section 5.2). */
export function isOneScript(name: string): boolean {
  if (/^[ -~]*$/.test(name)) return true;
  alphabets ??= [...scripts.map((script) => [script]), ...together].map(alphabetOf);
  return alphabets.some((alphabet) => alphabet.test(name));
}

/**
 * Whether all digits of a name are of one kind (UTS 39 section 5.3). Those of one kind are ten
 * characters in a row.
 */
export function isOneKindOfDigits(name: string): boolean {
  const digits = (name.match(/\p{Nd}/gu) ?? []).map((digit) => digit.codePointAt(0) ?? 0);
  return Math.max(...digits) - Math.min(...digits) < 10 || digits.length === 0;
}

/**
 * What a name looks like: names that share one of these are hard to tell apart. There are two, of the
 * name as it is shown and of its lower case, because `К` and `K` are alike and their small letters are
 * not (UTS 39 section 4; upper and lower case of the outcome count as one).
 */
export function skeletonsOf(name: string): readonly string[] {
  return [...new Set([skeletonOf(name), skeletonOf(name.toLowerCase())])];
}

function alphabetOf(all: readonly string[]): RegExp {
  const classes = [...all, "Common", "Inherited"].map((script) => `\\p{scx=${script}}`);
  return new RegExp(`^[${classes.join("")}]*$`, "u");
}

function skeletonOf(name: string): string {
  prototypes ??= readTable();
  const table = prototypes;
  const letters = [...name.normalize("NFD")].map((letter) => table.get(letter) ?? letter);
  return letters.join("").normalize("NFD").toLowerCase();
}

function readTable(): ReadonlyMap<string, string> {
  const table = new Map<string, string>();
  for (const entry of confusables.flatMap((row) => row.split(" "))) {
    const [to = "", from = ""] = entry.split(":");
    for (const each of from.split(",")) table.set(lettersOf(each), lettersOf(to));
  }
  return table;
}

function lettersOf(hex: string): string {
  return String.fromCodePoint(...hex.split("+").map((point) => Number.parseInt(point, 16)));
}
