import { describe, expect, test } from "vitest";
import {
  clip,
  clusterUnitsMax,
  graphemeBoundary,
  graphemeEnd,
  graphemeStart,
  graphemes,
  graphemeWidth,
  padEnd,
  padStart,
  textWidth,
  wrap,
  wrapRanges,
} from "../../src/tui/text.ts";
import { cpuMsOf } from "../support/cpu-time.ts";
import { SeededRandom } from "../support/random.ts";

const family = "👩‍👩‍👧‍👦";
const pieces = [
  ..."abc xyz é ß Ω ж \n",
  ..."漢字仮名한글",
  "e\u0301",
  "👍🏽",
  family,
  "🇩🇪",
  "🇺",
  "❤️",
  "1️⃣",
  "\u0301",
  "\u200d",
  "क्षि",
  "กำ",
  "שלום",
];

function randomText(random: SeededRandom, count: number): string {
  return Array.from({ length: count }, () => random.pick(pieces)).join("");
}

describe("graphemes", () => {
  test("are the same as those of Intl.Segmenter", () => {
    const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
    for (let seed = 1; seed <= 300; seed += 1) {
      const text = randomText(new SeededRandom(seed), 20);
      const expected = Array.from(segmenter.segment(text), ({ segment }) => segment);
      if (expected.some((cluster) => clusterUnitsMax < cluster.length)) continue;
      expect(graphemes(text), `seed ${seed}`).toEqual(expected);
    }
  });

  test("can be walked backwards over the same boundaries", () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const text = randomText(new SeededRandom(seed), 30);
      const back: string[] = [];
      for (let at = text.length; 0 < at; ) {
        const start = graphemeStart(text, at);
        back.unshift(text.slice(start, at));
        at = start;
      }
      expect(back, `seed ${seed}`).toEqual(graphemes(text));
    }
  });

  test("give the next boundary from any offset", () => {
    const text = `a${family}b漢e\u0301`;
    const ends = [0, ...graphemes(text).map((_, i, all) => all.slice(0, i + 1).join("").length)];
    for (let at = 0; at <= text.length; at += 1) {
      expect(graphemeBoundary(text, at)).toBe(ends.find((end) => at <= end));
    }
    expect(graphemeEnd(text, text.length)).toBe(text.length);
    expect(graphemeStart(text, 0)).toBe(0);
  });

  test("are kept whole up to 32 units and cut after that, never inside a character", () => {
    const longest = `a${"\u0301".repeat(clusterUnitsMax - 1)}`;
    expect(graphemes(longest)).toEqual([longest]);
    expect(graphemes(`${longest}\u0301`)).toEqual([longest, "\u0301"]);
    const joined = `a${"\u{1f3fd}".repeat(20)}`;
    expect(graphemes(joined).every((cluster) => cluster.isWellFormed())).toBe(true);
    expect(graphemes(joined).join("")).toBe(joined);
  });
});

describe("width", () => {
  test.each([
    ["a", 1],
    ["é", 1],
    ["e\u0301", 1],
    ["─", 1],
    ["●", 1],
    ["漢", 2],
    ["한", 2],
    ["カ", 2],
    ["\uff21", 2],
    ["😀", 2],
    ["👍🏽", 2],
    [family, 2],
    ["🇩🇪", 2],
    ["❤️", 2],
    ["❤", 1],
    ["1️⃣", 2],
    ["क्षि", 2],
    ["कि", 1],
    ["กำ", 2],
    ["ש", 1],
    ["\u0301", 0],
    ["\u200d", 0],
    ["\u3164", 0],
    ["\u0007", 0],
    ["\u009b", 0],
    ["\u00ad", 0],
    ["", 0],
  ])("of %j is %i", (grapheme, width) => {
    expect(graphemeWidth(grapheme)).toBe(width);
  });

  test("of a text is the sum over its graphemes", () => {
    for (let seed = 1; seed <= 100; seed += 1) {
      const text = randomText(new SeededRandom(seed), 40);
      const sum = graphemes(text).reduce((total, grapheme) => total + graphemeWidth(grapheme), 0);
      expect(textWidth(text), `seed ${seed}`).toBe(sum);
    }
  });
});

describe("clip and pad", () => {
  test("leave a text that fits as it is", () => {
    expect(clip("hello", 5)).toBe("hello");
    expect(clip("", 0)).toBe("");
    expect(clip("漢字", 4)).toBe("漢字");
  });

  test("cut one cell too many and show that it was cut", () => {
    expect(clip("hello", 4)).toBe("hel…");
    expect(clip("漢字", 3)).toBe("漢…");
    expect(clip("漢字漢", 4)).toBe("漢…");
    expect(clip(`ab${family}c`, 4)).toBe("ab…");
    expect(clip("hello", 1)).toBe("…");
    expect(clip("hello", 0)).toBe("");
    expect(clip("hello", 4, "")).toBe("hell");
    expect(clip("hello", 2, "...")).toBe("");
  });

  test("never give more cells than asked", () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = new SeededRandom(seed);
      const text = randomText(random, 20);
      const cells = random.between(0, 20);
      expect(textWidth(clip(text, cells)), `seed ${seed}`).toBeLessThanOrEqual(cells);
    }
  });

  test("look at no more of a long text than they show", () => {
    const text = "漢".repeat(8 * 2 ** 20);
    expect(cpuMsOf(() => expect(clip(text, 5)).toBe("漢漢…"))).toBeLessThan(50);
  });

  test("fill up to a width in cells", () => {
    expect(padEnd("漢", 4)).toBe("漢  ");
    expect(padStart("漢", 4)).toBe("  漢");
    expect(padEnd("hello", 3)).toBe("hello");
    expect(padStart("hello", 3)).toBe("hello");
  });
});

describe("wrap", () => {
  test("breaks between words and leaves the spaces there out", () => {
    expect(wrap("the quick brown fox", 10)).toEqual(["the quick", "brown fox"]);
    expect(wrap("the quick    brown fox", 10)).toEqual(["the quick", "brown fox"]);
    expect(wrap("ten cells.", 10)).toEqual(["ten cells."]);
    expect(wrap("ten cells. ", 10)).toEqual(["ten cells."]);
    expect(wrap("eleven cell", 10)).toEqual(["eleven", "cell"]);
  });

  test("keeps indentation and spaces that fit", () => {
    expect(wrap("  a  b ", 10)).toEqual(["  a  b "]);
    expect(wrap("  indented text", 10)).toEqual(["  indented", "text"]);
  });

  test("breaks a word only where it is longer than a line", () => {
    expect(wrap("abcdefghijkl", 5)).toEqual(["abcde", "fghij", "kl"]);
    expect(wrap("see abcdefghijkl now", 5)).toEqual(["see", "abcde", "fghij", "kl", "now"]);
  });

  test("breaks between wide characters and never inside one", () => {
    expect(wrap("漢字仮名", 4)).toEqual(["漢字", "仮名"]);
    expect(wrap("漢字仮名", 5)).toEqual(["漢字", "仮名"]);
    expect(wrap("ab漢字", 5)).toEqual(["ab漢", "字"]);
    expect(wrap("漢字abc", 5)).toEqual(["漢字", "abc"]);
    expect(wrap(`${family}${family}`, 3)).toEqual([family, family]);
    expect(wrap("漢a", 1)).toEqual(["漢", "a"]);
  });

  test("keeps line ends, empty lines and the last one", () => {
    expect(wrap("a\n\nb\n", 10)).toEqual(["a", "", "b", ""]);
    expect(wrap("", 10)).toEqual([""]);
  });

  test("shows a tab as one space", () => {
    expect(wrap("a\tb", 10)).toEqual(["a b"]);
  });

  test("fits every line, loses nothing but spaces and breaks only between graphemes", () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = new SeededRandom(seed);
      const text = randomText(random, 60);
      const cells = random.between(2, 20);
      const boundaries = new Set([0]);
      let at = 0;
      for (const grapheme of graphemes(text)) {
        at += grapheme.length;
        boundaries.add(at);
      }
      let end = 0;
      for (const line of wrapRanges(text, cells)) {
        expect(text.slice(end, line.start).trim(), `seed ${seed}`).toBe("");
        expect(textWidth(text.slice(line.start, line.end)), `seed ${seed}`).toBeLessThanOrEqual(
          cells,
        );
        expect(boundaries.has(line.start) && boundaries.has(line.end), `seed ${seed}`).toBe(true);
        end = line.end;
      }
      expect(text.slice(end).trim(), `seed ${seed}`).toBe("");
    }
  });

  test.each([
    ["words", "lorem ipsum "],
    ["one word", "x"],
    ["ideographs", "漢字"],
    ["spaces", " "],
    ["emoji", family],
  ])("takes a line of 1 MiB of %s in well under a second", (_name, piece) => {
    const text = piece.repeat(2 ** 20 / piece.length);
    expect(cpuMsOf(() => wrap(text, 80))).toBeLessThan(500);
  });
});
