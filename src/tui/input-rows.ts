import type { Row } from "./picture.ts";
import { span } from "./row.ts";
import { graphemeEnd, graphemeWidth } from "./text.ts";

/** Stands before what is typed. */
export const prompt = "> ";

/** A line that is being typed, laid out in rows. */
export interface InputRows {
  readonly rows: readonly Row[];
  /** Within `rows`, from 0. */
  readonly cursor: { readonly column: number; readonly row: number };
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
  const layout = new Layout(Math.max(2, columns - prompt.length));
  const { text } = input;
  for (let at = 0; at < text.length; ) {
    const end = graphemeEnd(text, at);
    layout.put(text.slice(at, end), at === input.cursor);
    at = end;
  }
  // Behind the text nothing stands but maybe the cursor.
  layout.put("", input.cursor === text.length);
  const lines = layout.end();
  const first = Math.max(0, layout.cursorRow - rowsMax + 1);
  const indent = " ".repeat(prompt.length);
  const rows = lines
    .slice(first, first + rowsMax)
    .map((line, index) => [span((first + index === 0 ? prompt : indent) + line)]);
  const cursor = { column: prompt.length + layout.cursorColumn, row: layout.cursorRow - first };
  return { rows, cursor };
}

class Layout {
  readonly #cells: number;
  readonly #lines: string[] = [];
  #line = "";
  #width = 0;
  cursorRow = 0;
  cursorColumn = 0;

  constructor(cells: number) {
    this.#cells = cells;
  }

  put(grapheme: string, isAtCursor: boolean): void {
    const isLineFeed = grapheme === "\n";
    const shown = grapheme === "\t" ? " " : grapheme;
    const width = isLineFeed ? 0 : graphemeWidth(shown);
    // The cursor needs a cell, also on what has no width.
    if (this.#cells < this.#width + (isAtCursor ? Math.max(1, width) : width)) this.#endLine();
    if (isAtCursor) {
      this.cursorRow = this.#lines.length;
      this.cursorColumn = this.#width;
    }
    if (isLineFeed) this.#endLine();
    else {
      this.#line += shown;
      this.#width += width;
    }
  }

  end(): readonly string[] {
    this.#endLine();
    return this.#lines;
  }

  #endLine(): void {
    this.#lines.push(this.#line);
    this.#line = "";
    this.#width = 0;
  }
}
