import { expect, test } from "vitest";
import { ChunkSet } from "../../../src/room/files/chunk-set.ts";

test("a set of chunks counts each once and tells its runs", () => {
  const set = new ChunkSet(20);
  expect([0, 1, 2, 9, 19].map((chunk) => set.add(chunk))).toEqual(Array(5).fill(true));
  expect(set.add(9)).toBe(false);
  set.delete(1);
  set.delete(1);
  expect(set.count).toBe(4);
  expect([...set.ranges()]).toEqual([
    { start: 0, end: 1 },
    { start: 2, end: 3 },
    { start: 9, end: 10 },
    { start: 19, end: 20 },
  ]);
});

test("a set is full when all are in it, also when there are none", () => {
  const set = new ChunkSet(9);
  for (let chunk = 0; chunk < 9; chunk += 1) {
    expect(set.isFull).toBe(false);
    set.add(chunk);
  }
  expect(set.isFull).toBe(true);
  expect(new ChunkSet(0).isFull).toBe(true);
});
