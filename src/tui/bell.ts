import type { ClientEvent } from "../room/client-port.ts";
import { activeRoom } from "./room-change.ts";
import type { RoomScreen, Step, ViewState } from "./view-state.ts";

/** The bell rings at most once in this time, however often somebody is called. */
export const bellMs = 3_000;

/** Only so much of a line is looked through: who is meant is named early. */
export const mentionUnitsMax = 4_096;

/** Rings when a line names us where we do not see it; `before` is what was seen when it came. */
export function withBell(before: ViewState, step: Step, event: ClientEvent): Step {
  const { screen, settings, now, rungAt } = before;
  if (event.type !== "said" || event.isOwn || screen.type !== "room" || !settings.hasBell) {
    return step;
  }
  if (rungAt !== undefined && now < rungAt + bellMs) return step;
  if (isSeen(before, screen, event.room) || !isCall(screen, event)) return step;
  return {
    state: { ...step.state, rungAt: now },
    effects: [...step.effects, { type: "ring" }],
  };
}

/** Whether a line means us: it names us, or is said in private. */
export function isCall(
  { nick, own }: RoomScreen,
  { room, entry }: Extract<ClientEvent, { type: "said" }>,
): boolean {
  const { body } = entry;
  if (body.type !== "message") return false;
  if (body.isAnnouncement || room.startsWith("&")) return true;
  return body.mentions?.includes(own.person) === true || mentions(body.text, nick);
}

/** Whether the text names the nickname as a word, in upper or lower case. */
export function mentions(text: string, nick: string): boolean {
  const escaped = nick.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  const word = String.raw`[\p{L}\p{M}\p{Nd}_]`;
  const named = new RegExp(`(?<!${word})${escaped}(?!${word})`, "iu");
  return named.test(text.slice(0, mentionUnitsMax));
}

function isSeen({ overlay }: ViewState, screen: RoomScreen, room: string): boolean {
  if (overlay !== undefined) return false;
  return room === screen.activeRoom && activeRoom(screen)?.conversation.anchor === undefined;
}
