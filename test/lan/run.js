// Runs test/lan in a network of its own, or says why it cannot.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The tests take about 4 minutes; a run that hangs is ended. */
const runMsMax = 600_000;

const root = fileURLToPath(new URL("../..", import.meta.url));
const vitest = fileURLToPath(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url));

/** A new network, reached by nothing from outside, and a process list that ends with its first process. */
const isolation = ["--net", "--pid", "--fork", "--kill-child", "--mount-proc"];
const asUser = ["--user", "--map-root-user"];

function firstFailure(command, args) {
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status === 0) return undefined;
  return `${command}: ${error?.message ?? stderr.trim()}`;
}

/** The arguments for `unshare` that work here, or the reason why none do. */
function chooseIsolation() {
  if (process.platform !== "linux")
    return { reason: `${process.platform} has no network namespaces` };
  for (const [command, args] of [
    ["ip", ["-Version"]],
    ["nsenter", ["--version"]],
  ]) {
    const reason = firstFailure(command, args);
    if (reason !== undefined) return { reason };
  }
  const probe = [
    "--",
    "sh",
    "-c",
    "ip link add probe0 type veth peer name probe1 && ip link add probe2 type bridge",
  ];
  const asRoot = firstFailure("unshare", [...isolation, ...probe]);
  if (asRoot === undefined) return { args: isolation };
  const reason = firstFailure("unshare", [...asUser, ...isolation, ...probe]);
  if (reason === undefined) return { args: [...asUser, ...isolation] };
  return { reason };
}

const { args, reason } = chooseIsolation();
if (args === undefined) {
  process.stdout.write(`test:lan did not run: ${reason}\n`);
} else if (!existsSync(new URL("../../dist/program/main.js", import.meta.url))) {
  process.stderr.write("test:lan: dist/program/main.js is missing, run npm run build\n");
  process.exitCode = 1;
} else {
  const tests = [process.execPath, vitest, "run", "--config", "test/lan/vitest.config.ts"];
  const child = spawn("unshare", [...args, "--", ...tests, ...process.argv.slice(2)], {
    cwd: root,
    stdio: "inherit",
  });
  const timeout = setTimeout(() => child.kill("SIGKILL"), runMsMax);
  child.on("exit", (code, signal) => {
    clearTimeout(timeout);
    if (signal !== null) process.stderr.write(`test:lan: ended by ${signal}\n`);
    process.exitCode = code ?? 1;
  });
}
