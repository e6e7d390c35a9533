import { describe, expect, test } from "vitest";
import { dnsSearch, lookUpService } from "../../src/discovery/dns-search.ts";
import type { ServerHint } from "../../src/discovery/server-hint.ts";
import { nameServer } from "../support/dns.ts";

const service = ["_earshot", "_udp", "lab", "test"];

describe("servers that the DNS names", () => {
  test("are hints with every address of their hosts", async () => {
    const target = ["kitchen", "lab", "test"];
    await using server = await nameServer([
      { type: "srv", name: service, port: 28_198, target },
      { type: "a", name: target, address: "10.0.0.5" },
      { type: "aaaa", name: target, address: "fd00:0:0:0:0:0:0:5" },
    ]);
    const hosts = ["10.0.0.5", "fd00::5"];
    const expected = hosts.map((host) => ({ address: { host, port: 28_198 } }));
    expect(await lookUpService("lab.test", server)).toEqual(expected);
    const hints: ServerHint[] = [];
    const search = dnsSearch({ domains: ["other.test", "lab.test"], ...server })((hint) => {
      hints.push(hint);
    });
    await expect.poll(() => hints).toEqual(expected);
    await search.close();
  });

  test("are none where the port is none, or the target has no address", async () => {
    await using server = await nameServer([
      { type: "srv", name: service, port: 53, target: ["low", "test"] },
      { type: "srv", name: service, port: 2_000, target: ["nowhere", "test"] },
      { type: "a", name: ["low", "test"], address: "10.0.0.5" },
    ]);
    expect(await lookUpService("lab.test", server)).toEqual([]);
  });

  test("are none where no name server answers, and nobody waits for one that is closed", async () => {
    const nameServers = ["127.0.0.1:9"];
    expect(await lookUpService("lab.test", { nameServers })).toEqual([]);
    const search = dnsSearch({ domains: ["lab.test"], nameServers })(() => {
      throw new Error("a hint after the end");
    });
    await search.close();
  });
});
