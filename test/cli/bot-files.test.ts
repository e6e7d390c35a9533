import { describe, expect, test } from "vitest";
import { parseFileRequest, transferEvent } from "../../src/cli/bot-files.ts";
import { parseBotRequest } from "../../src/cli/bot-protocol.ts";
import type { Transfer, TransferState } from "../../src/room/files/file-port.ts";

const offer = { id: "offer", name: "tea.pdf", kind: "file", fileCount: 1, bytes: 1_000 } as const;

function transfer(state: TransferState): Transfer {
  return {
    ...{ offer, direction: "receive", state, bytes: 500, bytesPerSecond: 99.6, leftMs: 20 },
    peerCount: 1,
  };
}

describe("requests about files", () => {
  test.each([
    ["ann", { nick: "ann" }],
    ["@ann", { nick: "ann" }],
    ["#Dev", { room: "dev" }],
    ["&V1StGXR8_Z5jdHi6B-myT", { room: "&V1StGXR8_Z5jdHi6B-myT" }],
  ])("an offer is for a person or a room: %s", (to, target) => {
    expect(parseFileRequest("offer", { to, path: "tea.pdf" })).toEqual({
      type: "offer",
      to: target,
      path: "tea.pdf",
    });
  });

  test.each([
    { type: "offer", to: "ann" },
    { type: "offer", path: "tea.pdf" },
    { type: "offer", to: 7, path: "tea.pdf" },
    { type: "accept" },
    { type: "accept", id: "x", directory: 7 },
    { type: "cancel", id: 7 },
  ])("what lacks a field is invalid: %o", (request) => {
    expect(parseBotRequest(JSON.stringify(request)).type).toBe("invalid");
  });
});

describe("what a bot is told of a transfer", () => {
  test.each<[string, TransferState, object]>([
    [
      "that it runs",
      { type: "running", path: { type: "direct", address: "10.0.0.5" } },
      {
        ...{ type: "progress", state: "running", bytes: 500, totalBytes: 1_000 },
        ...{ bytesPerSecond: 100, leftMs: 20, path: "direct", address: "10.0.0.5" },
      },
    ],
    [
      "that it goes through the server",
      { type: "running", path: { type: "relayed" } },
      { type: "progress", path: "relayed", address: undefined },
    ],
    [
      "why it is paused",
      { type: "paused", reason: "disk-full" },
      { type: "progress", state: "paused", reason: "disk-full", path: undefined },
    ],
    [
      "where it is",
      { type: "received", path: "/in/tea.pdf", sha256: "abc" },
      { type: "received", id: "offer", path: "/in/tea.pdf", sha256: "abc" },
    ],
    [
      "why it failed",
      { type: "failed", code: "file-unusable", message: "the disk is gone" },
      { type: "failed", id: "offer", code: "file-unusable", message: "the disk is gone" },
    ],
    ["that it is over", { type: "cancelled" }, { type: "cancelled", id: "offer" }],
  ])("%s", (_what, state, expected) => {
    expect(transferEvent(transfer(state))).toMatchObject(expected);
  });
});
