import { expect, test, vi } from "vitest";

const flags: string[] = [];
vi.mock("node:v8", () => ({ setFlagsFromString: (flag: string) => flags.push(flag) }));
const { letHeapGrow } = await import("../../../src/room/files/heap-growth.ts");

test("the heap may grow as long as anybody receives a file, and no longer", () => {
  const first = letHeapGrow();
  const second = letHeapGrow();
  expect(flags).toEqual(["--heap-growing-percent=400"]);
  first();
  first();
  expect(flags.length).toBe(1);
  second();
  expect(flags.slice(1)).toEqual(["--heap-growing-percent=0"]);
});
