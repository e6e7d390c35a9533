import { aboutText } from "./about.ts";
import { commandUsage } from "./command.ts";
import { findCommand } from "./command-table.ts";
import { menuHeight, menuRows } from "./completion-view.ts";
import type { About } from "./draft.ts";
import { type InputRows, inputRows, prompt } from "./input-rows.ts";
import { inputSearchRows } from "./input-search.ts";
import { passwordRows } from "./password-entry.ts";
import type { Row, Size } from "./picture.ts";
import { span } from "./row.ts";
import { findSetting, settingUsage } from "./setting-table.ts";
import { clip, textWidth } from "./text.ts";
import type { RoomScreen, ViewState } from "./view-state.ts";

const usualKeys = ["Enter send", "PageUp older", "F8 people", "F1 help", "Ctrl+Q quit"];
const pasteKeys = ["Enter send as one message", "Alt+E edit", "Esc drop"];
const passwordKeys = ["Enter done", "Esc do nothing"];
const messageKeys = ["r reply", "e edit", "+ react", "d delete", "c copy", "o open", "Esc back"];
const aboutKeys = ["Enter send", "Esc leave it"];
const menuKeys = ["Tab next", "Shift+Tab back", "Enter take it", "Esc what you typed"];
const searchKeys = ["Ctrl+R older", "Enter take it", "Esc back"];

/** What the keys do just now. */
export function inputKeys(screen: RoomScreen): readonly string[] {
  const { password, inputSearch, paste, completing, editor } = screen;
  if (password !== undefined) return passwordKeys;
  if (screen.selection?.mode === "choosing") return messageKeys;
  if (inputSearch !== undefined) return searchKeys;
  if (paste !== undefined) return pasteKeys;
  if (completing?.type === "menu") return menuKeys;
  return screen.about === undefined ? (commandKeys(editor.text) ?? usualKeys) : aboutKeys;
}

/** While a command is typed it is said what comes after its name. */
function commandKeys(text: string): readonly string[] | undefined {
  const [, typed] = /^\/(\S+)/.exec(text) ?? [];
  const found = typed === undefined ? undefined : findCommand(typed);
  if (found === undefined || "candidates" in found) return undefined;
  const [, name] = /^\S+\s+(\S+)\s/.exec(text) ?? [];
  const setting = found.name === "set" && name !== undefined ? findSetting(name) : undefined;
  return setting === undefined
    ? [commandUsage(found), found.help]
    : [`${setting.name} ${settingUsage(setting)}`, setting.help];
}

/** How many rows `typedRows` gives. */
export function typedHeight(screen: RoomScreen, { columns, rows }: Size, rowsMax: number): number {
  const aboutHeight = screen.about === undefined ? 0 : 1;
  return menuHeight(screen.completing, rows) + aboutHeight + inputHeight(screen, columns, rowsMax);
}

function inputHeight(screen: RoomScreen, columns: number, rowsMax: number): number {
  const { password, inputSearch, paste, editor } = screen;
  if (password !== undefined || inputSearch !== undefined || paste !== undefined) return 1;
  return inputRows(editor, { prompt, columns, rowsMax }).rows.length;
}

/**
 * What is typed, below the menu of what may be meant. `areKeysBelow`: there is a row for the keys, so that
 * they need not stand here.
 */
export function typedRows(
  state: ViewState,
  screen: RoomScreen,
  options: { readonly rowsMax: number; readonly areKeysBelow: boolean },
): InputRows {
  const { theme } = state.settings;
  const { about, completing } = screen;
  const above = [
    ...menuRows(completing, state.size, theme),
    ...(about === undefined ? [] : [aboutRow(about, options.areKeysBelow, state)]),
  ];
  const { rows, cursor } = writtenRows(state, screen, options);
  return { rows: [...above, ...rows], cursor: { ...cursor, row: above.length + cursor.row } };
}

function aboutRow(about: About, areKeysBelow: boolean, { size, settings }: ViewState): Row {
  const { glyphs, dim } = settings.theme;
  const text = ` ${glyphs.reply} ${aboutText(about)}`;
  const keys = areKeysBelow ? "" : "  Esc leaves it";
  return [span(clip(text, Math.max(1, size.columns - keys.length), glyphs.ellipsis) + keys, dim)];
}

function writtenRows(
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
