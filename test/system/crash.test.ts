import { expect, test } from "vitest";
import { runCrashes } from "../support/crash-run.ts";

const seed = Number(process.env["EARSHOT_SEED"] ?? Date.now() % 2 ** 31);

/** A sample of what `npm run test:crash` does 200 times. */
const kills = 6;

test(`a server that is killed while people talk loses and doubles nothing (EARSHOT_SEED=${seed})`, async () => {
  const report = await runCrashes({ kills, seed });
  expect(report).toMatchObject({ lost: [], moved: [], doubled: [], strange: [], isSound: true });
  expect(report.acknowledgedCount).toBeGreaterThan(kills);
});
