import type { ClientEvent } from "../room/client-port.ts";
import { lobbyName } from "../room/limits.ts";
import { emptyConversation, withPage } from "./conversation.ts";
import { emptyDraft } from "./draft.ts";
import { newRoom, rememberedRef, roomScreen } from "./entering.ts";
import { editorWith } from "./line-editor.ts";
import {
  type Effect,
  type Moment,
  type RoomScreen,
  type RoomState,
  type Step,
  show,
  type ViewState,
} from "./view-state.ts";

type Remembered = Extract<ClientEvent, { type: "remembered" }>;

/** The server is being looked for: what is known of it is shown meanwhile, and can be answered. */
export function enterRemembered(moment: Moment, state: ViewState, event: Remembered): Step {
  const { rooms: wanted } = state.settings;
  const connection = { state: "connecting", attempt: 1 } as const;
  const empty: RoomScreen = { ...roomScreen(state, event), connection };
  const rooms = event.rooms.map((room) => {
    return recalledRoom(moment, empty, room, event.drafts.get(room.room));
  });
  const active = rooms.find(({ name }) => name === firstShown(event, wanted));
  const screen = { ...empty, ...active?.draft, rooms, activeRoom: active?.name };
  const others = rooms.map(({ name }) => name).filter((name) => !wanted.includes(name));
  return show(
    state,
    screen,
    ...wanted.map((room): Effect => ({ type: "join", room })),
    ...others.map((room): Effect => ({ type: "join", room, ref: rememberedRef })),
  );
}

/** The room that was shown last, unless others were asked for. */
function firstShown({ rooms, shownRoom }: Remembered, wanted: readonly string[]) {
  const [first] = wanted;
  if (first !== undefined && first !== lobbyName) return first;
  const isKnown = rooms.some(({ room }) => room === shownRoom);
  return isKnown ? shownRoom : (first ?? rooms[0]?.room);
}

function recalledRoom(
  moment: Moment,
  screen: RoomScreen,
  { entries, hasMore, ...known }: Remembered["rooms"][number],
  draft = "",
): RoomState {
  const page = { entries, damaged: [], hasMore };
  const conversation =
    entries.length === 0 ? emptyConversation : withPage(emptyConversation, page, screen.own.person);
  return {
    ...newRoom(moment, screen, { ...known, members: [] }),
    conversation,
    draft: { ...emptyDraft, editor: editorWith(draft) },
  };
}
