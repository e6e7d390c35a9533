import { expect, test } from "vitest";
import { ChunkMemory } from "../../../src/room/files/chunk-memory.ts";

test("memory of chunks is used again for others of about their length", () => {
  const memory = new ChunkMemory();
  const first = memory.take(5_000);
  expect(first.length).toBe(5_000);
  expect(memory.take(5_000).buffer).not.toBe(first.buffer);
  memory.give(first);
  expect(memory.take(4_096).buffer).not.toBe(first.buffer);
  const again = memory.take(8_192);
  expect(again.buffer).toBe(first.buffer);
  expect(again.length).toBe(8_192);
});

test("no more than 64 MiB are kept for use again", () => {
  const memory = new ChunkMemory();
  const taken = Array.from({ length: 17 }, () => memory.take(2 ** 22));
  for (const bytes of taken) memory.give(bytes);
  const again = Array.from({ length: 17 }, () => memory.take(2 ** 22).buffer);
  const known = new Set(taken.map(({ buffer }) => buffer));
  expect(again.filter((buffer) => known.has(buffer)).length).toBe(16);
});

test("memory of somebody else is not kept", () => {
  const memory = new ChunkMemory();
  const foreign = new Uint8Array(4_096);
  memory.give(foreign);
  expect(memory.take(4_096).buffer).not.toBe(foreign.buffer);
});
