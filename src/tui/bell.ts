import type { ClientEvent } from "../room/client-port.ts";
import type { LogEntry } from "../room/log-entry.ts";
import { hiddenReason } from "./line-filter.ts";
import { activeRoom, isEndSeen } from "./room-change.ts";
import type { RoomScreen, Step, ViewState } from "./view-state.ts";
import { wordPattern } from "./word-pattern.ts";

/** People are told at most once in this time, however often somebody calls them. */
export const noticeMs = 3_000;

/** What of a long line is told; the terminal cuts it to what its notices show. */
const noticeUnitsMax = 512;

/** Who is told of: nobody, those who call us or write in private, or everyone. */
export type NoticeMode = "off" | "mentions" | "all";

type SaidEvent = Extract<ClientEvent, { type: "said" }>;

/** Only so much of a line is looked through: who is meant is named early. */
export const mentionUnitsMax = 4_096;

/**
 * Tells a person of a line that is not seen: of another room, above or below what is shown, or
 * while another window is in front; `before` is what was seen when it came.
 */
export function withNotice(before: ViewState, step: Step, event: ClientEvent): Step {
  const { screen, now, noticedAt } = before;
  if (event.type !== "said" || event.isOwn || screen.type !== "room") return step;
  if (noticedAt !== undefined && now < noticedAt + noticeMs) return step;
  if (!isWanted(before, screen, event) || isSeen(before, screen, event.room)) return step;
  const { body } = event.entry;
  if (body.type !== "message") return step;
  const title = titleOf(screen, event);
  const notice = { type: "notify", title, body: body.text.slice(0, noticeUnitsMax) } as const;
  return {
    state: { ...step.state, noticedAt: now },
    effects: [...step.effects, notice],
  };
}

function isWanted({ settings }: ViewState, screen: RoomScreen, event: SaidEvent): boolean {
  const { notices, highlights, hidden } = settings;
  if (hiddenReason(event.entry, hidden) !== undefined) return false;
  return notices === "all" || (notices === "mentions" && isCall(screen, event, highlights));
}

function titleOf(screen: RoomScreen, { room, entry }: SaidEvent): string {
  if (room.startsWith("&")) return `${entry.author.nick} (private)`;
  const title = screen.rooms.find(({ name }) => name === room)?.title ?? `#${room}`;
  return `${entry.author.nick} in ${title}`;
}

/** Whether a line means us: it names us or one of our words, or is said in private. */
export function isCall(
  person: Pick<RoomScreen, "nick" | "own">,
  { room, entry }: SaidEvent,
  highlights: readonly string[],
): boolean {
  const isPrivate = room.startsWith("&") && entry.body.type === "message";
  return isPrivate || isNamed(person, entry, highlights);
}

/** Whether a message is for everybody, or names us or one of our words. */
export function isNamed(
  { nick, own }: Pick<RoomScreen, "nick" | "own">,
  { body }: LogEntry,
  highlights: readonly string[],
): boolean {
  if (body.type !== "message") return false;
  if (body.isAnnouncement === true || body.mentions?.includes(own.person) === true) return true;
  return [nick, ...highlights].some((word) => mentions(body.text, word));
}

/** Whether the text names the nickname as a word, in upper or lower case. */
export function mentions(text: string, nick: string): boolean {
  return text.slice(0, mentionUnitsMax).search(wordPattern([nick])) !== -1;
}

/** Whether a line that comes in that room now is on the screen, before somebody who looks. */
export function isSeen(
  { overlay, isFocused }: ViewState,
  screen: RoomScreen,
  room: string,
): boolean {
  if (overlay !== undefined || isFocused === false) return false;
  const shown = activeRoom(screen);
  return shown?.name === room && isEndSeen(shown);
}
