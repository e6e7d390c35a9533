/** The slash commands by their full names. */
export type CommandName =
  | "accept"
  | "access"
  | "admin"
  | "announce"
  | "away"
  | "back"
  | "backup"
  | "ban"
  | "bans"
  | "bare"
  | "bind"
  | "cancel"
  | "claim"
  | "clear"
  | "create"
  | "decline"
  | "dehilight"
  | "delete"
  | "deop"
  | "devices"
  | "edit"
  | "editor"
  | "filter"
  | "forget"
  | "go"
  | "goto"
  | "help"
  | "hilight"
  | "history"
  | "ignore"
  | "invitation"
  | "invite"
  | "join"
  | "keep"
  | "kick"
  | "leave"
  | "links"
  | "list"
  | "lock"
  | "log"
  | "login"
  | "me"
  | "members"
  | "mentions"
  | "mouse"
  | "mute"
  | "nick"
  | "notify"
  | "op"
  | "open"
  | "passwd"
  | "pause"
  | "profile"
  | "query"
  | "quit"
  | "react"
  | "receipts"
  | "redraw"
  | "register"
  | "registration"
  | "registrations"
  | "reply"
  | "restart"
  | "resume"
  | "retry"
  | "revoke"
  | "roomkey"
  | "rooms"
  | "save"
  | "say"
  | "search"
  | "seen"
  | "send"
  | "servers"
  | "set"
  | "shutdown"
  | "slow"
  | "statistics"
  | "status"
  | "theme"
  | "topic"
  | "transfers"
  | "unban"
  | "unfilter"
  | "unignore"
  | "unlock"
  | "unmute"
  | "unreact"
  | "unread"
  | "unregister"
  | "uptime"
  | "unset"
  | "whois";

/** What is known of a command; help is made from it. */
export interface CommandDescription {
  readonly name: CommandName;
  readonly aliases: readonly string[];
  /** What comes after the name, as help shows it; empty when nothing may. */
  readonly args: string;
  readonly isArgRequired?: boolean;
  readonly help: string;
}

/**
 * Every command, in the order of help. Names and aliases are those of IRC and its clients where they
 * have one. LINE is the number that `/history` and `/search` show; without it the newest line is
 * meant: another's for a reply or a reaction, one's own for an edit.
 */
export const commands: readonly CommandDescription[] = [
  command("help", [], "[COMMAND]", "what there is, or one command"),
  command("quit", ["exit"], "", "say goodbye and end"),

  command("join", ["j"], "ROOM [INVITATION]", "enter a room or go to it"),
  command("leave", ["part", "close"], "[ROOM]", "leave this room or another"),
  command(
    "create",
    [],
    "ROOM [invite|password]",
    "make a room of your own, for everybody, the invited, or who knows its password",
  ),
  command("list", [], "", "the rooms of this server"),
  command("rooms", [], "", "the rooms you are in, with what is unread"),
  command("unread", [], "", "the rooms in which something waits to be read"),
  command("members", ["names", "users", "who"], "", "who is in this room"),
  command("topic", ["t"], "[TEXT]", "what this room is about; a new topic; - takes it away"),

  command("query", ["msg", "m", "tell", "dm", "chat"], "NICK[,NICK] [TEXT]", "talk in private"),
  command(
    "accept",
    [],
    "[NICK|LINE]",
    "agree to a private chat, or take the files that are offered",
  ),
  command("decline", ["reject"], "[NICK|LINE]", "do not agree to it, or do not want them"),
  command("ignore", ["block"], "NICK", "no private chats from somebody"),
  command("unignore", ["unblock"], "NICK", "let them ask again"),

  command("me", ["action"], "TEXT", "say what you do"),
  command("say", [], "TEXT", "say something, whatever it begins with"),
  command("reply", ["re"], "[LINE] TEXT", "answer a line"),
  command(
    "edit",
    ["correct"],
    "[LINE] TEXT",
    "another text for your line; s/old/new/ changes a part",
  ),
  command(
    "delete",
    ["redact"],
    "[LINE] [REASON]",
    "take your line away, or another's in your room",
  ),
  command("react", [], "[LINE] EMOJI", "react to a line"),
  command("unreact", [], "[LINE] EMOJI", "take a reaction back"),
  command("retry", [], "", "say again what was refused in this room"),
  command("seen", ["missing"], "[LINE]", "who has your line, and who not yet"),

  command("send", ["offer"], "NICK|#ROOM PATH", "offer a file or a folder"),
  command("transfers", ["files"], "", "files that are under way, and those that came"),
  command("cancel", [], "[LINE|NAME]", "take your offer back, or give up what you receive"),
  command("pause", [], "[LINE|NAME]", "stop a file for a while"),
  command("resume", [], "[LINE|NAME]", "let it go on"),

  command("history", [], "[COUNT|LINE|DATE]", "older lines with their numbers"),
  command(
    "search",
    ["find", "lastlog"],
    "[from: in: before: after: has:] WORDS",
    "look for lines in all your rooms",
  ),
  command("go", ["buffer"], "[NAME]", "go to a room, a person, a command by some letters"),
  command("mentions", [], "", "where you are mentioned"),
  command("goto", ["jump"], "LINE|DATE", "show this room from a line or a day on"),

  command("nick", [], "NAME", "another nickname"),
  command("register", [], "[NICK] [INVITATION]", "make your nickname yours; asks for a password"),
  command("login", ["identify"], "NICK", "be NICK on this device too; asks for its password"),
  command("passwd", [], "", "another password; asks for it"),
  command("devices", [], "[revoke NUMBER]", "where you are logged in; take a device away"),
  command("unregister", [], "NICK", "end your account; NICK is your own nickname"),
  command(
    "profile",
    ["setname"],
    "FIELD TEXT",
    "your name, role or text for others; - takes it away",
  ),
  command("receipts", [], "on|off", "whether others may know what you have read"),
  command("status", [], "", "where you are, as whom, and what you may do"),
  command("whois", ["whowas"], "NICK", "who somebody is"),
  command("away", [], "[TEXT]", "you are away"),
  command("back", [], "", "you are there again"),

  command("invite", [], "NICK [ROOM]", "let somebody into this room"),
  command("invitation", [], "[USES] [TIME]", "a secret to hand on that lets people in"),
  command("revoke", [], "", "make all invitations of this room useless"),
  command("op", [], "NICK", "make somebody a moderator of this room"),
  command("deop", [], "NICK", "make them a member again"),
  command("kick", [], "NICK [REASON]", "put somebody out of this room"),
  command("ban", [], "NICK [TIME] [REASON]", "put them out and keep them out"),
  command("unban", [], "NICK", "let them in again"),
  command("bans", [], "", "who is banned from this room"),
  command("mute", ["quiet"], "NICK [TIME] [REASON]", "they may read, not write"),
  command("unmute", ["unquiet"], "NICK", "let them write again"),
  command("slow", [], "SECONDS", "one line each so many seconds; 0 ends it"),
  command("lock", [], "", "only moderators write"),
  command("unlock", [], "", "everybody writes"),
  command("roomkey", [], "", "a password for this room; asks for it; /access public ends it"),
  command("access", [], "public|invite", "who may come in: everybody, or the invited"),
  command(
    "keep",
    ["retention"],
    "[ROOM] TIME [SIZE]",
    "how long and how much is kept: 30d, 1GB, both, or all",
  ),
  command("announce", ["wallops", "notice"], "TEXT", "a line that nobody overlooks"),

  command("claim", [], "TOKEN", "own this server, by the token on its console"),
  command("admin", [], "NICK [off]", "make somebody an admin of this server, or take it back"),
  command("registration", [], "[USES] [TIME]", "a secret with which somebody may register"),
  command("registrations", [], "[revoke]", "which of those are open; make them useless"),
  command("uptime", ["server"], "", "how the server is: persons, rooms, entries, disk"),
  command("backup", [], "", "copy what the server has stored, while it runs"),
  command("shutdown", ["die"], "[in TIME] [TEXT]", "stop this server"),
  command("restart", [], "[in TIME] [TEXT]", "stop it; it will be back soon"),

  command("set", ["settings"], "[SETTING] [VALUE]", "the settings, one of them, or another value"),
  command("unset", [], "SETTING", "as it is usually"),
  command("bind", ["key"], "[KEY] [ACTION]", "another meaning for a key; `none`, or `usual` again"),
  command("theme", [], "[THEME]", "how things look"),
  command("notify", [], "[off|mentions|all]", "of which lines you are told elsewhere"),
  command("mouse", [], "[on|off]", "wheel and clicks here, or leave the mouse to the terminal"),
  command("hilight", ["highlight"], "[WORD]", "a word that calls you"),
  command("dehilight", [], "WORD", "it does not any more"),
  command("filter", [], "[WORD]", "hide lines with that word"),
  command("unfilter", [], "WORD", "show them again"),

  command("links", ["urls"], "", "the links of this room"),
  command("bare", [], "", "only messages, to be copied; again: as before"),
  command("open", [], "", "read the folded message, as F4 does"),
  command("save", [], "FILE", "write the folded message to a new file"),
  command("editor", [], "", "write in your own $EDITOR"),
  command("servers", ["disconnect"], "[now]", "choose another server"),
  command("log", ["messages"], "", "what happened lately: connections, errors, notices"),
  command("statistics", ["stats"], "", "what is measured: link, traffic, pictures, memory"),
  command("clear", [], "", "empty the screen, not the history"),
  command("forget", [], "", "delete what this computer keeps of this server's history"),
  command("redraw", [], "", "paint the screen again"),
];

/** By name, alias or the start of exactly one name, whatever the case; else those that it may be. */
export function findCommand(
  typed: string,
): CommandDescription | { readonly candidates: readonly CommandDescription[] } {
  const word = typed.toLowerCase();
  const exact = commands.find(({ name, aliases }) => name === word || aliases.includes(word));
  if (exact !== undefined) return exact;
  const candidates = commands.filter(({ name }) => word !== "" && name.startsWith(word));
  const [only] = candidates;
  return only !== undefined && candidates.length === 1 ? only : { candidates };
}

/** What comes after the name is required unless it begins with a bracket. */
function command(
  name: CommandName,
  aliases: readonly string[],
  args: string,
  help: string,
): CommandDescription {
  const isArgRequired = args !== "" && (!args.startsWith("[") || / [A-Z]+$/.test(args));
  return { name, aliases, args, isArgRequired, help };
}
