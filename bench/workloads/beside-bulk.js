import { setTimeout as pause } from "node:timers/promises";
import { operations, writeMessage } from "../message.js";
import { streams } from "../peer.js";
import { summarize } from "../statistics.js";

const chunkBytesMax = 2 ** 16;

/** Pause between two small messages, and the time that bulk gets to fill every queue first. */
const gapMs = 2;
const fillMs = 200;

/** How long small messages go alone at most, on a link that is slow. */
const baseMsMax = 1000;

/** Round trips of small messages while the other stream of the same connection is kept full. */
export const besideBulk = {
  title: "A small message beside a bulk transfer on one connection over loopback",
  columns: [
    { key: "p99", head: "p99 ms", isLessBetter: true },
    { key: "p50", head: "p50 ms", isLessBetter: true },
    { key: "base", head: "p50 ms alone", isLessBetter: true },
    { key: "megabytesPerSecond", head: "bulk MB/s" },
  ],
  options: { ms: 1500, baseCount: 1000 },
  quickOptions: { ms: 700, baseCount: 500 },

  async client({ peer, open, server, options }) {
    const client = await open();
    const baseWaits = [];
    const baseUntil = performance.now() + baseMsMax;
    while (baseWaits.length < options.baseCount && performance.now() < baseUntil) {
      baseWaits.push(await measureEcho(client));
    }
    const chunkBytes = Math.min(peer.messageBytesMax, chunkBytesMax);
    const until = performance.now() + fillMs + options.ms;
    await server("mark");
    const filling = client.pump({
      stream: streams.bulk,
      turnMessages: 4,
      make: (sequence) => writeMessage(Buffer.alloc(chunkBytes), operations.sink, sequence),
      isWanted: () => performance.now() < until,
    });
    await pause(fillMs);
    const waits = [];
    while (performance.now() < until) {
      waits.push(await measureEcho(client));
      await pause(gapMs);
    }
    const report = await server("report");
    await filling;
    return {
      ...summarize(waits),
      base: summarize(baseWaits).p50,
      megabytesPerSecond: report.bytes / 1000 / report.ms,
    };
  },
};

async function measureEcho(client) {
  const startedAt = performance.now();
  await client.echo(streams.small);
  return performance.now() - startedAt;
}
