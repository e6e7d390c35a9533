/** Words further away are not what was meant: two slips, each a letter swapped, missed or doubled. */
const distanceMax = 2;

/** The word that was probably meant, or `undefined` when none is within two slips of the typed one. */
export function nearest(typed: string, words: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.min(distanceMax, typed.length >> 1) + 1;
  for (const word of words) {
    if (bestDistance <= Math.abs(word.length - typed.length)) continue;
    const distance = editDistance(typed, word);
    if (distance < bestDistance) {
      best = word;
      bestDistance = distance;
    }
  }
  return best;
}

/** Optimal string alignment distance: insertions, deletions, replacements, swapped neighbours. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = 1 < i && 1 < j && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? (beforeLast[j - 2] ?? 0) + 1 : replaced;
      row.push(Math.min(replaced, swapped, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
