import { describe, expect, test } from "vitest";
import {
  formatServerLink,
  isLinkLike,
  linkUnitsMax,
  parseServerLink,
  type ServerLink,
} from "../../src/discovery/server-link.ts";
import { SeededRandom } from "../support/random.ts";
import { sampleId } from "./samples.ts";

const key = sampleId(1);

const links: readonly (readonly [string, ServerLink])[] = [
  [
    `earshot://10.0.0.5:28198/?k=${key}&n=lab`,
    { host: "10.0.0.5", port: 28_198, key, name: "lab" },
  ],
  ["earshot://10.0.0.5:1/", { host: "10.0.0.5", port: 1 }],
  ["earshot://kitchen.local:65535/", { host: "kitchen.local", port: 65_535 }],
  [`earshot://[fd00::5]:4000/?k=${key}`, { host: "fd00::5", port: 4_000, key }],
  ["earshot://[fe80::1%25eth0]:4000/", { host: "fe80::1%eth0", port: 4_000 }],
  [
    "earshot://10.0.0.5:4000/?n=K%C3%BCche%20%26%20Bad",
    { host: "10.0.0.5", port: 4_000, name: "Küche & Bad" },
  ],
];

describe("a link", () => {
  test.each(links)("%s is read and written", (text, link) => {
    expect(parseServerLink(text)).toEqual(link);
    expect(formatServerLink(link)).toBe(text);
  });

  test.each<readonly [string, ServerLink]>([
    ["  EARSHOT://lab  ", { host: "lab", port: 28_198 }],
    ["earshot://lab/", { host: "lab", port: 28_198 }],
    ["earshot://lab?n=&x=1&y", { host: "lab", port: 28_198 }],
    ["earshot://lab/?n=a+b", { host: "lab", port: 28_198, name: "a b" }],
    ["earshot://[fe80::1%eth0]", { host: "fe80::1%eth0", port: 28_198 }],
    ["earshot://[fe80::1%25]", { host: "fe80::1%25", port: 28_198 }],
    ["earshot://lab/?n=%1b[31mred%e2%80%ae", { host: "lab", port: 28_198, name: "[31mred" }],
  ])("%j is read, though nobody writes it", (text, link) => {
    expect(parseServerLink(text)).toEqual(link);
  });

  test.each([
    "",
    "earshot:",
    "earshot://",
    "earshot:///",
    "earshot://:28198/",
    "http://lab/",
    "xearshot://lab/",
    "earshot://lab:0/",
    "earshot://lab:65536/",
    "earshot://lab:-1/",
    "earshot://lab:28198x/",
    "earshot://user@lab/",
    "earshot://lab/path",
    "earshot://lab/#k",
    "earshot://300.0.0.1/",
    "earshot://[10.0.0.1]/",
    "earshot://[fe80::1%]/",
    "earshot://lab/?K=1",
    "earshot://[fe80::1%25a/b]/",
    "earshot://[::1",
    "earshot://fe80::1/",
    "earshot://la b/",
    "earshot://lab/?k=",
    "earshot://lab/?k=short",
    `earshot://lab/?k=${key}A`,
    `earshot://lab/?k=${key.slice(0, 42)}!`,
    `earshot://lab/?k=${key}&k=${sampleId(2)}`,
    "earshot://lab/?n=%",
    "earshot://lab/?n=%ff",
  ])("is not %j", (text) => {
    expect(parseServerLink(text)).toBeUndefined();
  });

  test("whose key has stray bits is none, so that a key has one way to be written", () => {
    const stray = `${"A".repeat(42)}B`;
    expect(parseServerLink(`earshot://lab/?k=${"A".repeat(43)}`)).toMatchObject({ host: "lab" });
    expect(parseServerLink(`earshot://lab/?k=${stray}`)).toBeUndefined();
  });

  test("may be as long as the limit and not one longer", () => {
    const start = "earshot://lab/?x=";
    const longest = start + "y".repeat(linkUnitsMax - start.length);
    expect(parseServerLink(longest)).toEqual({ host: "lab", port: 28_198 });
    expect(parseServerLink(`${longest}y`)).toBeUndefined();
  });

  test("that is damaged anywhere never throws and never loses its key without a word", () => {
    const seed = 7;
    const random = new SeededRandom(seed);
    for (const [text, link] of links) {
      for (let round = 0; round < 500; round += 1) {
        const at = Math.floor(random.unit() * text.length);
        const character = String.fromCharCode(1 + Math.floor(random.unit() * 0xffff));
        const damaged = text.slice(0, at) + character + text.slice(at + 1);
        const read = parseServerLink(damaged);
        const isKeyLost = link.key !== undefined && read !== undefined && read.key === undefined;
        // Only the `k` itself can become something of a later version.
        if (isKeyLost) expect([seed, damaged]).toEqual([seed, text.replace("k=", `${character}=`)]);
      }
    }
  });

  test("is what begins like one, also when it is damaged", () => {
    expect(isLinkLike(" earshot://?")).toBe(true);
    expect(isLinkLike("earshot:lab")).toBe(false);
  });
});
