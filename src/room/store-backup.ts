import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { EarshotError } from "../base/errors.ts";
import { fileExists } from "../base/private-file.ts";
import { CommitMark } from "./commit-mark.ts";
import { type Database, openLevelDatabase } from "./database.ts";
import { checkDatabase, type StoreReport } from "./store-check.ts";
import { DatabaseCopy } from "./store-copy.ts";
import {
  filesOf,
  hasMarker,
  keepBefore,
  letBeforeGo,
  makeStoreDirectory,
  openFailure,
  storePaths,
  writeMarker,
} from "./store-directory.ts";
import { allKeys, commitOfKey } from "./store-keys.ts";

/**
 * Copies a database as it is now into an empty directory, while it goes on being used, and reads the
 * copy whole. What was damaged is copied as it is, and stands in the report.
 *
 * @throws {EarshotError} DIRECTORY has a store `argument-invalid`; it cannot be written
 * `data-directory-unusable`.
 */
export async function backUpDatabase(database: Database, directory: string): Promise<StoreReport> {
  const paths = storePaths(directory);
  try {
    await refuseStore(directory);
    await makeStoreDirectory(paths);
    const copy = await DatabaseCopy.begin(paths.database);
    let lastCommit = 0;
    try {
      for await (const chunk of database.walk(allKeys)) {
        for (const [key, value] of chunk) {
          if (key.startsWith("commits!")) lastCommit = commitOfKey(key);
          await copy.add(key, value);
        }
      }
    } finally {
      await copy.close();
    }
    await writeMark(paths.mark, lastCommit);
    const report = await checkClosed(paths.database);
    await writeMarker(paths);
    return report;
  } catch (error) {
    throw await openFailure(paths, error);
  }
}

/**
 * Makes the store of a backup the store of a directory that has none, and reads it whole. The backup
 * stays as it is.
 *
 * @throws {EarshotError} DIRECTORY has a store, or `backup` has none `argument-invalid`; what is there
 * is damaged `history-damaged`; `data-directory-unusable`.
 */
export async function restoreBackup(backup: string, directory: string): Promise<StoreReport> {
  const from = storePaths(backup);
  const to = storePaths(directory);
  try {
    await refuseStore(directory);
    if (!(await hasMarker(from))) {
      throw new EarshotError("argument-invalid", `there is no finished backup in ${backup}`);
    }
    await makeStoreDirectory(to);
    await mkdir(to.database, { mode: 0o700 });
    for (const name of await filesOf(from.database)) {
      await copyFile(join(from.database, name), join(to.database, name));
    }
    await copyFile(from.mark, to.mark);
    const report = await checkClosed(to.database);
    await writeMarker(to);
    return report;
  } catch (error) {
    throw await openFailure(to, error);
  }
}

/**
 * Reads the whole store of a directory that no server has open.
 *
 * @throws {EarshotError} DIRECTORY is in use `data-directory-in-use`; its store cannot be opened
 * `history-damaged`; `data-directory-unusable`.
 */
export async function checkStore(directory: string): Promise<StoreReport> {
  const paths = storePaths(directory);
  try {
    await keepBefore(paths);
    const report = await checkClosed(paths.database);
    if (report.isSound) await letBeforeGo(paths);
    return report;
  } catch (error) {
    throw await openFailure(paths, error);
  }
}

/** Notes the newest commit of a database that was written whole. */
export async function writeMark(path: string, commit: number): Promise<void> {
  if (commit === 0) return;
  const mark = await CommitMark.open(path);
  try {
    await mark.write(commit);
  } finally {
    await mark.close();
  }
}

async function checkClosed(path: string): Promise<StoreReport> {
  const database = await openLevelDatabase(path, { isNew: false });
  try {
    return await checkDatabase(database);
  } finally {
    await database.close();
  }
}

async function refuseStore(directory: string): Promise<void> {
  const paths = storePaths(directory);
  if ((await hasMarker(paths)) || (await fileExists(paths.database))) {
    throw new EarshotError("argument-invalid", `there is a store in ${directory} already`);
  }
}
