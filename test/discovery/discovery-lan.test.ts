import { describe, expect, test } from "vitest";
import { answerDelayMsMax } from "../../src/discovery/answer-queue.ts";
import { encodePacket } from "../../src/discovery/packet.ts";
import { questionProof } from "../../src/discovery/question-proof.ts";
import { strangersInAll, strangersPerSource } from "../../src/discovery/server-search.ts";
import { CookieJar } from "../../src/transport/cookie.ts";
import { DiscoveryLan, discoveryPort, type Mechanism } from "../support/discovery-lan.ts";
import { sampleAnnouncement, sampleId } from "./samples.ts";

const seed = Number(process.env["EARSHOT_SEED"] ?? 28_197);

function openLan(): DiscoveryLan {
  return new DiscoveryLan(seed);
}

function block(lan: DiscoveryLan, link: number, ...blocked: readonly Mechanism[]): void {
  lan.filter(link, (via) => !blocked.includes(via));
}

describe("a server", () => {
  test("is listed within 50 ms of asking, once, with its best way first", () => {
    const lan = openLan();
    const [server, client] = [lan.host(1, 2), lan.host(1, 2)];
    server.serve({ id: sampleId(1) });
    lan.clock.advance(5_000);
    const search = client.browse();
    expect(search.until(1, 50)).toBeLessThan(2);
    lan.clock.advance(500);
    const [found, ...others] = search.search.servers();
    expect(others).toEqual([]);
    expect(found?.address.host).toMatch(/^10\.77\.[12]\.1$/);
    expect(found?.otherAddresses).toHaveLength(3);
    expect(found?.otherAddresses?.[0]?.host).toMatch(/^10\.77/);
  });

  test("that starts later is listed at once", () => {
    const lan = openLan();
    const [server, client] = [lan.host(1), lan.host(1)];
    const search = client.browse();
    lan.clock.advance(60_000);
    server.serve({ id: sampleId(1) });
    expect(search.until(1, 50)).toBeLessThan(2);
  });

  test("on the same machine is found without any network, by loopback", () => {
    const lan = openLan();
    const host = lan.host();
    host.serve({ id: sampleId(1), name: "One" });
    host.serve({ id: sampleId(2), name: "Two" });
    const search = host.browse();
    expect(search.until(2, 50)).toBeLessThan(2);
    expect(search.search.servers()).toMatchObject([{ via: "lo" }, { via: "lo" }]);
  });

  test.each<readonly [string, readonly Mechanism[]]>([
    ["broadcast", ["multicast", "ipv6"]],
    ["multicast", ["broadcast", "ipv6"]],
    ["IPv6", ["broadcast", "multicast"]],
  ])("is found by %s alone", (_, blocked) => {
    const lan = openLan();
    block(lan, 1, ...blocked);
    lan.host(1).serve({ id: sampleId(1) });
    expect(lan.host(1).browse().until(1, 50)).toBeLessThan(2);
  });

  test("is found where there is no IPv4", () => {
    const lan = openLan();
    const [server, client] = [lan.host(), lan.host()];
    server.plug(1, ["ipv6"]);
    client.plug(1, ["ipv6"]);
    server.serve({ id: sampleId(1) });
    const search = client.browse();
    expect(search.until(1, 50)).toBeLessThan(2);
    expect(search.search.servers()).toMatchObject([{ address: { host: "fe80::1%eth1" } }]);
  });

  test("is found within 1.3 s where only what goes to one host passes, by asking each", () => {
    const lan = openLan();
    block(lan, 1, "broadcast", "multicast", "ipv6");
    lan.host(1).serve({ id: sampleId(1) });
    const tookMs = lan.host(1).browse().until(1, 2_000);
    expect(tookMs).toBeGreaterThan(1_000);
    expect(tookMs).toBeLessThan(1_300);
  });

  test("is not looked for host by host when that is not wanted, or another one was found", () => {
    const lan = openLan();
    const client = lan.host(1);
    const unwanted = client.browse({ isSweeping: false });
    lan.clock.advance(3_000);
    expect(unwanted.sends).toEqual([]);
    client.serve({ id: sampleId(1) });
    const content = client.browse();
    lan.clock.advance(3_000);
    expect(content.sends.filter(({ to }) => to.port === discoveryPort)).toEqual([]);
  });

  test("is found among several on its host by asking the host alone", () => {
    const lan = openLan();
    block(lan, 1, "broadcast", "multicast", "ipv6");
    const host = lan.host(1);
    for (let n = 1; n <= 5; n += 1) host.serve({ id: sampleId(n), name: `Office ${n}` });
    expect(lan.host(1).browse().until(5, 2_000)).toBeLessThan(1_300);
  });

  test("that was met before is found at once, though nothing reaches everyone", () => {
    const lan = openLan();
    block(lan, 1, "broadcast", "multicast", "ipv6");
    const [first, second, client] = [lan.host(1), lan.host(1), lan.host(1)];
    const server = first.serve({ id: sampleId(1) });
    second.serve({ id: sampleId(2), name: "Attic" });
    const address = { host: first.address(1), port: server.dataPort };
    const hints = [{ address, key: sampleId(1) }];
    const search = client.browse({ hints, neighbours: [second.address(1)] });
    expect(search.until(2, 50)).toBeLessThan(2);
  });

  test("is not listed when its data port cannot be reached", () => {
    const lan = openLan();
    block(lan, 1, "unicast");
    lan.host(1).serve({ id: sampleId(1) });
    const search = lan.host(1).browse();
    lan.clock.advance(10_000);
    expect(search.names).toEqual([]);
  });

  test("is found though one datagram in five is lost", () => {
    const lan = openLan();
    lan.loss = 0.2;
    lan.host(1).serve({ id: sampleId(1) });
    for (let round = 0; round < 50; round += 1) {
      const search = lan.host(1).browse({ isSweeping: false });
      expect(search.until(1, 3_000), `seed ${seed} round ${round}`).toBeDefined();
      search.stop();
    }
  });

  test("stays listed for 10 minutes though one datagram in ten is lost", () => {
    const lan = openLan();
    lan.loss = 0.1;
    lan.host(1).serve({ id: sampleId(1) });
    const search = lan.host(1).browse();
    search.until(1, 3_000);
    lan.clock.advance(600_000);
    expect(
      search.changes.filter(({ count }) => count === 0),
      `seed ${seed}`,
    ).toEqual([]);
  });
});

describe("a server that goes", () => {
  test("says goodbye and is gone within 0.1 s", () => {
    const lan = openLan();
    const server = lan.host(1).serve({ id: sampleId(1) });
    const search = lan.host(1).browse();
    search.until(1, 50);
    lan.clock.advance(4_321);
    server.close();
    expect(search.until(0, 200)).toBeLessThanOrEqual(100);
    lan.clock.advance(100);
    expect(server.announcer.isClosed).toBe(true);
    expect(server.announcer.pollTimeout()).toBeUndefined();
  });

  test("by a crash is gone within 3 s", () => {
    const lan = openLan();
    const server = lan.host(1).serve({ id: sampleId(1) });
    const search = lan.host(1).browse();
    search.until(1, 50);
    lan.clock.advance(4_321);
    server.crash();
    expect(search.until(0, 5_000)).toBeLessThanOrEqual(3_000);
  });

  test("and starts again on another port is one server, and where it is now", () => {
    const lan = openLan();
    const host = lan.host(1);
    const server = host.serve({ id: sampleId(1) });
    const search = lan.host(1).browse();
    search.until(1, 50);
    server.crash();
    const again = host.serve({ id: sampleId(1) });
    lan.clock.advance(3_500);
    const port = again.dataPort;
    const servers = search.search.servers();
    expect(servers).toMatchObject([{ address: { port } }]);
    expect(servers[0]?.otherAddresses?.every((other) => other.port === port) ?? true).toBe(true);
    expect(search.changes.every(({ count }) => count <= 1)).toBe(true);
  });
});

describe("networks that change", () => {
  test("a server is found on an adapter that appears, on either side, and told when all go", () => {
    const lan = openLan();
    const [server, client] = [lan.host(), lan.host()];
    server.serve({ id: sampleId(1) });
    const search = client.browse();
    lan.clock.advance(10_000);
    server.plug(1);
    client.plug(1);
    expect(search.until(1, 100)).toBeLessThan(2);
    client.unplug(1);
    expect(search.until(0, 5_000)).toBeLessThan(3_000);
    client.plug(1);
    expect(search.until(1, 100)).toBeLessThan(2);
  });

  test("after sleep everything is asked again, and what is gone leaves the list", () => {
    const lan = openLan();
    const server = lan.host(1).serve({ id: sampleId(1) });
    const search = lan.host(1).browse();
    search.until(1, 50);
    search.stop();
    server.crash();
    lan.clock.advance(3_600_000);
    search.isUp = true;
    search.search.handleWake(lan.clock.now());
    search.search.handleTimeout(lan.clock.now());
    lan.clock.advance(0);
    expect(search.search.pollTimeout()).toBeLessThan(lan.clock.now() + 500);
  });
});

describe("forged datagrams", () => {
  test("beacons list nobody who does not answer", () => {
    const lan = openLan();
    const [attacker, client] = [lan.host(1), lan.host(1)];
    const search = client.browse();
    for (let n = 0; n < 500; n += 1) {
      const announcement = sampleAnnouncement({ id: sampleId(n), port: 2_000 + n });
      attacker.shout(1, { type: "beacon", announcement }, `10.77.1.${100 + (n % 100)}`);
    }
    lan.clock.advance(5_000);
    expect(search.names).toEqual([]);
    expect(search.changes).toEqual([]);
  });

  test("as many strangers of one host as may be are asked at once, and not one more", () => {
    const lan = openLan();
    const [attacker, client] = [lan.host(1), lan.host(1)];
    const search = client.browse();
    lan.clock.advance(0);
    const before = search.sends.length;
    const announce = (n: number) => {
      const announcement = sampleAnnouncement({ id: sampleId(n), port: 2_000 + n });
      attacker.shout(1, { type: "beacon", announcement }, "10.77.1.100");
    };
    for (let n = 0; n < strangersPerSource.burst; n += 1) announce(n);
    lan.clock.advance(2);
    expect(search.sends.length - before).toBe(strangersPerSource.burst);
    announce(strangersPerSource.burst);
    lan.clock.advance(2);
    expect(search.sends.length - before).toBe(strangersPerSource.burst);
  });

  test("goodbyes take nobody off", () => {
    const lan = openLan();
    const [attacker, client] = [lan.host(1), lan.host(1)];
    lan.host(1).serve({ id: sampleId(1) });
    const search = client.browse();
    search.until(1, 50);
    for (let n = 0; n < 50; n += 1) {
      const announcement = sampleAnnouncement({ id: sampleId(1), sequence: 2 ** 31 });
      attacker.shout(1, { type: "goodbye", announcement });
      lan.clock.advance(100);
    }
    expect(search.changes.every(({ count }) => count === 1)).toBe(true);
  });

  test("a flood of 5,000 a second for 10 s hides nobody who is known, and nobody who is new for long", () => {
    const lan = openLan();
    const [attacker, client, later] = [lan.host(1), lan.host(1), lan.host(1)];
    lan.host(1).serve({ id: sampleId(1), name: "Known" });
    const search = client.browse();
    search.until(1, 50);
    let sent = 0;
    const sentBefore = search.sends.length;
    const flood = (ms: number) => {
      for (let step = 0; step < ms / 10; step += 1) {
        for (let n = 0; n < 50; n += 1) {
          sent += 1;
          const announcement = sampleAnnouncement({
            id: sampleId(sent),
            port: 2_000 + (sent % 9_999),
          });
          attacker.shout(1, { type: "beacon", announcement }, `10.77.1.${50 + (sent % 200)}`);
        }
        lan.clock.advance(10);
      }
    };
    flood(5_000);
    later.serve({ id: sampleId(999_999), name: "Later" });
    flood(5_000);
    expect(search.changes.every(({ count }) => 1 <= count)).toBe(true);
    expect(search.names).toEqual(["Known", "Later"]);
    // What is asked besides: the two that are listed, every second.
    const { perSecond, burst } = strangersInAll;
    expect(search.sends.length - sentBefore).toBeLessThan(burst + 10 * perSecond + 100);
    expect(search.search.counts.refused).toBeGreaterThan(40_000);
  });

  test("questions in all names, that of who lists the server too, hide it from nobody who knows it", () => {
    const lan = openLan();
    const [host, client] = [lan.host(1), lan.host(1)];
    const jar = new CookieJar(lan.random.fork());
    const cookieFor = (asker: string) => jar.issue(lan.clock.now(), asker);
    const isCookie = (asker: string, cookie: Uint8Array) =>
      jar.isValid(lan.clock.now(), asker, cookie);
    const server = host.serve({ id: sampleId(1) }, { cookieFor, isCookie });
    const search = client.browse();
    search.until(1, 50);
    const sentBefore = server.sends.length;
    for (let sent = 0; sent < 100_000; sent += 1) {
      const nonce = sent.toString(16).padStart(16, "f");
      const proof = questionProof(sampleId(1), nonce);
      const cookie = sent % 3 === 0 ? lan.random.bytes(22) : undefined;
      const datagram = encodePacket({ type: "probe", nonce, proof, ...(cookie && { cookie }) });
      const from = { host: sent % 2 === 0 ? client.address(1) : "10.77.1.99", port: 9_999 };
      server.announcer.handleDataDatagram(lan.clock.now(), datagram, from);
      if (sent % 50 === 0) lan.clock.advance(10);
    }
    expect(search.changes.every(({ count }) => count === 1)).toBe(true);
    // 20 a second to each of the two names, as many to who has a cookie, and the first bursts.
    expect(server.sends.length - sentBefore).toBeLessThan(20 * (2 * 20 + 5) + 2 * 40 + 40);
  });

  test("beacons that name somebody else make hardly anybody ask him", () => {
    const lan = openLan();
    lan.hasRouter = true;
    const [attacker, client] = [lan.host(1), lan.host(1)];
    const search = client.browse({ isSweeping: false });
    const victim = "198.51.100.7";
    for (let sent = 0; sent < 2_000; sent += 1) {
      const addresses = [2_000, 9_000].map((port) => ({ host: victim, port: port + sent }));
      const announcement = sampleAnnouncement({ id: sampleId(sent), addresses });
      attacker.shout(1, { type: "beacon", announcement }, `10.77.1.${50 + (sent % 200)}`);
      lan.clock.advance(5);
    }
    const asked = search.sends.filter(({ to }) => to.host === victim).length;
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThanOrEqual(16 + 2 * 10);
  });

  test("an answer from elsewhere than was asked is only a hint", () => {
    const lan = openLan();
    const [attacker, client] = [lan.host(1), lan.host(1)];
    const address = { host: "10.77.1.200", port: 28_198 };
    const search = client.browse({ hints: [{ address, key: sampleId(7) }], isSweeping: false });
    const asked = search.sends.find(({ to }) => to.host === address.host);
    const nonce = Buffer.from(asked!.datagram.subarray(6, 14)).toString("hex");
    const announcement = sampleAnnouncement({ id: sampleId(7) });
    const answer = encodePacket({ type: "answer", nonce, announcement });
    const from = { host: attacker.address(1), port: 28_198 };
    search.search.handleDatagram(lan.clock.now(), answer, from);
    expect(search.names).toEqual([]);
    search.search.handleDatagram(lan.clock.now(), answer, address);
    expect(search.names).toEqual(["Küche"]);
  });

  test("a copied name is listed beside the other, both marked", () => {
    const lan = openLan();
    lan.host(1).serve({ id: sampleId(1), name: "Office" });
    lan.host(1).serve({ id: sampleId(2), name: "OFFICE" });
    const search = lan.host(1).browse();
    search.until(2, 100);
    expect(search.search.servers().map(({ isNameShared }) => isNameShared)).toEqual([true, true]);
  });
});

describe("300 servers", () => {
  test("are listed within 250 ms, and stay", () => {
    const lan = openLan();
    // Those of the first host are enough to tell each server that it is one of many.
    const [crowd, client] = ["10.77.1.1", "10.77.1.31"];
    lan.filter(1, (via, from, to) => {
      if (via === "multicast" || via === "ipv6") return false;
      return [from.host, to].includes(client) || from.host === crowd;
    });
    for (let h = 0; h < 30; h += 1) {
      const host = lan.host(1);
      for (let n = 0; n < 10; n += 1)
        host.serve({ id: sampleId(100 * h + n), name: `Office ${h} ${n}` });
    }
    lan.clock.advance(5_000);
    const search = lan.host(1).browse();
    expect(search.until(300, 1_000)).toBeLessThan(250);
    const { length } = search.changes;
    lan.clock.advance(5_000);
    expect(search.changes.slice(length).every(({ count }) => count === 300)).toBe(true);
  });
});

describe("a good citizen", () => {
  test("sends at most 64 bytes a second on each adapter while nobody asks, by turns", () => {
    const lan = openLan();
    const server = lan.host(1, 2).serve({ id: sampleId(1), name: "n".repeat(48) });
    lan.clock.advance(5_000);
    server.casts.length = 0;
    const seconds = 600;
    lan.clock.advance(1000 * seconds);
    for (const name of ["eth1", "eth2"]) {
      const casts = server.casts.filter(({ adapter }) => adapter.name === name);
      // Ethernet, IP and UDP.
      const bytes = casts.map(({ adapter, datagram }) => {
        const ipBytes = adapter.address.includes(":") ? 40 : 20;
        return datagram.length + 14 + ipBytes + 8;
      });
      expect(bytes.reduce((sum, each) => sum + each, 0) / seconds).toBeLessThanOrEqual(64);
      const targets = new Set(casts.flatMap((cast) => cast.targets));
      expect(targets.size).toBe(3);
    }
  });

  test("never sends more than it was asked with", () => {
    const lan = openLan();
    const cookieFor = () => new Uint8Array(22);
    const name = "n".repeat(48);
    const server = lan.host(1).serve({ id: sampleId(1), name }, { cookieFor });
    const search = lan.host(1).browse();
    lan.clock.advance(10_000);
    expect(search.names).toHaveLength(1);
    expect(server.sends.length).toBeGreaterThan(10);
    for (const { datagram } of server.sends) expect(datagram.length).toBeLessThanOrEqual(400);
  });

  test("answers all at once with up to 8 others beside it, and with more at a time of its own", () => {
    for (const count of [9, 10]) {
      const lan = openLan();
      const servers = Array.from({ length: count }, (_, n) =>
        lan.host(1).serve({ id: sampleId(n) }),
      );
      const asker = lan.host(1);
      lan.clock.advance(5_000);
      const answered = () => servers.filter(({ sends }) => 0 < sends.length).length;
      asker.shout(1, { type: "query", nonce: "11".repeat(8) });
      lan.clock.advance(2);
      if (count === 9) expect(answered()).toBe(9);
      else expect(answered()).toBeLessThan(10);
      lan.clock.advance(answerDelayMsMax);
      expect(answered()).toBe(count);
    }
  });

  test("answers nobody whose address is not of its link", () => {
    const lan = openLan();
    const server = lan.host(1).serve({ id: sampleId(1) });
    const asker = lan.host(1);
    asker.shout(1, { type: "query", nonce: "11".repeat(8) }, "203.0.113.5");
    lan.clock.advance(1_000);
    expect(server.sends).toEqual([]);
    expect(server.announcer.counts.offLink).toBe(1);
  });
});

describe("a hidden server", () => {
  test("says nothing, and is found by who has its key and nobody else", () => {
    const lan = openLan();
    const [host, client] = [lan.host(1), lan.host(1)];
    const server = host.serve({ id: sampleId(1) }, { isHidden: true });
    const stranger = client.browse();
    lan.clock.advance(10_000);
    expect(stranger.names).toEqual([]);
    const aloud = () => server.casts.filter(({ adapter }) => !adapter.isLoopback);
    expect(aloud()).toEqual([]);
    expect(server.sends).toEqual([]);
    expect(client.browse({ key: sampleId(1) }).until(1, 50)).toBeLessThan(2);
    const address = { host: host.address(1), port: server.dataPort };
    expect(client.browse({ hints: [{ address, key: sampleId(1) }] }).until(1, 50)).toBeLessThan(2);
    const wrong = client.browse({ hints: [{ address, key: sampleId(2) }], key: sampleId(3) });
    lan.clock.advance(2_000);
    expect(wrong.names).toEqual([]);
    expect(stranger.names).toEqual([]);
    server.close();
    lan.clock.advance(1_000);
    expect(aloud()).toEqual([]);
  });

  test("does not hide another one on its host from who asks the host alone", () => {
    const lan = openLan();
    block(lan, 1, "broadcast", "multicast", "ipv6");
    const host = lan.host(1);
    host.serve({ id: sampleId(1), name: "Open" });
    host.serve({ id: sampleId(2), name: "Hidden" }, { isHidden: true });
    const search = lan.host(1).browse();
    search.until(1, 2_000);
    lan.clock.advance(2_000);
    expect(search.names).toEqual(["Open"]);
  });
});

describe("servers in different subnets", () => {
  test("are seen on the other side when each is told of the other, and no longer when one is gone", () => {
    const lan = openLan();
    lan.hasRouter = true;
    const [left, right] = [lan.host(1), lan.host(2)];
    const far = right.serve({ id: sampleId(2), name: "Far" });
    const peers = [{ host: right.address(2), port: far.dataPort }];
    left.serve({ id: sampleId(1), name: "Near" }, { peers });
    lan.clock.advance(3_000);
    const search = lan.host(1).browse();
    expect(search.until(2, 500)).toBeLessThan(300);
    expect(search.search.servers()).toMatchObject([
      { name: "Far", via: "routed", address: { host: right.address(2) } },
      { name: "Near", via: "eth1" },
    ]);
    far.crash();
    expect(search.until(1, 5_000)).toBeLessThanOrEqual(3_000);
  });

  test("an announced address is asked like any other", () => {
    const lan = openLan();
    lan.hasRouter = true;
    const [inside, outside] = [lan.host(1), lan.host(2)];
    const container = inside.serve({ id: sampleId(1), addresses: [] });
    const address = { host: inside.address(1), port: container.dataPort };
    const announcement = sampleAnnouncement({ id: sampleId(1), addresses: [address] });
    const search = lan.host(2).browse();
    outside.shout(2, { type: "beacon", announcement });
    expect(search.until(1, 100)).toBeLessThan(2);
  });
});
