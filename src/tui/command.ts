import { nearest } from "../base/nearest.ts";
import { countOf } from "./count-text.ts";

/** The slash commands by their full names. */
export type CommandName =
  | "clear"
  | "help"
  | "join"
  | "leave"
  | "members"
  | "nick"
  | "open"
  | "quit"
  | "redraw"
  | "rooms"
  | "save"
  | "servers";

/** What is known of a command; help is made from it. */
export interface CommandDescription {
  readonly name: CommandName;
  readonly aliases: readonly string[];
  /** What comes after the name, as help shows it; empty when nothing may. */
  readonly args: string;
  readonly isArgRequired?: boolean;
  readonly help: string;
}

/** What a typed line means. */
export type Input =
  | { readonly type: "empty" }
  | { readonly type: "say"; readonly text: string }
  | { readonly type: "command"; readonly name: CommandName; readonly arg: string }
  /** Nothing that may be done; the phrase says why. The line is not sent. */
  | { readonly type: "refused"; readonly reason: string };

/** Every command, in the order of help. */
export const commands: readonly CommandDescription[] = [
  { name: "help", aliases: [], args: "[COMMAND]", help: "what there is, or one command" },
  {
    name: "join",
    aliases: [],
    args: "ROOM",
    isArgRequired: true,
    help: "enter a room or go to it",
  },
  { name: "leave", aliases: ["part"], args: "[ROOM]", help: "leave this room or another" },
  { name: "members", aliases: ["names"], args: "", help: "who is in this room" },
  { name: "rooms", aliases: [], args: "", help: "the rooms you are in" },
  { name: "nick", aliases: [], args: "NAME", isArgRequired: true, help: "another nickname" },
  { name: "open", aliases: [], args: "", help: "read the folded message, as F4 does" },
  {
    name: "save",
    aliases: [],
    args: "FILE",
    isArgRequired: true,
    help: "write the folded message to a new file",
  },
  { name: "servers", aliases: [], args: "[now]", help: "choose another server" },
  { name: "clear", aliases: [], args: "", help: "empty the screen, not the history" },
  { name: "redraw", aliases: [], args: "", help: "paint the screen again" },
  { name: "quit", aliases: ["exit"], args: "", help: "say goodbye and end" },
];

/** Reads a typed line: a command when it starts with one slash, else something to say. */
export function parseInput(line: string): Input {
  if (line.trim() === "") return { type: "empty" };
  if (!line.startsWith("/")) return { type: "say", text: line };
  if (line.startsWith("//")) return { type: "say", text: line.slice(1) };
  const end = line.search(/\s|$/);
  const typed = line.slice(1, end);
  const found = findCommand(typed);
  if ("reason" in found) return { type: "refused", reason: found.reason };
  const arg = line.slice(end).trim();
  if (arg === "" && found.isArgRequired) {
    return { type: "refused", reason: `/${found.name} needs ${found.args}` };
  }
  if (arg !== "" && found.args === "") {
    return { type: "refused", reason: `/${found.name} takes nothing after it` };
  }
  return { type: "command", name: found.name, arg };
}

/** One line of help per command, or only for that one; `//` is explained with all. */
export function commandHelp(typed = ""): readonly string[] {
  if (typed === "") {
    return [
      ...commands.map((command) => helpLine(command)),
      "//text  say something that starts with a slash",
    ];
  }
  const found = findCommand(typed.replace(/^\//, ""));
  return ["reason" in found ? found.reason : helpLine(found)];
}

/** How a command is typed: its name and what comes after it. */
export function commandUsage({ name, args }: CommandDescription): string {
  return args === "" ? `/${name}` : `/${name} ${args}`;
}

/** The answer to `/members`. */
export function membersText(nicks: readonly string[]): string {
  return `${countOf(nicks.length, "member")}: ${nicks.join(", ")}`;
}

/** The answer to `/rooms`. */
export function roomsText(names: readonly string[]): string {
  return names.length === 0
    ? "you are in no room"
    : `you are in ${names.map((name) => `#${name}`).join(", ")}`;
}

/** A typed room as rooms are named: without the `#`, in lower case. */
export function roomName(typed: string): string {
  return typed.replace(/^#/, "").toLowerCase();
}

function helpLine(command: CommandDescription): string {
  const also = command.aliases.map((alias) => `, also /${alias}`).join("");
  return `${commandUsage(command)}  ${command.help}${also}`;
}

/** By name, alias or the start of exactly one name, whatever the case. */
function findCommand(typed: string): CommandDescription | { readonly reason: string } {
  const word = typed.toLowerCase();
  const exact = commands.find(({ name, aliases }) => name === word || aliases.includes(word));
  if (exact !== undefined) return exact;
  const started = commands.filter(({ name }) => word !== "" && name.startsWith(word));
  const [only, ...others] = started;
  if (only !== undefined && others.length === 0) return only;
  if (only !== undefined) {
    const names = started.map(({ name }) => `/${name}`).join(" or ");
    return { reason: `/${typed} may be ${names}; nothing was sent` };
  }
  const names = commands.flatMap(({ name, aliases }) => [name, ...aliases]);
  const meant = nearest(word, names);
  const offer = meant === undefined ? "/help lists them" : `did you mean /${meant}?`;
  return { reason: `nothing was sent: no command /${typed}, ${offer} (// says a slash)` };
}
