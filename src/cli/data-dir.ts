import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import envPaths from "env-paths";
import { systemReason, toEarshotError } from "../base/errors.ts";

/** Where one hosted server keeps what outlives it. */
export interface ServerDirectory {
  readonly path: string;
  /** Its history is a directory of its own here. */
  readonly historyPath: string;
}

/**
 * Makes the directory of the server with that name, for nobody but this user, and gives it. Servers
 * whose names differ only in case and punctuation share one: there can be no doubt which is meant.
 * `data` overrides the platform's place for data.
 *
 * @throws {EarshotError} DIRECTORY `data-directory-unusable`.
 */
export async function openServerDirectory(
  data: string | undefined,
  serverName: string,
): Promise<ServerDirectory> {
  const path = join(dataDirectory(data), "servers", directoryName(serverName));
  await makeDirectory(path);
  return { path, historyPath: join(path, "history") };
}

/** Where clients keep their key and the servers they know; it need not be there yet. */
export function clientDirectory(data: string | undefined): string {
  return join(dataDirectory(data), "client");
}

/**
 * Makes that directory for nobody but this user, and gives it.
 *
 * @throws {EarshotError} DIRECTORY `data-directory-unusable`.
 */
export async function openClientDirectory(data: string | undefined): Promise<string> {
  const path = clientDirectory(data);
  await makeDirectory(path);
  return path;
}

/** The file with a person's settings; it need not be there. */
export function settingsPath(data: string | undefined): string {
  const directory = data === undefined ? envPaths("earshot", { suffix: "" }).config : resolve(data);
  return join(directory, "settings.conf");
}

function dataDirectory(data: string | undefined): string {
  return data === undefined ? envPaths("earshot", { suffix: "" }).data : resolve(data);
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = systemReason(error);
    const message = `data directory ${path} cannot be made${reason}; give another with --data`;
    throw toEarshotError(error, "data-directory-unusable", message);
  }
}

/** The name of the directory for a server: a file name on every system. */
export function directoryName(serverName: string): string {
  const slug = serverName
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{Nd}]+/gu, "-")
    .replace(/^-|-$/g, "");
  if (slug === "") return "server";
  return windowsDevice.test(slug) ? `server-${slug}` : slug;
}

/** Names that no file may have on Windows. */
const windowsDevice = /^(con|prn|aux|nul|com\d|lpt\d)$/;
