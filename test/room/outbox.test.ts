import { describe, expect, test } from "vitest";
import {
  chatTextBytesMax,
  linesInFlightMax,
  outboxBytesMax,
  outboxLinesMax,
} from "../../src/room/limits.ts";
import { Outbox, type OutboxLine } from "../../src/room/outbox.ts";
import { SeededRandom } from "../support/random.ts";

const large = chatTextBytesMax + 1;

function line(id: string, room = "lobby", bytes = 10): OutboxLine {
  return { id, room, body: { type: "message", text: "" }, bytes, ownerRef: undefined };
}

function outboxOf(...lines: readonly OutboxLine[]): Outbox {
  const outbox = new Outbox(new SeededRandom(1));
  for (const each of lines) expect(outbox.add(each)).toBe(true);
  return outbox;
}

/** The ids of everything that may be sent now; `*` marks the first of a room. */
function sendAll(outbox: Outbox, isReady: (room: string) => boolean = () => true): string[] {
  const ids: string[] = [];
  for (let next = outbox.send(isReady); next !== undefined; next = outbox.send(isReady)) {
    ids.push(next.line.id + (next.isFirst ? "*" : ""));
  }
  return ids;
}

describe("an outbox", () => {
  test("sends the lines of a room in order, once", () => {
    const outbox = outboxOf(line("a"), line("b"), line("c"));
    expect(sendAll(outbox)).toEqual(["a*", "b", "c"]);
    expect(sendAll(outbox)).toEqual([]);
    expect(outbox.count).toBe(3);
  });

  test("sends only in rooms that are ready", () => {
    const outbox = outboxOf(line("a", "one"), line("b", "two"));
    expect(sendAll(outbox, (room) => room === "two")).toEqual(["b*"]);
    expect(sendAll(outbox)).toEqual(["a*"]);
  });

  test("settles a line once and then has room for another", () => {
    const outbox = outboxOf(line("a"));
    expect(outbox.has("lobby")).toBe(true);
    expect(outbox.settle("a")?.id).toBe("a");
    expect(outbox.settle("a")).toBeUndefined();
    expect(outbox.has("lobby")).toBe(false);
    expect(outbox.count).toBe(0);
  });

  test("sends a large line alone in its room, and lines behind it when it is settled", () => {
    const outbox = outboxOf(line("a"), line("b", "lobby", large), line("c"), line("d"));
    expect(sendAll(outbox)).toEqual(["a*"]);
    outbox.settle("a");
    expect(sendAll(outbox)).toEqual(["b*"]);
    outbox.settle("b");
    expect(sendAll(outbox)).toEqual(["c*", "d"]);
  });

  test("sends the largest small line with others and does not with one byte more", () => {
    const fits = outboxOf(line("a", "lobby", chatTextBytesMax), line("b"));
    expect(sendAll(fits)).toEqual(["a*", "b"]);
    expect(sendAll(outboxOf(line("a", "lobby", large), line("b")))).toEqual(["a*"]);
  });

  test("has one large line under way at a time, and lets other rooms' small ones pass", () => {
    const outbox = outboxOf(line("a", "one", large), line("b", "two", large), line("c", "three"));
    expect(sendAll(outbox)).toEqual(["a*", "c*"]);
    outbox.settle("a");
    expect(sendAll(outbox)).toEqual(["b*"]);
  });

  test("has at most 64 lines under way", () => {
    const lines = Array.from({ length: linesInFlightMax + 1 }, (_, index) => line(`${index}`));
    const outbox = outboxOf(...lines);
    expect(sendAll(outbox)).toHaveLength(linesInFlightMax);
    outbox.settle("0");
    expect(sendAll(outbox)).toEqual([`${linesInFlightMax}`]);
  });

  test("keeps 10,000 lines and not one more", () => {
    const outbox = new Outbox(new SeededRandom(1));
    for (let index = 0; index < outboxLinesMax; index += 1) outbox.add(line(`${index}`));
    expect(outbox.count).toBe(outboxLinesMax);
    expect(outbox.add(line("more"))).toBe(false);
    outbox.settle("5");
    expect(outbox.add(line("more"))).toBe(true);
  });

  test("keeps 64 MiB and not a byte more", () => {
    const outbox = outboxOf(line("a", "lobby", outboxBytesMax - 1));
    expect(outbox.add(line("b", "lobby", 2))).toBe(false);
    expect(outbox.add(line("b", "lobby", 1))).toBe(true);
    outbox.settle("a");
    expect(outbox.add(line("c", "lobby", outboxBytesMax - 1))).toBe(true);
  });

  test("sends everything again after a lost connection, in the same order", () => {
    const outbox = outboxOf(line("a", "lobby", large), line("b"), line("c", "other"));
    expect(sendAll(outbox)).toEqual(["a*", "c*"]);
    outbox.handleDisconnected();
    expect(sendAll(outbox)).toEqual(["a*", "c*"]);
  });

  test("tries a postponed room again from its first line, ever later up to 5 s", () => {
    const outbox = outboxOf(line("a"), line("b"), line("c", "other"));
    let now = 0;
    expect(sendAll(outbox)).toEqual(["a*", "b", "c*"]);
    for (const waitMs of [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]) {
      outbox.postpone(now, "a");
      const at = outbox.pollTimeout()!;
      expect(at - now).toBeGreaterThanOrEqual(waitMs * 0.8);
      expect(at - now).toBeLessThanOrEqual(waitMs * 1.2);
      outbox.handleTimeout(at - 0.001);
      expect(sendAll(outbox)).toEqual([]);
      outbox.handleTimeout(at);
      expect(outbox.pollTimeout()).toBeUndefined();
      expect(sendAll(outbox)).toEqual(["a*", "b"]);
      now = at;
    }
    outbox.settle("a");
    outbox.postpone(now, "b");
    expect(outbox.pollTimeout()! - now).toBeLessThanOrEqual(250 * 1.2);
  });

  test("gives the lines of a room back", () => {
    const outbox = outboxOf(line("a"), line("b", "other"), line("c"));
    expect(outbox.drop("lobby").map(({ id }) => id)).toEqual(["a", "c"]);
    expect(outbox.count).toBe(1);
  });
});
