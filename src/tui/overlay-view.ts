import { goToPicture } from "./go-to-view.ts";
import { helpPicture } from "./help-view.ts";
import { linksPicture } from "./links-view.ts";
import { logPicture } from "./log-view.ts";
import type { Overlay } from "./overlay-state.ts";
import type { Picture } from "./picture.ts";
import { readerPicture } from "./reader-view.ts";
import { searchPicture } from "./search-view.ts";
import { settingsPicture } from "./settings-view.ts";
import { statisticsPicture } from "./statistics-view.ts";
import { transfersPicture } from "./transfers-view.ts";
import type { ViewState } from "./view-state.ts";

/** The picture of what lies over the screen. */
export function overlayPicture(state: ViewState, overlay: Overlay): Picture {
  switch (overlay.type) {
    case "help":
      return helpPicture(state, overlay);
    case "reader":
      return readerPicture(state, overlay);
    case "go-to":
      return goToPicture(state, overlay);
    case "links":
      return linksPicture(state, overlay);
    case "log":
      return logPicture(state, overlay);
    case "settings":
      return settingsPicture(state, overlay);
    case "statistics":
      return statisticsPicture(state, overlay);
    case "transfers":
      return transfersPicture(state, overlay);
    case "search":
      return searchPicture(state, overlay);
  }
}
