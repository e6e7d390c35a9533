import { textSize } from "./count-text.ts";
import {
  emptyList,
  filtered,
  type ListItem,
  movedList,
  selectedItem,
  typedList,
} from "./list-state.ts";
import { listRowCount } from "./list-view.ts";
import type { LogLine } from "./log.ts";
import type { LogOverlay, OverlayKey, OverlayStep } from "./overlay-state.ts";
import { type ViewState, withOverlay } from "./view-state.ts";

/** A line of the log in the list. */
export interface LogItem extends ListItem {
  readonly line: LogLine;
}

/** The log as it opens. */
export const emptyLog: LogOverlay = { type: "log", list: emptyList };

/** What happened, the newest first. */
export function logItems({ log }: ViewState): readonly LogItem[] {
  return log.toReversed().map((line) => ({ key: String(line.number), searched: line.text, line }));
}

/** A key while the log is read; Enter shows all of a long line. */
export function reduceLog(
  state: ViewState,
  overlay: LogOverlay,
  { key, action }: OverlayKey,
): OverlayStep {
  const { list } = overlay;
  if (action === "back") return withOverlay(state, undefined);
  const shown = filtered(logItems(state), list);
  const item = selectedItem(shown, list);
  if (action === "choose") {
    if (item === undefined) return { state, effects: [] };
    const { at, text } = item.line;
    const from = state.settings.timeFormat.time(at);
    const size = textSize(text);
    return withOverlay(state, { type: "reader", from, text, size, top: 0, over: overlay });
  }
  const moved = movedList(list, shown, action, listRowCount(state.size.rows));
  return withOverlay(state, { ...overlay, list: moved ?? typedList(list, key) });
}
