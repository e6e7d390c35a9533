import { EventEmitter } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type PasswordInput,
  passwordBytesMax,
  promptPassword,
  readPasswordFile,
} from "../../src/cli/password.ts";

describe("a password in a file", () => {
  let directory: string;
  let path: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "earshot-password-"));
    path = join(directory, "password");
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  test.each([
    ["correct horse\n", "correct horse"],
    ["correct horse", "correct horse"],
    [" two words \r\nmore", " two words "],
  ])("%j is its first line", async (content, expected) => {
    writeFileSync(path, content);
    expect((await readPasswordFile(path)).reveal()).toBe(expected);
  });

  test("is not empty, not missing, and no longer than allowed", async () => {
    const unusable = { code: "file-unusable" };
    await expect(readPasswordFile(path)).rejects.toMatchObject(unusable);
    writeFileSync(path, "\n");
    await expect(readPasswordFile(path)).rejects.toMatchObject(unusable);
    writeFileSync(path, "x".repeat(passwordBytesMax + 1));
    await expect(readPasswordFile(path)).rejects.toMatchObject(unusable);
    writeFileSync(path, "x".repeat(passwordBytesMax));
    expect((await readPasswordFile(path)).reveal()).toHaveLength(passwordBytesMax);
  });
});

describe("a password that is typed", () => {
  /** Types into the prompt; gives what was read, what was shown, and how the terminal was left. */
  async function type(chunks: readonly string[], isTTY = true) {
    const shown: string[] = [];
    const modes: boolean[] = [];
    const events = new EventEmitter();
    const input = Object.assign(events, {
      isTTY,
      setRawMode: (mode: boolean) => modes.push(mode),
      resume: () => undefined,
      pause: () => undefined,
    }) as unknown as PasswordInput;
    const asked = promptPassword(input, (text) => shown.push(text), "Password: ");
    for (const chunk of chunks) events.emit("data", Buffer.from(chunk));
    if (chunks.length === 0) events.emit("end");
    return { password: (await asked)?.reveal(), shown: shown.join(""), modes };
  }

  test("is read and not shown (S5)", async () => {
    const { password, shown, modes } = await type(["corr", "ect horse\r"]);
    expect(password).toBe("correct horse");
    expect(shown).toBe("Password: \n");
    expect(modes).toEqual([true, false]);
  });

  test("can be corrected", async () => {
    expect((await type(["abé\u007fc\r"])).password).toBe("abc");
    expect((await type(["abc\u0015xyz\n"])).password).toBe("xyz");
    expect((await type(["a\u001bb\u0000c\r"])).password).toBe("abc");
  });

  test("can be broken off, and the terminal is as it was", async () => {
    for (const chunks of [["abc\u0003"], ["\u0004"], []]) {
      const { password, modes } = await type(chunks);
      expect(password).toBeUndefined();
      expect(modes).toEqual([true, false]);
    }
  });

  test("is not asked for where it would be shown", async () => {
    await expect(type(["abc\r"], false)).rejects.toMatchObject({ code: "terminal-unusable" });
  });
});
