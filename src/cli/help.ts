import {
  type CommandName,
  commandTable,
  type OptionDefinition,
  optionTable,
} from "./option-table.ts";

/** What `earshot help` prints, for one command or for the program; ends in a line feed. */
export function helpText(topic: CommandName | undefined): string {
  return topic === undefined || topic === "help" ? programHelp() : commandHelp(topic);
}

const usage: Record<CommandName, string> = {
  chat: "earshot [chat] [LINK] [options]",
  serve: "earshot serve [options]",
  list: "earshot list [options]",
  bot: "earshot bot --nick NICK [options]",
  send: "earshot send [--room ROOM|--to NICK] [TEXT|-|--file PATH] [options]",
  receive: "earshot receive [--from NICK] [--directory DIR] [--once] [options]",
  tail: "earshot tail [--room ROOM]... [options]",
  history: "earshot history [--room ROOM] [options]",
  search: "earshot search [from: in: before: after: has:] WORDS [options]",
  rooms: "earshot rooms [options]",
  who: "earshot who [--room ROOM] [options]",
  export: "earshot export --room ROOM [options]",
  doctor: "earshot doctor [options]",
  store: "earshot store check|repair|backup DIRECTORY|restore DIRECTORY [options]",
  help: "earshot help [command]",
};

const environmentHelp = `Environment:
  EARSHOT_INTERFACE  adapters to use when --interface is not given, separated by commas
  EARSHOT_DATA       the directory to use when --data is not given
`;

const exitCodeHelp = `Exit codes:
  0  done
  1  wrong usage, or refused
  2  no server found
  3  something was not delivered in time
  4  an identity cannot be trusted
  5  a server was found, but something is in its way (doctor)
`;

function programHelp(): string {
  const commands = commandTable.map((command): Line => [command.name, command.help]);
  return [
    "earshot: chat with the people on this local network\n",
    `Usage: earshot [command] [options]\n`,
    `Commands:\n${columns(commands)}`,
    "`earshot help COMMAND` lists the options of a command.\n",
    environmentHelp,
    exitCodeHelp,
  ].join("\n");
}

function commandHelp(name: CommandName): string {
  const command = commandTable.find((candidate) => candidate.name === name);
  const options = optionTable
    .filter((option) => option.commands.includes(name))
    .map((option): Line => [optionSyntax(option), option.help]);
  return [
    `Usage: ${usage[name]}\n`,
    `${command?.help}\n`,
    `Options:\n${columns(options)}`,
    environmentHelp,
  ].join("\n");
}

type Line = readonly [term: string, help: string];

function columns(lines: readonly Line[]): string {
  const width = Math.max(...lines.map(([term]) => term.length));
  return lines.map(([term, help]) => `  ${term.padEnd(width)}  ${help}\n`).join("");
}

function optionSyntax(option: OptionDefinition): string {
  const short = option.short === undefined ? "" : `-${option.short}, `;
  const value = option.value === undefined ? "" : ` ${option.value}`;
  return `${short}--${option.name}${value}`;
}
