import { operations, writeMessage } from "../message.js";
import { streams } from "../peer.js";
import { cpuSeconds } from "../statistics.js";

const chunkBytesMax = 2 ** 16;

/** Messages of 64 KiB on the bulk stream, after a warm-up, until the last one has arrived. */
export const bulk = {
  title: "Bulk over loopback",
  columns: [
    { key: "megabytesPerSecond", head: "MB/s" },
    { key: "clientCpu", head: "client CPU s/GiB", isLessBetter: true },
    { key: "serverCpu", head: "server CPU s/GiB", isLessBetter: true },
  ],
  // 8 MiB are 256 datagrams of 32 KiB: too few for any peer's code to be compiled.
  options: { bytes: 64 * 2 ** 20, warmBytes: 64 * 2 ** 20, msMax: 6000 },
  quickOptions: { bytes: 16 * 2 ** 20, warmBytes: 16 * 2 ** 20, msMax: 1500 },

  async client({ peer, open, server, options }) {
    const client = await open();
    const chunkBytes = Math.min(peer.messageBytesMax, chunkBytesMax);
    const source = Buffer.alloc(Math.max(options.bytes, options.warmBytes), 0x5a);
    const send = async (bytes) => {
      const until = performance.now() + options.msMax;
      const count = await client.pump({
        stream: streams.bulk,
        turnMessages: 8,
        make: (sequence) => {
          const chunk = source.subarray(sequence * chunkBytes, (sequence + 1) * chunkBytes);
          return writeMessage(chunk, operations.sink, sequence);
        },
        isWanted: (sequence) => sequence * chunkBytes < bytes && performance.now() < until,
      });
      await client.echo(streams.bulk);
      return count;
    };
    await send(options.warmBytes);
    await server("mark");
    const cpuStarted = cpuSeconds();
    const startedAt = performance.now();
    const count = await send(options.bytes);
    const seconds = (performance.now() - startedAt) / 1000;
    const clientCpu = cpuSeconds() - cpuStarted;
    const report = await server("report");
    if (report.count !== count || report.damaged !== 0) {
      throw new Error(`${count} messages sent, ${report.count} came, ${report.damaged} damaged`);
    }
    const gibibytes = report.bytes / 2 ** 30;
    return {
      megabytesPerSecond: report.bytes / 1e6 / seconds,
      clientCpu: clientCpu / gibibytes,
      serverCpu: report.cpuSeconds / gibibytes,
    };
  },
};
