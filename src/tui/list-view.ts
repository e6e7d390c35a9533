import { inputRows } from "./input-rows.ts";
import { type ListItem, type ListState, selectedItem } from "./list-state.ts";
import { newsText } from "./news-text.ts";
import type { Picture, Row } from "./picture.ts";
import { barRow, span } from "./row.ts";
import { clip } from "./text.ts";
import type { ViewState } from "./view-state.ts";

/** A list on the whole screen. */
export interface ListView<T extends ListItem> {
  readonly title: string;
  /** At the right of the title. */
  readonly note?: string;
  /** Stands before the filter; ASCII. */
  readonly prompt: string;
  readonly list: ListState;
  /** What the filter let through. */
  readonly shown: readonly T[];
  /** The row of an item, without its mark, in that many cells. */
  readonly rowOf: (item: T, cells: number, isSelected: boolean) => Row;
  /** A heading above the first item of a section; none while it is `undefined`. */
  readonly sectionOf?: (item: T) => string;
  /** What stands in the place of the list when it is empty; wrapped by whoever gives it. */
  readonly empty: readonly Row[];
  readonly keys: readonly string[];
}

/** Rows that a list has besides those of its items: title, filter, and keys. */
const frameRows = 3;

/** Cells of the mark before an item. */
const markCells = 3;

/** So many rows a list has in a terminal of that many. */
export function listRowCount(rows: number): number {
  return Math.max(1, rows - frameRows);
}

/** The picture of a list: a title, what is typed, the rows around the marked one, and the keys. */
export function listPicture<T extends ListItem>(state: ViewState, view: ListView<T>): Picture {
  const { size, settings } = state;
  const { theme } = settings;
  const { glyphs } = theme;
  const { separator, ellipsis } = glyphs;
  const note = view.note === undefined ? "" : `${view.note} ${separator} `;
  const title = barRow(` ${view.title}`, ` ${note}Esc closes `, size.columns, theme);
  const input = inputRows(view.list.filter, {
    prompt: view.prompt,
    columns: size.columns,
    rowsMax: 1,
  });
  const count = listRowCount(size.rows);
  const list = visibleRows(view, count);
  const body =
    view.shown.length === 0 ? view.empty.slice(0, count) : bodyRows(state, view, list.rows);
  const blank: Row[] = Array.from({ length: count - body.length }, () => []);
  const news = newsText(state);
  const more = 0 < list.below ? [`${glyphs.down} ${list.below} more`] : [];
  const keys = [...more, ...view.keys].join(` ${separator} `);
  const hints = clip(` ${news ?? keys}`, size.columns, ellipsis);
  return {
    rows: [
      title,
      ...input.rows,
      ...body,
      ...blank,
      [span(hints, news === undefined ? theme.dim : theme.strong)],
    ],
    cursor: { column: input.cursor.column, row: 1 },
  };
}

/** A heading, a blank row above it, or an item. */
type ListRow<T> =
  | { readonly type: "blank" }
  | { readonly type: "section"; readonly text: string }
  | { readonly type: "item"; readonly item: T };

/** That many rows around the marked one, and how many items are below them. */
function visibleRows<T extends ListItem>(
  { shown, list, sectionOf }: ListView<T>,
  count: number,
): { readonly rows: readonly ListRow<T>[]; readonly below: number } {
  const selected = selectedItem(shown, list);
  const rows = rowsOf(shown, sectionOf);
  const selectedRow = rows.findIndex((row) => row.type === "item" && row.item === selected);
  const middle = selectedRow - Math.floor(count / 2);
  const first = Math.max(0, Math.min(middle, rows.length - count));
  const end = first + count;
  const below = rows.slice(end).filter(({ type }) => type === "item").length;
  return { rows: rows.slice(first, end), below };
}

function bodyRows<T extends ListItem>(
  { size, settings }: ViewState,
  { shown, list, rowOf }: ListView<T>,
  rows: readonly ListRow<T>[],
): Row[] {
  const { theme } = settings;
  const selected = selectedItem(shown, list);
  return rows.map((row): Row => {
    if (row.type === "blank") return [];
    if (row.type === "section") return [span(` ${row.text}`, theme.dim)];
    const isSelected = row.item === selected;
    const mark = span(` ${isSelected ? theme.glyphs.marker : " "} `, theme.strong);
    return [mark, ...rowOf(row.item, size.columns - markCells, isSelected)];
  });
}

function rowsOf<T extends ListItem>(
  shown: readonly T[],
  sectionOf: ListView<T>["sectionOf"],
): readonly ListRow<T>[] {
  const rows: ListRow<T>[] = [];
  let section: string | undefined;
  for (const item of shown) {
    const text = sectionOf?.(item);
    if (text !== undefined && text !== section) {
      if (0 < rows.length) rows.push({ type: "blank" });
      rows.push({ type: "section", text });
      section = text;
    }
    rows.push({ type: "item", item });
  }
  return rows;
}
