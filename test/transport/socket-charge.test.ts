import { expect, test } from "vitest";
import { socketCharge } from "../../src/transport/socket-charge.ts";

test("a default Linux socket buffer holds as many datagrams as were measured, or a few less", () => {
  const measured: readonly (readonly [number, number])[] = [
    [100, 256],
    [400, 166],
    [1200, 92],
    [1452, 92],
    [8952, 12],
    [16_384, 12],
    [65_507, 3],
  ];
  for (const [bytes, count] of measured) {
    const held = Math.floor(212_992 / socketCharge(bytes));
    expect(held, `${bytes} bytes`).toBeLessThanOrEqual(count + 1);
    expect(held, `${bytes} bytes`).toBeGreaterThanOrEqual(count - 1);
  }
});
