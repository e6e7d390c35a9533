import { describe, expect, test } from "vitest";
import { type CongestionFactory, NewReno } from "../../src/transport/congestion.ts";
import { Transfer } from "../support/transfer.ts";
import { makeTransportPair, type Side } from "../support/transport-pair.ts";

/** One path: its rate in Mbit/s, its round trip in ms, and how many datagrams it loses at random. */
interface Path {
  readonly rate: number;
  readonly rttMs: number;
  readonly loss: number;
}

/**
 * `EARSHOT_LINKS=all npx vitest run test/simulation/goodput.test.ts` measures every path, for
 * longer, and prints the table: rate, round trip, loss, Mbit/s, share of what gets through, p95 of
 * the queue in round trips, Mbit/s of NewReno. Time is simulated, so nothing depends on the machine.
 */
const isFull = process.env["EARSHOT_LINKS"] === "all";

const newReno: CongestionFactory = (datagramBytes) => new NewReno(datagramBytes);

const paths: readonly Path[] = [10, 100].flatMap((rate) =>
  [20, 50].flatMap((rttMs) => [0, 0.01, 0.05, 0.2].map((loss) => ({ rate, rttMs, loss }))),
);
const quick = paths.filter(
  ({ rate, rttMs, loss }) => rate === 10 || (rttMs === 50 && loss === 0.2),
);

/** As much as the path itself holds, and never less than the 64 datagrams of a cheap switch. */
function queueBytesOf({ rate, rttMs }: Pick<Path, "rate" | "rttMs">): number {
  return Math.max(rate * 125 * rttMs, 64 * 1200);
}

function measure(path: Path, seed: number, makeCongestion?: CongestionFactory) {
  const { rate, rttMs, loss } = path;
  const conditions = { delayMs: rttMs / 2, megabitsPerSecond: rate, loss };
  const transfer = new Transfer(seed, { ...conditions, queueBytes: queueBytesOf(path) });
  const flow = transfer.addFlow(makeCongestion);
  const [warmMs, wholeMs] = isFull ? [2000, 8000] : rate === 10 ? [1500, 4500] : [2000, 3500];
  transfer.run(wholeMs);
  const goodput = transfer.megabitsPerSecond(flow, warmMs);
  return {
    goodput,
    share: goodput / rate / (1 - loss),
    queue: transfer.queueMsP95(warmMs) / rttMs,
  };
}

describe("one connection alone on a link", () => {
  const rows = (isFull ? paths : quick).map((path) => ({ ...path, percent: 100 * path.loss }));

  test.each(rows)(
    "fills 85 % (75 % at 20 % loss) of what $rate Mbit/s, $rttMs ms, $percent % loss let through",
    (path) => {
      const { goodput, share, queue } = measure(path, 1);
      if (isFull) {
        const reno = measure(path, 1, newReno);
        const cells = [path.rate, path.rttMs, `${path.percent} %`, goodput.toFixed(1)];
        const more = [`${(100 * share).toFixed(0)} %`, queue.toFixed(2), reno.goodput.toFixed(1)];
        process.stdout.write(`| ${[...cells, ...more].join(" | ")} |\n`);
      }
      expect(share).toBeGreaterThan(path.loss < 0.2 ? 0.85 : 0.75);
      expect(queue, "round trips that the queue adds, at p95").toBeLessThan(1.25);
    },
    60_000,
  );

  test("NewReno, the oracle, fills a link without loss and not one with 5 %", () => {
    const path = { rate: 10, rttMs: 20, loss: 0 };
    expect(measure(path, 1, newReno).share).toBeGreaterThan(0.85);
    expect(measure({ ...path, loss: 0.05 }, 1, newReno).share).toBeLessThan(0.6);
  });
});

describe("two flows on a link", () => {
  const links = [
    { rate: 10, rttMs: 30, queueBytes: 25 * 1228 },
    { rate: 10, rttMs: 50, queueBytes: 62_500 },
    { rate: 100, rttMs: 20, queueBytes: 64 * 1228 },
  ].filter(({ rate }) => isFull || rate === 10);

  /** The share of the first flow, over several seeds. */
  function shareBeside(
    link: (typeof links)[number],
    addOther: (transfer: Transfer) => ReturnType<Transfer["addFlow"]>,
  ): number {
    const shares = [1, 2, 3, 4].map((seed) => {
      const { rate, rttMs, queueBytes } = link;
      const conditions = { delayMs: rttMs / 2, megabitsPerSecond: rate, queueBytes };
      const transfer = new Transfer(seed, conditions);
      const ours = transfer.addFlow();
      const other = addOther(transfer);
      transfer.run(rate === 10 ? 14_000 : 10_000);
      const [a, b] = [ours, other].map((flow) => transfer.megabitsPerSecond(flow, 4000));
      expect((a! + b!) / rate, "both together fill the link").toBeGreaterThan(0.85);
      return a! / (a! + b!);
    });
    return shares.reduce((sum, share) => sum + share, 0) / shares.length;
  }

  test.each(links)(
    "two of ours get the same share of $rate Mbit/s and $rttMs ms",
    (link) => {
      const share = shareBeside(link, (transfer) => transfer.addFlow());
      expect(share).toBeGreaterThan(0.35);
      expect(share).toBeLessThan(0.65);
    },
    60_000,
  );

  test.each(links)(
    "beside TCP with CUBIC we take 30 to 70 % of $rate Mbit/s and $rttMs ms",
    (link) => {
      const share = shareBeside(link, (transfer) => transfer.addCubicFlow());
      if (isFull)
        process.stdout.write(`beside CUBIC: ${share.toFixed(2)} of ${link.rate} Mbit/s\n`);
      expect(share).toBeGreaterThan(0.3);
      expect(share).toBeLessThan(0.7);
    },
    60_000,
  );
});

describe("a file", () => {
  const links = [
    { rate: 10, rttMs: 30, queueBytes: 25 * 1228 },
    { rate: 10, rttMs: 50, queueBytes: 62_500 },
    { rate: 100, rttMs: 20, queueBytes: 64 * 1228 },
  ].filter(({ rate }) => isFull || rate === 10);
  /** Of what a link carries in 1228 bytes with headers, 1162 are the file's. */
  const payloadShare = 1162 / 1228;

  function makeTransfer({ rate, rttMs, queueBytes }: (typeof links)[number]): Transfer {
    return new Transfer(1, { delayMs: rttMs / 2, megabitsPerSecond: rate, queueBytes });
  }

  test.each(links)(
    "alone fills 90 % of what $rate Mbit/s and $rttMs ms can carry",
    (link) => {
      const transfer = makeTransfer(link);
      const file = transfer.addFileFlow();
      transfer.run(8000);
      const share = transfer.megabitsPerSecond(file, 2000) / link.rate / payloadShare;
      if (isFull) process.stdout.write(`file alone: ${share.toFixed(2)}\n`);
      expect(share).toBeGreaterThan(0.9);
    },
    60_000,
  );

  test.each(links)(
    "takes less than 15 % beside TCP with CUBIC of $rate Mbit/s and $rttMs ms",
    (link) => {
      const transfer = makeTransfer(link);
      const file = transfer.addFileFlow();
      const cubic = transfer.addCubicFlow();
      transfer.run(link.rate === 10 ? 15_000 : 10_000);
      const [a, b] = [file, cubic].map((flow) => transfer.megabitsPerSecond(flow, 4000));
      if (isFull) process.stdout.write(`file beside CUBIC: ${(a! / (a! + b!)).toFixed(2)}\n`);
      expect(a! / (a! + b!)).toBeLessThan(0.15);
      expect((a! + b!) / link.rate, "both together fill the link").toBeGreaterThan(0.85);
    },
    60_000,
  );

  test("delays a chat line by at most 25 ms on 100 Mbit/s with a buffer of 200 ms", () => {
    const delayMs = 1;
    const pair = makeTransportPair(1, {
      conditions: { delayMs, megabitsPerSecond: 100, queueBytes: 100 * 125 * 200 },
    });
    pair.open();
    const { host, connection } = pair.client;
    const file = host.streams(connection!)!.open();
    const consume = makeConsumer(pair.server);
    const lateMs: number[] = [];
    for (let round = 0; round < 300; round += 1) {
      while (host.streams(connection!)!.write(file, new Uint8Array(65_536)));
      const count = pair.server.messages.length;
      const saidAt = pair.clock.now();
      host.send(connection!, 1, new Uint8Array(200));
      for (let ms = 0; ms < 10; ms += 1) {
        pair.clock.advance(1);
        consume();
      }
      const line = pair.server.messages[count];
      lateMs.push(line === undefined ? 10 : line.at - saidAt - delayMs);
    }
    expect(pair.server.messages).toHaveLength(300);
    const progress = pair.server.host.streams(pair.server.connection!)!.receiveProgress(file)!;
    expect(progress.bytes / 3000 / 12_500, "the file fills the link").toBeGreaterThan(0.8);
    expect(Math.max(...lateMs)).toBeLessThan(25);
    expect(lateMs.sort((a, b) => a - b)[285], "at p95").toBeLessThan(8);
  }, 60_000);
});

/** Consumes what has come of files since it was last called. */
function makeConsumer({ host, events }: Side): () => void {
  let seen = 0;
  return () => {
    for (const event of events.slice(seen)) {
      if (event.type !== "stream-data") continue;
      host.streams(event.connection)?.consume(event.stream, event.bytes.length);
    }
    seen = events.length;
  };
}
