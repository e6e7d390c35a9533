import type { ClientEvent } from "../room/client-port.ts";
import { postText } from "../room/client-post.ts";
import { isLine } from "../room/entry.ts";
import type { RoomState as RoomMode } from "../room/message-room.ts";
import { isCall } from "./bell.ts";
import {
  type Conversation,
  withDamaged,
  withFailed,
  withPending,
  withSaid,
  withStored,
} from "./conversation.ts";
import { hiddenReason } from "./line-filter.ts";
import { changedRoom } from "./room-change.ts";
import { withTextBack } from "./typed-text.ts";
import type { Moment, RoomScreen, RoomState, Settings } from "./view-state.ts";

/** What becomes of lines. */
export type LineEvent = Extract<
  ClientEvent,
  { type: "said" | "damaged" | "pending" | "stored" | "failed" }
>;

/** The room with what has become of its lines. */
export function reduceLine(
  moment: Moment,
  settings: Settings,
  screen: RoomScreen,
  event: LineEvent,
): RoomScreen {
  const next = changedRoom(screen, event.room, (room) => ({
    ...room,
    ...(event.type === "said" && saidChanges(settings, screen, room, event)),
    conversation: withLine(moment, room.conversation, event),
  }));
  if (event.type !== "failed") return next;
  return withTextBack(next, postText(event.body), event.message);
}

/** What a room is besides its conversation, after an entry. */
function saidChanges(
  settings: Settings,
  screen: RoomScreen,
  room: RoomState,
  event: Extract<LineEvent, { type: "said" }>,
): Partial<RoomState> {
  const { entry, isOwn } = event;
  const isHidden = !isOwn && hiddenReason(entry, settings.hidden) !== undefined;
  const isUnread = !isOwn && isLine(entry) && !isHidden && room.name !== screen.activeRoom;
  const isMention = isUnread && isCall(screen, event, settings.highlights);
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
