import { describe, expect, test } from "vitest";
import { messageBytesMax, windowGrowthBytesMax } from "../../src/transport/limits.ts";
import { ReceiveBudget } from "../../src/transport/receive-budget.ts";
import { ReceiveWindow } from "../../src/transport/receive-window.ts";

function makeWindow(budget = new ReceiveBudget(messageBytesMax)): ReceiveWindow {
  return new ReceiveWindow(budget, { first: 1000, max: 4000 });
}

describe("ReceiveWindow", () => {
  test("gives new credit when a quarter of it was consumed", () => {
    const window = makeWindow();
    expect(window.isDue(249)).toBe(false);
    expect(window.isDue(250)).toBe(true);
    expect(window.advance(250)).toBe(1250);
    expect(window.isDue(250)).toBe(false);
  });

  test("doubles when it held the sender back, up to its maximum", () => {
    const window = makeWindow();
    window.onBlocked(1000);
    expect(window.isDue(0)).toBe(true);
    expect(window.advance(0)).toBe(2000);
    window.onBlocked(2000);
    expect(window.advance(0)).toBe(4000);
    window.onBlocked(4000);
    expect(window.isDue(0)).toBe(false);
    expect(window.advance(0)).toBe(4000);
  });

  test("does not grow for a report from before it last grew", () => {
    const window = makeWindow();
    window.advance(500);
    window.onBlocked(1500);
    window.onBlocked(1000);
    window.onBlocked(1500);
    expect(window.advance(500)).toBe(2500);
    window.onBlocked(2499);
    expect(window.isDue(500)).toBe(false);
    window.onBlocked(2500);
    expect(window.isDue(500)).toBe(true);
  });

  test("takes what it grows by from its host, and gives it back", () => {
    const budget = new ReceiveBudget(messageBytesMax);
    expect(budget.takeWindow(windowGrowthBytesMax - 1000)).toBe(true);
    const first = makeWindow(budget);
    first.onBlocked(1000);
    const second = makeWindow(budget);
    second.onBlocked(1000);
    expect(first.advance(0)).toBe(2000);
    expect(second.advance(0)).toBe(1000);
    first.stop();
    first.stop();
    second.onBlocked(1000);
    expect(second.advance(0)).toBe(2000);
    expect(budget.takeWindow(1)).toBe(false);
  });
});
