import { describe, expect, test } from "vitest";
import type { RetentionRule } from "../../src/room/message-room.ts";
import { Retention, stricterRule } from "../../src/room/retention.ts";
import type { ExpiryLimit } from "../../src/room/store-port.ts";
import { SimulatedClock } from "../support/clock.ts";
import { temporaryDirectory } from "../support/directory.ts";
import { message, messages, openStore } from "../support/store.ts";

function start(rule: RetentionRule, rooms: readonly string[] = ["lobby", "kitchen"]) {
  const clock = new SimulatedClock();
  const asked: { room: string; limit: ExpiryLimit }[] = [];
  const store = {
    rooms,
    expire: (room: string, limit: ExpiryLimit, onDone: (result: never) => void) => {
      asked.push({ room, limit });
      onDone({ type: "expired", firstSequence: 1 } as never);
    },
  };
  const begun: [string, number][] = [];
  const retention = new Retention({
    ruleOf: (room) => (room === "attic" ? {} : rule),
    onExpired: (room, firstSequence) => begun.push([room, firstSequence]),
    store,
    clock,
  });
  return { clock, asked, begun, retention };
}

describe("retention", () => {
  test("asks every room after a minute, and then each ten minutes", () => {
    const { clock, asked } = start({ ageMs: 1_000, bytesMax: 5 });
    clock.advance(59_999);
    expect(asked).toEqual([]);
    clock.advance(1);
    const limit = { sentBefore: clock.wallNow() - 1_000, bytesMax: 5 };
    expect(asked).toEqual([
      { room: "lobby", limit },
      { room: "kitchen", limit },
    ]);
    clock.advance(599_999);
    expect(asked).toHaveLength(2);
    clock.advance(1);
    expect(asked).toHaveLength(4);
  });

  test("of everything asks nobody, and stops when it is told to", () => {
    const everything = start({});
    everything.clock.advance(1_000_000);
    expect(everything.asked).toEqual([]);
    const { clock, retention } = start({ bytesMax: 1 });
    retention.stop();
    expect(clock.nextAt()).toBeUndefined();
  });

  test("asks each room for its own rule, and tells where its log begins then", () => {
    const { clock, asked, begun } = start({ bytesMax: 5 }, ["attic", "lobby"]);
    clock.advance(60_000);
    expect(asked).toEqual([{ room: "lobby", limit: { bytesMax: 5 } }]);
    expect(begun).toEqual([["lobby", 1]]);
  });

  test("of a room keeps no more than the server does", () => {
    expect(stricterRule({ ageMs: 5, bytesMax: 9 }, { ageMs: 7, bytesMax: 8 })).toEqual({
      ageMs: 5,
      bytesMax: 8,
    });
    expect(stricterRule({}, { ageMs: 7 })).toEqual({ ageMs: 7 });
    expect(stricterRule({}, {})).toEqual({});
  });

  test("takes nothing for old because the clock was set forward", () => {
    const { clock, asked } = start({ ageMs: 1_000 });
    const wallStarted = clock.wallNow();
    clock.jumpWall(365 * 86_400_000);
    clock.advance(60_000);
    expect(asked[0]?.limit).toEqual({ sentBefore: wallStarted + 59_000 });
  });
});

describe("a log", () => {
  test("lets go what was sent before a time, and not what was sent right then", async () => {
    await using directory = await temporaryDirectory();
    const clock = new SimulatedClock();
    await using store = await openStore(directory.path, { clock });
    const times: number[] = [];
    for (let number = 1; number <= 5; number += 1) {
      times.push(clock.wallNow());
      await store.place([message(number)]);
      clock.advance(1_000);
    }
    expect(await store.expire("lobby", { sentBefore: times[2]! })).toBe(3);
    expect(await store.expire("lobby", { sentBefore: times[2]! })).toBe(3);
    expect(await store.expire("lobby", { sentBefore: times[2]! + 1 })).toBe(4);
    expect(await store.expire("lobby", {})).toBe(4);
  });

  test("lets go its oldest entries until it is small enough", async () => {
    await using directory = await temporaryDirectory();
    await using store = await openStore(directory.path);
    await store.place(messages(1, 2_000));
    const first = await store.expire("lobby", { bytesMax: 20_000 });
    expect(first).toBeGreaterThan(1_500);
    expect(first).toBeLessThan(2_000);
    await store.place(messages(2_001, 2_010));
    expect(await store.expire("lobby", { bytesMax: 20_000 })).toBe(first + 10);
    expect(await store.expire("lobby", { bytesMax: 0 })).toBe(2_011);
  });
});
