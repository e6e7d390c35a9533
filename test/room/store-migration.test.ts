import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { crc32 } from "../../src/base/checksum.ts";
import { encodeCbor } from "../../src/room/codec.ts";
import { type DatabaseChange, openLevelDatabase } from "../../src/room/database.ts";
import { temporaryDirectory } from "../support/directory.ts";
import { idOf, message, openStore, textOf } from "../support/store.ts";

function put(key: string, value: Uint8Array): DatabaseChange {
  return { type: "put", key, value };
}

/** A line as format 1 had it. */
function firstLine(sequence: number, room: string): DatabaseChange[] {
  const id = idOf(sequence);
  const sentAt = 1_000 + sequence;
  const entry = { sequence, id, author: `nick ${sequence % 2}`, sentAt, text: `line ${sequence}` };
  const body = encodeCbor({ room, entry });
  const record = new Uint8Array(4 + body.length);
  record.set(body, 4);
  new DataView(record.buffer).setUint32(0, crc32(body));
  return [
    put(`!entries!${room}!${sequence.toString(16).padStart(16, "0")}`, record),
    put(`!ids!${room}!${id}`, encodeCbor({ sequence, sentAt })),
  ];
}

async function makeFirstFormat(
  directory: string,
  more: readonly DatabaseChange[] = [],
): Promise<void> {
  const database = await openLevelDatabase(join(directory, "log"), { isNew: true });
  const lines = Array.from({ length: 20 }, (_, index) => index + 1);
  await database.write([
    put("format", encodeCbor(1)),
    put("id", encodeCbor("V1StGXR8_Z5jdHi6B-myT")),
    ...lines.flatMap((sequence) => firstLine(sequence, "lobby")),
    ...firstLine(1, "küche"),
    put("!rooms!lobby", encodeCbor({ sequence: 20, sentAt: 1_020 })),
    put("!rooms!küche", encodeCbor({ sequence: 1, sentAt: 1_001 })),
    ...more,
  ]);
  await database.close();
  await writeFile(join(directory, "created"), "");
}

describe("a history of format 1", () => {
  test("becomes a store with the same name and lines, found by search, and is kept", async () => {
    await using directory = await temporaryDirectory();
    await makeFirstFormat(directory.path);
    const store = await openStore(directory.path);
    expect(store.store.id).toBe("V1StGXR8_Z5jdHi6B-myT");
    expect([store.store.damagedRooms, store.store.damage]).toEqual([[], []]);
    const entries = await store.entries();
    expect(entries.map(textOf)).toEqual(
      Array.from({ length: 20 }, (_, index) => `line ${index + 1}`),
    );
    expect(entries[1]).toMatchObject({
      sentAt: 1_002,
      ordinal: 2,
      author: { nick: "nick 0", isGuest: true, person: expect.stringMatching(/^~.{16}$/) },
    });
    expect(entries[1]!.author).toEqual(entries[3]!.author);
    expect(await store.found("17")).toEqual(["lobby 17"]);
    expect(await store.place([message(7), message(21)])).toMatchObject([
      { sequence: 7, isDuplicate: true },
      { sequence: 21, isDuplicate: false },
    ]);
    await store.close();
    expect((await readdir(directory.path)).sort()).toEqual([
      "created",
      "log.format-1",
      "mark",
      "store",
    ]);
    await using again = await openStore(directory.path);
    expect(await again.entries()).toHaveLength(21);
  });

  test("is migrated from the beginning after it was interrupted", async () => {
    await using directory = await temporaryDirectory();
    await makeFirstFormat(directory.path);
    await mkdir(join(directory.path, "store.new"));
    await writeFile(join(directory.path, "store.new", "CURRENT"), "half");
    await using store = await openStore(directory.path);
    expect(await store.entries()).toHaveLength(20);
  });

  test("keeps its damage visible", async () => {
    await using directory = await temporaryDirectory();
    const key = `!entries!lobby!${(3).toString(16).padStart(16, "0")}`;
    await makeFirstFormat(directory.path, [put(key, new Uint8Array(9))]);
    await using store = await openStore(directory.path);
    expect(store.store.damagedRooms).toEqual(["lobby"]);
    expect((await store.page()).damaged).toEqual([{ from: 3, to: 3 }]);
  });

  test("that has lost its format or its name is left alone", async () => {
    for (const key of ["format", "id"]) {
      await using directory = await temporaryDirectory();
      await makeFirstFormat(directory.path, [{ type: "del", key }]);
      await expect(openStore(directory.path)).rejects.toMatchObject({ code: "history-damaged" });
      expect(await readdir(directory.path)).toContain("log");
    }
  });
});
