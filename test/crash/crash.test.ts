import { expect, test } from "vitest";
import { runCrashes } from "../support/crash-run.ts";

const kills = Number(process.env["EARSHOT_KILLS"] ?? 200);
const seed = Number(process.env["EARSHOT_SEED"] ?? Date.now() % 2 ** 31);

test(`a server that is killed ${kills} times loses and doubles nothing (EARSHOT_SEED=${seed})`, async () => {
  const report = await runCrashes({ kills, seed });
  process.stdout.write(`${JSON.stringify(report)}\n`);
  expect(report).toMatchObject({ lost: [], moved: [], doubled: [], strange: [], isSound: true });
  expect(report.acknowledgedCount).toBeGreaterThan(kills);
});
