import type { Row, Span, Style } from "./picture.ts";
import { clip, padEnd, textWidth } from "./text.ts";
import type { Theme } from "./theme.ts";

/** One span. */
export function span(text: string, style: Style = {}): Span {
  return { text, style };
}

/** The row cut or filled with blanks of this style to exactly this many cells. */
export function fitRow(row: Row, cells: number, style: Style = {}): Row {
  const fitted: Span[] = [];
  let left = cells;
  for (const part of row) {
    const width = textWidth(part.text);
    if (left < width) {
      const text = clip(part.text, left, "");
      fitted.push({ ...part, text });
      left -= textWidth(text);
      break;
    }
    fitted.push(part);
    left -= width;
  }
  if (0 < left) fitted.push(span(" ".repeat(left), style));
  return fitted;
}

/** A bar: one text at the left, one at the right, the left one cut where they meet. */
export function barRow(left: string, right: string, cells: number, theme: Theme): Row {
  const { ellipsis } = theme.glyphs;
  const shownRight = clip(right, cells, ellipsis);
  const leftCells = cells - textWidth(shownRight);
  return [span(padEnd(clip(left, leftCells, ellipsis), leftCells) + shownRight, theme.bar)];
}
