import { describe, expect, test } from "vitest";
import { AppendQueue, type WaitingDraft } from "../../src/room/append-queue.ts";
import {
  draftOverheadBytes,
  draftsBytesMax,
  pagesBytesMax,
  sessionReadsMax,
} from "../../src/room/limits.ts";
import type { ReadHistory } from "../../src/room/message.ts";
import { ReadQueue } from "../../src/room/read-queue.ts";
import { Room } from "../../src/room/room.ts";
import { Session } from "../../src/room/session.ts";

const session = new Session(1, 0);
const room = new Room("lobby", 0);

function waiting(id: string, text = ""): WaitingDraft {
  return { draft: { room: "lobby", id, author: "anna", text }, room, session, ref: 1 };
}

function ids(batch: readonly WaitingDraft[] | undefined): string[] | undefined {
  return batch?.map(({ draft }) => draft.id);
}

describe("the drafts of a server", () => {
  test("that come while a batch is being written are the next batch", () => {
    const queue = new AppendQueue();
    expect(queue.start()).toBeUndefined();
    queue.push(waiting("a"));
    expect(ids(queue.start())).toEqual(["a"]);
    queue.push(waiting("b"));
    queue.push(waiting("c"));
    expect(queue.start()).toBeUndefined();
    expect(ids(queue.finish())).toEqual(["a"]);
    expect(ids(queue.start())).toEqual(["b", "c"]);
    queue.finish();
    expect(queue.isEmpty).toBe(true);
  });

  test("that wait behind a batch that failed fail with it", () => {
    const queue = new AppendQueue();
    queue.push(waiting("a"));
    queue.start();
    queue.push(waiting("b"));
    expect(ids(queue.fail())).toEqual(["a", "b"]);
    expect(queue.isEmpty).toBe(true);
    expect(queue.start()).toBeUndefined();
  });

  test("take 64 MiB and not a byte more, also while they are being written", () => {
    const queue = new AppendQueue();
    const half = draftsBytesMax / 2 - draftOverheadBytes;
    expect(queue.push(waiting("a", "h".repeat(half)))).toBe(true);
    queue.start();
    expect(queue.push(waiting("b", "h".repeat(half + 1)))).toBe(false);
    expect(queue.push(waiting("b", "h".repeat(half)))).toBe(true);
    expect(queue.push(waiting("c"))).toBe(false);
    queue.finish();
    expect(queue.push(waiting("c"))).toBe(true);
    queue.start();
    queue.fail();
    expect(queue.push(waiting("d", "h".repeat(draftsBytesMax - draftOverheadBytes)))).toBe(true);
  });
});

describe("the reads of a server", () => {
  function request(ref: number): ReadHistory {
    return { type: "history", ref, room: "lobby", limit: 1 };
  }

  test("run one after another, the sessions taking turns", () => {
    const queue = new ReadQueue();
    const [one, two] = [new Session(1, 0), new Session(2, 0)];
    for (const ref of [11, 12, 13]) queue.push(one, request(ref));
    queue.push(two, request(21));
    const refs: number[] = [];
    for (let next = queue.start(); next !== undefined; next = queue.start()) {
      expect(queue.start()).toBeUndefined();
      refs.push(next.request.ref);
      queue.finish();
    }
    expect(refs).toEqual([11, 21, 12, 13]);
  });

  test("wait while the session's connection is full, and let others pass", () => {
    const queue = new ReadQueue();
    const [one, two] = [new Session(1, 0), new Session(2, 0)];
    one.isWritable = false;
    queue.push(one, request(11));
    queue.push(two, request(21));
    expect(queue.start()?.request.ref).toBe(21);
    queue.finish();
    expect(queue.start()).toBeUndefined();
    one.isWritable = true;
    queue.update(one);
    expect(queue.start()?.request.ref).toBe(11);
  });

  test("are forgotten with their session", () => {
    const queue = new ReadQueue();
    const one = new Session(1, 0);
    queue.push(one, request(11));
    queue.remove(one);
    expect(queue.start()).toBeUndefined();
  });

  test("wait while 64 MiB of pages are on their way, and not for a byte less", () => {
    const queue = new ReadQueue();
    const [one, two, three] = [new Session(1, 0), new Session(2, 0), new Session(3, 0)];
    queue.handleSent(one, pagesBytesMax - 1);
    queue.push(three, request(31));
    queue.push(three, request(32));
    expect(queue.start()?.request.ref).toBe(31);
    queue.finish();
    queue.handleSent(two, 1);
    expect(queue.start()).toBeUndefined();
    queue.handleDelivered(two);
    expect(queue.start()?.request.ref).toBe(32);
    queue.finish();
    queue.handleSent(two, 1);
    queue.push(three, request(33));
    expect(queue.start()).toBeUndefined();
    queue.remove(one);
    queue.remove(one);
    expect(queue.start()?.request.ref).toBe(33);
  });

  test("are at most 8 waiting for each session", () => {
    const queue = new ReadQueue();
    const one = new Session(1, 0);
    for (let ref = 0; ref < sessionReadsMax; ref += 1) {
      expect(queue.push(one, request(ref))).toBe(true);
    }
    expect(queue.push(one, request(9))).toBe(false);
    expect(queue.push(new Session(2, 0), request(1))).toBe(true);
  });
});
