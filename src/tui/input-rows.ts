import type { Row } from "./picture.ts";
import { span } from "./row.ts";
import { graphemeEnd, graphemeWidth } from "./text.ts";

/** A line that is being typed, laid out in rows. */
export interface InputRows {
  readonly rows: readonly Row[];
  /** Within `rows`, from 0. */
  readonly cursor: { readonly column: number; readonly row: number };
}

interface Layout {
  readonly lines: string[];
  cursorRow: number;
  cursorColumn: number;
}

/**
 * Lays the text out behind the prompt (which must be ASCII), in at most `rowsMax` rows around the
 * cursor. Rows break anywhere, so that a row's end never moves what was typed before it.
 */
export function inputRows(
  input: { readonly text: string; readonly cursor: number },
  options: { readonly prompt: string; readonly columns: number; readonly rowsMax: number },
): InputRows {
  const { prompt, columns, rowsMax } = options;
  const layout = breakAnywhere(input.text, input.cursor, Math.max(2, columns - prompt.length));
  const first = Math.max(0, layout.cursorRow - rowsMax + 1);
  const indent = " ".repeat(prompt.length);
  const rows = layout.lines
    .slice(first, first + rowsMax)
    .map((line, index) => [span((first + index === 0 ? prompt : indent) + line)]);
  const cursor = { column: prompt.length + layout.cursorColumn, row: layout.cursorRow - first };
  return { rows, cursor };
}

function breakAnywhere(text: string, cursor: number, cells: number): Layout {
  const layout: Layout = { lines: [], cursorRow: 0, cursorColumn: 0 };
  let line = "";
  let width = 0;
  const endLine = () => {
    layout.lines.push(line);
    line = "";
    width = 0;
  };
  for (let at = 0; at < text.length; ) {
    const end = graphemeEnd(text, at);
    const grapheme = text.slice(at, end);
    const isLineFeed = grapheme === "\n";
    const shown = grapheme === "\t" ? " " : grapheme;
    const shownCells = isLineFeed ? 0 : graphemeWidth(shown);
    // The cursor needs a cell, also on what has no width.
    if (cells < width + (at === cursor ? Math.max(1, shownCells) : shownCells)) endLine();
    if (at === cursor) markCursor(layout, width);
    if (isLineFeed) endLine();
    else {
      line += shown;
      width += shownCells;
    }
    at = end;
  }
  if (cursor === text.length) {
    if (cells <= width) endLine();
    markCursor(layout, width);
  }
  endLine();
  return layout;
}

function markCursor(layout: Layout, column: number): void {
  layout.cursorRow = layout.lines.length;
  layout.cursorColumn = column;
}
