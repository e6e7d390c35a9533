import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type Contents, makeContents } from "../../../src/room/files/contents.ts";
import { Exchange } from "../../../src/room/files/exchange.ts";
import type { OfferSummary } from "../../../src/room/files/file-port.ts";
import {
  chunkBytesMin,
  contentsPageBytes,
  contentsPagesAhead,
  hashBytes,
  originHoldMs,
  peersPerOfferMax,
  stalledBytes,
  stalledMs,
  wantsMax,
} from "../../../src/room/files/limits.ts";
import type { PeerMessage } from "../../../src/room/files/peer-message.ts";
import { SeededRandom } from "../../support/random.ts";

const id = "o".repeat(21);
const token = new Uint8Array(16).fill(7);
const tokens = [token];
const hello: PeerMessage = { type: "hello", offer: id, token };

describe("who serves", () => {
  test("F7: says nothing but hello before it has heard the right token, and leaves who has another", () => {
    const { exchange } = origin(3);
    exchange.addPeer(0, 1, { isOrigin: false, tokens });
    expect(sent(exchange)).toEqual([hello]);
    exchange.handleMessage(0, 1, { ...hello, token: new Uint8Array(16).fill(8) });
    expect(expelled(exchange)).toEqual(["not the token of the introduction"]);
    expect(exchange.hasPeer(1)).toBe(false);
  });

  test("knows an older token of an introduction that came again", () => {
    const { exchange } = origin(3);
    const newer = new Uint8Array(16).fill(8);
    exchange.addPeer(0, 1, { isOrigin: false, tokens: [token, newer] });
    expect(sent(exchange)).toEqual([{ ...hello, token: newer }]);
    exchange.handleMessage(0, 1, hello);
    expect(exchange.peers).toEqual([1]);
  });

  test.each<[string, PeerMessage, string]>([
    ["a second hello", hello, "a second hello"],
    [
      "contents",
      { type: "contents", offer: id, id: new Uint8Array(32), bytes: 5, others: 0 },
      "somebody else",
    ],
    ["a page", { type: "page", offer: id, offset: 0, bytes: new Uint8Array(1) }, "a page too many"],
    ["that they have changed", { type: "leave", offer: id, reason: "changed" }, "somebody else"],
    [
      "a page behind the end",
      { type: "ask-page", offer: id, offset: contentsPageBytes },
      "not there",
    ],
    [
      "what is not offered",
      { type: "have", offer: id, id: contentsOf(3).id, ranges: [0, 4] },
      "not offered",
    ],
    ["a chunk behind the end", { type: "want", offer: id, chunks: [3], others: 0 }, "not here"],
    ["a chunk twice", { type: "want", offer: id, chunks: [1, 1], others: 0 }, "too much"],
    ["what was not asked for", { type: "dropped", offer: id, chunks: [0] }, "not asked for"],
  ])("F4: leaves who says %s", (_what, message, reason) => {
    const { exchange } = met(origin(3));
    exchange.handleMessage(0, 1, message);
    expect(expelled(exchange)).toEqual([expect.stringContaining(reason)]);
  });

  test("keeps 256 wanted chunks of a peer, and leaves who wants one more", () => {
    const { exchange } = met(origin(wantsMax + 1));
    const chunks = Array.from({ length: wantsMax }, (_, chunk) => chunk);
    exchange.handleMessage(0, 1, { type: "want", offer: id, chunks, others: 0 });
    expect(expelled(exchange)).toEqual([]);
    exchange.handleMessage(0, 1, { type: "want", offer: id, chunks: [wantsMax], others: 0 });
    expect(expelled(exchange)).toEqual(["it wants too much"]);
  });

  test("gives a chunk twice to a crowd, and again only after a while, but at once to who knows nobody", () => {
    const { exchange } = origin(1);
    for (const peer of [1, 2, 3, 4]) {
      exchange.addPeer(0, peer, { isOrigin: false, tokens });
      exchange.handleMessage(0, peer, hello);
      const others = peer === 4 ? 0 : 3;
      exchange.handleMessage(0, peer, { type: "want", offer: id, chunks: [0], others });
    }
    const served = (now: number) => exchange.nextServing(now, () => true)?.peer;
    expect([served(0), served(0), served(0), served(0)]).toEqual([1, 2, 4, undefined]);
    expect(exchange.nextTimeout(0)).toBe(originHoldMs);
    expect(served(originHoldMs - 1)).toBeUndefined();
    expect(served(originHoldMs)).toBe(3);
  });

  test("answers what is cancelled, unless it is on its way", () => {
    const { exchange } = met(origin(3));
    exchange.handleMessage(0, 1, { type: "want", offer: id, chunks: [0, 1], others: 0 });
    expect(exchange.nextServing(0, () => true)).toMatchObject({ chunk: 0 });
    sent(exchange);
    exchange.handleMessage(0, 1, { type: "cancel", offer: id, chunks: [0, 1] });
    expect(sent(exchange)).toEqual([{ type: "dropped", offer: id, chunks: [1] }]);
    expect(exchange.nextServing(0, () => true)).toBeUndefined();
  });

  test("serves as many peers as the limit says, and no more", () => {
    const { exchange } = origin(1);
    for (let peer = 0; peer <= peersPerOfferMax; peer += 1) {
      exchange.addPeer(0, peer, { isOrigin: false, tokens });
    }
    expect(exchange.hasPeer(peersPerOfferMax - 1)).toBe(true);
    expect(exchange.hasPeer(peersPerOfferMax)).toBe(false);
  });
});

describe("who takes", () => {
  test("asks for the list of contents page by page, some at once", () => {
    const { exchange, contents } = taker(20_000);
    expect(sent(exchange).length).toBe(0);
    announce(exchange, contents);
    const first = sent(exchange);
    expect(first.map(({ type }) => type)).toEqual(Array(contentsPagesAhead).fill("ask-page"));
    expect(supply(exchange, contents, first)).toMatchObject([{ type: "contents" }]);
  });

  test("asks again of the same origin by another path when the first is gone", () => {
    const { exchange, contents } = taker(3);
    exchange.addPeer(0, 2, { isOrigin: true, tokens });
    exchange.handleMessage(0, 2, hello);
    sent(exchange);
    announce(exchange, contents);
    announce(exchange, contents, 2);
    expect(sent(exchange).length).toBe(1);
    exchange.removePeer(1);
    const [effect] = exchange.poll(0);
    expect(effect).toMatchObject({ type: "send", peer: 2, message: { type: "ask-page" } });
  });

  test("F4: believes no list with another id", () => {
    const { exchange, contents } = taker(3);
    announce(exchange, contents);
    sent(exchange);
    const bytes = Uint8Array.from(contents.encoded);
    bytes[bytes.length - 1] = 99;
    exchange.handleMessage(0, 1, { type: "page", offer: id, offset: 0, bytes });
    expect(exchange.poll(0)).toMatchObject([{ type: "untrue" }, { type: "expel" }]);
    expect(exchange.contents).toBeUndefined();
  });

  test.each<[string, PeerMessage]>([
    [
      "twice announced",
      { type: "contents", offer: id, id: new Uint8Array(32), bytes: 9, others: 0 },
    ],
    [
      "a page of another place",
      { type: "page", offer: id, offset: contentsPageBytes, bytes: new Uint8Array(9) },
    ],
    ["a page that is too short", { type: "page", offer: id, offset: 0, bytes: new Uint8Array(1) }],
    [
      "chunks before the contents",
      { type: "have", offer: id, id: new Uint8Array(32), ranges: [0, 1] },
    ],
  ])("F5: leaves who sends a list of contents with %s", (_what, message) => {
    const { exchange, contents } = taker(3);
    announce(exchange, contents);
    exchange.handleMessage(0, 1, message);
    expect(expelled(exchange).length).toBe(1);
  });

  test("F7: expects no chunk that it has not asked for, nor of somebody else, nor twice", () => {
    const { exchange } = fetching(3);
    expect(wanted(exchange, 0)).toEqual([0, 1]);
    expect([0, 1, 2].map((chunk) => exchange.bytesOf(1, chunk))).toEqual([
      chunkBytesMin,
      chunkBytesMin,
      undefined,
    ]);
    expect(exchange.bytesOf(2, 0)).toBeUndefined();
    expect(exchange.handleChunk(0, 1, 0)).toBe(true);
    expect(exchange.bytesOf(1, 0)).toBeUndefined();
  });

  test("F4: leaves who sends a chunk with another hash, and asks somebody else for it", () => {
    const { exchange, contents } = fetching(2);
    expect(wanted(exchange, 0)).toEqual([0, 1]);
    exchange.addPeer(0, 2, { isOrigin: false, tokens });
    exchange.handleMessage(0, 2, hello);
    exchange.handleMessage(0, 2, { type: "have", offer: id, id: contents.id, ranges: [0, 2] });
    exchange.poll(0);
    exchange.handleChunk(0, 1, 0);
    exchange.handleWrong(1, 0);
    const effects = exchange.poll(0);
    expect(effects).toContainEqual({ type: "untrue", text: expect.any(String) });
    expect(effects).toContainEqual({ type: "expel", peer: 1, text: "chunk 0 has another hash" });
    const asked = effects.flatMap((effect) =>
      effect.type === "send" && effect.message.type === "want" ? [effect.message.chunks] : [],
    );
    expect(asked.flat().sort()).toEqual([0, 1]);
  });

  test("F8: asks nothing more of a peer that only drips, and leaves it in the end", () => {
    const { exchange } = fetching(3);
    expect(wanted(exchange, 0)).toEqual([0, 1]);
    for (let second = 1; second <= 29; second += 1) exchange.handleBytes(second * 1_000, 1, 1);
    expect(sent(exchange, stalledMs - 1)).toEqual([]);
    expect(sent(exchange, stalledMs)).toEqual([{ type: "cancel", offer: id, chunks: [0, 1] }]);
    expect(sent(exchange, 2 * stalledMs - 1)).toEqual([]);
    expect(exchange.poll(2 * stalledMs)).toMatchObject([{ type: "expel" }]);
  });

  test("is patient with a peer that is only slow", () => {
    const { exchange } = fetching(3);
    wanted(exchange, 0);
    for (let at = stalledMs - 1; at < 10 * stalledMs; at += stalledMs - 1) {
      exchange.handleBytes(at, 1, stalledBytes);
      expect(sent(exchange, at)).toEqual([]);
    }
  });

  test("does not ask again for what a peer cannot give", () => {
    const { exchange } = fetching(2);
    expect(wanted(exchange, 0)).toEqual([0, 1]);
    exchange.handleMessage(0, 1, { type: "dropped", offer: id, chunks: [0] });
    expect(wanted(exchange, 0)).toEqual([]);
  });

  test("wants nothing in a pause, and goes on afterwards", () => {
    const { exchange } = fetching(2);
    wanted(exchange, 0);
    exchange.pause();
    expect(sent(exchange)).toEqual([{ type: "cancel", offer: id, chunks: [0, 1] }]);
    exchange.handleMessage(0, 1, { type: "dropped", offer: id, chunks: [0, 1] });
    expect(wanted(exchange, 0)).toEqual([]);
    exchange.resume();
    expect(wanted(exchange, 0)).toEqual([0, 1]);
  });

  test("ignores what was on its way when it had left", () => {
    const { exchange } = fetching(2);
    wanted(exchange, 0);
    exchange.leave("cancelled");
    expect(sent(exchange)).toEqual([{ type: "leave", offer: id, reason: "cancelled" }]);
    expect(exchange.bytesOf(1, 0)).toBe(chunkBytesMin);
    expect(exchange.handleChunk(0, 1, 0)).toBe(false);
    expect(exchange.bytesOf(1, 0)).toBeUndefined();
    exchange.removePeer(1);
    expect(exchange.bytesOf(1, 1)).toBeUndefined();
  });

  test("has everything at once when there is nothing to get", () => {
    const { exchange, contents } = taker(0);
    announce(exchange, contents);
    supply(exchange, contents, sent(exchange));
    exchange.begin();
    expect(exchange.poll(0)).toContainEqual({ type: "complete" });
  });
});

interface Side {
  readonly exchange: Exchange;
  readonly contents: Contents;
}

function contentsOf(chunkCount: number): Contents {
  const bytes = chunkCount * chunkBytesMin;
  const sha256 =
    chunkCount === 0 ? new Uint8Array(createHash("sha256").digest()) : new Uint8Array(hashBytes);
  const entry = { kind: "file", parts: ["a"], modifiedAt: 0, isExecutable: false } as const;
  return makeContents([{ ...entry, bytes, sha256 }], new Uint8Array(chunkCount * hashBytes));
}

function offerOf(contents: Contents): OfferSummary {
  return { id, name: "a", kind: "file", fileCount: 1, bytes: contents.bytes };
}

function origin(chunkCount: number): Side {
  const contents = contentsOf(chunkCount);
  const random = new SeededRandom(1);
  const exchange = new Exchange({ offer: offerOf(contents), isOrigin: true, random });
  exchange.setContents(0, contents);
  return { exchange, contents };
}

/** Peer 1 has said hello. */
function met(side: Side): Side {
  side.exchange.addPeer(0, 1, { isOrigin: false, tokens });
  side.exchange.handleMessage(0, 1, hello);
  sent(side.exchange);
  return side;
}

/** Peer 1 is the origin and has said hello. */
function taker(chunkCount: number): Side {
  const contents = contentsOf(chunkCount);
  const random = new SeededRandom(1);
  const exchange = new Exchange({ offer: offerOf(contents), isOrigin: false, random });
  exchange.addPeer(0, 1, { isOrigin: true, tokens });
  exchange.handleMessage(0, 1, hello);
  expect(sent(exchange)).toEqual([hello]);
  return { exchange, contents };
}

/** The same with the contents, and nothing of them here. */
function fetching(chunkCount: number): Side {
  const side = taker(chunkCount);
  announce(side.exchange, side.contents);
  supply(side.exchange, side.contents, sent(side.exchange));
  for (let chunk = 0; chunk < chunkCount; chunk += 1) side.exchange.handleMissing(chunk);
  side.exchange.begin();
  return side;
}

function announce(exchange: Exchange, { id: contentsId, encoded }: Contents, peer = 1): void {
  const bytes = encoded.length;
  exchange.handleMessage(0, peer, {
    type: "contents",
    offer: id,
    id: contentsId,
    bytes,
    others: 0,
  });
}

/** Gives all pages that are asked for; the effects that are no messages. */
function supply(
  exchange: Exchange,
  { encoded }: Contents,
  asked: readonly PeerMessage[],
): readonly unknown[] {
  const effects: unknown[] = [];
  const waiting = [...asked];
  for (let message = waiting.shift(); message !== undefined; message = waiting.shift()) {
    if (message.type !== "ask-page") continue;
    const { offset } = message;
    const bytes = encoded.subarray(offset, offset + contentsPageBytes);
    exchange.handleMessage(0, 1, { type: "page", offer: id, offset, bytes });
    for (const effect of exchange.poll(0)) {
      if (effect.type === "send") waiting.push(effect.message);
      else effects.push(effect);
    }
  }
  return effects;
}

function sent(exchange: Exchange, now = 0): readonly PeerMessage[] {
  return exchange.poll(now).flatMap((effect) => (effect.type === "send" ? [effect.message] : []));
}

function wanted(exchange: Exchange, now: number): readonly number[] {
  return sent(exchange, now).flatMap((message) => (message.type === "want" ? message.chunks : []));
}

function expelled(exchange: Exchange): readonly string[] {
  return exchange.poll(0).flatMap((effect) => (effect.type === "expel" ? [effect.text] : []));
}
