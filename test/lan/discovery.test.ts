import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { type Host, Lan } from "./lan.ts";
import { serve } from "./scene.ts";

/** What `earshot list` prints on a host, and its exit code. */
async function list(host: Host) {
  const listing = host.earshot("list", "--json");
  const exitCode = await listing.exitCode;
  return { lines: listing.lines, exitCode, errors: listing.errors };
}

/** A browser that tells of each change. */
async function watch(host: Host) {
  const watcher = host.node("test/lan/watch.js");
  await watcher.first({ type: "watching" });
  return watcher;
}

describe.concurrent("a server on another host, without any default route", () => {
  test("is found without an address", async () => {
    await using lan = await Lan.open();
    const [h1, h2] = [await lan.host(1), await lan.host(1)];
    const server = await serve(h1, "Office");
    const listening = await server.first({ type: "listening" });
    const { lines, exitCode, errors } = await list(h2);
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
    expect(lines).toEqual([
      {
        name: "Office",
        address: h1.address(1),
        port: listening.port,
        id: expect.stringMatching(/^[\w-]{43}$/),
        members: 0,
        trust: "new",
        rooms: expect.any(Number),
        rttMs: expect.any(Number),
      },
    ]);
  });

  test("is not found where there is none, and the exit code says so", async () => {
    await using lan = await Lan.open();
    await serve(await lan.host(1), "Office");
    expect(await list(await lan.host(2))).toMatchObject({ lines: [], exitCode: 2 });
  });

  test("is found while another program on the asking host holds the discovery port", async () => {
    await using lan = await Lan.open();
    const [h1, h2] = [await lan.host(1), await lan.host(1)];
    await serve(h1, "Office");
    await h2.node("test/lan/hold-port.js").first({ type: "holding" });
    expect(await list(h2)).toMatchObject({ lines: [{ name: "Office" }], exitCode: 0 });
  });

  test("is found beside nine others", async () => {
    await using lan = await Lan.open();
    const h1 = await lan.host(1);
    const names = Array.from({ length: 10 }, (_, n) => `Office ${n}`);
    await Promise.all(names.map((name) => serve(h1, name)));
    const { lines } = await list(await lan.host(1));
    expect(lines.map((line) => line.name)).toEqual(names);
    expect(new Set(lines.map((line) => line.port)).size).toBe(10);
  });
});

describe("a server with two adapters", () => {
  test("is found on both sides, whatever its default route, and listed once", async () => {
    await using lan = await Lan.open();
    const h1 = await lan.host(1, 2);
    h1.setDefaultRoute(2);
    const [h2, h3, h4] = [await lan.host(1), await lan.host(2), await lan.host(1, 2)];
    await serve(h1, "Office");
    const [left, right, both] = await Promise.all([list(h2), list(h3), list(h4)]);
    expect(left.lines).toMatchObject([{ name: "Office", address: h1.address(1) }]);
    expect(right.lines).toMatchObject([{ name: "Office", address: h1.address(2) }]);
    expect(both.lines).toMatchObject([{ name: "Office" }]);
    expect(both.lines).toHaveLength(1);
  });
});

describe.concurrent("a list of servers that is being watched", () => {
  test("loses a server at once when it stops, and within 3 s when it is killed", async () => {
    await using lan = await Lan.open();
    const [h1, h2, h3] = [await lan.host(1), await lan.host(1), await lan.host(1)];
    const polite = await serve(h1, "Polite");
    const killed = await serve(h2, "Killed");
    const watcher = await watch(h3);
    await watcher.first({ type: "servers", count: 2 });
    killed.kill("SIGKILL");
    polite.kill("SIGTERM");
    await watcher.first({ type: "servers", count: 1, name: "Killed" }, 2_000);
    await watcher.first({ type: "servers", count: 0 }, 4_000);
  });

  test("gains a server when it starts, when we plug in, and when it plugs in", async () => {
    await using lan = await Lan.open();
    const [h1, h2] = [await lan.host(1), await lan.host()];
    const watcher = await watch(h2);
    await serve(h1, "Office");
    h2.plug(1);
    const pluggedAt = performance.now();
    await watcher.first({ type: "servers", count: 1, name: "Office", via: "eth1" }, 3_000);
    const ms = Math.round(performance.now() - pluggedAt);
    process.stdout.write(`on a new adapter a server was listed in ${ms} ms\n`);
    const h3 = await lan.host();
    await serve(h3, "Attic");
    h3.plug(1);
    await watcher.first({ type: "servers", count: 2, name: "Attic" }, 3_000);
  });

  test("goes over to the other adapter when a cable is pulled", async () => {
    await using lan = await Lan.open();
    const [h1, h2] = [await lan.host(1, 2), await lan.host(1, 2)];
    await serve(h1, "Office");
    const watcher = await watch(h2);
    const via = () => watcher.lines.at(-1)?.via;
    // The first questions decide which path is the better one.
    await watcher.first({ type: "servers", count: 1 });
    await sleep(1_000);
    const pulled = via() === "eth1" ? 1 : 2;
    h2.setCable(pulled, false);
    await watcher.until(() => via() === `eth${3 - pulled}`, "the other adapter", 12_000);
    expect(watcher.all({ type: "servers", count: 0 })).toEqual([]);
  });
});
