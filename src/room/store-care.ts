import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { EarshotError, toEarshotError } from "../base/errors.ts";
import type { CarePort, CareResult, CareTask } from "./care-port.ts";
import { backupsMax } from "./limits.ts";
import type { Store } from "./store.ts";
import { storePaths } from "./store-directory.ts";

/** Cares for a store on disk: backups lie beside it, in `backups`, each by the time it was begun. */
export class StoreCare implements CarePort {
  readonly #store: Store;
  readonly #directory: string;
  readonly #wallNow: () => number;

  constructor(store: Store, directory: string, wallNow: () => number) {
    this.#store = store;
    this.#directory = directory;
    this.#wallNow = wallNow;
  }

  run(task: CareTask, onDone: (result: CareResult) => void): void {
    const work = task === "backup" ? this.#backUp() : this.#measure();
    work.then(onDone, (error: unknown) => {
      const { code, message } = toEarshotError(error, "history-unavailable", "it failed");
      const known = code === "limit-reached" ? code : "history-unavailable";
      onDone({ type: "failed", code: known, message });
    });
  }

  async #backUp(): Promise<CareResult> {
    const parent = join(this.#directory, "backups");
    const count = (await namesIn(parent)).length;
    if (backupsMax <= count) {
      const message = `there are ${count} backups in ${parent}: take some away first`;
      throw new EarshotError("limit-reached", message);
    }
    // A colon is no part of a name on Windows.
    const name = new Date(this.#wallNow()).toISOString().replaceAll(":", "-");
    const directory = join(parent, name);
    const { entryCount } = await this.#store.backUp(directory);
    return { type: "backed-up", directory, entryCount };
  }

  async #measure(): Promise<CareResult> {
    const { database } = storePaths(this.#directory);
    let bytes = 0;
    for (const name of await namesIn(database)) {
      // LevelDB takes files away while it works.
      bytes += await stat(join(database, name)).then(
        ({ size }) => size,
        () => 0,
      );
    }
    return { type: "measured", bytes };
  }
}

async function namesIn(directory: string): Promise<readonly string[]> {
  return await readdir(directory).catch(() => []);
}
