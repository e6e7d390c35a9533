/**
 * The first index in [low, high) for which `isAtOrAfter` holds, or `high`. It must hold for every
 * index after the first one for which it does.
 */
export function firstIndex(
  low: number,
  high: number,
  isAtOrAfter: (index: number) => boolean,
): number {
  let from = low;
  let to = high;
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (isAtOrAfter(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}
