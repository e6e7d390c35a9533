import { lstat, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SettingsFile } from "../../src/cli/settings-file.ts";
import { settingsUnitsMax } from "../../src/tui/settings-text.ts";
import { temporaryDirectory } from "../support/directory.ts";

test("settings are made when the first is changed, for their owner only", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "new", "settings.conf");
  const file = await SettingsFile.open(path);
  expect(file.content.problems).toEqual([]);
  await expect(stat(path)).rejects.toThrow("ENOENT");
  const text = await file.change("time", "12h");
  expect(await readFile(path, "utf8")).toBe(text);
  if (process.platform !== "win32") expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await SettingsFile.open(path)).content.values.get("time")).toBe("12h");
});

test("settings that were written by hand meanwhile stay, and changes do not overtake each other", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "settings.conf");
  const file = await SettingsFile.open(path);
  await writeFile(path, "# by hand\r\nmouse = off\r\n");
  await Promise.all([
    file.change("time", "12h"),
    file.change("notify", "all"),
    file.change("time", undefined),
  ]);
  expect(await readFile(path, "utf8")).toBe("# by hand\nmouse = off\nnotify = all\n");
});

test("settings behind a link are changed where they are", async (context) => {
  if (process.platform === "win32") context.skip("links need rights of their own there");
  await using directory = await temporaryDirectory();
  const [path, target] = ["settings.conf", "dotfiles.conf"].map((name) =>
    join(directory.path, name),
  );
  await writeFile(target ?? "", "mouse = off\n");
  await symlink(target ?? "", path ?? "");
  await (await SettingsFile.open(path ?? "")).change("mouse", "on");
  expect((await lstat(path ?? "")).isSymbolicLink()).toBe(true);
  expect(await readFile(target ?? "", "utf8")).toBe("mouse = on\n");
});

test("settings that cannot be read are told of and never written", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "settings.conf");
  for (const bytes of [Buffer.from([0xff, 0xfe]), Buffer.from("#".repeat(settingsUnitsMax + 1))]) {
    await writeFile(path, bytes);
    const file = await SettingsFile.open(path);
    expect(file.content.problems).toHaveLength(1);
    expect(file.content.problems[0]).toMatch(/everything is as usual$/);
    await expect(file.change("time", "12h")).rejects.toMatchObject({ code: "file-unusable" });
    expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
  }
  await rm(path);
  expect((await SettingsFile.open(directory.path)).content.problems).toHaveLength(1);
});

test("settings as long as they may be are read, and cannot grow", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "settings.conf");
  const longest = `${"#".repeat(settingsUnitsMax - 1)}\n`;
  await writeFile(path, longest);
  const file = await SettingsFile.open(path);
  expect(file.content.problems).toEqual([]);
  await expect(file.change("time", "12h")).rejects.toThrow("has more than 262144 characters");
  expect(await readFile(path, "utf8")).toBe(longest);
});
