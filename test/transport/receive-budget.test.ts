import { describe, expect, test } from "vitest";
import { ReceiveBudget } from "../../src/transport/receive-budget.ts";

/** Waits under a name, and notes it when served. */
function waiter(name: string, served: string[], onServed: () => void = () => undefined) {
  return {
    onReserved: () => {
      served.push(name);
      onServed();
    },
  };
}

describe("ReceiveBudget", () => {
  test("gives all of itself and not one byte more", () => {
    const budget = new ReceiveBudget(100);
    const served: string[] = [];
    expect(budget.reserve(waiter("a", served), 60)).toBe(true);
    expect(budget.reserve(waiter("b", served), 40)).toBe(true);
    expect(budget.freeBytes).toBe(0);
    expect(budget.reserve(waiter("c", served), 1)).toBe(false);
    budget.release(1);
    expect(served).toEqual(["c"]);
  });

  test("serves in order: a small request does not overtake a large one for ever", () => {
    const budget = new ReceiveBudget(100);
    const served: string[] = [];
    budget.reserve(waiter("first", served), 90);
    expect(budget.reserve(waiter("large", served), 80)).toBe(false);
    expect(budget.reserve(waiter("small", served), 5)).toBe(false);
    budget.release(90);
    expect(served).toEqual(["large", "small"]);
  });

  test("forgets a waiter that is gone and serves the next", () => {
    const budget = new ReceiveBudget(100);
    const served: string[] = [];
    budget.reserve(waiter("first", served), 90);
    const large = waiter("large", served);
    budget.reserve(large, 80);
    budget.reserve(waiter("small", served), 5);
    budget.cancel(large);
    budget.cancel(large);
    expect(served).toEqual(["small"]);
    expect(budget.freeBytes).toBe(5);
  });

  test("serves 100,000 waiters that finish at once without a deep stack", () => {
    const budget = new ReceiveBudget(10);
    const served: string[] = [];
    budget.reserve(waiter("first", served), 10);
    for (let index = 0; index < 100_000; index += 1) {
      budget.reserve(
        waiter("", served, () => budget.release(10)),
        10,
      );
    }
    budget.release(10);
    expect(served).toHaveLength(100_000);
    expect(budget.freeBytes).toBe(10);
  });
});
