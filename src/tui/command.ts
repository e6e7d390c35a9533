import { nearest } from "../base/nearest.ts";
import {
  type CommandDescription,
  type CommandName,
  commands,
  findCommand,
} from "./command-table.ts";

/** What a typed line means. */
export type Input =
  | { readonly type: "empty" }
  | { readonly type: "say"; readonly text: string }
  | { readonly type: "command"; readonly name: CommandName; readonly arg: string }
  /** Nothing that may be done; the phrase says why. The line is not sent. */
  | { readonly type: "refused"; readonly reason: string };

/** Reads a typed line: a command when it starts with one slash, else something to say. */
export function parseInput(line: string): Input {
  if (line.trim() === "") return { type: "empty" };
  if (!line.startsWith("/")) return { type: "say", text: line };
  if (line.startsWith("//")) return { type: "say", text: line.slice(1) };
  const end = line.search(/\s|$/);
  const typed = line.slice(1, end);
  const found = findCommand(typed);
  if ("candidates" in found) {
    return { type: "refused", reason: unknownReason(typed, found.candidates) };
  }
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
  const word = typed.replace(/^\//, "");
  const found = findCommand(word);
  return ["candidates" in found ? unknownReason(word, found.candidates) : helpLine(found)];
}

/** How a command is typed: its name and what comes after it. */
export function commandUsage({ name, args }: CommandDescription): string {
  return args === "" ? `/${name}` : `/${name} ${args}`;
}

function helpLine(command: CommandDescription): string {
  const also = command.aliases.map((alias) => `, also /${alias}`).join("");
  return `${commandUsage(command)}  ${command.help}${also}`;
}

function unknownReason(typed: string, candidates: readonly CommandDescription[]): string {
  if (0 < candidates.length) {
    const names = candidates.map(({ name }) => `/${name}`).join(" or ");
    return `/${typed} may be ${names}; nothing was sent`;
  }
  const names = commands.flatMap(({ name, aliases }) => [name, ...aliases]);
  const meant = nearest(typed.toLowerCase(), names);
  const offer = meant === undefined ? "/help lists them" : `did you mean /${meant}?`;
  return `nothing was sent: no command /${typed}, ${offer} (// says a slash)`;
}
