import { bannerHeight } from "./banner.ts";
import { typedHeight } from "./input-view.ts";
import { bareColumns, messageColumns } from "./message-context.ts";
import { paneCells } from "./panes.ts";
import type { Size } from "./picture.ts";
import { shownConversation } from "./room-change.ts";
import type { MessagePane } from "./scroll.ts";
import type { RoomScreen, RoomState, Settings } from "./view-state.ts";

/** Smaller than this nothing useful fits. */
export const smallestSize: Size = { columns: 40, rows: 8 };

/** From this height on there is a title above and a line of hints below. */
const titleFromRows = 12;

/** A typed message of more rows scrolls in its rows. */
const inputRowsMax = 6;

/** Where the parts of the room screen are, in cells. */
export interface RoomLayout {
  readonly hasTitle: boolean;
  /** 0 when the rooms are not beside the messages. */
  readonly roomsColumns: number;
  readonly messageColumns: number;
  readonly messageRows: number;
  /** 0 when the people are not shown. */
  readonly peopleColumns: number;
  readonly inputRowsMax: number;
}

/** Whether the terminal is too small for any screen. */
export function isTooSmall(size: Size): boolean {
  return size.columns < smallestSize.columns || size.rows < smallestSize.rows;
}

/** Splits the terminal for the room screen. Between panes there is a line of one cell. */
export function roomLayout(size: Size, screen: RoomScreen): RoomLayout {
  const { columns } = size;
  const hasTitle = titleFromRows <= size.rows && !screen.panes.isBare;
  const rowsMax = Math.min(inputRowsMax, Math.max(1, Math.floor(size.rows / 4)));
  const typed = typedHeight(screen, size, rowsMax);
  const statusRows = 1;
  const banners = bannerHeight(screen);
  const messageRows = size.rows - statusRows - banners - typed - (hasTitle ? 2 : 0);
  const { rooms, people, arePeopleAlone } = paneCells(size, screen.panes);
  const beside = (0 < rooms ? rooms + 1 : 0) + (0 < people ? people + 1 : 0);
  return {
    hasTitle,
    roomsColumns: rooms,
    messageColumns: arePeopleAlone ? 0 : columns - beside,
    messageRows: Math.max(1, messageRows),
    peopleColumns: arePeopleAlone ? columns : people,
    inputRowsMax: rowsMax,
  };
}

/** The pane through which a room of the screen is seen. */
export function messagePane(
  size: Size,
  screen: RoomScreen,
  room: RoomState,
  settings: Settings,
): MessagePane {
  const layout = roomLayout(size, screen);
  const columns = layout.messageColumns || size.columns;
  const { timeCells } = settings.timeFormat;
  return {
    conversation: shownConversation(room),
    room: room.title,
    rows: layout.messageRows,
    context: {
      at: screen.panes.isBare ? bareColumns(columns) : messageColumns(columns, timeCells),
      theme: settings.theme,
      timeFormat: settings.timeFormat,
      ownNick: screen.nick,
      newFrom: room.newLine?.from,
      newestOrdinal: room.conversation.newest?.ordinal,
      deliveredSequence: room.deliveredSequence,
      marked: screen.selection?.key ?? shownConversation(room).marked,
      hidden: settings.hidden,
      highlights: settings.highlights,
    },
  };
}
