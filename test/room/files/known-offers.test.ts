import { describe, expect, test } from "vitest";
import { KnownOffers } from "../../../src/room/files/known-offers.ts";
import { peerAddresses } from "../../../src/room/files/peer-address.ts";
import { offersKnownMax } from "../../../src/room/files/peer-limits.ts";
import { addressesMax } from "../../../src/room/limits.ts";
import type { EntryBody, LogEntry } from "../../../src/room/log-entry.ts";

const offer = {
  type: "offer",
  name: "tea.pdf",
  fileCount: 1,
  bytes: 9,
  device: "A".repeat(43),
} as const;

function entry(sequence: number, body: EntryBody = offer): LogEntry {
  const author = { person: "anna", nick: "anna" };
  return { sequence, id: `id-${sequence}`, sentAt: 0, ordinal: sequence, author, body };
}

describe("offers that were seen", () => {
  test("are known by their id and their place, until they are taken back", () => {
    const known = new KnownOffers();
    known.note("lobby", entry(7));
    expect(known.get("id-7")).toMatchObject({ room: "lobby", sequence: 7, nick: "anna" });
    expect(known.at("lobby", 7)?.id).toBe("id-7");
    expect(known.note("dev", entry(9, { type: "delete", target: 7 }))).toBeUndefined();
    expect(known.note("lobby", entry(9, { type: "delete", target: 7 }))?.id).toBe("id-7");
    expect(known.get("id-7")).toBeUndefined();
  });

  test("are gone when they come as deleted in a page", () => {
    const known = new KnownOffers();
    known.note("lobby", entry(7));
    const deleted = { type: "deleted", by: "anna" } as const;
    expect(known.note("lobby", entry(7, deleted))?.id).toBe("id-7");
    expect(known.note("lobby", entry(7, deleted))).toBeUndefined();
  });

  test(`are the newest ${offersKnownMax}`, () => {
    const known = new KnownOffers();
    for (let sequence = 1; sequence <= offersKnownMax; sequence += 1) {
      known.note("lobby", entry(sequence));
    }
    expect(known.get("id-1")).toBeDefined();
    known.note("lobby", entry(offersKnownMax + 1));
    expect(known.get("id-1")).toBeUndefined();
    expect(known.get("id-2")).toBeDefined();
  });
});

describe("addresses that a server tells", () => {
  test.each([
    ["10.0.0.5:40000", true],
    ["[fd00::5]:40000", true],
    ["127.0.0.1:40000", true],
    ["[fe80::5]:40000", false],
    ["[ff02::1]:40000", false],
    ["[::]:40000", false],
    ["0.0.0.0:40000", false],
    ["224.0.0.1:40000", false],
    ["255.255.255.255:40000", false],
    ["240.0.0.1:1", false],
    ["host.example:40000", false],
    ["10.0.0.5", false],
    ["10.0.0.5:0", false],
    ["10.0.0.5:65536", false],
  ])("are tried when they may be a host's: %s", (text, isTried) => {
    expect(peerAddresses([text])).toHaveLength(isTried ? 1 : 0);
  });

  test(`are ${addressesMax} at most`, () => {
    const many = Array.from({ length: addressesMax + 1 }, (_, index) => `10.0.0.${index}:40000`);
    expect(peerAddresses(many)).toHaveLength(addressesMax);
  });
});
