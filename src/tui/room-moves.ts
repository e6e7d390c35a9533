import { withPastWelcome } from "./conversation.ts";
import type { Action } from "./key-table.ts";
import { membersFromColumns, messagePane } from "./layout.ts";
import { activeRoom, conversed, withoutUnread } from "./room-change.ts";
import { type MessagePane, scrolledBy, scrolledToBottom, scrolledToTop } from "./scroll.ts";
import type { RoomScreen, ViewState } from "./view-state.ts";

/** The members are shown, or not any more. */
export function toggleMembers(state: ViewState, screen: RoomScreen): RoomScreen {
  if (state.size.columns < membersFromColumns) {
    const hint = `members need ${membersFromColumns} columns here; /members lists them`;
    return { ...screen, hint };
  }
  return { ...screen, areMembersShown: !screen.areMembersShown };
}

/** The room so many after the shown one, in a ring. */
export function besideRoom(screen: RoomScreen, by: number): RoomScreen {
  const index = screen.rooms.findIndex(({ name }) => name === screen.activeRoom);
  const next = screen.rooms[(index + by + screen.rooms.length) % screen.rooms.length];
  return next === undefined ? screen : shown(screen, next.name);
}

/** The screen with that room shown. */
export function shown(screen: RoomScreen, name: string): RoomScreen {
  return { ...withoutUnread(screen, name), activeRoom: name };
}

/** The shown room, scrolled as a key wants it. */
export function scrolled(state: ViewState, screen: RoomScreen, action: Action): RoomScreen {
  const room = activeRoom(screen);
  if (room === undefined) return screen;
  const pane = messagePane(state.size, screen, room, state.settings);
  const conversation = scrolledPane(pane, action);
  return conversed(screen, room.name, () => conversation);
}

function scrolledPane(pane: MessagePane, action: Action): MessagePane["conversation"] {
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
      return scrolledToBottom(pane.conversation);
  }
}
