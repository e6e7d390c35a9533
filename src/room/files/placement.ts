import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  unlinkSync,
} from "node:fs";
import { join } from "node:path";
import { EarshotError, systemErrorCode } from "../../base/errors.ts";
import { namesTriedMax } from "./limits.ts";
import { numberedName } from "./safe-name.ts";

/** What is to get its name. */
export interface Placing {
  /** Where it is now, in the same directory. */
  readonly part: string;
  readonly directory: string;
  /** A safe name. */
  readonly name: string;
  readonly isFolder: boolean;
}

/**
 * Gives what was received its name, or the next one that is free: `name (1)`. Nothing is ever written
 * over, whoever makes files there at the same time. The result is its path; it is synced.
 * @throws {EarshotError} file-unusable WHEN 10,000 names are taken
 */
export function place({ part, directory, name, isFolder }: Placing): string {
  for (let number = 0; number < namesTriedMax; number += 1) {
    const path = join(directory, number === 0 ? name : numberedName(name, number));
    if (!(isFolder ? placeFolder(part, path) : placeFile(part, path))) continue;
    syncDirectory(directory);
    return path;
  }
  throw new EarshotError("file-unusable", `${namesTriedMax} files are named like ${name}`);
}

/** A link fails where something is, a rename does not. */
function placeFile(part: string, path: string): boolean {
  try {
    linkSync(part, path);
  } catch (error) {
    if (systemErrorCode(error) === "EEXIST") return false;
    return replaceOwn(part, path);
  }
  unlinkSync(part);
  return true;
}

/** Where there are no hard links, as on FAT: takes the name with an empty file, which is ours. */
function replaceOwn(part: string, path: string): boolean {
  if (!isMade(() => closeSync(openSync(path, "wx", 0o600)))) return false;
  renameSync(part, path);
  return true;
}

/** The same with an empty directory, over which a directory may be renamed but on Windows. */
function placeFolder(part: string, path: string): boolean {
  if (!isMade(() => mkdirSync(path, { mode: 0o700 }))) return false;
  try {
    renameSync(part, path);
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    rmdirSync(path);
    renameSync(part, path);
  }
  return true;
}

function isMade(make: () => void): boolean {
  try {
    make();
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** A file is in its directory for sure only when that is synced; Windows needs no such thing. */
function syncDirectory(path: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(path, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
