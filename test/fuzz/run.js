// Gives every decoder its share of many inputs: `npm run fuzz [-- COUNT [SEED]]`, 10 million of a new seed.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const vitest = fileURLToPath(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));

const newSeed = String(Math.floor(Math.random() * 2 ** 32));
const [count = "10000000", seed = newSeed] = process.argv.slice(2);
if (!(Number(count) > 0) || !Number.isInteger(Number(seed))) {
  process.stderr.write("usage: npm run fuzz [-- COUNT [SEED]]\n");
  process.exit(2);
}

process.stdout.write("| decoder | inputs | taken | dropped | inputs/s | slowest 1,000, CPU ms |\n");
process.stdout.write("| --- | --- | --- | --- | --- | --- |\n");
const child = spawn(process.execPath, [vitest, "run", "--project", "parts", "test/fuzz"], {
  cwd: root,
  env: { ...process.env, EARSHOT_FUZZ: count, EARSHOT_FUZZ_SEED: seed },
  stdio: "inherit",
});
child.on("exit", (code) => {
  process.stdout.write(`repeat it: npm run fuzz -- ${count} ${seed}\n`);
  process.exitCode = code ?? 1;
});
