import { describe, expect, test } from "vitest";
import { CommitQueue, type PendingChange } from "../../src/room/commit-queue.ts";
import {
  draftOverheadBytes,
  draftsBytesMax,
  pagesBytesMax,
  sessionReadsMax,
} from "../../src/room/limits.ts";
import { ReadQueue, type WaitingQuery } from "../../src/room/read-queue.ts";
import { Session } from "../../src/room/session.ts";
import { personOf } from "../support/log-entries.ts";
import { nobodysPeer } from "../support/server-desk.ts";

const author = { person: personOf("anna"), nick: "anna" };

function session(id: number): Session {
  return new Session(id, nobodysPeer, 0);
}

function change(id: string, text = ""): PendingChange {
  return {
    draft: { room: "lobby", id, author, body: { type: "message", text } },
    onDone: () => undefined,
    onFailed: () => undefined,
  };
}

function ids(batch: readonly PendingChange[]): (string | undefined)[] {
  return batch.map(({ draft }) => draft?.id);
}

describe("the changes of a server", () => {
  test("that come while a batch is being written are the next batch", () => {
    const queue = new CommitQueue();
    queue.push(change("a"));
    expect(ids(queue.start())).toEqual(["a"]);
    queue.push(change("b"));
    queue.push(change("c"));
    expect(queue.isWriting).toBe(true);
    expect(ids(queue.finish())).toEqual(["a"]);
    expect(ids(queue.start())).toEqual(["b", "c"]);
    queue.finish();
    expect(queue.isEmpty).toBe(true);
  });

  test("that wait behind a batch that failed fail with it", () => {
    const queue = new CommitQueue();
    queue.push(change("a"));
    queue.start();
    queue.push(change("b"));
    expect(ids(queue.fail())).toEqual(["a", "b"]);
    expect(queue.isEmpty).toBe(true);
  });

  test("take 64 MiB and not a byte more, also while they are being written", () => {
    const queue = new CommitQueue();
    const half = draftsBytesMax / 2 - draftOverheadBytes;
    expect(queue.push(change("a", "h".repeat(half)))).toBe(true);
    queue.start();
    expect(queue.push(change("b", "h".repeat(half + 1)))).toBe(false);
    expect(queue.push(change("b", "h".repeat(half)))).toBe(true);
    expect(queue.push(change("c"))).toBe(false);
    queue.finish();
    expect(queue.push(change("c"))).toBe(true);
    queue.start();
    queue.fail();
    expect(queue.push(change("d", "h".repeat(draftsBytesMax - draftOverheadBytes)))).toBe(true);
  });
});

describe("the reads of a server", () => {
  function request(ref: number): WaitingQuery {
    return { type: "read", ref, query: { room: "lobby", limit: 1 } };
  }

  test("run one after another, the sessions taking turns", () => {
    const queue = new ReadQueue();
    const [one, two] = [session(1), session(2)];
    for (const ref of [11, 12, 13]) queue.push(one, request(ref));
    queue.push(two, request(21));
    const refs: number[] = [];
    for (let next = queue.start(); next !== undefined; next = queue.start()) {
      expect(queue.start()).toBeUndefined();
      refs.push(next.waiting.ref);
      queue.finish();
    }
    expect(refs).toEqual([11, 21, 12, 13]);
  });

  test("wait while the session's connection is full, and let others pass", () => {
    const queue = new ReadQueue();
    const [one, two] = [session(1), session(2)];
    one.isWritable = false;
    queue.push(one, request(11));
    queue.push(two, request(21));
    expect(queue.start()?.waiting.ref).toBe(21);
    queue.finish();
    expect(queue.start()).toBeUndefined();
    one.isWritable = true;
    queue.update(one);
    expect(queue.start()?.waiting.ref).toBe(11);
  });

  test("are forgotten with their session", () => {
    const queue = new ReadQueue();
    const one = session(1);
    queue.push(one, request(11));
    queue.remove(one);
    expect(queue.start()).toBeUndefined();
  });

  test("wait while 64 MiB of pages are on their way, and not for a byte less", () => {
    const queue = new ReadQueue();
    const [one, two, three] = [session(1), session(2), session(3)];
    queue.handleSent(one, pagesBytesMax - 1);
    queue.push(three, request(31));
    queue.push(three, request(32));
    expect(queue.start()?.waiting.ref).toBe(31);
    queue.finish();
    queue.handleSent(two, 1);
    expect(queue.start()).toBeUndefined();
    queue.handleDelivered(two);
    expect(queue.start()?.waiting.ref).toBe(32);
    queue.finish();
    queue.handleSent(two, 1);
    queue.push(three, request(33));
    expect(queue.start()).toBeUndefined();
    queue.remove(one);
    queue.remove(one);
    expect(queue.start()?.waiting.ref).toBe(33);
  });

  test("are at most 8 waiting for each session", () => {
    const queue = new ReadQueue();
    const one = session(1);
    for (let ref = 0; ref < sessionReadsMax; ref += 1) {
      expect(queue.push(one, request(ref))).toBe(true);
    }
    expect(queue.push(one, request(9))).toBe(false);
    expect(queue.push(session(2), request(1))).toBe(true);
  });
});
