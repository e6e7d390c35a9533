import { describe, expect, test } from "vitest";
import type { ClientEvent } from "../../../src/room/client-port.ts";
import { outboxLinesMax } from "../../../src/room/limits.ts";
import { KeptPosts } from "../../../src/room/memory/kept-posts.ts";
import { enteredEvent, textBody } from "../../support/client-events.ts";
import { messageEntry } from "../../support/log-entries.ts";

function stored(id: string, sequence: number, room = "lobby"): ClientEvent {
  return { type: "stored", room, id, sequence };
}

function said(sequence: number): ClientEvent {
  return { type: "said", room: "lobby", entry: messageEntry(sequence, "x"), isOwn: true };
}

function pending(id: string): ClientEvent {
  return { type: "pending", room: "lobby", id, body: textBody(id), at: 1 };
}

/** Posts on the disk, of somebody who was in an empty lobby. */
function written(...ids: string[]): KeptPosts {
  const posts = new KeptPosts({ posts: [], rooms: [] });
  posts.handleEvent(enteredEvent("lobby", ["anna"]));
  for (const id of ids) {
    posts.add(id);
    posts.handleWritten(id);
  }
  return posts;
}

describe("an entry that is stored", () => {
  test("waits no more, and is kept until its room has told it", () => {
    const posts = written("a", "b");
    expect(posts.waitingCount).toBe(2);
    expect(posts.handleEvent(stored("a", 2))).toEqual([]);
    expect(posts.waitingCount).toBe(1);
    expect(posts.handleEvent(said(1))).toEqual([]);
    expect(posts.handleEvent(said(2))).toEqual([1]);
    expect(posts.handleEvent(said(2))).toEqual([]);
  });

  test("waits no more also when it is written only then", () => {
    const posts = written();
    posts.add("a");
    posts.handleEvent(stored("a", 1));
    posts.handleWritten("a");
    expect(posts.waitingCount).toBe(0);
    expect(posts.handleEvent(said(1))).toEqual([1]);
  });

  test("is kept no longer where its room has told it before, now or at an earlier visit", () => {
    const posts = written("a");
    posts.handleEvent(said(3));
    expect(posts.handleEvent(stored("a", 3))).toEqual([1]);
    const { log, state } = enteredEvent("lobby", []);
    const rooms = [
      { room: "lobby", log, state, entries: [messageEntry(5, "x")], hasMore: true },
    ] as const;
    const post = { id: "b", room: "lobby", body: textBody("b"), at: 1 };
    const later = new KeptPosts({ posts: [{ number: 8, post }], rooms });
    later.handleEvent(enteredEvent("lobby", ["anna"], { lastSequence: 9 }));
    expect(later.add("c")).toBe(9);
    expect(later.handleEvent(stored("c", 6))).toEqual([]);
    expect(later.handleEvent(stored("b", 5))).toEqual([8]);
  });

  test("is kept no longer when it was before we came, or is lost or expired", () => {
    const posts = written("a", "b", "c");
    posts.handleEvent(enteredEvent("den", ["anna"], { lastSequence: 4 }));
    expect(posts.handleEvent(stored("a", 4, "den"))).toEqual([1]);
    posts.handleEvent(stored("b", 2));
    const range = { from: 1, to: 2 };
    expect(posts.handleEvent({ type: "damaged", room: "lobby", range })).toEqual([2]);
    posts.handleEvent(stored("c", 3));
    expect(posts.handleEvent(enteredEvent("lobby", [], { firstSequence: 4 }))).toEqual([3]);
  });

  test.each([
    { type: "reset", room: "lobby" },
    { type: "exited", room: "lobby" },
    { type: "removed", room: "lobby", by: "bob", action: "kick" },
  ] as ClientEvent[])("is kept no longer when its room is gone: $type", (event) => {
    const posts = written("a", "b", "c");
    posts.handleEvent(stored("a", 1));
    posts.handleEvent(stored("b", 1, "den"));
    expect(posts.handleEvent(event)).toEqual([1]);
    expect(posts.waitingCount).toBe(1);
    // And what is told there from now on counts anew.
    posts.handleEvent(enteredEvent("lobby", ["anna"]));
    expect(posts.handleEvent(stored("c", 1))).toEqual([]);
  });

  test("gives way to those that wait when there are too many", () => {
    const posts = written("first", "second", "third");
    posts.handleEvent(stored("second", 1));
    posts.handleEvent(stored("first", 2));
    const add = (id: string) => {
      posts.add(id);
      return posts.handleEvent(pending(id));
    };
    for (let count = 3; count < outboxLinesMax; count += 1) expect(add(`${count}`)).toEqual([]);
    expect(add("one more")).toEqual([2]);
    expect(add("and one")).toEqual([1]);
    expect(add("and another")).toEqual([]);
  });
});
