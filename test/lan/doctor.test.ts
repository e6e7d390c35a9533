import { describe, expect, test } from "vitest";
import { type Host, Lan, whyNoLoss } from "./lan.ts";
import { serve } from "./scene.ts";

const noFirewall = whyNoLoss();
const why = noFirewall === undefined ? "" : ` (not tried: ${noFirewall})`;

/** The part of the doctor's line that tests look at. */
interface Diagnosed {
  readonly cause?: unknown;
  readonly sentence?: unknown;
}

/** What `earshot doctor` finds out on a host, and its exit code. */
async function examine(host: Host, ...args: readonly string[]) {
  const doctor = host.earshot("doctor", "--json", ...args);
  const exitCode = await doctor.exitCode;
  const { cause, sentence } = { ...doctor.lines[0] } as Diagnosed;
  return { exitCode, errors: doctor.errors, cause, sentence };
}

/** A LAN with the server "Office" on its first host, and a second host. */
async function office() {
  const lan = await Lan.open();
  const [h1, h2] = [await lan.host(1), await lan.host(1)];
  await serve(h1, "Office");
  return { lan, h1, h2 };
}

const dropsIn =
  "chain in { type filter hook input priority 0; policy drop; ct state established accept; iif lo accept; }";

describe.concurrent("earshot doctor names the cause", () => {
  test("when all is well: none", async () => {
    const { lan, h1, h2 } = await office();
    await using _ = lan;
    expect(await examine(h2)).toEqual({
      exitCode: 0,
      errors: "",
      cause: "well",
      sentence: expect.stringContaining(`Office (${h1.address(1)}:`),
    });
  });

  test("when no adapter is up", async () => {
    await using lan = await Lan.open();
    const h1 = await lan.host(1);
    h1.setAdapter(1, false);
    expect(await examine(h1)).toMatchObject({
      exitCode: 2,
      cause: "no-adapter",
      sentence: "No network adapter is up: eth1 is switched off.",
    });
  });

  test("when the cable is out", async () => {
    await using lan = await Lan.open();
    const h1 = await lan.host(1);
    h1.setCable(1, false);
    expect(await examine(h1)).toMatchObject({
      cause: "no-adapter",
      sentence: "No network adapter is up: eth1 has no cable or access point.",
    });
  });

  test("when the adapter has no address", async () => {
    await using lan = await Lan.open();
    const h1 = await lan.host(1);
    h1.setAddress(1);
    expect(await examine(h1)).toMatchObject({ exitCode: 2, cause: "no-address" });
  });

  test("when another program holds the discovery port", async () => {
    await using lan = await Lan.open();
    const h1 = await lan.host(1);
    await h1.node("test/lan/hold-port.js").first({ type: "holding" });
    expect(await examine(h1)).toMatchObject({
      exitCode: 2,
      cause: "port-held",
      sentence: expect.stringMatching(/^UDP port 28197 is held by (node|MainThread) \(\d+\): /),
    });
  });

  test.skipIf(noFirewall)(`when a firewall drops what comes in${why}`, async () => {
    const { lan, h2 } = await office();
    await using _ = lan;
    h2.setFirewall(dropsIn);
    expect(await examine(h2)).toMatchObject({
      exitCode: 5,
      cause: "own-firewall",
      sentence: expect.stringContaining("(nftables)"),
    });
  });

  test.skipIf(noFirewall)(`when a firewall drops what goes out${why}`, async () => {
    const { lan, h2 } = await office();
    await using _ = lan;
    h2.setFirewall("chain out { type filter hook output priority 0; policy drop; oif lo accept; }");
    expect(await examine(h2)).toMatchObject({
      exitCode: 2,
      cause: "send-blocked",
      sentence: expect.stringContaining("EPERM"),
    });
  });

  test.skipIf(noFirewall)(`when the server's firewall drops what comes in${why}`, async () => {
    const { lan, h1, h2 } = await office();
    await using _ = lan;
    h1.setFirewall(dropsIn);
    expect(await examine(h2)).toMatchObject({
      exitCode: 2,
      cause: "server-firewall",
      sentence: expect.stringMatching(/^Office .* announces itself but answers nothing/),
    });
    expect(await examine(h1), "on the server itself").toMatchObject({ cause: "own-firewall" });
  });

  test.skipIf(noFirewall)(`when the switch drops broadcast and multicast${why}`, async () => {
    const { lan, h2 } = await office();
    await using _ = lan;
    lan.filter("broadcast", "multicast");
    expect(await examine(h2)).toMatchObject({ exitCode: 5, cause: "group-traffic-filtered" });
  });

  test("when the server is on the same wire in another subnet", async () => {
    const { lan, h1, h2 } = await office();
    await using _ = lan;
    h2.setAddress(1, "10.99.1.2/24");
    expect(await examine(h2)).toMatchObject({
      exitCode: 2,
      cause: "other-subnet",
      sentence: `Office (${h1.address(1)}) is on the same network but in another subnet than this computer (10.99.1.2/24).`,
    });
  });

  test("when the access point keeps its stations apart", async () => {
    const { lan, h1, h2 } = await office();
    await using _ = lan;
    await lan.host(1);
    for (const host of [h1, h2]) host.isolate(1);
    expect(await examine(h2, "--server", h1.address(1))).toMatchObject({
      exitCode: 2,
      cause: "client-isolation",
      sentence: expect.stringContaining("though others do"),
    });
  });

  test("when the server speaks another version", async () => {
    await using lan = await Lan.open();
    const [h1, h2] = [await lan.host(1), await lan.host(1)];
    await h1.node("test/lan/imitate.js", "Newer", "9").first({ type: "announcing" });
    expect(await examine(h2)).toMatchObject({
      exitCode: 2,
      cause: "version-mismatch",
      sentence: expect.stringMatching(/^Newer .* speaks version 9 /),
    });
  });
});

describe.concurrent("earshot doctor --server", () => {
  test("knows a server beyond a router", async () => {
    await using lan = await Lan.open();
    const router = await lan.host(1, 2);
    const [h2, h3] = [await lan.host(1), await lan.host(2)];
    await serve(h3, "Upstairs");
    h2.setRoute(2, router.address(1));
    h3.setRoute(1, router.address(2));
    router.output("sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
    expect(await examine(h2, "--server", h3.address(2))).toMatchObject({
      exitCode: 0,
      cause: "well",
      sentence: expect.stringContaining("in another subnet"),
    });
  });

  test("knows when nothing leads to it", async () => {
    await using lan = await Lan.open();
    const h1 = await lan.host(1);
    expect(await examine(h1, "--server", "10.77.2.9")).toMatchObject({
      exitCode: 2,
      cause: "target-unreachable",
    });
  });

  test("knows a computer on which no server runs", async () => {
    await using lan = await Lan.open();
    const [h1, h2] = [await lan.host(1), await lan.host(1)];
    expect(await examine(h2, "--server", h1.address(1))).toMatchObject({
      exitCode: 2,
      cause: "target-refused",
    });
  });

  test("knows a computer that is off", async () => {
    await using lan = await Lan.open();
    const h1 = await lan.host(1);
    expect(await examine(h1, "--server", "10.77.1.99")).toMatchObject({
      exitCode: 2,
      cause: "target-silent",
    });
  });
});
