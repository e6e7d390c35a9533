import { formatCount } from "./count-text.ts";
import type { Row } from "./picture.ts";
import { span } from "./row.ts";
import type { Theme } from "./theme.ts";

/** A row of a pane, and what a click on it means. */
export interface PaneRow {
  readonly row: Row;
  /** The name of a room or the nickname of a person; `undefined` for headings. */
  readonly target: string | undefined;
}

/** Which part of a pane is seen. */
export interface PaneView {
  /** First row that is seen; while `undefined` the row `kept` is among them. */
  readonly top: number | undefined;
  /** Rows of the pane, at least 1. */
  readonly rows: number;
  readonly kept: number;
}

/**
 * What is seen of so many rows, of which `rowAt` makes those that are needed. Where some are hidden below, the
 * last row says how many.
 */
export function seenRows(
  count: number,
  rowAt: (index: number) => PaneRow,
  view: PaneView,
  theme: Theme,
): readonly PaneRow[] {
  const { rows, kept } = view;
  const range = (from: number, to: number): PaneRow[] =>
    Array.from({ length: to - from }, (_, index) => rowAt(from + index));
  if (count <= rows) return range(0, count);
  // The lowest row may be the one that counts.
  const top = Math.min(topMax(count, rows), view.top ?? Math.max(0, kept - rows + 2));
  const hidden = count - top - rows;
  if (hidden === 0) return range(top, count);
  return [...range(top, top + rows - 1), noteRow(`${formatCount(hidden + 1)} more`, theme)];
}

/** The lowest first row with which a pane of so many rows is full. */
export function topMax(count: number, rows: number): number {
  return Math.max(0, count - rows);
}

/** A row that is no entry. */
export function headingRow(text: string, theme: Theme): PaneRow {
  return { row: [span(` ${text}`, theme.dim)], target: undefined };
}

function noteRow(text: string, theme: Theme): PaneRow {
  return headingRow(`${theme.glyphs.ellipsis} ${text}`, theme);
}
