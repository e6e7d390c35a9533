import type { ClientEvent } from "../room/client-port.ts";
import { postText } from "../room/client-post.ts";
import { isLine } from "../room/entry.ts";
import type { RoomState as RoomMode } from "../room/message-room.ts";
import { registeredHint } from "./account-text.ts";
import { isCall } from "./bell.ts";
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
import { emptyHistory } from "./input-history.ts";
import { messagePane } from "./layout.ts";
import { emptyEditor } from "./line-editor.ts";
import { reduceMember, sortedMembers } from "./member-events.ts";
import { activeRoom, answered, changedRoom, conversed, noticed, roomTitle } from "./room-change.ts";
import { wantsPast } from "./scroll.ts";
import { historyText, reduceSocial } from "./social-events.ts";
import { firstVisitText } from "./trust.ts";
import { withTextBack } from "./typed-text.ts";
import {
  type Effect,
  type Moment,
  type RoomScreen,
  type RoomState,
  type Step,
  show,
  type ViewState,
} from "./view-state.ts";

/** `ref` of a join that a person asked for, so that the room is shown when it is answered. */
export const chosenRef = "chosen";

/** `ref` of a join that nobody asked for now; that it fails is no news. */
export const rememberedRef = "remembered";

/** `ref` of `/history`, whose answer is printed. */
export const printedRef = "printed";

/** Lines in one page of the past: two screens and more. */
const pastLimit = 100;

/** The server has accepted us: the room screen, and the rooms to join. */
export function enterServer(
  state: ViewState,
  ready: Extract<ClientEvent, { type: "ready" }>,
): Step {
  const screen: RoomScreen = {
    type: "room",
    server: ready.server,
    nick: ready.nick,
    own: ready.own,
    asked: [],
    queries: new Map(),
    queryCount: 0,
    connection: { state: "open", attempt: 1 },
    rooms: [],
    activeRoom: undefined,
    editor: emptyEditor,
    history: emptyHistory,
    paste: undefined,
    password: undefined,
    reader: undefined,
    areMembersShown: true,
    hint:
      state.hosted?.id === ready.server.id
        ? `you host ${ready.server.name}: others on this network find it by starting earshot`
        : undefined,
    greeting: ready.isFirstVisit && firstVisitText(ready.server.name, ready.server.id),
  };
  const wanted = state.settings.rooms;
  const remembered = ready.rooms.map(({ room }) => room).filter((room) => !wanted.includes(room));
  return show(
    state,
    screen,
    ...wanted.map((room): Effect => ({ type: "join", room })),
    ...remembered.map((room): Effect => ({ type: "join", room, ref: rememberedRef })),
  );
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
      return show(state, {
        ...screen,
        hint: `${event.message}${registeredHint(event.code)}: choose another with /nick NAME`,
      });
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
    case "exited":
      return show(state, withoutRoom(screen, event.room));
    case "removed":
      return show(state, reduceSocial(moment, state, withoutRoom(screen, event.room), event));
    case "error":
      return reduceError(state, screen, event);
    case "members": {
      const members = sortedMembers(event.members);
      return show(
        state,
        changedRoom(screen, event.room, (room) => ({ ...room, members })),
      );
    }
    case "progress": {
      const { type: _type, room: name, ...progress } = event;
      return show(
        state,
        changedRoom(screen, name, (room) => ({ ...room, progress })),
      );
    }
    case "page":
      return reducePage(moment, state, screen, event);
    case "joined":
    case "left":
    case "split":
    case "changed":
    case "typing":
      return show(state, reduceMember(moment, screen, event));
    case "asked":
    case "answered":
    case "invited":
    case "renamed":
    case "notice":
    case "answer":
    case "identified":
    case "account":
    case "shutdown":
      return show(state, reduceSocial(moment, state, screen, event));
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
  const range = { limit: pastLimit, ...(before !== undefined && { before }) };
  const effect: Effect = { type: "history", room: room.name, range, ref: historyRef(room.name) };
  const loading = conversed(screen, room.name, (conversation) => withLoading(conversation, true));
  return { state: { ...step.state, screen: loading }, effects: [...step.effects, effect] };
}

/** Tells the server what was read: the end of the shown room, while it is seen. */
export function withReadTold(step: Step): Step {
  const { screen, helpRow } = step.state;
  if (screen.type !== "room" || helpRow !== undefined || screen.reader !== undefined) return step;
  const room = activeRoom(screen);
  const newest = room?.conversation.newest;
  if (room === undefined || newest === undefined || screen.connection.state !== "open") return step;
  if (room.conversation.anchor !== undefined || newest.sequence <= room.readSequence) return step;
  const effect: Effect = { type: "read", room: room.name, ...newest };
  const told = changedRoom(screen, room.name, (each) => ({
    ...each,
    readSequence: newest.sequence,
  }));
  return { state: { ...step.state, screen: told }, effects: [...step.effects, effect] };
}

function withoutRoom(screen: RoomScreen, name: string): RoomScreen {
  const rooms = screen.rooms.filter((room) => room.name !== name);
  const isActive = screen.activeRoom === name;
  return { ...screen, rooms, activeRoom: isActive ? rooms[0]?.name : screen.activeRoom };
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
  const { server, nick, own } = event;
  // What was asked on the lost connection may never be answered.
  const rooms = screen.rooms.map((room) => ({
    ...room,
    conversation: withLoading(room.conversation, false),
  }));
  const next: RoomScreen = { ...screen, server, nick, own, rooms };
  const isSame = nick === screen.nick;
  return show(state, isSame ? next : noticed(moment, next, `you are ${nick} now`));
}

function reduceEntered(
  moment: Moment,
  state: ViewState,
  screen: RoomScreen,
  event: Extract<ClientEvent, { type: "entered" }>,
): Step {
  const members = sortedMembers(event.members);
  const isKnown = screen.rooms.some(({ name }) => name === event.room);
  const title = roomTitle(event.room, event.persons, screen.own.person);
  const known = { members, title, state: event.state };
  const next = isKnown
    ? changedRoom(screen, event.room, (room) => ({ ...room, ...known, typing: [] }))
    : { ...screen, rooms: [...screen.rooms, newRoom(moment, screen, event)], greeting: undefined };
  const query = screen.queries.get(event.ref ?? "");
  const isShown =
    event.ref === chosenRef ||
    isQueryRef(event.ref) ||
    screen.asked.some(({ room }) => room === event.room) ||
    screen.activeRoom === undefined;
  const entered: RoomScreen = {
    ...next,
    asked: screen.asked.filter(({ room }) => room !== event.room),
    queries: new Map([...screen.queries].filter(([ref]) => ref !== event.ref)),
    activeRoom: isShown ? event.room : screen.activeRoom,
  };
  const rooms = isShown ? withoutUnread(entered, event.room) : entered;
  if (query === undefined) return show(state, rooms);
  const body = { type: "message", text: query } as const;
  return show(state, rooms, { type: "post", room: event.room, body });
}

/** The screen with nothing unread in that room. */
export function withoutUnread(screen: RoomScreen, name: string): RoomScreen {
  return changedRoom(screen, name, (room) => ({ ...room, unreadCount: 0, mentionCount: 0 }));
}

function newRoom(
  moment: Moment,
  { greeting, own }: RoomScreen,
  event: Extract<ClientEvent, { type: "entered" }>,
): RoomState {
  const { room: name, persons, read, state } = event;
  const lines = [
    ...(greeting === undefined ? [] : [greeting]),
    ...(state.topic === "" ? [] : [`topic: ${state.topic}`]),
  ];
  return {
    name,
    title: roomTitle(name, persons, own.person),
    state,
    members: sortedMembers(event.members),
    conversation: lines.reduce(
      (all, line) => withNotice(all, line, moment.wallNow),
      emptyConversation,
    ),
    unreadCount: read?.unread ?? 0,
    mentionCount: read?.mentions ?? 0,
    readSequence: read?.sequence ?? 0,
    typing: [],
    progress: undefined,
  };
}

const queryRefPrefix = "query ";

/** `ref` of the question for a private chat. */
export function queryRef(count: number): string {
  return `${queryRefPrefix}${count}`;
}

function isQueryRef(ref: string | undefined): boolean {
  return ref?.startsWith(queryRefPrefix) ?? false;
}

function reduceError(
  state: ViewState,
  screen: RoomScreen,
  event: Extract<ClientEvent, { type: "error" }>,
): Step {
  if (event.ref === rememberedRef) return show(state, screen);
  const queries = new Map([...screen.queries].filter(([ref]) => ref !== event.ref));
  // A question about the past has no other answer than this when it cannot be answered.
  const room = historyRoom(event.ref);
  const idle =
    room === undefined ? screen : conversed(screen, room, (past) => withLoading(past, false));
  return show(state, { ...idle, queries, hint: event.message });
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
  moment: Moment,
  state: ViewState,
  screen: RoomScreen,
  page: Extract<ClientEvent, { type: "page" }>,
): Step {
  if (page.ref === printedRef) {
    return show(state, answered(moment, screen, historyText(page, state.settings)));
  }
  const { person } = screen.own;
  return show(
    state,
    conversed(screen, page.room, (conversation) => withPage(conversation, page, person)),
  );
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

type LineEvent = Extract<
  ClientEvent,
  { type: "said" | "damaged" | "pending" | "stored" | "failed" }
>;

function reduceLine(moment: Moment, screen: RoomScreen, event: LineEvent): RoomScreen {
  const next = changedRoom(screen, event.room, (room) => ({
    ...room,
    ...(event.type === "said" && saidChanges(screen, room, event)),
    conversation: withLine(moment, room.conversation, event),
  }));
  if (event.type !== "failed") return next;
  return withTextBack(next, postText(event.body), event.message);
}

/** What a room is besides its conversation, after an entry. */
function saidChanges(
  screen: RoomScreen,
  room: RoomState,
  event: Extract<LineEvent, { type: "said" }>,
): Partial<RoomState> {
  const { entry, isOwn } = event;
  const isUnread = !isOwn && isLine(entry) && room.name !== screen.activeRoom;
  const isMention = isUnread && isCall(screen, event);
  return {
    state: modeAfter(room.state, event),
    unreadCount: room.unreadCount + (isUnread ? 1 : 0),
    mentionCount: room.mentionCount + (isMention ? 1 : 0),
    typing: room.typing.filter(({ nick }) => nick !== entry.author.nick),
  };
}

function modeAfter(mode: RoomMode, { entry }: Extract<LineEvent, { type: "said" }>): RoomMode {
  const { body } = entry;
  if (body.type === "topic") return { ...mode, topic: body.text };
  if (body.type !== "mode") return mode;
  return { ...mode, slowMs: body.slowMs, isReadOnly: body.isReadOnly };
}

function withLine(moment: Moment, conversation: Conversation, event: LineEvent): Conversation {
  switch (event.type) {
    case "said":
      return withSaid(conversation, event.entry, event.isOwn);
    case "damaged":
      return withDamaged(conversation, event.range);
    case "pending":
      if (event.body.type !== "message") return conversation;
      return withPending(conversation, { ...event, text: event.body.text });
    case "stored":
      return withStored(conversation, event.id);
    case "failed": {
      const { id, body, message } = event;
      const text = postText(body);
      return withFailed(conversation, { id, text, at: moment.wallNow, reason: message });
    }
  }
}
