import { open, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { systemErrorCode } from "../base/errors.ts";

/** Whether the file is there. */
export async function hasMarker(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return false;
    throw error;
  }
}

/** Writes the file so that it survives a power cut, whole or not at all. */
export async function writeMarker(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  const file = await open(draft, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  await syncDirectory(dirname(path));
}

async function syncDirectory(path: string): Promise<void> {
  // Windows can neither open nor sync a directory, and orders renames by its journal.
  if (process.platform === "win32") return;
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
