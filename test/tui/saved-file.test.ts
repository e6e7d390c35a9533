import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { namesTriedMax, saveText } from "../../src/tui/saved-file.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "earshot-saved-"));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

test("a text is written to a file for this user only", async () => {
  const path = await saveText(join(directory, "notes.txt"), "grüße\n");
  expect(path).toBe(join(directory, "notes.txt"));
  expect(readFileSync(path, "utf8")).toBe("grüße\n");
  if (process.platform !== "win32") expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("what is there is left as it is, and the new file gets a number", async () => {
  const path = join(directory, "notes.txt");
  await saveText(path, "first");
  expect(await saveText(path, "second")).toBe(join(directory, "notes (1).txt"));
  expect(await saveText(path, "third")).toBe(join(directory, "notes (2).txt"));
  expect(readFileSync(path, "utf8")).toBe("first");
});

test(`${namesTriedMax} names are tried, and no more`, async () => {
  const path = join(directory, "a");
  for (let count = 0; count < namesTriedMax; count += 1) await saveText(path, "x");
  expect(readdirSync(directory)).toHaveLength(namesTriedMax);
  await expect(saveText(path, "x")).rejects.toMatchObject({
    code: "file-unusable",
    message: `${path} is there, and 99 more with a number`,
  });
});

test("what cannot be written is told with the system's reason", async () => {
  const path = join(directory, "missing", "notes.txt");
  await expect(saveText(path, "x")).rejects.toMatchObject({
    code: "file-unusable",
    message: `${path} cannot be written: no such file or directory`,
  });
  await expect(saveText(directory, "x")).rejects.toMatchObject({
    message: `${directory} is a directory`,
  });
});

test("a tilde is the user's own directory", async () => {
  await expect(saveText("~", "x")).rejects.toMatchObject({
    message: `${homedir()} is a directory`,
  });
});
