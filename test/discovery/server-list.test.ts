import { describe, expect, test } from "vitest";
import {
  pathsMax,
  probesPerSecondMax,
  ServerList,
  serversMax,
  serversPerHostMax,
} from "../../src/discovery/server-list.ts";
import { patienceMs, probeMs, spareProbeMs, suspicionMs } from "../../src/discovery/server-path.ts";
import { sampleAnnouncement, sampleId, sampleVerification } from "./samples.ts";

const start = 1_000_000;
const office = { host: "10.0.0.1", port: 28_198 };

function listOf(...verifications: readonly ReturnType<typeof sampleVerification>[]): ServerList {
  const list = new ServerList();
  for (const verification of verifications) list.handleAnswer(start, verification);
  return list;
}

/** Lets time pass without an answer, as the engine does. */
function wait(list: ServerList, from: number, to: number): number {
  let probes = 0;
  for (let now = from; now <= to; now += 10) {
    list.handleTimeout(now);
    probes += list.pollProbes(now).length;
  }
  return probes;
}

describe("a server that has answered", () => {
  test("is listed with what it said and where", () => {
    const cookie = Uint8Array.of(1, 2);
    const list = listOf(sampleVerification({}, { cookie }));
    expect(list.servers()).toEqual([
      {
        id: sampleId(1),
        name: "Küche",
        address: office,
        members: 3,
        rooms: 2,
        versionMin: 1,
        versionMax: 1,
        via: "eth0",
        rttMs: 5,
        heardAt: start,
        cookie: { bytes: cookie, heardAt: start },
      },
    ]);
  });

  test("is told of once, and again when something changed that people see", () => {
    const list = new ServerList();
    expect(list.handleAnswer(start, sampleVerification())).toBe(true);
    expect(list.handleAnswer(start + 9, sampleVerification({ sequence: 2 }))).toBe(false);
    const joined = sampleVerification({ sequence: 3, members: 4 });
    expect(list.handleAnswer(start + 18, joined)).toBe(true);
    expect(list.servers()[0]?.members).toBe(4);
    // Overtaken on the way.
    list.handleAnswer(start + 20, sampleVerification({ sequence: 2 }));
    expect(list.servers()[0]?.members).toBe(4);
  });

  test("is one entry however many its paths are, and shares its name with nobody", () => {
    const list = listOf(sampleVerification(), sampleVerification({}, { host: "10.1.0.1" }));
    expect(list.servers()).toHaveLength(1);
    expect(list.servers()[0]).not.toHaveProperty("isNameShared");
    expect(list.servers()[0]?.otherAddresses).toEqual([{ host: "10.1.0.1", port: 28_198 }]);
  });

  test("is marked when another key has its name, whatever the case and width", () => {
    const list = listOf(
      sampleVerification({ name: "Office" }),
      sampleVerification({ id: sampleId(2), name: "office" }, { host: "10.0.0.2" }),
      sampleVerification({ id: sampleId(3), name: "Attic" }, { host: "10.0.0.3" }),
      sampleVerification({ id: sampleId(4), name: "\u{ff2f}ffice" }, { host: "10.0.0.4" }),
    );
    expect(list.servers().map(({ name, isNameShared = false }) => [name, isNameShared])).toEqual([
      ["Attic", false],
      ["Office", true],
      ["office", true],
      ["\u{ff2f}ffice", true],
    ]);
  });

  test("starts again on another port and is one entry, the new port first", () => {
    const list = listOf(sampleVerification());
    wait(list, start, start + probeMs + suspicionMs);
    const again = sampleVerification({ bootId: "ff".repeat(8), port: 4_000, sequence: 1 });
    const now = start + probeMs + suspicionMs + 10;
    list.handleAnswer(now, again);
    expect(list.servers()).toMatchObject([{ address: { port: 4_000 } }]);
    wait(list, now, now + patienceMs);
  });

  test("that another server took the place of is gone from there", () => {
    const list = listOf(sampleVerification());
    list.handleAnswer(start + 1, sampleVerification({ id: sampleId(2), name: "New" }));
    expect(list.servers()).toMatchObject([{ id: sampleId(2), address: office }]);
  });
});

describe("the way to a server", () => {
  test("is the one that leads to the nearest place, then the quickest", () => {
    const list = listOf(
      sampleVerification({}, { host: "8.8.8.8", rank: 4, rttMs: 1 }),
      sampleVerification({}, { host: "fe80::1%eth0", rank: 3, rttMs: 1 }),
      sampleVerification({}, { host: "10.0.0.1", rank: 1, rttMs: 9 }),
      sampleVerification({}, { host: "10.1.0.1", rank: 1, rttMs: 3 }),
      sampleVerification({}, { host: "127.0.0.1", rank: 0, rttMs: 20 }),
    );
    const [server] = list.servers();
    const hosts = [server?.address, ...(server?.otherAddresses ?? [])].map((at) => at?.host);
    expect(hosts).toEqual(["127.0.0.1", "10.1.0.1", "10.0.0.1", "fe80::1%eth0", "8.8.8.8"]);
  });

  test.each([
    [10, 8.1, "10.0.0.1"],
    [10, 7.9, "10.1.0.1"],
    [1.5, 0.6, "10.0.0.1"],
    [1.6, 0.5, "10.1.0.1"],
  ])("of %f ms gives way to one of %f ms, or not: %s", (present, other, host) => {
    const list = listOf(
      sampleVerification({}, { rttMs: present }),
      sampleVerification({}, { host: "10.1.0.1", rttMs: other }),
    );
    expect(list.servers()[0]?.address.host).toBe(host);
  });

  test("is measured smoothly", () => {
    const list = listOf(sampleVerification({}, { rttMs: 8 }));
    list.handleAnswer(start + 1, sampleVerification({}, { rttMs: 16 }));
    expect(list.servers()[0]?.rttMs).toBe(9);
  });

  test("changes when it does not answer any more, before it is given up", () => {
    const list = listOf(sampleVerification(), sampleVerification({}, { host: "10.1.0.1" }));
    const now = start + probeMs;
    expect(list.pollProbes(now)).toHaveLength(2);
    list.handleAnswer(now + 1, sampleVerification({}, { host: "10.1.0.1" }));
    wait(list, now + 1, now + suspicionMs + 300);
    expect(list.servers()).toMatchObject([{ address: { host: "10.1.0.1" } }]);
  });

  test("is one of 8 at most", () => {
    const list = new ServerList();
    for (let n = 1; n <= pathsMax + 1; n += 1) {
      list.handleAnswer(start, sampleVerification({}, { host: `10.0.0.${n}` }));
    }
    expect(list.servers()[0]?.otherAddresses).toHaveLength(pathsMax - 1);
    expect(list.refusedCount).toBe(1);
  });
});

describe("a server that falls silent", () => {
  test("is taken off 2.9 s after its last answer, and asked several times before", () => {
    const list = listOf(sampleVerification());
    const end = start + probeMs + patienceMs;
    expect(wait(list, start, end - 1)).toBe(8);
    expect(list.servers()).toHaveLength(1);
    expect(list.handleTimeout(end)).toBe(true);
    expect(list.servers()).toEqual([]);
    expect(list.isEmpty).toBe(true);
    expect(list.pollTimeout()).toBeUndefined();
  });

  test("stays when one answer comes", () => {
    const list = listOf(sampleVerification());
    wait(list, start, start + 2_000);
    list.handleAnswer(start + 2_000, sampleVerification());
    wait(list, start + 2_000, start + 4_000);
    expect(list.servers()).toHaveLength(1);
  });

  test("is gone at once when it says goodbye to who asks", () => {
    const list = listOf(sampleVerification(), sampleVerification({}, { host: "10.1.0.1" }));
    expect(list.handleGone(office)).toBe(true);
    expect(list.servers()).toMatchObject([{ address: { host: "10.1.0.1" } }]);
    expect(list.handleGone(office)).toBe(false);
    list.handleGone({ ...office, host: "10.1.0.1" });
    expect(list.servers()).toEqual([]);
  });

  test("is asked at once when somebody says goodbye in its name, and stays when it answers", () => {
    const list = listOf(sampleVerification());
    for (const now of [start + 10, start + 60]) {
      list.handleGoodbye(now, sampleId(1));
      expect(list.pollProbes(now)).toEqual([{ id: sampleId(1), address: office }]);
    }
    list.handleAnswer(start + 70, sampleVerification());
    wait(list, start + 80, start + 70 + patienceMs);
    expect(list.servers()).toHaveLength(1);
  });
});

describe("what is asked", () => {
  test("is the way in use every second and the others every 4 s", () => {
    const list = listOf(sampleVerification(), sampleVerification({}, { host: "10.1.0.1" }));
    const hosts: string[] = [];
    for (let now = start; now < start + 9_000; now += 10) {
      for (const { address } of list.pollProbes(now)) {
        hosts.push(address.host);
        list.handleAnswer(now, sampleVerification({}, { host: address.host }));
      }
    }
    expect(hosts.filter((host) => host === "10.0.0.1")).toHaveLength(8);
    // Once after a second, as every new path.
    expect(hosts.filter((host) => host === "10.1.0.1")).toHaveLength(1 + 8_000 / spareProbeMs - 1);
  });

  test("is not more than 64 questions a second, whatever the number of servers", () => {
    const list = new ServerList();
    const answer = (now: number, number: number) => {
      const host = `10.1.${number}.1`;
      list.handleAnswer(now, sampleVerification({ id: sampleId(number) }, { host }));
    };
    const serverCount = 4 * probesPerSecondMax;
    for (let n = 0; n < serverCount; n += 1) answer(start, n);
    let asked = 0;
    for (let now = start; now < start + 10_000; now += 10) {
      for (const { address } of list.pollProbes(now)) {
        asked += 1;
        answer(now, Number(address.host.split(".")[2]));
      }
    }
    // Each once after its first second, and then as often as that rate allows.
    expect(asked).toBeLessThanOrEqual(serverCount + 9 * probesPerSecondMax);
    expect(list.servers()).toHaveLength(serverCount);
  });

  test("is what was heard anew of a server that is known", () => {
    const list = listOf(sampleVerification({ sequence: 5 }));
    const heard = (changes: object) => list.recognize(sampleAnnouncement(changes), office);
    expect(heard({ sequence: 5 })).toBe("known");
    expect(heard({ sequence: 4 })).toBe("known");
    expect(heard({ sequence: 6 })).toBe("news");
    expect(heard({ sequence: 1, bootId: "ff".repeat(8) })).toBe("news");
    expect(heard({ id: sampleId(2) })).toBe("new");
    expect(list.recognize(sampleAnnouncement(), { ...office, port: 4_000 })).toBe("new");
    list.handleDoubt(start + 100, office);
    expect(list.pollProbes(start + 100)).toEqual([]);
    list.handleDoubt(start + 400, office);
    expect(list.pollProbes(start + 400)).toHaveLength(1);
  });
});

describe("a full list", () => {
  function add(list: ServerList, number: number, host: string): boolean {
    return list.handleAnswer(
      start,
      sampleVerification({ id: sampleId(number), port: 1024 + number }, { host }),
    );
  }

  test("has 512 servers, keeps those that answer, and has a place for a remembered one", () => {
    const list = new ServerList((id) => id === sampleId(9_999));
    for (let n = 1; n <= serversMax; n += 1) expect(add(list, n, `10.0.${n >> 4}.1`)).toBe(true);
    expect(add(list, serversMax + 1, "10.9.0.1")).toBe(false);
    expect(list.refusedCount).toBe(1);
    expect(add(list, 9_999, "10.9.0.1")).toBe(true);
    expect(list.servers()).toHaveLength(serversMax + 1);
  });

  test("has 32 servers of one host", () => {
    const list = new ServerList();
    for (let n = 1; n <= serversPerHostMax; n += 1) expect(add(list, n, "10.0.0.1")).toBe(true);
    expect(add(list, serversPerHostMax + 1, "10.0.0.1")).toBe(false);
    expect(add(list, serversPerHostMax + 1, "10.0.0.2")).toBe(true);
  });
});
