import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { summarize } from "../statistics.js";
import { chat } from "./chat.js";

const program = fileURLToPath(new URL("../../dist/program/main.js", import.meta.url));

const mebibyte = 2 ** 20;

/** Somebody says a line so often while the file moves. */
const sayEveryMs = 20;

/**
 * A file from bot to bot, as people send it: hashed, offered, taken, written, compared and synced,
 * while a third talks in the room of the same server.
 */
export const files = {
  title:
    "A file from person to person, with hashing and disk, and a line said beside it every 20 ms",
  columns: [
    { key: "megabytesPerSecond", head: "MB/s" },
    { key: "offerMs", head: "offered after ms", isLessBetter: true },
    { key: "p50", head: "line beside it p50 ms", isLessBetter: true },
    { key: "p99", head: "p99 ms", isLessBetter: true },
    { key: "senderMebibytes", head: "sender MiB at most", isLessBetter: true },
    { key: "receiverMebibytes", head: "receiver MiB at most", isLessBetter: true },
  ],
  options: { mebibytes: 512 },
  quickOptions: { mebibytes: 64 },
  peers: ["earshot"],
  msMax: 120_000,
  repsMax: 1,
  isPinned: false,

  serve: chat.serve,

  async client({ host, port, options }) {
    const directory = mkdtempSync(join(tmpdir(), "earshot-bench-"));
    process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
    const path = join(directory, "file.bin");
    writeFile(path, options.mebibytes);
    const start = (nick) =>
      Bot.start(nick, ["--server", `${host}:${port}`, "--data", join(directory, nick)]);
    const [sender, receiver, talker] = await Promise.all(["ann", "bob", "cat"].map(start));
    try {
      const offeredAt = performance.now();
      const { id } = await sender.ask({ type: "offer", to: "#lobby", path });
      const offerMs = performance.now() - offeredAt;
      await receiver.next(({ type }) => type === "offered");
      const waits = [];
      const timer = setInterval(() => talker.time(waits), sayEveryMs);
      const startedAt = performance.now();
      await receiver.ask({ type: "accept", id, directory: mkdtempSync(join(directory, "in-")) });
      const end = await receiver.next(({ type }) => type === "received" || type === "failed");
      const seconds = (performance.now() - startedAt) / 1000;
      clearInterval(timer);
      if (end.type === "failed") throw new Error(end.message);
      return {
        megabytesPerSecond: (options.mebibytes * mebibyte) / 1e6 / seconds,
        offerMs,
        ...summarize(waits),
        senderMebibytes: sender.mebibytesMost,
        receiverMebibytes: receiver.mebibytesMost,
      };
    } finally {
      for (const bot of [sender, receiver, talker]) bot.stop();
    }
  },
};

function writeFile(path, mebibytes) {
  const file = openSync(path, "w");
  for (let count = 0; count < mebibytes; count += 1) writeSync(file, randomBytes(mebibyte));
  closeSync(file);
}

/** The built program as a bot in the lobby. */
class Bot {
  #child;
  #waiting = new Set();
  #lines = [];
  #refs = 0;

  static async start(nick, where) {
    const bot = new Bot();
    const options = ["--nick", nick, "--interface", "lo", ...where];
    bot.#child = spawn(process.execPath, [program, "bot", ...options], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    process.once("exit", () => bot.#child.kill());
    createInterface(bot.#child.stdout).on("line", (line) => bot.#handle(JSON.parse(line)));
    await bot.next(({ type }) => type === "ready");
    await bot.ask({ type: "join", room: "lobby" });
    return bot;
  }

  /** The most memory that it had so far; only Linux tells. */
  get mebibytesMost() {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, "utf8");
    return Number(/VmHWM:\s*(\d+)/.exec(status)?.[1]) / 1024;
  }

  async ask(request) {
    this.#refs += 1;
    const ref = this.#refs;
    const answer = this.next((line) => line.ref === ref);
    this.#child.stdin.write(`${JSON.stringify({ ...request, ref })}\n`);
    const line = await answer;
    if (line.type === "error") throw new Error(line.message);
    return line;
  }

  /** Says a line and notes how long it took to be stored. */
  async time(waits) {
    const saidAt = performance.now();
    await this.ask({ type: "say", room: "lobby", text: "beside" });
    waits.push(performance.now() - saidAt);
  }

  /** The first line like this that was or will be printed. */
  next(isWanted) {
    const known = this.#lines.find(isWanted);
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => this.#waiting.add({ isWanted, resolve }));
  }

  stop() {
    this.#child.kill();
  }

  #handle(line) {
    if (line.type === "said") return;
    this.#lines.push(line);
    for (const waiting of this.#waiting) {
      if (!waiting.isWanted(line)) continue;
      this.#waiting.delete(waiting);
      waiting.resolve(line);
    }
  }
}
