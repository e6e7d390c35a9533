import { readdirSync } from "node:fs";
import { utimes } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TransferRecords } from "../../../src/room/files/transfer-records.ts";
import { temporaryDirectory } from "../../support/directory.ts";

test("offers that nobody may take any more are forgotten, and what is taken is not", async () => {
  await using directory = await temporaryDirectory();
  const { path } = directory;
  const { records } = await TransferRecords.open(path);
  const summary = { name: "tea.pdf", kind: "file", fileCount: 1, bytes: 9 } as const;
  const [old, young, taken] = ["o", "y", "t"].map((letter) => letter.repeat(21));
  await records.keep({ type: "offer", ...summary, id: old!, path: "/tea.pdf" });
  await records.keep({ type: "offer", ...summary, id: young!, path: "/tea.pdf" });
  const take = { room: "lobby", sequence: 1, key: "k", directory: "/in", isPaused: false } as const;
  await records.keep({ type: "take", ...summary, ...take, id: taken! });
  for (const id of [old, taken]) await utimes(join(path, `${id}.json`), 1_000, 1_000);
  const { found } = await TransferRecords.open(path, 1_000_001);
  expect(found.map(({ id }) => id).sort()).toEqual([taken, young].sort());
  expect(readdirSync(path)).not.toContain(`${old}.json`);
});
