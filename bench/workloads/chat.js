import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpuSeconds, summarize } from "../statistics.js";

const room = "bench";

/** Only when it is needed: the ends of other peers must not carry all of earshot in their memory. */
export async function loadProduct() {
  const [
    { systemClock: clock },
    { systemRandom: random },
    { startClient },
    { startServer },
    { keyPairOf },
    { identityOf },
    { UdpEndpoint },
    { decodeServerMessage, encodeCbor },
  ] = await Promise.all([
    import("../../dist/base/clock.js"),
    import("../../dist/base/random.js"),
    import("../../dist/room/client.js"),
    import("../../dist/room/server.js"),
    import("../../dist/transport/noise.js"),
    import("../../dist/transport/identity.js"),
    import("../../dist/transport/udp-endpoint.js"),
    import("../../dist/room/codec.js"),
  ]);
  const newKeyPair = () => keyPairOf(random.bytes(32));
  return {
    clock,
    random,
    startClient,
    startServer,
    newKeyPair,
    identityOf,
    UdpEndpoint,
    decodeServerMessage,
    encodeCbor,
  };
}

/** A line of about 200 bytes with its envelope. */
const text = "x".repeat(120);

/** The whole server with its history on disk, and people who all speak in one room. */
export const chat = {
  title: "Chat: 50 members of one room on a real server, every line on disk before it is told",
  columns: [
    { key: "storedPerSecond", head: "lines/s stored" },
    { key: "toldPerSecond", head: "lines/s told" },
    { key: "p50", head: "say to said p50 ms", isLessBetter: true },
    { key: "p99", head: "say to said p99 ms", isLessBetter: true },
    { key: "aloneP50", head: "one speaker p50 ms", isLessBetter: true },
    { key: "serverCpu", head: "server CPU us per line told", isLessBetter: true },
  ],
  options: { memberCount: 50, linesInFlight: 4, ms: 3000, aloneCount: 200, aloneMsMax: 2000 },
  quickOptions: { memberCount: 50, linesInFlight: 4, ms: 1000, aloneCount: 50, aloneMsMax: 700 },
  peers: ["earshot"],

  async serve(host) {
    const { clock, random, startServer, newKeyPair } = await loadProduct();
    const dataDir = mkdtempSync(join(tmpdir(), "earshot-bench-"));
    // Also when the measurement fails.
    process.once("exit", () => rmSync(dataDir, { recursive: true, force: true }));
    const running = await startServer({
      address: { host, port: 0 },
      name: "bench",
      id: "bench",
      keyPair: newKeyPair(),
      dataDir,
      clock,
      random,
    });
    let cpuMarked = cpuSeconds();
    return {
      port: running.address.port,
      target: {
        mark: () => {
          cpuMarked = cpuSeconds();
        },
        report: () => ({
          cpuSeconds: cpuSeconds() - cpuMarked,
          rss: process.memoryUsage().rss,
        }),
        stop: () => running.close("measured"),
      },
    };
  },

  async client({ host, port, server, options }) {
    const product = await loadProduct();
    const members = await Promise.all(
      Array.from({ length: options.memberCount }, (_, index) =>
        Member.start(product, { address: { host, port }, nick: `member-${index}` }),
      ),
    );
    const aloneWaits = await speak(members[0], {
      count: options.aloneCount,
      until: performance.now() + options.aloneMsMax,
    });
    await server("mark");
    const heardBefore = heardBy(members);
    const startedAt = performance.now();
    const until = startedAt + options.ms;
    const speakers = members.flatMap((member) =>
      Array.from({ length: options.linesInFlight }, () => speak(member, { until })),
    );
    const waits = (await Promise.all(speakers)).flat();
    const seconds = (performance.now() - startedAt) / 1000;
    const told = heardBy(members) - heardBefore;
    const report = await server("report");
    await server("stop");
    return {
      storedPerSecond: waits.length / seconds,
      toldPerSecond: told / seconds,
      ...summarize(waits),
      aloneP50: summarize(aloneWaits).p50,
      serverCpu: (report.cpuSeconds * 1e6) / told,
    };
  },
};

/** Says one line after the other, each when the last was heard; gives the milliseconds of each. */
async function speak(member, { count = Number.POSITIVE_INFINITY, until }) {
  const waits = [];
  while (waits.length < count && performance.now() < until) waits.push(await member.say());
  return waits;
}

function heardBy(members) {
  return members.reduce((sum, member) => sum + member.heardCount, 0);
}

/** One member of the room. */
export class Member {
  heardCount = 0;
  #port;
  #own = new Map();

  /** Resolves when it is in the room. */
  static async start({ clock, random, startClient, newKeyPair }, { address, nick }) {
    const member = new Member();
    await new Promise((resolve, reject) => {
      startClient({
        resolve: () => Promise.resolve({ address }),
        judge: () => Promise.resolve({ type: "accepted", isFirstVisit: true }),
        keyPair: newKeyPair(),
        nick,
        clock,
        random,
        bindAddress: { host: address.host, port: 0 },
        onEvent: (event) => {
          if (event.type === "entered") resolve();
          else if (event.type === "said") member.#hear(event);
          else if (event.type === "failed") reject(new Error(event.message));
        },
      }).then((port) => {
        member.#port = port;
        port.join(room);
      }, reject);
    });
    return member;
  }

  /** Says a line; resolves with the milliseconds until it came back as everybody hears it. */
  say(said = text) {
    return new Promise((resolve) => {
      const saidAt = performance.now();
      const id = this.#port.say(room, said);
      this.#own.set(id, () => resolve(performance.now() - saidAt));
    });
  }

  #hear(event) {
    this.heardCount += 1;
    if (!event.isOwn) return;
    this.#own.get(event.entry.id)();
    this.#own.delete(event.entry.id);
  }
}
