import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { systemRandom } from "../../src/base/random.ts";
import { Store } from "../../src/room/store.ts";
import type { ReadResult, StoreQuery } from "../../src/room/store-port.ts";
import { temporaryDirectory } from "../support/directory.ts";

const writer = fileURLToPath(new URL("store-writer.js", import.meta.url));
const crashes = 6;

/** Lets the writer write for a while and kills it; gives the lines it acknowledged. */
async function writeUntilKilled(directory: string, ms: number): Promise<string[]> {
  const child = spawn(process.execPath, [writer, directory], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    if (output === "") setTimeout(() => child.kill("SIGKILL"), ms);
    output += text;
  });
  await new Promise((resolve) => child.once("close", resolve));
  // The last line may be cut off: nobody has seen it whole.
  return output.split("\n").slice(0, -1);
}

async function readAll(store: Store, room: string): Promise<string[]> {
  const lines: string[] = [];
  for (let after = 0, hasMore = true; hasMore; ) {
    const query: StoreQuery = { room, limit: 200, after };
    const page = await new Promise<ReadResult>((resolve) => store.read(query, resolve));
    if (page.type === "failed") throw new Error(page.message);
    expect(page.damaged).toEqual([]);
    lines.push(...page.entries.map(({ id, sequence }) => `${room} ${id} ${sequence}`));
    after = page.entries.at(-1)?.sequence ?? after;
    hasMore = page.hasNewer;
  }
  return lines;
}

test("a store whose writer is killed has every acknowledged line once, and no holes", async () => {
  await using directory = await temporaryDirectory();
  const acknowledged: string[] = [];
  for (let crash = 0; crash < crashes; crash += 1) {
    acknowledged.push(...(await writeUntilKilled(directory.path, 20 + 37 * crash)));
    const store = await Store.open({
      directory: directory.path,
      clock: systemClock,
      random: systemRandom,
    });
    expect(store.damagedRooms).toEqual([]);
    const stored = new Set<string>();
    for (const room of store.ends.keys()) {
      for (const line of await readAll(store, room)) stored.add(line);
    }
    await store.close();
    expect(acknowledged.filter((line) => !stored.has(line))).toEqual([]);
  }
  expect(acknowledged.length).toBeGreaterThan(crashes);
});
