import { headingRow, type PaneRow, seenRows } from "./pane-rows.ts";
import type { Row } from "./picture.ts";
import { isPrivate, roomOrder } from "./room-order.ts";
import { span } from "./row.ts";
import { clip, padEnd, textWidth } from "./text.ts";
import type { Theme } from "./theme.ts";
import type { RoomScreen, RoomState } from "./view-state.ts";

/** Higher numbers are only known to be higher. */
const countMax = 99;

/** The rooms and the private chats, of which so many rows are seen. */
export function roomsPane(
  screen: RoomScreen,
  theme: Theme,
  { cells, rows }: { readonly cells: number; readonly rows: number },
): readonly PaneRow[] {
  const all = entriesOf(screen);
  const numberCells = String(screen.rooms.length).length;
  const kept = all.findIndex(
    (entry) => typeof entry === "object" && entry.room.name === screen.activeRoom,
  );
  const rowAt = (index: number): PaneRow => {
    const entry = all[index] ?? "";
    if (typeof entry === "string") return headingRow(entry, theme);
    const { room, number } = entry;
    const isActive = room.name === screen.activeRoom;
    const mark = isActive ? theme.glyphs.marker : " ";
    const lead = `${mark}${String(number).padStart(numberCells)} `;
    return { row: roomRow(room, { lead, isActive, theme, cells }), target: room.name };
  };
  return seenRows(all.length, rowAt, { top: screen.panes.roomsTop, rows, kept }, theme);
}

/** How many rows the pane would have with room for all. */
export function roomsPaneHeight(screen: RoomScreen): number {
  return entriesOf(screen).length;
}

/** Rooms with their numbers, below headings. */
function entriesOf(
  screen: RoomScreen,
): readonly (string | { readonly room: RoomState; readonly number: number })[] {
  const numbered = roomOrder(screen).map((room, index) => ({ room, number: index + 1 }));
  const chats = numbered.filter(({ room }) => isPrivate(room));
  const shared = numbered.slice(0, numbered.length - chats.length);
  return ["ROOMS", ...shared, ...(chats.length === 0 ? [] : ["", "PRIVATE"]), ...chats];
}

function roomRow(
  room: RoomState,
  look: {
    readonly lead: string;
    readonly isActive: boolean;
    readonly theme: Theme;
    readonly cells: number;
  },
): Row {
  const { lead, isActive, theme, cells } = look;
  const news = newsOf(room);
  const nameCells = cells - textWidth(lead) - (news === "" ? 0 : 2 + textWidth(news));
  const name = isPrivate(room) ? room.title.replaceAll("@", "") : room.name;
  const shown = padEnd(clip(name, Math.max(1, nameCells), theme.glyphs.ellipsis), nameCells);
  const style = isActive || news !== "" ? theme.strong : theme.plain;
  if (news === "") return [span(lead + shown, style)];
  const newsStyle = 0 < room.mentionCount || isPrivate(room) ? theme.alert : theme.strong;
  return [span(`${lead}${shown} `, style), span(news, newsStyle)];
}

/** `4`, or `@1 4` where one of them calls us; in a private chat all do. */
function newsOf(room: RoomState): string {
  const { unreadCount, mentionCount } = room;
  if (unreadCount === 0) return "";
  if (mentionCount === 0 || isPrivate(room)) return countText(unreadCount);
  const calls = `@${countText(mentionCount)}`;
  return mentionCount === unreadCount ? calls : `${calls} ${countText(unreadCount)}`;
}

function countText(count: number): string {
  return countMax < count ? `${countMax}+` : String(count);
}
