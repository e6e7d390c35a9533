import { homedir } from "node:os";
import { parse, relative, sep } from "node:path";
import { EarshotError } from "../../base/errors.ts";

/**
 * Files of others are not put where programs look for their settings: not into the home directory or a
 * hidden one in it, such as `~/.ssh` and `~/.config`, nor at the top of a disk. The path has no links.
 * @throws {EarshotError} file-unusable
 */
export function checkSaveDirectory(path: string, home: string = homedir()): void {
  if (path !== parse(path).root && !isHomeOfSettings(relative(home, path))) return;
  throw new EarshotError(
    "file-unusable",
    `files are not received into ${path}: choose a folder in it`,
  );
}

function isHomeOfSettings(fromHome: string): boolean {
  if (fromHome === "") return true;
  const [first = ""] = fromHome.split(sep);
  return first !== ".." && first.startsWith(".");
}
