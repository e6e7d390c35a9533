import { setTimeout as pause } from "node:timers/promises";
import { operations, writeMessage } from "../message.js";
import { streams } from "../peer.js";

/** Short, so that what has arrived when the time is over is known closely also on a bad link. */
const chunkBytes = 4096;

/** What arrives over a bad link in a few seconds from the start. */
export function goodput(link, { isQuick = true } = {}) {
  const { rateMbit, delayMs, loss } = link;
  return {
    title: `Goodput over ${rateMbit} Mbit/s, ${2 * delayMs} ms round trip, ${100 * loss} % loss`,
    columns: [{ key: "megabytesPerSecond", head: "MB/s" }],
    options: { ms: 2500 },
    quickOptions: { ms: 1500 },
    isQuick,
    link,
    client,
  };
}

async function client({ open, server, options }) {
  const sender = await open();
  await server("mark");
  const message = Buffer.alloc(chunkBytes);
  const until = performance.now() + options.ms;
  // It need not end: what did not leave in time is of no interest.
  void sender.pump({
    stream: streams.bulk,
    turnMessages: 16,
    make: (sequence) => writeMessage(Buffer.from(message), operations.sink, sequence),
    isWanted: () => performance.now() < until,
  });
  await pause(options.ms);
  const report = await server("report");
  if (report.damaged !== 0) throw new Error(`${report.damaged} messages were damaged`);
  return { megabytesPerSecond: report.bytes / 1000 / report.ms };
}
