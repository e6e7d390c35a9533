/** The middle one, or the mean of the two in the middle; `undefined` when there is none. */
export function median(values) {
  if (values.length === 0) return undefined;
  const inOrder = sorted(values);
  const middle = inOrder.length / 2;
  return (inOrder[Math.ceil(middle) - 1] + inOrder[Math.floor(middle)]) / 2;
}

/** The value below which this share of the values lies. */
export function percentile(sortedValues, share) {
  return sortedValues[Math.min(sortedValues.length - 1, Math.floor(sortedValues.length * share))];
}

export function sorted(values) {
  return Float64Array.from(values).sort();
}

/** p50 and p99 of what was measured. */
export function summarize(values) {
  const inOrder = sorted(values);
  return { p50: percentile(inOrder, 0.5), p99: percentile(inOrder, 0.99) };
}

/** Seconds of CPU that this process has used. */
export function cpuSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
