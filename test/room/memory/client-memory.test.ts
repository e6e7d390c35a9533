import { describe, expect, test } from "vitest";
import type { ClientEvent } from "../../../src/room/client-port.ts";
import { requestsWaitingMax, tokenBytes } from "../../../src/room/limits.ts";
import { ClientMemory, type MemoryEffect } from "../../../src/room/memory/client-memory.ts";
import {
  draftUnitsMax,
  keepBytesMax,
  keepMs,
  keepWaitingBytesMax,
} from "../../../src/room/memory/memory-limits.ts";
import type { MemoryChange, Recollection } from "../../../src/room/memory/memory-port.ts";
import { enteredEvent, readyEvent, textBody } from "../../support/client-events.ts";
import { messageEntry } from "../../support/log-entries.ts";

const token = new Uint8Array(tokenBytes).fill(7);

const nothing: Recollection = { server: undefined, rooms: [], drafts: new Map(), posts: [] };

function pending(id: string): ClientEvent {
  return { type: "pending", room: "lobby", id, body: textBody(id), at: 7 };
}

function stored(id: string): ClientEvent {
  return { type: "stored", room: "lobby", id, sequence: 1 };
}

function said(sequence: number, text = "x"): ClientEvent {
  return { type: "said", room: "lobby", entry: messageEntry(sequence, text), isOwn: false };
}

/** A memory whose disk is the test. */
class Desk {
  readonly memory: ClientMemory;
  readonly told: ClientEvent[] = [];
  readonly writes: (readonly MemoryChange[])[] = [];
  readonly others: MemoryEffect[] = [];
  now = 1_000;

  constructor(recollection: Recollection = nothing) {
    this.memory = new ClientMemory(recollection, token);
  }

  tell(...events: ClientEvent[]): void {
    for (const event of events) this.do((memory) => memory.handleEvent(this.now, 50, event));
  }

  do(action: (memory: ClientMemory) => void): void {
    action(this.memory);
    for (const effect of this.memory.pollEffects()) {
      if (effect.type === "event") this.told.push(effect.event);
      else if (effect.type === "write") this.writes.push(effect.changes);
      else this.others.push(effect);
    }
  }

  written(failure?: string): void {
    this.do((memory) => memory.handleWritten(this.now, failure));
  }

  pass(ms: number): void {
    this.now += ms;
    this.do((memory) => memory.handleTimeout(this.now));
  }

  types(): string[] {
    return this.told.map(({ type }) => type);
  }
}

describe("a line of ours", () => {
  test("is told only when it is on the disk, and all that follows keeps its place behind it", () => {
    const desk = new Desk();
    desk.tell(said(1), pending("a"), said(2), stored("a"));
    expect(desk.types()).toEqual(["said"]);
    expect(desk.writes[0]?.at(-1)).toEqual({
      ...{ type: "post", number: 1 },
      post: { id: "a", room: "lobby", body: textBody("a"), at: 7 },
    });
    expect(desk.memory.keptCount).toBe(0);
    desk.written();
    expect(desk.types()).toEqual(["said", "pending", "said", "stored"]);
  });

  test("shares its write with those that come while one is under way", () => {
    const desk = new Desk();
    desk.tell(pending("a"), pending("b"), pending("c"));
    expect(desk.writes).toHaveLength(1);
    desk.written();
    expect(desk.types()).toEqual(["pending"]);
    expect(desk.writes[1]).toMatchObject([{ number: 2 }, { number: 3 }]);
    desk.written();
    expect(desk.types()).toEqual(["pending", "pending", "pending"]);
    expect(desk.memory.keptCount).toBe(3);
  });

  test("of an earlier visit is not written again, and leaves when it is told or refused", () => {
    const post = (id: string) => ({ id, room: "lobby", body: textBody(id), at: 1 });
    const posts = [
      { number: 4, post: post("a") },
      { number: 6, post: post("b") },
    ];
    const desk = new Desk({ ...nothing, posts });
    expect(desk.memory.keptCount).toBe(2);
    desk.tell(pending("a"), pending("b"));
    expect(desk.types()).toEqual(["pending", "pending"]);
    expect(desk.writes).toEqual([]);
    desk.tell(stored("a"), {
      ...{ type: "failed", room: "lobby", id: "b", body: textBody("b") },
      ...{ code: "not-joined", message: "no" },
    });
    expect(desk.memory.keptCount).toBe(0);
    desk.tell(said(1), pending("c"));
    expect(desk.writes[0]).toMatchObject([
      { type: "settled", number: 6 },
      { type: "said" },
      { type: "settled", number: 4 },
      { type: "post", number: 7 },
    ]);
  });
});

describe("everything else", () => {
  test("is written a second later, in one batch", () => {
    const desk = new Desk();
    desk.tell(readyEvent("anna"), enteredEvent("lobby", ["anna"]), said(1), said(2));
    expect(desk.memory.pollTimeout()).toBe(desk.now + keepMs);
    desk.pass(keepMs - 1);
    expect(desk.writes).toEqual([]);
    desk.pass(1);
    expect(desk.writes[0]?.map(({ type }) => type)).toEqual(["server", "room", "said", "said"]);
    expect(desk.writes[0]?.[0]).toMatchObject({ server: { name: "lab", visitedAt: 50, token } });
  });

  test("is written at once when it is much, and not kept when the disk does not follow", () => {
    const desk = new Desk();
    desk.tell(said(1, "x".repeat(keepBytesMax - 1)));
    expect(desk.writes).toHaveLength(0);
    desk.tell(said(2, "x"));
    expect(desk.writes).toHaveLength(1);
    desk.tell(said(3, "x".repeat(keepWaitingBytesMax)), said(4, "x"), pending("a"));
    desk.written();
    expect(desk.writes[1]).toMatchObject([{ entry: { sequence: 3 } }, { type: "post" }]);
  });

  test("that is no page without a gap is not kept", () => {
    const desk = new Desk();
    const page = { type: "page", room: "lobby", hasMore: false } as const;
    desk.tell(
      { ...page, entries: [messageEntry(1), messageEntry(3)], damaged: [] },
      { ...page, entries: [messageEntry(1)], damaged: [{ from: 2, to: 2 }] },
      { ...page, entries: [messageEntry(1), messageEntry(2)], damaged: [] },
    );
    desk.pass(keepMs);
    expect(desk.writes).toMatchObject([[{ type: "page", entries: [{}, {}] }]]);
  });

  test.each([
    [{ type: "exited", room: "lobby" }, "gone"],
    [{ type: "removed", room: "lobby", by: "ben", isBanned: false }, "gone"],
    [{ type: "reset", room: "lobby" }, "reset"],
    [{ type: "error", room: "lobby", code: "not-allowed", message: "no" }, "gone"],
    [{ type: "error", room: "lobby", code: "server-closing", message: "no" }, undefined],
    [{ type: "error", code: "not-allowed", message: "no" }, undefined],
  ] as const)("%j leaves of a room what it must", (event, change) => {
    const desk = new Desk();
    desk.tell(event);
    desk.pass(keepMs);
    expect(desk.writes[0]?.map(({ type }) => type)).toEqual(change && [change]);
  });

  test("comes in one draft a room and second, and drafts that are too long in none", () => {
    const desk = new Desk({ ...nothing, drafts: new Map([["lobby", "same"]]) });
    desk.do((memory) => memory.keepDraft(desk.now, "lobby", "same"));
    expect(desk.memory.pollTimeout()).toBeUndefined();
    for (const text of ["a", "ab", "abc"]) {
      desk.do((memory) => memory.keepDraft(desk.now, "lobby", text));
    }
    desk.do((memory) => memory.keepDraft(desk.now, "lobby", "x".repeat(draftUnitsMax + 1)));
    desk.pass(keepMs);
    expect(desk.writes).toEqual([[{ type: "draft", room: "lobby", text: "abc" }]]);
    desk.written();
    desk.do((memory) => memory.keepDraft(desk.now, "lobby", "x".repeat(draftUnitsMax)));
    expect(desk.memory.pollTimeout()).toBe(desk.now + keepMs);
  });

  test("is kept no more after /forget, but lines are", () => {
    const desk = new Desk();
    desk.do((memory) => memory.forget(desk.now));
    expect(desk.writes).toEqual([[{ type: "forgotten" }]]);
    desk.tell(said(1), pending("a"));
    desk.written();
    expect(desk.writes[1]?.map(({ type }) => type)).toEqual(["post"]);
  });
});

describe("a disk that fails", () => {
  test("is told once, lets everything through, and is not written again", () => {
    const desk = new Desk();
    desk.tell(pending("a"), pending("b"), said(1));
    desk.written("no space left");
    expect(desk.types()).toEqual(["memory", "pending", "pending", "said"]);
    desk.tell(pending("c"), stored("a"));
    expect(desk.types().slice(-2)).toEqual(["pending", "stored"]);
    desk.pass(keepMs);
    expect(desk.writes).toHaveLength(1);
    expect(desk.memory.keptCount).toBe(0);
    expect(desk.memory.isIdle).toBe(true);
  });

  test("leaves the lines that are on it to the next visit", () => {
    const desk = new Desk();
    desk.tell(pending("a"));
    desk.written();
    desk.tell(pending("b"));
    desk.written("no space left");
    expect(desk.memory.keptCount).toBe(1);
  });
});

test("a search goes through what is kept while there is no connection, and only then", () => {
  const server = { name: "lab", nick: "anna", own: { person: "p" }, visitedAt: 1, token };
  const desk = new Desk({ ...nothing, server });
  const call = { search: { type: "search", words: ["soup"], limit: 5 }, ref: "s" } as const;
  desk.do((memory) => expect(memory.search(desk.now, call)).toBe(true));
  expect(desk.others).toEqual([{ type: "search", ...call }]);
  const hits = [{ room: "lobby", entry: messageEntry(3, "soup") }];
  desk.do((memory) => memory.handleFound(desk.now, call, hits));
  expect(desk.told.at(-1)).toEqual({
    ...{ type: "answer", ref: "s", question: call.search },
    answer: { type: "found", hits },
  });
  desk.tell({ type: "connection", state: "open", attempt: 1 });
  desk.do((memory) => expect(memory.search(desk.now, call)).toBe(false));
});

describe("the past", () => {
  const older = { room: "lobby", range: { before: 9 }, ref: "r" } as const;
  const newest = { room: "lobby", range: { limit: 20 }, ref: "r" } as const;
  const open = { type: "connection", state: "open", attempt: 1 } as const;

  test("comes from the cache as far as it goes, else from the server", () => {
    const desk = new Desk();
    desk.tell(open);
    desk.do((memory) => memory.history(desk.now, older));
    expect(desk.others).toEqual([{ type: "read", query: { room: "lobby", range: { before: 9 } } }]);
    const page = { entries: [messageEntry(8)], hasMore: true };
    desk.do((memory) => memory.handleRead(desk.now, page));
    expect(desk.told.at(-1)).toEqual({
      type: "page",
      ref: "r",
      room: "lobby",
      damaged: [],
      ...page,
    });
    desk.do((memory) => memory.history(desk.now, older));
    desk.do((memory) => memory.handleRead(desk.now, undefined));
    expect(desk.others.at(-1)).toEqual({ type: "ask", ...older });
  });

  test("is all from the cache only while there is no connection", () => {
    const desk = new Desk();
    desk.do((memory) => memory.history(desk.now, newest));
    expect(desk.others).toMatchObject([{ type: "read" }]);
    desk.tell(open);
    desk.do((memory) => memory.history(desk.now, newest));
    expect(desk.others.at(-1)).toEqual({ type: "ask", ...newest });
  });

  test("is read when what was changed before is on the disk", () => {
    const desk = new Desk();
    desk.tell(said(9));
    desk.do((memory) => memory.history(desk.now, older));
    expect(desk.writes).toHaveLength(1);
    expect(desk.others).toEqual([]);
    desk.written();
    expect(desk.others).toMatchObject([{ type: "read" }]);
  });

  test(`is asked of the server when ${requestsWaitingMax} questions wait for the cache`, () => {
    const desk = new Desk();
    for (let count = 0; count < requestsWaitingMax; count += 1) {
      desk.do((memory) => memory.history(desk.now, older));
    }
    expect(desk.others).toMatchObject([{ type: "read" }]);
    desk.do((memory) => memory.history(desk.now, older));
    expect(desk.others.at(-1)).toMatchObject({ type: "ask" });
  });
});
