/** Of a text so much is looked through; a name or a line of help is shorter. */
const searchedUnitsMax = 200;

/** Longer filters are cut: nobody types more to find one row. */
export const wantedUnitsMax = 64;

/**
 * How well the words of `wanted` are found in the text, the more the better; `undefined` when one is not.
 * A word is found whole, at best at the start of a word, or as letters in their order; in what explains
 * the text only whole. Case is ignored.
 */
export function fuzzyScore(text: string, wanted: string, explained = ""): number | undefined {
  const small = (part: string): string => part.slice(0, searchedUnitsMax).toLowerCase();
  const [searched, besides] = [small(text), small(explained)];
  const words = wanted.slice(0, wantedUnitsMax).toLowerCase().split(/\s+/);
  let sum = 0;
  for (const word of words.filter((part) => part !== "")) {
    const inText = wholeScore(searched, word);
    const score = inText === undefined ? wholeScore(besides, word) : wholeBase + inText;
    const found = score ?? letterScore(searched, word);
    if (found === undefined) return undefined;
    sum += found;
  }
  return sum;
}

/** A whole word in the text is more than one in what explains it, and that more than letters. */
const wholeBase = 2_000;
const explainedBase = 1_000;

function wholeScore(text: string, word: string): number | undefined {
  let at = text.indexOf(word);
  if (at < 0) return undefined;
  const first = at;
  while (0 <= at && !isWordStart(text, at)) at = text.indexOf(word, at + 1);
  return explainedBase + (0 <= at ? searchedUnitsMax - at : -first);
}

function letterScore(text: string, word: string): number | undefined {
  let score = 0;
  let from = 0;
  for (const letter of word) {
    const at = text.indexOf(letter, from);
    if (at < 0) return undefined;
    score += 1 + (isWordStart(text, at) ? 9 : at === from && from !== 0 ? 4 : 0);
    from = at + letter.length;
  }
  return score;
}

function isWordStart(text: string, at: number): boolean {
  return at === 0 || /[^\p{L}\p{M}\p{Nd}]/u.test(text.charAt(at - 1));
}
