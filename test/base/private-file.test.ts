import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createPrivateFile, fileExists, replacePrivateFile } from "../../src/base/private-file.ts";
import { temporaryDirectory } from "../support/directory.ts";

describe("a private file", () => {
  test("is made whole, for its owner only, and leaves no draft behind", async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "key");
    expect(await fileExists(path)).toBe(false);
    await createPrivateFile(path, "secret");
    expect(await fileExists(path)).toBe(true);
    expect(await readFile(path, "utf8")).toBe("secret");
    expect(await readdir(directory.path)).toEqual(["key"]);
    // Windows has no such modes.
    if (process.platform !== "win32") expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test("that is there already is not made again, but can be replaced", async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "key");
    await writeFile(path, "first");
    await createPrivateFile(path, "second");
    expect(await readFile(path, "utf8")).toBe("first");
    await replacePrivateFile(path, "third");
    expect(await readFile(path, "utf8")).toBe("third");
  });

  test("that cannot be written leaves things as they were", async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "key");
    await mkdir(path);
    await expect(replacePrivateFile(path, "x")).rejects.toThrow();
    expect(await readdir(directory.path)).toEqual(["key"]);
  });
});
