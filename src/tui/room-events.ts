import type { ClientEvent } from "../room/client-port.ts";
import {
  type Conversation,
  emptyConversation,
  oldestSequence,
  withDamaged,
  withFailed,
  withLoading,
  withNotice,
  withPage,
  withPending,
  withSaid,
  withStored,
} from "./conversation.ts";
import { textSize } from "./count-text.ts";
import { emptyHistory } from "./input-history.ts";
import { messagePane } from "./layout.ts";
import { editorWith, emptyEditor } from "./line-editor.ts";
import { wantsPast } from "./scroll.ts";
import { firstVisitText } from "./trust.ts";
import {
  type Effect,
  type Moment,
  type Paste,
  type RoomScreen,
  type RoomState,
  type Step,
  show,
  type ViewState,
} from "./view-state.ts";

/** `ref` of a join that a person asked for, so that the room is shown when it is answered. */
export const chosenRef = "chosen";

/** The server has accepted us: the room screen, and the rooms to join. */
export function enterServer(
  state: ViewState,
  ready: Extract<ClientEvent, { type: "ready" }>,
): Step {
  const screen: RoomScreen = {
    type: "room",
    server: ready.server,
    nick: ready.nick,
    connection: { state: "open", attempt: 1 },
    rooms: [],
    activeRoom: undefined,
    editor: emptyEditor,
    history: emptyHistory,
    paste: undefined,
    reader: undefined,
    areMembersShown: true,
    hint:
      state.hosted?.id === ready.server.id
        ? `you host ${ready.server.name}: others on this network find it by starting earshot`
        : undefined,
    greeting: ready.isFirstVisit && firstVisitText(ready.server.name, ready.server.id),
  };
  const joins = state.settings.rooms.map((room): Effect => ({ type: "join", room }));
  return show(state, screen, ...joins);
}

/** News of the client while chatting. */
export function reduceRoomEvent(
  moment: Moment,
  state: ViewState,
  screen: RoomScreen,
  event: ClientEvent,
): Step {
  switch (event.type) {
    case "connection":
      return show(state, reduceConnection(screen, event));
    case "ready":
      return reduceReady(moment, state, screen, event);
    case "nick-refused":
      return show(state, { ...screen, hint: `${event.message}: choose another with /nick NAME` });
    case "entered":
      return reduceEntered(moment, state, screen, event);
    case "delayed": {
      const text = delayedText(event.message);
      const at = moment.wallNow;
      return show(
        state,
        conversed(screen, event.room, (room) => withNotice(room, text, at)),
      );
    }
    case "reset":
      return show(
        state,
        conversed(screen, event.room, (old) => withReset(old, moment.wallNow)),
      );
    case "exited": {
      const rooms = screen.rooms.filter(({ name }) => name !== event.room);
      const isActive = screen.activeRoom === event.room;
      const activeRoom = isActive ? rooms[0]?.name : screen.activeRoom;
      return show(state, { ...screen, rooms, activeRoom });
    }
    case "error":
      return reduceError(state, screen, event);
    case "shutdown": {
      const text = `${screen.server.name} is shutting down (${event.reason}); waiting for it`;
      return show(state, noticed(moment, screen, text));
    }
    case "members":
      return show(
        state,
        changed(screen, event.room, (room) => ({ ...room, members: sorted(event.nicks) })),
      );
    case "page":
      return reducePage(state, screen, event);
    case "joined":
    case "left":
      return show(state, reduceMember(moment, screen, event));
    default:
      return show(state, reduceLine(moment, screen, event));
  }
}

/** Asks for an older page of the shown room when its beginning is near the top of the screen. */
export function withPastWanted(step: Step): Step {
  const { screen, settings, size } = step.state;
  if (screen.type !== "room") return step;
  const room = activeRoom(screen);
  if (room === undefined || !wantsPast(messagePane(size, screen, room, settings))) return step;
  const before = oldestSequence(room.conversation);
  const effect: Effect = {
    type: "history",
    room: room.name,
    ...(before !== undefined && { before }),
  };
  const loading = conversed(screen, room.name, (conversation) => withLoading(conversation, true));
  return { state: { ...step.state, screen: loading }, effects: [...step.effects, effect] };
}

/** The room that is shown. */
export function activeRoom(screen: RoomScreen): RoomState | undefined {
  return screen.rooms.find(({ name }) => name === screen.activeRoom);
}

/** The screen with one room's conversation changed. */
export function conversed(
  screen: RoomScreen,
  name: string,
  change: (conversation: Conversation) => Conversation,
): RoomScreen {
  return changed(screen, name, (room) => ({ ...room, conversation: change(room.conversation) }));
}

function changed(
  screen: RoomScreen,
  name: string,
  change: (room: RoomState) => RoomState,
): RoomScreen {
  return {
    ...screen,
    rooms: screen.rooms.map((room) => (room.name === name ? change(room) : room)),
  };
}

/** The screen with a notice in every room. */
function noticed(moment: Moment, screen: RoomScreen, text: string): RoomScreen {
  const rooms = screen.rooms.map((room) => ({
    ...room,
    conversation: withNotice(room.conversation, text, moment.wallNow),
  }));
  return { ...screen, rooms };
}

function reduceConnection(
  screen: RoomScreen,
  event: Extract<ClientEvent, { type: "connection" }>,
): RoomScreen {
  const { type: _, ...connection } = event;
  const next = { ...screen, connection };
  if (event.state !== "closed") return next;
  const why = event.reason === undefined ? "" : `: ${event.reason}`;
  return { ...next, hint: `the connection is closed${why}; /servers chooses another server` };
}

function reduceReady(
  moment: Moment,
  state: ViewState,
  screen: RoomScreen,
  event: Extract<ClientEvent, { type: "ready" }>,
): Step {
  const { server, nick } = event;
  // What was asked on the lost connection may never be answered.
  const rooms = screen.rooms.map((room) => ({
    ...room,
    conversation: withLoading(room.conversation, false),
  }));
  const next: RoomScreen = { ...screen, server, nick, rooms };
  const isSame = nick === screen.nick;
  return show(state, isSame ? next : noticed(moment, next, `you are ${nick} now`));
}

function reduceEntered(
  moment: Moment,
  state: ViewState,
  screen: RoomScreen,
  event: Extract<ClientEvent, { type: "entered" }>,
): Step {
  const members = sorted(event.nicks);
  const isKnown = screen.rooms.some(({ name }) => name === event.room);
  const { greeting } = screen;
  const conversation =
    greeting === undefined
      ? emptyConversation
      : withNotice(emptyConversation, greeting, moment.wallNow);
  const room: RoomState = { name: event.room, members, conversation, unreadCount: 0 };
  const next = isKnown
    ? changed(screen, event.room, (known) => ({ ...known, members }))
    : { ...screen, rooms: [...screen.rooms, room], greeting: undefined };
  const isShown = event.ref === chosenRef || screen.activeRoom === undefined;
  return show(state, isShown ? { ...next, activeRoom: event.room } : next);
}

function reduceError(
  state: ViewState,
  screen: RoomScreen,
  event: Extract<ClientEvent, { type: "error" }>,
): Step {
  // A question about the past has no other answer than this when it cannot be answered.
  const room = historyRoom(event.ref);
  const idle =
    room === undefined ? screen : conversed(screen, room, (past) => withLoading(past, false));
  return show(state, { ...idle, hint: event.message });
}

const historyRefPrefix = "history ";

/** `ref` of a question about the past of a room. */
export function historyRef(room: string): string {
  return `${historyRefPrefix}${room}`;
}

function historyRoom(ref: string | undefined): string | undefined {
  return ref?.startsWith(historyRefPrefix) ? ref.slice(historyRefPrefix.length) : undefined;
}

function reducePage(
  state: ViewState,
  screen: RoomScreen,
  page: Extract<ClientEvent, { type: "page" }>,
): Step {
  return show(
    state,
    conversed(screen, page.room, (conversation) => withPage(conversation, page, screen.nick)),
  );
}

/** Somebody came or went. */
export type MemberEvent = Extract<ClientEvent, { type: "joined" | "left" }>;

function reduceMember(moment: Moment, screen: RoomScreen, event: MemberEvent): RoomScreen {
  const { nick, room: name } = event;
  if (nick === screen.nick) return screen;
  return changed(screen, name, (room) => {
    const others = room.members.filter((member) => member !== nick);
    return {
      ...room,
      members: event.type === "joined" ? inserted(others, nick) : others,
      conversation: withNotice(room.conversation, memberText(event), moment.wallNow),
    };
  });
}

/** What was shown is not in the server's log any more; our own lines still wait to be stored. */
function withReset({ pending }: Conversation, at: number): Conversation {
  return withNotice({ ...emptyConversation, pending }, resetText, at);
}

/** How it is told that the server cannot store our lines now. */
export function delayedText(reason: string): string {
  return `not stored yet, trying again: ${reason}`;
}

/** How it is told that the log of a room is another. */
export const resetText = "the server has another history now: what was here is not in it";

/** How it is told that somebody came or went, and why. */
export function memberText(event: MemberEvent): string {
  if (event.type === "joined") return `${event.nick} joined`;
  switch (event.reason) {
    case "left":
      return `${event.nick} left`;
    case "quit":
      return `${event.nick} quit`;
    case "lost":
      return `${event.nick} lost the connection (power or cable)`;
    case "asleep":
      return `${event.nick} left: the machine went to sleep`;
    case "moved":
      return `${event.nick} went to another server`;
    case "kicked":
      return `${event.nick} was kicked`;
    case "server":
      return `${event.nick} left: server closing`;
  }
}

type LineEvent = Extract<
  ClientEvent,
  { type: "said" | "damaged" | "pending" | "stored" | "failed" }
>;

function reduceLine(moment: Moment, screen: RoomScreen, event: LineEvent): RoomScreen {
  const next = changed(screen, event.room, (room) => ({
    ...room,
    conversation: withLine(moment, room.conversation, event),
    unreadCount:
      event.type === "said" && event.room !== screen.activeRoom
        ? room.unreadCount + 1
        : room.unreadCount,
  }));
  return event.type === "failed" ? withTextBack(next, event.text, event.message) : next;
}

function withLine(moment: Moment, conversation: Conversation, event: LineEvent): Conversation {
  switch (event.type) {
    case "said":
      return withSaid(conversation, event.entry, event.isOwn);
    case "damaged":
      return withDamaged(conversation, event.range);
    case "pending":
      return withPending(conversation, event);
    case "stored":
      return withStored(conversation, event.id);
    case "failed": {
      const { id, text, message } = event;
      return withFailed(conversation, { id, text, at: moment.wallNow, reason: message });
    }
  }
}

/** A line that was not taken goes back to where it came from, unless something is typed there. */
export function withTextBack(screen: RoomScreen, text: string, reason: string): RoomScreen {
  const hint = `not sent: ${reason}`;
  if (screen.editor.text !== "" || screen.paste !== undefined) return { ...screen, hint };
  return isPasteLong(text)
    ? { ...screen, hint, paste: pasteOf(text) }
    : { ...screen, hint, editor: editorWith(text) };
}

/** Longer pastes than fit a line or two are not put in the input line but wait as one piece. */
const shortPasteUnits = 500;

/** Whether a paste waits as one piece instead of going into the input line. */
export function isPasteLong(text: string): boolean {
  return text.includes("\n") || shortPasteUnits < text.length;
}

/** The text as a piece that waits. */
export function pasteOf(text: string): Paste {
  return { text, size: textSize(text) };
}

function sorted(nicks: readonly string[]): string[] {
  return [...nicks].sort((a, b) => (a < b ? -1 : 1));
}

function inserted(nicks: readonly string[], nick: string): string[] {
  const index = nicks.findIndex((other) => nick < other);
  return nicks.toSpliced(index === -1 ? nicks.length : index, 0, nick);
}
