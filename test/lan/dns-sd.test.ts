import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { defaultDiscoveryPort } from "../../src/discovery/ports.ts";
import { Avahi, whyNoAvahi } from "./avahi.ts";
import { Lan, whyNoLoss } from "./lan.ts";
import { serve } from "./scene.ts";

const noFilter = whyNoLoss();
const whyNoFilter = noFilter === undefined ? "" : ` (not tried: ${noFilter})`;
const noAvahi = whyNoAvahi();
const why = noAvahi === undefined ? "" : ` (not tried: ${noAvahi})`;

describe("a server that is advertised by DNS-SD", () => {
  test.skipIf(noAvahi)(`is shown by avahi-browse with its key${why}`, async () => {
    await using lan = await Lan.open();
    const [h1, h2] = [await lan.host(1), await lan.host(1)];
    const server = await serve(h1, "Office");
    const { id, port } = await server.first({ type: "listening" });
    using avahi = new Avahi(h2);
    const shown = await avahi.browse("_earshot._udp", 10_000);
    const resolved = shown.split("\n").find((line) => line.startsWith("=;eth1;IPv4;Office;"));
    expect(resolved, shown).toContain(`;${h1.address(1)};${port};`);
    expect(resolved).toContain(`"k=${id}"`);
    expect(resolved).toContain('"txtvers=1"');
  });

  test.skipIf(noFilter)(
    `is found by it where nothing of discovery passes${whyNoFilter}`,
    async () => {
      await using lan = await Lan.open();
      const [h1, h2] = [await lan.host(1), await lan.host(1)];
      lan.filterPort(defaultDiscoveryPort);
      const server = await serve(h1, "Office");
      const { id } = await server.first({ type: "listening" });
      // Advertising takes a second or two from the server's start.
      const list = h2.earshot("list", "--json", "--no-sweep", "--wait", "6000");
      expect(await list.exitCode, list.errors).toBe(0);
      expect(list.lines).toMatchObject([{ id, name: "Office", address: h1.address(1) }]);
    },
  );

  test("goes on when it is asked after its adapter has lost the IPv4 address", async () => {
    await using lan = await Lan.open();
    const [h1, h2] = [await lan.host(1), await lan.host(1)];
    const server = await serve(h1, "Office");
    // Advertising takes a second or two from the server's start.
    await sleep(4_000);
    h1.output("ip", "-4", "addr", "flush", "dev", "eth1");
    const list = h2.earshot("list", "--json");
    expect(await list.exitCode, list.errors).toBe(0);
    expect(list.lines).toMatchObject([{ name: "Office" }]);
    server.kill("SIGTERM");
    expect(await server.exitCode, server.errors).toBe(0);
  });

  test.skipIf(noAvahi)(`is not shown with --no-mdns${why}`, async () => {
    await using lan = await Lan.open();
    const [h1, h2] = [await lan.host(1), await lan.host(1)];
    const server = h1.earshot("serve", "--json", "--no-mdns");
    await server.first({ type: "listening" });
    using avahi = new Avahi(h2);
    expect(await avahi.browse("_earshot._udp", 4_000)).not.toContain("\n=");
  });
});
