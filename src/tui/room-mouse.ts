import type { MouseEvent } from "./key.ts";
import { messagePane, type RoomLayout, roomLayout } from "./layout.ts";
import { editorWith } from "./line-editor.ts";
import { topMax } from "./pane-rows.ts";
import { peopleOf, peoplePane } from "./people-pane.ts";
import { elsewhereText, tabCells } from "./room-bars.ts";
import { activeRoom, atBottom, changedRoom, isEndSeen, shown } from "./room-change.ts";
import { urgentRoom } from "./room-order.ts";
import { roomTabs, tabAt } from "./room-tabs.ts";
import { roomsPane, roomsPaneHeight } from "./rooms-pane.ts";
import { scrolledBy } from "./scroll.ts";
import { textWidth } from "./text.ts";
import { type RoomScreen, type Step, show, type ViewState } from "./view-state.ts";

/** Rows that one notch of the wheel scrolls, as in most programs. */
export const wheelRows = 3;

/** What is at a place of the room screen; rows count within it. */
export type Place =
  | { readonly type: "tabs" }
  | { readonly type: "rooms"; readonly row: number }
  | { readonly type: "messages"; readonly row: number }
  | { readonly type: "people"; readonly row: number }
  | { readonly type: "status" }
  | { readonly type: "elsewhere" };

/** What the mouse does in a room: the wheel scrolls what is below it, a click goes to what is there. */
export function reduceRoomMouse(state: ViewState, screen: RoomScreen, mouse: MouseEvent): Step {
  const layout = roomLayout(state.size, screen);
  const place = placeAt(layout, mouse);
  switch (mouse.button) {
    case "wheel-up":
      return show(state, wheeled(state, screen, place, -wheelRows));
    case "wheel-down":
      return show(state, wheeled(state, screen, place, wheelRows));
    case "left":
      return show(state, clicked(state, screen, place, mouse));
    case "drag": {
      const hint = "Shift and drag selects text; Alt+L leaves only messages to be copied";
      return show(state, { ...screen, hint });
    }
  }
}

/** Where on the room screen a cell is. */
export function placeAt(
  layout: RoomLayout,
  { column, row }: Pick<MouseEvent, "column" | "row">,
): Place {
  const { hasTitle, roomsColumns, messageColumns, peopleColumns, messageRows } = layout;
  const first = hasTitle ? 1 : 0;
  const hasTabs = roomsColumns === 0 && peopleColumns === 0;
  if (row < first) return { type: hasTabs ? "tabs" : "elsewhere" };
  const within = row - first;
  if (within === messageRows) return { type: "status" };
  if (messageRows <= within) return { type: "elsewhere" };
  // A line of one cell is between two panes.
  const messagesFrom = roomsColumns === 0 ? 0 : roomsColumns + 1;
  const peopleFrom = messagesFrom + messageColumns + (messageColumns === 0 ? 0 : 1);
  if (column < roomsColumns) return { type: "rooms", row: within };
  if (messagesFrom <= column && column < messagesFrom + messageColumns) {
    return { type: "messages", row: within };
  }
  if (0 < peopleColumns && peopleFrom <= column) return { type: "people", row: within };
  return { type: "elsewhere" };
}

function wheeled(state: ViewState, screen: RoomScreen, place: Place, by: number): RoomScreen {
  const { panes } = screen;
  const { messageRows: rows } = roomLayout(state.size, screen);
  const room = activeRoom(screen);
  const moved = (top: number, count: number) =>
    Math.max(0, Math.min(topMax(count, rows), top + by));
  if (place.type === "rooms") {
    const roomsTop = moved(panes.roomsTop ?? 0, roomsPaneHeight(screen));
    return { ...screen, panes: { ...panes, roomsTop } };
  }
  if (room === undefined) return screen;
  if (place.type === "people") {
    const peopleTop = moved(panes.peopleTop, peopleOf(room).length + 1);
    return { ...screen, panes: { ...panes, peopleTop } };
  }
  const conversation = scrolledBy(messagePane(state.size, screen, room, state.settings), by);
  return changedRoom(screen, room.name, (each) =>
    each.window === undefined ? { ...each, conversation } : { ...each, window: conversation },
  );
}

function clicked(
  state: ViewState,
  screen: RoomScreen,
  place: Place,
  { column }: MouseEvent,
): RoomScreen {
  const { columns } = state.size;
  const { theme } = state.settings;
  const { roomsColumns, peopleColumns, messageRows: rows } = roomLayout(state.size, screen);
  const room = activeRoom(screen);
  const shownOr = (name: string | undefined) => (name === undefined ? screen : shown(screen, name));
  switch (place.type) {
    case "tabs":
      return shownOr(tabAt(roomTabs(screen, tabCells(columns), theme.glyphs), column - 1));
    case "rooms":
      return shownOr(roomsPane(screen, theme, { cells: roomsColumns, rows })[place.row]?.target);
    case "people": {
      const look = { cells: peopleColumns, rows };
      const nick = room && peoplePane(screen, room, theme, look)[place.row]?.target;
      return nick === undefined ? screen : withPerson(screen, nick);
    }
    case "status": {
      const right = textWidth(elsewhereText(screen, theme.glyphs));
      return column < columns - right ? screen : endOrUrgent(screen);
    }
    case "messages":
    case "elsewhere":
      return screen;
  }
}

/** What the right end of the status offers. */
function endOrUrgent(screen: RoomScreen): RoomScreen {
  const room = activeRoom(screen);
  if (room !== undefined && !isEndSeen(room)) return atBottom(screen, room.name);
  const urgent = urgentRoom(screen);
  return urgent === undefined ? screen : shown(screen, urgent.name);
}

/** The private chat with somebody, or the command that asks for one, where nothing is typed. */
function withPerson(screen: RoomScreen, nick: string): RoomScreen {
  const chat = screen.rooms.find(({ persons }) => persons.length === 1 && persons[0] === nick);
  if (chat !== undefined) return shown(screen, chat.name);
  if (nick === screen.nick) return screen;
  if (screen.editor.text !== "") return { ...screen, hint: `/query ${nick} talks in private` };
  return { ...screen, editor: editorWith(`/query ${nick} `) };
}
