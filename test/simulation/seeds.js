// Runs many seeds of the simulated LAN in parallel processes: `npm run test:seeds [-- COUNT [FIRST]]`.
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

/** Ten times what a process takes for a piece on a slow machine; one that hangs is ended. */
const pieceMsMax = 300_000;

/** Seeds of one process: short enough that all cores end at the same time. */
const pieceSeedsMax = 50;

const vitest = fileURLToPath(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));

const [countText = "1000", firstText = "1"] = process.argv.slice(2);
const [count, first] = [Number(countText), Number(firstText)];
if (!Number.isInteger(count) || count < 1 || !Number.isInteger(first)) {
  process.stderr.write("usage: npm run test:seeds [-- COUNT [FIRST]]\n");
  process.exit(2);
}

/** Runs these seeds; its output, or `undefined` when all passed. */
function runPiece(from, seedCount) {
  const args = [vitest, "run", "--project", "parts", "test/simulation/lan.test.ts"];
  const child = spawn(process.execPath, [...args, "-t", "nothing acknowledged is lost"], {
    cwd: root,
    env: { ...process.env, EARSHOT_SEED: String(from), EARSHOT_SEEDS: String(seedCount) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data) => {
      output += data;
    });
  }
  const timeout = setTimeout(() => child.kill("SIGKILL"), pieceMsMax);
  return new Promise((resolve) => {
    child.on("close", (code) => {
      clearTimeout(timeout);
      resolve(code === 0 ? undefined : output);
    });
  });
}

const pieces = [];
for (let from = first; from < first + count; from += pieceSeedsMax) {
  pieces.push({ from, seedCount: Math.min(pieceSeedsMax, first + count - from) });
}

const startedAt = performance.now();
let failedCount = 0;

async function work() {
  for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) {
    const { from, seedCount } = piece;
    const output = await runPiece(from, seedCount);
    const name = `seeds ${from} to ${from + seedCount - 1}`;
    process.stdout.write(`${name}: ${output === undefined ? "passed" : "FAILED"}\n`);
    if (output === undefined) continue;
    failedCount += 1;
    process.stdout.write(`${output}\n`);
  }
}

await Promise.all(Array.from({ length: availableParallelism() }, work));
const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
process.stdout.write(`${count} seeds in ${seconds} s, ${failedCount} pieces failed\n`);
process.exitCode = failedCount === 0 ? 0 : 1;
