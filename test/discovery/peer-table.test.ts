import { describe, expect, test } from "vitest";
import {
  PeerTable,
  peerLookupMs,
  peerSeekMs,
  peerSilenceMsMax,
  peersMax,
} from "../../src/discovery/peer-table.ts";
import { sampleAnnouncement } from "./samples.ts";

const start = 1_000_000;
const named = { host: "office.example", port: 4_567 };
const at = (last: number) => ({ host: `10.77.2.${last}`, port: named.port });

describe("a peer with a name", () => {
  test("is looked up at once, and asked as soon as it is found", () => {
    const peers = new PeerTable(start, [named]);
    expect(peers.poll(start)).toEqual([]);
    expect(peers.pollTimeout()).toBe(start);
    expect(peers.pollLookups(start)).toEqual([named]);
    expect(peers.pollTimeout()).toBe(start + peerLookupMs);
    peers.handleLookup(start + 5, named, at(1));
    expect(peers.poll(start + 5)).toEqual([at(1)]);
    expect(peers.pollTimeout()).toBe(start + 5 + peerSeekMs);
  });

  test("is looked up again while it is not found", () => {
    const peers = new PeerTable(start, [named]);
    peers.pollLookups(start);
    expect(peers.pollLookups(start + peerLookupMs - 1)).toEqual([]);
    expect(peers.pollLookups(start + peerLookupMs)).toEqual([named]);
  });

  test("is not looked up while it answers, and is when it has become silent", () => {
    const peers = new PeerTable(start, [named]);
    peers.pollLookups(start);
    peers.handleLookup(start, named, at(1));
    const [asked] = peers.poll(start);
    const answeredAt = start + peerLookupMs;
    peers.handleAnswer(answeredAt, asked ?? named, sampleAnnouncement());
    const silentAt = answeredAt + peerSilenceMsMax;
    expect(peers.pollLookups(silentAt - 1)).toEqual([]);
    expect(peers.pollLookups(silentAt)).toEqual([named]);
    peers.handleLookup(silentAt, named, at(2));
    expect(peers.poll(silentAt)).toEqual([at(2)]);
    peers.handleAnswer(silentAt, at(1), sampleAnnouncement());
    expect(peers.announcements(silentAt)).toEqual([]);
  });

  test("keeps its pace when it is found where it was", () => {
    const peers = new PeerTable(start, [named]);
    peers.pollLookups(start);
    peers.handleLookup(start, named, at(1));
    peers.poll(start);
    peers.handleLookup(start + 1, named, at(1));
    expect(peers.poll(start + 1)).toEqual([]);
  });
});

test("a peer with an address is never looked up", () => {
  const peers = new PeerTable(start, [at(1), { host: "2001:db8::1", port: 4_567 }]);
  expect(peers.pollLookups(start + 10 * peerLookupMs)).toEqual([]);
  expect(peers.poll(start)).toHaveLength(2);
});

test("as many peers are asked as may be, and not one more", () => {
  const places = Array.from({ length: peersMax + 1 }, (_, n) => at(n));
  expect(new PeerTable(start, places).poll(start)).toEqual(places.slice(0, peersMax));
});

test("no peers, no time to ask", () => {
  expect(new PeerTable(start, []).pollTimeout()).toBeUndefined();
});
