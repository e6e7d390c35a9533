import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { missedLinesMax, missedMax } from "../../../src/cli/memory.ts";
import { openLevelDatabase } from "../../../src/room/database.ts";
import { tokenBytes } from "../../../src/room/limits.ts";
import { ClientStore } from "../../../src/room/memory/client-store.ts";
import {
  cacheLimits,
  draftUnitsMax,
  rememberedServersMax,
} from "../../../src/room/memory/memory-limits.ts";
import type { MemoryChange } from "../../../src/room/memory/memory-port.ts";
import { memoryFormat } from "../../../src/room/memory/memory-record.ts";
import { allKeys } from "../../../src/room/store-keys.ts";
import { plainState, textBody } from "../../support/client-events.ts";
import { temporaryDirectory } from "../../support/directory.ts";
import { messageEntry, personOf } from "../../support/log-entries.ts";
import { logId } from "../../support/server-desk.ts";

const page = readFileSync(new URL("../../../docs/STORE.md", import.meta.url), "utf8");
const [, section = ""] = page.split("## What a client keeps");
const mebibyte = 2 ** 20;

test("docs/STORE.md lists the records that a client keeps", async () => {
  await using directory = await temporaryDirectory();
  const store = await ClientStore.open({ directory: directory.path });
  const id = "i".repeat(21);
  const own = { person: personOf("anna") };
  const token = new Uint8Array(tokenBytes);
  const changes: MemoryChange[] = [
    { type: "server", server: { name: "lab", nick: "anna", own, visitedAt: 1, token } },
    {
      ...{ type: "room", room: "lobby", firstSequence: 1 },
      memory: { log: logId, state: plainState },
    },
    { type: "said", room: "lobby", entry: messageEntry(1) },
    { type: "post", number: 1, post: { id, room: "lobby", body: textBody("x"), at: 1 } },
    { type: "draft", room: "lobby", text: "x" },
  ];
  await new Promise((resolve) => store.port("s".repeat(43)).write(changes, resolve));
  await store.close();
  const database = await openLevelDatabase(join(directory.path, "store"), { isNew: false });
  const keys = await database.keys(allKeys);
  await database.close();
  const kinds = new Set(keys.map((key) => key.split("!")[0]));
  const listed = [...section.matchAll(/^\| `(\w+)!?`/gm)].map(([, kind]) => kind);
  expect([...listed].sort()).toEqual([...kinds].sort());
});

test("docs/STORE.md states the limits of what a client keeps", () => {
  const { roomEntries, roomBytes, bytes } = cacheLimits;
  for (const text of [
    `CBOR \`${memoryFormat}\``,
    `at most ${rememberedServersMax} servers`,
    `up to ${draftUnitsMax} UTF-16 units`,
    `${tokenBytes} bytes`,
    `${roomEntries} entries and ${roomBytes / mebibyte} MiB of a room`,
    `${bytes / mebibyte} MiB in all`,
    `more than ${missedMax} entries (${missedLinesMax} in line mode)`,
  ]) {
    expect(section).toContain(text);
  }
});
