import { reduceGoTo } from "./go-to.ts";
import { reduceHelp } from "./help.ts";
import type { KeyContext } from "./key-table.ts";
import { reduceLinks } from "./links-overlay.ts";
import { emptyList } from "./list-state.ts";
import { reduceLog } from "./log-overlay.ts";
import type { Overlay, OverlayKey, OverlayStep } from "./overlay-state.ts";
import { reduceReader } from "./reader.ts";
import { reduceSearch } from "./search.ts";
import { reduceSettings } from "./settings-overlay.ts";
import { reduceStatistics } from "./statistics-overlay.ts";
import { reduceTransfers } from "./transfers-overlay.ts";
import type { ViewState } from "./view-state.ts";

/** Which keys of the table count in the overlay. */
export function overlayContext(overlay: Overlay): KeyContext {
  return overlay.type === "reader" ? "reader" : "list";
}

/** Whether nothing is typed in the overlay, so that Ctrl-C closes it and `?` is no letter. */
export function isOverlayEmpty(overlay: Overlay): boolean {
  return !("list" in overlay) || overlay.list.filter.text === "";
}

/** The overlay without what was typed in it. */
export function withoutTyped(overlay: Overlay): Overlay {
  return "list" in overlay ? { ...overlay, list: emptyList } : overlay;
}

/** A key in an overlay that is none of those that mean the same everywhere. */
export function reduceOverlay(
  state: ViewState,
  overlay: Overlay,
  pressed: OverlayKey,
): OverlayStep {
  switch (overlay.type) {
    case "help":
      return reduceHelp(state, overlay, pressed);
    case "reader":
      return reduceReader(state, overlay, pressed);
    case "go-to":
      return reduceGoTo(state, overlay, pressed);
    case "links":
      return reduceLinks(state, overlay, pressed);
    case "log":
      return reduceLog(state, overlay, pressed);
    case "settings":
      return reduceSettings(state, overlay, pressed);
    case "statistics":
      return reduceStatistics(state, overlay, pressed);
    case "transfers":
      return reduceTransfers(state, overlay, pressed);
    case "search":
      return reduceSearch(state, overlay, pressed);
  }
}
