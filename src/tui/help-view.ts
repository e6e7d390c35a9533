import { type HelpItem, helpItems } from "./help.ts";
import { filtered, selectedItem } from "./list-state.ts";
import { listPicture } from "./list-view.ts";
import type { HelpOverlay } from "./overlay-state.ts";
import type { Picture, Row } from "./picture.ts";
import { span } from "./row.ts";
import { clip, padEnd } from "./text.ts";
import type { Theme } from "./theme.ts";
import type { ViewState } from "./view-state.ts";

/** Cells for a key or a command: most of them fit into 40, and half of a narrow screen. */
const usageCellsMax = 40;

/** The help of a place: its keys, and while chatting the commands, all from their tables. */
export function helpPicture(state: ViewState, overlay: HelpOverlay): Picture {
  const { theme } = state.settings;
  const { list } = overlay;
  const shown = filtered(helpItems(state, overlay), list);
  const isFiltered = list.filter.text.trim() !== "";
  return listPicture(state, {
    title: `Help: ${helpTitle(state, overlay)}`,
    prompt: " look for: ",
    list,
    shown,
    rowOf: (item, cells) => helpRow(item, cells, theme),
    ...(!isFiltered && { sectionOf: ({ section }: HelpItem) => section }),
    empty: [[span("   nothing is called so", theme.dim)]],
    keys: [...enterKeys(selectedItem(shown, list)), "type to filter", "Up Down PageDown move"],
  });
}

function enterKeys(item: HelpItem | undefined): readonly string[] {
  if (item?.use === undefined) return [];
  return [item.use.type === "press" ? "Enter does it" : "Enter writes it"];
}

function helpTitle({ screen }: ViewState, { over }: HelpOverlay): string {
  if (over?.type === "reader") return "reading a message";
  if (over !== undefined) return "choosing from a list";
  switch (screen.type) {
    case "picker":
      return "choosing a server";
    case "nickname":
      return "choosing a nickname";
    case "changed":
      return "a server that has changed";
    case "room":
      return "chatting";
  }
}

function helpRow({ usage, help }: HelpItem, cells: number, theme: Theme): Row {
  const { ellipsis } = theme.glyphs;
  const usageCells = Math.min(usageCellsMax, Math.floor(cells / 2) - 1);
  return [
    span(`${padEnd(clip(usage, usageCells, ellipsis), usageCells)} `, theme.strong),
    span(clip(help, cells - usageCells - 1, ellipsis)),
  ];
}
