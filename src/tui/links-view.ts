import { linkItems } from "./links-overlay.ts";
import { filtered } from "./list-state.ts";
import { listPicture } from "./list-view.ts";
import type { LinksOverlay } from "./overlay-state.ts";
import type { Picture } from "./picture.ts";
import { span } from "./row.ts";
import { clip, padEnd } from "./text.ts";
import { nickStyle } from "./theme.ts";
import type { ViewState } from "./view-state.ts";

/** Longer nicknames are cut, so that the links begin in one column. */
const nickCells = 10;

/** The picture of the links of a room. */
export function linksPicture(state: ViewState, overlay: LinksOverlay): Picture {
  const { theme, timeFormat } = state.settings;
  return listPicture(state, {
    title: "Links",
    prompt: " look for: ",
    list: overlay.list,
    shown: filtered(linkItems(state), overlay.list),
    rowOf: ({ link, nick, sentAt }, cells) => {
      const time = `${timeFormat.time(sentAt)}  `;
      const { ellipsis } = theme.glyphs;
      const who = `${padEnd(clip(nick, nickCells, ellipsis), nickCells)}  `;
      const text = clip(link, cells - time.length - nickCells - 2, ellipsis);
      return [
        span(time, theme.dim),
        span(who, nickStyle(theme, nick)),
        { ...span(text, { isUnderlined: true }), link },
      ];
    },
    sectionOf: ({ sentAt }) => timeFormat.date(sentAt),
    empty: [[span("   no link in the lines that are here", theme.dim)]],
    keys: ["Enter copies", "type to filter", "Up Down PageDown move"],
  });
}
