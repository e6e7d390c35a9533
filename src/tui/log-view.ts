import { filtered } from "./list-state.ts";
import { listPicture } from "./list-view.ts";
import { type LogItem, logItems } from "./log-overlay.ts";
import type { LogOverlay } from "./overlay-state.ts";
import type { Picture } from "./picture.ts";
import { span } from "./row.ts";
import { clip } from "./text.ts";
import type { ViewState } from "./view-state.ts";

/** The picture of what happened lately. */
export function logPicture(state: ViewState, overlay: LogOverlay): Picture {
  const { theme, timeFormat } = state.settings;
  return listPicture(state, {
    title: "What happened",
    prompt: " look for: ",
    list: overlay.list,
    shown: filtered(logItems(state), overlay.list),
    rowOf: ({ line }, cells) => {
      const time = `${timeFormat.time(line.at)}  `;
      const text = clip(line.text, cells - time.length, theme.glyphs.ellipsis);
      return [span(time, theme.dim), span(text)];
    },
    sectionOf: ({ line }: LogItem) => timeFormat.date(line.at),
    empty: [[span("   nothing has happened", theme.dim)]],
    keys: ["Enter reads all of it", "type to filter", "Up Down PageDown move"],
  });
}
