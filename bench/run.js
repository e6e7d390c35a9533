import { readFileSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import { parseArgs } from "node:util";
import { fastestAead } from "../dist/transport/fastest-aead.js";
import { formatBars } from "./bars.js";
import { canPin, measure } from "./pair.js";
import { loadPeer, peerNames } from "./peer.js";
import { formatNumber, formatTable } from "./table.js";
import { workloads } from "./workloads.js";

/** Whom `--quick` leaves out unless they are named. */
const slowPeers = ["ws", "datachannel"];

/** Who is measured only when it is named. */
const namedPeers = ["earshot-node"];

const help = `Measures earshot beside other transports, on loopback only.

  npm run bench -- [--only bulk,link] [--peers earshot,tcp] [--reps 3] [--quick] [--record]

  --only    workloads whose names begin so: ${Object.keys(workloads).join(", ")}
  --peers   ${peerNames.join(", ")}; all but ${namedPeers.join(" and ")} when absent
  --reps    measurements of each, of which the median counts; 3 when absent
  --quick   one short measurement of each, in 90 seconds, without ${slowPeers.join(" and ")}
  --profile DIRECTORY   writes a CPU profile of every process there
  --record  puts the result into docs/PERFORMANCE.md
`;

/**
 * How long a measurement may take (the longest should take 7 s, quick 2 s), and when the last one is
 * begun: ten minutes, quick 90 seconds, less one measurement.
 */
const limits = { msMax: 12_000, lastStartMs: 588_000 };
const quickLimits = { msMax: 6_000, lastStartMs: 84_000 };

const performanceDoc = new URL("../docs/PERFORMANCE.md", import.meta.url);
const recordStart = "<!-- measured -->";
const recordEnd = "<!-- /measured -->";

await main();

async function main() {
  const plan = await makePlan();
  if (plan === undefined) return;
  const runs = new Map();
  const startedAt = performance.now();
  for (const task of tasksOf(plan)) {
    if (plan.limits.lastStartMs < performance.now() - startedAt) {
      tell("The time is over: the rest is left out.\n");
      break;
    }
    await runTask(task, plan, runs);
  }
  const report = formatReport(plan, runs, (performance.now() - startedAt) / 1000);
  process.stdout.write(report);
  if (plan.isRecorded) record(report);
}

/** What the command line asks for, as far as it is possible here; `undefined` when it asks for help. */
async function makePlan() {
  const { values } = parseArgs({
    options: {
      only: { type: "string", default: "" },
      peers: { type: "string" },
      reps: { type: "string" },
      quick: { type: "boolean", default: false },
      profile: { type: "string" },
      record: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    tell(help);
    return undefined;
  }
  const left = [...namedPeers, ...(values.quick ? slowPeers : [])];
  const defaultPeers = peerNames.filter((name) => !left.includes(name));
  const prefixes = values.only.split(",");
  const names = Object.keys(workloads)
    .filter((name) => prefixes.some((prefix) => name.startsWith(prefix)))
    .filter((name) => !values.quick || workloads[name].isQuick !== false);
  if (names.length === 0) throw new Error(`no workload begins with ${values.only}`);
  const { name: sealedBy } = await fastestAead();
  return {
    names,
    sealedBy,
    peers: await loadPeers(values.peers?.split(",") ?? defaultPeers),
    reps: Number(values.reps ?? (values.quick ? 1 : 3)),
    isQuick: values.quick,
    limits: values.quick ? quickLimits : limits,
    isRecorded: values.record,
    nodeFlags:
      values.profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${values.profile}`],
  };
}

/** The peers that can be loaded; says why the others cannot. */
async function loadPeers(names) {
  const peers = new Map();
  for (const name of names) {
    if (!peerNames.includes(name)) throw new Error(`there is no peer ${name}`);
    try {
      peers.set(name, await loadPeer(name));
    } catch (error) {
      if (name === "earshot") throw error;
      const isMissing = error.code === "ERR_MODULE_NOT_FOUND";
      const advice = isMissing ? "; `npm --prefix bench install` installs what can be" : "";
      tell(`Without ${name}: ${error.message.split("\n")[0]}${advice}\n`);
    }
  }
  return peers;
}

/** Round after round, so that a disturbance of some seconds meets different peers. */
function* tasksOf({ names, peers, reps }) {
  for (let rep = 0; rep < reps; rep += 1) {
    for (const name of names) {
      for (const [peer, module] of peers) {
        const { repsMax = reps } = workloads[name];
        const isWanted = rep < repsMax && isPossible(workloads[name], peer, module);
        if (isWanted) yield { rep, name, peer };
      }
    }
  }
}

/** Whether a peer can do what a workload asks for. */
function isPossible(workload, name, { wire, isRelayable, connectionCountMax }) {
  const { peers: only, link, datagramBytesMax, options } = workload;
  return (
    (only === undefined ? wire !== undefined : only.includes(name)) &&
    (link === undefined || isRelayable) &&
    (datagramBytesMax === undefined || wire === "udp") &&
    (connectionCountMax === undefined || (options.connectionCount ?? 1) <= connectionCountMax)
  );
}

async function runTask({ rep, name, peer }, plan, runs) {
  const { columns, link, isPinned, nodeFlags = [], options, quickOptions } = workloads[name];
  const { msMax = plan.limits.msMax } = workloads[name];
  if (!runs.has(name)) runs.set(name, new Map());
  const byPeer = runs.get(name);
  if (!byPeer.has(peer)) byPeer.set(peer, { results: [], failures: [] });
  const { results, failures } = byPeer.get(peer);
  const task = { workload: name, peer, link, seed: 1 + rep };
  const [main] = columns;
  try {
    const result = await measure({
      ...task,
      options: plan.isQuick ? (quickOptions ?? options) : options,
      msMax,
      isPinned,
      nodeFlags: [...nodeFlags, ...plan.nodeFlags],
    });
    results.push(result);
    tell(`${rep + 1} ${name} ${peer}: ${formatNumber(result[main.key])} ${main.head}\n`);
  } catch (error) {
    failures.push(error.message.split("\n")[0]);
    tell(`${rep + 1} ${name} ${peer}: failed: ${error.message}\n`);
  }
}

function formatReport({ peers, reps, sealedBy }, runs, seconds) {
  const parts = [
    describeMachine(peers, sealedBy),
    `Medians of at most ${reps} runs, in ${Math.round(seconds)} s. "earshot is" compares the first number, 2.00 x is ` +
      'twice as good; "other load" is how many cores others on the machine used meanwhile.',
  ];
  const bars = formatBars(runs);
  if (bars !== undefined) parts.push("### Bars", bars);
  for (const [name, byPeer] of runs) {
    const isSealed = (peer) => peers.get(peer).isSealed;
    parts.push(`### ${workloads[name].title} (\`${name}\`)`);
    parts.push(formatTable(workloads[name], byPeer, isSealed));
  }
  return `${parts.join("\n\n")}\n`;
}

function describeMachine(peers, sealedBy) {
  const { optionalDependencies } = readJson("package.json");
  const { version } = readJson("../package.json");
  const models = new Set(cpus().map(({ model }) => model.trim()));
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  const packages = Object.entries(optionalDependencies).map((pair) => pair.join(" "));
  return [
    `- ${new Date().toISOString().slice(0, 10)}, earshot ${version} beside ${[...peers.keys()].join(", ")}`,
    `- ${cpus().length} x ${[...models].join(", ")}, ${gibibytes} GiB, ${type()} ${release()}, ` +
      `ends ${canPin ? "pinned to a core each" : "not pinned"}`,
    `- earshot's packets are sealed by ${sealedBy}`,
    `- Node ${process.versions.node}, OpenSSL ${process.versions.openssl}, ${packages.join(", ")}`,
  ].join("\n");
}

function readJson(path) {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
}

/** Replaces what the last run put between the two marks. */
function record(report) {
  const text = readFileSync(performanceDoc, "utf8");
  const start = text.indexOf(recordStart) + recordStart.length;
  const end = text.indexOf(recordEnd);
  writeFileSync(performanceDoc, `${text.slice(0, start)}\n\n${report}\n${text.slice(end)}`);
}

/** Progress goes beside the result, so that this can be sent to a file. */
function tell(text) {
  process.stderr.write(text);
}
