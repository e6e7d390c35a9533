import { resolve } from "node:path";
import { systemClock } from "../base/clock.ts";
import { systemRandom } from "../base/random.ts";
import { Store } from "../room/store.ts";
import { checkStore, restoreBackup } from "../room/store-backup.ts";
import type { StoreReport } from "../room/store-check.ts";
import { repairStore } from "../room/store-repair.ts";
import type { StoreAction, StoreCommand } from "./args.ts";
import { openServerDirectory } from "./data-dir.ts";
import { exitCodes } from "./exit-code.ts";
import { serverName } from "./hosting.ts";

/** Looks after the store of a server that is stopped; gives the exit code. */
export async function store({ action, name, data }: StoreCommand): Promise<number> {
  const { historyPath } = await openServerDirectory(data, serverName(name));
  const lines = await perform(historyPath, action);
  process.stdout.write(`${lines.text.join("\n")}\n`);
  return lines.isSound ? exitCodes.ok : exitCodes.refused;
}

interface Outcome {
  readonly text: readonly string[];
  readonly isSound: boolean;
}

async function perform(path: string, action: StoreAction): Promise<Outcome> {
  switch (action.type) {
    case "check":
      return describe(path, await checkStore(path));
    case "repair": {
      const { keptCount, droppedCount, hasNewest, damaged } = await repairStore(path, systemRandom);
      const newest = hasNewest
        ? "every acknowledged write was found"
        : "the newest writes were not found: members begin a new log";
      const text = [
        `repaired  ${keptCount} records kept, ${droppedCount} damaged ones dropped; ${newest}`,
        `before    ${damaged}`,
      ];
      return { text, isSound: true };
    }
    case "backup":
      return describe(action.directory, await backUp(path, resolve(action.directory)));
    case "restore":
      return describe(path, await restoreBackup(resolve(action.directory), path));
  }
}

async function backUp(path: string, directory: string): Promise<StoreReport> {
  const options = { directory: path, clock: systemClock, random: systemRandom };
  const opened = await Store.open(options);
  try {
    return await opened.backUp(directory);
  } finally {
    await opened.close();
  }
}

function describe(path: string, report: StoreReport): Outcome {
  const { recordCount, entryCount, damagedKeys, damagedCount, lost, isSound } = report;
  const text = [`${path}: ${recordCount} records, ${entryCount} of them entries of rooms`];
  for (const key of damagedKeys) text.push(`damaged   ${key}`);
  const unnamed = damagedCount - damagedKeys.length;
  if (0 < unnamed) text.push(`damaged   ${unnamed} more`);
  for (const [room, ranges] of lost) {
    for (const { from, to } of ranges) text.push(`missing   #${room} ${from} to ${to}`);
  }
  text.push(isSound ? "sound     everything is there" : "damaged   see `earshot store repair`");
  return { text, isSound };
}
