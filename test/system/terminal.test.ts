import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { temporaryDirectory } from "../support/directory.ts";

const program = fileURLToPath(new URL("../support/terminal-program.js", import.meta.url));

const leaveAlternate = "\x1b[?1049l";

/** Runs the program on pipes, presses keys once it is ready, and gives all that it wrote. */
async function runOnPipes(
  keys: string,
): Promise<{ code: number | null; out: string; err: string }> {
  const env = { ...process.env, TERM: "xterm-256color" };
  const child = spawn(process.execPath, [program], { env });
  let out = "";
  let err = "";
  let hasPressed = false;
  child.stdout.on("data", (chunk) => {
    out += chunk;
    if (hasPressed || !out.includes("ready")) return;
    hasPressed = true;
    child.stdin.end(keys);
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, out, err };
}

describe("a program with a full screen", () => {
  test.each([
    ["throws", "t", 1, "thrown on purpose"],
    ["leaves a promise rejected", "r", 1, "rejected on purpose"],
    ["exits", "e", 3, ""],
    ["closes", "c", 0, ""],
    ["prints and closes", "pc", 0, "printed meanwhile"],
    ["loses its input", "", 4, ""],
  ])("gives the terminal back once when it %s", async (_name, keys, code, message) => {
    const result = await runOnPipes(keys);
    expect(result.err).toContain(message);
    expect(result.code).toBe(code);
    expect(result.out.split(leaveAlternate)).toHaveLength(2);
    expect(result.out.endsWith("\x1b[?25h")).toBe(true);
  });
});

/** A shell in tmux: a real terminal with job control. */
class Shell {
  readonly #socket = `earshot-${process.pid}-${Math.random().toString(36).slice(2)}`;

  constructor(command = "env PS1='$ ' bash --norc --noprofile -i") {
    this.#tmux("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", command);
  }

  type(...keys: readonly string[]): void {
    this.#tmux("send-keys", ...keys);
  }

  /** Types the command line that starts the program, and waits until it is drawn. */
  async start(words: readonly string[] = [program], drawn = /^ready0/): Promise<void> {
    await this.until(/\$/);
    const line = [process.execPath, ...words].map((word) => `'${word}'`).join(" ");
    this.type("-l", `clear; ${line}`);
    this.type("Enter");
    await this.until(drawn);
  }

  /** Changes the window, as somebody does who drags its corner. */
  resize(columns: number, rows: number): void {
    this.#tmux("resize-window", "-x", `${columns}`, "-y", `${rows}`);
  }

  /** Closes the window. */
  close(): void {
    this.#tmux("kill-pane");
  }

  /** What is on the screen now. */
  screen(): string {
    return this.#tmux("capture-pane", "-p").trimEnd();
  }

  /** The modes that a program may leave behind, and whether it is drawn on the alternate screen. */
  modes(): string {
    const format =
      "#{alternate_on} #{cursor_flag} #{keypad_flag} #{keypad_cursor_flag} #{wrap_flag} #{mouse_any_flag}";
    return this.#tmux("display", "-p", format).trim();
  }

  /** The process of the program: the child of the shell. */
  programId(): number {
    const shell = this.#tmux("display", "-p", "#{pane_pid}").trim();
    return Number(execFileSync("pgrep", ["-P", shell], { encoding: "utf8" }).trim());
  }

  /** Waits until the program has ended, and says how. */
  async untilExit(code: number): Promise<void> {
    await this.until(/^\$ $|^\$$/m);
    this.type("-l", `echo "code=$?"`);
    this.type("Enter");
    await this.until(new RegExp(`^code=${code}$`, "m"));
  }

  async until(wanted: RegExp): Promise<void> {
    await poll(
      () => wanted.test(this.screen()),
      () => `no ${wanted} on\n${this.screen()}`,
    );
  }

  [Symbol.dispose](): void {
    // Without a window there is no server any more.
    spawnSync("tmux", ["-L", this.#socket, "kill-server"]);
  }

  #tmux(...args: readonly string[]): string {
    return execFileSync("tmux", ["-L", this.#socket, ...args], { encoding: "utf8" });
  }
}

/** A terminal whose far end is read only when asked to. */
class StalledTerminal {
  readonly #child;
  #output = "";

  constructor(command: string) {
    const env = { ...process.env, TERM: "xterm-256color" };
    this.#child = spawn("script", ["-qec", command, "/dev/null"], { env });
    this.#child.stdout.on("data", (chunk) => {
      this.#output += chunk;
    });
  }

  async until(isDone: (output: string) => boolean): Promise<void> {
    await poll(
      () => isDone(this.#output),
      () => `the terminal was sent: ${this.#output}`,
    );
  }

  type(keys: string): void {
    this.#child.stdin.write(keys);
  }

  stall(): void {
    this.#child.stdout.pause();
  }

  resume(): void {
    this.#child.stdout.resume();
  }

  [Symbol.dispose](): void {
    this.#child.kill();
  }
}

/** Looks again and again, for at most ten seconds. */
async function poll(isDone: () => boolean, describeState: () => string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!isDone()) {
    if (deadline < Date.now()) throw new Error(`in vain: ${describeState()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe.runIf(isThere("script", "--version"))("a terminal that takes nothing", () => {
  test("stops no other work, and shows the newest picture afterwards", async () => {
    await using directory = await temporaryDirectory();
    const file = join(directory.path, "longest-wait");
    using terminal = new StalledTerminal(`'${process.execPath}' '${program}' '${file}'`);
    await terminal.until((output) => output.includes("ready0"));
    terminal.stall();
    terminal.type("d");
    await poll(
      () => existsSync(file),
      () => "the program stands still",
    );
    expect(Number(readFileSync(file, "utf8"))).toBeLessThan(500);
    terminal.type("x");
    terminal.resume();
    await terminal.until((output) => output.includes("ready2"));
    terminal.type("e");
    await terminal.until((output) => output.includes(leaveAlternate));
  });
});

function isThere(tool: string, versionOption: string): boolean {
  const { error, status } = spawnSync(tool, [versionOption]);
  if (error === undefined && status === 0) return true;
  process.stdout.write(`skipped: ${tool} is not installed, or another one than on Linux\n`);
  return false;
}

const asBefore = "0 1 0 0 1 0";

describe.runIf(isThere("tmux", "-V") && isThere("bash", "--version"))(
  "in a shell with job control",
  () => {
    test.each([
      ["an exception", "t", 1, /thrown on purpose/],
      ["a rejection", "r", 1, /rejected on purpose/],
      ["an exit", "e", 3, /^/],
    ])("the terminal is as before after %s", async (_name, key, code, message) => {
      using shell = new Shell();
      await shell.start();
      expect(shell.modes()).toMatch(/^1 .* 1$/);
      shell.type(key);
      await shell.until(message);
      await shell.untilExit(code);
      expect(shell.modes()).toBe(asBefore);
      shell.type("clear; stty -a", "Enter");
      await shell.until(/[^-]icanon\b(?:.|\n)*[^-]echo\b/);
    });

    test("the terminal is as before after SIGTERM", async () => {
      using shell = new Shell();
      await shell.start();
      process.kill(shell.programId(), "SIGTERM");
      await shell.untilExit(143);
      expect(shell.modes()).toBe(asBefore);
    });

    test.each([
      ["Ctrl-Z", (shell: Shell) => shell.type("C-z")],
      ["SIGTSTP", (shell: Shell) => process.kill(shell.programId(), "SIGTSTP")],
    ])("%s suspends, and fg brings everything back, more than once", async (_name, stop) => {
      using shell = new Shell();
      await shell.start();
      for (let round = 0; round < 2; round += 1) {
        stop(shell);
        await shell.until(/Stopped/);
        expect(shell.modes()).toBe(asBefore);
        shell.type("clear; fg", "Enter");
        await shell.until(/^ready/);
        expect(shell.modes().startsWith("1 ")).toBe(true);
      }
      shell.type("e");
      await shell.untilExit(3);
      expect(shell.modes()).toBe(asBefore);
    });

    test("in the background it waits, and fg brings everything back", async () => {
      using shell = new Shell();
      await shell.start();
      shell.type("C-z");
      await shell.until(/Stopped/);
      // -b: the shell tells at once that its job stopped again.
      shell.type("set -b; clear; bg", "Enter");
      await shell.until(/Stopped/);
      shell.type("clear; fg", "Enter");
      await shell.until(/^ready1/);
      shell.type("e");
      await shell.untilExit(3);
      expect(shell.modes()).toBe(asBefore);
    });

    test("fg brings everything back after SIGSTOP too", async () => {
      using shell = new Shell();
      await shell.start();
      process.kill(shell.programId(), "SIGSTOP");
      await shell.until(/Stopped/);
      shell.type("clear; stty sane; fg", "Enter");
      await shell.until(/^ready0/);
      shell.type("x");
      await shell.until(/^ready1/);
      shell.type("e");
      await shell.untilExit(3);
      expect(shell.modes()).toBe(asBefore);
    });

    test("without a shell that could continue it, the program comes back by itself", async () => {
      using shell = new Shell(`'${process.execPath}' '${program}'`);
      await shell.until(/^ready0/);
      shell.type("C-z");
      await shell.until(/^ready1/);
      expect(shell.modes().startsWith("1 ")).toBe(true);
    });
  },
);

const chat = fileURLToPath(new URL("../../dist/program/main.js", import.meta.url));

/** The chat at its picker, on loopback. */
async function startChat(shell: Shell, data: string): Promise<void> {
  await shell.start([chat, "--interface", "lo", "--data", data], /Find a server/);
}

describe.runIf(isThere("tmux", "-V") && isThere("bash", "--version"))("the chat", () => {
  test.each(["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"] as const)(
    "gives the terminal back at %s",
    async (signal) => {
      await using directory = await temporaryDirectory();
      using shell = new Shell();
      await startChat(shell, directory.path);
      process.kill(shell.programId(), signal);
      await shell.untilExit(0);
      expect(shell.modes()).toBe(asBefore);
    },
  );

  test("is as it was after a storm of resizes", async () => {
    await using directory = await temporaryDirectory();
    using shell = new Shell();
    await startChat(shell, directory.path);
    shell.type("F1");
    await shell.until(/Help/);
    const before = shell.screen();
    for (let step = 0; step < 40; step += 1)
      shell.resize(20 + ((step * 37) % 130), 3 + (step % 40));
    shell.resize(80, 24);
    await poll(
      () => shell.screen() === before,
      () => `otherwise than before:\n${shell.screen()}`,
    );
    shell.type("C-q");
    await shell.untilExit(0);
    expect(shell.modes()).toBe(asBefore);
  });

  test("ends when its window is closed", async () => {
    await using directory = await temporaryDirectory();
    using shell = new Shell();
    await startChat(shell, directory.path);
    const id = shell.programId();
    shell.close();
    await poll(
      () => !isAlive(id),
      () => "it goes on",
    );
  });
});

function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch {
    return false;
  }
}
