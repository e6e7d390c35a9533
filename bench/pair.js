import { spawn, spawnSync } from "node:child_process";
import { availableParallelism, cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { openLink } from "./link.js";
import { cpuSeconds } from "./statistics.js";

const host = "127.0.0.1";

/** The end of what a process wrote to stderr, for its error message. */
const stderrLengthMax = 500;

/** Whether each end can have a core of its own. */
export const canPin =
  2 <= availableParallelism() && spawnSync("taskset", ["--version"]).status === 0;

const cores = { server: 1, client: 0 };

/**
 * Measures once: a fresh process for each end, on loopback, both ended afterwards.
 *
 * @param {object} task
 * @param {string} task.workload
 * @param {string} task.peer
 * @param {object} task.options
 * @param {number} task.msMax When it takes longer it has failed.
 * @param {number} task.seed
 * @param {import("./link.js").LinkShape} [task.link]
 * @param {boolean} [task.isPinned] Whether each end has a core of its own, where that can be.
 * @param {readonly string[]} [task.nodeFlags] More flags for Node at both ends, such as `--cpu-prof`.
 * @returns {Promise<Record<string, number>>} What the workload gives, and `otherLoad`: the cores that
 *   others on this machine used meanwhile. Rejects when it fails or takes too long.
 */
export async function measure({ link, seed, msMax, isPinned = true, nodeFlags = [], ...task }) {
  const startedAt = performance.now();
  const busyBefore = busySeconds();
  const cpuBefore = cpuSeconds();
  const ends = [];
  const closers = [];
  let timer;
  const late = new Promise((_, reject) => {
    const fail = () => reject(new Error(`not done after ${msMax / 1000} s`));
    timer = setTimeout(fail, msMax);
  });
  const start = (role, job) => {
    const end = new End(role, { ...task, host, ...job }, { flags: nodeFlags, isPinned });
    ends.push(end);
    return end;
  };
  const run = async () => {
    const server = start("server", {});
    let { port, hint } = await server.next("ready");
    if (link !== undefined) {
      const relay = await openLink(link, { host, port, seed });
      closers.push(relay.close);
      port = relay.port;
    }
    const client = start("client", { port, hint });
    // The two ends talk about the measurement by way of us, beside the transport under test.
    client.on("call", (call) => server.send(call));
    server.on("answer", (answer) => client.send(answer));
    const { result, cpu } = await Promise.race([client.next("result"), server.whenFailed]);
    server.send({ id: -1, name: "cpu" });
    const { value: serverCpu } = await server.next("answer");
    const own = cpu + serverCpu + cpuSeconds() - cpuBefore;
    const seconds = (performance.now() - startedAt) / 1000;
    return { ...result, otherLoad: Math.max(0, busySeconds() - busyBefore - own) / seconds };
  };
  try {
    return await Promise.race([run(), late]);
  } finally {
    clearTimeout(timer);
    await Promise.all(ends.map((end) => end.stop()));
    for (const close of closers) await close();
  }
}

/** A process and what it says. */
class End {
  /** Rejects when the process fails; never resolves. */
  whenFailed;
  #child;
  #listeners = new Map();
  #whenExited;

  constructor(role, task, { flags, isPinned }) {
    const script = fileURLToPath(new URL("end.js", import.meta.url));
    const node = [process.execPath, "--expose-gc", ...flags, script, role, JSON.stringify(task)];
    const [command, ...rest] =
      isPinned && canPin ? ["taskset", "-c", String(cores[role]), ...node] : node;
    this.#child = spawn(command, rest, { stdio: ["ignore", "ignore", "pipe", "ipc"] });
    let stderr = "";
    this.#child.stderr.on("data", (chunk) => {
      stderr = (stderr + chunk).slice(-stderrLengthMax);
    });
    this.#child.on("message", (message) => this.#listeners.get(message.type)?.(message));
    this.#whenExited = new Promise((resolve) => this.#child.once("exit", resolve));
    this.whenFailed = new Promise((_, reject) => {
      this.on("failed", ({ message }) => reject(new Error(`${role}: ${message}`)));
      this.#child.once("error", reject);
      this.#child.once("exit", (code, signal) => {
        reject(new Error(`${role} ended with ${code ?? signal}: ${stderr}`));
      });
    });
    // A failure after the result is of no interest.
    this.whenFailed.catch(() => undefined);
  }

  /** Calls back for each message of a type; one listener a type. */
  on(type, listener) {
    this.#listeners.set(type, listener);
  }

  /** The next message of a type. */
  next(type) {
    const next = new Promise((resolve) => this.on(type, resolve));
    return Promise.race([next, this.whenFailed]);
  }

  send(message) {
    if (this.#child.connected) this.#child.send(message);
  }

  /** Lets it end by itself, which is when Node writes profiles, and ends it when it does not. */
  async stop() {
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 1000);
    await this.#whenExited;
    clearTimeout(timer);
  }
}

/** Seconds of CPU that everything on this machine has used. */
function busySeconds() {
  let ms = 0;
  for (const { times } of cpus()) ms += times.user + times.nice + times.sys + times.irq;
  return ms / 1000;
}
