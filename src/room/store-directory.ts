import { copyFile, link, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type EarshotError, systemErrorCode } from "../base/errors.ts";
import { fileExists, replacePrivateFile } from "../base/private-file.ts";
import { toOpenError } from "./store-failure.ts";

/** What lies where in the directory of a store. */
export interface StorePaths {
  readonly directory: string;
  /** The database. */
  readonly database: string;
  /** The database as it was before it was opened, while nobody knows whether it is whole. */
  readonly before: string;
  /** That there is a store here. */
  readonly marker: string;
  /** The number of the newest commit. */
  readonly mark: string;
  /** The process that has it open. */
  readonly pid: string;
  /** Written to find out whether the disk can be. */
  readonly probe: string;
  /** The database of format 1. */
  readonly firstFormat: string;
}

const markerText = "earshot has a store here; it will not begin another when this one is gone.\n";

export function storePaths(directory: string): StorePaths {
  return {
    directory,
    database: join(directory, "store"),
    before: join(directory, "store.before"),
    marker: join(directory, "created"),
    mark: join(directory, "mark"),
    pid: join(directory, "pid"),
    probe: join(directory, "probe"),
    firstFormat: join(directory, "log"),
  };
}

/** Makes the directory for this user only, if it is not there. */
export async function makeStoreDirectory({ directory }: StorePaths): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
}

/** Whether there ever was a store here: then no other is begun. */
export function hasMarker({ marker }: StorePaths): Promise<boolean> {
  return fileExists(marker);
}

/** Says for ever that there is a store here. */
export async function writeMarker({ marker }: StorePaths): Promise<void> {
  await replacePrivateFile(marker, markerText);
}

/**
 * Keeps the files of the database as they are, by links that cost no space: opening a damaged
 * database makes LevelDB delete files of which it has lost the record, and they could be saved. What
 * was kept before and never let go stays what it is, for it is older.
 */
export async function keepBefore({ database, before }: StorePaths): Promise<void> {
  if (await fileExists(before)) return;
  const unfinished = `${before}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  for (const name of await filesOf(database)) {
    await linkOrCopy(join(database, name), join(unfinished, name));
  }
  await rename(unfinished, before);
}

/** The database is whole: what was kept is not needed. */
export async function letBeforeGo({ before }: StorePaths): Promise<void> {
  await rm(before, { recursive: true, force: true });
}

/** Notes which process has the store, for whoever finds it locked. */
export async function writePid({ pid }: StorePaths): Promise<void> {
  await writeFile(pid, `${process.pid}\n`, { mode: 0o600 });
}

/** Nobody has the store any more. */
export async function removePid({ pid }: StorePaths): Promise<void> {
  await rm(pid, { force: true });
}

/** Why the store could not be opened, as one of our errors. */
export async function openFailure(paths: StorePaths, error: unknown): Promise<EarshotError> {
  const failure = toOpenError(error, paths.directory, await readPid(paths));
  // Another process has it, and it is as it should be.
  if (failure.code === "data-directory-in-use") await letBeforeGo(paths);
  return failure;
}

/** The process that noted itself last, or `undefined`. */
async function readPid({ pid }: StorePaths): Promise<number | undefined> {
  try {
    const number = Number.parseInt(await readFile(pid, "utf8"), 10);
    return Number.isSafeInteger(number) ? number : undefined;
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return undefined;
  }
}

/** The files of a database that matter; none when it is gone. */
export async function filesOf(database: string): Promise<readonly string[]> {
  try {
    const names = await readdir(database);
    return names.filter((name) => !name.startsWith("LO"));
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return [];
    throw error;
  }
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    // LevelDB has put it away meanwhile, as it is another process's.
    if (systemErrorCode(error) === "ENOENT") return;
    // No hard links here, as on FAT.
    await copyFile(from, to);
  }
}
