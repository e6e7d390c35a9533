import { keyLabel } from "./key-table.ts";
import {
  emptyList,
  filtered,
  type ListItem,
  movedList,
  selectedItem,
  typedList,
} from "./list-state.ts";
import { listRowCount } from "./list-view.ts";
import type { OverlayKey, OverlayStep, SettingsOverlay } from "./overlay-state.ts";
import { settingText } from "./preferences.ts";
import { runSettingCommand } from "./setting-command.ts";
import { type SettingDescription, settings } from "./setting-table.ts";
import { type Moment, type ViewState, withOverlay } from "./view-state.ts";
import { writtenInput } from "./written-input.ts";

/** A setting, or a key that was given another meaning. */
export interface SettingItem extends ListItem {
  readonly section: string;
  readonly name: string;
  readonly value: string;
  readonly help: string;
  readonly use: /** Enter takes the next of its values. */
    | { readonly type: "next"; readonly value: string }
    | { readonly type: "write"; readonly text: string };
}

/** The settings as they open. */
export const emptySettings: SettingsOverlay = { type: "settings", list: emptyList };

/** Every setting with its value, and the keys that were changed. */
export function settingItems({ settings: { content } }: ViewState): readonly SettingItem[] {
  const keys = [...content.keys].map(([key, action]): SettingItem => {
    const name = keyLabel(key);
    const use = { type: "write", text: `/bind ${name} ` } as const;
    const help = "usual takes it back";
    const searched = `${name} ${action}`;
    return { key: `key ${key}`, section: "CHANGED KEYS", name, value: action, help, use, searched };
  });
  return [
    ...settings.map((setting) => settingItem(setting, settingText(content, setting.name))),
    ...keys,
  ];
}

/** A key while settings are looked at; what is changed counts at once, and is kept. */
export function reduceSettings(
  state: ViewState,
  overlay: SettingsOverlay,
  { moment, key, action }: OverlayKey,
): OverlayStep {
  const { list } = overlay;
  if (action === "back") return withOverlay(state, undefined);
  const shown = filtered(settingItems(state), list);
  if (action === "choose") return changed(moment, state, selectedItem(shown, list));
  const moved = movedList(list, shown, action, listRowCount(state.size.rows));
  return withOverlay(state, { ...overlay, list: moved ?? typedList(list, key) });
}

function changed(moment: Moment, state: ViewState, item: SettingItem | undefined): OverlayStep {
  const { screen } = state;
  if (item === undefined || screen.type !== "room") return { state, effects: [] };
  if (item.use.type === "write") {
    return writtenInput({ ...state, overlay: undefined }, item.use.text);
  }
  return runSettingCommand({ moment, state, screen }, "set", `${item.name} ${item.use.value}`);
}

function settingItem({ name, kind, help }: SettingDescription, value: string): SettingItem {
  const isChoice = kind.type === "choice";
  const values = isChoice ? kind.values : [];
  const next = values[(values.indexOf(value) + 1) % values.length];
  const use =
    next === undefined
      ? ({ type: "write", text: `/set ${name} ${value}` } as const)
      : ({ type: "next", value: next } as const);
  const searched = name;
  return { key: name, section: "SETTINGS", name, value, help, use, searched, explained: help };
}
