import { operations, smallMessage } from "../message.js";
import { streams } from "../peer.js";
import { cpuSeconds } from "../statistics.js";

/** Messages of 200 bytes one way, as many as back-pressure admits. */
export const messages = {
  title: "Messages of 200 bytes one way over loopback",
  columns: [
    { key: "perSecond", head: "messages/s" },
    { key: "clientCpu", head: "client CPU us", isLessBetter: true },
    { key: "serverCpu", head: "server CPU us", isLessBetter: true },
  ],
  options: { ms: 3000, warmMs: 500 },
  quickOptions: { ms: 800, warmMs: 200 },

  async client({ open, server, options }) {
    const client = await open();
    const send = async (ms) => {
      await server("mark");
      const until = performance.now() + ms;
      const count = await client.pump({
        stream: streams.small,
        turnMessages: 64,
        make: (sequence) => smallMessage(operations.sink, sequence),
        isWanted: () => performance.now() < until,
      });
      await client.echo(streams.small);
      return count;
    };
    await send(options.warmMs);
    const cpuStarted = cpuSeconds();
    const startedAt = performance.now();
    const count = await send(options.ms);
    const seconds = (performance.now() - startedAt) / 1000;
    const clientCpu = cpuSeconds() - cpuStarted;
    const report = await server("report");
    if (report.count !== count || report.damaged !== 0) {
      throw new Error(`${count} messages sent, ${report.count} came, ${report.damaged} damaged`);
    }
    return {
      perSecond: count / seconds,
      clientCpu: (clientCpu * 1e6) / count,
      serverCpu: (report.cpuSeconds * 1e6) / count,
    };
  },
};
