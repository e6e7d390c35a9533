import type { Conversation } from "./conversation.ts";
import { withNotice } from "./conversation.ts";
import { bounded, idleLinesMax, idleUnitsMax } from "./conversation-lines.ts";
import { emptyDraft, shownDraft } from "./draft.ts";
import { emptiedEditor, killAll } from "./line-editor.ts";
import { scrolledToBottom } from "./scroll.ts";
import type { Moment, RoomScreen, RoomState } from "./view-state.ts";

/** The room that is shown. */
export function activeRoom(screen: RoomScreen): RoomState | undefined {
  return screen.rooms.find(({ name }) => name === screen.activeRoom);
}

/** What is seen of a room: what is live, or the part of the past that somebody went to. */
export function shownConversation({ window, conversation }: RoomState): Conversation {
  return window ?? conversation;
}

/** Whether what comes is seen, as far as the room is shown. */
export function isEndSeen({ window, conversation }: RoomState): boolean {
  return window === undefined && conversation.anchor === undefined;
}

/** Nothing is new any more in the shown room: its end is seen, and where the new lines began was. */
export function withAllRead(screen: RoomScreen): RoomScreen {
  const room = activeRoom(screen);
  if (room?.newLine?.isSeen !== true || !isEndSeen(room)) return screen;
  return changedRoom(screen, room.name, (each) => ({ ...each, newLine: undefined }));
}

/** The screen with a room seen at its newest line. */
export function atBottom(screen: RoomScreen, name: string): RoomScreen {
  return changedRoom(screen, name, (room) => ({
    ...room,
    window: undefined,
    jump: undefined,
    conversation: scrolledToBottom(room.conversation),
  }));
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

/** The screen with that room shown, and with what is written there. */
export function shown(screen: RoomScreen, name: string): RoomScreen {
  if (screen.activeRoom === name) return withoutUnread(screen, name);
  const there = withoutUnread(withDraftOf(withRoomLeft(screen), name), name);
  const panes = { ...screen.panes, roomsTop: undefined, peopleTop: 0 };
  const lastRoom = screen.activeRoom ?? screen.lastRoom;
  return { ...there, lastRoom, cameFrom: undefined, panes };
}

/** What the shown room is when another takes its place. */
function withRoomLeft(screen: RoomScreen): RoomScreen {
  if (screen.activeRoom === undefined) return screen;
  return changedRoom(withAllRead(screen), screen.activeRoom, (room) => ({
    ...room,
    conversation: idle(room.conversation),
  }));
}

/** A conversation that nobody looks at, with fewer lines; what is read of it stays. */
export function idle(conversation: Conversation): Conversation {
  if (conversation.anchor !== undefined) return conversation;
  return bounded(conversation, { lines: idleLinesMax, units: idleUnitsMax });
}

/** The screen without that room; where it was shown, the next one is. */
export function withoutRoom(screen: RoomScreen, name: string): RoomScreen {
  const rooms = screen.rooms.filter((room) => room.name !== name);
  if (name !== screen.activeRoom) return { ...screen, rooms };
  const next = rooms.find((room) => room.name === screen.lastRoom) ?? rooms[0];
  // What was being written for those here must not go to others, but can be put back.
  const editor = killAll(screen.editor);
  const left: RoomScreen = { ...screen, ...emptyDraft, editor: emptiedEditor(editor), rooms };
  return next === undefined
    ? { ...left, activeRoom: undefined }
    : { ...shown(left, next.name), lastRoom: screen.lastRoom };
}

/** What is written in the shown room stays there; before the first room it goes along. */
function withDraftOf(screen: RoomScreen, name: string): RoomScreen {
  const { activeRoom: from, editor } = screen;
  if (name === from) return screen;
  const draft = screen.rooms.find((room) => room.name === name)?.draft ?? emptyDraft;
  const kept =
    from === undefined
      ? screen
      : changedRoom(screen, from, (room) => ({ ...room, draft: shownDraft(screen) }));
  return {
    ...kept,
    ...(from !== undefined && { ...draft, editor: { ...draft.editor, kills: editor.kills } }),
    activeRoom: name,
    inputSearch: undefined,
    selection: undefined,
    completing: undefined,
    prefix: undefined,
  };
}

/** The screen with nothing unread in that room. */
function withoutUnread(screen: RoomScreen, name: string): RoomScreen {
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
