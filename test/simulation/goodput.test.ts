import { describe, expect, test } from "vitest";
import { type CongestionFactory, NewReno } from "../../src/transport/congestion.ts";
import { Transfer } from "../support/transfer.ts";

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
const quick = paths.filter(({ rate, loss }) => rate === 10 || loss === 0.2);

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
    const shares = [1, 2].map((seed) => {
      const { rate, rttMs, queueBytes } = link;
      const conditions = { delayMs: rttMs / 2, megabitsPerSecond: rate, queueBytes };
      const transfer = new Transfer(seed, conditions);
      const ours = transfer.addFlow();
      const other = addOther(transfer);
      transfer.run(rate === 10 ? 20_000 : 10_000);
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
