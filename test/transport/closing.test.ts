import { expect, test } from "vitest";
import { Closing } from "../../src/transport/closing.ts";

test("CLOSE is sent once, then for the first, second, fourth, … packet that still comes", () => {
  const closing = new Closing({ cause: "local", code: 1, text: "" }, 9000);
  expect(closing.takeClose()).toBe(true);
  expect(closing.takeClose()).toBe(false);
  const answered: number[] = [];
  for (let stray = 1; stray <= 20; stray += 1) {
    closing.onStray();
    if (closing.takeClose()) answered.push(stray);
  }
  expect(answered).toEqual([1, 2, 4, 8, 16]);
});
