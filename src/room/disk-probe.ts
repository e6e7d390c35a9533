import assert from "node:assert/strict";
import { open, rm } from "node:fs/promises";
import { systemErrorCode } from "../base/errors.ts";

/** More than opening a database writes by itself; what waits to be stored may still be too much. */
const probeBytes = 64 * 2 ** 10;

/** Whether a file can be written at this path and synced now. Whatever was there is gone then. */
export async function canWrite(path: string): Promise<boolean> {
  const isWritten = await succeeds(() => writeSynced(path));
  const isRemoved = await succeeds(() => rm(path, { force: true }));
  return isWritten && isRemoved;
}

async function writeSynced(path: string): Promise<void> {
  const file = await open(path, "w", 0o600);
  try {
    await file.writeFile(new Uint8Array(probeBytes));
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Anything but an error of the system is our own mistake. */
async function succeeds(action: () => Promise<void>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    assert(systemErrorCode(error) !== undefined, error as Error);
    return false;
  }
}
