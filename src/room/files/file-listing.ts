import { constants, lstatSync, readdirSync, realpathSync, type Stats, statSync } from "node:fs";
import { basename, join } from "node:path";
import { EarshotError, systemErrorCode, systemReason } from "../../base/errors.ts";
import { sanitizeLine } from "../../base/text.ts";
import { isPath } from "./contents.ts";
import { entriesMax, offerBytesMax } from "./limits.ts";

/** A file or a directory that is to be offered, as it is on the disk. */
export interface ListedEntry {
  readonly kind: "file" | "directory";
  /** Where it is in what is offered. */
  readonly parts: readonly string[];
  readonly path: string;
  readonly bytes: number;
  /** Whole milliseconds since 1970. */
  readonly modifiedAt: number;
  readonly isExecutable: boolean;
}

/** What is under a path. */
export interface Listing {
  /** Of the file or the folder, safe to show. */
  readonly name: string;
  readonly kind: "file" | "folder";
  readonly entries: readonly ListedEntry[];
  /** Symbolic links, pipes, sockets, devices and names that are no UTF-8: they are not offered. */
  readonly skippedCount: number;
}

/**
 * Lists a file, or a folder with all that is in it. Symbolic links in a folder are not followed, so
 * nothing is offered that is elsewhere; a path that is given may be one.
 * @throws {EarshotError} file-unusable, limit-reached
 */
export function listPath(path: string): Listing {
  const real = usable(path, () => realpathSync(path));
  const stats = usable(path, () => statSync(real));
  const name = sanitizeLine(basename(real));
  if (stats.isFile()) {
    const entry = listed([basename(real)], real, stats);
    checkSize([entry]);
    return { name, kind: "file", entries: [entry], skippedCount: 0 };
  }
  if (!stats.isDirectory()) {
    throw new EarshotError("file-unusable", `${path} is neither a file nor a folder`);
  }
  const entries: ListedEntry[] = [];
  const skippedCount = listDirectory(real, [], entries);
  checkSize(entries);
  if (entries.length === 0) throw new EarshotError("file-unusable", `nothing is in ${path}`);
  return { name, kind: "folder", entries, skippedCount };
}

/** When it was changed, as contents have it; never before 1970. */
export function modifiedAtOf(stats: Stats): number {
  return Math.max(0, Math.trunc(stats.mtimeMs));
}

function listDirectory(path: string, parts: readonly string[], entries: ListedEntry[]): number {
  let skippedCount = 0;
  for (const name of usable(path, () => readdirSync(path)).sort()) {
    const at = join(path, name);
    const inside = [...parts, name];
    const stats = isNameKept(name) && isPath(inside) ? usable(at, () => lstatSync(at)) : undefined;
    if (stats === undefined || !(stats.isFile() || stats.isDirectory())) {
      skippedCount += 1;
      continue;
    }
    entries.push(listed(inside, at, stats));
    if (entriesMax < entries.length) {
      throw new EarshotError("limit-reached", `more than ${entriesMax} files are in it`);
    }
    if (stats.isDirectory()) skippedCount += listDirectory(at, inside, entries);
  }
  return skippedCount;
}

/** Node puts U+FFFD where a name is no UTF-8: nobody could open it by that. */
function isNameKept(name: string): boolean {
  return !name.includes("\ufffd") && name.isWellFormed();
}

function listed(parts: readonly string[], path: string, stats: Stats): ListedEntry {
  const isFile = stats.isFile();
  return {
    kind: isFile ? "file" : "directory",
    parts,
    path,
    bytes: isFile ? stats.size : 0,
    modifiedAt: modifiedAtOf(stats),
    isExecutable: isFile && (stats.mode & constants.S_IXUSR) !== 0,
  };
}

function checkSize(entries: readonly ListedEntry[]): void {
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  if (offerBytesMax < bytes) {
    throw new EarshotError(
      "limit-reached",
      `it is ${bytes} bytes, at most ${offerBytesMax} are offered`,
    );
  }
}

function usable<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    throw new EarshotError("file-unusable", `${path} cannot be read${systemReason(error)}`, {
      cause: error,
    });
  }
}
