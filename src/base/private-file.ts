import { randomUUID } from "node:crypto";
import { link, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { systemErrorCode } from "./errors.ts";

/** Whether there is a file of that name. */
export async function fileExists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return false;
    throw error;
  }
}

/** Makes a file for this user only, whole or not at all; one that is there already stays as it is. */
export async function createPrivateFile(path: string, content: string): Promise<void> {
  await place(path, content, linkOrRename);
}

/** Makes the file for this user only, or puts it in the place of the one that is there; synced. */
export async function replacePrivateFile(
  path: string,
  content: string | Uint8Array,
): Promise<void> {
  await place(path, content, rename);
}

type Place = (from: string, to: string) => Promise<void>;

async function place(path: string, content: string | Uint8Array, put: Place): Promise<void> {
  const temporary = `${path}.${randomUUID()}.new`;
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await put(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
  await syncDirectory(dirname(path));
}

/** A file is in its directory for sure only when the directory is synced; Windows needs no such thing. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function linkOrRename(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (systemErrorCode(error) === "EEXIST") return;
    // No hard links here, as on FAT.
    await rename(from, to);
  }
}
