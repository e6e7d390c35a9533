import { describe, expect, test } from "vitest";
import { Avahi, whyNoAvahi } from "./avahi.ts";
import { Lan } from "./lan.ts";
import { serve } from "./scene.ts";

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

  test.skipIf(noAvahi)(`is not shown with --no-mdns${why}`, async () => {
    await using lan = await Lan.open();
    const [h1, h2] = [await lan.host(1), await lan.host(1)];
    const server = h1.earshot("serve", "--json", "--no-mdns");
    await server.first({ type: "listening" });
    using avahi = new Avahi(h2);
    expect(await avahi.browse("_earshot._udp", 4_000)).not.toContain("\n=");
  });
});
