import type { ClientEvent } from "../room/client-port.ts";
import { lobbyName } from "../room/limits.ts";
import { emptyConversation, withPage } from "./conversation.ts";
import { rememberedRef, roomScreen } from "./entering.ts";
import { roomTitle } from "./room-change.ts";
import { type Effect, type RoomState, type Step, show, type ViewState } from "./view-state.ts";

type Remembered = Extract<ClientEvent, { type: "remembered" }>;

/** The server is being looked for: what is known of it is shown meanwhile, and can be answered. */
export function enterRemembered(state: ViewState, event: Remembered): Step {
  const { rooms: wanted } = state.settings;
  const rooms = event.rooms.map((room) => recalledRoom(room, event.own.person));
  const screen = {
    ...roomScreen(state, event),
    connection: { state: "connecting", attempt: 1 } as const,
    rooms,
    activeRoom: firstShown(event, wanted),
  };
  const remembered = rooms.map(({ name }) => name).filter((name) => !wanted.includes(name));
  return show(
    state,
    screen,
    ...wanted.map((room): Effect => ({ type: "join", room })),
    ...remembered.map((room): Effect => ({ type: "join", room, ref: rememberedRef })),
  );
}

/** The room that was shown last, unless others were asked for. */
function firstShown({ rooms, shownRoom }: Remembered, wanted: readonly string[]) {
  const isKnown = (name: string | undefined) => rooms.some(({ room }) => room === name);
  const [first] = wanted;
  if (first !== undefined && first !== lobbyName) return isKnown(first) ? first : undefined;
  if (isKnown(shownRoom)) return shownRoom;
  return isKnown(first) ? first : rooms[0]?.room;
}

function recalledRoom(
  { room: name, state, persons, entries, hasMore }: Remembered["rooms"][number],
  ownPerson: string,
): RoomState {
  const page = { entries, damaged: [], hasMore };
  const isEmpty = entries.length === 0;
  return {
    name,
    title: roomTitle(name, persons, ownPerson),
    state,
    members: [],
    conversation: isEmpty ? emptyConversation : withPage(emptyConversation, page, ownPerson),
    unreadCount: 0,
    mentionCount: 0,
    readSequence: 0,
    typing: [],
    progress: undefined,
  };
}
