import { describe, expect, test } from "vitest";
import { parseSearch, type SearchRequest } from "../../src/room/search-query.ts";
import { cpuMsOf } from "../support/cpu-time.ts";

const now = new Date(2026, 10, 20, 15, 30).getTime();

function parsed(text: string): SearchRequest {
  const result = parseSearch(text, now);
  if (result.type === "invalid") throw new Error(result.message);
  return result.request;
}

describe("a search", () => {
  test("is words, and words that stand together", () => {
    expect(parsed('soup "hot dog" now')).toEqual({ words: ["soup", "hot dog", "now"], rooms: [] });
    expect(parsed('"not closed')).toEqual({ words: ["not closed"], rooms: [] });
  });

  test("has filters for person, rooms, features and mentions", () => {
    expect(parsed("FROM:@anna in:#lobby in:dev has:link is:mention soup")).toEqual({
      words: ["soup"],
      rooms: ["lobby", "dev"],
      from: "anna",
      has: "link",
      isMention: true,
    });
  });

  test("takes an address or a time of day for words", () => {
    expect(parsed("https://example.org 12:30 note:this")).toEqual({
      words: ["https://example.org", "12:30", "note:this"],
      rooms: [],
    });
  });

  test.each([
    ["2026-11-19", new Date(2026, 10, 19).getTime()],
    ["2026-11-19T09:30", new Date(2026, 10, 19, 9, 30).getTime()],
    ["today", new Date(2026, 10, 20).getTime()],
    ["yesterday", new Date(2026, 10, 19).getTime()],
    ["30m", now - 30 * 60_000],
    ["2h", now - 2 * 3_600_000],
    ["3d", now - 3 * 86_400_000],
    ["1w", now - 7 * 86_400_000],
  ])("knows the time %s", (text, time) => {
    expect(parsed(`before:${text} after:${text}`)).toMatchObject({ before: time, after: time });
  });

  test.each([
    ["", "there is nothing to search for"],
    ['""', "there is nothing to search for"],
    ["has:money", "has:money is not has:link, has:file or has:code"],
    ["is:late", "is:late is not is:mention"],
    ["before:soon", "before:soon has no time such as 2026-11-20 or 3d"],
    ["after:2026-02-30", "after:2026-02-30 has no time such as 2026-11-20 or 3d"],
    ["after:2026-02-03T24:00", "after:2026-02-03T24:00 has no time such as 2026-11-20 or 3d"],
  ])("%o says what is wrong", (text, message) => {
    expect(parseSearch(text, now)).toEqual({ type: "invalid", message });
  });

  test("takes as long for text that was made to take long", () => {
    const text = `${"a".repeat(50_000)}! ${'a:"'.repeat(20_000)}`;
    expect(cpuMsOf(() => parseSearch(text, now))).toBeLessThan(1_000);
  });
});
