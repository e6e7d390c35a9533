import type { ClientEvent } from "../room/client-port.ts";
import { offerText } from "../room/entry.ts";
import { askedMax } from "../room/limits.ts";
import { accountText } from "./account-text.ts";
import { answerText, numberedText } from "./answer-text.ts";
import { answered, noticed, roomTitle } from "./room-change.ts";
import type { Moment, RoomScreen, ViewState } from "./view-state.ts";

/** What concerns the person and no room that is shown, and answers to what they asked. */
export type SocialEvent = Extract<
  ClientEvent,
  {
    type:
      | "asked"
      | "answered"
      | "invited"
      | "removed"
      | "renamed"
      | "memory"
      | "notice"
      | "answer"
      | "identified"
      | "account"
      | "shutdown";
  }
>;

/** However soon it is too late to answer a request, it is seen so long. */
const readMs = 60_000;

/** The screen with what has happened, in words. */
export function reduceSocial(
  moment: Moment,
  { settings }: ViewState,
  screen: RoomScreen,
  event: SocialEvent,
): RoomScreen {
  const say = (...lines: readonly string[]) => answered(moment, screen, lines);
  switch (event.type) {
    case "asked": {
      const others = screen.asked.filter(({ room }) => room !== event.room);
      // The server's clock may be another than ours: nothing is gone before it was read.
      const until = moment.now + Math.max(readMs, event.until - moment.wallNow);
      const { room, by, offer } = event;
      const waiting = { room, by, until, ...(offer !== undefined && { offer }) };
      const asked = [...others, waiting].slice(-askedMax);
      return { ...say(askedText(event, screen.own.person)), asked };
    }
    case "answered": {
      const isOwn = event.nick === screen.nick;
      const asked = screen.asked.filter(({ room }) => !isOwn || room !== event.room);
      return { ...say(answeredText(event, isOwn)), asked };
    }
    case "invited":
      return say(invitedText(event));
    case "removed":
      return say(removedText(event, screen.nick));
    case "renamed":
      return { ...screen, nick: event.nick };
    case "identified":
      return { ...screen, own: event.own };
    case "account":
      return say(...accountText(event.result, settings.timeFormat));
    case "notice":
      return say(event.text);
    case "memory":
      return say(event.message);
    case "shutdown":
      return stopping(moment, screen, event);
    case "answer": {
      const { question } = event;
      const room = question.type === "answer" ? question.room : undefined;
      const asked = screen.asked.filter((each) => each.room !== room);
      return { ...say(...answerText(event, settings.timeFormat)), asked };
    }
  }
}

/** The answer to `/history`, in lines with their numbers. */
export function historyText(
  { entries, hasMore }: Extract<ClientEvent, { type: "page" }>,
  { timeFormat }: ViewState["settings"],
): readonly string[] {
  if (entries.length === 0) return ["there is nothing"];
  const lines = entries.map((entry) => numberedText(entry, timeFormat));
  return hasMore ? [...lines, "there is more: /history LINE shows what is around a line"] : lines;
}

/** Somebody wants to talk in private. */
export function askedText(
  { by, persons, offer }: Extract<ClientEvent, { type: "asked" }>,
  ownPerson: string,
): string {
  const others = roomTitle(
    "&",
    persons.filter(({ nick }) => nick !== by),
    ownPerson,
  );
  const whom = 2 < persons.length ? ` (with ${others})` : "";
  const what = offer === undefined ? "wants to talk with" : `offers ${offerText(offer)} to`;
  return `${by} ${what} you in private${whom}: /accept or /decline ${by}`;
}

/** What somebody said to the wish to talk. */
export function answeredText(
  { nick, answer }: Extract<ClientEvent, { type: "answered" }>,
  isOwn: boolean,
): string {
  if (isOwn) return `you have ${answer} a private chat on another device`;
  return answer === "accepted"
    ? `${nick} talks with you in private`
    : `${nick} does not want to talk in private`;
}

/** Somebody lets us into a room. */
export function invitedText({ room, by }: Extract<ClientEvent, { type: "invited" }>): string {
  return `${by} invites you: /join #${room}`;
}

/** Somebody put us out of a room, or what we have become did. */
export function removedText(
  event: Extract<ClientEvent, { type: "removed" }>,
  ownNick: string | undefined,
): string {
  const { room, by, isBanned, reason } = event;
  if (by === ownNick) {
    return `you are out of ${room.startsWith("&") ? "a private chat" : `#${room}`}: it was for who you were before`;
  }
  const why = reason === undefined || reason === "" ? "" : `: ${reason}`;
  const what = isBanned ? "has banned you from" : "has put you out of";
  return `${by} ${what} #${room}${why}`;
}

/** It is told several times while it counts down: the first time in words, then by the seconds only. */
function stopping(
  moment: Moment,
  screen: RoomScreen,
  event: Extract<ClientEvent, { type: "shutdown" }>,
): RoomScreen {
  const { reason, isRestart, inMs } = event;
  const next: RoomScreen = { ...screen, stop: { at: moment.now + inMs, reason, isRestart } };
  if (0 < inMs && screen.stop !== undefined) return next;
  return noticed(moment, next, shutdownText(screen.server.name, event));
}

/** The server stops, now or soon. */
export function shutdownText(
  server: string,
  { reason, inMs, isRestart }: Extract<ClientEvent, { type: "shutdown" }>,
): string {
  const when = inMs === 0 ? "is shutting down" : `stops in ${Math.ceil(inMs / 1_000)} s`;
  const then = isRestart ? "it will be back in a moment" : "waiting for it";
  return `${server} ${when} (${reason}); ${then}`;
}
