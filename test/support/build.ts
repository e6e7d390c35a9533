import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Builds the program once before the tests when it is older than its source. */
export function setup(): void {
  if (newest("src") < modified("dist/program/main.js")) return;
  // On Windows npm is a script, which only a shell runs.
  spawnSync("npm run --silent build", { cwd: root, stdio: "inherit", shell: true });
}

function newest(folder: string): number {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return Math.max(...files.map((file) => modified(join(folder, file))));
}

function modified(path: string): number {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
