import type { ClientEvent } from "../room/client-port.ts";
import { lockedRef } from "./account-text.ts";
import { emptyConversation, withLoading, withNotice } from "./conversation.ts";
import { emptyDraft } from "./draft.ts";
import { noFileNews } from "./file-news.ts";
import { sortedMembers } from "./member-events.ts";
import { usualPanes } from "./panes.ts";
import { emptyPassword } from "./password-entry.ts";
import { changedRoom, noticed, roomTitle, shown } from "./room-change.ts";
import { firstVisitLines } from "./trust.ts";
import {
  type Effect,
  type Moment,
  type RoomScreen,
  type RoomState,
  type Step,
  show,
  type ViewState,
} from "./view-state.ts";
import { withFutureLoading } from "./window.ts";

/** `ref` of a join that a person asked for, so that the room is shown when it is answered. */
export const chosenRef = "chosen";

/** `ref` of a join that nobody asked for now; that it fails is no news. */
export const rememberedRef = "remembered";

/** Of a file with more wrong lines the first are told. */
const problemsShownMax = 5;

/** The server has accepted us: the room screen, and the rooms to join. */
export function enterServer(
  state: ViewState,
  ready: Extract<ClientEvent, { type: "ready" }>,
): Step {
  const { rooms: known } = ready;
  const greeting = greetingText(state, ready);
  const screen: RoomScreen = { ...roomScreen(state, ready), greeting };
  const wanted = state.settings.rooms;
  const remembered = known.map(({ room }) => room).filter((room) => !wanted.includes(room));
  return show(
    state,
    screen,
    ...wanted.map((room): Effect => ({ type: "join", room })),
    ...remembered.map((room): Effect => ({ type: "join", room, ref: rememberedRef })),
  );
}

/** The screen of a server as it begins, without a room. */
export function roomScreen(
  { hosted }: ViewState,
  { server, nick, own }: Pick<Extract<ClientEvent, { type: "ready" }>, "server" | "nick" | "own">,
): RoomScreen {
  const hosting = `you host ${server.name}: others on this network find it by starting earshot`;
  return {
    type: "room",
    ...{ server, nick, own },
    asked: [],
    offered: [],
    files: noFileNews,
    queries: new Map(),
    queryCount: 0,
    connection: { state: "open", attempt: 1 },
    rooms: [],
    activeRoom: undefined,
    ...emptyDraft,
    inputSearch: undefined,
    selection: undefined,
    completing: undefined,
    prefix: undefined,
    password: undefined,
    readToldAt: undefined,
    panes: usualPanes,
    lastRoom: undefined,
    cameFrom: undefined,
    stop: undefined,
    hint: hosted?.id === server.id ? hosting : undefined,
    greeting: undefined,
  };
}

/** What is wrong with the settings is told where it can be read. */
function greetingText(
  { settings }: ViewState,
  { isFirstVisit, server }: Extract<ClientEvent, { type: "ready" }>,
): string | undefined {
  const lines = [
    ...(isFirstVisit ? [firstVisitLines(server.name, server.id).join("\n")] : []),
    ...settings.content.problems.slice(0, problemsShownMax),
  ];
  return lines.length === 0 ? undefined : lines.join("\n");
}

/** The server has accepted us again, or for the first time since it was remembered. */
export function reduceReady(
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
    window: room.window && withFutureLoading(withLoading(room.window, false), false),
    jump: undefined,
  }));
  const next: RoomScreen = { ...screen, server, nick, own, rooms, stop: undefined };
  const wasOurs = screen.own.isGuest !== true && own.isGuest === true;
  const isSame = nick === screen.nick && !wasOurs;
  // Rooms that were entered by another device, or are not remembered here.
  const others = event.rooms.filter(({ room }) => rooms.every(({ name }) => name !== room));
  return show(
    state,
    isSame ? next : noticed(moment, next, wasOurs ? guestText(screen.nick, nick) : nickText(nick)),
    ...others.map(({ room }): Effect => ({ type: "join", room, ref: rememberedRef })),
  );
}

function nickText(nick: string): string {
  return `you are ${nick} now`;
}

/** How it is told that a device was logged in and is not any more. */
export function guestText(before: string, nick: string): string {
  return `this device does not log in as ${before} any more: you are ${nick} now, a guest; /login ${before} with the password, if that is you`;
}

/** We are in a room, for the first time or again. */
export function reduceEntered(
  moment: Moment,
  state: ViewState,
  screen: RoomScreen,
  event: Extract<ClientEvent, { type: "entered" }>,
): Step {
  const members = sortedMembers(event.members);
  const isKnown = screen.rooms.some(({ name }) => name === event.room);
  const title = roomTitle(event.room, event.persons, screen.own.person);
  const persons = othersOf(event.persons, screen.own.person);
  const known = { members, persons, title, state: event.state };
  const next = isKnown
    ? changedRoom(screen, event.room, (room) => ({ ...room, ...known, typing: [] }))
    : { ...screen, rooms: [...screen.rooms, newRoom(moment, screen, event)], greeting: undefined };
  const query = screen.queries.get(event.ref ?? "");
  const isShown =
    event.ref === chosenRef ||
    event.ref === lockedRef ||
    isQueryRef(event.ref) ||
    screen.asked.some(({ room }) => room === event.room) ||
    screen.activeRoom === undefined;
  const entered: RoomScreen = {
    ...next,
    // Why it was not entered before, perhaps.
    ...(event.ref === chosenRef && { hint: undefined }),
    asked: screen.asked.filter(({ room }) => room !== event.room),
    queries: new Map([...screen.queries].filter(([ref]) => ref !== event.ref)),
  };
  const rooms = withLock(isShown ? shown(entered, event.room) : entered, event);
  if (query === undefined) return show(state, rooms);
  const body = { type: "message", text: query } as const;
  return show(state, rooms, { type: "post", room: event.room, body });
}

/** A room that was made to have a password is asked for one. */
function withLock(
  screen: RoomScreen,
  { ref, room }: Extract<ClientEvent, { type: "entered" }>,
): RoomScreen {
  if (ref !== lockedRef) return screen;
  return { ...screen, password: emptyPassword({ type: "set-room-password", room }) };
}

/** What a room is known by when it is shown first. */
export type EnteredRoom = Pick<
  Extract<ClientEvent, { type: "entered" }>,
  "room" | "persons" | "read" | "state" | "members"
>;

/** A room as it is shown first. */
export function newRoom(
  moment: Moment,
  { greeting, own }: RoomScreen,
  event: EnteredRoom,
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
    persons: othersOf(persons, own.person),
    conversation: lines.reduce(
      (all, line) => withNotice(all, line, moment.wallNow),
      emptyConversation,
    ),
    window: undefined,
    windowCount: 0,
    jump: undefined,
    newLine:
      (read?.unread ?? 0) === 0 ? undefined : { from: (read?.sequence ?? 0) + 1, isSeen: false },
    speakers: [],
    unreadCount: read?.unread ?? 0,
    mentionCount: read?.mentions ?? 0,
    readSequence: read?.sequence ?? 0,
    typing: [],
    progress: undefined,
    draft: emptyDraft,
    deliveredSequence: 0,
  };
}

function othersOf(
  persons: Extract<ClientEvent, { type: "entered" }>["persons"],
  own: string,
): readonly string[] {
  return (persons ?? []).filter(({ person }) => person !== own).map(({ nick }) => nick);
}

const queryRefPrefix = "query ";

/** `ref` of the question for a private chat. */
export function queryRef(count: number): string {
  return `${queryRefPrefix}${count}`;
}

function isQueryRef(ref: string | undefined): boolean {
  return ref?.startsWith(queryRefPrefix) ?? false;
}
