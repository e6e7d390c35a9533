import { entryText } from "../room/entry.ts";
import {
  emptyList,
  filtered,
  type ListItem,
  movedList,
  selectedItem,
  typedList,
} from "./list-state.ts";
import { listRowCount } from "./list-view.ts";
import { linksOf } from "./markup.ts";
import type { LinksOverlay, OverlayKey, OverlayStep } from "./overlay-state.ts";
import { activeRoom, shownConversation } from "./room-change.ts";
import { show, type ViewState, withOverlay } from "./view-state.ts";

/** Links that are listed: more than anybody scrolls through. */
export const linksMax = 200;

/** Lines that are looked through, from the newest on: a few milliseconds' worth. */
const linesMax = 5_000;

/** Of a longer line only this much is looked through. */
const unitsMax = 16_384;

/** A link in the list. */
export interface LinkItem extends ListItem {
  readonly link: string;
  readonly nick: string;
  readonly sentAt: number;
}

/** The links as they open. */
export const emptyLinks: LinksOverlay = { type: "links", list: emptyList };

/** The links of the shown room that are here, the newest first, each once. */
export function linkItems({ screen }: ViewState): readonly LinkItem[] {
  const room = screen.type === "room" ? activeRoom(screen) : undefined;
  if (room === undefined) return [];
  const items = new Map<string, LinkItem>();
  for (const line of shownConversation(room).lines.slice(-linesMax).reverse()) {
    if (line.type !== "said" || line.entry.body.type !== "message") continue;
    const { author, sentAt } = line.entry;
    for (const link of linksOf(entryText(line.entry).slice(0, unitsMax)).toReversed()) {
      if (linksMax <= items.size) return [...items.values()];
      const { nick } = author;
      if (!items.has(link)) {
        items.set(link, { key: link, searched: `${link} ${nick}`, link, nick, sentAt });
      }
    }
  }
  return [...items.values()];
}

/** A key while links are listed; Enter copies one. */
export function reduceLinks(
  state: ViewState,
  overlay: LinksOverlay,
  { key, action }: OverlayKey,
): OverlayStep {
  const { list } = overlay;
  if (action === "back") return withOverlay(state, undefined);
  const shown = filtered(linkItems(state), list);
  const item = selectedItem(shown, list);
  if (action === "choose" && item !== undefined && state.screen.type === "room") {
    const closed = withOverlay(state, undefined).state;
    const hint = "the link is in the clipboard, where the terminal allows it";
    return show(closed, { ...state.screen, hint }, { type: "copy", text: item.link });
  }
  const moved = movedList(list, shown, action, listRowCount(state.size.rows));
  return withOverlay(state, { ...overlay, list: moved ?? typedList(list, key) });
}
