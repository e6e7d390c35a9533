import { spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";

/** The window of every program that is measured. */
const columns = 120;
const rows = 40;

/** How long anything may take that should take milliseconds. */
const patienceMs = 20_000;

/** The end of what was drawn, in which texts are looked for: longer than any frame. */
const seenLengthMax = 65_536;

/** After so long without output a program has drawn what it had to draw. */
const quietMs = 60;

/** Ticks of the system's clock in a second, in which it counts CPU time. */
const ticksPerSecond = Number(spawnSync("getconf", ["CLK_TCK"], { encoding: "utf8" }).stdout);

/** Why no program can be run in a terminal here, or `undefined` when it can. */
export const noPty = process.platform === "linux" ? missing("script") : "it needs Linux's /proc";

/** A program in a terminal of its own (the `script` of util-linux), and what it draws. */
export class PtyProgram {
  /** When it was started and when it last drew something, as of performance.now(). */
  startedAt = performance.now();
  drawnAt = 0;
  #child;
  #decoder = new StringDecoder("utf8");
  #seen = "";
  #watchers = new Set();

  /** @param {readonly string[]} command @param {NodeJS.ProcessEnv} env */
  constructor(command, env) {
    const words = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
    const line = `stty cols ${columns} rows ${rows}; exec ${words}`;
    this.#child = spawn("script", ["-qec", line, "/dev/null"], {
      env: { ...process.env, TERM: "xterm-256color", LANG: "C.UTF-8", ...env },
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#child.stdout.on("data", (chunk) => this.#see(chunk));
    process.once("exit", () => this.#child.kill("SIGKILL"));
  }

  /** Waits until it has drawn the text after this call; gives the milliseconds that took. */
  draws(text) {
    this.#seen = "";
    const calledAt = performance.now();
    return new Promise((resolve, reject) => {
      const watcher = () => {
        if (!this.#seen.includes(text)) return;
        clearTimeout(timer);
        this.#watchers.delete(watcher);
        resolve(this.drawnAt - calledAt);
      };
      const fail = () => {
        this.#watchers.delete(watcher);
        reject(new Error(`never drew ${text}, but ${JSON.stringify(this.#seen.slice(-500))}`));
      };
      const timer = setTimeout(fail, patienceMs);
      this.#watchers.add(watcher);
    });
  }

  /** Presses keys; gives the milliseconds until it has drawn the text. */
  press(keys, text) {
    const drawn = this.draws(text);
    this.type(keys);
    return drawn;
  }

  /** Presses keys; gives the milliseconds until the end of what it drew for them. */
  async pressAndSettle(keys) {
    const pressedAt = performance.now();
    this.type(keys);
    const deadline = pressedAt + patienceMs;
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, quietMs));
      const now = performance.now();
      if (pressedAt < this.drawnAt && this.drawnAt + quietMs < now) break;
      if (deadline < now) throw new Error("drew nothing for a key");
    }
    return this.drawnAt - pressedAt;
  }

  type(keys) {
    this.#child.stdin.write(keys);
  }

  /** Nobody reads what it draws, from now on. */
  stall() {
    this.#child.stdout.pause();
  }

  resume() {
    this.#child.stdout.resume();
  }

  /** Stops the process, and lets it go on. */
  freeze() {
    process.kill(this.#processId(), "SIGSTOP");
  }

  thaw() {
    // `script` stops itself with its child.
    this.#child.kill("SIGCONT");
    process.kill(this.#processId(), "SIGCONT");
  }

  /** Seconds of CPU that it has used. */
  cpuSeconds() {
    const stat = readFileSync(`/proc/${this.#processId()}/stat`, "utf8");
    // The name, in brackets, may have spaces.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  }

  /** MiB of memory in use. */
  mebibytes() {
    const status = readFileSync(`/proc/${this.#processId()}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024;
  }

  signal(name) {
    process.kill(this.#processId(), name);
  }

  async end() {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.signal("SIGKILL");
    await ended;
  }

  #see(chunk) {
    this.drawnAt = performance.now();
    this.#seen = (this.#seen + this.#decoder.write(chunk)).slice(-seenLengthMax);
    for (const watcher of [...this.#watchers]) watcher();
  }

  /** The only child of `script` is the program itself. */
  #processId() {
    const { pid } = this.#child;
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim());
  }
}

/** Why a program cannot be used, or `undefined`. */
export function missing(program) {
  const { status } = spawnSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" });
  return status === 0 ? undefined : `${program} is not installed`;
}

/** Puts a file in a directory. */
export function put(directory, name, text) {
  writeFileSync(`${directory}/${name}`, text);
}
