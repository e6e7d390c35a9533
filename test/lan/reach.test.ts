import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { defaultDataPort, defaultDiscoveryPort } from "../../src/discovery/ports.ts";
import { type Host, Lan, whyNoLoss } from "./lan.ts";
import { enter, serve } from "./scene.ts";

const withoutNft = whyNoLoss();

/** What a container's data port is outside of it. */
const publishedPort = 5_000;

/** A browser that tells of each change, when it has begun to look. */
async function watch(host: Host) {
  const watcher = host.node("test/lan/watch.js");
  await watcher.first({ type: "watching" });
  return watcher;
}

/** A LAN of a server and another host. */
async function openPair() {
  const lan = await Lan.open();
  const [server, client] = [await lan.host(1), await lan.host(1)];
  return { lan, server, client, [Symbol.asyncDispose]: () => lan[Symbol.asyncDispose]() };
}

describe.concurrent("a server is found and joined", () => {
  test("by IPv6 alone", async () => {
    await using lan = await Lan.open();
    const [server, client] = [await lan.host(), await lan.host()];
    for (const host of [server, client]) host.plug(1, "ipv6");
    // Until then the system checks whether somebody else has the address.
    await sleep(2_500);
    await serve(server, "Office");
    const watcher = await watch(client);
    const { host } = await watcher.first({ type: "servers", count: 1 }, 2_000);
    expect(host).toMatch(/^fe80::.*%eth1$/);
    await enter(client, "ann", "Office");
  });

  test("by IPv6, on adapters that were plugged in a moment ago", async () => {
    await using lan = await Lan.open();
    const [server, client] = [await lan.host(), await lan.host()];
    await serve(server, "Office");
    const watcher = await watch(client);
    for (const host of [server, client]) host.plug(1, "ipv6");
    await watcher.first({ type: "servers", count: 1 }, 5_000);
  });

  test.skipIf(withoutNft)("where the switch drops multicast", async () => {
    await using pair = await openPair();
    pair.lan.filter("multicast");
    await serve(pair.server, "Office");
    const watcher = await watch(pair.client);
    await watcher.first({ type: "servers", count: 1 }, 1_000);
  });

  test.skipIf(withoutNft)("where the switch drops broadcasts", async () => {
    await using pair = await openPair();
    pair.lan.filter("broadcast");
    await serve(pair.server, "Office");
    const watcher = await watch(pair.client);
    await watcher.first({ type: "servers", count: 1 }, 1_000);
  });

  test.skipIf(withoutNft)("where it drops both, by asking each host", async () => {
    await using pair = await openPair();
    pair.lan.filter("broadcast", "multicast");
    await serve(pair.server, "Office");
    const watcher = await watch(pair.client);
    const { ms } = await watcher.first({ type: "servers", count: 1 }, 3_000);
    process.stdout.write(`without broadcast and multicast a server was listed in ${ms} ms\n`);
    await enter(pair.client, "ann", "Office");
  });

  test.skipIf(withoutNft)("behind a firewall that lets in only answers", async () => {
    await using pair = await openPair();
    pair.client.closeFirewall();
    await serve(pair.server, "Office");
    const watcher = await watch(pair.client);
    await watcher.first({ type: "servers", count: 1 }, 3_000);
    await enter(pair.client, "ann", "Office");
  });

  test("through an adapter although the default route leads through another", async () => {
    await using lan = await Lan.open();
    const [server, client] = [await lan.host(1, 2), await lan.host(1, 2)];
    server.setDefaultRoute(2);
    client.setDefaultRoute(2);
    client.setCable(2, false);
    await serve(server, "Office");
    await enter(client, "ann", "Office");
  });

  test("in another subnet, when a server here was told of it", async () => {
    await using lan = await Lan.open();
    const [near, far, router] = [await lan.host(1), await lan.host(2), await lan.host(1, 2)];
    const client = await lan.host(1);
    router.route();
    near.setRoute(2, router.address(1));
    client.setRoute(2, router.address(1));
    far.setRoute(1, router.address(2));
    const { port } = await (await serve(far, "Far")).first({ type: "listening" });
    const peer = `${far.address(2)}:${port}`;
    await near
      .earshot("serve", "--json", "--name", "Near", "--peer", peer)
      .first({ type: "listening" });
    const watcher = await watch(client);
    await watcher.first({ type: "servers", names: "Far,Near" }, 5_000);
    await enter(client, "ann", "Far");
  });

  test.skipIf(withoutNft)("in a container, on the port that its owner announces", async () => {
    await using lan = await Lan.open();
    const [container, machine, client] = [
      await lan.host(2),
      await lan.host(1, 2),
      await lan.host(1),
    ];
    machine.route();
    machine.forward(1, publishedPort, { to: container.address(2), port: defaultDataPort });
    const discovery = { to: container.address(2), port: defaultDiscoveryPort };
    machine.forward(1, defaultDiscoveryPort, discovery);
    const published = `${machine.address(1)}:${publishedPort}`;
    const port = String(defaultDataPort);
    await container
      .earshot("serve", "--json", "--name", "Box", "--port", port, "--announce", published)
      .first({ type: "listening" });
    const watcher = await watch(client);
    const place = { host: machine.address(1), port: publishedPort };
    await watcher.first({ type: "servers", name: "Box", ...place }, 5_000);
    await enter(client, "ann", "Box");
  });

  test("when it hides, by who has met it, and by nobody else", async () => {
    await using lan = await Lan.open();
    const [host, client, stranger] = [await lan.host(1), await lan.host(1), await lan.host(1)];
    const server = host.earshot("serve", "--json", "--name", "Den", "--hidden");
    const { links } = await server.first({ type: "listening" });
    const link = String((links as readonly string[])[0]);
    const bot = client.earshot("bot", "--nick", "ann", "--server", link);
    await bot.first({ type: "ready" });
    const watcher = await watch(stranger);
    await sleep(2_000);
    expect(watcher.all({ type: "servers" })).toEqual([]);
  });
});

describe.concurrent("a list that is watched", () => {
  test("has a server again within 1.5 s of its adapter's coming back with the same name and address", async () => {
    await using pair = await openPair();
    await serve(pair.server, "Office");
    const watcher = await watch(pair.client);
    await watcher.first({ type: "servers", count: 1 });
    for (const host of [pair.server, pair.client]) {
      host.unplug(1);
      await watcher.until(() => watcher.lines.at(-1)?.count === 0, "an empty list", 5_000);
      host.plug(1);
      await watcher.until(() => watcher.lines.at(-1)?.count === 1, "the server again", 3_000);
    }
  });

  test.skipIf(withoutNft)("has it also by multicast alone", async () => {
    await using pair = await openPair();
    pair.lan.filter("broadcast");
    await serve(pair.server, "Office");
    pair.client.unplug(1);
    const watcher = await watch(pair.client);
    pair.client.plug(1);
    await watcher.first({ type: "servers", count: 1 }, 3_000);
    // Quicker than a scan: nobody notices but by the group, which must be joined anew.
    pair.server.unplug(1);
    pair.server.plug(1);
    await watcher.until(() => watcher.lines.at(-1)?.count === 1, "the server again", 5_000);
    const second = await watch(pair.client);
    await second.first({ type: "servers", count: 1 }, 2_000);
  });

  test("has a server that was killed and started again once, on its other port", async () => {
    await using pair = await openPair();
    const first = await serve(pair.server, "Office");
    const watcher = await watch(pair.client);
    await watcher.first({ type: "servers", count: 1 });
    first.kill("SIGKILL");
    await first.exitCode;
    const again = pair.server.earshot("serve", "--json", "--name", "Office", "--port", "4567");
    await again.first({ type: "listening" });
    await watcher.until(() => watcher.lines.at(-1)?.port === 4567, "the other port", 4_000);
    expect(watcher.lines.every((line) => line.count === undefined || Number(line.count) <= 1)).toBe(
      true,
    );
  });

  test("believes no beacon of a server that does not answer, and no goodbye of one that does", async () => {
    await using pair = await openPair();
    const attacker = await pair.lan.host(1);
    const { id } = await (await serve(pair.server, "Office")).first({ type: "listening" });
    const watcher = await watch(pair.client);
    await watcher.first({ type: "servers", names: "Office" });
    attacker.setDefaultRoute(1);
    const goodbyes = attacker.node("test/lan/forge.js", "goodbye", String(id));
    const beacons = attacker.node("test/lan/forge.js", "beacon");
    for (const forger of [goodbyes, beacons]) await forger.first({ type: "forging" });
    await sleep(5_000);
    for (const line of watcher.all({ type: "servers" })) expect(line.names).toBe("Office");
  });

  test("marks both when a name is copied", async () => {
    await using pair = await openPair();
    const attacker = await pair.lan.host(1);
    await serve(pair.server, "Office");
    await serve(attacker, "office");
    const watcher = await watch(pair.client);
    await watcher.first({ type: "servers", names: "Office,office", sharedCount: 2 });
  });
});

describe("300 servers", () => {
  test("are all in the list a moment after it was asked for", async () => {
    await using pair = await openPair();
    const hosts = Array.from({ length: 10 }, (_, n) => pair.server.addAddress(1, 100 + n));
    const servers = pair.server.node("test/lan/many-servers.js", "300", ...hosts);
    await servers.first({ type: "announcing" }, 30_000);
    // Their first beacons tell each that it is not alone.
    await sleep(5_000);
    const watcher = await watch(pair.client);
    await watcher.first({ type: "servers", count: 300 }, 10_000);
    const { ms } = watcher.all({ type: "servers", count: 300 })[0]!;
    process.stdout.write(`300 servers were listed in ${ms} ms\n`);
  });
});
