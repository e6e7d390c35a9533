import { graphemeEnd, graphemeWidth, type TextRange, textWidth } from "./text.ts";

/** What is written, and where in it. */
export interface WrittenText {
  readonly text: string;
  readonly cursor: number;
}

/** A place in another row. */
export interface RowStep {
  readonly cursor: number;
  /** The column in cells that further steps aim at. */
  readonly column: number;
}

/**
 * Where the cursor comes to when it moves one row up (-1) or down (1) of rows of so many cells, as
 * `inputRows` breaks them; `undefined` when there is no such row. `column` is what the last step aimed at.
 */
export function rowStep(
  written: WrittenText,
  options: { readonly cells: number; readonly by: -1 | 1; readonly column: number | undefined },
): RowStep | undefined {
  const { text, cursor } = written;
  const rows = displayRows(written, options.cells);
  const index = rows.findLastIndex(({ start }) => start <= cursor);
  const row = rows[index];
  const target = rows[index + options.by];
  if (row === undefined || target === undefined) return undefined;
  const column = options.column ?? textWidth(text.slice(row.start, cursor));
  // The end of a row that goes on is the start of the next.
  const isBroken = rows[index + options.by + 1]?.start === target.end;
  return { cursor: offsetAt(text, target, column, isBroken), column };
}

/** Ranges without their line feeds. Rows break anywhere, where the next grapheme does not fit. */
function displayRows({ text, cursor }: WrittenText, cells: number): TextRange[] {
  const rows: TextRange[] = [];
  let start = 0;
  let width = 0;
  const endRow = (end: number, next: number): void => {
    rows.push({ start, end });
    // The cursor needs a cell, also behind a full row.
    if (end === cursor && cells <= width && start < end) rows.push({ start: end, end });
    start = next;
    width = 0;
  };
  for (let at = 0; at < text.length; ) {
    const end = graphemeEnd(text, at);
    if (text.charAt(at) === "\n") endRow(at, end);
    else {
      const grapheme = text.slice(at, end);
      const graphemeCells = grapheme === "\t" ? 1 : graphemeWidth(grapheme);
      if (cells < width + graphemeCells) {
        rows.push({ start, end: at });
        start = at;
        width = 0;
      }
      width += graphemeCells;
    }
    at = end;
  }
  endRow(text.length, text.length);
  return rows;
}

function offsetAt(text: string, row: TextRange, column: number, isBroken: boolean): number {
  let at = row.start;
  for (let width = 0; at < row.end; ) {
    const next = graphemeEnd(text, at);
    width += graphemeWidth(text.slice(at, next));
    if (column < width || (isBroken && next === row.end)) break;
    at = next;
  }
  return at;
}
