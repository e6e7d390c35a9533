import { bytesText } from "../room/bytes-text.ts";
import type { Answer, Question } from "../room/client-question.ts";
import { entryText } from "../room/entry.ts";
import type { LogEntry } from "../room/log-entry.ts";
import type { Ban } from "../room/message-access.ts";
import type { OpenRegistration, Profile } from "../room/message-account.ts";
import type { RoomMember, RoomSummary } from "../room/message-room.ts";
import { countOf, formatDuration } from "./count-text.ts";
import type { TimeFormat } from "./time-format.ts";

/** `ref` of the question for rooms of which only those with something unread are told. */
export const unreadRef = "unread";

/** What was asked, and what the server says to it. */
export interface Answered {
  readonly ref?: string;
  readonly question: Question;
  readonly answer: Answer;
}

/** What an answer says to the person who asked, in lines. */
export function answerText(
  { ref, question, answer }: Answered,
  timeFormat: TimeFormat,
): readonly string[] {
  if (ref === unreadRef && answer.type === "rooms") return unreadText(answer);
  switch (answer.type) {
    case "done":
      return [doneText(question)];
    case "who":
      return whoText(answer, timeFormat);
    case "rooms":
      return roomsText(answer);
    case "found":
      return foundText(answer, timeFormat);
    case "receipts":
      return receiptsText(answer);
    case "invitation":
      return [`hand this on: /join ${answer.room} ${answer.invitation}`];
    case "health":
      return healthText(answer, timeFormat);
    case "backup":
      return [
        `${countOf(answer.entryCount, "entry", "entries")} are in ${answer.directory} on the server's computer`,
        "earshot store restore DIRECTORY makes a store of it again",
      ];
    case "registration":
      return [`hand this on: /register NICK ${answer.invitation}`];
    case "registrations":
      return 0 < answer.registrations.length
        ? answer.registrations.map((open) => registrationText(open, timeFormat))
        : ["no invitation to register is open"];
    case "bans":
      return 0 < answer.bans.length
        ? answer.bans.map((ban) => banText(ban, timeFormat))
        : ["nobody is banned here"];
  }
}

/** An entry with its number, as `/history` and `/search` show it. */
export function numberedText(entry: LogEntry, timeFormat: TimeFormat, where = ""): string {
  const at = `${timeFormat.date(entry.sentAt)} ${timeFormat.time(entry.sentAt)}`;
  return `${where}#${entry.sequence}  ${at}  ${sentence(entry, timeFormat)}`;
}

/** Who says what, on one line if it is short: `anna: hello`, `* anna waves`, `anna set the topic`. */
export function sentence(entry: LogEntry, timeFormat: TimeFormat): string {
  const { author, body } = entry;
  const until = (at: number) => `${timeFormat.date(at)} ${timeFormat.time(at)}`;
  const text = entryText(entry, until);
  if (body.type !== "message") return `${author.nick} ${text}`;
  return body.isAction ? `* ${author.nick} ${text}` : `${author.nick}: ${text}`;
}

/** The members of a room, with what is to be known of them. */
export function membersText(members: readonly RoomMember[]): string {
  return `${countOf(members.length, "member")}: ${members.map(memberName).join(", ")}`;
}

/** How a member is written in a list: `@` for those who moderate, who is away in brackets. */
export function memberName({ nick, role, isGuest, isAway }: RoomMember): string {
  const rank = role === "owner" ? "~" : role === "moderator" ? "@" : "";
  const marks = [...(isGuest ? ["guest"] : []), ...(isAway ? ["away"] : [])];
  return `${rank}${nick}${marks.length === 0 ? "" : ` (${marks.join(", ")})`}`;
}

type AnswerOf<T extends Answer["type"]> = Extract<Answer, { readonly type: T }>;

function doneText(question: Question): string {
  switch (question.type) {
    case "rename":
      return `you are ${question.nick} now`;
    case "status":
      return question.isAway ? "you are away: /back ends it" : "you are back";
    case "ignore":
      return question.isOn
        ? `private chats of ${question.nick} are kept away`
        : `${question.nick} may ask again`;
    case "answer":
      return question.isAccepted ? "agreed" : "declined";
    case "invite":
      return `${question.nick} may come in`;
    case "claim":
      return "this server is yours";
    case "grant":
      return question.isAdmin
        ? `${question.nick} is an admin of this server`
        : `${question.nick} is no admin any more`;
    case "set-profile":
      return profileDoneText(question.isReadShared);
    case "revoke-registrations":
      return "no invitation to register is open any more";
    case "configure":
      return retentionText(question);
    case "stop":
      return "the server stops";
    default:
      return "done";
  }
}

function profileDoneText(isReadShared: boolean | undefined): string {
  if (isReadShared === undefined) return "your profile is changed: /whois shows it";
  return isReadShared ? "others may know what you have read" : "nobody knows what you have read";
}

function retentionText({ room, retention }: Extract<Question, { type: "configure" }>): string {
  if (retention === undefined) return "done";
  const { ageMs, bytesMax } = retention;
  const parts = [
    ...(ageMs === undefined ? [] : [`what is older than ${formatDuration(ageMs)}`]),
    ...(bytesMax === undefined ? [] : [`what is more than ${bytesText(bytesMax)}`]),
  ];
  return parts.length === 0
    ? `#${room} keeps everything`
    : `#${room} forgets ${parts.join(" and ")}, for ever`;
}

function healthText(health: AnswerOf<"health">, timeFormat: TimeFormat): readonly string[] {
  const { memberCount, roomCount, accountCount, entryCount, bytes, startedAt } = health;
  return [
    `${countOf(memberCount, "person", "persons")} here, ${countOf(accountCount, "account")}, ${countOf(roomCount, "room")}`,
    `${countOf(entryCount, "entry", "entries")} in ${bytesText(bytes)} on disk`,
    `up since ${timeFormat.date(startedAt)} ${timeFormat.time(startedAt)}`,
  ];
}

function registrationText({ by, uses, until }: OpenRegistration, timeFormat: TimeFormat): string {
  const ends = `${timeFormat.date(until)} ${timeFormat.time(until)}`;
  return `${by} invites ${countOf(uses, "person")} to register, until ${ends}`;
}

function profileText({ name, role, text }: Profile): readonly string[] {
  const who = [name, role].filter((part) => part !== "").join(", ");
  return [who, text].filter((part) => part !== "");
}

function whoText(who: AnswerOf<"who">, timeFormat: TimeFormat): readonly string[] {
  const { nick, isGuest, role, presence, text, lastSeenAt, rooms, profile } = who;
  const rank = role === undefined ? "" : `, ${role} of this server`;
  const seen =
    lastSeenAt === undefined
      ? ""
      : `, last seen ${timeFormat.date(lastSeenAt)} ${timeFormat.time(lastSeenAt)}`;
  const why = text === undefined || text === "" ? "" : ` (${text})`;
  const shared = rooms.map((room) => (room.startsWith("&") ? "a private chat" : `#${room}`));
  return [
    `${nick}: ${isGuest ? "a guest, without an account" : "registered"}${rank}`,
    ...(profile === undefined ? [] : profileText(profile)),
    `${presence}${why}${seen}`,
    ...(rooms.length === 0 ? [] : [`with you in ${[...new Set(shared)].join(", ")}`]),
  ];
}

function roomsText({ rooms, hasMore }: AnswerOf<"rooms">): readonly string[] {
  if (rooms.length === 0) return ["there is no room yet"];
  return [...rooms.map(roomText), ...(hasMore ? ["and more"] : [])];
}

function unreadText({ rooms }: AnswerOf<"rooms">): readonly string[] {
  const unread = rooms.flatMap(({ room, read }) => {
    if (read === undefined || read.unread === 0) return [];
    const calls = read.mentions === 0 ? "" : `, ${read.mentions} for you`;
    return [`${roomLabel(room)}  ${read.unread} unread${calls}`];
  });
  return unread.length === 0 ? ["everything is read"] : unread;
}

/** How a room is called in a list: private chats have no name. */
function roomLabel(room: string): string {
  return room.startsWith("&") ? `(private) ${room}` : `#${room}`;
}

/** A room in a list, with what is to be known of it. */
export function roomText({ room, kind, topic, memberCount, read }: RoomSummary): string {
  const kinds = kind === "public" ? [] : [kind === "invite" ? "invite only" : kind];
  const unread = read === undefined || read.unread === 0 ? [] : [`${read.unread} unread`];
  const facts = [countOf(memberCount, "member"), ...kinds, ...unread].join(", ");
  return `${roomLabel(room)}  ${facts}${topic === "" ? "" : `  ${topic}`}`;
}

function foundText({ hits, cursor }: AnswerOf<"found">, timeFormat: TimeFormat): readonly string[] {
  if (hits.length === 0) return ["nothing was found"];
  const lines = hits.map(({ room, entry }) =>
    numberedText(entry, timeFormat, room.startsWith("&") ? "(private) " : `#${room} `),
  );
  return cursor === undefined ? lines : [...lines, "there is more: narrow it with before:DATE"];
}

function receiptsText(receipts: AnswerOf<"receipts">): readonly string[] {
  const { sequence, memberCount, deliveredCount, waiting, readers } = receipts;
  const hidden = memberCount - deliveredCount - waiting.length;
  const more = 0 < hidden ? ` and ${hidden} more` : "";
  return [
    `line #${sequence} is with ${deliveredCount} of ${memberCount}`,
    ...(waiting.length === 0 ? [] : [`not yet: ${waiting.join(", ")}${more}`]),
    ...(readers.length === 0 ? [] : [`read by ${readers.join(", ")}`]),
  ];
}

function banText({ nick, by, reason, until }: Ban, timeFormat: TimeFormat): string {
  const ends =
    until === undefined ? "" : ` until ${timeFormat.date(until)} ${timeFormat.time(until)}`;
  const why = reason === undefined || reason === "" ? "" : ` (${reason})`;
  return `${nick} banned by ${by}${ends}${why}`;
}
