import { describe, expect, test } from "vitest";
import { KnownServers } from "../../src/cli/known-servers.ts";
import type { Network } from "../../src/cli/network.ts";
import { resolveTarget } from "../../src/cli/resolve.ts";
import { LoopbackLan } from "../discovery/lan.ts";
import { sampleId } from "../discovery/samples.ts";
import { temporaryDirectory } from "../support/directory.ts";
import { nameServer } from "../support/dns.ts";
import { heardServer } from "../support/view.ts";

const host = "127.0.0.1";

/** A network without hosts to sweep. */
function networkOf(lan: LoopbackLan): Network {
  const { interfaces, discoveryPort, clock, random } = lan.options;
  return { interfaces, discoveryPort, clock, random, isSweeping: false };
}

async function openLan() {
  const lan = await LoopbackLan.open();
  const directory = await temporaryDirectory();
  const knownServers = await KnownServers.open({ ...lan.options, directory: directory.path });
  const close = async () => {
    await lan[Symbol.asyncDispose]();
    await directory[Symbol.asyncDispose]();
  };
  return { lan, knownServers, [Symbol.asyncDispose]: close };
}

describe("a typed server", () => {
  test.each([
    ["10.0.0.5", "10.0.0.5:28198"],
    ["10.0.0.5:4000", "10.0.0.5:4000"],
    ["localhost:4000", "localhost:4000"],
  ])("%s is meant by its address, %s", async (text, label) => {
    await using opened = await openLan();
    const { lan, knownServers } = opened;
    const target = { type: "typed", text } as const;
    const destination = await resolveTarget(networkOf(lan), knownServers, target, { waitMs: 10 });
    expect(destination).toMatchObject({ label: { type: "address", text: label } });
    expect(destination.announcedKey).toBeUndefined();
  });

  test("that nobody announces is a host, but not under the name of a known server", async () => {
    await using opened = await openLan();
    const { lan, knownServers } = opened;
    const target = { type: "typed", text: "localhost" } as const;
    const resolve = () => resolveTarget(networkOf(lan), knownServers, target, { waitMs: 10 });
    expect((await resolve()).label).toEqual({ type: "address", text: "localhost:28198" });
    const label = { type: "name", text: "localhost" } as const;
    await knownServers.remember({ label, key: sampleId(1), isCompared: false });
    expect((await resolve()).label).toEqual(label);
  });

  test("without a port is where the DNS names its server, or the host of that name", async () => {
    await using opened = await openLan();
    const name = ["_earshot", "_udp", "lab", "test"];
    await using dns = await nameServer([
      { type: "srv", name, port: 4_000, target: ["kitchen", "test"] },
      { type: "a", name: ["kitchen", "test"], address: "10.0.0.5" },
    ]);
    const { nameServers } = dns;
    const network = { ...opened.lan.options, isSweeping: false, nameServers };
    const target = { type: "typed", text: "lab.test" } as const;
    const destination = await resolveTarget(network, opened.knownServers, target, { waitMs: 10 });
    expect(await destination.find()).toEqual({ address: { host: "10.0.0.5", port: 4_000 } });
    expect(destination.label).toEqual({ type: "address", text: "lab.test:28198" });
  });

  test("of a name that two have is the known one, or in doubt", async () => {
    await using opened = await openLan();
    const { lan, knownServers } = opened;
    await lan.beacon({ id: sampleId(1), name: "office" });
    await lan.beacon({ id: sampleId(2), name: "Office" });
    const target = { type: "typed", text: "office" } as const;
    const resolve = () => resolveTarget(networkOf(lan), knownServers, target, { waitMs: 2_000 });
    await expect(resolve()).rejects.toMatchObject({ code: "argument-invalid" });
    const label = { type: "name", text: "office" } as const;
    await knownServers.remember({ label, key: sampleId(2), isCompared: false });
    expect(await resolve()).toMatchObject({ announcedKey: sampleId(2) });
  });
});

describe("a discovered server", () => {
  const server = heardServer("office", { id: sampleId(1), address: { host, port: 40_001 } });
  const target = { type: "discovered", server } as const;

  test("is where it was heard, and its cookie goes along while it is fresh", async () => {
    await using opened = await openLan();
    const { lan, knownServers } = opened;
    const bytes = Uint8Array.of(1, 2, 3);
    for (const [ageMs, cookie] of [
      [9_000, bytes],
      [10_000, undefined],
    ] as const) {
      const heardAt = lan.options.clock.now() - ageMs;
      const heard = { ...server, cookie: { bytes, heardAt } };
      const found = { type: "discovered", server: heard } as const;
      const destination = await resolveTarget(networkOf(lan), knownServers, found, { waitMs: 10 });
      expect(destination.label).toEqual({ type: "name", text: "office" });
      expect(await destination.find()).toEqual({
        address: server.address,
        ...(cookie && { cookie }),
      });
    }
  });

  test("is looked for elsewhere when another one answers where it was announced", async () => {
    await using opened = await openLan();
    const { lan, knownServers } = opened;
    await lan.beacon({ id: server.id, name: "office", port: 40_001 });
    await lan.beacon({ id: server.id, name: "office", port: 40_002 });
    const destination = await resolveTarget(networkOf(lan), knownServers, target, { waitMs: 10 });
    expect(await destination.find()).toMatchObject({ address: { port: 40_001 } });
    destination.avoid({ host, port: 40_001 });
    expect(await destination.find()).toMatchObject({ address: { port: 40_002 } });
    // When all have been tried, they are tried again.
    destination.avoid({ host, port: 40_002 });
    const again = await destination.find();
    expect([40_001, 40_002]).toContain(again?.address.port);
  });

  test("stays where it was while nobody is heard", async () => {
    await using opened = await openLan();
    const { lan, knownServers } = opened;
    const destination = await resolveTarget(networkOf(lan), knownServers, target, { waitMs: 10 });
    await destination.find();
    destination.avoid({ host, port: 40_001 });
    expect(await destination.find()).toMatchObject({ address: { port: 40_001 } });
  });
});
