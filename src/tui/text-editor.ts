import { spawn } from "node:child_process";
import { mkdtemp, open, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EarshotError, systemReason, toEarshotError } from "../base/errors.ts";
import { sanitizeText } from "../base/text.ts";
import { bytesText } from "../room/bytes-text.ts";
import { textBytesMax } from "../room/limits.ts";

/** Which editor a person wants. */
export interface EditorEnvironment {
  readonly VISUAL?: string | undefined;
  readonly EDITOR?: string | undefined;
}

/**
 * Lets a person write in their own editor and gives what they wrote, sanitised, without the line feed at
 * its end. Meanwhile the text is in a file for this user only, which is gone afterwards. The editor has
 * our terminal, which must have been given away before.
 *
 * @throws {EarshotError} FILE `file-unusable`: no such editor, it failed, or it wrote more than a message has.
 */
export async function editText(text: string, env: EditorEnvironment): Promise<string> {
  const command = env.VISUAL || env.EDITOR || usualEditor();
  const directory = await madeDirectory();
  try {
    const path = join(directory, "message.txt");
    await writePrivate(path, text);
    await runEditor(command, path);
    return await written(path);
  } catch (error) {
    throw toEarshotError(error, "file-unusable", `${command} cannot be used${systemReason(error)}`);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function usualEditor(): string {
  return process.platform === "win32" ? "notepad" : "vi";
}

/** `mkdtemp` makes it for this user only. */
async function madeDirectory(): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), "earshot-"));
  } catch (error) {
    const reason = systemReason(error);
    throw toEarshotError(error, "file-unusable", `there is no place for a file to edit${reason}`);
  }
}

async function writePrivate(path: string, text: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text === "" ? "" : `${text}\n`);
  } finally {
    await file.close();
  }
}

/** The command may have arguments, as git and others take it: a shell reads it, but never the path. */
async function runEditor(command: string, path: string): Promise<void> {
  const isWindows = process.platform === "win32";
  const child = isWindows
    ? spawn(`${command} "${path}"`, { stdio: "inherit", shell: true })
    : spawn("/bin/sh", ["-c", `${command} "$1"`, "sh", path], { stdio: "inherit" });
  const ended = await new Promise<string | undefined>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      resolve(code === 0 ? undefined : signal === null ? `with code ${code}` : `by ${signal}`);
    });
  });
  // So says the shell.
  if (ended === "with code 127") {
    throw new EarshotError("file-unusable", `there is no ${command}: EDITOR says which to use`);
  }
  if (ended !== undefined) {
    throw new EarshotError("file-unusable", `${command} ended ${ended}: the text is as it was`);
  }
}

async function written(path: string): Promise<string> {
  const { size } = await stat(path);
  if (textBytesMax < size) {
    const most = bytesText(textBytesMax);
    throw new EarshotError(
      "file-unusable",
      `that is ${bytesText(size)}, and a message has at most ${most}: the text is as it was`,
    );
  }
  const text = sanitizeText((await readFile(path, "utf8")).replaceAll("\r\n", "\n"));
  return text.replace(/\n$/, "");
}
