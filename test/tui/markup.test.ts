import { describe, expect, test } from "vitest";
import { parseMarkup, spanUnitsMax, withoutMarkup } from "../../src/tui/markup.ts";
import { SeededRandom } from "../support/random.ts";

/** Spans in short: `b` bold, `i` italic, `c` code, a colour by its name. */
function shape(text: string): string[] {
  return parseMarkup(text).map(({ text: part, style }) => {
    const marks = [
      ...(style.isBold ? ["b"] : []),
      ...(style.isItalic ? ["i"] : []),
      ...(style.isCode ? ["c"] : []),
      ...(style.colour === undefined ? [] : [style.colour]),
    ];
    return marks.length === 0 ? part : `${marks.join("+")}:${part}`;
  });
}

describe("marks in a text", () => {
  test.each([
    ["plain", ["plain"]],
    ["a *bold* word", ["a ", "b:bold", " word"]],
    ["_so_, he said", ["i:so", ", he said"]],
    ["run `rm -rf *` now", ["run ", "c:rm -rf *", " now"]],
    ["*bold _and italic_*", ["b:bold ", "b+i:and italic"]],
    ["{red}fire{/} here", ["red:fire", " here"]],
    ["{green}to the end", ["green:to the end"]],
    ["*{blue}both{/}*", ["b+blue:both"]],
    ["a\n```\n*code*\n  as is\n```\nb", ["a\n", "c:*code*\n  as is", "\nb"]],
  ])("%j", (text, spans) => {
    expect(shape(text)).toEqual(spans);
  });

  test.each([
    "2 * 3 * 4",
    "snake_case_name",
    "a*b*c",
    "* a list",
    "*not closed",
    "**",
    "``",
    "{purple}no colour{/}",
    "https://host/_path_/*x*",
    "```\nnever closed",
  ])("%j has none", (text) => {
    expect(withoutMarkup(text)).toBe(text);
    const styles = parseMarkup(text).flatMap(({ style }) => Object.keys(style));
    expect(styles.filter((style) => style !== "link")).toEqual([]);
  });

  test("are ordinary characters behind a backslash", () => {
    expect(shape("\\*not bold\\* but \\{red}")).toEqual(["*not bold* but {red}"]);
    expect(shape("C:\\new")).toEqual(["C:\\new"]);
  });

  test("do not reach over a line's end", () => {
    expect(withoutMarkup("*one\ntwo*")).toBe("*one\ntwo*");
    expect(shape("{red}one\ntwo")).toEqual(["red:one", "\ntwo"]);
  });

  test("are looked for so far and no further", () => {
    const inside = "x".repeat(spanUnitsMax - 1);
    expect(shape(`*${inside}*`)).toEqual([`b:${inside}`]);
    expect(shape(`*${inside}xx*`)).toEqual([`*${inside}xx*`]);
  });
});

test("a text of nothing but marks takes no longer than its length, and nothing is lost", () => {
  const pieces = [
    "*",
    "_",
    "`",
    "{red}",
    "{/}",
    "\\",
    "```\n",
    "\n",
    " ",
    "word",
    "https://x",
    "é",
  ];
  for (let seed = 1; seed <= 300; seed += 1) {
    const random = new SeededRandom(seed);
    const text = Array.from({ length: 200 }, () => random.pick(pieces)).join("");
    const plain = withoutMarkup(text);
    const words = (all: string) => all.match(/word|é/g)?.length ?? 0;
    expect(words(plain), `seed ${seed}`).toBe(words(text));
    expect(plain.length, `seed ${seed}`).toBeLessThanOrEqual(text.length);
  }
  for (const piece of pieces) {
    const started = process.cpuUsage().user;
    parseMarkup(piece.repeat(8_192 / piece.length));
    expect((process.cpuUsage().user - started) / 1_000, piece).toBeLessThan(500);
  }
});
