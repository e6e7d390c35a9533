import { describe, expect, test } from "vitest";
import { labelsMax, labelUnitsMax, lastSeenMsStep, Pins, pinsMax } from "../../src/cli/pins.ts";
import type { ServerLabel } from "../../src/tui/trust.ts";
import { sampleId } from "../discovery/samples.ts";

const at = Date.UTC(2026, 10, 20, 9, 31);
const office: ServerLabel = { type: "name", text: "office" };
const typed: ServerLabel = { type: "address", text: "10.0.0.5:28198" };
const first = sampleId(1);
const second = sampleId(2);

function visited(label: ServerLabel, key: string, pins: Pins = new Pins(), when = at): Pins {
  return pins.withVisit({ label, key, at: when, isCompared: false });
}

function fieldsOf(pins: Pins): { names: string[]; addresses: string[]; isCompared: boolean }[] {
  return JSON.parse(pins.format()).servers;
}

describe("Pins", () => {
  test("a server is new, then known by its key, under any label", () => {
    expect(new Pins().judge(office, first)).toEqual({ type: "new" });
    const pins = visited(office, first);
    expect(pins.judge(office, first)).toEqual({ type: "known" });
    expect(pins.judge(typed, first)).toEqual({ type: "known" });
    expect(pins.keyOf(office)).toBe(first);
    expect(pins.keyOf(typed)).toBeUndefined();
  });

  test("a server is remembered where it was met last, the latest first", () => {
    const visit = { label: office, key: first, at, isCompared: false };
    const once = new Pins().withVisit({ ...visit, address: "10.0.0.5:28198" });
    expect(once.places()).toEqual([{ key: first, address: "10.0.0.5:28198" }]);
    expect(once.isNoted(visit)).toBe(true);
    expect(once.isNoted({ ...visit, address: "10.0.0.5:28198" })).toBe(true);
    expect(once.isNoted({ ...visit, address: "10.0.0.6:28198" })).toBe(false);
    const other = { ...visit, label: typed, key: second, at: at + 1 };
    const both = once.withVisit({ ...other, address: "[fe80::1%eth0]:4000" });
    expect(Pins.parse(both.format())?.places()).toEqual([
      { key: second, address: "[fe80::1%eth0]:4000" },
      { key: first, address: "10.0.0.5:28198" },
    ]);
  });

  test.each([office, typed])("another key under a known $type is a change", (label) => {
    const change = { label, key: second, knownKey: first, lastSeenAt: at };
    expect(visited(label, first).judge(label, second)).toEqual({ type: "changed", change });
  });

  test("so it is in another case, and for a key that is known under another label", () => {
    const pins = visited(typed, second, visited(office, first));
    const loud = { type: "name", text: "OFFICE" } as const;
    expect(pins.judge(loud, second)).toMatchObject({ type: "changed" });
    expect(pins.judge(loud, first)).toEqual({ type: "known" });
  });

  test("a name and an address of one spelling are two labels", () => {
    const pins = visited({ type: "name", text: "box:1" }, first);
    expect(pins.judge({ type: "address", text: "box:1" }, second)).toEqual({ type: "new" });
  });

  test("a key that is accepted takes the label over, and the old one is forgotten without any", () => {
    const pins = visited(office, second, visited(office, first));
    expect(pins.judge(office, first)).toMatchObject({
      type: "changed",
      change: { knownKey: second },
    });
    expect(fieldsOf(pins)).toMatchObject([{ key: second, names: ["office"] }]);
    const twice = visited(typed, first, visited(office, first));
    expect(fieldsOf(visited(office, second, twice))).toMatchObject([
      { key: first, names: [], addresses: [typed.text] },
      { key: second, names: [office.text] },
    ]);
  });

  test("keeps first and last visit, and that words were compared", () => {
    const pins = visited(office, first)
      .withVisit({ label: office, key: first, at: at + 1, isCompared: true })
      .withVisit({ label: office, key: first, at: at + 2, isCompared: false });
    const expected = { firstSeenAt: at, lastSeenAt: at + 2, isCompared: true, names: ["office"] };
    expect(fieldsOf(pins)).toMatchObject([expected]);
  });

  test("notes a visit of a known server once an hour, and that words were compared", () => {
    const pins = visited(office, first);
    const visit = { label: office, key: first, at, isCompared: false };
    expect(new Pins().isNoted(visit)).toBe(false);
    expect(pins.isNoted(visit)).toBe(true);
    expect(pins.isNoted({ ...visit, at: at + lastSeenMsStep - 1 })).toBe(true);
    expect(pins.isNoted({ ...visit, at: at + lastSeenMsStep })).toBe(false);
    expect(pins.isNoted({ ...visit, isCompared: true })).toBe(false);
    expect(pins.isNoted({ ...visit, label: typed })).toBe(false);
    expect(pins.isNoted({ ...visit, key: second })).toBe(false);
  });

  test(`keeps ${pinsMax} servers; one more takes the place of the one unvisited for longest`, () => {
    const many = Array.from({ length: pinsMax }, (_, index) => ({
      key: sampleId(index),
      names: [`server ${index}`],
      addresses: [],
      firstSeenAt: 0,
      // The first in the file is not the oldest.
      lastSeenAt: (index + 1) % pinsMax,
      isCompared: false,
    }));
    const full = new Pins(many);
    expect(fieldsOf(visited({ type: "name", text: "server 7" }, sampleId(7), full))).toHaveLength(
      pinsMax,
    );
    const label = { type: "name", text: "one more" } as const;
    const pins = visited(label, sampleId(pinsMax), full);
    expect(fieldsOf(pins)).toHaveLength(pinsMax);
    expect(pins.judge(label, sampleId(pinsMax))).toEqual({ type: "known" });
    expect(pins.judge(label, sampleId(pinsMax - 1))).toMatchObject({ type: "changed" });
    expect(pins.judge(office, sampleId(pinsMax - 1))).toEqual({ type: "new" });
    expect(pins.judge(office, sampleId(0))).toEqual({ type: "known" });
  });

  test(`keeps ${labelsMax} names of a server, the newest`, () => {
    let pins = new Pins();
    for (let count = 0; count < labelsMax; count += 1) {
      pins = visited({ type: "name", text: `name ${count}` }, first, pins);
    }
    expect(pins.keyOf({ type: "name", text: "name 0" })).toBe(first);
    pins = visited({ type: "name", text: "one more" }, first, pins);
    expect(pins.keyOf({ type: "name", text: "name 0" })).toBeUndefined();
    expect(pins.keyOf({ type: "name", text: "name 1" })).toBe(first);
  });

  test("come back from their file as they were", () => {
    const pins = visited(typed, second, visited(office, first));
    expect(Pins.parse(pins.format())?.format()).toBe(pins.format());
    expect(Pins.parse(new Pins().format())?.format()).toBe(new Pins().format());
  });

  const whole = JSON.parse(visited(typed, first).format());
  const [pin] = whole.servers;
  const withPin = (change: object) => ({ ...whole, servers: [{ ...pin, ...change }] });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["a list", []],
    ["another version", { ...whole, version: 2 }],
    ["no servers", { version: 1 }],
    ["null as a server", { version: 1, servers: [null] }],
    ["a key that is none", withPin({ key: "abc" })],
    ["a name that is none", withPin({ names: [1] })],
    ["names that are no list", withPin({ names: "office" })],
    ["too many names", withPin({ names: Array.from({ length: labelsMax + 1 }, String) })],
    ["too long a name", withPin({ names: ["n".repeat(labelUnitsMax + 1)] })],
    ["no addresses", withPin({ addresses: undefined })],
    ["a time that is none", withPin({ firstSeenAt: "now" })],
    ["a time past all times", withPin({ lastSeenAt: 2 ** 53 })],
    ["a word for yes", withPin({ isCompared: "yes" })],
    ["a server twice", { ...whole, servers: [pin, { ...pin, addresses: ["other:1"] }] }],
    ["a label twice", { ...whole, servers: [pin, { ...pin, key: second }] }],
    [
      "too many servers",
      {
        ...whole,
        servers: Array.from({ length: pinsMax + 1 }, (_, index) => ({
          ...pin,
          key: sampleId(index),
          addresses: [`host:${index}`],
        })),
      },
    ],
  ])("a file with %s is damaged", (_name, content) => {
    expect(Pins.parse(JSON.stringify(content) ?? "")).toBeUndefined();
  });

  test("a file at all limits is whole", () => {
    const names = Array.from({ length: labelsMax }, (_, index) =>
      String(index).repeat(labelUnitsMax),
    );
    expect(Pins.parse(JSON.stringify(withPin({ names })))).toBeDefined();
  });

  test("a file that was cut short anywhere is damaged", () => {
    const text = visited(office, first).format().trimEnd();
    for (let length = 0; length < text.length; length += 1) {
      expect(Pins.parse(text.slice(0, length))).toBeUndefined();
    }
  });

  test("judges thousands of keys without looking through all pins", () => {
    let pins = new Pins();
    for (let index = 0; index < 200; index += 1) {
      pins = visited({ type: "name", text: `name ${index}` }, sampleId(index), pins);
    }
    const judged = Array.from({ length: 5_000 }, (_, index) =>
      pins.judge({ type: "name", text: `name ${index}` }, sampleId(index)),
    );
    expect(judged.filter(({ type }) => type === "known")).toHaveLength(200);
  });
});
