import { median } from "./statistics.js";

/**
 * What was measured of one peer at one workload.
 *
 * @typedef {object} Runs
 * @property {Record<string, number>[]} results
 * @property {string[]} failures
 */

/**
 * A Markdown table of a workload, the best peer first. `earshot is` compares the first column: 2.00
 * says twice as good, whichever direction is good.
 *
 * @param {import("./workloads.js").Workload} workload
 * @param {Map<string, Runs>} runsOf By peer.
 * @param {(peer: string) => boolean} isSealed
 */
export function formatTable(workload, runsOf, isSealed) {
  const { columns } = workload;
  const [main] = columns;
  const medians = new Map();
  for (const [peer, runs] of runsOf) medians.set(peer, medianOf(runs, main.key));
  const betterness = (peer) => goodness(medians.get(peer), main);
  const peers = [...runsOf.keys()].sort((a, b) => betterness(b) - betterness(a));
  const rows = peers.map((peer) => {
    const runs = runsOf.get(peer);
    const values = runs.results.map((result) => result[main.key]);
    const ratio = betterness("earshot") / betterness(peer);
    return [
      peer === "earshot" ? "**earshot**" : peer,
      isSealed(peer) ? "yes" : "no",
      ...columns.map(({ key }) => formatNumber(medianOf(runs, key))),
      values.length === 0
        ? "-"
        : `${formatNumber(Math.min(...values))}..${formatNumber(Math.max(...values))}`,
      peer === "earshot" || !Number.isFinite(ratio) ? "-" : `${ratio.toFixed(2)} x`,
      formatNumber(medianOf(runs, "otherLoad")),
      runs.failures.length === 0
        ? String(runs.results.length)
        : `${runs.results.length}, failed ${runs.failures.length}: ${runs.failures[0]}`,
    ];
  });
  const heads = columns.map(({ head }) => head);
  const head = ["peer", "sealed", ...heads, "least..most", "earshot is", "other load", "runs"];
  return formatRows(head, rows);
}

/** @param {Runs | undefined} runs */
export function medianOf(runs, key) {
  return median((runs?.results ?? []).map((result) => result[key]));
}

/** A Markdown table. */
export function formatRows(head, rows) {
  const rule = head.map((_, column) => (column === 0 ? "---" : "---:"));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

export function formatNumber(value) {
  if (value === undefined || !Number.isFinite(value)) return "-";
  if (10_000 <= Math.abs(value)) return Math.round(value).toLocaleString("en-US");
  if (100 <= Math.abs(value)) return value.toFixed(0);
  return value.toFixed(10 <= Math.abs(value) ? 1 : 2);
}

/** A number that is larger the better; what was not measured is the worst. */
function goodness(value, { isLessBetter }) {
  if (value === undefined) return 0;
  return isLessBetter ? 1 / value : value;
}
