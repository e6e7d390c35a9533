import { open, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join, parse, resolve } from "node:path";
import {
  type EarshotError,
  systemErrorCode,
  systemReason,
  toEarshotError,
} from "../base/errors.ts";

/** Names that are tried when files of that name are there: `a.txt`, `a (1).txt` … `a (99).txt`. */
export const namesTriedMax = 100;

/**
 * Writes the text into a new file for this user only and gives its whole path. What is there already is
 * never overwritten. A relative name is below the working directory, `~` is the user's own.
 *
 * @throws {EarshotError} FILE `file-unusable`.
 */
export async function saveText(name: string, text: string): Promise<string> {
  const path = resolve(name.replace(/^~(?=[\\/]|$)/, homedir()));
  if (await isDirectory(path)) throw unusable(`${path} is a directory`, undefined);
  const { dir, name: base, ext } = parse(path);
  for (let tried = 0; tried < namesTriedMax; tried += 1) {
    const free = tried === 0 ? path : join(dir, `${base} (${tried})${ext}`);
    if (await isWritten(free, text)) return free;
  }
  throw unusable(`${path} is there, and ${namesTriedMax - 1} more with a number`, undefined);
}

/** Not written when the file is there already. */
async function isWritten(path: string, text: string): Promise<boolean> {
  try {
    const file = await open(path, "wx", 0o600);
    try {
      await file.writeFile(text);
    } catch (error) {
      // Half a message would look like a whole one.
      await rm(path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "EEXIST") return false;
    throw unusable(`${path} cannot be written${systemReason(error)}`, error);
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

function unusable(message: string, cause: unknown): EarshotError {
  return toEarshotError(cause, "file-unusable", message);
}
