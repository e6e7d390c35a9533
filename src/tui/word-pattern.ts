/** Patterns that are kept: the nickname and what one is called by, now and a few times before. */
const patternsMax = 32;

const patterns = new Map<string, RegExp>();

/** Finds any of the words (one at least) as a whole word, in upper or lower case. */
export function wordPattern(words: readonly string[]): RegExp {
  const key = words.join("\n");
  const known = patterns.get(key);
  if (known !== undefined) return known;
  const escaped = words.map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
  const letter = String.raw`[\p{L}\p{M}\p{Nd}_]`;
  const pattern = new RegExp(`(?<!${letter})(?:${escaped.join("|")})(?!${letter})`, "giu");
  if (patternsMax <= patterns.size) patterns.clear();
  patterns.set(key, pattern);
  return pattern;
}
