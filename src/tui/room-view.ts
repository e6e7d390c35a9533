import type { RoomMember } from "../room/message-room.ts";
import { connectionReport, connectionText } from "./connection-text.ts";
import { countOf, formatCount } from "./count-text.ts";
import { type InputRows, inputRows } from "./input-rows.ts";
import { messagePane, prompt, type RoomLayout, roomLayout } from "./layout.ts";
import { newsText } from "./news-text.ts";
import { passwordRows } from "./password-entry.ts";
import type { Picture, Row } from "./picture.ts";
import { activeRoom, pendingCount } from "./room-change.ts";
import { roomTabs } from "./room-tabs.ts";
import { barRow, fitRow, span } from "./row.ts";
import { visibleRows } from "./scroll.ts";
import { clip, textWidth } from "./text.ts";
import { nickStyle } from "./theme.ts";
import type { RoomScreen, RoomState, ViewState } from "./view-state.ts";

/** From this width on the status says why the connection is not open. */
const reasonFromColumns = 80;

const usualKeys = ["Enter send", "PageUp older", "F8 members", "F1 help", "Ctrl+Q quit"];

const pasteKeys = ["Enter send as one message", "Esc drop"];

const passwordKeys = ["Enter done", "Esc do nothing"];

/** The picture of the room screen. */
export function roomPicture(state: ViewState, screen: RoomScreen): Picture {
  const layout = roomLayout(state.size, screen);
  const input = typedRows(state, screen, layout);
  const above = [
    ...(layout.hasTitle ? [titleRow(state, screen)] : []),
    ...bodyRows(state, screen, layout),
    statusRow(state, screen, layout),
  ];
  const rows = [...above, ...input.rows, ...(layout.hasTitle ? [hintRow(state, screen)] : [])];
  const cursor = { column: input.cursor.column, row: above.length + input.cursor.row };
  return { rows, cursor };
}

function titleRow({ settings, size }: ViewState, screen: RoomScreen): Row {
  const right = " F1 help ";
  const tabs = roomTabs(screen, size.columns - 1 - right.length, settings.theme.glyphs);
  return barRow(` ${tabs}`, right, size.columns, settings.theme);
}

function bodyRows(state: ViewState, screen: RoomScreen, layout: RoomLayout): Row[] {
  const room = activeRoom(screen);
  const messages =
    room === undefined
      ? [[span(screen.rooms.length === 0 ? "  you are in no room: /join ROOM" : "")]]
      : visibleRows(messagePane(state.size, screen, room, state.settings));
  const members = memberRows(state, screen, layout);
  return Array.from({ length: layout.messageRows }, (_, index) => {
    const row = fitRow(messages[index] ?? [], layout.messageColumns);
    return layout.memberColumns === 0 ? row : [...row, ...(members[index] ?? [])];
  });
}

function memberRows({ settings }: ViewState, screen: RoomScreen, layout: RoomLayout): Row[] {
  if (layout.memberColumns === 0) return [];
  const { theme } = settings;
  const { ellipsis, vertical } = theme.glyphs;
  const members = activeRoom(screen)?.members ?? [];
  const cells = layout.memberColumns - 1;
  const shownCount =
    members.length < layout.messageRows ? members.length : Math.max(0, layout.messageRows - 2);
  const rows: Row[] = [[span(`MEMBERS ${formatCount(members.length)}`, theme.dim)]];
  for (const member of members.slice(0, shownCount)) {
    const { nick, isAway } = member;
    const style = nick === screen.nick ? theme.ownNick : nickStyle(theme, nick);
    rows.push([span(clip(listedName(member), cells, ellipsis), isAway ? theme.dim : style)]);
  }
  const hidden = members.length - shownCount;
  if (0 < hidden) rows.push([span(`${ellipsis} ${formatCount(hidden)} more`, theme.dim)]);
  return Array.from({ length: layout.messageRows }, (_, index) => [
    span(vertical, theme.dim),
    span(" "),
    ...(rows[index] ?? []),
  ]);
}

/** A column of a few cells has no room for more than rank, and who is away. */
function listedName({ nick, role, isAway }: RoomMember): string {
  const rank = role === "owner" ? "~" : role === "moderator" ? "@" : "";
  return `${rank}${nick}${isAway ? " (away)" : ""}`;
}

function statusRow(state: ViewState, screen: RoomScreen, layout: RoomLayout): Row {
  const { theme } = state.settings;
  const urgent = layout.hasTitle ? undefined : newsText(state);
  if (urgent !== undefined) return barRow(` ${urgent}`, "", state.size.columns, theme);
  const { separator, down } = theme.glyphs;
  const room = activeRoom(screen);
  const waiting = pendingCount(screen);
  // Where it is narrow, what waits is worth more than why.
  const describe = state.size.columns < reasonFromColumns ? connectionText : connectionReport;
  const parts = [
    screen.server.name,
    describe(screen.connection, state.now, theme),
    ...(0 < waiting ? [`${formatCount(waiting)} waiting`] : []),
    ...(room === undefined ? [] : [room.title, countOf(room.members.length, "member")]),
    ...(room === undefined ? [] : roomNews(state, room)),
  ];
  const newBelow = room?.conversation.newBelow ?? 0;
  const isScrolled = room?.conversation.anchor !== undefined;
  const news = 0 < newBelow ? `${formatCount(newBelow)} new below` : "scrolled up";
  const right = isScrolled ? ` ${down} ${news} ${separator} End ` : "";
  return barRow(` ${parts.join(` ${separator} `)}`, right, state.size.columns, theme);
}

/** Who writes, and how far our newest line has come. */
function roomNews({ now }: ViewState, { typing, progress, state }: RoomState): string[] {
  const writing = typing.filter(({ until }) => now < until).map(({ nick }) => nick);
  const [first, second] = writing;
  const others = 2 < writing.length ? ` and ${writing.length - 2} more` : "";
  const { memberCount = 0, deliveredCount = 0 } = progress ?? {};
  return [
    ...(state.isReadOnly ? ["read only"] : []),
    ...(first === undefined
      ? []
      : [`${second === undefined ? first : `${first}, ${second}`}${others} writing`]),
    ...(deliveredCount < memberCount ? [`delivered ${deliveredCount}/${memberCount}`] : []),
  ];
}

function typedRows(state: ViewState, screen: RoomScreen, layout: RoomLayout): InputRows {
  const { columns } = state.size;
  if (screen.password !== undefined) return passwordRows(screen.password, columns);
  if (screen.paste === undefined) {
    return inputRows(screen.editor, { prompt, columns, rowsMax: layout.inputRowsMax });
  }
  const { separator, ellipsis } = state.settings.theme.glyphs;
  const chip = `${prompt}[paste ${screen.paste.size}]`;
  // With hints below, the keys are there.
  const keys = layout.hasTitle ? "" : ` ${pasteKeys.join(` ${separator} `)}`;
  const rows = [[span(chip, { isBold: true }), span(clip(keys, columns - chip.length, ellipsis))]];
  return { rows, cursor: { column: Math.min(columns - 1, textWidth(chip)), row: 0 } };
}

function hintRow(state: ViewState, screen: RoomScreen): Row {
  const { theme } = state.settings;
  const { ellipsis, separator } = theme.glyphs;
  const usual =
    screen.password !== undefined
      ? passwordKeys
      : screen.paste === undefined
        ? usualKeys
        : pasteKeys;
  const news = newsText(state);
  const text = clip(` ${news ?? usual.join(` ${separator} `)}`, state.size.columns, ellipsis);
  return [span(text, news === undefined ? theme.dim : theme.strong)];
}
