import { streams } from "../peer.js";
import { cpuSeconds, summarize } from "../statistics.js";

/** One request of 200 bytes after the other, each sent back by the server. */
export const roundTrip = {
  title: "Request of 200 bytes and its echo over loopback",
  columns: [
    { key: "p50", head: "p50 us", isLessBetter: true },
    { key: "p99", head: "p99 us", isLessBetter: true },
    { key: "clientCpu", head: "client CPU us", isLessBetter: true },
    { key: "serverCpu", head: "server CPU us", isLessBetter: true },
  ],
  // Long enough for every peer's code to be compiled: what is measured is a program in its prime.
  options: { count: 5000, warmCount: 10_000, msMax: 3000 },
  quickOptions: { count: 2000, warmCount: 5000, msMax: 1000 },

  async client({ open, server, options }) {
    const client = await open();
    await measure(client, { count: options.warmCount, msMax: options.msMax });
    await server("mark");
    const cpuStarted = cpuSeconds();
    const waits = await measure(client, options);
    const clientCpu = cpuSeconds() - cpuStarted;
    const report = await server("report");
    return {
      ...summarize(waits),
      clientCpu: (clientCpu * 1e6) / waits.length,
      serverCpu: (report.cpuSeconds * 1e6) / waits.length,
    };
  },
};

/** Microseconds of each round trip. */
async function measure(client, { count, msMax }) {
  const waits = [];
  const until = performance.now() + msMax;
  while (waits.length < count && performance.now() < until) {
    const startedAt = performance.now();
    await client.echo(streams.small);
    waits.push((performance.now() - startedAt) * 1000);
  }
  return waits;
}
