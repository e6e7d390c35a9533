import { inputRows } from "./input-rows.ts";
import { messageColumns } from "./message-context.ts";
import type { Size } from "./picture.ts";
import type { MessagePane } from "./scroll.ts";
import type { RoomScreen, RoomState, Settings } from "./view-state.ts";

/** Smaller than this nothing useful fits. */
export const smallestSize: Size = { columns: 40, rows: 8 };

/** From this width on the members have a column of their own. */
export const membersFromColumns = 70;

/** From this height on there is a title above and a line of hints below. */
const titleFromRows = 12;

/** A typed message of more rows scrolls in its rows. */
const inputRowsMax = 6;

/** Stands before what is typed. */
export const prompt = "> ";

/** Where the parts of the room screen are, in cells. */
export interface RoomLayout {
  readonly hasTitle: boolean;
  readonly messageColumns: number;
  readonly messageRows: number;
  /** 0 when members are not shown. */
  readonly memberColumns: number;
  readonly inputRowsMax: number;
}

/** Whether the terminal is too small for any screen. */
export function isTooSmall(size: Size): boolean {
  return size.columns < smallestSize.columns || size.rows < smallestSize.rows;
}

/** Splits the terminal for the room screen. */
export function roomLayout(size: Size, screen: RoomScreen): RoomLayout {
  const hasTitle = titleFromRows <= size.rows;
  const rowsMax = Math.min(inputRowsMax, Math.max(1, Math.floor(size.rows / 4)));
  const typed =
    screen.paste === undefined && screen.password === undefined
      ? inputRows(screen.editor, { prompt, columns: size.columns, rowsMax }).rows.length
      : 1;
  const statusRows = 1;
  const messageRows = size.rows - statusRows - typed - (hasTitle ? 2 : 0);
  const hasMembers = screen.areMembersShown && membersFromColumns <= size.columns;
  const memberColumns = hasMembers ? Math.min(20, Math.max(14, Math.floor(size.columns / 5))) : 0;
  return {
    hasTitle,
    messageColumns: size.columns - (hasMembers ? memberColumns + 1 : 0),
    messageRows: Math.max(1, messageRows),
    memberColumns,
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
  return {
    conversation: room.conversation,
    room: room.title,
    rows: layout.messageRows,
    context: {
      at: messageColumns(layout.messageColumns),
      theme: settings.theme,
      timeFormat: settings.timeFormat,
      ownNick: screen.nick,
    },
  };
}
