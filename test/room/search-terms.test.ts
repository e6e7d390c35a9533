import { describe, expect, test } from "vitest";
import type { EntryBody, LogEntry } from "../../src/room/log-entry.ts";
import {
  foldText,
  searchedTextMax,
  termsOf,
  wantedTerms,
  wordLengthMax,
  wordsOf,
} from "../../src/room/search-terms.ts";
import { anna, ben } from "../support/store.ts";

function entry(body: EntryBody): LogEntry {
  return { sequence: 1, id: "0".repeat(21), sentAt: 0, ordinal: 1, author: anna, body };
}

function words(text: string): string[] {
  return wordsOf(foldText(text));
}

describe("words of a text", () => {
  test.each([
    ["Hello, world! it's 3.14", ["hello", "world", "it", "s", "3", "14"]],
    ["STRASSE Straße", ["strasse", "strasse"]],
    ["Küche KÜCHE ku\u0308che café", ["kuche", "kuche", "kuche", "cafe"]],
    ["ΟΔΟΣ οδος", ["οδοσ", "οδοσ"]],
    ["ﬁn ２０２６", ["fin", "2026"]],
    ["Привет, йод", ["привет", "йод"]],
    ["हिन्दी भाषा", ["हिन्दी", "भाषा"]],
    ["snake_case kebab-case", ["snake_case", "kebab", "case"]],
    ["東京都", ["東京", "京都", "都"]],
    ["한국어", ["한국", "국어", "어"]],
    ["tea茶tea", ["tea", "茶", "tea"]],
    ["ภาษาไทย", ["ภา", "าษ", "ษา", "าไ", "ไท", "ทย", "ย"]],
    ["yes 👍", ["yes", "👍"]],
    ["!?…", []],
  ])("%o", (text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  test(`count up to ${wordLengthMax} characters, and one past them is not looked at`, () => {
    const long = "a".repeat(wordLengthMax);
    expect(words(long)).toEqual([long]);
    expect(words(`${long}b`)).toEqual([long]);
  });
});

describe("what is wanted", () => {
  test("is each word whole, and the last one as a beginning", () => {
    expect(wantedTerms("hot dog", true)).toEqual([
      { term: "hot", isBeginning: false },
      { term: "dog", isBeginning: true },
    ]);
    expect(wantedTerms("hot dog", false).at(-1)).toEqual({ term: "dog", isBeginning: false });
    expect(wantedTerms("d", true)).toEqual([{ term: "d", isBeginning: false }]);
  });

  test("is each pair where there are no spaces, and one character as the beginning of a pair", () => {
    expect(wantedTerms("東京都", false).map(({ term }) => term)).toEqual(["東京", "京都"]);
    expect(wantedTerms("都", false)).toEqual([{ term: "都", isBeginning: true }]);
  });
});

describe("terms of an entry", () => {
  test("are its words, its author, its mentions and what it has", () => {
    const body = {
      type: "message",
      text: "see `x` at https://example.org",
      mentions: [ben.person],
    } as const;
    expect([...termsOf("lobby", entry(body))].sort()).toEqual(
      [
        "#lobby",
        "+code",
        "+link",
        `>${ben.person}`,
        `@${anna.person}`,
        "at",
        "example",
        "https",
        "org",
        "see",
        "x",
      ].sort(),
    );
  });

  test("are none unless it is a message", () => {
    expect(termsOf("lobby", entry({ type: "topic", text: "tea" })).size).toBe(0);
    expect(termsOf("lobby", entry({ type: "edit", target: 1, text: "tea" })).size).toBe(0);
  });

  test("are those of the beginning of a long text", () => {
    const filler = " ".repeat(searchedTextMax - 3);
    expect(termsOf("lobby", entry({ type: "message", text: `${filler}end` })).has("end")).toBe(
      true,
    );
    expect(termsOf("lobby", entry({ type: "message", text: `${filler} end` })).has("end")).toBe(
      false,
    );
  });
});
