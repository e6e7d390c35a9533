import { operations, smallMessage } from "../message.js";
import { streams } from "../peer.js";
import { summarize } from "../statistics.js";
import { openMany } from "./connections.js";

/** Lines on their way at once in the second part: a room in which many speak. */
const linesInFlight = 8;

/** Every connection gets what one of them says: first single lines, then several at a time. */
export function fanOut(connectionCount) {
  return {
    title: `A message of 200 bytes to each of ${connectionCount} connections over loopback`,
    columns: [
      { key: "perSecond", head: "deliveries/s" },
      { key: "p50", head: "last one's p50 ms", isLessBetter: true },
      { key: "p99", head: "last one's p99 ms", isLessBetter: true },
      { key: "burstCpu", head: "server CPU us, bursts", isLessBetter: true },
      { key: "singleCpu", head: "server CPU us, single", isLessBetter: true },
    ],
    options: { connectionCount, singleCount: 100, singleMsMax: 2000, ms: 1500 },
    quickOptions: { connectionCount, singleCount: 50, singleMsMax: 700, ms: 700 },
    client,
  };
}

async function client({ open, server, options }) {
  const clients = await openMany(open, options.connectionCount);
  const room = new Room(clients);
  for (let warm = 0; warm < linesInFlight; warm += 1) await room.say();
  await server("mark");
  const waits = [];
  const singleUntil = performance.now() + options.singleMsMax;
  while (waits.length < options.singleCount && performance.now() < singleUntil) {
    waits.push(await room.say());
  }
  const single = await server("report");
  await server("mark");
  const startedAt = performance.now();
  const until = startedAt + options.ms;
  let count = 0;
  const speak = async () => {
    while (performance.now() < until) {
      await room.say();
      count += clients.length;
    }
  };
  await Promise.all(Array.from({ length: linesInFlight }, speak));
  const seconds = (performance.now() - startedAt) / 1000;
  const burst = await server("report");
  return {
    ...summarize(waits),
    perSecond: count / seconds,
    burstCpu: (burst.cpuSeconds * 1e6) / count,
    singleCpu: (single.cpuSeconds * 1e6) / (waits.length * clients.length),
  };
}

/** All connections; the first one speaks. */
class Room {
  #clients;
  #lines = new Map();
  #nextLine = 0;

  constructor(clients) {
    this.#clients = clients;
    for (const each of clients) each.onFan = (sequence) => this.#hear(sequence);
  }

  /** Says a line; resolves with the milliseconds until the last one has it. */
  say() {
    return new Promise((resolve) => {
      const sequence = this.#nextLine;
      this.#nextLine += 1;
      this.#lines.set(sequence, {
        left: this.#clients.length,
        saidAt: performance.now(),
        resolve,
      });
      this.#clients[0].send(streams.small, smallMessage(operations.fan, sequence));
    });
  }

  #hear(sequence) {
    const line = this.#lines.get(sequence);
    line.left -= 1;
    if (0 < line.left) return;
    this.#lines.delete(sequence);
    line.resolve(performance.now() - line.saidAt);
  }
}
