import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { median, percentile, sorted } from "../statistics.js";
import { IrcServer, speakers } from "../terminal/irc-server.js";
import { programs, startNode, temporaryHome } from "../terminal/programs.js";
import { chat, loadProduct, Member } from "./chat.js";

/** Keys for the echo: letters that nobody says and every terminal draws alike. */
const firstKey = 0x410;

const killLine = "\x15";
const pageUp = "\x1b[5~";
const pageDown = "\x1b[6~";
const redraw = "\x0c";

/** The line that ends a burst: no letter of it stands where it did in the line that was there before. */
const lastLine = "#LAST#OF#ALL#";

/** Programs in a terminal of 120 x 40 cells, of which the bench is the person. */
export const terminal = {
  title: "Terminal: earshot beside irssi and WeeChat in 120 x 40 cells",
  columns: [
    { key: "echoP50", head: "key to echo p50 ms", isLessBetter: true },
    { key: "echoP95", head: "p95 ms", isLessBetter: true },
    { key: "busyEchoP50", head: "at 500 lines/s p50 ms", isLessBetter: true },
    { key: "busyEchoP95", head: "p95 ms", isLessBetter: true },
    { key: "busyCpu", head: "CPU at 500 lines/s, % of a core", isLessBetter: true },
    { key: "burstMs", head: "10,000 lines at once, ms", isLessBetter: true },
    { key: "pageMs", head: "PgUp ms", isLessBetter: true },
    { key: "startMs", head: "start ms", isLessBetter: true },
    { key: "overNodeMs", head: "over bare Node ms", isLessBetter: true },
    { key: "startMebibytes", head: "MiB in the room", isLessBetter: true },
    { key: "fullMebibytes", head: "MiB after 10,000 lines", isLessBetter: true },
    { key: "stallLagMs", head: "longest wait while stalled ms", isLessBetter: true },
  ],
  options: { keyCount: 90, busyMs: 6_000, lineCount: 10_000, startCount: 5 },
  quickOptions: { keyCount: 40, busyMs: 2_000, lineCount: 10_000, startCount: 3 },
  msMax: 60_000,
  // The program under test and the bench want a core each.
  isPinned: false,
  peers: ["earshot", "irssi", "weechat"],

  async serve(host, { peer, options }) {
    const speaking = peer === "earshot" ? await startRoom(host) : await startChannel(host);
    return {
      port: speaking.port,
      target: {
        burst: async () => {
          await speaking.say(options.lineCount - 1);
          await speaking.sayLast(lastLine);
        },
        load: () => speaking.load(500, options.busyMs),
        stop: () => speaking.close(),
      },
    };
  },

  async client({ port, server, options, peerName }) {
    const program = programs[peerName];
    const starts = await measureStarts(program, options.startCount);
    const home = temporaryHome();
    const running = await program.enter(home, port);
    await sleep(500);
    const idle = await echoes(running, options.keyCount);
    const startMebibytes = running.mebibytes();
    const busy = await measureBusy(running, server, options);
    const burstMs = await measureBurst(running, server);
    await sleep(500);
    const fullMebibytes = running.mebibytes();
    const pageMs = await measurePages(running);
    const stallLagMs = await measureStall(running, program, server, home);
    await running.end();
    await server("stop");
    return {
      echoP50: percentile(idle, 0.5),
      echoP95: percentile(idle, 0.95),
      ...busy,
      burstMs,
      pageMs,
      ...starts,
      startMebibytes,
      fullMebibytes,
      stallLagMs,
    };
  },
};

/** From the start to the first screen that takes keys, in turns with bare Node. */
async function measureStarts(program, count) {
  const own = [];
  const bare = [];
  for (let index = 0; index < count; index += 1) {
    bare.push(await startTime(startNode(), "ready"));
    own.push(await startTime(program.start(temporaryHome()), program.ready));
  }
  return { startMs: median(own), overNodeMs: median(own) - median(bare) };
}

async function startTime(running, ready) {
  await running.draws(ready);
  const ms = running.drawnAt - running.startedAt;
  await sleep(100);
  await running.end();
  return ms;
}

/** Types letters one after the other; gives the milliseconds until each is seen, in order. */
async function echoes(running, count) {
  const waits = [];
  for (let index = 0; index < count; index += 1) {
    const key = String.fromCharCode(firstKey + (index % 64));
    waits.push(await running.press(key, key));
    await sleep(20);
  }
  running.type(killLine);
  await sleep(100);
  return sorted(waits);
}

async function measureBusy(running, server, { keyCount, busyMs }) {
  const loaded = server("load");
  const startedAt = performance.now();
  const cpuBefore = running.cpuSeconds();
  const waits = await echoes(running, Math.min(keyCount, Math.floor(busyMs / 40)));
  await loaded;
  const seconds = (performance.now() - startedAt) / 1000;
  return {
    busyEchoP50: percentile(waits, 0.5),
    busyEchoP95: percentile(waits, 0.95),
    busyCpu: (100 * (running.cpuSeconds() - cpuBefore)) / seconds,
  };
}

/** The program stands still while the lines are said, so that it gets them as fast as it takes them. */
async function measureBurst(running, server) {
  running.freeze();
  await server("burst");
  const drawn = running.draws(lastLine);
  running.thaw();
  return drawn;
}

async function measurePages(running) {
  const waits = [];
  for (let index = 0; index < 10; index += 1) waits.push(await running.pressAndSettle(pageUp));
  for (let index = 0; index < 10; index += 1) running.type(pageDown);
  await sleep(300);
  return median(waits);
}

/** Nobody reads the terminal while people talk. Only earshot can be asked how long its loop waited. */
async function measureStall(running, program, server, home) {
  if (program.lagFile === undefined) return undefined;
  const file = join(home, program.lagFile);
  running.stall();
  // Whole screens fill what the system keeps for a terminal.
  for (let index = 0; index < 30; index += 1) {
    running.type(redraw);
    await sleep(20);
  }
  await longestWait(running, file);
  await server("load");
  const waited = await longestWait(running, file);
  running.resume();
  return waited;
}

/** Milliseconds since it was asked last. */
async function longestWait(running, file) {
  rmSync(file, { force: true });
  running.signal("SIGUSR2");
  for (let tries = 0; tries < 100; tries += 1) {
    await sleep(20);
    if (existsSync(file)) return Number(readFileSync(file, "utf8"));
  }
  throw new Error("the program does not say how long its event loop waited");
}

/** A real server with its history on disk, and four who speak in the room. */
async function startRoom(host) {
  const { port, target } = await chat.serve(host);
  const product = await loadProduct();
  const members = await Promise.all(
    speakers.map((nick) => Member.start(product, { address: { host, port }, nick })),
  );
  const say = (count) =>
    Promise.all(
      Array.from({ length: count }, (_, index) => {
        return members[index % members.length].say(textOf(index));
      }),
    );
  return {
    port,
    say,
    sayLast: (text) => members[0].say(text),
    load: (perSecond, ms) => paced(perSecond, ms, say),
    close: () => target.stop(),
  };
}

async function startChannel(host) {
  const server = new IrcServer();
  const port = await server.listen(host);
  const say = (count) =>
    server.tell(
      Array.from({ length: count }, (_, index) => ({
        nick: speakers[index % speakers.length],
        text: textOf(index),
      })),
    );
  return {
    port,
    say,
    sayLast: (text) => server.tell([{ nick: speakers[0], text }]),
    load: (perSecond, ms) => paced(perSecond, ms, say),
    close: () => server.close(),
  };
}

/** Lines at an even pace. */
async function paced(perSecond, ms, say) {
  const startedAt = performance.now();
  const count = (perSecond * ms) / 1000;
  for (let said = 0; said < count; ) {
    const due = Math.min(count, ((performance.now() - startedAt) * perSecond) / 1000);
    say(Math.floor(due) - said);
    said = Math.floor(due);
    await sleep(5);
  }
}

/** What people say: 60 characters. */
function textOf(index) {
  return `${index} the quick brown fox jumps over the lazy dog and on`.padEnd(60, ".");
}
