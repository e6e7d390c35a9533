import { opendir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { sanitizeLine } from "../base/text.ts";
import type { FileName } from "./completion.ts";

/** Files of a directory that are looked at; a person types a letter more before they read so many. */
export const listedFilesMax = 5_000;

/**
 * The files of a directory as people write it: `~` is their own, a relative one is below the working
 * directory. None when it cannot be read. Names that cannot be shown cannot be typed and are left out.
 */
export async function listFiles(
  directory: string,
  filesMax: number = listedFilesMax,
): Promise<readonly FileName[]> {
  const path = resolve(directory.replace(/^~(?=[\\/]|$)/, homedir()));
  const files: FileName[] = [];
  try {
    for await (const entry of await opendir(path)) {
      const { name } = entry;
      if (sanitizeLine(name) !== name) continue;
      const isLink = entry.isSymbolicLink();
      const isDirectory = isLink ? await leadsToDirectory(join(path, name)) : entry.isDirectory();
      files.push({ name, isDirectory });
      if (filesMax <= files.length) break;
    }
  } catch {
    return files;
  }
  return files;
}

async function leadsToDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
