import { describe, expect, test } from "vitest";
import { linkUnitsMax } from "../../src/tui/link.ts";
import { linksOf, parseMarkup } from "../../src/tui/markup.ts";
import { cpuMsOf } from "../support/cpu-time.ts";

describe("links in a text", () => {
  test.each([
    ["see https://ci.lab/run/1182.", ["https://ci.lab/run/1182"]],
    ["(http://lab/a_(b)) and http://lab/c)", ["http://lab/a_(b)", "http://lab/c"]],
    ["[https://lab/x]: <https://lab/y>", ["https://lab/x", "https://lab/y"]],
    ['"https://lab/q?a=1&b=[2]"!', ["https://lab/q?a=1&b=[2]"]],
    ["file:///tmp/notes.txt, https://lab", ["file:///tmp/notes.txt", "https://lab"]],
    ["*https://lab/bold* _https://lab/it_", ["https://lab/bold", "https://lab/it"]],
    ["twice https://lab https://lab", ["https://lab"]],
    ["https:// http://. javascript://x ftp://x", []],
    ["HTTPS://LAB/Up", ["HTTPS://LAB/Up"]],
    ["https://[fe80::1]:8080/x", ["https://[fe80::1]:8080/x"]],
    ["https://例え.jp/王", ["https://例え.jp/王"]],
  ])("%s", (text, links) => {
    expect(linksOf(text)).toEqual(links);
  });

  test("are as long as terminals take, and no longer", () => {
    const longest = `https://lab/${"x".repeat(linkUnitsMax - 12)}`;
    expect(linksOf(longest)).toEqual([longest]);
    expect(linksOf(`${longest}x`)).toEqual([]);
  });

  test("are spans of their own, with the marks in them as they are", () => {
    expect(parseMarkup("see *https://lab/a_b_c*, ok")).toEqual([
      { text: "see ", style: {} },
      { text: "https://lab/a_b_c", style: { isBold: true, link: "https://lab/a_b_c" } },
      { text: ", ok", style: {} },
    ]);
    expect(parseMarkup("`https://lab`")).toEqual([
      { text: "https://lab", style: { isCode: true } },
    ]);
  });

  test("take no longer than the text is long, whatever it is made of", () => {
    for (const piece of [
      "https://",
      "https://x)",
      "((((",
      "https://x ",
      "]]]",
      "http://[",
      "file:///",
    ]) {
      const text = `https://x/${piece.repeat(8_192 / piece.length)}`;
      expect(
        cpuMsOf(() => linksOf(text)),
        piece,
      ).toBeLessThan(200);
    }
  });
});
