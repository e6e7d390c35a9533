import type { ClientEvent } from "../room/client-port.ts";
import { typingMembersMax, typingPausedMs, typingShownMs } from "../room/limits.ts";
import type { RoomMember } from "../room/message-room.ts";
import { withNotice } from "./conversation.ts";
import { countOf } from "./count-text.ts";
import { changedRoom } from "./room-change.ts";
import type { Moment, RoomScreen, RoomState } from "./view-state.ts";

/** Somebody came, went, changed or writes. */
export type MemberEvent = Extract<
  ClientEvent,
  { type: "joined" | "left" | "split" | "changed" | "typing" }
>;

/** The room with what has become of its members. */
export function reduceMember(moment: Moment, screen: RoomScreen, event: MemberEvent): RoomScreen {
  return changedRoom(screen, event.room, (room) => {
    if (event.type === "typing") return withTyping(moment, room, event);
    const members = membersAfter(room.members, event);
    const gone = nicksGone(event);
    const typing = room.typing.filter(({ nick }) => !gone.includes(nick));
    const text = isOwn(screen, event) ? undefined : memberText(event);
    const { conversation } = room;
    return {
      ...room,
      members,
      typing,
      conversation:
        text === undefined ? conversation : withNotice(conversation, text, moment.wallNow),
    };
  });
}

/** In the order of their names. */
export function sortedMembers(members: readonly RoomMember[]): readonly RoomMember[] {
  return [...members].sort((a, b) => (a.nick < b.nick ? -1 : 1));
}

/** How it is told that somebody came, went or is called otherwise; `undefined`: it is not told. */
export function memberText(event: Exclude<MemberEvent, { type: "typing" }>): string | undefined {
  switch (event.type) {
    case "joined":
      return `${event.nick} joined`;
    case "left":
      return leftText(event);
    case "split":
      return `${countOf(event.nicks.length, "member")} lost (network split)`;
    case "changed":
      return event.was === undefined ? undefined : `${event.was} is ${event.nick} now`;
  }
}

function leftText({ nick, reason, text }: Extract<MemberEvent, { type: "left" }>): string {
  const why = text === undefined || text === "" ? "" : `: ${text}`;
  switch (reason) {
    case "left":
      return `${nick} left`;
    case "quit":
      return `${nick} quit${why}`;
    case "lost":
      return `${nick} lost the connection (power or cable)`;
    case "asleep":
      return `${nick} left: the machine went to sleep`;
    case "moved":
      return `${nick} went to another server`;
    case "kicked":
      return `${nick} was kicked${why}`;
    case "server":
      return `${nick} left: server closing`;
  }
}

function isOwn({ nick }: RoomScreen, event: Exclude<MemberEvent, { type: "typing" }>): boolean {
  return event.type !== "split" && (event.nick === nick || ("was" in event && event.was === nick));
}

function nicksGone(event: Exclude<MemberEvent, { type: "typing" }>): readonly string[] {
  if (event.type === "split") return event.nicks;
  return event.type === "changed" ? [event.was ?? ""] : [event.nick];
}

function membersAfter(
  members: readonly RoomMember[],
  event: Exclude<MemberEvent, { type: "typing" }>,
): readonly RoomMember[] {
  switch (event.type) {
    case "split": {
      const gone = new Set(event.nicks);
      return members.filter(({ nick }) => !gone.has(nick));
    }
    case "left":
      return members.filter(({ nick }) => nick !== event.nick);
    case "joined":
    case "changed": {
      const { type: _type, room: _room, ...rest } = event;
      const { was, ...member } = { was: undefined, ...rest };
      const others = members.filter(({ nick }) => nick !== member.nick && nick !== was);
      const index = others.findIndex(({ nick }) => member.nick < nick);
      return others.toSpliced(index === -1 ? others.length : index, 0, member);
    }
  }
}

function withTyping(
  { now }: Moment,
  room: RoomState,
  { nick, state }: Extract<MemberEvent, { type: "typing" }>,
): RoomState {
  const others = room.typing.filter((each) => each.nick !== nick);
  if (state === "done") return { ...room, typing: others };
  const until = now + (state === "active" ? typingShownMs : typingPausedMs);
  return { ...room, typing: [...others, { nick, until }].slice(-typingMembersMax) };
}
