import type { Completing } from "./completing.ts";
import type { Row } from "./picture.ts";
import { span } from "./row.ts";
import { clip, padEnd, textWidth } from "./text.ts";
import type { Theme } from "./theme.ts";

/** Rows of the menu at most; the others scroll. */
export const menuRowsMax = 6;

/** Columns of the names, so that what is said of them stands in line. */
const labelCellsMax = 32;

/** How many rows `menuRows` gives in a terminal so high: no more than a quarter of it. */
export function menuHeight(completing: Completing | undefined, rows: number): number {
  if (completing?.type !== "menu") return 0;
  return Math.min(menuRowsMax, Math.max(1, Math.floor(rows / 4)), completing.candidates.length);
}

/** The candidates around the chosen one, which is marked. */
export function menuRows(
  completing: Completing | undefined,
  size: { readonly columns: number; readonly rows: number },
  theme: Theme,
): Row[] {
  const height = menuHeight(completing, size.rows);
  if (completing?.type !== "menu") return [];
  const { candidates, chosen } = completing;
  const { marker, ellipsis } = theme.glyphs;
  const first = Math.max(0, Math.min((chosen ?? 0) - (height >> 1), candidates.length - height));
  const shown = candidates.slice(first, first + height);
  const widest = Math.max(...shown.map(({ label }) => textWidth(label)));
  const labelCells = Math.min(labelCellsMax, widest, size.columns - 4);
  return shown.map(({ label, help }, index) => {
    const isChosen = first + index === chosen;
    const isLast = index === shown.length - 1;
    const rest = isLast ? countText(first + index + 1, candidates.length) : "";
    const name = padEnd(clip(label, labelCells, ellipsis), labelCells);
    const told = clip(`  ${help}${rest}`, Math.max(0, size.columns - labelCells - 3), ellipsis);
    return [
      span(isChosen ? ` ${marker}` : "  ", theme.strong),
      span(name, isChosen ? theme.bar : theme.plain),
      span(told, theme.dim),
    ];
  });
}

/** Where there are more than fit it says so. */
function countText(last: number, count: number): string {
  return last < count ? `  (${count - last} more)` : "";
}
