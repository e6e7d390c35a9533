import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { encodeCbor } from "../src/room/codec.ts";
import * as limits from "../src/room/files/limits.ts";
import {
  decodePeerMessage,
  leaveReasons,
  type PeerMessage,
  peerMessageBounds,
} from "../src/room/files/peer-message.ts";
import { fileExamples } from "./support/file-examples.ts";
import { numbersOf, rowsOf, sectionOf } from "./support/markdown.ts";

const page = readFileSync(resolve(import.meta.dirname, "../docs/PROTOCOL.md"), "utf8");
const files = sectionOf(page, "## 4. Files");
const offer = "V1StGXR8_Z5jdHi6B-myT";

/** One of each message, as full as it may be. */
const fullest: { readonly [K in PeerMessage["type"]]: Extract<PeerMessage, { type: K }> } = {
  hello: { type: "hello", offer, token: new Uint8Array(limits.tokenBytes) },
  contents: {
    type: "contents",
    offer,
    id: new Uint8Array(limits.hashBytes),
    bytes: limits.contentsBytesMax,
    others: limits.peersPerOfferMax,
  },
  "ask-page": {
    type: "ask-page",
    offer,
    offset: limits.contentsBytesMax - limits.contentsPageBytes,
  },
  page: { type: "page", offer, offset: 0, bytes: new Uint8Array(limits.contentsPageBytes) },
  have: {
    type: "have",
    offer,
    id: new Uint8Array(limits.hashBytes),
    ranges: Array.from({ length: 2 * limits.rangesMax }, (_, index) => 500 * index),
  },
  want: { type: "want", offer, chunks: many(limits.wantsMax), others: limits.peersPerOfferMax },
  cancel: { type: "cancel", offer, chunks: many(limits.wantsMax) },
  dropped: { type: "dropped", offer, chunks: many(limits.wantsMax) },
  leave: { type: "leave", offer, reason: "changed" },
};

describe("docs/PROTOCOL.md, files", () => {
  test("every message of the code is in the grammar and in the table, and no other", () => {
    const grammar = [...files.matchAll(/\{ type: "([\w-]+)"/g)].map(([, type]) => type);
    const told = rowsOf(sectionOf(files, "### Messages")).map(([type]) => type);
    expect(grammar).toEqual(Object.keys(fullest));
    expect(told.slice(0, grammar.length)).toEqual(grammar);
    const reasons = /reason: ([^}]*)\}/.exec(files)?.[1]?.match(/\w+/g);
    expect(reasons).toEqual([...leaveReasons]);
  });

  test("each message has the keys of the grammar, is read when it is full, and not without a key", () => {
    for (const [type, message] of Object.entries(fullest)) {
      const rule = new RegExp(`\\{ type: "${type}", (.*) \\}`).exec(files)?.[1] ?? "";
      const keys = [...rule.matchAll(/(?:^|, )(\w+):/g)].map(([, key]) => key);
      expect(["type", ...keys].sort()).toEqual(Object.keys(message).sort());
      expect(decodePeerMessage(encodeCbor(message)), type).toEqual(message);
      for (const key of Object.keys(message)) {
        const { [key]: _, ...rest } = message as unknown as Record<string, unknown>;
        const isRead = type === "leave" && key === "reason";
        expect(decodePeerMessage(encodeCbor(rest)) !== undefined, `${type} without ${key}`).toBe(
          isRead,
        );
      }
    }
  });

  test.each<[string, unknown]>([
    ["a token of 17 bytes", { ...fullest.hello, token: new Uint8Array(17) }],
    ["an offer that is no id", { ...fullest.hello, offer: "../../../../etc/pass" }],
    ["contents one byte too long", { ...fullest.contents, bytes: limits.contentsBytesMax + 1 }],
    ["contents without a byte", { ...fullest.contents, bytes: 0 }],
    ["a page in the middle of one", { ...fullest["ask-page"], offset: 1 }],
    ["a page behind all", { ...fullest["ask-page"], offset: limits.contentsBytesMax }],
    [
      "a page one byte too long",
      { ...fullest.page, bytes: new Uint8Array(limits.contentsPageBytes + 1) },
    ],
    ["an empty page", { ...fullest.page, bytes: new Uint8Array() }],
    ["ranges that descend", { ...fullest.have, ranges: [5, 9, 7, 8] }],
    ["ranges that touch", { ...fullest.have, ranges: [5, 9, 9, 10] }],
    ["an empty range", { ...fullest.have, ranges: [5, 5] }],
    ["half a range", { ...fullest.have, ranges: [5] }],
    ["no range", { ...fullest.have, ranges: [] }],
    ["a range too many", { ...fullest.have, ranges: many(2 * limits.rangesMax + 2) }],
    ["a chunk that no offer has", { ...fullest.want, chunks: [limits.chunkCountMax] }],
    ["a chunk below zero", { ...fullest.want, chunks: [-1] }],
    ["a fraction of a chunk", { ...fullest.want, chunks: [0.5] }],
    ["no chunks", { ...fullest.want, chunks: [] }],
    ["a chunk too many", { ...fullest.want, chunks: many(limits.wantsMax + 1) }],
    ["too many others", { ...fullest.want, others: limits.peersPerOfferMax + 1 }],
    ["another type", { type: "give", offer }],
  ])("F4: %s is no message", (_what, message) => {
    expect(decodePeerMessage(encodeCbor(message))).toBeUndefined();
  });

  test("contents and chunks have the limits of the code", () => {
    const contents = sectionOf(files, "### Contents");
    const cell = (first: string) =>
      numbersOf(rowsOf(contents).find(([name]) => name === first)?.[2] ?? "");
    expect(cell("entries")).toEqual([1, limits.entriesMax]);
    expect(cell("parts").slice(0, 2)).toEqual([1, limits.pathPartsMax]);
    expect(contents).toContain(`1 to ${limits.partBytesMax} bytes`);
    expect(contents).toContain(`at most ${limits.offerBytesMax} bytes`);
    const chunks = /The length is [^.]*\./.exec(contents)?.[0] ?? "";
    const { chunkBytesMin, chunkBytesMax, chunkCountAim } = limits;
    expect(numbersOf(chunks)).toEqual([chunkBytesMin, chunkCountAim, chunkBytesMax]);
  });

  test("messages and duties have the numbers of the code", () => {
    const { containers, items } = peerMessageBounds;
    const bounds = /A message holds [^.]*\./.exec(files)?.[0] ?? "";
    expect(numbersOf(bounds)).toEqual([containers, items, limits.peerMessageBytesMax]);
    const messages = sectionOf(files, "### Messages");
    const row = (type: string) => rowsOf(messages).find(([name]) => name === type)?.[2] ?? "";
    expect(numbersOf(row("hello"))).toEqual([limits.introductionTokensMax]);
    expect(numbersOf(row("ask-page"))).toEqual([
      limits.contentsPageBytes,
      limits.contentsPagesAhead,
    ]);
    expect(numbersOf(row("have"))).toEqual([limits.haveMs]);
    const duties = sectionOf(files, "### Duties");
    const duty = (number: number) => new RegExp(`^${number}\\. (.*)$`, "m").exec(duties)?.[1] ?? "";
    expect(numbersOf(duty(3))).toEqual([limits.wantsMax]);
    expect(numbersOf(duty(4))).toEqual([
      limits.wantedMs,
      limits.wantedBytesMax,
      limits.fetchBytesMax,
      limits.endgameMs / 1_000,
    ]);
    expect(numbersOf(duty(5))).toEqual([limits.originHoldMs / 1_000, 30]);
    const stalledSeconds = limits.stalledMs / 1_000;
    expect(numbersOf(duty(6))).toEqual([limits.stalledBytes, stalledSeconds, 2 * stalledSeconds]);
  });

  test("limits are those of the code", () => {
    expect(
      rowsOf(sectionOf(files, "### Limits")).map(([, limit]) => numbersOf(limit ?? "")),
    ).toEqual([
      [limits.offerBytesMax],
      [limits.entriesMax],
      [limits.contentsBytesMax],
      [limits.peersPerOfferMax],
      [limits.introductionsMax, limits.introductionMs / 1_000],
      [limits.earlyHellosMax],
      [limits.takingsRunningMax, limits.takingsMax],
      [limits.offersMax],
    ]);
  });

  test("the examples are what the code sends", () => {
    const rows = rowsOf(sectionOf(files, "### Examples"));
    const sent = Object.entries(fileExamples).map(([name, bytes]) => [
      name,
      Buffer.from(bytes).toString("hex"),
    ]);
    expect(rows.map(([name, , hex]) => [name, hex])).toEqual(sent);
  });
});

function many(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}
