import { readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { systemRandom } from "../../src/base/random.ts";
import { checkStore, restoreBackup } from "../../src/room/store-backup.ts";
import { repairStore } from "../../src/room/store-repair.ts";
import { temporaryDirectory } from "../support/directory.ts";
import { message, messages, openStore, tamper, textOf } from "../support/store.ts";

describe("a backup", () => {
  test("is what the store was when it began, though the store is written meanwhile", async () => {
    await using directory = await temporaryDirectory();
    const backup = join(directory.path, "backup");
    const restored = join(directory.path, "restored");
    const store = await openStore(join(directory.path, "history"));
    await store.commit(messages(1, 500), () => [
      { table: "accounts", key: "anna", value: Uint8Array.of(7) },
    ]);
    const copying = store.store.backUp(backup);
    for (let number = 501; number <= 520; number += 1) await store.place([message(number)]);
    const { isSound, entryCount } = await copying;
    expect(isSound).toBe(true);
    // It begins a little after it was asked for.
    expect(entryCount).toBeGreaterThanOrEqual(500);
    expect(entryCount).toBeLessThan(521);
    expect(await store.place([message(521)])).toMatchObject([{ sequence: 521 }]);
    await store.close();
    expect(await restoreBackup(backup, restored)).toMatchObject({ isSound: true });
    expect(await checkStore(backup)).toMatchObject({ isSound: true });
    await using again = await openStore(restored);
    expect(again.store.id).toBe(store.store.id);
    expect(again.store.records.accounts.get("anna")).toEqual(Uint8Array.of(7));
    expect((await again.entries({ limit: 1 })).map(textOf)).toEqual([`line ${entryCount}`]);
    expect(await again.found("500")).toEqual(["lobby 500"]);
    expect(await again.place([message(1_000)])).toMatchObject([{ sequence: entryCount + 1 }]);
  });

  test("never goes over a store that is there, and comes only from a finished one", async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "history");
    const store = await openStore(path);
    await expect(store.store.backUp(path)).rejects.toMatchObject({ code: "argument-invalid" });
    await store.store.backUp(join(directory.path, "backup"));
    await store.close();
    await expect(restoreBackup(join(directory.path, "backup"), path)).rejects.toMatchObject({
      code: "argument-invalid",
    });
    const unfinished = join(directory.path, "unfinished");
    await rename(join(directory.path, "backup", "created"), join(directory.path, "created"));
    await rename(join(directory.path, "backup"), unfinished);
    await expect(restoreBackup(unfinished, join(directory.path, "new"))).rejects.toMatchObject({
      code: "argument-invalid",
    });
  });

  test("of a damaged store says what is damaged", async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "history");
    const first = await openStore(path);
    await first.place(messages(1, 5));
    await first.close();
    await tamper(path, (database) =>
      database.write([
        { type: "put", key: "entries!lobby!00000000000003", value: new Uint8Array(9) },
      ]),
    );
    await using second = await openStore(path);
    const report = await second.store.backUp(join(directory.path, "backup"));
    expect(report).toMatchObject({
      isSound: false,
      entryCount: 4,
      damagedKeys: ["entries!lobby!00000000000003"],
      lost: new Map([["lobby", [{ from: 3, to: 3 }]]]),
    });
  });

  test("cannot be made where nothing can be written", async () => {
    await using directory = await temporaryDirectory();
    const file = join(directory.path, "file");
    await writeFile(file, "");
    await using store = await openStore(join(directory.path, "history"));
    await expect(store.store.backUp(join(file, "backup"))).rejects.toMatchObject({
      code: "data-directory-unusable",
    });
  });
});

describe("a store that is open", () => {
  test("is neither checked nor repaired by others", async () => {
    await using directory = await temporaryDirectory();
    await using store = await openStore(directory.path);
    await store.place(messages(1, 5));
    const refused = { code: "data-directory-in-use" };
    await expect(checkStore(directory.path)).rejects.toMatchObject(refused);
    await expect(repairStore(directory.path, systemRandom)).rejects.toMatchObject(refused);
    expect(await store.place([message(6)])).toMatchObject([{ sequence: 6 }]);
    expect((await readdir(directory.path)).sort()).toEqual(["created", "mark", "pid", "store"]);
  });
});
