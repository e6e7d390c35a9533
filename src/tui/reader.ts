import { entryText } from "../room/entry.ts";
import { textSize } from "./count-text.ts";
import type { Line } from "./line.ts";
import type { MessageContext } from "./message-context.ts";
import { isFolded, nickOf, timeOf } from "./message-rows.ts";
import type { OverlayKey, ReaderOverlay } from "./overlay-state.ts";
import type { Size } from "./picture.ts";
import { rowStartAbove, rowsFrom } from "./reader-rows.ts";
import { type MessagePane, visibleLines } from "./scroll.ts";
import { type Step, type ViewState, withOverlay } from "./view-state.ts";

/** The lowest folded message that is seen, as it is read, or `undefined` when none is folded. */
export function foldedReader(pane: MessagePane): ReaderOverlay | undefined {
  const { context } = pane;
  const line = visibleLines(pane).findLast((other) => isFolded(other, context));
  // What the server lost, and who came and went, has no text of its own.
  if (line === undefined || line.type === "damaged" || line.type === "presence") return undefined;
  return readerOf(line, context);
}

/** A line as it is read. */
export function readerOf(
  line: Exclude<Line, { type: "damaged" | "presence" }>,
  context: MessageContext,
): ReaderOverlay {
  const text = line.type === "said" ? entryText(line.entry) : line.text;
  const time = timeOf(line);
  const when = time === undefined ? "" : ` ${context.timeFormat.time(time)}`;
  return {
    type: "reader",
    from: `${nickOf(line, context)}${when}`,
    text,
    size: textSize(text),
    top: 0,
    over: undefined,
  };
}

/** A key while a message is read. */
export function reduceReader(
  state: ViewState,
  reader: ReaderOverlay,
  { action }: OverlayKey,
): Step {
  const pane = readerPane(state.size);
  const page = Math.max(1, pane.rows - 1);
  const top = readerTop(reader, state.size);
  const moved = (to: number): Step => withOverlay(state, { ...reader, top: to });
  switch (action) {
    case "back":
      return withOverlay(state, reader.over);
    case "scroll-line-up":
      return moved(rowStartAbove(reader.text, top, pane.cells, 1));
    case "scroll-page-up":
      return moved(rowStartAbove(reader.text, top, pane.cells, page));
    case "scroll-line-down":
      return moved(rowStartBelow(reader, top, pane.cells, 1));
    case "scroll-page-down":
      return moved(rowStartBelow(reader, top, pane.cells, page));
    case "scroll-top":
      return moved(0);
    case "scroll-bottom":
      return moved(reader.text.length);
    default:
      return { state, effects: [] };
  }
}

/** The rectangle in which a message is read: what a title, a line of hints and a margin leave. */
export function readerPane(size: Size): { readonly rows: number; readonly cells: number } {
  return { rows: size.rows - 2, cells: size.columns - 2 };
}

/** Where the first row that is seen starts: that of `top`, but never so low that rows stay empty. */
export function readerTop({ text, top }: ReaderOverlay, size: Size): number {
  const { rows, cells } = readerPane(size);
  const wanted = rowStartAbove(text, top, cells, 0);
  return Math.min(wanted, rowStartAbove(text, text.length, cells, rows - 1));
}

function rowStartBelow({ text }: ReaderOverlay, top: number, cells: number, count: number): number {
  return rowsFrom(text, top, cells, count + 1).at(-1)?.start ?? top;
}
