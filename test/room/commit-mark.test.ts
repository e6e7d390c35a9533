import { readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CommitMark } from "../../src/room/commit-mark.ts";
import { temporaryDirectory } from "../support/directory.ts";

async function reread(path: string): Promise<number | undefined> {
  const mark = await CommitMark.open(path);
  const number = await mark.read();
  await mark.close();
  return number;
}

test("a mark gives back the newest number, and the one before when that is torn", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "mark");
  const mark = await CommitMark.open(path);
  expect(await mark.read()).toBeUndefined();
  for (const number of [1, 2, 3, 2 ** 40, 2 ** 40 + 1]) {
    await mark.write(number);
    expect(await reread(path)).toBe(number);
  }
  await mark.close();
  const bytes = await readFile(path);
  bytes[512 + 5]! ^= 1;
  await writeFile(path, bytes);
  expect(await reread(path)).toBe(2 ** 40);
  await truncate(path, 5);
  expect(await reread(path)).toBeUndefined();
});
