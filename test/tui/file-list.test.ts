import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { listFiles } from "../../src/tui/file-list.ts";
import { temporaryDirectory } from "../support/directory.ts";

test("the files of a directory are listed, with what are directories and what leads to one", async () => {
  await using directory = await temporaryDirectory();
  const { path } = directory;
  await mkdir(join(path, "src"));
  await writeFile(join(path, "a file.txt"), "");
  if (process.platform !== "win32") {
    await symlink(join(path, "src"), join(path, "link"));
    await symlink(join(path, "nowhere"), join(path, "broken"));
    await writeFile(join(path, "red\u001b[31m"), "");
  }
  const files = (await listFiles(`${path}/`)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const expected = [
    { name: "a file.txt", isDirectory: false },
    { name: "broken", isDirectory: false },
    { name: "link", isDirectory: true },
    { name: "src", isDirectory: true },
  ];
  const isHere = ({ name }: { name: string }) =>
    process.platform !== "win32" || !["broken", "link"].includes(name);
  expect(files).toEqual(expected.filter(isHere));
});

test("a directory that cannot be read has no files", async () => {
  expect(await listFiles("/no/such/directory/")).toEqual([]);
});

test("of a crowded directory so many files are listed and no more", async () => {
  await using directory = await temporaryDirectory();
  for (const name of ["a", "b", "c"]) await writeFile(join(directory.path, name), "");
  expect(await listFiles(directory.path, 3)).toHaveLength(3);
  expect(await listFiles(directory.path, 2)).toHaveLength(2);
});
