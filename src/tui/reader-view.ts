import { newsText } from "./news-text.ts";
import type { ReaderOverlay } from "./overlay-state.ts";
import type { Picture, Row } from "./picture.ts";
import { readerPane, readerTop } from "./reader.ts";
import { rowsFrom } from "./reader-rows.ts";
import { barRow, span } from "./row.ts";
import { clip } from "./text.ts";
import type { ViewState } from "./view-state.ts";

/** The way back first: where it is narrow the others are cut. */
const readerKeys = ["Esc back", "PageUp PageDown scroll", "Home start", "End end"];

/** The picture of a message that is read on the whole screen. */
export function readerPicture(state: ViewState, reader: ReaderOverlay): Picture {
  const { size, settings } = state;
  const { theme } = settings;
  const { separator, ellipsis } = theme.glyphs;
  const pane = readerPane(size);
  // One row more tells whether this is the end.
  const shown = rowsFrom(reader.text, readerTop(reader, size), pane.cells, pane.rows + 1);
  const isEnd = shown.length <= pane.rows;
  const seen = isEnd ? 1 : (shown.at(-1)?.start ?? 0) / reader.text.length;
  const title = ` ${reader.from} ${separator} ${reader.size}`;
  const hints = newsText(state) ?? readerKeys.join(` ${separator} `);
  const body: Row[] = shown
    .slice(0, pane.rows)
    .map((row) => [span(` ${reader.text.slice(row.start, row.end).replaceAll("\t", " ")}`)]);
  const blank: Row[] = Array.from({ length: pane.rows - body.length }, () => []);
  return {
    rows: [
      barRow(title, ` ${Math.floor(100 * seen)} % `, size.columns, theme),
      ...body,
      ...blank,
      [span(clip(` ${hints}`, size.columns, ellipsis), theme.dim)],
    ],
  };
}
