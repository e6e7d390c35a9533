import { describe, expect, test } from "vitest";
import { sanitizeLine, sanitizeText, utf8Bytes } from "../../src/base/text.ts";

describe("sanitizeText", () => {
  test("ordinary text of any script passes unchanged", () => {
    for (const text of [
      "hello",
      "line one\nline\ttwo",
      "你好 مرحبا शुभ",
      "👩‍👩‍👧 🇩🇪 👋🏽",
      "می‌خواهم",
    ]) {
      expect(sanitizeText(text)).toBe(text);
    }
  });

  test("nothing that steers a terminal passes", () => {
    const hostile = [
      "\u001b[2J",
      "\u001b]0;title\u0007",
      "\u009b2J",
      "\u009d52;c;x\u009c",
      "\u0000\u0008\u007f",
      "\u001bP+q\u001b\\",
    ];
    for (const text of hostile) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be gone.
      expect(sanitizeText(`a${text}b`)).toMatch(/^a[^\u0000-\u001f\u007f-\u009f]*b$/);
    }
  });

  test("nothing that hides or turns text passes", () => {
    const hidden = "\u202e\u2066\u200e\u061c\u200b\u2060\ufeff\u00ad\ufff9\u{e0041}\u2069\u202c";
    expect(sanitizeText(`a${hidden}b`)).toBe("ab");
  });

  test("all line ends become line feeds", () => {
    expect(sanitizeText("1\r\n2\r3\u20284\u20295\u00856")).toBe("1\n2\n3\n4\n5\n6");
  });

  test("a lone surrogate becomes the replacement character", () => {
    expect(sanitizeText("a\ud800b")).toBe("a\ufffdb");
  });

  test("four marks may sit on a letter, the fifth goes", () => {
    const marks = "\u0337\u0338\u0336\u0335\u0334";
    expect(sanitizeText(`x${marks.slice(0, 4)}y`)).toBe(`x${marks.slice(0, 4)}y`.normalize("NFC"));
    expect([...sanitizeText(`x${marks.repeat(50)}y`)]).toHaveLength(6);
  });

  test("a million marks are dealt with at once", () => {
    expect(sanitizeText("\u0301".repeat(1_000_000)).length).toBeLessThanOrEqual(4);
  });

  test("a mebibyte of marks that normalising would sort is dealt with at once", () => {
    const unsorted = "\u0301\u0323";
    const text = `a${unsorted.repeat(2 ** 20 / utf8Bytes(unsorted))}`;
    expect(sanitizeText(text)).toBe("\u1ea1\u0323\u0323\u0323\u0323");
  });

  test.each([29, 30, 31, 62])("%i marks that normalising sorts become four", (count) => {
    const marks = Array.from({ length: count }, (_, index) =>
      index % 2 === 0 ? "\u0301" : "\u0323",
    );
    const safe = sanitizeText(`x${marks.join("")}y`);
    expect(safe).toBe(`x${"\u0323".repeat(4)}y`);
  });

  test.each([
    "e\u0301\u202e\r\nA\u030a\u0007\u{e0020}\u0301\u0301\u0301\u0301\u0301\u0301",
    "a\u0301\u0323".repeat(3) + "\u0301\u0323".repeat(40),
    "\u0344".repeat(40),
    "\u0f73\u0f71\u0f72".repeat(40),
    "\u09c7\u09be".repeat(40),
    "\u1100\u0301\u0301\u0301\u0301\u0301\u1161\u11a8",
    "\ud800\u0301".repeat(40),
  ])("sanitising twice changes nothing more: case %#", (nasty) => {
    expect(sanitizeText(sanitizeText(nasty))).toBe(sanitizeText(nasty));
  });
});

describe("sanitizeLine", () => {
  test("a name is one line", () => {
    expect(sanitizeLine("bob\nServer: alice left\tnow")).toBe("bob Server: alice left now");
  });
});

test("utf8Bytes counts bytes without encoding", () => {
  expect(utf8Bytes("aä你👋")).toBe(1 + 2 + 3 + 4);
});
