import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { missing, noPty, PtyProgram, put } from "./pty.js";

const earshot = fileURLToPath(new URL("../../dist/program/main.js", import.meta.url));
const lagFile = "lag";
const lagMonitor = new URL("lag-monitor.js", import.meta.url).href;

/**
 * A chat program as the bench sees it.
 *
 * @typedef {object} ChatProgram
 * @property {string | undefined} missing Why it cannot be measured here.
 * @property {string} [lagFile] Where it writes how long its event loop waited, when it can be asked.
 * @property {string} ready What it has drawn when it takes keys after a start without a server.
 * @property {(directory: string) => PtyProgram} start Starts it without a server.
 * @property {(directory: string, port: number) => Promise<PtyProgram>} enter Starts it, in the room.
 */

/** @type {Readonly<Record<string, ChatProgram>>} */
export const programs = {
  earshot: {
    missing: undefined,
    lagFile,
    ready: "filter:",
    start: (directory) => startEarshot(directory, []),
    enter: async (directory, port) => {
      const address = ["--server", `127.0.0.1:${port}`];
      const running = startEarshot(directory, [...address, "--nick", "me", "--room", "bench"]);
      await running.draws("#bench");
      return running;
    },
  },
  irssi: {
    missing: missing("irssi"),
    ready: "[(status)]",
    start: (directory) => startIrssi(directory, []),
    enter: async (directory, port) => {
      const running = startIrssi(directory, ["-c", "127.0.0.1", "-p", String(port), "-n", "me"]);
      await running.draws("established");
      await running.press("/join #bench\r", "/#bench");
      return running;
    },
  },
  weechat: {
    missing: missing("weechat"),
    ready: "Plugins loaded",
    start: (directory) => startWeechat(directory, []),
    enter: async (directory, port) => {
      const running = startWeechat(directory, [`irc://me@127.0.0.1:${port}/#bench`]);
      await running.draws("dave");
      return running;
    },
  },
};

/**
 * A chat program in the place of a transport, for the workload that measures terminals.
 *
 * @throws {Error} when it cannot be measured here, which says why.
 */
export function programPeer(name) {
  const why = noPty ?? programs[name].missing;
  if (why !== undefined) throw new Error(why);
  return { isSealed: false };
}

/** A directory for what a program keeps; it goes with this process. */
export function temporaryHome() {
  const directory = mkdtempSync(join(tmpdir(), "earshot-bench-"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Bare Node, which says at once that it is there. */
export function startNode() {
  return new PtyProgram(
    [process.execPath, "-e", "console.log('ready'); setTimeout(() => {}, 1e6)"],
    {},
  );
}

function startEarshot(directory, words) {
  const flags = ["--import", lagMonitor];
  const own = ["chat", "--interface", "lo", "--data", directory];
  return new PtyProgram([process.execPath, ...flags, earshot, ...own, ...words], {
    EARSHOT_INTERFACE: "lo",
    EARSHOT_BENCH_LAG: join(directory, lagFile),
  });
}

function startIrssi(directory, words) {
  return new PtyProgram(["irssi", `--home=${directory}`, ...words], {});
}

function startWeechat(directory, words) {
  // Its plugins for scripts are another program each, and nobody is asked about the first start.
  put(directory, "weechat.conf", '[plugin]\nautoload = "irc"\n');
  return new PtyProgram(["weechat", "-d", directory, ...words], {});
}
