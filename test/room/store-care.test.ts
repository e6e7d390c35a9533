import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CareResult, CareTask } from "../../src/room/care-port.ts";
import { backupsMax } from "../../src/room/limits.ts";
import { checkStore } from "../../src/room/store-backup.ts";
import { StoreCare } from "../../src/room/store-care.ts";
import { temporaryDirectory } from "../support/directory.ts";
import { messages, openStore } from "../support/store.ts";

test("a store is measured and copied beside itself while it is used", async () => {
  await using directory = await temporaryDirectory();
  await using store = await openStore(directory.path);
  await store.commit(messages(1, 50));
  let wallNow = Date.UTC(2026, 10, 20, 9, 31);
  const care = new StoreCare(store.store, directory.path, () => wallNow);
  const run = (task: CareTask) =>
    new Promise<CareResult>((resolve) => {
      care.run(task, resolve);
    });

  const measured = await run("measure");
  expect(measured).toMatchObject({ type: "measured" });
  expect(measured.type === "measured" && measured.bytes).toBeGreaterThan(1_000);

  const backups = join(directory.path, "backups");
  const copy = join(backups, "2026-11-20T09-31-00.000Z");
  expect(await run("backup")).toEqual({ type: "backed-up", directory: copy, entryCount: 50 });
  expect(await checkStore(copy)).toMatchObject({ isSound: true, entryCount: 50 });
  if (process.platform !== "win32") expect((await stat(copy)).mode & 0o077).toBe(0);

  for (let count = 2; count < backupsMax; count += 1) await mkdir(join(backups, `old-${count}`));
  wallNow += 1;
  expect(await run("backup")).toMatchObject({ type: "backed-up" });
  wallNow += 1;
  expect(await run("backup")).toMatchObject({ type: "failed", code: "limit-reached" });
});
