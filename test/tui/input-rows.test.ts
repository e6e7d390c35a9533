import { describe, expect, test } from "vitest";
import { inputRows } from "../../src/tui/input-rows.ts";
import { graphemes } from "../../src/tui/text.ts";
import { SeededRandom } from "../support/random.ts";
import { rowWidth } from "../support/row-width.ts";

function laidOut(text: string, cursor: number, rowsMax = 6) {
  const { rows, cursor: at } = inputRows({ text, cursor }, { prompt: "> ", columns: 10, rowsMax });
  return { rows: rows.map((row) => row.map((span) => span.text).join("")), at };
}

describe("a line that is typed", () => {
  test("stands behind the prompt with the cursor in it", () => {
    expect(laidOut("hello", 2)).toEqual({ rows: ["> hello"], at: { column: 4, row: 0 } });
    expect(laidOut("", 0)).toEqual({ rows: ["> "], at: { column: 2, row: 0 } });
  });

  test("breaks where the row is full, and the cursor has a cell of its own", () => {
    expect(laidOut("12345678", 8)).toEqual({
      rows: ["> 12345678", "  "],
      at: { column: 2, row: 1 },
    });
    expect(laidOut("123456789", 3)).toEqual({
      rows: ["> 12345678", "  9"],
      at: { column: 5, row: 0 },
    });
  });

  test("has the cursor in the next row when it stands on a line feed behind a full one", () => {
    expect(laidOut("12345678\n9", 8)).toEqual({
      rows: ["> 12345678", "  ", "  9"],
      at: { column: 2, row: 1 },
    });
  });

  test("never cuts a wide character", () => {
    expect(laidOut("1234567漢", 8).rows).toEqual(["> 1234567", "  漢"]);
  });

  test("keeps its own line feeds, and shows tabs as blanks", () => {
    expect(laidOut("a\n\tb", 4)).toEqual({ rows: ["> a", "   b"], at: { column: 4, row: 1 } });
    expect(laidOut("a\n", 2)).toEqual({ rows: ["> a", "  "], at: { column: 2, row: 1 } });
  });

  test("of more rows than there may be is seen around the cursor", () => {
    const text = "1\n2\n3\n4\n5";
    expect(laidOut(text, 9, 2)).toEqual({ rows: ["  4", "  5"], at: { column: 3, row: 1 } });
    expect(laidOut(text, 0, 2)).toEqual({ rows: ["> 1", "  2"], at: { column: 2, row: 0 } });
  });
});

test("every row fits and the cursor is inside, wherever it stands", () => {
  const alphabet = ["a", "漢", "👩‍👩‍👧", "\n", "e\u0301", " ", "\t"];
  for (let seed = 1; seed <= 200; seed += 1) {
    const random = new SeededRandom(seed);
    const text = Array.from({ length: random.between(0, 60) }, () => random.pick(alphabet)).join(
      "",
    );
    const boundaries = [0];
    for (const one of graphemes(text)) boundaries.push(boundaries.at(-1)! + one.length);
    const cursor = random.pick(boundaries);
    const columns = random.between(8, 30);
    const rowsMax = random.between(1, 6);
    const { rows, cursor: at } = inputRows({ text, cursor }, { prompt: "> ", columns, rowsMax });
    const seen = `seed ${seed}: ${JSON.stringify(text)} at ${cursor}`;
    expect(rows.length, seen).toBeLessThanOrEqual(rowsMax);
    expect(at.row, seen).toBeLessThan(rows.length);
    expect(at.column, seen).toBeLessThan(columns);
    for (const row of rows) expect(rowWidth(row), seen).toBeLessThanOrEqual(columns);
  }
});
