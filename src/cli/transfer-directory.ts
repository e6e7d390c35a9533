import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EarshotError, systemErrorCode, systemReason, toEarshotError } from "../base/errors.ts";

/** Programs of one kind that move files at one server at a time. */
const programsMax = 64;

/** A directory in which one process remembers what it has not sent or received whole. */
export interface TransferDirectory {
  readonly path: string;
  /** Another process may have it. */
  release(): Promise<void>;
}

/**
 * The directory for the files of a server, and of a kind of program: two of them never write what one
 * remembers. What was left behind goes to the first that comes.
 *
 * @throws {EarshotError} WHEN it cannot be made `data-directory-unusable`.
 */
export async function openTransferDirectory(
  clientDirectory: string,
  serverId: string,
  program: string,
): Promise<TransferDirectory> {
  const parent = join(clientDirectory, "files", serverId);
  for (let number = 1; number <= programsMax; number += 1) {
    const path = join(parent, number === 1 ? program : `${program}-${number}`);
    const lock = `${path}.lock`;
    try {
      await mkdir(path, { recursive: true, mode: 0o700 });
      if (!(await take(lock))) continue;
    } catch (error) {
      const message = `files cannot be remembered in ${path}${systemReason(error)}`;
      throw toEarshotError(error, "data-directory-unusable", message);
    }
    return { path, release: () => rm(lock, { force: true }) };
  }
  const message = `${programsMax} programs move files at this server already`;
  throw new EarshotError("data-directory-unusable", message);
}

/**
 * A directory for a process that leaves nothing behind.
 *
 * @throws {EarshotError} WHEN it cannot be made `data-directory-unusable`.
 */
export async function temporaryTransferDirectory(
  clientDirectory: string,
  serverId: string,
): Promise<TransferDirectory> {
  const parent = join(clientDirectory, "files", serverId);
  try {
    await mkdir(parent, { recursive: true, mode: 0o700 });
    const path = await mkdtemp(join(parent, "once-"));
    return { path, release: () => rm(path, { recursive: true, force: true }) };
  } catch (error) {
    const message = `files cannot be remembered in ${parent}${systemReason(error)}`;
    throw toEarshotError(error, "data-directory-unusable", message);
  }
}

/** A process that has ended without a word keeps nobody out. */
async function take(lock: string): Promise<boolean> {
  if (await write(lock)) return true;
  const owner = Number(await readFile(lock, "utf8").catch(() => ""));
  if (isRunning(owner)) return false;
  await rm(lock, { force: true });
  return await write(lock);
}

async function write(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "EEXIST") return false;
    throw error;
  }
}

function isRunning(id: number): boolean {
  if (!Number.isSafeInteger(id) || id <= 0) return false;
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    // It is another user's, but it is.
    return systemErrorCode(error) === "EPERM";
  }
}
