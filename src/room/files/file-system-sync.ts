import { spawnSync } from "node:child_process";

/** It takes some 0.1 s, and longer only where others have written much; then each file is synced. */
const syncMsMax = 30_000;

/**
 * Puts everything on the disk for sure that was written to the file system of this path: one call of
 * syncfs(2) instead of a sync for each of thousands of files, which would take 5 ms each. `false` when
 * there is no such thing here, as on macOS and Windows.
 */
export function syncFileSystem(path: string): boolean {
  if (process.platform !== "linux") return false;
  const { status } = spawnSync("sync", ["--file-system", path], {
    stdio: "ignore",
    timeout: syncMsMax,
  });
  return status === 0;
}
