import { filtered, selectedItem } from "./list-state.ts";
import { listPicture } from "./list-view.ts";
import type { SettingsOverlay } from "./overlay-state.ts";
import type { Picture, Row } from "./picture.ts";
import { span } from "./row.ts";
import { type SettingItem, settingItems } from "./settings-overlay.ts";
import { clip, padEnd } from "./text.ts";
import type { Theme } from "./theme.ts";
import type { ViewState } from "./view-state.ts";

/** The longest name of a setting, and of most keys. */
const nameCells = 14;

/** `mentions` and `contrast` fit; lists of words are cut. */
const valueCellsMax = 24;

/** The picture of the settings. */
export function settingsPicture(state: ViewState, overlay: SettingsOverlay): Picture {
  const { theme } = state.settings;
  const { list } = overlay;
  const shown = filtered(settingItems(state), list);
  const item = selectedItem(shown, list);
  const enter =
    item?.use.type === "next" ? [`Enter makes it ${item.use.value}`] : ["Enter writes the command"];
  return listPicture(state, {
    title: "Settings",
    prompt: " look for: ",
    list,
    shown,
    rowOf: (each, cells) => settingRow(each, cells, theme),
    sectionOf: ({ section }: SettingItem) => section,
    empty: [[span("   nothing is called so", theme.dim)]],
    keys: [...enter, "type to filter", "Up Down move"],
  });
}

function settingRow({ name, value, help }: SettingItem, cells: number, theme: Theme): Row {
  const { ellipsis } = theme.glyphs;
  const valueCells = Math.min(valueCellsMax, Math.floor((cells - nameCells) / 2));
  const rest = cells - nameCells - valueCells - 2;
  const shown = value === "" ? "nothing" : value;
  return [
    span(`${padEnd(clip(name, nameCells, ellipsis), nameCells)} `),
    span(`${padEnd(clip(shown, valueCells, ellipsis), valueCells)} `, theme.strong),
    span(clip(help, rest, ellipsis), theme.dim),
  ];
}
