import { filtered } from "./list-state.ts";
import { listPicture } from "./list-view.ts";
import type { StatisticsOverlay } from "./overlay-state.ts";
import type { Picture } from "./picture.ts";
import { span } from "./row.ts";
import { statisticsItems } from "./statistics-overlay.ts";
import { clip, padEnd } from "./text.ts";
import type { ViewState } from "./view-state.ts";

/** Cells of the names: the longest is `slowest of the last pictures`. */
const nameCells = 30;

/** The picture of what was measured. */
export function statisticsPicture(state: ViewState, overlay: StatisticsOverlay): Picture {
  const { theme } = state.settings;
  return listPicture(state, {
    title: "Statistics",
    prompt: " look for: ",
    list: overlay.list,
    shown: filtered(statisticsItems(state, overlay), overlay.list),
    rowOf: ({ name, value }, cells) => {
      const left = Math.min(nameCells, cells - value.length);
      const text = padEnd(clip(name, left - 1, theme.glyphs.ellipsis), left);
      return [span(text, theme.dim), span(value)];
    },
    empty: [[span("   nothing of that is measured", theme.dim)]],
    keys: ["measured each second", "type to filter"],
  });
}
