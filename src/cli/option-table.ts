/** The commands; `chat` is what runs when none is given. */
export type CommandName =
  | "chat"
  | "serve"
  | "list"
  | "bot"
  | "send"
  | "receive"
  | "tail"
  | "history"
  | "search"
  | "rooms"
  | "who"
  | "export"
  | "doctor"
  | "store"
  | "help";

export interface CommandDefinition {
  readonly name: CommandName;
  readonly help: string;
}

/** One option of the command line. Parsing and `earshot help` both come from this table. */
export interface OptionDefinition {
  readonly name: string;
  readonly short?: string;
  /** What stands for its value in the help; an option without one is a switch. */
  readonly value?: string;
  readonly isRepeatable?: boolean;
  /** The commands that take it. */
  readonly commands: readonly CommandName[];
  readonly help: string;
}

/** Every command, in the order of the help. */
export const commandTable: readonly CommandDefinition[] = [
  { name: "chat", help: "find a server, or host one here, and chat (also without a command)" },
  { name: "serve", help: "host a server until it is interrupted" },
  { name: "list", help: "print the servers that answer on this network" },
  { name: "bot", help: "chat by JSON lines on stdin and stdout" },
  { name: "send", help: "say something or offer a file; end when it is stored or received" },
  { name: "receive", help: "take files that are offered, and print where they are" },
  { name: "tail", help: "print what is said, as it is said" },
  { name: "history", help: "print what was said in a room" },
  { name: "search", help: "print the lines in which something stands" },
  { name: "rooms", help: "print the rooms of a server" },
  { name: "who", help: "print who is in a room" },
  { name: "export", help: "print the log of a room from its beginning" },
  { name: "doctor", help: "say why no server is found, and what to do about it" },
  { name: "store", help: "check, repair, back up or restore what a stopped server has stored" },
  { name: "help", help: "explain a command" },
];

const scripted: readonly CommandName[] = [
  "send",
  "receive",
  "tail",
  "history",
  "search",
  "rooms",
  "who",
];
const joining: readonly CommandName[] = ["chat", "bot", ...scripted, "export"];
const networked: readonly CommandName[] = [
  "chat",
  "serve",
  "list",
  "bot",
  ...scripted,
  "export",
  "doctor",
];
const everywhere: readonly CommandName[] = [...networked, "store", "help"];

/** Every option, in the order of the help. */
export const optionTable: readonly OptionDefinition[] = [
  {
    name: "server",
    value: "NAME|HOST[:PORT]|LINK",
    commands: [...joining, "doctor"],
    help: "the server that is meant: its name or id, an address, or its link",
  },
  {
    name: "nick",
    value: "NICK",
    commands: joining,
    help: "the nickname to go by",
  },
  {
    name: "room",
    value: "ROOM",
    isRepeatable: true,
    commands: joining.filter((name) => name !== "rooms"),
    help: "the room that is meant; chat, bot, receive and tail take several",
  },
  {
    name: "to",
    value: "NICK",
    commands: ["send"],
    help: "say it in private, also to who is away",
  },
  {
    name: "file",
    value: "PATH",
    commands: ["send"],
    help: "offer this file or folder, and end when it is received",
  },
  {
    name: "from",
    value: "NICK",
    commands: ["receive"],
    help: "take only what this person offers",
  },
  {
    name: "directory",
    value: "DIR",
    commands: ["receive"],
    help: "where it goes [here]",
  },
  { name: "once", commands: ["receive"], help: "end with the first one" },
  {
    name: "wait-delivered",
    commands: ["send"],
    help: "end when everybody who is in the room has it",
  },
  {
    name: "timeout",
    value: "SECONDS",
    commands: ["send", "receive"],
    help: "how long that may take before it ends with 3 [10; a file 3600]",
  },
  {
    name: "before",
    value: "TIME|NUMBER",
    commands: ["history"],
    help: "what was said before a date, a time, `2h` ago, or a line's number",
  },
  {
    name: "after",
    value: "TIME|NUMBER",
    commands: ["history"],
    help: "what was said after it",
  },
  {
    name: "around",
    value: "TIME|NUMBER",
    commands: ["history"],
    help: "what was said before and after it",
  },
  {
    name: "offline",
    commands: ["history", "search"],
    help: "what this computer keeps of it, without a server",
  },
  {
    name: "lines",
    short: "n",
    value: "COUNT",
    commands: ["tail", "history", "search"],
    help: "how many, of the past for tail [tail 10, history 50, search 20]",
  },
  {
    name: "format",
    value: "jsonl|md|txt",
    commands: ["export"],
    help: "how the log is written [txt]",
  },
  {
    name: "trust",
    value: "WORDS",
    commands: joining,
    help: "the first words of the server to join, also when they have changed",
  },
  {
    name: "plain",
    commands: ["chat"],
    help: "lines of text, no full screen; piped lines may be /commands",
  },
  {
    name: "password-file",
    value: "FILE",
    commands: ["chat", "bot"],
    help: "its first line is the password; for bot and --plain",
  },
  {
    name: "room-password-file",
    value: "FILE",
    commands: ["bot", ...scripted, "export"],
    help: "its first line is the password of rooms that ask for one",
  },
  {
    name: "no-bell",
    commands: ["chat"],
    help: "never ring when somebody calls you by name",
  },
  {
    name: "memory",
    commands: ["chat", "bot"],
    help: "keep lines that wait and what is read, also for bots and pipes",
  },
  {
    name: "no-memory",
    commands: ["chat"],
    help: "keep nothing of the chat on this computer, as where others use it",
  },
  { name: "ascii", commands: ["chat"], help: "draw with ASCII characters only" },
  {
    name: "name",
    value: "NAME",
    commands: ["serve", "store"],
    help: "the server's name [this host's name]",
  },
  {
    name: "port",
    value: "PORT",
    commands: ["serve"],
    help: "UDP port for members, 1024 to 65535 [28198, or a free one when it is taken]",
  },
  {
    name: "registration",
    value: "WHO",
    commands: ["serve"],
    help: "who may register a nickname: open, invite or closed [open]",
  },
  {
    name: "keep-days",
    value: "DAYS",
    commands: ["serve"],
    help: "how long each room keeps what is said, 1 to 36500 [for ever]",
  },
  {
    name: "keep-mib",
    value: "MIB",
    commands: ["serve"],
    help: "how much each room keeps on disk, 1 to 1000000 MiB [everything]",
  },
  {
    name: "no-mdns",
    commands: ["serve"],
    help: "no advertising by DNS-SD, by which other programs find servers",
  },
  { name: "no-qr", commands: ["serve"], help: "print the link without its QR code" },
  {
    name: "peer",
    value: "HOST[:PORT]",
    isRepeatable: true,
    commands: ["serve"],
    help: "show that server of another subnet here; may be repeated",
  },
  {
    name: "announce",
    value: "IP[:PORT]",
    commands: ["serve"],
    help: "where it is reached besides, as from outside of a container",
  },
  {
    name: "hidden",
    commands: ["serve"],
    help: "announce nothing: only who has its link or knows it finds it",
  },
  {
    name: "listen",
    value: "SECONDS",
    commands: ["doctor"],
    help: "print what is heard on the discovery port for so long, 1 to 3600",
  },
  {
    name: "json",
    commands: ["serve", "list", ...scripted.filter((name) => name !== "send"), "doctor"],
    help: "print JSON, one object per line",
  },
  {
    name: "wait",
    value: "MS",
    commands: [...joining, "list"],
    help: "how long to wait for servers to answer [1500]",
  },
  {
    name: "no-sweep",
    commands: [...joining, "list", "doctor"],
    help: "do not ask each host of the subnet when no server answers",
  },
  {
    name: "interface",
    value: "NAME",
    isRepeatable: true,
    commands: networked,
    help: "use this network adapter only (name or address); may be repeated",
  },
  {
    name: "discovery-port",
    value: "PORT",
    commands: networked,
    help: "UDP port on which servers are found, 1024 to 65535 [28197]",
  },
  {
    name: "data",
    value: "DIR",
    commands: [...networked, "store"],
    help: "where keys, known servers and hosted history are kept",
  },
  { name: "help", short: "h", commands: everywhere, help: "explain the command" },
  { name: "version", short: "v", commands: everywhere, help: "print the version" },
];
