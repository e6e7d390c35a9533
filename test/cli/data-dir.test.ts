import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { directoryName, openServerDirectory } from "../../src/cli/data-dir.ts";

let data: string;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "earshot-data-"));
});

afterEach(() => rmSync(data, { recursive: true, force: true }));

describe("directoryName", () => {
  test.each([
    ["office", "office"],
    ["Anna's MacBook Pro.local", "anna-s-macbook-pro-local"],
    ["  Büro 3 ", "büro-3"],
    ["会議室", "会議室"],
    ["../../etc/passwd", "etc-passwd"],
    ["..", "server"],
    ["🦊", "server"],
    ["CON", "server-con"],
    ["lpt1", "server-lpt1"],
    ["ｏｆｆｉｃｅ", "office"],
  ])("%j is kept in %s", (name, expected) => {
    expect(directoryName(name)).toBe(expected);
  });
});

describe("the directory of a server", () => {
  test("is made below the data directory, for this user only", async () => {
    const directory = await openServerDirectory(data, "Office");
    expect(directory.path).toBe(join(data, "servers", "office"));
    expect(directory.historyPath).toBe(join(data, "servers", "office", "history"));
    if (process.platform !== "win32") expect(statSync(directory.path).mode & 0o777).toBe(0o700);
    expect((await openServerDirectory(data, "office")).path).toBe(directory.path);
  });

  test("cannot be made below a file", async () => {
    writeFileSync(join(data, "servers"), "");
    await expect(openServerDirectory(data, "office")).rejects.toMatchObject({
      code: "data-directory-unusable",
      // Windows has another reason.
      message: expect.stringMatching(/ cannot be made: .+; give another with --data$/),
    });
  });
});
