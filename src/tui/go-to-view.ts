import { type GoToItem, goToItems } from "./go-to.ts";
import { filtered } from "./list-state.ts";
import { listPicture } from "./list-view.ts";
import type { GoToOverlay } from "./overlay-state.ts";
import type { Picture, Row } from "./picture.ts";
import { span } from "./row.ts";
import { clip, padEnd, padStart, textWidth } from "./text.ts";
import type { Theme } from "./theme.ts";
import type { ViewState } from "./view-state.ts";

/** Cells of a name: `/create ROOM [invite]` and most nicknames fit. */
const nameCellsMax = 30;

/** The picture of go-to. */
export function goToPicture(state: ViewState, overlay: GoToOverlay): Picture {
  const { theme } = state.settings;
  const { list } = overlay;
  const isFiltered = list.filter.text.trim() !== "";
  return listPicture(state, {
    title: "Go to",
    prompt: " go to: ",
    list,
    shown: filtered(goToItems(state), list),
    rowOf: (item, cells) => goToRow(item, cells, theme),
    ...(!isFiltered && { sectionOf: ({ section }: GoToItem) => section }),
    empty: [[span("   nothing is called so", theme.dim)]],
    keys: ["Enter goes there", "type to filter", "Up Down PageDown move"],
  });
}

function goToRow({ name, detail, keyLabel }: GoToItem, cells: number, theme: Theme): Row {
  const { ellipsis } = theme.glyphs;
  const right = keyLabel === "" ? "" : ` ${keyLabel} `;
  const left = cells - textWidth(right);
  const nameCells = detail === "" ? left : Math.min(nameCellsMax, Math.floor(left / 2));
  const shown = clip(name, nameCells, ellipsis);
  const rest = left - nameCells;
  return [
    span(padEnd(shown, nameCells)),
    span(padEnd(clip(` ${detail}`, rest, ellipsis), rest), theme.dim),
    span(padStart(right, cells - left), theme.strong),
  ];
}
