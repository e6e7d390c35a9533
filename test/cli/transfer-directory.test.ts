import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { downloadDirectory, downloadsIn } from "../../src/cli/download-directory.ts";
import { openTransferDirectory } from "../../src/cli/transfer-directory.ts";
import { temporaryDirectory } from "../support/directory.ts";

describe("the directory of what is unfinished", () => {
  test("is another for each program of a kind, and the first one's again when it has ended", async () => {
    await using directory = await temporaryDirectory();
    const open = () => openTransferDirectory(directory.path, "server", "bot");
    const first = await open();
    const second = await open();
    expect(second.path).not.toBe(first.path);
    await first.release();
    expect((await open()).path).toBe(first.path);
    expect(existsSync(second.path)).toBe(true);
  });

  test.each(["999999999", "", "nonsense"])(
    "is taken over from a process that has ended without a word: %j",
    async (owner) => {
      await using directory = await temporaryDirectory();
      const left = await openTransferDirectory(directory.path, "server", "chat");
      await writeFile(`${left.path}.lock`, owner);
      const next = await openTransferDirectory(directory.path, "server", "chat");
      expect(next.path).toBe(left.path);
    },
  );

  test("cannot be where a file is", async () => {
    await using directory = await temporaryDirectory();
    await writeFile(join(directory.path, "files"), "");
    const opening = openTransferDirectory(directory.path, "server", "chat");
    await expect(opening).rejects.toMatchObject({ code: "data-directory-unusable" });
  });
});

describe("where downloads go", () => {
  test.each([
    ['XDG_DOWNLOAD_DIR="$HOME/Téléchargements"', "/home/anna/Téléchargements"],
    ['# a comment\nXDG_DOWNLOAD_DIR="/data/in/"\n', "/data/in"],
    ['XDG_DOWNLOAD_DIR="$HOME/"', undefined],
    ['XDG_DOWNLOAD_DIR="$(rm -rf /)"', undefined],
    ['XDG_DOWNLOAD_DIR="relative"', undefined],
    ["", undefined],
  ])("is what the desktop says: %j", (text, path) => {
    expect(downloadsIn(text, "/home/anna")).toBe(path);
  });

  test("is Downloads where nothing is said", async () => {
    await using directory = await temporaryDirectory();
    const found = await downloadDirectory({ XDG_CONFIG_HOME: directory.path }, "/home/anna");
    expect(found).toBe(join("/home/anna", "Downloads"));
  });
});
