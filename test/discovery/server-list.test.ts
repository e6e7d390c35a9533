import { describe, expect, test } from "vitest";
import {
  evictionMsMin,
  pathsMax,
  ServerList,
  serversMax,
  serversPerHostMax,
  silenceMsMax,
} from "../../src/discovery/server-list.ts";
import { SeededRandom } from "../support/random.ts";
import { sampleHearing, sampleId } from "./samples.ts";

const start = 1_000_000;

/** A list of so many servers, each from a host of its own, the first one heard first. */
function filledList(count: number, gapMs = 0): ServerList {
  const list = new ServerList();
  for (let n = 0; n < count; n += 1) {
    const host = `10.1.${n >> 8}.${n & 255}`;
    list.handleAnnouncement(start + n * gapMs, sampleHearing({ id: sampleId(n) }, { host }));
  }
  return list;
}

describe("ServerList", () => {
  test("shows a server with everything it said", () => {
    const list = new ServerList();
    expect(list.pollTimeout()).toBeUndefined();
    expect(list.handleAnnouncement(start, sampleHearing({}, { rttMs: 2.5 }))).toBe(true);
    expect(list.servers()).toEqual([
      {
        id: sampleId(1),
        name: "Küche",
        address: { host: "10.0.0.1", port: 28198 },
        members: 3,
        rooms: 2,
        versionMin: 1,
        versionMax: 1,
        via: "eth0",
        rttMs: 2.5,
        heardAt: start,
      },
    ]);
  });

  test("keeps the cookie of the last answer on a path, with its age", () => {
    const list = new ServerList();
    const cookie = Uint8Array.of(1, 2);
    list.handleAnnouncement(start, sampleHearing({}, { rttMs: 1, cookie }));
    list.handleAnnouncement(start + 100, sampleHearing({ sequence: 2 }));
    const [server] = list.servers();
    expect(server).toMatchObject({
      heardAt: start + 100,
      cookie: { bytes: cookie, heardAt: start },
    });
    const later = Uint8Array.of(3);
    list.handleAnnouncement(
      start + 200,
      sampleHearing({ sequence: 2 }, { rttMs: 1, cookie: later }),
    );
    expect(list.servers()[0]?.cookie).toEqual({ bytes: later, heardAt: start + 200 });
  });

  test("shows no cookie of another path, and none of an earlier boot", () => {
    const list = new ServerList();
    const cookie = Uint8Array.of(1);
    list.handleAnnouncement(start, sampleHearing({}, { rttMs: 9, cookie }));
    list.handleAnnouncement(start, sampleHearing({}, { host: "10.0.0.2", rttMs: 1 }));
    expect(list.servers()[0]).toMatchObject({ address: { host: "10.0.0.2" } });
    expect(list.servers()[0]).not.toHaveProperty("cookie");
    const bootId = "1112131415161718";
    list.handleAnnouncement(start, sampleHearing({ bootId }));
    expect(list.servers()[0]).not.toHaveProperty("cookie");
  });

  test("sorts by name and then by id", () => {
    const list = new ServerList();
    for (const [id, name] of [
      [4, "b"],
      [3, "a"],
      [2, "b"],
      [1, "c"],
    ] as const) {
      list.handleAnnouncement(start, sampleHearing({ id: sampleId(id), name }));
    }
    const shown = list.servers().map((server) => [server.name, server.id]);
    expect(shown).toEqual([
      ["a", sampleId(3)],
      ["b", sampleId(2)],
      ["b", sampleId(4)],
      ["c", sampleId(1)],
    ]);
  });

  test("says what is new: members, name, address, but not that it was heard again", () => {
    const list = new ServerList();
    expect(list.handleAnnouncement(start, sampleHearing({ sequence: 1 }))).toBe(true);
    expect(list.handleAnnouncement(start + 1, sampleHearing({ sequence: 2 }))).toBe(false);
    expect(list.servers()[0]).toMatchObject({ heardAt: start + 1 });
    expect(list.handleAnnouncement(start, sampleHearing({ sequence: 3, members: 4 }))).toBe(true);
    expect(list.handleAnnouncement(start, sampleHearing({ sequence: 4, name: "B" }))).toBe(true);
    expect(list.servers()).toMatchObject([{ name: "B", members: 3 }]);
  });

  test("a server that falls silent is taken off after 10 s", () => {
    const list = new ServerList();
    list.handleAnnouncement(start, sampleHearing({ sequence: 1 }));
    list.handleAnnouncement(start + 2000, sampleHearing({ sequence: 2 }));
    expect(silenceMsMax).toBe(10_000);
    expect(list.pollTimeout()).toBe(start + 12_000);
    expect(list.handleTimeout(start + 11_999)).toBe(false);
    expect(list.servers()).toHaveLength(1);
    expect(list.handleTimeout(start + 12_000)).toBe(true);
    expect(list.servers()).toEqual([]);
    expect(list.pollTimeout()).toBeUndefined();
  });
});

describe("the paths to a server", () => {
  test("says so when a round trip becomes known, and when it changes by whole milliseconds", () => {
    const list = new ServerList();
    const hear = (sequence: number, rttMs?: number) =>
      list.handleAnnouncement(
        start,
        sampleHearing({ sequence }, rttMs === undefined ? {} : { rttMs }),
      );
    expect(hear(1)).toBe(true);
    expect(hear(1, 2.2)).toBe(true);
    expect(hear(1, 2.4)).toBe(false);
    expect(hear(2)).toBe(false);
    expect(hear(2, 9)).toBe(true);
  });

  test("a server heard on two adapters is one server", () => {
    const list = new ServerList();
    expect(list.handleAnnouncement(start, sampleHearing({}, { rttMs: 4 }))).toBe(true);
    const second = sampleHearing({}, { host: "10.1.0.1", via: "wlan0", rttMs: 3.9 });
    expect(list.handleAnnouncement(start, second)).toBe(true);
    const otherAddresses = [{ host: "10.1.0.1", port: 28198 }];
    expect(list.servers()).toMatchObject([{ via: "eth0", rttMs: 4, otherAddresses }]);
    const third = sampleHearing({ sequence: 2 }, { via: "eth1", rttMs: 3.9 });
    expect(list.handleAnnouncement(start + 5_000, third)).toBe(true);
    expect(list.servers(), "each address once").toMatchObject([{ otherAddresses }]);
    list.handleTimeout(start + silenceMsMax);
    expect(list.servers()[0], "silent ones no more").not.toHaveProperty("otherAddresses");
  });

  test("changes to a path that is a fifth and 1 ms quicker, not to one that is little better", () => {
    const list = new ServerList();
    const viaAfter = (via: string, rttMs: number) => {
      const host = `10.0.0.${via.at(-1)}`;
      list.handleAnnouncement(start, sampleHearing({}, { host, via, rttMs }));
      return list.servers()[0]?.via;
    };
    viaAfter("eth0", 10);
    expect(viaAfter("eth1", 8)).toBe("eth0");
    expect(viaAfter("eth2", 7.9)).toBe("eth2");
    expect(list.servers()).toMatchObject([{ via: "eth2", address: { host: "10.0.0.2" } }]);
    viaAfter("eth2", 1.5);
    expect(viaAfter("eth3", 0.6)).toBe("eth2");
    expect(viaAfter("eth3", 0.5)).toBe("eth3");
  });

  test("prefers a path that answered to one that was only heard", () => {
    const list = new ServerList();
    list.handleAnnouncement(start, sampleHearing({}, { via: "eth0" }));
    const answer = sampleHearing({}, { host: "10.1.0.1", via: "wlan0", rttMs: 200 });
    expect(list.handleAnnouncement(start, answer)).toBe(true);
    expect(list.servers()).toMatchObject([{ via: "wlan0", rttMs: 200 }]);
  });

  test("a path that falls silent gives way to the other", () => {
    const list = new ServerList();
    list.handleAnnouncement(start, sampleHearing({}, { via: "eth0", rttMs: 1 }));
    list.handleAnnouncement(
      start + 3000,
      sampleHearing({ sequence: 2 }, { host: "10.1.0.1", via: "wlan0", rttMs: 50 }),
    );
    expect(list.handleTimeout(start + silenceMsMax)).toBe(true);
    expect(list.servers()).toMatchObject([{ via: "wlan0", address: { host: "10.1.0.1" } }]);
  });

  test("keeps 8 paths; further ones wait until one is gone", () => {
    const list = new ServerList();
    const hear = (now: number, n: number) =>
      list.handleAnnouncement(
        now,
        sampleHearing({ sequence: now }, { host: `10.0.0.${n}`, via: "eth0" }),
      );
    for (let n = 1; n <= pathsMax; n += 1) hear(start, n);
    expect(list.counts.refused).toBe(0);
    hear(start, pathsMax + 1);
    expect(list.counts.refused).toBe(1);
    hear(start + 9000, 1);
    list.handleTimeout(start + silenceMsMax);
    hear(start + silenceMsMax, pathsMax + 1);
    expect(list.counts.refused).toBe(1);
  });
});

describe("old announcements", () => {
  test("a repeated beacon does not keep a dead server alive", () => {
    const list = new ServerList();
    list.handleAnnouncement(start, sampleHearing({ sequence: 5 }));
    list.handleAnnouncement(start + 9000, sampleHearing({ sequence: 5 }));
    list.handleAnnouncement(start + 9000, sampleHearing({ sequence: 4, name: "old" }));
    expect(list.counts.stale).toBe(2);
    expect(list.handleTimeout(start + silenceMsMax)).toBe(true);
    expect(list.servers()).toEqual([]);
  });

  test("answers to different questions may carry the same sequence", () => {
    const list = new ServerList();
    list.handleAnnouncement(start, sampleHearing({ sequence: 5 }, { rttMs: 1 }));
    list.handleAnnouncement(start + 2000, sampleHearing({ sequence: 5, members: 9 }, { rttMs: 1 }));
    expect(list.servers()).toMatchObject([{ heardAt: start + 2000, members: 9 }]);
  });

  test("an overtaken announcement brings its path but not its content", () => {
    const list = new ServerList();
    list.handleAnnouncement(start, sampleHearing({ sequence: 5, members: 5 }));
    list.handleAnnouncement(
      start,
      sampleHearing({ sequence: 4, members: 4 }, { via: "wlan0", rttMs: 1 }),
    );
    expect(list.servers()).toMatchObject([{ members: 5, via: "wlan0" }]);
  });

  test("a restarted server begins its sequence again", () => {
    const list = new ServerList();
    list.handleAnnouncement(start, sampleHearing({ sequence: 900 }, { via: "wlan0", rttMs: 1 }));
    const restarted = sampleHearing({ bootId: "aa".repeat(8), sequence: 1, port: 30_000 });
    expect(list.handleAnnouncement(start + 100, restarted)).toBe(true);
    expect(list.servers()).toMatchObject([{ via: "eth0", address: { port: 30_000 } }]);
  });
});

describe("goodbye", () => {
  test("takes a server off at once, whatever of it arrives after", () => {
    const list = new ServerList();
    list.handleAnnouncement(start, sampleHearing({ sequence: 1 }));
    expect(list.handleGoodbye(start, sampleHearing({ sequence: 2 }))).toBe(true);
    expect(list.servers()).toEqual([]);
    expect(list.handleGoodbye(start, sampleHearing({ sequence: 3 }))).toBe(false);
    expect(list.handleAnnouncement(start, sampleHearing({ sequence: 1 }, { rttMs: 1 }))).toBe(
      false,
    );
    expect(list.servers()).toEqual([]);
  });

  test("does not keep a restarted server away", () => {
    const list = new ServerList();
    list.handleAnnouncement(start, sampleHearing());
    list.handleGoodbye(start, sampleHearing());
    expect(list.handleAnnouncement(start + 5, sampleHearing({ bootId: "bb".repeat(8) }))).toBe(
      true,
    );
    expect(list.handleGoodbye(start + 6, sampleHearing({ sequence: 9 }))).toBe(false);
    expect(list.servers()).toHaveLength(1);
  });

  test("is forgotten like everything else", () => {
    const list = new ServerList();
    list.handleAnnouncement(start, sampleHearing());
    list.handleGoodbye(start, sampleHearing());
    expect(list.pollTimeout()).toBe(start + silenceMsMax);
    expect(list.handleTimeout(start + silenceMsMax)).toBe(false);
    expect(list.pollTimeout()).toBeUndefined();
  });

  test.each([
    ["from another host", sampleHearing({}, { host: "10.0.0.66" })],
    ["of another boot", sampleHearing({ bootId: "cc".repeat(8) })],
    ["with another port", sampleHearing({ port: 2000 })],
    ["of a server we do not know", sampleHearing({ id: sampleId(2) })],
  ])("%s changes nothing", (_, goodbye) => {
    const list = new ServerList();
    list.handleAnnouncement(start, sampleHearing());
    expect(list.handleGoodbye(start, goodbye)).toBe(false);
    expect(list.servers()).toHaveLength(1);
  });
});

describe("limits", () => {
  test("256 servers fit, and the next one does not while all of them are heard", () => {
    const list = filledList(serversMax);
    expect(list.servers()).toHaveLength(256);
    const next = sampleHearing({ id: sampleId(serversMax) });
    expect(list.handleAnnouncement(start + evictionMsMin - 1, next)).toBe(false);
    expect(list.counts.refused).toBe(1);
    expect(list.servers()).toHaveLength(256);
  });

  test("a server that missed its beacon makes room, the one unheard for longest first", () => {
    const list = filledList(serversMax, 1);
    const next = sampleHearing({ id: sampleId(serversMax) });
    expect(list.handleAnnouncement(start + evictionMsMin, next)).toBe(true);
    const ids = list.servers().map((server) => server.id);
    expect(ids).toHaveLength(256);
    expect(ids).toContain(sampleId(serversMax));
    expect(ids).not.toContain(sampleId(0));
  });

  test("a host brings in no more by saying goodbye and starting again, or in another's place", () => {
    const list = new ServerList();
    const host = "10.0.0.9";
    for (let n = 0; n < serversMax; n += 1) {
      const id = sampleId(n);
      list.handleAnnouncement(start, sampleHearing({ id }, { host }));
      list.handleGoodbye(start, sampleHearing({ id, sequence: 2 }, { host }));
    }
    for (let n = 0; n < serversMax; n += 1) {
      const again = { id: sampleId(n), bootId: "dd".repeat(8) };
      list.handleAnnouncement(start, sampleHearing(again, { host }));
    }
    expect(list.servers()).toHaveLength(serversPerHostMax);
    const honest = sampleHearing({ id: sampleId(serversMax) }, { host: "10.0.0.1" });
    expect(list.handleAnnouncement(start, honest)).toBe(true);
    const taken = sampleHearing({ id: sampleId(serversMax), bootId: "ee".repeat(8) }, { host });
    expect(list.handleAnnouncement(start, taken)).toBe(false);
  });

  test("a server that said goodbye makes room at once", () => {
    const list = filledList(serversMax);
    list.handleGoodbye(start, sampleHearing({ id: sampleId(7) }, { host: "10.1.0.7" }));
    const next = sampleHearing({ id: sampleId(serversMax) });
    expect(list.handleAnnouncement(start, next)).toBe(true);
    expect(list.servers()).toHaveLength(256);
  });

  test("one host brings in 32 servers and not one more", () => {
    const list = new ServerList();
    for (let n = 0; n <= serversPerHostMax; n += 1) {
      list.handleAnnouncement(start, sampleHearing({ id: sampleId(n) }));
    }
    expect(list.servers()).toHaveLength(32);
    expect(list.counts.refused).toBe(1);
  });

  test("a flood from many hosts does not push out the servers that are there", () => {
    const seed = 9;
    const random = new SeededRandom(seed);
    const list = filledList(20);
    for (let ms = 0; ms < 30_000; ms += 3) {
      const now = start + ms;
      if (ms % 3000 === 0) {
        for (let n = 0; n < 20; n += 1) {
          const source = { host: `10.1.0.${n}` };
          list.handleAnnouncement(
            now,
            sampleHearing({ id: sampleId(n), sequence: 2 + ms }, source),
          );
        }
      }
      const id = sampleId(1000 + random.between(0, 1_000_000));
      const host = `10.2.${random.between(0, 255)}.${random.between(0, 255)}`;
      list.handleAnnouncement(now, sampleHearing({ id }, { host }));
      list.handleTimeout(now);
    }
    const ids = new Set(list.servers().map((server) => server.id));
    expect(ids.size).toBeLessThanOrEqual(serversMax);
    for (let n = 0; n < 20; n += 1) expect(ids, `seed ${seed}`).toContain(sampleId(n));
  });
});
