import { cp, mkdir, rename, rm } from "node:fs/promises";
import { EarshotError } from "../../base/errors.ts";
import { fileExists } from "../../base/private-file.ts";
import { decodeCbor, encodeCbor } from "../codec.ts";
import {
  type Database,
  type DatabaseChange,
  type OpenDatabase,
  repairLevelDatabase,
} from "../database.ts";
import { openFailure, type StorePaths } from "../store-directory.ts";
import { diskMessage } from "../store-failure.ts";
import { allKeys, commitOfKey, formatKey, partRange } from "../store-keys.ts";
import { decodePost, memoryFormat } from "./memory-record.ts";

/** A client's memory as it was found. */
export interface OpenedMemory {
  readonly database: Database;
  readonly lastCommit: number;
  /** Whether writes are missing, so that no cache can be trusted. */
  readonly isIncomplete: boolean;
  /** What is damaged and what was done about it, as phrases for people. */
  readonly damage: readonly string[];
}

/**
 * Opens the database, or makes it. One that cannot be opened is put aside as `store.damaged`, and the
 * lines of ours that can be saved from it are put into a new one. `mark` is the newest commit that was
 * written.
 *
 * @throws {EarshotError} WHEN another process has it `data-directory-in-use`; it is of a later format
 * or cannot be opened now `data-directory-unusable`.
 */
export async function openMemory(
  paths: StorePaths,
  openDatabase: OpenDatabase,
  mark: number | undefined,
): Promise<OpenedMemory> {
  let database: Database;
  try {
    if (mark === undefined) await makeDirectory(paths);
    database = await openDatabase(paths.database, { isNew: mark === undefined });
  } catch (error) {
    const failure = await openFailure(paths, error);
    if (failure.code !== "history-damaged") throw failure;
    return await beginAnew(paths, openDatabase);
  }
  try {
    if (!(await checkFormat(database))) {
      await database.close();
      return await beginAnew(paths, openDatabase);
    }
    const keys = await database.keys(partRange("commits"));
    const first = commitOfKey(keys[0]);
    const last = commitOfKey(keys.at(-1));
    const isWhole = (mark ?? 0) <= last && (last === 0 || keys.length === last - first + 1);
    if (isWhole) return { database, lastCommit: last, isIncomplete: false, damage: [] };
    const damage = [
      "what this computer keeps of your chats is damaged: lines that waited to be sent may be missing",
    ];
    return { database, lastCommit: Math.max(mark ?? 0, last), isIncomplete: true, damage };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Whether the format is known; a new database gets it. */
async function checkFormat(database: Database): Promise<boolean> {
  const bytes = await database.read(formatKey);
  const format = bytes && decodeCbor(bytes, (value) => value);
  if (format === memoryFormat) return true;
  if (typeof format === "number") {
    const message = `what is kept of your chats has format ${format}, this program reads up to ${memoryFormat}`;
    throw new EarshotError("data-directory-unusable", message);
  }
  if (0 < (await database.keys(allKeys, { limit: 1 })).length) return false;
  await database.write(firstChanges());
  return true;
}

/** LevelDB would let others look into it. */
async function makeDirectory({ database }: StorePaths): Promise<void> {
  await mkdir(database, { recursive: true, mode: 0o700 });
}

function firstChanges(): DatabaseChange[] {
  return [{ type: "put", key: formatKey, value: encodeCbor(memoryFormat) }];
}

async function beginAnew(paths: StorePaths, openDatabase: OpenDatabase): Promise<OpenedMemory> {
  const aside = `${paths.database}.damaged`;
  let saved: DatabaseChange[] = [];
  if (await fileExists(paths.database)) {
    await rm(aside, { recursive: true, force: true });
    await rename(paths.database, aside);
    saved = await savedPosts(aside, openDatabase);
  }
  await rm(paths.mark, { force: true });
  await makeDirectory(paths);
  const database = await openDatabase(paths.database, { isNew: true });
  await database.write([...firstChanges(), ...saved]);
  const damage = [
    `what this computer kept of your chats was damaged and is begun anew: ${saved.length} lines that waited to be sent were saved, others may be missing`,
  ];
  return { database, lastCommit: 0, isIncomplete: false, damage };
}

/** The lines that LevelDB's repair of a copy brings back whole. */
async function savedPosts(damaged: string, openDatabase: OpenDatabase): Promise<DatabaseChange[]> {
  const copy = `${damaged}.copy`;
  const saved: DatabaseChange[] = [];
  try {
    await cp(damaged, copy, { recursive: true });
    await repairLevelDatabase(copy);
    const database = await openDatabase(copy, { isNew: false });
    try {
      for await (const chunk of database.walk(partRange("posts"))) {
        for (const [key, value] of chunk) {
          if (decodePost(key, value) !== undefined) saved.push({ type: "put", key, value });
        }
      }
    } finally {
      await database.close();
    }
  } catch (error) {
    // What was found so far is all there is; anything but the disk is our own mistake.
    diskMessage(error);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
  return saved;
}
