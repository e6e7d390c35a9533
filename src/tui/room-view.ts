import { type InputRows, inputRows } from "./input-rows.ts";
import { messagePane, prompt, type RoomLayout, roomLayout } from "./layout.ts";
import { newsText } from "./news-text.ts";
import type { PaneRow } from "./pane-rows.ts";
import { passwordRows } from "./password-entry.ts";
import { peoplePane } from "./people-pane.ts";
import type { Picture, Row } from "./picture.ts";
import { statusRow, titleRow } from "./room-bars.ts";
import { activeRoom } from "./room-change.ts";
import { roomsPane } from "./rooms-pane.ts";
import { fitRow, span } from "./row.ts";
import { visibleRows } from "./scroll.ts";
import { clip, textWidth } from "./text.ts";
import type { RoomScreen, ViewState } from "./view-state.ts";

const usualKeys = ["Enter send", "PageUp older", "F8 people", "F1 help", "Ctrl+Q quit"];

const pasteKeys = ["Enter send as one message", "Esc drop"];

const passwordKeys = ["Enter done", "Esc do nothing"];

/** The picture of the room screen. */
export function roomPicture(state: ViewState, screen: RoomScreen): Picture {
  const layout = roomLayout(state.size, screen);
  const input = typedRows(state, screen, layout);
  const above = [
    ...(layout.hasTitle ? [titleRow(state, screen, layout)] : []),
    ...bodyRows(state, screen, layout),
    statusRow(state, screen, layout),
  ];
  const rows = [...above, ...input.rows, ...(layout.hasTitle ? [hintRow(state, screen)] : [])];
  const cursor = { column: input.cursor.column, row: above.length + input.cursor.row };
  return { rows, cursor };
}

function bodyRows(state: ViewState, screen: RoomScreen, layout: RoomLayout): Row[] {
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
