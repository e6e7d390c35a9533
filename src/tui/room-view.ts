import { bannerRows } from "./banner.ts";
import { inputKeys, typedRows } from "./input-view.ts";
import { messagePane, type RoomLayout, roomLayout } from "./layout.ts";
import { newsText } from "./news-text.ts";
import type { PaneRow } from "./pane-rows.ts";
import { peoplePane } from "./people-pane.ts";
import type { Picture, Row } from "./picture.ts";
import { statusRow, titleRow } from "./room-bars.ts";
import { activeRoom } from "./room-change.ts";
import { roomsPane } from "./rooms-pane.ts";
import { fitRow, span } from "./row.ts";
import { visibleRows } from "./scroll.ts";
import { clip } from "./text.ts";
import type { RoomScreen, RoomState, ViewState } from "./view-state.ts";

/** The rows of messages and panes, and what besides the rooms they were made of. */
interface Body {
  readonly parts: readonly unknown[];
  readonly rows: readonly Row[];
}

/** A typed letter changes nothing above the input line, and that is most of the screen. */
const bodies = new WeakMap<readonly RoomState[], Body>();

/** The picture of the room screen. */
export function roomPicture(state: ViewState, screen: RoomScreen): Picture {
  const layout = roomLayout(state.size, screen);
  const input = typedRows(state, screen, {
    rowsMax: layout.inputRowsMax,
    areKeysBelow: layout.hasTitle,
  });
  const above = [
    ...(layout.hasTitle ? [titleRow(state, screen, layout)] : []),
    ...bodyRows(state, screen, layout),
    statusRow(state, screen, layout),
    ...bannerRows(state, screen),
  ];
  const rows = [...above, ...input.rows, ...(layout.hasTitle ? [hintRow(state, screen)] : [])];
  const cursor = { column: input.cursor.column, row: above.length + input.cursor.row };
  return { rows, cursor };
}

/** The rows between title and status; the same ones as long as nothing that is seen there has changed. */
function bodyRows(state: ViewState, screen: RoomScreen, layout: RoomLayout): readonly Row[] {
  const { activeRoom: active, nick, panes, selection, files } = screen;
  const seen = [active, nick, panes, selection, files, layout.messageRows];
  const parts = [state.settings, state.size, ...seen];
  const known = bodies.get(screen.rooms);
  if (known?.parts.every((part, index) => part === parts[index])) return known.rows;
  const rows = newBodyRows(state, screen, layout);
  bodies.set(screen.rooms, { parts, rows });
  return rows;
}

function newBodyRows(state: ViewState, screen: RoomScreen, layout: RoomLayout): readonly Row[] {
  const { theme } = state.settings;
  const line = span(theme.glyphs.vertical, theme.dim);
  const rooms = roomsRows(state, screen, layout);
  const messages = messageRows(state, screen, layout);
  const people = peopleRows(state, screen, layout);
  return Array.from({ length: layout.messageRows }, (_, index) => [
    ...(rooms === undefined ? [] : [...fitRow(rooms[index]?.row ?? [], layout.roomsColumns), line]),
    ...(layout.messageColumns === 0 ? [] : fitRow(messages[index] ?? [], layout.messageColumns)),
    ...(people === undefined
      ? []
      : [...(layout.messageColumns === 0 ? [] : [line]), ...(people[index]?.row ?? [])]),
  ]);
}

function messageRows(state: ViewState, screen: RoomScreen, layout: RoomLayout): readonly Row[] {
  const room = activeRoom(screen);
  if (layout.messageColumns === 0) return [];
  if (room !== undefined) return visibleRows(messagePane(state.size, screen, room, state.settings));
  return [[span(screen.rooms.length === 0 ? "  you are in no room: /join ROOM" : "")]];
}

function roomsRows(
  { settings }: ViewState,
  screen: RoomScreen,
  { roomsColumns, messageRows }: RoomLayout,
): readonly PaneRow[] | undefined {
  if (roomsColumns === 0) return undefined;
  return roomsPane(screen, settings.theme, { cells: roomsColumns, rows: messageRows });
}

function peopleRows(
  { settings }: ViewState,
  screen: RoomScreen,
  { peopleColumns, messageRows }: RoomLayout,
): readonly PaneRow[] | undefined {
  const room = activeRoom(screen);
  if (peopleColumns === 0 || room === undefined) return undefined;
  return peoplePane(screen, room, settings.theme, { cells: peopleColumns, rows: messageRows });
}

function hintRow(state: ViewState, screen: RoomScreen): Row {
  const { theme } = state.settings;
  const { ellipsis, separator } = theme.glyphs;
  const news = newsText(state);
  const text = clip(
    ` ${news ?? inputKeys(screen).join(` ${separator} `)}`,
    state.size.columns,
    ellipsis,
  );
  return [span(text, news === undefined ? theme.dim : theme.strong)];
}
