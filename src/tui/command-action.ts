import type { AccountAction } from "../room/account-action.ts";
import type { HistoryRange } from "../room/client-port.ts";
import type { Question } from "../room/client-question.ts";
import type { FileAction } from "../room/files/file-action.ts";
import { chatPersonsMax, pageEntriesMax, slowMsMax } from "../room/limits.ts";
import type { LogEntry } from "../room/log-entry.ts";
import type { PostBody } from "../room/message-log.ts";
import type { RoomState } from "../room/message-room.ts";
import { accountAction } from "./account-command.ts";
import type { PasswordPurpose } from "./account-text.ts";
import type { CommandName } from "./command-table.ts";
import { emojiOf } from "./emoji-table.ts";
import { fileAction } from "./file-command.ts";
import type { FileNews } from "./file-news.ts";
import { typedInvitation } from "./invitation-command.ts";
import { retention } from "./retention-command.ts";
import { parseDate } from "./search-request.ts";
import { serverAction } from "./server-command.ts";
import type { SettingCommand } from "./setting-command.ts";
import { nickOf, parseDuration, roomName, words } from "./typed-words.ts";

/** A private chat that waits for our answer. */
export interface AskedChat {
  readonly room: string;
  readonly by: string;
}

/** What a command is about when nothing else is said. */
export interface CommandContext {
  /** The room that is shown. */
  readonly room: string | undefined;
  readonly state: RoomState | undefined;
  /** The oldest first. */
  readonly asked: readonly AskedChat[];
  readonly files: FileNews;
  /** The newest message of ours, or of others, in the room. */
  lastLine(whose: "own" | "other"): LogEntry | undefined;
  /** The message with that number, if it is here. */
  line(sequence: number): LogEntry | undefined;
}

/** Commands of the place where one types; everything else goes to the server. */
export type ScreenCommand =
  | SettingCommand
  | "clear"
  | "editor"
  | "forget"
  | "go"
  | "goto"
  | "help"
  | "bare"
  | "links"
  | "log"
  | "members"
  | "nick"
  | "open"
  | "quit"
  | "redraw"
  | "retry"
  | "rooms"
  | "save"
  | "servers"
  | "statistics"
  | "status";

/** What a command wants done. */
export type CommandAction =
  | { readonly type: "post"; readonly room: string; readonly body: PostBody }
  | {
      readonly type: "ask";
      readonly question: Question;
      /** How the answer is told, where it is not told as usual. */
      readonly ref?: string;
    }
  | { readonly type: "account"; readonly action: AccountAction }
  | { readonly type: "file"; readonly action: FileAction }
  /** The password is to be asked for, unseen. */
  | { readonly type: "password"; readonly purpose: PasswordPurpose }
  /** A private chat; the text is said in it when it is there. */
  | { readonly type: "query"; readonly nicks: readonly string[]; readonly text: string | undefined }
  | { readonly type: "join"; readonly room: string; readonly invitation: string | undefined }
  | { readonly type: "leave"; readonly room: string }
  | { readonly type: "history"; readonly room: string; readonly range: HistoryRange }
  | { readonly type: "print"; readonly lines: readonly string[] }
  | { readonly type: "screen"; readonly name: ScreenCommand; readonly arg: string }
  /** It cannot be done; a phrase. */
  | { readonly type: "refused"; readonly reason: string };

/** What a command means where it was typed. */
export function commandAction(
  name: CommandName,
  arg: string,
  context: CommandContext,
): CommandAction {
  const { room } = context;
  return (
    screenAction(name, arg) ??
    accountAction(name, arg) ??
    fileAction(name, arg, context) ??
    personAction(name, arg) ??
    serverAction(name, arg) ??
    (room === undefined
      ? refused("join a room first: /join ROOM")
      : (talkAction(name, arg, room, context) ??
        roomAction(name, arg, room, context) ??
        accessAction(name, arg, room) ??
        moderation(name, arg, room)))
  );
}

function screenAction(name: CommandName, arg: string): CommandAction | undefined {
  switch (name) {
    case "bind":
    case "clear":
    case "dehilight":
    case "editor":
    case "filter":
    case "forget":
    case "go":
    case "goto":
    case "help":
    case "hilight":
    case "bare":
    case "links":
    case "log":
    case "members":
    case "mouse":
    case "nick":
    case "notify":
    case "open":
    case "quit":
    case "redraw":
    case "retry":
    case "rooms":
    case "save":
    case "servers":
    case "statistics":
    case "status":
    case "set":
    case "theme":
    case "unfilter":
    case "unset":
      return { type: "screen", name, arg };
    default:
      return undefined;
  }
}

function personAction(name: CommandName, arg: string): CommandAction | undefined {
  switch (name) {
    case "whois":
      return ask({ type: "who", nick: nickOf(arg) });
    case "away":
      return ask({ type: "status", isAway: true, ...(arg !== "" && { text: arg }) });
    case "back":
      return ask({ type: "status", isAway: false });
    case "ignore":
    case "unignore":
      return ask({ type: "ignore", nick: nickOf(arg), isOn: name === "ignore" });
    case "query":
      return query(arg);
    default:
      return undefined;
  }
}

function talkAction(
  name: CommandName,
  arg: string,
  room: string,
  context: CommandContext,
): CommandAction | undefined {
  const post = (body: PostBody): CommandAction => ({ type: "post", room, body });
  switch (name) {
    case "me":
      return post({ type: "message", text: arg, isAction: true });
    case "say":
      return post({ type: "message", text: arg });
    case "announce":
      return post({ type: "message", text: arg, isAnnouncement: true });
    case "reply":
      return targeted(arg, context.lastLine("other"), (replyTo, text) =>
        text === "" ? refused("there is nothing to say") : post({ type: "message", text, replyTo }),
      );
    case "edit":
      return targeted(arg, context.lastLine("own"), (target, text) => {
        const changed = editedText(text, context.line(target));
        return changed === undefined
          ? refused("that is not in the line")
          : post({ type: "edit", target, text: changed });
      });
    case "delete":
      return targeted(arg, context.lastLine("own"), (target, reason) =>
        post({ type: "delete", target, ...(reason !== "" && { reason }) }),
      );
    case "react":
    case "unreact":
      return targeted(arg, context.lastLine("other"), (target, emoji) =>
        emoji === ""
          ? refused("an emoji is needed")
          : post({ type: "react", target, emoji: emojiOf(emoji), isOn: name === "react" }),
      );
    case "seen":
      return targeted(arg, context.lastLine("own"), (sequence) =>
        ask({ type: "receipts", room, sequence }),
      );
    default:
      return undefined;
  }
}

function roomAction(
  name: CommandName,
  arg: string,
  room: string,
  { state }: CommandContext,
): CommandAction | undefined {
  const mode = (change: Partial<RoomState>): CommandAction => {
    const { slowMs = 0, isReadOnly = false } = { ...state, ...change };
    return { type: "post", room, body: { type: "mode", slowMs, isReadOnly } };
  };
  switch (name) {
    case "leave":
      return { type: "leave", room: arg === "" ? room : roomName(arg) };
    case "topic": {
      if (arg === "") return topicAnswer(state);
      return { type: "post", room, body: { type: "topic", text: arg === "-" ? "" : arg } };
    }
    case "history":
      return history(arg, room);
    case "lock":
    case "unlock":
      return mode({ isReadOnly: name === "lock" });
    case "slow": {
      const slowMs = /^\d{1,5}$/.test(arg) ? Number(arg) * 1_000 : Number.NaN;
      const isPossible = 0 <= slowMs && slowMs <= slowMsMax;
      return isPossible ? mode({ slowMs }) : refused(`seconds from 0 to ${slowMsMax / 1_000}`);
    }
    default:
      return undefined;
  }
}

/** What a private chat has not, whose persons are those who were asked. */
const publicCommands: readonly CommandName[] = [
  "access",
  "bans",
  "invitation",
  "revoke",
  "roomkey",
];

/** Who comes in, and what is kept for them. */
function accessAction(name: CommandName, arg: string, room: string): CommandAction | undefined {
  if (room.startsWith("&") && publicCommands.includes(name)) {
    return refused(`/${name} is for rooms: this is a private chat`);
  }
  switch (name) {
    case "invite": {
      const [nick = "", other] = words(arg);
      const into = other === undefined ? room : roomName(other);
      return ask({ type: "invite", room: into, nick: nickOf(nick) });
    }
    case "invitation": {
      const made = typedInvitation(arg);
      return typeof made === "string"
        ? refused(made)
        : ask({ type: "make-invitation", room, ...made });
    }
    case "revoke":
      return ask({ type: "revoke-invitations", room });
    case "bans":
      return ask({ type: "bans", room });
    case "roomkey":
      return { type: "password", purpose: { type: "set-room-password", room } };
    case "access":
      return arg === "public" || arg === "invite"
        ? ask({ type: "configure", room, kind: arg })
        : refused("public or invite");
    case "keep":
      return retention(arg, room);
    default:
      return undefined;
  }
}

function moderation(name: CommandName, arg: string, room: string): CommandAction {
  const [first = "", ...rest] = words(arg);
  const nick = nickOf(first);
  const post = (body: Omit<Extract<PostBody, { type: "moderation" }>, "type" | "nick">) =>
    ({ type: "post", room, body: { type: "moderation", nick, ...body } }) as const;
  const because = (parts: readonly string[]) =>
    parts.length === 0 ? {} : { reason: parts.join(" ") };
  switch (name) {
    case "op":
      return post({ action: "role", role: "moderator" });
    case "deop":
      return post({ action: "role", role: "member" });
    case "kick":
      return post({ action: "kick", ...because(rest) });
    case "unban":
    case "unmute":
      return post({ action: name });
    case "ban":
    case "mute": {
      const durationMs = parseDuration(rest[0] ?? "");
      if (durationMs === undefined) return post({ action: name, ...because(rest) });
      return post({ action: name, durationMs, ...because(rest.slice(1)) });
    }
    default:
      return refused(`/${name} cannot be done here`);
  }
}

function query(arg: string): CommandAction {
  const [, first = "", rest = ""] = /^(\S+)(.*)$/s.exec(arg) ?? [];
  const nicks = first
    .split(",")
    .map(nickOf)
    .filter((nick) => nick !== "");
  if (chatPersonsMax <= nicks.length) return refused(`at most ${chatPersonsMax} talk in private`);
  const text = rest.trim();
  return { type: "query", nicks, text: text === "" ? undefined : text };
}

function history(arg: string, room: string): CommandAction {
  const read = (range: HistoryRange): CommandAction => ({ type: "history", room, range });
  if (arg === "") return read({ limit: 20 });
  const at = parseDate(arg);
  if (at !== undefined) return read({ after: { time: at }, limit: 50 });
  const [, isLine, digits = ""] = /^(#?)(\d{1,15})$/.exec(arg) ?? [];
  if (digits === "") return refused("a number of lines, the number of a line, or a date");
  const number = Number(digits);
  if (isLine === "" && number <= pageEntriesMax) return read({ limit: Math.max(1, number) });
  return read({ around: Math.max(1, number), limit: 20 });
}

function topicAnswer(state: RoomState | undefined): CommandAction {
  const topic = state?.topic ?? "";
  return { type: "print", lines: [topic === "" ? "there is no topic" : `topic: ${topic}`] };
}

/** The line that was named by its number, else the newest one; and what stands behind it. */
function targeted(
  arg: string,
  newest: LogEntry | undefined,
  action: (sequence: number, rest: string) => CommandAction,
): CommandAction {
  const [, digits, rest = ""] = /^#?(\d{1,15})(?:\s+(.*))?$/s.exec(arg) ?? [];
  if (digits !== undefined && 0 < Number(digits)) return action(Number(digits), rest);
  if (newest === undefined) return refused("say which line, by its number: /history shows it");
  return action(newest.sequence, arg);
}

/** The new text; `s/old/new/` changes the first place where `old` stands in the line. */
function editedText(typed: string, line: LogEntry | undefined): string | undefined {
  const [, from, to] = /^s\/((?:[^/\\]|\\.)+)\/((?:[^/\\]|\\.)*)\/?$/s.exec(typed) ?? [];
  if (from === undefined || to === undefined) return typed === "" ? undefined : typed;
  const plain = (text: string) => text.replace(/\\(.)/gs, "$1");
  if (line?.body.type !== "message") return undefined;
  const { text } = line.body;
  const at = text.indexOf(plain(from));
  return at < 0 ? undefined : text.slice(0, at) + plain(to) + text.slice(at + plain(from).length);
}

function ask(question: Question): CommandAction {
  return { type: "ask", question };
}

function refused(reason: string): CommandAction {
  return { type: "refused", reason };
}
