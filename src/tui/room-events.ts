import type { ClientEvent } from "../room/client-port.ts";
import { registeredHint } from "./account-text.ts";
import { withOffered } from "./banner.ts";
import { emptyConversation, withNotice } from "./conversation.ts";
import { chosenRef, reduceEntered, reduceReady, rememberedRef } from "./entering.ts";
import { type FileNewsEvent, isFileNews, withFileNews, withOffers } from "./file-news.ts";
import { reduceMember, sortedMembers } from "./member-events.ts";
import { emptyPassword } from "./password-entry.ts";
import { reducePage, withoutPage } from "./past.ts";
import { answered, changedRoom, conversed, withoutRoom } from "./room-change.ts";
import { reduceLine } from "./room-lines.ts";
import { reduceSocial } from "./social-events.ts";
import {
  type Moment,
  type RoomScreen,
  type RoomState,
  type Step,
  show,
  type ViewState,
} from "./view-state.ts";

/** News of the client while chatting. */
export function reduceRoomEvent(
  moment: Moment,
  state: ViewState,
  before: RoomScreen,
  event: ClientEvent,
): Step {
  const files = withOffers(before.files, event, before.own.person);
  const screen = withOffered({ ...before, files }, event, moment.now);
  if (!isFileNews(event)) return reduceNews(moment, state, screen, event);
  const { news, text } = withFileNews(files, event);
  const after = { ...screen, files: news };
  return show(state, text === undefined ? after : answered(moment, after, [text]));
}

function reduceNews(
  moment: Moment,
  state: ViewState,
  screen: RoomScreen,
  event: Exclude<ClientEvent, FileNewsEvent>,
): Step {
  switch (event.type) {
    // Kept beside the screen.
    case "link":
    case "remembered":
      return show(state, screen);
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
        changedRoom(screen, event.room, (room) => withReset(room, event, moment.wallNow)),
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
    case "progress":
      return show(state, reduceProgress(screen, event));
    case "page":
      return reducePage(moment, state, screen, event);
    case "joined":
    case "left":
    case "split":
    case "changed":
    case "typing":
      return show(state, reduceMember(moment, state.settings, screen, event));
    case "account":
      return reduceAccount(moment, state, screen, event);
    case "answered":
      return reduceAnswered(moment, state, screen, event);
    case "asked":
    case "invited":
    case "renamed":
    case "notice":
    case "memory":
    case "answer":
    case "identified":
    case "shutdown":
      return show(state, reduceSocial(moment, state, screen, event));
    default:
      return show(state, reduceLine(moment, state, screen, event));
  }
}

function reduceProgress(
  screen: RoomScreen,
  { type: _type, room: name, ...progress }: Extract<ClientEvent, { type: "progress" }>,
): RoomScreen {
  const isEverywhere = progress.memberCount <= progress.deliveredCount;
  return changedRoom(screen, name, (room) => ({
    ...room,
    progress,
    deliveredSequence: isEverywhere ? progress.sequence : room.deliveredSequence,
  }));
}

/** A private chat that was agreed to on another device of ours is entered here too. */
function reduceAnswered(
  moment: Moment,
  state: ViewState,
  screen: RoomScreen,
  event: Extract<ClientEvent, { type: "answered" }>,
): Step {
  const next = reduceSocial(moment, state, screen, event);
  if (event.nick !== screen.nick || event.answer === "declined") return show(state, next);
  return show(state, next, { type: "join", room: event.room, ref: rememberedRef });
}

/** A room whose password was right is what somebody wanted to enter. */
function reduceAccount(
  moment: Moment,
  state: ViewState,
  screen: RoomScreen,
  event: Extract<ClientEvent, { type: "account" }>,
): Step {
  const next = reduceSocial(moment, state, screen, event);
  const { result } = event;
  if (result.type !== "room-opened") return show(state, next);
  return show(state, next, { type: "join", room: result.room, ref: chosenRef });
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

function reduceError(
  state: ViewState,
  screen: RoomScreen,
  event: Extract<ClientEvent, { type: "error" }>,
): Step {
  if (event.ref === rememberedRef) {
    // What was shown from memory is not for us any more.
    const isBarred = screen.rooms.some(({ name, members }) => {
      return name === event.room && members.length === 0;
    });
    if (!isBarred || event.room === undefined) return show(state, screen);
    return show(state, { ...withoutRoom(screen, event.room), hint: event.message });
  }
  if (event.code === "password-needed" && event.room !== undefined) {
    const password = emptyPassword({ type: "open-room", room: event.room });
    return show(state, { ...screen, password, hint: event.message });
  }
  const queries = new Map([...screen.queries].filter(([ref]) => ref !== event.ref));
  // A question about the past has no other answer than this when it cannot be answered.
  const idle = withoutPage(screen, event.ref);
  return show(state, { ...idle, queries, hint: event.message });
}

/** What was shown is not in the server's log any more, or long past; our own lines still wait to be stored. */
function withReset(
  room: RoomState,
  { isFar }: Extract<ClientEvent, { type: "reset" }>,
  at: number,
): RoomState {
  const rest = { ...emptyConversation, pending: room.conversation.pending };
  // What was missed comes as the past of the room.
  const conversation = isFar ? rest : withNotice(rest, resetText, at);
  return { ...room, window: undefined, jump: undefined, newLine: undefined, conversation };
}

/** How it is told that the server cannot store our lines now. */
export function delayedText(reason: string): string {
  return `not stored yet, trying again: ${reason}`;
}

/** How it is told that the log of a room is another. */
export const resetText = "the server has another history now: what was here is not in it";
