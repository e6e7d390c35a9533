import { describe, expect, test } from "vitest";
import { nearest } from "../../src/base/nearest.ts";

const words = ["serve", "list", "bot", "help", "discovery-port"];

describe("nearest", () => {
  test.each([
    ["serv", "serve"],
    ["server", "serve"],
    ["lsit", "list"],
    ["lst", "list"],
    ["bto", "bot"],
    ["discoveryport", "discovery-port"],
    ["disocvery-prot", "discovery-port"],
  ])("understands %s as %s", (typed, meant) => {
    expect(nearest(typed, words)).toBe(meant);
  });

  test.each(["", "x", "bx7", "frobnicate"])("offers nothing for %j", (typed) => {
    expect(nearest(typed, words)).toBeUndefined();
  });

  test("gives up on a very long word without comparing it", () => {
    expect(nearest("s".repeat(1_000_000), words)).toBeUndefined();
  });
});
