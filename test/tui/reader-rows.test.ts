import { describe, expect, test } from "vitest";
import { pieceUnitsMax, rowStartAbove, rowsFrom } from "../../src/tui/reader-rows.ts";
import { textWidth } from "../../src/tui/text.ts";
import { cpuMsOf } from "../support/cpu-time.ts";
import { SeededRandom } from "../support/random.ts";

function shown(text: string, offset: number, cells: number, count: number): string[] {
  return rowsFrom(text, offset, cells, count).map(({ start, end }) => text.slice(start, end));
}

describe("the rows of a text that is read", () => {
  test("start with the one that the offset is in", () => {
    const text = "one two three\n\nfour\n";
    expect(shown(text, 0, 8, 9)).toEqual(["one two", "three", "", "four", ""]);
    expect(shown(text, 6, 8, 2)).toEqual(["one two", "three"]);
    expect(shown(text, 9, 8, 2)).toEqual(["three", ""]);
    expect(shown(text, text.length, 8, 2)).toEqual([""]);
  });

  test("are counted upwards to the beginning and no further", () => {
    const text = "one two three\n\nfour\n";
    expect(rowStartAbove(text, text.length, 8, 1)).toBe(text.indexOf("four"));
    expect(rowStartAbove(text, text.length, 8, 3)).toBe(text.indexOf("three"));
    expect(rowStartAbove(text, text.length, 8, 4)).toBe(0);
    expect(rowStartAbove(text, text.length, 8, 99)).toBe(0);
    expect(rowStartAbove("", 0, 8, 1)).toBe(0);
  });

  test("of a paragraph of one piece are whole, and one unit more makes another piece", () => {
    const whole = "x".repeat(pieceUnitsMax);
    expect(rowsFrom(whole, 0, pieceUnitsMax, 9)).toHaveLength(1);
    expect(rowsFrom(`${whole}y`, 0, pieceUnitsMax, 9)).toHaveLength(2);
    expect(rowStartAbove(`${whole}y`, pieceUnitsMax, pieceUnitsMax, 1)).toBe(0);
    expect(rowsFrom(`${whole}\ny`, pieceUnitsMax, pieceUnitsMax, 9)).toHaveLength(2);
  });

  test("part neither words nor surrogate pairs where pieces meet", () => {
    const words = "lorem ipsum dolor ".repeat(1_000);
    for (const row of shown(words, 0, 100, 400)) expect(row).toMatch(/^(lorem|ipsum|dolor|$)/);
    const pairs = `x${"😀".repeat(pieceUnitsMax)}`;
    for (const row of shown(pairs, 0, 100, 400)) expect(row.isWellFormed()).toBe(true);
  });

  test("lose nothing but blanks and line feeds, fit, and are the same from below as from above", () => {
    const alphabet = [
      "a",
      "bc",
      " ",
      " ",
      "\n",
      "王",
      "é",
      "👩‍👩‍👧",
      "x".repeat(300),
      " y".repeat(900),
    ];
    for (let seed = 1; seed <= 40; seed += 1) {
      const random = new SeededRandom(seed);
      const length = random.between(0, 60);
      const text = Array.from({ length }, () => random.pick(alphabet)).join("");
      const cells = random.between(2, 90);
      const rows = rowsFrom(text, 0, cells, 1_000_000);
      const visible = rows.map(({ start, end }) => text.slice(start, end)).join("");
      expect(visible.replace(/\s/g, ""), `seed ${seed}`).toBe(text.replace(/\s/g, ""));
      for (const { start, end } of rows) {
        expect(textWidth(text.slice(start, end)), `seed ${seed}`).toBeLessThanOrEqual(cells);
      }
      for (let tries = 0; tries < 10; tries += 1) {
        const index = random.between(0, rows.length - 1);
        const above = rowStartAbove(text, text.length, cells, index);
        expect(above, `seed ${seed}, ${index} up`).toBe(rows.at(-1 - index)?.start);
      }
    }
  });

  test.each([
    ["one endless line", "x"],
    ["nothing but line feeds", "\n"],
    ["emoji without an end", "😀"],
  ])("of 16 MiB of %s cost milliseconds, wherever they are", (_, unit) => {
    const text = unit.repeat((16 * 2 ** 20) / unit.length);
    const tookMs = cpuMsOf(() => {
      const top = rowStartAbove(text, text.length, 80, 60);
      expect(rowsFrom(text, top, 80, 60)).toHaveLength(60);
      expect(rowsFrom(text, text.length / 2, 80, 60)).toHaveLength(60);
    });
    expect(tookMs).toBeLessThan(1_000);
  });
});
