import { describe, expect, test } from "vitest";
import { listBytesMax, memberOverheadBytes, nicksMax } from "../../src/room/limits.ts";
import { emptyEnd, type MemberPage, Room } from "../../src/room/room.ts";
import { plainRecord } from "../../src/room/room-record.ts";
import { type Member, Session } from "../../src/room/session.ts";
import { personOf } from "../support/log-entries.ts";
import { nobodysPeer } from "../support/server-desk.ts";

function member(id: number, nick: string): Member {
  const session = new Session(id, nobodysPeer, 0);
  const person = { person: personOf(nick), nick, isGuest: true, device: "" };
  session.state = { type: "accepted", person, key: nick.toLowerCase(), token: new Uint8Array(16) };
  return session as Member;
}

function roomOf(nicks: readonly string[]): Room {
  const room = new Room("lobby");
  for (const [id, nick] of nicks.entries()) room.add(member(id, nick));
  return room;
}

function nicksOf(page: MemberPage): readonly string[] {
  return page.members.map(({ nick }) => nick);
}

describe("the members of a room", () => {
  test("are listed in the order of their keys", () => {
    const room = roomOf(["cleo", "Anna"]);
    const ben = member(9, "ben");
    room.add(ben);
    expect(nicksOf(room.memberPage(undefined))).toEqual(["Anna", "ben", "cleo"]);
    room.remove(ben);
    room.remove(member(8, "nobody"));
    expect(nicksOf(room.memberPage(undefined))).toEqual(["Anna", "cleo"]);
    expect(room.memberCount).toBe(2);
  });

  test("are there until the last of their connections is gone", () => {
    const room = roomOf(["ben"]);
    const [one, other] = [member(8, "anna"), member(9, "Anna")];
    room.add(one);
    room.add(other);
    expect(room.memberCount).toBe(2);
    expect(room.members).toContain(other);
    room.remove(one);
    expect(nicksOf(room.memberPage(undefined))).toEqual(["Anna", "ben"]);
    room.remove(other);
    expect(nicksOf(room.memberPage(undefined))).toEqual(["ben"]);
  });

  test("are seen as guests, away and with their role", () => {
    const room = new Room("lobby");
    const anna = member(1, "anna");
    room.add(anna);
    expect(room.view("anna")).toEqual({ nick: "anna", isGuest: true });
    anna.awayText = "";
    const person = personOf("anna");
    room.record = { ...room.record, roles: [{ person, nick: "anna", role: "moderator" }] };
    expect(room.view("anna")).toEqual({
      nick: "anna",
      isGuest: true,
      isAway: true,
      role: "moderator",
    });
    expect(room.view("ben")).toBeUndefined();
  });

  test("come in pages after a key, also when its owner is gone", () => {
    const room = roomOf(["anna", "cleo", "dave"]);
    const ben = member(9, "ben");
    room.add(ben);
    expect(nicksOf(room.memberPage("ben"))).toEqual(["cleo", "dave"]);
    room.remove(ben);
    expect(nicksOf(room.memberPage("ben"))).toEqual(["cleo", "dave"]);
    expect(room.memberPage("dave")).toEqual({ members: [], hasMore: false });
  });

  test("come in 12 KiB at a time and not a byte more", () => {
    const size = 64;
    const count = listBytesMax / size;
    const nicks = Array.from({ length: count + 1 }, (_, index) =>
      index.toString().padStart(size - memberOverheadBytes, "n"),
    );
    expect(count).toBeLessThan(nicksMax);
    const page = roomOf(nicks).memberPage(undefined);
    expect([page.members.length, page.hasMore]).toEqual([count, true]);
    const longer = roomOf([`${nicks[0]}+`, ...nicks.slice(1, count)]).memberPage(undefined);
    expect([longer.members.length, longer.hasMore]).toEqual([count - 1, true]);
  });
});

describe("a room", () => {
  test("is kept for its members, its log, its record and what is being stored", () => {
    const room = new Room("lobby");
    expect(room.isDisposable).toBe(true);
    room.changeCount = 1;
    expect(room.isDisposable).toBe(false);
    room.changeCount = 0;
    const anna = member(1, "anna");
    room.add(anna);
    expect(room.isDisposable).toBe(false);
    room.remove(anna);
    expect(room.isDisposable).toBe(true);
    expect(new Room("lobby", { ...emptyEnd, sequence: 1 }).isDisposable).toBe(false);
    expect(new Room("lobby", emptyEnd, plainRecord).isDisposable).toBe(false);
  });
});
