import { formatCount } from "./count-text.ts";
import { roomOrder } from "./room-order.ts";
import { textWidth } from "./text.ts";
import type { Glyphs } from "./theme.ts";
import type { RoomScreen, RoomState } from "./view-state.ts";

/** Stands between two tabs. */
export const tabGap = "  ";

/** A part of the tabs; `room` is absent where it says what is hidden at a side. */
export interface RoomTab {
  readonly text: string;
  readonly room?: string;
}

/**
 * The names of the rooms in so many cells. The one that is shown is always among them; of those that
 * find no room at a side it is said how many they are, or how many new lines they have.
 */
export function roomTabs(screen: RoomScreen, cells: number, glyphs: Glyphs): readonly RoomTab[] {
  const rooms = roomOrder(screen);
  const active = Math.max(
    0,
    rooms.findIndex(({ name }) => name === screen.activeRoom),
  );
  let first = active;
  let last = active;
  const tabs = (from: number, to: number) => tabsBetween(screen, from, to, glyphs);
  const fits = (from: number, to: number): boolean =>
    0 <= from && to < rooms.length && widthOf(tabs(from, to)) <= cells;
  for (;;) {
    if (fits(first, last + 1)) last += 1;
    else if (fits(first - 1, last)) first -= 1;
    else return tabs(first, last);
  }
}

/** The room whose tab is at this cell, or `undefined`. */
export function tabAt(tabs: readonly RoomTab[], cell: number): string | undefined {
  let from = 0;
  for (const { text, room } of tabs) {
    const end = from + textWidth(text);
    if (from <= cell && cell < end) return room;
    from = end + tabGap.length;
  }
  return undefined;
}

function widthOf(tabs: readonly RoomTab[]): number {
  return textWidth(tabs.map(({ text }) => text).join(tabGap));
}

function tabsBetween(
  screen: RoomScreen,
  first: number,
  last: number,
  glyphs: Glyphs,
): readonly RoomTab[] {
  const rooms = roomOrder(screen);
  const before = hiddenText(rooms.slice(0, first));
  const after = hiddenText(rooms.slice(last + 1));
  const tabs = rooms
    .slice(first, last + 1)
    .map((room) => ({ text: tabText(room, room.name === screen.activeRoom), room: room.name }));
  return [
    ...(before === undefined ? [] : [{ text: `${glyphs.hiddenLeft}${before}` }]),
    ...tabs,
    ...(after === undefined ? [] : [{ text: `${after}${glyphs.hiddenRight}` }]),
  ];
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
