import { describe, expect, test } from "vitest";
import { parseTypedServer } from "../../src/cli/typed-server.ts";
import { sampleId } from "../discovery/samples.ts";

const key = sampleId(1);

describe("what somebody typed for a server", () => {
  test.each([
    ["10.0.0.1", { type: "address", host: "10.0.0.1", port: undefined }],
    [" 10.0.0.1:1 ", { type: "address", host: "10.0.0.1", port: 1 }],
    ["10.0.0.1:65535", { type: "address", host: "10.0.0.1", port: 65_535 }],
    ["kitchen.local:4000", { type: "host", host: "kitchen.local", port: 4_000 }],
    ["::1", { type: "address", host: "::1", port: undefined }],
    ["[::1]", { type: "address", host: "::1", port: undefined }],
    ["[fe80::1%eth0]:4000", { type: "address", host: "fe80::1%eth0", port: 4_000 }],
    [" earshot://10.0.0.1:1/ ", { type: "address", host: "10.0.0.1", port: 1 }],
    [
      `earshot://[fe80::1%25eth0]/?k=${key}`,
      { type: "address", host: "fe80::1%eth0", port: 28_198, key },
    ],
    [`earshot://kitchen/?k=${key}&n=lab`, { type: "host", host: "kitchen", port: 28_198, key }],
    ["kitchen", { type: "name", name: "kitchen" }],
    ["Anna's office", { type: "name", name: "Anna's office" }],
    ["room: the blue one", { type: "name", name: "room: the blue one" }],
    ["300.0.0.1", { type: "name", name: "300.0.0.1" }],
  ])("%j", (text, expected) => {
    expect(parseTypedServer(text)).toEqual(expected);
  });

  test.each([
    ["", "empty"],
    ["  ", "empty"],
    ["a:0", "port is 0"],
    ["10.0.0.1:65536", "65536"],
    ["[10.0.0.1]:1", "no IPv6 address"],
    ["earshot://10.0.0.1/?k=damaged", "the link is damaged"],
    ["earshot://", "the link is damaged"],
  ])("%j is refused", (text, message) => {
    expect(() => parseTypedServer(text)).toThrow(message);
  });
});
