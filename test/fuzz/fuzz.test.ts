import { describe, expect, test } from "vitest";
import { Mutator } from "../support/mutator.ts";
import { SeededRandom } from "../support/random.ts";
import { engineTargets } from "./engine-targets.ts";
import { fileTargets } from "./file-targets.ts";
import { decoderTargets, type FuzzTarget } from "./targets.ts";

/**
 * `npm run fuzz` gives 10 million inputs from a new seed, and prints what became of them; the tests
 * give a sample, always the same. `EARSHOT_FUZZ_SEED` repeats a run.
 */
const inputCount = Number(process.env["EARSHOT_FUZZ"] ?? 60_000);
const seed = Number(process.env["EARSHOT_FUZZ_SEED"] ?? 1);
const isJob = process.env["EARSHOT_FUZZ"] !== undefined;

const targets = [...decoderTargets, ...fileTargets, ...engineTargets];

/** Inputs between two looks at the clock. */
const batchInputs = 1000;

/**
 * CPU time that a batch may take in the job: 1 ms an input is three times what the slowest decoder
 * needs (a handshake), 20 ms what a new connection for each input does. An endless loop takes more.
 */
const batchMsMax = { decoder: 1 * batchInputs, engine: 20 * batchInputs };

interface Outcome {
  readonly accepted: number;
  readonly ms: number;
  readonly slowestBatchMs: number;
}

function fuzz(target: FuzzTarget, count: number): Outcome {
  const mutator = new Mutator(new SeededRandom(seed), target.seeds);
  let [accepted, ms, slowestBatchMs] = [0, 0, 0];
  for (let done = 0; done < count; ) {
    const startedAt = process.cpuUsage();
    for (const end = Math.min(count, done + batchInputs); done < end; done += 1) {
      const input = mutator.next();
      try {
        if (target.take(input)) accepted += 1;
      } catch (cause) {
        const hex = Buffer.from(input).toString("hex");
        throw new Error(`seed ${seed}, input ${done} of ${target.name}: ${hex}`, { cause });
      }
    }
    const batchMs = process.cpuUsage(startedAt).user / 1000;
    ms += batchMs;
    slowestBatchMs = Math.max(slowestBatchMs, batchMs);
  }
  return { accepted, ms, slowestBatchMs };
}

describe(`mutations of what is valid, and noise (seed ${seed})`, () => {
  test.each(targets)(
    "are taken or dropped, and nothing throws: $name",
    (target) => {
      const count = Math.max(100, Math.round(inputCount * target.share));
      const { accepted, ms, slowestBatchMs } = fuzz(target, count);
      // A run in which everything is refused, or nothing, proves nothing.
      expect(accepted).toBeGreaterThan(count / 100);
      expect(accepted).toBeLessThan(count * 0.99);
      if (!isJob) return;
      const perSecond = Math.round((count / ms) * 1000);
      const cells = [target.name, count, accepted, count - accepted, perSecond];
      process.stdout.write(`| ${cells.join(" | ")} | ${slowestBatchMs.toFixed(0)} |\n`);
      expect(slowestBatchMs).toBeLessThan(batchMsMax[target.kind]);
    },
    isJob ? 600_000 : undefined,
  );

  test("share all inputs among them", () => {
    const shares = targets.reduce((sum, { share }) => sum + share, 0);
    expect(shares).toBeCloseTo(1, 9);
  });
});
