import { withPastWelcome } from "./conversation.ts";
import { besideMention, toNewLine } from "./jump.ts";
import type { KeyEvent } from "./key.ts";
import type { Action } from "./key-table.ts";
import { messagePane } from "./layout.ts";
import { withNewLineHere } from "./new-line.ts";
import { roomsFromColumns, withPeopleToggled } from "./panes.ts";
import { activeRoom, atBottom, changedRoom, isEndSeen, shown, withAllRead } from "./room-change.ts";
import { roomOrder, roomsFrom, urgentRoom } from "./room-order.ts";
import { type MessagePane, scrolledBy, scrolledToTop } from "./scroll.ts";
import { type RoomScreen, type RoomState, type Step, show, type ViewState } from "./view-state.ts";

/** What a key makes of which room is seen, and which part of it. */
export function moved(state: ViewState, screen: RoomScreen, action: Action, key: KeyEvent): Step {
  switch (action) {
    case "new-line":
      return toNewLine(state, screen);
    case "next-mention":
      return besideMention(state, screen, 1);
    case "previous-mention":
      return besideMention(state, screen, -1);
    case "toggle-bare":
      return toggledBare(state, screen);
    case "back":
      return screen.panes.isBare && !screen.panes.arePeopleOver
        ? toggledBare(state, screen)
        : show(state, back(state, screen));
    default:
      return show(state, elsewhere(state, screen, action, key));
  }
}

/** Only messages are seen, to be copied with the terminal's own mouse; or everything again. */
export function toggledBare(state: ViewState, screen: RoomScreen): Step {
  const isBare = !screen.panes.isBare;
  const next = { ...screen, panes: { ...screen.panes, isBare } };
  return state.settings.isMouseOn
    ? show(state, next, { type: "mouse", isOn: !isBare })
    : show(state, next);
}

function elsewhere(
  state: ViewState,
  screen: RoomScreen,
  action: Action,
  key: KeyEvent,
): RoomScreen {
  switch (action) {
    case "next-room":
      return besideRoom(screen, 1);
    case "previous-room":
      return besideRoom(screen, -1);
    case "next-unread":
      return besideUnread(screen, 1);
    case "previous-unread":
      return besideUnread(screen, -1);
    case "urgent-room":
      return urgentOrBack(screen);
    case "numbered-room":
      return numberedRoom(screen, key.type === "key" ? Number(key.name) : 0);
    case "set-new-line":
      return withNewLineHere(state, screen);
    case "toggle-people":
      return togglePeople(state, screen);
    case "toggle-rooms":
      return toggleRooms(state, screen);
    default:
      return scrolled(state, screen, action);
  }
}

/** One step back to the usual view: people, what is read bare, what was scrolled to. */
function back(state: ViewState, screen: RoomScreen): RoomScreen {
  const { panes } = screen;
  if (panes.arePeopleOver) return { ...screen, panes: { ...panes, arePeopleOver: false } };
  const room = activeRoom(screen);
  if (room === undefined || !isEndSeen(room)) return scrolled(state, screen, "scroll-bottom");
  return withAllRead(screen);
}

/** The room beside the shown one, in a ring. */
function besideRoom(screen: RoomScreen, by: 1 | -1): RoomScreen {
  return shownOr(screen, roomsFrom(screen, by)[0], "there is no other room");
}

/** The next room in which something is unread, in a ring. */
function besideUnread(screen: RoomScreen, by: 1 | -1): RoomScreen {
  const next = roomsFrom(screen, by).find(({ unreadCount }) => 0 < unreadCount);
  return shownOr(screen, next, "nothing is unread");
}

/** Where something waits; when nothing does any more, back to where this began. */
function urgentOrBack(screen: RoomScreen): RoomScreen {
  const urgent = urgentRoom(screen);
  const cameFrom = screen.cameFrom ?? screen.activeRoom;
  if (urgent !== undefined) return { ...shown(screen, urgent.name), cameFrom };
  const back = screen.rooms.find(({ name }) => name === (screen.cameFrom ?? screen.lastRoom));
  return shownOr(screen, back, "nothing is unread");
}

/** The room with that number, from 1; 0 is the one that was shown before. */
function numberedRoom(screen: RoomScreen, number: number): RoomScreen {
  const last = screen.rooms.find(({ name }) => name === screen.lastRoom);
  const room = number === 0 ? last : roomOrder(screen)[number - 1];
  return shownOr(screen, room, number === 0 ? "no room was shown before" : `no room ${number}`);
}

function shownOr(screen: RoomScreen, room: RoomState | undefined, hint: string): RoomScreen {
  return room === undefined ? { ...screen, hint } : shown(screen, room.name);
}

/** The people are shown, or not any more. */
function togglePeople(state: ViewState, screen: RoomScreen): RoomScreen {
  return { ...screen, panes: withPeopleToggled(state.size, screen.panes) };
}

/** The rooms pane is shown, or not any more. */
function toggleRooms(state: ViewState, screen: RoomScreen): RoomScreen {
  if (state.size.columns < roomsFromColumns) {
    const hint = `rooms need ${roomsFromColumns} columns here; /rooms lists them`;
    return { ...screen, hint };
  }
  const { panes } = screen;
  return { ...screen, panes: { ...panes, areRoomsHidden: !panes.areRoomsHidden } };
}

/** The shown room, scrolled as a key wants it. */
function scrolled(state: ViewState, screen: RoomScreen, action: Action): RoomScreen {
  const room = activeRoom(screen);
  if (room === undefined) return screen;
  const pane = messagePane(state.size, screen, room, state.settings);
  const conversation = scrolledPane(pane, action);
  if (conversation === undefined) return atBottom(screen, room.name);
  return changedRoom(screen, room.name, (each) =>
    each.window === undefined ? { ...each, conversation } : { ...each, window: conversation },
  );
}

/** `undefined` is the newest line of all. */
function scrolledPane(pane: MessagePane, action: Action): MessagePane["conversation"] | undefined {
  // A row of what was read stays to read on from.
  const page = Math.max(1, pane.rows - 1);
  switch (action) {
    case "scroll-line-up":
      return withPastWelcome(scrolledBy(pane, -1));
    case "scroll-line-down":
      return scrolledBy(pane, 1);
    case "scroll-page-up":
      return withPastWelcome(scrolledBy(pane, -page));
    case "scroll-page-down":
      return scrolledBy(pane, page);
    case "scroll-top":
      return withPastWelcome(scrolledToTop(pane));
    default:
      return undefined;
  }
}
