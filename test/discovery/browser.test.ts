import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { findServer } from "../../src/discovery/browser.ts";
import { rescanMs } from "../../src/discovery/discovery-sockets.ts";
import { encodePacket } from "../../src/discovery/packet.ts";
import { queryTiming } from "../../src/discovery/repeat-schedule.ts";
import { SimulatedClock } from "../support/clock.ts";
import { fakeAdapter, LoopbackLan, until } from "./lan.ts";
import { sampleAnnouncement, sampleId } from "./samples.ts";

describe("a browser", () => {
  test("finds a server within a second, and where it is", async () => {
    await using lan = await LoopbackLan.open();
    await lan.beacon({ port: 40_001, members: 7, rooms: 2 });
    const browser = await lan.browser();
    const tookMs = await until(() => browser.servers()[0]?.rttMs !== undefined);
    expect(tookMs).toBeLessThan(1000);
    expect(browser.servers()).toMatchObject([
      {
        id: sampleId(1),
        name: "Office",
        address: { host: "127.0.0.1", port: 40_001 },
        members: 7,
        rooms: 2,
        via: browser.adapters()[0]?.name,
      },
    ]);
  });

  test("finds two servers on one machine", async () => {
    await using lan = await LoopbackLan.open();
    await lan.beacon({ id: sampleId(1), name: "Office", port: 40_001 });
    await lan.beacon({ id: sampleId(2), name: "Attic", port: 40_002 });
    const browser = await lan.browser();
    await until(() => browser.servers().length === 2);
    expect(browser.servers().map((server) => [server.name, server.address.port])).toEqual([
      ["Attic", 40_002],
      ["Office", 40_001],
    ]);
  });

  test("two browsers on one machine both find and both hear", async () => {
    await using lan = await LoopbackLan.open();
    const browsers = [await lan.browser(), await lan.browser()];
    expect(browsers.map((browser) => browser.isHearing)).toEqual([true, true]);
    await lan.beacon();
    await until(() => browsers.every((browser) => browser.servers().length === 1));
  });

  test("shows a server that starts later, and says so", async () => {
    await using lan = await LoopbackLan.open();
    let changes = 0;
    const browser = await lan.browser({ onChange: () => (changes += 1) });
    expect(browser.servers()).toEqual([]);
    await lan.beacon();
    await until(() => browser.servers().length === 1);
    expect(changes).toBe(1);
  });

  test("says once what several servers answered at the same time", async () => {
    await using lan = await LoopbackLan.open();
    const count = 8;
    for (let n = 1; n <= count; n += 1) await lan.beacon({ id: sampleId(n), name: `Office ${n}` });
    let changes = 0;
    const browser = await lan.browser({ onChange: () => (changes += 1) });
    await until(() => browser.servers().length === count);
    // A busy machine may hand over the answers in two or three parts.
    expect(changes).toBeLessThanOrEqual(count / 2);
  });

  test("takes a server off as soon as it says goodbye", async () => {
    await using lan = await LoopbackLan.open();
    const beacon = await lan.beacon();
    const browser = await lan.browser();
    await until(() => browser.servers().length === 1);
    await beacon.close();
    // Silence alone would take it off after 10 s, twice what is waited for here.
    await until(() => browser.servers().length === 0);
  });

  test("asks even when another program holds the discovery port", async () => {
    await using lan = await LoopbackLan.open();
    const questions: Uint8Array[] = [];
    const holder = await lan.hold((datagram) => questions.push(datagram.slice()));
    const browser = await lan.browser();
    expect(browser.isHearing).toBe(false);
    await until(() => 0 < questions.length);
    expect(holder.address.port).toBe(lan.port);
  });

  test("counts answers that nobody asked for and drops them", async () => {
    await using lan = await LoopbackLan.open();
    const browser = await lan.browser();
    const { socket } = await lan.listener();
    const announcement = sampleAnnouncement();
    const answer = encodePacket({ type: "answer", nonce: "11".repeat(8), announcement });
    socket.send({ host: "127.255.255.255", port: lan.port }, answer);
    await until(() => browser.counts.unasked === 1);
    expect(browser.servers()).toEqual([]);
  });

  test("a failed attempt to open the discovery port leaves no descriptor open", async ({
    skip,
  }) => {
    if (process.platform !== "linux") skip("descriptors are counted in /proc");
    await using lan = await LoopbackLan.open();
    await lan.hold();
    const clock = new SimulatedClock();
    let scans = 0;
    const listAdapters = () => {
      scans += 1;
      return [fakeAdapter(1)];
    };
    await lan.browser({ clock, listAdapters, interfaces: [] });
    const before = readdirSync("/proc/self/fd").length;
    await until(() => {
      clock.advance(rescanMs);
      return 20 < scans;
    });
    expect(readdirSync("/proc/self/fd").length).toBeLessThan(before + 10);
  });
});

describe("a machine that slept", () => {
  test("asks in a burst as soon as it is awake", async () => {
    await using lan = await LoopbackLan.open();
    const clock = new SimulatedClock();
    const { packets } = await lan.eavesdropper();
    await lan.browser({ clock });
    const questionCount = () => packets.filter(({ type }) => type === "query").length;
    clock.advance(10_000);
    // The burst of the start, and one every 2.5 s.
    await until(() => questionCount() === 7);
    clock.jumpWall(3_600_000);
    let passedMs = 0;
    // In this time there would be one.
    await until(() => {
      if (passedMs < rescanMs + 1_200) {
        clock.advance(20);
        passedMs += 20;
      }
      return 7 + queryTiming.burstMs.length <= questionCount();
    });
  });
});

describe("adapters that come and go", () => {
  test("a server on two adapters is listed once", async () => {
    await using lan = await LoopbackLan.open();
    const both = { interfaces: [], listAdapters: () => [fakeAdapter(1), fakeAdapter(2)] };
    const one = { interfaces: ["eth1"], listAdapters: both.listAdapters };
    await lan.beacon({}, both);
    const [first, second] = [await lan.browser(both), await lan.browser(one)];
    await until(() => first.servers().length === 1 && second.servers().length === 1);
    expect(second.servers()).toMatchObject([{ via: "eth1", address: { host: "127.1.0.1" } }]);
    await until(() => 0 < second.counts.offLink);
  });

  test("an adapter that is plugged in is asked at once", async () => {
    await using lan = await LoopbackLan.open();
    const clock = new SimulatedClock();
    const adapters = [fakeAdapter(1)];
    await lan.beacon({}, { interfaces: [], listAdapters: () => [fakeAdapter(2)] });
    const browser = await lan.browser({ clock, interfaces: [], listAdapters: () => adapters });
    adapters.push(fakeAdapter(2));
    clock.advance(rescanMs);
    await until(() => browser.servers()[0]?.rttMs !== undefined);
    expect(browser.servers()).toMatchObject([{ via: "eth2" }]);
    expect(browser.adapters().map((adapter) => adapter.name)).toEqual(["eth1", "eth2"]);
  });

  test("a server announces itself on an adapter that is plugged in", async () => {
    await using lan = await LoopbackLan.open();
    const adapters = [fakeAdapter(1)];
    const clock = new SimulatedClock();
    const browser = await lan.browser({
      clock,
      interfaces: [],
      listAdapters: () => [fakeAdapter(2)],
    });
    await lan.beacon({}, { interfaces: [], listAdapters: () => adapters });
    adapters.push(fakeAdapter(2));
    await until(() => browser.servers().length === 1);
    expect(browser.servers()).toMatchObject([{ via: "eth2" }]);
  });

  test("a scan that finds nothing new opens nothing and asks nobody anew", async () => {
    await using lan = await LoopbackLan.open();
    const clock = new SimulatedClock();
    let scans = 0;
    const listAdapters = () => {
      scans += 1;
      return [fakeAdapter(1)];
    };
    const { packets } = await lan.eavesdropper();
    await lan.browser({ clock, interfaces: [], listAdapters });
    const before = scans;
    await until(() => packets.length === 1);
    // A scan that waits for something would set its timer too late for the next advance.
    for (let scan = 0; scan < 10; scan += 1) clock.advance(rescanMs);
    expect(scans).toBe(before + 10);
  });

  test("an adapter that is pulled is no longer used", async () => {
    await using lan = await LoopbackLan.open();
    const clock = new SimulatedClock();
    let adapters = [fakeAdapter(1), fakeAdapter(2)];
    const browser = await lan.browser({ clock, interfaces: [], listAdapters: () => adapters });
    adapters = [fakeAdapter(1)];
    clock.advance(rescanMs);
    await until(() => browser.adapters().length === 1);
    expect(browser.adapters()[0]?.name).toBe("eth1");
  });

  test("adapters stay in use while the system does not list them", async () => {
    await using lan = await LoopbackLan.open();
    const clock = new SimulatedClock();
    let lists = 0;
    const listAdapters = () => {
      lists += 1;
      if (2 < lists) throw new Error("EMFILE");
      return [fakeAdapter(1)];
    };
    const browser = await lan.browser({ clock, interfaces: [], listAdapters });
    await until(() => {
      clock.advance(rescanMs);
      return 4 < lists;
    });
    expect(browser.adapters()).toHaveLength(1);
  });

  test("an adapter that cannot be opened is tried again", async () => {
    await using lan = await LoopbackLan.open();
    const clock = new SimulatedClock();
    // 192.0.2.0/24 is reserved for documentation (RFC 5737); no machine has it.
    let address = "192.0.2.1";
    const listAdapters = () => [{ ...fakeAdapter(1), address }];
    const browser = await lan.browser({ clock, interfaces: [], listAdapters });
    expect(browser.adapters()).toEqual([]);
    address = "127.1.0.1";
    clock.advance(rescanMs);
    await until(() => browser.adapters().length === 1);
  });
});

describe("findServer", () => {
  test("gives the first server that matches", async () => {
    await using lan = await LoopbackLan.open();
    await lan.beacon({ id: sampleId(1), name: "Office" });
    await lan.beacon({ id: sampleId(2), name: "Attic" });
    const isMatch = (server: { name: string }) => server.name === "Attic";
    const found = await findServer({ ...lan.options, isMatch, timeoutMs: 5000 });
    expect(found).toMatchObject({ id: sampleId(2) });
  });

  test("gives nothing when none matches in time", async () => {
    await using lan = await LoopbackLan.open();
    await lan.beacon();
    const found = findServer({ ...lan.options, isMatch: () => false, timeoutMs: 200 });
    await expect(found).resolves.toBeUndefined();
  });

  test("refuses an interface that is not there", async () => {
    await using lan = await LoopbackLan.open();
    const options = { ...lan.options, interfaces: ["no-such-adapter"] };
    const found = findServer({ ...options, isMatch: () => true, timeoutMs: 5000 });
    await expect(found).rejects.toMatchObject({ code: "interface-not-found" });
  });
});
