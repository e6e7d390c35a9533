import { describe, expect, test } from "vitest";
import type { DnsRecord } from "../../src/discovery/dns-message.ts";
import { addressesPerInstanceMax, hintsOf, serviceTxt } from "../../src/discovery/dns-sd.ts";
import { hintsMax } from "../../src/discovery/server-hint.ts";
import { sampleId } from "./samples.ts";

const service = ["_earshot", "_udp", "local"];
const from = { host: "10.0.0.5", adapter: "eth0" };
const key = sampleId(1);

function instanceNamed(label: string, port = 28_198): readonly DnsRecord[] {
  const name = [label, ...service];
  return [
    { type: "ptr", name: service, target: name },
    { type: "srv", name, port, target: ["kitchen", "local"] },
    { type: "txt", name, entries: ["txtvers=1", `k=${key}`, "v=2-2"] },
  ];
}

function addresses(...hosts: readonly string[]): readonly DnsRecord[] {
  return hosts.map((address) => {
    const type = address.includes(":") ? "aaaa" : "a";
    return { type, name: ["Kitchen", "local"], address } as const;
  });
}

function hints(...records: readonly DnsRecord[]) {
  return hintsOf({ id: 1, records }, from);
}

describe("an answer of DNS-SD", () => {
  test("gives a hint for who answered, and one for each address that it tells", () => {
    const found = hints(...instanceNamed("Küche"), ...addresses("10.0.0.5", "10.9.0.5", "fe80:1"));
    const hosts = ["10.0.0.5", "10.9.0.5", "fe80:1%eth0"];
    expect(found).toEqual(
      hosts.map((host) => ({ address: { host, port: 28_198 }, key, name: "Küche" })),
    );
  });

  test("is of use without key and name, and not without port", () => {
    const [pointer, location] = instanceNamed("\u200b");
    expect(hints(pointer!, location!)).toEqual([{ address: { host: from.host, port: 28_198 } }]);
    expect(hints(pointer!)).toEqual([]);
    expect(hints(location!)).toEqual([]);
    expect(hints(...instanceNamed("low", 1_023))).toEqual([]);
  });

  test("for another service is none", () => {
    const name = ["x", "_ipp", "_tcp", "local"];
    const other = { type: "ptr", name: name.slice(1), target: name } as const;
    expect(hints(other, { type: "srv", name, port: 2_000, target: ["a"] })).toEqual([]);
  });

  test("with a key that is none gives a hint without one", () => {
    const [pointer, location] = instanceNamed("lab");
    const text = { type: "txt", name: ["lab", ...service], entries: ["k=short"] } as const;
    expect(hints(pointer!, location!, text)[0]).not.toHaveProperty("key");
  });

  test("gives no more than the limits", () => {
    const hosts = Array.from({ length: addressesPerInstanceMax + 1 }, (_, n) => `10.0.1.${n}`);
    expect(hints(...instanceNamed("lab"), ...addresses(...hosts))).toHaveLength(
      addressesPerInstanceMax,
    );
    const many = Array.from({ length: hintsMax + 1 }, (_, n) => instanceNamed(`lab ${n}`)).flat();
    expect(hints(...many)).toHaveLength(hintsMax);
  });
});

describe("what is advertised", () => {
  test("is the key and the versions, and nothing that changes", () => {
    expect(serviceTxt({ key, versionMin: 2, versionMax: 3 })).toEqual({
      txtvers: "1",
      k: key,
      v: "2-3",
    });
  });
});
