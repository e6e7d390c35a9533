import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Where downloads of this user go: what the desktop says (XDG user directories, as Linux has them in the
 * user's language), else `Downloads` in the home directory.
 */
export async function downloadDirectory(
  environment: Readonly<Record<string, string | undefined>>,
  home: string = homedir(),
): Promise<string> {
  const config = environment["XDG_CONFIG_HOME"] ?? join(home, ".config");
  const text = await readFile(join(config, "user-dirs.dirs"), "utf8").catch(() => "");
  return downloadsIn(text, home) ?? join(home, "Downloads");
}

/** The directory that the file of user directories names; the home directory itself means none. */
export function downloadsIn(text: string, home: string): string | undefined {
  const [, value] = /^XDG_DOWNLOAD_DIR="((?:\$HOME)?\/[^"$`\\]*)"$/m.exec(text) ?? [];
  const path = value?.replace(/^\$HOME/, () => home).replace(/(?<=.)\/+$/, "");
  return path === home ? undefined : path;
}
