import { describe, expect, test } from "vitest";
import { fuzzyScore, wantedUnitsMax } from "../../src/tui/fuzzy.ts";

/** The texts that match, the best first. */
function found(wanted: string, ...texts: string[]): string[] {
  return texts
    .map((text) => ({ text, score: fuzzyScore(text, wanted) }))
    .filter(({ score }) => score !== undefined)
    .sort((a, b) => b.score! - a.score!)
    .map(({ text }) => text);
}

describe("finding by some letters", () => {
  test("takes letters in their order, whatever the case, and nothing else", () => {
    expect(found("GNL", "general", "lounge", "Gnoll")).toEqual(["Gnoll", "general"]);
    expect(found("xyz", "general")).toEqual([]);
  });

  test("prefers the start of a word to its middle, and a whole word to letters", () => {
    expect(found("op", "stop", "join or leave rooms up", "/op NICK", "open")).toEqual([
      "open",
      "/op NICK",
      "stop",
      "join or leave rooms up",
    ]);
  });

  test("wants every word, in any order", () => {
    expect(found("room leave", "/leave [ROOM]", "/leave", "room")).toEqual(["/leave [ROOM]"]);
  });

  test("finds only whole words in what explains a text, and takes them for less", () => {
    expect(fuzzyScore("/kick NICK", "put out", "put somebody out")).toBeGreaterThan(0);
    expect(fuzzyScore("/kick NICK", "pso", "put somebody out")).toBeUndefined();
    const explained = fuzzyScore("/kick", "room", "out of this room") ?? 0;
    expect(explained).toBeLessThan(fuzzyScore("/rooms", "room") ?? 0);
    expect(explained).toBeGreaterThan(fuzzyScore("/restore old memory", "room") ?? 0);
  });

  test("finds everything with nothing", () => {
    expect(found("  ", "a", "b")).toEqual(["a", "b"]);
  });

  test("looks at the first 64 letters that are typed", () => {
    const text = "a".repeat(wantedUnitsMax);
    expect(fuzzyScore(text, `${text}b`)).toBeDefined();
    expect(fuzzyScore(text.slice(1), text)).toBeUndefined();
  });
});
