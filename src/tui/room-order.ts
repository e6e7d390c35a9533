import type { RoomScreen, RoomState } from "./view-state.ts";

/** Whether it is a private chat. */
export function isPrivate({ name }: Pick<RoomState, "name">): boolean {
  return name.startsWith("&");
}

/** The rooms as people see and count them: in the order in which they were entered, private chats last. */
export function roomOrder({ rooms }: Pick<RoomScreen, "rooms">): readonly RoomState[] {
  return [...rooms.filter((room) => !isPrivate(room)), ...rooms.filter(isPrivate)];
}

/**
 * The room where something waits, if any: where we are called first, then a private chat, then any that has
 * unread lines; among equals the next one behind the shown room.
 */
export function urgentRoom(screen: RoomScreen): RoomState | undefined {
  const behind = roomsFrom(screen, 1);
  return (
    behind.find(({ mentionCount }) => 0 < mentionCount) ??
    behind.find((room) => isPrivate(room) && 0 < room.unreadCount) ??
    behind.find(({ unreadCount }) => 0 < unreadCount)
  );
}

/** The other rooms, from the one beside the shown room on, in a ring; `by` is 1 or -1. */
export function roomsFrom(screen: RoomScreen, by: 1 | -1): readonly RoomState[] {
  const order = roomOrder(screen);
  const ring = by === 1 ? order : order.toReversed();
  const index = ring.findIndex(({ name }) => name === screen.activeRoom);
  return [...ring.slice(index + 1), ...ring.slice(0, Math.max(0, index))];
}
