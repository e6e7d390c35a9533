import { describe, expect, test } from "vitest";
import { UserMemory } from "../../src/cli/memory.ts";
import { offlineHistory, offlineSearch } from "../../src/cli/offline.ts";
import type { ClientEvent } from "../../src/room/client-port.ts";
import { entryText } from "../../src/room/entry.ts";
import { tokenBytes } from "../../src/room/limits.ts";
import type { MemoryChange } from "../../src/room/memory/memory-port.ts";
import { enteredEvent, plainState, readyEvent } from "../support/client-events.ts";
import { temporaryDirectory } from "../support/directory.ts";
import { messageEntry, personOf } from "../support/log-entries.ts";
import { logId } from "../support/server-desk.ts";

const id = "k".repeat(43);

/** Keeps `count` lines of the lobby of "office". */
async function remember(data: string, count: number): Promise<void> {
  const memory = await UserMemory.open(data);
  const token = new Uint8Array(tokenBytes);
  const own = { person: personOf("anna") };
  const changes: MemoryChange[] = [
    { type: "server", server: { name: "office", nick: "anna", own, visitedAt: 1, token } },
    {
      ...{ type: "room", room: "lobby", firstSequence: 1 },
      memory: { log: logId, state: plainState },
    },
    {
      ...{ type: "page", room: "lobby" },
      entries: Array.from({ length: count }, (_, index) => messageEntry(index + 1)),
    },
  ];
  const options = await memory.forClient(id, 10);
  const failure = await new Promise((resolve) =>
    options!.expected!.port.write(changes, (failure) => resolve(failure)),
  );
  expect(failure).toBeUndefined();
  await memory.close();
}

/** The events that are told when these come, with what people should know. */
function told(memory: UserMemory, ...events: ClientEvent[]): string[] {
  const heard: string[] = [];
  const onEvent = memory.withNotices((event) => {
    heard.push(event.type === "memory" ? event.message : event.type);
  });
  for (const event of events) onEvent(event);
  return heard;
}

describe("what is kept for a user", () => {
  test("belongs to the first process; the next one says so once, when it is in a room", async () => {
    await using directory = await temporaryDirectory();
    const first = await UserMemory.open(directory.path);
    const second = await UserMemory.open(directory.path);
    expect(await second.forClient(id, 10)).toBeUndefined();
    const events = [readyEvent("anna"), enteredEvent("lobby", []), enteredEvent("dev", [])];
    expect(told(second, ...events)).toEqual([
      ...["ready", "entered"],
      "another earshot of yours keeps the history; this one keeps nothing",
      "entered",
    ]);
    expect(told(first, ...events)).toEqual(["ready", "entered", "entered"]);
    await second.close();
    await first.close();
  });

  test("is nothing where nothing is to be kept", async () => {
    const memory = UserMemory.none();
    expect(await memory.forClient(id, 10)).toBeUndefined();
    expect(memory.servers).toEqual([]);
    await memory.close();
  });

  test("tells which servers there are", async () => {
    await using directory = await temporaryDirectory();
    await remember(directory.path, 1);
    const memory = await UserMemory.open(directory.path);
    expect(memory.has(id)).toBe(true);
    expect(memory.has("x".repeat(43))).toBe(false);
    expect(memory.servers).toMatchObject([{ id, name: "office", nick: "anna" }]);
    await memory.close();
  });
});

describe("what is kept and read without a server", () => {
  test("is the history of a room, by the page and by the place", async () => {
    await using directory = await temporaryDirectory();
    await remember(directory.path, 450);
    const read = async (range: object, count: number, server?: string) => {
      const options = { data: directory.path, server };
      const entries = await offlineHistory(options, { room: undefined, range, count });
      return [entries.length, entries[0]?.sequence, entries.at(-1)?.sequence];
    };
    expect(await read({}, 3)).toEqual([3, 448, 450]);
    expect(await read({}, 420)).toEqual([420, 31, 450]);
    expect(await read({}, 1_000)).toEqual([450, 1, 450]);
    expect(await read({ before: 10 }, 3, "OFFICE")).toEqual([3, 7, 9]);
    expect(await read({ before: 9_999 }, 3, id)).toEqual([3, 448, 450]);
    expect(await read({ after: 10 }, 300)).toEqual([300, 11, 310]);
    expect(await read({ around: 10 }, 4)).toEqual([4, 8, 11]);
  });

  test("is searched", async () => {
    await using directory = await temporaryDirectory();
    await remember(directory.path, 3);
    const search = { type: "search", words: ["line", "2"], limit: 5 } as const;
    const hits = await offlineSearch({ data: directory.path, server: undefined }, search);
    expect(hits.map(({ entry }) => entryText(entry))).toEqual(["line 2"]);
  });

  test("is said to be missing where nothing was kept", async () => {
    await using directory = await temporaryDirectory();
    const read = (room: string | undefined, server?: string) =>
      offlineHistory({ data: directory.path, server }, { room, range: {}, count: 1 });
    await expect(read(undefined)).rejects.toMatchObject({ code: "no-server" });
    await remember(directory.path, 1);
    await expect(read(undefined, "elsewhere")).rejects.toMatchObject({ code: "no-server" });
    await expect(read("dev")).rejects.toMatchObject({ code: "not-joined" });
  });
});
