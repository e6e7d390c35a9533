import type { Conversation } from "./conversation.ts";
import { withNotice } from "./conversation.ts";
import type { Moment, RoomScreen, RoomState } from "./view-state.ts";

/** The room that is shown. */
export function activeRoom(screen: RoomScreen): RoomState | undefined {
  return screen.rooms.find(({ name }) => name === screen.activeRoom);
}

/** The screen with one room changed. */
export function changedRoom(
  screen: RoomScreen,
  name: string,
  change: (room: RoomState) => RoomState,
): RoomScreen {
  return {
    ...screen,
    rooms: screen.rooms.map((room) => (room.name === name ? change(room) : room)),
  };
}

/** The screen with one room's conversation changed. */
export function conversed(
  screen: RoomScreen,
  name: string,
  change: (conversation: Conversation) => Conversation,
): RoomScreen {
  return changedRoom(screen, name, (room) => ({
    ...room,
    conversation: change(room.conversation),
  }));
}

/** The screen with a notice in every room. */
export function noticed(moment: Moment, screen: RoomScreen, text: string): RoomScreen {
  const rooms = screen.rooms.map((room) => ({
    ...room,
    conversation: withNotice(room.conversation, text, moment.wallNow),
  }));
  return { ...screen, rooms };
}

/** The screen with nothing unread in that room. */
export function withoutUnread(screen: RoomScreen, name: string): RoomScreen {
  return changedRoom(screen, name, (room) => ({ ...room, unreadCount: 0, mentionCount: 0 }));
}

/** Lines for the person, where people read; as a hint while there is no room. */
export function answered(moment: Moment, screen: RoomScreen, lines: readonly string[]): RoomScreen {
  const room = activeRoom(screen);
  if (room === undefined) return { ...screen, hint: lines.join(" ") };
  return conversed(screen, room.name, (conversation) =>
    lines.reduce((all, line) => withNotice(all, line, moment.wallNow), conversation),
  );
}

/** How a room is called: `#lobby`; a private chat by who else is in it. */
export function roomTitle(
  name: string,
  persons: readonly { readonly nick: string; readonly person: string }[] | undefined,
  ownPerson: string,
): string {
  if (!name.startsWith("&")) return `#${name}`;
  const others = (persons ?? []).filter(({ person }) => person !== ownPerson);
  return others.length === 0 ? "private" : others.map(({ nick }) => `@${nick}`).join(",");
}

/** Own lines of all rooms that are not stored yet. */
export function pendingCount(screen: RoomScreen): number {
  let count = 0;
  for (const { conversation } of screen.rooms) {
    count += conversation.pending.filter((line) => !line.isStored).length;
  }
  return count;
}
