import { readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { textBytesMax } from "../../src/room/limits.ts";
import { editText } from "../../src/tui/text-editor.ts";
import { temporaryDirectory } from "../support/directory.ts";

/** An editor that runs this program; `path` is the file it edits, `notes` one it may write. */
async function editorIn(directory: string, program: string): Promise<{ EDITOR: string }> {
  const script = join(directory, "editor.mjs");
  const notes = JSON.stringify(join(directory, "notes.json"));
  await writeFile(
    script,
    `import * as fs from "node:fs";\nconst path = process.argv.at(-1);\nconst notes = ${notes};\n${program}\n`,
  );
  return { EDITOR: `"${process.execPath}" "${script}"` };
}

test("an own editor gets the text in a private file and gives it back changed, which is then gone", async () => {
  await using directory = await temporaryDirectory();
  const env = await editorIn(
    directory.path,
    `const text = fs.readFileSync(path, "utf8");
     const modes = [path, path.replace(/[\\\\/][^\\\\/]*$/, "")].map((it) => fs.statSync(it).mode & 0o777);
     fs.writeFileSync(notes, JSON.stringify({ path, text, modes }));
     fs.writeFileSync(path, text + "more\\r\\n\\x1b[31mred\\n");`,
  );
  expect(await editText("draft", env)).toBe("draft\nmore\n[31mred");
  const notes = JSON.parse(await readFile(join(directory.path, "notes.json"), "utf8"));
  expect(notes.text).toBe("draft\n");
  if (process.platform !== "win32") expect(notes.modes).toEqual([0o600, 0o700]);
  await expect(stat(dirname(notes.path))).rejects.toThrow("ENOENT");
});

test("an own editor that fails, or is not there, is told by what happened", async () => {
  await using directory = await temporaryDirectory();
  const failing = await editorIn(directory.path, "process.exit(3);");
  await expect(editText("draft", failing)).rejects.toThrow("ended with code 3: the text is as it");
  const missing = { EDITOR: join(directory.path, "no-such-editor") };
  await expect(editText("draft", missing)).rejects.toThrow("there is no ");
});

test("an own editor may write as much as a message has, and not a byte more", async () => {
  await using directory = await temporaryDirectory();
  const writing = (bytes: number) =>
    editorIn(directory.path, `fs.writeFileSync(path, "x".repeat(${bytes}));`);
  expect(await editText("", await writing(textBytesMax))).toHaveLength(textBytesMax);
  await expect(editText("", await writing(textBytesMax + 1))).rejects.toThrow("at most 16.8 MB");
});

test("VISUAL goes before EDITOR, as everywhere", async () => {
  await using directory = await temporaryDirectory();
  const { EDITOR } = await editorIn(directory.path, `fs.writeFileSync(path, "visual");`);
  expect(await editText("", { VISUAL: EDITOR, EDITOR: "false" })).toBe("visual");
});
