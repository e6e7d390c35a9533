import { describe, expect, test } from "vitest";
import { nicksBytesMax, nicksMax } from "../../src/room/limits.ts";
import { Room } from "../../src/room/room.ts";
import { type Member, Session } from "../../src/room/session.ts";

function member(id: number, nick: string): Member {
  const session = new Session(id, 0);
  session.state = { type: "accepted", nick, key: nick.toLowerCase(), token: new Uint8Array(16) };
  return session as Member;
}

function roomOf(nicks: readonly string[]): Room {
  const room = new Room("lobby", 0);
  for (const [id, nick] of nicks.entries()) room.add(member(id, nick));
  return room;
}

describe("the members of a room", () => {
  test("are listed in the order of their keys", () => {
    const room = roomOf(["cleo", "Anna", "ben"]);
    expect(room.nickPage(undefined)).toEqual({ nicks: ["Anna", "ben", "cleo"], hasMore: false });
    room.remove("ben");
    room.remove("nobody");
    expect(room.nickPage(undefined).nicks).toEqual(["Anna", "cleo"]);
    expect(room.memberCount).toBe(2);
  });

  test("are the same when one comes again on another connection", () => {
    const room = roomOf(["anna", "ben"]);
    const again = member(9, "Anna");
    room.add(again);
    expect(room.nickPage(undefined).nicks).toEqual(["Anna", "ben"]);
    expect([...room.members]).toContain(again);
    expect(room.memberCount).toBe(2);
  });

  test("come in pages after a key, also when its owner is gone", () => {
    const room = roomOf(["anna", "ben", "cleo", "dave"]);
    expect(room.nickPage("ben").nicks).toEqual(["cleo", "dave"]);
    room.remove("ben");
    expect(room.nickPage("ben").nicks).toEqual(["cleo", "dave"]);
    expect(room.nickPage("dave")).toEqual({ nicks: [], hasMore: false });
  });

  test("come 2,000 at a time and not one more", () => {
    const nicks = Array.from({ length: nicksMax + 1 }, (_, index) => index.toString(36));
    expect(roomOf(nicks.slice(1)).nickPage(undefined)).toMatchObject({ hasMore: false });
    const page = roomOf(nicks).nickPage(undefined);
    expect([page.nicks.length, page.hasMore]).toEqual([nicksMax, true]);
  });

  test("come in 12 KiB at a time and not a byte more", () => {
    const size = 64;
    const count = nicksBytesMax / size;
    const nicks = Array.from({ length: count + 1 }, (_, index) =>
      index.toString().padStart(size - 2, "n"),
    );
    const page = roomOf(nicks).nickPage(undefined);
    expect([page.nicks.length, page.hasMore]).toEqual([count, true]);
    const longer = roomOf([`${nicks[0]}+`, ...nicks.slice(1, count)]).nickPage(undefined);
    expect([longer.nicks.length, longer.hasMore]).toEqual([count - 1, true]);
  });
});

describe("a room", () => {
  test("is kept for its members, its lines and its drafts", () => {
    const room = new Room("lobby", 0);
    expect(room.isDisposable).toBe(true);
    room.draftCount = 1;
    expect(room.isDisposable).toBe(false);
    room.draftCount = 0;
    room.add(member(1, "anna"));
    expect(room.isDisposable).toBe(false);
    room.remove("anna");
    expect(room.isDisposable).toBe(true);
    expect(new Room("lobby", 1).isDisposable).toBe(false);
  });
});
