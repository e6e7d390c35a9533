import { formatNumber, formatRows, medianOf } from "./table.js";

const udpPeers = ["udx", "utp", "datachannel"];

/**
 * What earshot wants to reach. `measured` gives the number that must not be below (`least`) or above
 * (`most`) the bar, `undefined` when what it needs was not measured.
 *
 * @typedef {object} Bar
 * @property {string} what
 * @property {(of: Lookup) => number | undefined} measured
 * @property {number} [least]
 * @property {number} [most]
 */

/** @typedef {(workload: string, peer: string, key: string) => number | undefined} Lookup */

/** @type {readonly Bar[]} */
const bars = [
  ratio("bulk: Node TLS", { key: "megabytesPerSecond", in: "bulk", to: ["tls"], least: 0.6 }),
  ratio("bulk: fastest UDP peer", {
    key: "megabytesPerSecond",
    in: "bulk",
    to: udpPeers,
    least: 1.5,
  }),
  ratio("bulk in 1452-byte datagrams: fastest UDP peer", {
    key: "megabytesPerSecond",
    in: "bulk-1452",
    to: udpPeers,
    least: 0.9,
  }),
  ratio("round trip p50: Node TLS", { key: "p50", in: "round-trip", to: ["tls"], most: 1.4 }),
  ratio("round trip p99: Node TLS", { key: "p99", in: "round-trip", to: ["tls"], most: 1.5 }),
  ratio("200-byte messages: fastest UDP peer", {
    key: "perSecond",
    in: "messages",
    to: udpPeers,
    least: 1,
  }),
  ratio("deliveries to 1,000: Node TLS", {
    key: "perSecond",
    in: "fan-out-1000",
    to: ["tls"],
    least: 0.85,
  }),
  value("last of 1,000, p99 ms", { key: "p99", in: "fan-out-1000", most: 25 }),
  value("server CPU us per delivery, bursts", { key: "burstCpu", in: "fan-out-1000", most: 5 }),
  value("server CPU us per delivery, single", { key: "singleCpu", in: "fan-out-1000", most: 15 }),
  ratio("1,000 connections: Node TLS's time", { key: "ms", in: "storm", to: ["tls"], most: 1 }),
  value("1,000 connections: server CPU s", { key: "serverCpu", in: "storm", most: 0.8 }),
  value("beside bulk, p50 ms", { key: "p50", in: "beside-bulk", most: 1 }),
  value("beside bulk, p99 ms", { key: "p99", in: "beside-bulk", most: 5 }),
  {
    what: "beside bulk on a link, p50 ms over base",
    measured: (of) => {
      const p50 = of("link-beside-bulk", "earshot", "p50");
      return p50 === undefined ? undefined : p50 - of("link-beside-bulk", "earshot", "base");
    },
    most: 25,
  },
  ...["100M-20ms-1%", "100M-20ms-5%", "100M-20ms-20%", "10M-50ms-1%", "10M-50ms-5%", "10M-50ms-20%"]
    .map((link) => `link-${link}`)
    .map((link) =>
      ratio(`${link}: best UDP peer`, {
        key: "megabytesPerSecond",
        in: link,
        to: udpPeers,
        least: 1,
      }),
    ),
  ofMillion("lines/s stored, synced", { key: "storedPerSecond", least: 10_000 }),
  ofMillion("last page of a million lines, p95 ms", { key: "pageP95", most: 20 }),
  ofMillion("search in a million lines, p95 ms", { key: "searchP95", most: 50 }),
  ofMillion("start with a million lines, ms", { key: "startMs", most: 1_000 }),
  value("first server found, p95 ms", { key: "firstP95", in: "discovery", most: 50 }),
  value("found after process start, ms", { key: "startedMs", in: "discovery", most: 150 }),
  value("gone after its goodbye, ms", { key: "goneMs", in: "discovery", most: 100 }),
  value("gone after a crash, ms", { key: "crashMs", in: "discovery", most: 3_000 }),
  value("300 servers listed, ms", { key: "allMs", in: "discovery", most: 250 }),
  value("flood of 5,000 beacons/s, % of a core", { key: "floodCpu", in: "discovery", most: 6 }),
  value("idle server's discovery, % of a core", { key: "idleCpu", in: "discovery", most: 0.1 }),
  value("idle server's beacons, B/s per adapter", { key: "idleBytes", in: "discovery", most: 64 }),
  value("a line to 1,000 at 200/s, p99 ms", { key: "p99", in: "crowd", most: 250 }),
  value("1,000 come at once, ms", { key: "joinMs", in: "crowd", most: 5000 }),
  value("server with 1,000 online, MiB", { key: "serverMebibytes", in: "crowd", most: 300 }),
  {
    what: "a file with hash and disk: earshot's own bulk x",
    measured: (of) => {
      const file = of("files", "earshot", "megabytesPerSecond");
      const bulk = of("bulk", "earshot", "megabytesPerSecond");
      return file === undefined || bulk === undefined ? undefined : file / bulk;
    },
    least: 0.8,
  },
  value("a line beside a file, p99 ms", { key: "p99", in: "files", most: 5 }),
  value("key to echo, p50 ms", { key: "echoP50", in: "tui", most: 1 }),
  value("key to echo, p95 ms", { key: "echoP95", in: "tui", most: 4 }),
  value("key to echo at 500 lines/s, p50 ms", { key: "busyEchoP50", in: "tui", most: 1 }),
  value("key to echo at 500 lines/s, p95 ms", { key: "busyEchoP95", in: "tui", most: 8 }),
  value("10,000 lines at once, ms", { key: "burstMs", in: "tui", most: 250 }),
  ratio("10,000 lines at once: irssi", { key: "burstMs", in: "tui", to: ["irssi"], most: 1 }),
  ratio("10,000 lines at once: WeeChat", { key: "burstMs", in: "tui", to: ["weechat"], most: 1 }),
  value("terminal at 500 lines/s, % of a core", { key: "busyCpu", in: "tui", most: 15 }),
  ratio("CPU at 500 lines/s: WeeChat", { key: "busyCpu", in: "tui", to: ["weechat"], most: 1 }),
  value("start to the picker over bare Node, ms", { key: "overNodeMs", in: "tui", most: 90 }),
  value("terminal at start, MiB", { key: "startMebibytes", in: "tui", most: 75 }),
  value("terminal after 10,000 lines, MiB", { key: "fullMebibytes", in: "tui", most: 95 }),
  value("PgUp with all lines that are kept, ms", { key: "pageMs", in: "tui", most: 5 }),
  value("event loop's wait while stalled, ms", { key: "stallLagMs", in: "tui", most: 100 }),
  value("KiB per idle connection", { key: "processKib", in: "idle", most: 16 }),
];

/**
 * The bars with what was measured, as a Markdown table; those that need what was not measured are
 * left out, and `undefined` when that is all of them.
 *
 * @param {Map<string, Map<string, import("./table.js").Runs>>} runs By workload and peer.
 */
export function formatBars(runs) {
  const lookup = (workload, peer, key) => medianOf(runs.get(workload)?.get(peer), key);
  const rows = bars.flatMap(({ what, measured, least, most }) => {
    const number = measured(lookup);
    if (number === undefined) return [];
    const isReached = least === undefined ? number <= most : least <= number;
    const wanted = least === undefined ? `at most ${most}` : `at least ${least}`;
    return [[what, wanted, formatNumber(number), isReached ? "reached" : "**missed**"]];
  });
  return rows.length === 0 ? undefined : formatRows(["what", "bar", "measured", ""], rows);
}

function value(what, { key, in: workload, ...limits }) {
  return { what, measured: (of) => of(workload, "earshot", key), ...limits };
}

/** A number of the store, which only counts with a million lines. */
function ofMillion(what, { key, ...limits }) {
  const measured = (of) =>
    of("store", "earshot", "lineCount") === 1_000_000 ? of("store", "earshot", key) : undefined;
  return { what, measured, ...limits };
}

/** earshot's number as a multiple of the best of some peers. */
function ratio(what, { key, in: workload, to, ...limits }) {
  const best = limits.least === undefined ? Math.min : Math.max;
  return {
    what: `${what} x`,
    measured: (of) => {
      const own = of(workload, "earshot", key);
      const others = to
        .map((peer) => of(workload, peer, key))
        .filter((other) => other !== undefined);
      return own === undefined || others.length === 0 ? undefined : own / best(...others);
    },
    ...limits,
  };
}
