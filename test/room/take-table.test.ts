import { describe, expect, test } from "vitest";
import {
  meetingsPerSession,
  relayBytesInAll,
  relayBytesPerPair,
  takesMax,
  takesPerSession,
} from "../../src/room/limits.ts";
import { MeetingTable } from "../../src/room/meeting-table.ts";
import { type Member, Session } from "../../src/room/session.ts";
import { TakeTable } from "../../src/room/take-table.ts";
import { nobodysPeer } from "../support/server-desk.ts";

/** A session about which nothing matters but that it is another. */
function someone(id: number): Member {
  return new Session(id, nobodysPeer, 0) as Member;
}

function offerAt(sequence: number) {
  return { room: "lobby", sequence, id: `offer-${sequence}`, device: "device" };
}

describe("takes", () => {
  test("are one for each session and offer", () => {
    const table = new TakeTable();
    const ben = someone(1);
    const take = table.add(ben, offerAt(1));
    expect(table.add(ben, offerAt(1))).toBe(take);
    expect(table.takersOf(offerAt(1))).toEqual([take]);
    table.delete(take!);
    table.delete(take!);
    expect([table.of(ben), table.takersOf(offerAt(1))]).toEqual([[], []]);
  });

  test("end with their offer, also among those who were introduced for it", () => {
    const table = new TakeTable();
    const [ben, cleo] = [someone(1), someone(2)];
    const takes = [ben, cleo].map((member) => table.add(member, offerAt(1))!);
    takes[0]!.peers.add(cleo);
    table.delete(takes[1]!);
    expect(takes[0]!.peers.size).toBe(0);
    table.deleteOffer(offerAt(1));
    expect(table.of(ben)).toEqual([]);
  });

  test(`are ${takesMax} on a server and not one more, until one ends`, () => {
    const table = new TakeTable();
    const members = Array.from({ length: Math.ceil((takesMax + 1) / takesPerSession) }, (_, id) =>
      someone(id),
    );
    const takes = Array.from({ length: takesMax + 1 }, (_, index) =>
      table.add(members[Math.floor(index / takesPerSession)]!, offerAt(index % takesPerSession)),
    );
    expect(takes.filter((take) => take !== undefined)).toHaveLength(takesMax);
    expect(takes.at(-1)).toBeUndefined();
    table.delete(takes[0]!);
    expect(table.add(members[0]!, offerAt(0))).toBeDefined();
  });
});

describe("meetings", () => {
  test(`are ${meetingsPerSession} for a session, whichever side it is on, until one is gone`, () => {
    const table = new MeetingTable();
    const anna = someone(0);
    const others = Array.from({ length: meetingsPerSession + 1 }, (_, index) => someone(1 + index));
    const met = others.map((other, index) =>
      index % 2 === 0 ? table.meet(0, anna, other) : table.meet(0, other, anna),
    );
    expect(met.filter((meeting) => meeting !== undefined)).toHaveLength(meetingsPerSession);
    table.remove(others[0]!);
    expect(table.meet(0, anna, others.at(-1)!)).toBeDefined();
    expect(table.othersOf(anna)).toHaveLength(meetingsPerSession);
  });

  test("send each other no more than their share, and all together no more than theirs", () => {
    const table = new MeetingTable();
    const size = 1_000;
    const pairs = Math.ceil(relayBytesInAll.burst / relayBytesPerPair.burst) + 1;
    let inAll = 0;
    for (let pair = 0; pair < pairs; pair += 1) {
      const [one, other] = [someone(2 * pair), someone(2 * pair + 1)];
      const { relay } = table.meet(0, one, other)!;
      let own = 0;
      while (table.takeRelay(0, one, relay, size) === other) own += size;
      expect(own).toBeLessThanOrEqual(relayBytesPerPair.burst);
      inAll += own;
    }
    expect(inAll).toBeLessThanOrEqual(relayBytesInAll.burst);
    expect(inAll).toBeGreaterThan(relayBytesInAll.burst - pairs * size);
  });
});
