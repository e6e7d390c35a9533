import type { ClientEvent } from "../room/client-port.ts";
import { isLine } from "../room/entry.ts";
import type { LogEntry } from "../room/log-entry.ts";
import type { RoomState as RoomMode } from "../room/message-room.ts";
import { isChanging } from "../room/overlay.ts";
import { isCall, isSeen } from "./bell.ts";
import {
  type Conversation,
  withChange,
  withDamaged,
  withFailed,
  withPending,
  withSaid,
  withStored,
} from "./conversation.ts";
import { hiddenReason } from "./line-filter.ts";
import { newLineAfter } from "./new-line.ts";
import { changedRoom, idle } from "./room-change.ts";
import { textAgain, withTextBack } from "./typed-text.ts";
import type { Moment, RoomScreen, RoomState, ViewState } from "./view-state.ts";

/** What becomes of lines. */
export type LineEvent = Extract<
  ClientEvent,
  { type: "said" | "damaged" | "pending" | "stored" | "failed" }
>;

/** Who spoke so long ago is not taken for somebody whom one is talking with, milliseconds. */
export const speakerMs: number = 5 * 60_000;

/** Speakers that are remembered in each room. */
export const speakersMax = 32;

/** The room with what has become of its lines. */
export function reduceLine(
  moment: Moment,
  state: ViewState,
  screen: RoomScreen,
  event: LineEvent,
): RoomScreen {
  const next = changedRoom(screen, event.room, (room) => {
    const conversation = withLine(moment, room.conversation, event);
    if (event.type !== "said") return { ...room, conversation };
    const { entry } = event;
    const { window } = room;
    return {
      ...room,
      ...saidChanges(state, screen, room, event),
      speakers: withSpeaker(moment, room, entry),
      window: window && isChanging(entry.body) ? withChange(window, entry, entry.body) : window,
      conversation: room.name === screen.activeRoom ? conversation : idle(conversation),
    };
  });
  if (event.type !== "failed") return next;
  return withTextBack(next, textAgain(event.body), event.message);
}

/** What a room is besides its conversation, after an entry. */
function saidChanges(
  state: ViewState,
  screen: RoomScreen,
  room: RoomState,
  event: Extract<LineEvent, { type: "said" }>,
): Partial<RoomState> {
  const { entry, isOwn } = event;
  const { settings } = state;
  const isHidden = !isOwn && hiddenReason(entry, settings.hidden) !== undefined;
  const isNews = !isOwn && isLine(entry) && !isHidden;
  const isUnread = isNews && room.name !== screen.activeRoom;
  const isMention = isUnread && isCall(screen, event, settings.highlights);
  const typing = room.typing.filter(({ nick }) => nick !== entry.author.nick);
  return {
    state: modeAfter(room.state, event),
    unreadCount: room.unreadCount + (isUnread ? 1 : 0),
    mentionCount: room.mentionCount + (isMention ? 1 : 0),
    newLine: isNews
      ? newLineAfter(room, entry.sequence, isSeen(state, screen, room.name))
      : room.newLine,
    // Nobody may have been writing, and then it stays the same value.
    typing: typing.length === room.typing.length ? room.typing : typing,
  };
}

function withSpeaker(
  { now }: Moment,
  { speakers }: RoomState,
  { author, body }: LogEntry,
): RoomState["speakers"] {
  if (body.type !== "message") return speakers;
  const { nick } = author;
  const others = speakers.filter((each) => each.nick !== nick && now - each.at < speakerMs);
  return [{ nick, at: now }, ...others].slice(0, speakersMax);
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
      const text = textAgain(body);
      return withFailed(conversation, { id, body, text, at: moment.wallNow, reason: message });
    }
  }
}
