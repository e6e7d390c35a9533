import { execFileSync, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";

/** Why nothing can be tried in a real terminal here, or `undefined` when it can. */
export const noTmux: string | undefined =
  spawnSync("tmux", ["-V"]).status === 0 ? undefined : "tmux is not installed";

const patienceMs = 20_000;
const lookAgainMs = 30;

/** A terminal of 100 x 30 cells in a tmux server of its own. `await using` ends it. */
export class TmuxTerminal implements AsyncDisposable {
  readonly #socket = `earshot-test-${randomUUID()}`;

  /** Runs the command; its exit code is shown as `ended with N` when it ends. */
  constructor(command: readonly string[], env: Readonly<Record<string, string>>) {
    const assignments = Object.entries(env).map(([name, value]) => `${name}=${quoted(value)}`);
    const line = [...assignments, ...command.map(quoted)].join(" ");
    const shell = `${line}; echo ended with $?; exec cat`;
    this.#run("new-session", "-d", "-x", "100", "-y", "30", shell);
  }

  /** Presses keys by their tmux names: `Enter`, `C-q`. */
  press(...keys: string[]): void {
    this.#run("send-keys", ...keys);
  }

  type(text: string): void {
    this.#run("send-keys", "-l", text);
  }

  /** The screen now, a line per row. */
  screen(): string {
    return this.#run("capture-pane", "-p");
  }

  /** Waits until the screen shows it, and gives the screen. */
  async shows(pattern: RegExp): Promise<string> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const screen = this.screen();
      if (pattern.test(screen)) return screen;
      if (deadline < performance.now()) throw new Error(`no ${pattern} on the screen:\n${screen}`);
      await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#run("kill-server");
  }

  #run(...words: string[]): string {
    const options = ["-L", this.#socket, "-f", "/dev/null"];
    return execFileSync("tmux", [...options, ...words], { encoding: "utf8" });
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
