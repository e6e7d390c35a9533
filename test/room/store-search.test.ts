import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { segmentDocuments } from "../../src/room/search-segment.ts";
import { SimulatedClock } from "../support/clock.ts";
import { temporaryDirectory } from "../support/directory.ts";
import {
  anna,
  ben,
  draft,
  message,
  messages,
  openStore,
  succeeded,
  type TestStore,
  tamper,
} from "../support/store.ts";

/** Messages that fill the tail, so that what was there before is in a segment. */
async function fillSegment(store: TestStore, room = "filler"): Promise<void> {
  await store.place(messages(1_000_000, 1_000_000 + segmentDocuments, room));
}

describe.each(["in memory", "in a segment", "after a restart"])("messages %s", (where) => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  const clock = new SimulatedClock();
  const at = clock.wallNow();
  let store: TestStore;

  beforeAll(async () => {
    directory = await temporaryDirectory();
    store = await openStore(directory.path, { clock });
    await store.place([
      message(1, "the soup is hot"),
      message(2, "Hot dog and SOUP"),
      { ...message(3, "soup in the kitchen", "kitchen"), author: ben },
      draft(4, { type: "message", text: "ping", mentions: [ben.person] }),
      message(5, "東京都へ行く"),
      message(6, "see https://example.org"),
    ]);
    clock.advance(1_000);
    await store.place([message(7, "late soup"), message(8, "typo")]);
    if (where === "in a segment") await fillSegment(store);
    await store.place([
      draft(9, { type: "edit", target: 7, text: "correct" }),
      draft(10, { type: "delete", target: 5 }),
    ]);
    if (where === "after a restart") {
      await store.close();
      store = await openStore(directory.path, { clock });
    }
  });

  afterAll(async () => {
    await store.close();
    await directory[Symbol.asyncDispose]();
  });

  test("are found by all their words, the newest first, in the rooms that are asked for", async () => {
    expect(await store.found("soup")).toEqual(["lobby 6", "lobby 2", "lobby 1"]);
    expect(await store.found("HOT soup")).toEqual(["lobby 2", "lobby 1"]);
    expect(await store.found("soup", { rooms: ["kitchen"] })).toEqual(["kitchen 1"]);
    expect(await store.found("soup", { rooms: ["kitchen", "lobby"] })).toHaveLength(4);
    expect(await store.found("soup", { rooms: [] })).toEqual([]);
    expect(await store.found("soup nowhere")).toEqual([]);
    expect(await store.found("!?")).toEqual([]);
  });

  test("are found by the beginning of the last word only", async () => {
    expect(await store.found("dog so")).toEqual(["lobby 2"]);
    expect(await store.found("so dog")).toEqual([]);
  });

  test("are found by words that stand together, and by parts of a text without spaces", async () => {
    const phrase = async (words: string[]) =>
      succeeded(await store.search({ words })).hits.map(({ entry }) => entry.sequence);
    expect(await phrase(["hot dog"])).toEqual([2]);
    expect(await phrase(["dog hot"])).toEqual([]);
    expect(await phrase(["京都"])).toEqual([4]);
    expect(await phrase(["都"])).toEqual([4]);
    expect(await phrase(["都京"])).toEqual([]);
  });

  test("are found by author, mention and what they have", async () => {
    const rooms = ["lobby", "kitchen"];
    expect(await store.found("", { rooms, from: ben.person })).toEqual(["kitchen 1"]);
    expect(await store.found("soup", { from: ben.person })).toEqual([]);
    expect(await store.found("", { mentions: ben.person })).toEqual(["lobby 3"]);
    expect(await store.found("", { has: "code" })).toEqual([]);
    expect((await store.found("", { from: anna.person })).length).toBe(6);
  });

  test("are found by when they were sent", async () => {
    expect(await store.found("soup", { before: at + 1 })).toEqual(["lobby 2", "lobby 1"]);
    expect(await store.found("soup", { after: at + 1 })).toEqual(["lobby 6"]);
    expect(await store.found("soup", { after: at, before: at })).toEqual([]);
  });

  test("are found as they are after an edit, and not after they were deleted", async () => {
    expect(await store.found("correct")).toEqual(["lobby 7"]);
    expect(await store.found("typo")).toEqual([]);
    expect(await store.found("example")).toEqual([]);
  });
});

describe("a search", () => {
  test("goes on where its cursor says", async () => {
    await using directory = await temporaryDirectory();
    await using store = await openStore(directory.path);
    const drafts = messages(1, segmentDocuments + 100).map((each, index) =>
      index % 100 === 0 ? message(index + 1, "tick") : each,
    );
    for (let index = 0; index < drafts.length; index += 1_000) {
      await store.place(drafts.slice(index, index + 1_000));
    }
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const query = cursor === undefined ? {} : { cursor };
      const result = succeeded(await store.search({ words: ["tick"], limit: 7, ...query }));
      expect(result.hits.length).toBeLessThanOrEqual(7);
      seen.push(...result.hits.map(({ entry }) => entry.sequence));
      cursor = result.cursor;
    } while (cursor !== undefined);
    const expected = drafts.flatMap((_, index) => (index % 100 === 0 ? [index + 1] : []));
    expect(seen).toEqual(expected.reverse());
  });

  test("does not fail at a cursor that it did not give", async () => {
    await using directory = await temporaryDirectory();
    await using store = await openStore(directory.path);
    await store.place([message(1, "soup")]);
    expect(await store.found("soup", { cursor: "nonsense" })).toEqual(["lobby 1"]);
    expect(await store.found("soup", { cursor: "0.0" })).toEqual([]);
  });

  test("ends its page before there is too much text", async () => {
    await using directory = await temporaryDirectory();
    await using store = await openStore(directory.path);
    const text = `soup ${"x".repeat(200 * 2 ** 10)}`;
    await store.place([message(1, text), message(2, text)]);
    const first = succeeded(await store.search({ words: ["soup"] }));
    expect(first.hits.map(({ entry }) => entry.sequence)).toEqual([2]);
    expect(await store.found("soup", { cursor: first.cursor! })).toEqual(["lobby 1"]);
  });
});

describe("an index", () => {
  test("of which a record is damaged is told, made again, and finds everything then", async () => {
    await using directory = await temporaryDirectory();
    const first = await openStore(directory.path);
    await first.place([message(1, "soup")]);
    await fillSegment(first);
    await first.close();
    await tamper(directory.path, (database) =>
      database.write([{ type: "put", key: "terms!soup!00000000", value: new Uint8Array(5) }]),
    );
    const told: string[] = [];
    await using second = await openStore(directory.path, { onTrouble: (text) => told.push(text) });
    expect(await second.search({ words: ["soup"] })).toMatchObject({
      type: "failed",
      message: expect.stringContaining("indexed again"),
    });
    await expect.poll(() => second.found("soup").catch(() => "busy")).toEqual(["lobby 1"]);
    expect(told).toEqual(["history is being indexed again: terms!soup!00000000 is damaged"]);
    await second.place([draft(2, { type: "edit", target: 1, text: "salad" })]);
    expect(await second.found("soup")).toEqual([]);
    expect(await second.found("salad")).toEqual(["lobby 1"]);
  });

  test("of which a record is damaged when a message is edited is made again", async () => {
    await using directory = await temporaryDirectory();
    await using store = await openStore(directory.path);
    await store.place([message(1, "soup")]);
    await fillSegment(store);
    await store.close();
    await tamper(directory.path, (database) =>
      database.write([{ type: "put", key: "documents!00000000", value: new Uint8Array(5) }]),
    );
    await using again = await openStore(directory.path);
    await again.place([draft(2, { type: "edit", target: 1, text: "salad" })]);
    await again.close();
    await using third = await openStore(directory.path);
    await expect.poll(() => third.found("salad").catch(() => "busy")).toEqual(["lobby 1"]);
    expect(await third.found("soup")).toEqual([]);
  });

  test("keeps no segment whose messages are all expired", async () => {
    await using directory = await temporaryDirectory();
    const store = await openStore(directory.path);
    await store.place(messages(1, segmentDocuments));
    await store.place(messages(segmentDocuments + 1, 2 * segmentDocuments));
    expect(await store.expire("lobby", { throughSequence: segmentDocuments + 1 })).toBe(
      segmentDocuments + 2,
    );
    await store.close();
    await tamper(directory.path, async (database) => {
      const keys = await database.keys({ gte: "documents!", lte: "documents!~" });
      expect(keys).toEqual(["documents!00000001"]);
      const terms = await database.keys({ gte: "terms!", lte: "terms!~" });
      expect(terms.filter((key) => key.endsWith("00000000"))).toEqual([]);
    });
  });
});
