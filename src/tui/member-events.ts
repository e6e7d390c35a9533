import type { ClientEvent } from "../room/client-port.ts";
import { typingMembersMax, typingPausedMs, typingShownMs } from "../room/limits.ts";
import type { RoomMember } from "../room/message-room.ts";
import { withNotice, withPresence } from "./conversation.ts";
import { countOf } from "./count-text.ts";
import type { PresenceChange } from "./line.ts";
import { changedRoom } from "./room-change.ts";
import { speakerMs } from "./room-lines.ts";
import type { Moment, RoomScreen, RoomState, Settings } from "./view-state.ts";

/** Somebody came, went, changed or writes. */
export type MemberEvent = Extract<
  ClientEvent,
  { type: "joined" | "left" | "split" | "changed" | "typing" }
>;

/** The room with what has become of its members. */
export function reduceMember(
  moment: Moment,
  settings: Settings,
  screen: RoomScreen,
  event: MemberEvent,
): RoomScreen {
  return changedRoom(screen, event.room, (room) => {
    if (event.type === "typing") return withTyping(moment, room, event);
    const members = membersAfter(room.members, event);
    const gone = nicksGone(event);
    const typing = room.typing.filter(({ nick }) => !gone.includes(nick));
    const conversation = isOwn(screen, event)
      ? room.conversation
      : withTold(moment, settings, { screen, room }, event);
    return { ...room, members, typing, conversation };
  });
}

/** The conversation with what happened to somebody; whom we are talking with has a line of their own. */
function withTold(
  moment: Moment,
  { joins }: Settings,
  { screen, room }: { readonly screen: RoomScreen; readonly room: RoomState },
  event: Exclude<MemberEvent, { type: "typing" }>,
): RoomState["conversation"] {
  const { conversation } = room;
  const { now, wallNow } = moment;
  if (event.type === "split") return withNotice(conversation, splitText(event), wallNow);
  const change = presenceChange(event);
  if (change === undefined) return conversation;
  const { nick } = change;
  const isSpeaker = room.speakers.some((each) => each.nick === nick && now - each.at < speakerMs);
  const isPartner = screen.rooms.some(({ persons }) => persons.includes(nick));
  const isTold = isSpeaker || isPartner;
  if (joins === "hide" && !isTold) return conversation;
  return withPresence(conversation, change, wallNow, isTold || joins === "show");
}

/** In the order of their names. */
export function sortedMembers(members: readonly RoomMember[]): readonly RoomMember[] {
  return [...members].sort((a, b) => (a.nick < b.nick ? -1 : 1));
}

/** How it is told that somebody came, went or is called otherwise; `undefined`: it is not told. */
export function memberText(event: Exclude<MemberEvent, { type: "typing" }>): string | undefined {
  if (event.type === "split") return splitText(event);
  const change = presenceChange(event);
  return change === undefined ? undefined : `${change.nick} ${change.what}`;
}

function splitText({ nicks }: Extract<MemberEvent, { type: "split" }>): string {
  return `${countOf(nicks.length, "member")} lost (network split)`;
}

function presenceChange(
  event: Exclude<MemberEvent, { type: "typing" | "split" }>,
): PresenceChange | undefined {
  switch (event.type) {
    case "joined":
      return { nick: event.nick, what: "joined" };
    case "left":
      // The entry that put them out says it, with by whom and why.
      if (event.reason === "kicked") return undefined;
      return { nick: event.nick, what: leftText(event) };
    case "changed":
      if (event.was === undefined) return undefined;
      return { nick: event.was, what: `is ${event.nick} now` };
  }
}

function leftText({ reason, text }: Extract<MemberEvent, { type: "left" }>): string {
  const why = text === undefined || text === "" ? "" : `: ${text}`;
  switch (reason) {
    case "left":
      return "left";
    case "quit":
      return `quit${why}`;
    case "lost":
      return "lost the connection (power or cable)";
    case "asleep":
      return "left: the machine went to sleep";
    case "moved":
      return "went to another server";
    case "kicked":
      return `was kicked${why}`;
    case "server":
      return "left: server closing";
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
