import type { Random } from "../base/random.ts";

/** How long to wait before the n-th try, milliseconds; the last one for ever after. */
export const backOffMs: readonly number[] = [250, 500, 1_000, 2_000, 4_000, 5_000];

/** Clients that lost one server at one moment must not come back at one moment. */
const jitterShare = 0.2;

/** The wait before try `attempt` (from 1), give or take a fifth. */
export function backOff(attempt: number, random: Random): number {
  const waitMs = backOffMs[Math.min(attempt, backOffMs.length) - 1] ?? 0;
  return waitMs * (1 + jitterShare * (2 * random.unit() - 1));
}
