import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** One JSON line that a program printed. */
export interface Line {
  readonly type?: unknown;
  readonly ref?: unknown;
  readonly name?: unknown;
  readonly port?: unknown;
  readonly via?: unknown;
  readonly count?: unknown;
  readonly names?: unknown;
  readonly sequence?: unknown;
  readonly author?: unknown;
  readonly text?: unknown;
  readonly id?: unknown;
  readonly entries?: unknown;
  readonly hasMore?: unknown;
  readonly [field: string]: unknown;
}

/** A running program that speaks JSON lines. */
export class Program {
  readonly lines: Line[] = [];
  /** Resolves when it has ended; `undefined` when a signal ended it. */
  readonly exitCode: Promise<number | undefined>;
  readonly #child: ChildProcess;
  readonly #command: string;
  #errors = "";
  readonly #onLine: (() => void)[] = [];

  constructor(command: readonly string[], env: NodeJS.ProcessEnv) {
    const [program, ...args] = command;
    this.#command = command.join(" ");
    const child = spawn(program!, args, { env, stdio: "pipe" });
    this.#child = child;
    this.exitCode = once(child, "close").then(([code]) => code ?? undefined);
    child.stderr.on("data", (data) => {
      this.#errors += data;
    });
    // A program that was killed no longer reads.
    child.stdin.on("error", () => {});
    createInterface(child.stdout).on("line", (text) => {
      this.lines.push(JSON.parse(text));
      for (const notice of this.#onLine.splice(0)) notice();
    });
  }

  /** Seconds of CPU that it has used so far. */
  get cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, "utf8");
    // After the name, which may have anything in it: fields 14 and 15, in ticks of 10 ms.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  /** What it wrote to stderr. */
  get errors(): string {
    return this.#errors;
  }

  send(request: object): void {
    this.#child.stdin?.write(`${JSON.stringify(request)}\n`);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** All lines that are like this, so far. */
  all(like: Line): readonly Line[] {
    return this.lines.filter((line) => isLike(line, like));
  }

  /** The first line like this that was or will be printed. */
  async first(like: Line, timeoutMs = 10_000): Promise<Line> {
    await this.until(() => 0 < this.all(like).length, JSON.stringify(like), timeoutMs);
    return this.all(like)[0]!;
  }

  /** Waits until the lines fulfil a condition; `what` is told when they never do. */
  async until(condition: () => boolean, what: string, timeoutMs = 10_000): Promise<void> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const late = once(timeout, "abort");
    while (!condition()) {
      const line = new Promise<void>((resolve) => {
        this.#onLine.push(resolve);
      });
      await Promise.race([line, late]);
      if (timeout.aborted && !condition()) throw new Error(this.#report(what, timeoutMs));
    }
  }

  #report(what: string, timeoutMs: number): string {
    const last = this.lines.slice(-20).map((line) => JSON.stringify(line));
    return [
      `waited ${timeoutMs} ms in vain for ${what}`,
      this.#command,
      ...last,
      this.#errors,
    ].join("\n");
  }
}

function isLike(line: Line, like: Line): boolean {
  return Object.entries(like).every(([field, value]) => line[field] === value);
}
