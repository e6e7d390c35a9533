import { formatCount } from "./count-text.ts";
import { roomOrder } from "./room-order.ts";
import { textWidth } from "./text.ts";
import type { Glyphs } from "./theme.ts";
import type { RoomScreen, RoomState } from "./view-state.ts";

const gap = "  ";

/**
 * The names of the rooms in so many cells. The one that is shown is always among them; of those that
 * find no room at a side it is said how many they are, or how many new lines they have.
 */
export function roomTabs(screen: RoomScreen, cells: number, glyphs: Glyphs): string {
  const { activeRoom } = screen;
  const rooms = roomOrder(screen);
  const active = Math.max(
    0,
    rooms.findIndex(({ name }) => name === activeRoom),
  );
  let first = active;
  let last = active;
  const text = (): string => tabsText(screen, first, last, glyphs);
  const fits = (from: number, to: number): boolean =>
    0 <= from && to < rooms.length && textWidth(tabsText(screen, from, to, glyphs)) <= cells;
  for (;;) {
    if (fits(first, last + 1)) last += 1;
    else if (fits(first - 1, last)) first -= 1;
    else return text();
  }
}

function tabsText(screen: RoomScreen, first: number, last: number, glyphs: Glyphs): string {
  const { activeRoom } = screen;
  const rooms = roomOrder(screen);
  const before = hiddenText(rooms.slice(0, first));
  const after = hiddenText(rooms.slice(last + 1));
  const tabs = rooms.slice(first, last + 1).map((room) => tabText(room, room.name === activeRoom));
  return [
    ...(before === undefined ? [] : [`${glyphs.hiddenLeft}${before}`]),
    ...tabs,
    ...(after === undefined ? [] : [`${after}${glyphs.hiddenRight}`]),
  ].join(gap);
}

function tabText({ title, unreadCount, mentionCount }: RoomState, isActive: boolean): string {
  if (isActive) return `[${title}]`;
  if (unreadCount === 0) return title;
  const call = mentionCount === 0 ? "" : `, ${formatCount(mentionCount)} for you`;
  return `${title} (${formatCount(unreadCount)} new${call})`;
}

function hiddenText(rooms: readonly RoomState[]): string | undefined {
  if (rooms.length === 0) return undefined;
  const unread = rooms.reduce((sum, { unreadCount }) => sum + unreadCount, 0);
  return unread === 0 ? formatCount(rooms.length) : `${formatCount(unread)} new`;
}
