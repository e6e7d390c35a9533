import { connectionReport, connectionText } from "./connection-text.ts";
import { countOf, formatCount } from "./count-text.ts";
import type { RoomLayout } from "./layout.ts";
import { isPoor, qualityText } from "./link-state.ts";
import { newsText } from "./news-text.ts";
import type { Row } from "./picture.ts";
import { activeRoom, isEndSeen, pendingCount } from "./room-change.ts";
import { isPrivate, urgentRoom } from "./room-order.ts";
import { roomTabs, tabGap } from "./room-tabs.ts";
import { barRow } from "./row.ts";
import type { Glyphs } from "./theme.ts";
import type { RoomScreen, RoomState, ViewState } from "./view-state.ts";

/** From this width on a bar says why the connection is not open. */
const reasonFromColumns = 80;

const helpKey = "F1 help";

/**
 * The row above all others: what the room is about and how the connection is; where the rooms have no
 * pane, the rooms.
 */
export function titleRow(state: ViewState, screen: RoomScreen, layout: RoomLayout): Row {
  const { settings, size } = state;
  const { theme } = settings;
  if (layout.roomsColumns === 0 && layout.peopleColumns === 0) {
    const tabs = roomTabs(screen, tabCells(size.columns), theme.glyphs);
    const text = tabs.map((tab) => tab.text).join(tabGap);
    return barRow(` ${text}`, ` ${helpKey} `, size.columns, theme);
  }
  const { separator } = theme.glyphs;
  const room = activeRoom(screen);
  const topic = room === undefined || room.state.topic === "" ? [] : [room.state.topic];
  const left = [room?.title ?? screen.server.name, ...topic].join(` ${separator} `);
  const right = [linkText(state, screen), helpKey].join(` ${separator} `);
  return barRow(` ${left}`, ` ${right} `, size.columns, theme);
}

/** Cells of the title that tabs may take, from its second cell on. */
export function tabCells(columns: number): number {
  return columns - 1 - ` ${helpKey} `.length;
}

/** The row above the input line: what happens in the room, and what waits elsewhere. */
export function statusRow(state: ViewState, screen: RoomScreen, layout: RoomLayout): Row {
  const { theme } = state.settings;
  const urgent = layout.hasTitle ? undefined : newsText(state);
  if (urgent !== undefined) return barRow(` ${urgent}`, "", state.size.columns, theme);
  const isLinkAbove = layout.hasTitle && 0 < layout.roomsColumns + layout.peopleColumns;
  const room = activeRoom(screen);
  const waiting = pendingCount(screen);
  const people = room === undefined ? [] : [countOf(room.members.length, "member")];
  const parts = [
    ...stopText(state, screen),
    ...(isLinkAbove ? [] : [linkText(state, screen)]),
    ...(0 < waiting ? [`${formatCount(waiting)} waiting`] : []),
    ...(room === undefined || isLinkAbove ? [] : [room.title]),
    ...people,
    ...(room === undefined ? [] : roomNews(state, screen, room)),
  ];
  const right = elsewhereText(screen, theme.glyphs);
  const left = ` ${parts.join(` ${theme.glyphs.separator} `)}`;
  return barRow(left, right, state.size.columns, theme);
}

/** The server and how the connection to it is. */
function linkText(state: ViewState, { server, connection }: RoomScreen): string {
  const { quality } = state.link;
  const { theme } = state.settings;
  // Where it is narrow, what waits is worth more than why.
  const describe = state.size.columns < reasonFromColumns ? connectionText : connectionReport;
  const { online, away, separator } = theme.glyphs;
  const isOpen = connection.state === "open";
  const measured = isOpen && quality !== undefined ? `, ${qualityText(quality)}` : "";
  const mark = isOpen && (quality === undefined || !isPoor(quality)) ? online : away;
  return `${mark} ${server.name} ${separator} ${describe(connection, state.now, theme)}${measured}`;
}

/** How long the server will be there, while it says that it stops. */
function stopText({ now }: ViewState, { stop }: RoomScreen): readonly string[] {
  if (stop === undefined || stop.at <= now) return [];
  const seconds = Math.ceil((stop.at - now) / 1_000);
  return [`stops in ${formatCount(seconds)} s (${stop.reason})`];
}

/** The right end of the status: what is below, or else where something waits. */
export function elsewhereText(screen: RoomScreen, { separator, down }: Glyphs): string {
  const room = activeRoom(screen);
  if (room !== undefined && !isEndSeen(room)) {
    return ` ${down} ${belowText(room)} ${separator} End `;
  }
  const urgent = urgentRoom(screen);
  if (urgent === undefined) return "";
  const { title, unreadCount, mentionCount } = urgent;
  const isCalled = 0 < mentionCount && !isPrivate(urgent);
  const news = isCalled ? `@${formatCount(mentionCount)}` : `${formatCount(unreadCount)} new`;
  return ` Alt+A: ${news} in ${title} `;
}

/** How much is below what is seen, or how much of it is new. */
function belowText({ window, conversation }: RoomState): string {
  const { newest, newBelow } = conversation;
  if (window === undefined) {
    return 0 < newBelow ? `${formatCount(newBelow)} new below` : "scrolled up";
  }
  const below = (newest?.ordinal ?? 0) - (window.newest?.ordinal ?? 0);
  return 0 < below ? `${formatCount(below)} below` : "scrolled up";
}

/** Who writes, and how far our newest line has come. */
function roomNews({ now }: ViewState, screen: RoomScreen, room: RoomState): string[] {
  const { typing, progress, state, members } = room;
  const writing = typing.filter(({ until }) => now < until).map(({ nick }) => nick);
  const [first, second] = writing;
  const others = 2 < writing.length ? ` and ${writing.length - 2} more` : "";
  const { memberCount = 0, deliveredCount = 0 } = progress ?? {};
  const isAway = members.some(({ nick, isAway: away }) => nick === screen.nick && away);
  return [
    ...(isAway ? ["you are away"] : []),
    ...(state.isReadOnly ? ["read only"] : []),
    ...(0 < state.slowMs ? [`one line each ${state.slowMs / 1_000} s`] : []),
    ...(first === undefined
      ? []
      : [`${second === undefined ? first : `${first}, ${second}`}${others} writing`]),
    ...(deliveredCount < memberCount
      ? [`delivered ${deliveredCount}/${memberCount}, /seen names them`]
      : []),
  ];
}
