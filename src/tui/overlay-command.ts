import type { CommandName } from "./command-table.ts";
import { emptyGoTo } from "./go-to.ts";
import type { Action } from "./key-table.ts";
import { editorWith } from "./line-editor.ts";
import { emptyLinks } from "./links-overlay.ts";
import { emptyLog } from "./log-overlay.ts";
import { openSearch } from "./search.ts";
import { emptySettings } from "./settings-overlay.ts";
import { openStatistics } from "./statistics-overlay.ts";
import { emptyTransfers } from "./transfers-overlay.ts";
import { type Step, type ViewState, withOverlay } from "./view-state.ts";

const commandOfAction: Partial<Record<Action, CommandName>> = {
  "go-to": "go",
  search: "search",
  "show-mentions": "mentions",
  "show-links": "links",
  "show-log": "log",
  "show-settings": "set",
  "show-statistics": "statistics",
  "show-transfers": "transfers",
};

/** The overlay that a key opens, or `undefined` when it opens none. */
export function openedByKey(state: ViewState, action: Action): Step | undefined {
  const name = commandOfAction[action];
  return name && openedByCommand(state, name, "");
}

/** The overlay that a command opens over a room, or `undefined` when it opens none. */
export function openedByCommand(
  state: ViewState,
  name: CommandName,
  arg: string,
): Step | undefined {
  switch (name) {
    case "go":
      return withOverlay(state, {
        ...emptyGoTo,
        list: { ...emptyGoTo.list, filter: editorWith(arg) },
      });
    case "search":
      return openSearch(state, { isMention: false, text: arg });
    case "mentions":
      return openSearch(state, { isMention: true });
    case "links":
      return withOverlay(state, emptyLinks);
    case "set":
      return arg === "" ? withOverlay(state, emptySettings) : undefined;
    case "statistics":
      return openStatistics(state);
    case "transfers":
      return withOverlay(state, emptyTransfers);
    case "log":
      return withOverlay(state, emptyLog);
    default:
      return undefined;
  }
}
