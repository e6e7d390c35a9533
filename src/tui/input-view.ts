import { type InputRows, inputRows, prompt } from "./input-rows.ts";
import { inputSearchRows } from "./input-search.ts";
import { passwordRows } from "./password-entry.ts";
import { span } from "./row.ts";
import { clip, textWidth } from "./text.ts";
import type { RoomScreen, ViewState } from "./view-state.ts";

const usualKeys = ["Enter send", "PageUp older", "F8 people", "F1 help", "Ctrl+Q quit"];
const pasteKeys = ["Enter send as one message", "Alt+E edit", "Esc drop"];
const passwordKeys = ["Enter done", "Esc do nothing"];
const searchKeys = ["Ctrl+R older", "Enter take it", "Esc back"];

/** What the keys do just now. */
export function inputKeys({ password, inputSearch, paste }: RoomScreen): readonly string[] {
  if (password !== undefined) return passwordKeys;
  if (inputSearch !== undefined) return searchKeys;
  return paste === undefined ? usualKeys : pasteKeys;
}

/** How many rows `typedRows` gives. */
export function typedHeight(screen: RoomScreen, columns: number, rowsMax: number): number {
  const { password, inputSearch, paste, editor } = screen;
  if (password !== undefined || inputSearch !== undefined || paste !== undefined) return 1;
  return inputRows(editor, { prompt, columns, rowsMax }).rows.length;
}

/** What is typed. `areKeysBelow`: there is a row for the keys, so that they need not stand here. */
export function typedRows(
  state: ViewState,
  screen: RoomScreen,
  options: { readonly rowsMax: number; readonly areKeysBelow: boolean },
): InputRows {
  const { columns } = state.size;
  if (screen.password !== undefined) return passwordRows(screen.password, columns);
  if (screen.inputSearch !== undefined) {
    return inputSearchRows(screen, screen.inputSearch, columns);
  }
  if (screen.paste === undefined) {
    return inputRows(screen.editor, { prompt, columns, rowsMax: options.rowsMax });
  }
  const { separator, ellipsis } = state.settings.theme.glyphs;
  const chip = `${prompt}[paste ${screen.paste.size}]`;
  const keys = options.areKeysBelow ? "" : ` ${pasteKeys.join(` ${separator} `)}`;
  const rows = [[span(chip, { isBold: true }), span(clip(keys, columns - chip.length, ellipsis))]];
  return { rows, cursor: { column: Math.min(columns - 1, textWidth(chip)), row: 0 } };
}
