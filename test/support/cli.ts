import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TmuxTerminal } from "./tmux.ts";

const program = fileURLToPath(new URL("../../dist/program/main.js", import.meta.url));

/** How long a test waits for something that should take milliseconds, on a machine that is busy. */
const patienceMs = 20_000;

/** A line that a command printed: whichever of these fields it has; a test that looks knows. */
export interface Line {
  readonly type: string;
  readonly ref: unknown;
  readonly id: string;
  readonly sequence: number;
  readonly author: string;
  readonly text: string;
  readonly entries: readonly { readonly text: string }[];
  readonly state: string;
  readonly reason: string | undefined;
  readonly message: string;
  readonly name: string;
  readonly trust: string;
  readonly fingerprint: string;
  readonly data: string;
  readonly port: number;
  readonly addresses: readonly string[];
  readonly links: readonly string[];
}

/** A server that is ready, and what it says of itself. */
export interface ServedServer {
  readonly server: CliProcess;
  readonly address: string;
  readonly data: string;
  readonly id: string;
  readonly fingerprint: string;
}

const running = new Set<ChildProcessWithoutNullStreams>();

function killAll(): void {
  for (const child of running) child.kill("SIGKILL");
}

process.on("exit", killAll);
// A worker that took too long is ended by a signal.
process.on("SIGTERM", () => {
  killAll();
  process.exit(1);
});

/**
 * A network of processes on the loopback adapter, with a discovery port and a data directory of its
 * own. `await using` ends all of them.
 */
export class CliLan implements AsyncDisposable {
  readonly data: string = mkdtempSync(join(tmpdir(), "earshot-system-"));
  readonly discoveryPort: number;
  readonly #processes: CliProcess[] = [];

  private constructor(discoveryPort: number) {
    this.discoveryPort = discoveryPort;
  }

  static async open(): Promise<CliLan> {
    return new CliLan(await freePort());
  }

  /** The same network, with another data directory. */
  otherUser(): CliLan {
    return new CliLan(this.discoveryPort);
  }

  /** Starts the program with these words; the network's options are added. */
  start(...words: string[]): CliProcess {
    return this.startBare(...words, ...this.#options());
  }

  /** Starts the chat in a terminal. */
  terminal(...words: string[]): TmuxTerminal {
    const command = [process.execPath, program, ...words, ...this.#options()];
    return new TmuxTerminal(command, { EARSHOT_INTERFACE: "lo", LC_ALL: "C.UTF-8" });
  }

  /** Starts the program with nothing but these words. It still cannot leave the loopback adapter. */
  startBare(...words: string[]): CliProcess {
    const started = new CliProcess(words);
    this.#processes.push(started);
    return started;
  }

  /** A server that is ready. */
  async serve(...words: string[]): Promise<ServedServer> {
    // Not the documented port: files of tests run side by side.
    const own = words.includes("--port") ? [] : ["--port", String(await freePort())];
    const server = this.start("serve", "--json", ...own, ...words);
    const { addresses, port, data, id, fingerprint } = await server.line({ type: "listening" });
    return { server, address: `${addresses[0]}:${port}`, data, id, fingerprint };
  }

  /** A bot that is in the lobby. */
  async bot(nick: string, ...words: string[]): Promise<CliProcess> {
    const wait = ["--wait", String(patienceMs)];
    const bot = this.start("bot", "--nick", nick, "--room", "lobby", ...wait, ...words);
    await bot.line({ type: "joined", room: "lobby", nick });
    return bot;
  }

  #options(): string[] {
    const port = String(this.discoveryPort);
    return ["--interface", "lo", "--discovery-port", port, "--data", this.data];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#processes.map((started) => started.kill("SIGKILL")));
    rmSync(this.data, { recursive: true, force: true });
  }
}

/** One run of the program. */
export class CliProcess {
  /** What it printed to stdout, by line, JSON where it is JSON. */
  readonly lines: Line[] = [];
  stdout = "";
  stderr = "";
  readonly #words: readonly string[];
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #exited: Promise<unknown>;
  #partial = "";
  readonly #waiting = new Set<() => void>();

  constructor(words: readonly string[]) {
    this.#words = words;
    const env = { ...process.env, EARSHOT_INTERFACE: "lo", EARSHOT_DATA: "", NO_COLOR: "1" };
    this.#child = spawn(process.execPath, [program, ...words], { env });
    running.add(this.#child);
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => this.#read(text));
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
      this.#handleProgress();
    });
    this.#child.stdin.on("error", () => undefined);
    this.#exited = once(this.#child, "close").then(() => {
      running.delete(this.#child);
      this.#handleProgress();
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Stops taking its output, as a reader that hangs. */
  pauseReading(): void {
    this.#child.stdout.pause();
  }

  resumeReading(): void {
    this.#child.stdout.resume();
  }

  /** Closes our end of its output, as `head` does. */
  hangUp(): void {
    this.#child.stdout.destroy();
  }

  send(request: object): void {
    this.write(`${JSON.stringify(request)}\n`);
  }

  write(text: string): void {
    this.#child.stdin.write(text);
  }

  endInput(text = ""): void {
    this.#child.stdin.end(text);
  }

  /** The first line that has these fields, from `from` on; waits for it. */
  async line(fields: object, from = 0): Promise<Line> {
    let found: Line | undefined;
    await this.until(() => {
      found = this.lines.slice(from).find((line) => hasFields(line, fields));
      return found !== undefined;
    }, JSON.stringify(fields));
    return found!;
  }

  /** Sends a request and gives its answer, `ok` or `error`. */
  async ask(request: object): Promise<Line> {
    const from = this.lines.length;
    const ref = `ask-${from}`;
    this.send({ ...request, ref });
    return this.line({ ref }, from);
  }

  linesOf(type: string): Line[] {
    return this.lines.filter((line) => line.type === type);
  }

  /** Waits until it is so; looks again whenever something was printed. */
  async until(isSo: () => boolean, what: string, waitMs = patienceMs): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        if (isSo()) finish(resolve);
        else if (!running.has(this.#child)) finish(() => reject(this.#vain(what)));
      };
      const finish = (settle: () => void) => {
        clearTimeout(timeout);
        this.#waiting.delete(look);
        settle();
      };
      const timeout = setTimeout(() => finish(() => reject(this.#vain(what))), waitMs);
      this.#waiting.add(look);
      look();
    });
  }

  /** Its exit code, or the signal that ended it. */
  async exit(): Promise<number | string> {
    await this.until(() => !running.has(this.#child), "its end");
    return this.#child.exitCode ?? this.#child.signalCode!;
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    this.#child.kill(signal);
    if (signal === "SIGKILL") await this.#exited;
  }

  #handleProgress(): void {
    for (const look of [...this.#waiting]) look();
  }

  #vain(what: string): Error {
    const command = `earshot ${this.#words.join(" ")}`;
    const end = this.#child.exitCode ?? this.#child.signalCode ?? "running";
    const printed = `${this.stdout.slice(-2_000)}\n${this.stderr}(${end})`;
    return new Error(`${command}: waited in vain for ${what}\n${printed}`);
  }

  #read(text: string): void {
    this.stdout += text;
    const parts = (this.#partial + text).split("\n");
    this.#partial = parts.pop()!;
    for (const part of parts) this.lines.push(toLine(part));
    this.#handleProgress();
  }
}

function toLine(text: string): Line {
  try {
    return JSON.parse(text);
  } catch {
    return { text } as Line;
  }
}

function hasFields(line: Line, fields: object): boolean {
  const found = new Map<string, unknown>(Object.entries(line));
  return Object.entries(fields).every(([name, value]) => found.get(name) === value);
}

/** A UDP port that nobody has now; for discovery several processes will share it. */
export async function freePort(): Promise<number> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}
