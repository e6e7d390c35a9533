import { parseArgs } from "node:util";
import { nearest } from "../base/nearest.ts";
import { sanitizeLine } from "../base/text.ts";
import { isAnnounceable } from "../discovery/announcement.ts";
import { peersMax } from "../discovery/peer-table.ts";
import { defaultDataPort } from "../discovery/ports.ts";
import { isLinkLike } from "../discovery/server-link.ts";
import { lobbyName } from "../room/limits.ts";
import type { RetentionRule } from "../room/message-room.ts";
import { type RegistrationPolicy, registrationPolicies } from "../room/registration-policy.ts";
import {
  dataOption,
  type Environment,
  joiningOptions,
  type NetworkOptions,
  networkOptions,
  nickOption,
  serverOption,
  waitOption,
} from "./network-options.ts";
import {
  type CommandName,
  commandTable,
  type OptionDefinition,
  optionTable,
} from "./option-table.ts";
import { didYouMean, invalid, OptionValues } from "./option-values.ts";
import {
  type ScriptCommand,
  scriptCommand,
  takesWords,
  type VisitOptions,
} from "./script-command.ts";
import { type TranscriptFormat, transcriptFormats } from "./transcript.ts";
import { parseTypedHost, type TypedHost } from "./typed-server.ts";

export interface ChatCommand extends NetworkOptions {
  readonly command: "chat";
  readonly server: string | undefined;
  readonly nick: string | undefined;
  readonly rooms: readonly string[];
  readonly trustedWords: string | undefined;
  readonly isPlain: boolean;
  /** Where the password is that a command asks for in line mode. */
  readonly passwordFile: string | undefined;
  readonly isAscii: boolean;
  readonly hasBell: boolean;
  /** Whether what is said and read is kept; `undefined` where that depends on who types. */
  readonly isRemembering: boolean | undefined;
  readonly waitMs: number;
}

export interface ServeCommand extends NetworkOptions {
  readonly command: "serve";
  /** Servers of other subnets to show here. */
  readonly peers: readonly TypedHost[];
  /** Where it is reached besides; the port is its own where none was given. */
  readonly announce: TypedHost | undefined;
  /** Whether only who knows its key finds it. */
  readonly isHidden: boolean;
  readonly name: string | undefined;
  readonly port: number | undefined;
  readonly registration: RegistrationPolicy;
  readonly hasMdns: boolean;
  /** What each room keeps. */
  readonly retention: RetentionRule;
  readonly hasQr: boolean;
  readonly isJson: boolean;
}

export interface ListCommand extends NetworkOptions {
  readonly command: "list";
  readonly isJson: boolean;
  readonly waitMs: number;
}

export interface BotCommand extends NetworkOptions {
  readonly command: "bot";
  readonly server: string | undefined;
  readonly nick: string;
  /** Where the password of its account is. */
  readonly passwordFile: string | undefined;
  /** Where the password of rooms is. */
  readonly roomPasswordFile: string | undefined;
  readonly rooms: readonly string[];
  readonly trustedWords: string | undefined;
  readonly waitMs: number;
  /** Whether lines that wait are kept for the next start. */
  readonly isRemembering: boolean;
}

export interface ExportCommand extends VisitOptions {
  readonly command: "export";
  readonly room: string;
  readonly format: TranscriptFormat;
}

export interface DoctorCommand extends NetworkOptions {
  readonly command: "doctor";
  readonly server: string | undefined;
  readonly isJson: boolean;
  /** How long to print what is heard; `undefined` means to look for a cause instead. */
  readonly listenMs: number | undefined;
}

/** What is done to the store of a server that is stopped. */
export type StoreAction =
  | { readonly type: "check" }
  | { readonly type: "repair" }
  | { readonly type: "backup"; readonly directory: string }
  | { readonly type: "restore"; readonly directory: string };

export interface StoreCommand {
  readonly command: "store";
  readonly action: StoreAction;
  /** The server's name; `undefined` means the name of this machine. */
  readonly name: string | undefined;
  readonly data: string | undefined;
}

export type Command =
  | ChatCommand
  | ServeCommand
  | ListCommand
  | BotCommand
  | ExportCommand
  | DoctorCommand
  | StoreCommand
  | ScriptCommand
  | { readonly command: "help"; readonly topic: CommandName | undefined }
  | { readonly command: "version" };

/** Who reads a log goes by this name unless told otherwise. */
const exportNick = "archivist";

/**
 * Reads the command line, without the program's own name. Options may stand before the command.
 *
 * @throws {EarshotError} WHEN it cannot be understood `argument-invalid`, naming what was nearest; for
 * names that nobody can have `nickname-invalid` and `room-invalid`.
 */
export function parseCommand(args: readonly string[], environment: Environment): Command {
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(optionTable.map(parserOption)),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const words = tokens.flatMap((token) => (token.kind === "positional" ? [token.value] : []));
  const [first = "chat"] = words;
  // `earshot earshot://…`, as a program for links is called.
  const name = isLinkLike(first) ? "chat" : commandName(first);
  const link = takesWords(name) ? undefined : words.find(isLinkLike);
  const values = new OptionValues();
  for (const token of tokens) if (token.kind === "option") values.add(token, name);
  if (values.has("help")) return { command: "help", topic: words.length === 0 ? undefined : name };
  if (values.has("version")) return { command: "version" };
  if (name === "help") return helpCommand(words);
  if (name === "store") return storeCommand(words, values, environment);
  if (takesWords(name)) {
    const network = networkOptions(values, environment);
    return scriptCommand(name, { values, words: words.slice(1) }, network);
  }
  const stray = words.slice(1).find((word) => word !== link);
  if (stray !== undefined) throw invalid(`${name} takes no argument, but was given ${stray}`);
  if (link !== undefined) values.add({ name: "server", rawName: "a link", value: link }, name);
  return networkCommand(name, values, environment);
}

function parserOption(option: OptionDefinition) {
  const type = option.value === undefined ? ("boolean" as const) : ("string" as const);
  return [option.name, { type, ...(option.short && { short: option.short }) }] as const;
}

function commandName(word: string): CommandName {
  const found = commandTable.find((command) => command.name === word);
  if (found !== undefined) return found.name;
  const names = commandTable.map((command) => command.name);
  throw invalid(`${sanitizeLine(word)} is no command${didYouMean(nearest(word, names))}`);
}

function helpCommand(words: readonly string[]): Command {
  const [, topic] = words;
  return { command: "help", topic: topic === undefined ? undefined : commandName(topic) };
}

function storeCommand(
  [, type, directory, ...more]: readonly string[],
  values: OptionValues,
  environment: Environment,
): StoreCommand {
  const name = values.one("name");
  const data = dataOption(values, environment);
  const isAlone = type === "check" || type === "repair";
  const stray = isAlone ? directory : more[0];
  if (stray !== undefined) throw invalid(`store ${type} was also given ${stray}`);
  if (isAlone) return { command: "store", action: { type }, name, data };
  if (type !== "backup" && type !== "restore") {
    throw invalid(`store ${type ?? "alone"} is not store check, repair, backup or restore`);
  }
  if (directory === undefined) throw invalid(`store ${type} needs a directory`);
  return { command: "store", action: { type, directory }, name, data };
}

function networkCommand(
  name: Exclude<CommandName, "help" | "store" | "send" | "search">,
  values: OptionValues,
  environment: Environment,
): Command {
  const network = networkOptions(values, environment);
  switch (name) {
    case "chat":
      return {
        command: "chat",
        ...network,
        ...joiningOptions(values),
        nick: nickOption(values),
        isPlain: values.has("plain"),
        passwordFile: values.one("password-file"),
        isAscii: values.has("ascii"),
        hasBell: !values.has("no-bell"),
        isRemembering: isRemembering(values),
      };
    case "serve":
      return {
        command: "serve",
        ...network,
        name: values.one("name"),
        port: values.number("port", 1_024, 65_535),
        registration: registration(values),
        peers: peers(values),
        announce: announce(values),
        isHidden: values.has("hidden"),
        hasMdns: !values.has("no-mdns"),
        retention: retention(values),
        hasQr: !values.has("no-qr"),
        isJson: values.has("json"),
      };
    case "list":
      return {
        command: "list",
        ...network,
        isJson: values.has("json"),
        waitMs: waitOption(values),
      };
    case "bot":
      return {
        ...{ command: "bot", ...network, ...joiningOptions(values), nick: botNick(values) },
        passwordFile: values.one("password-file"),
        roomPasswordFile: values.one("room-password-file"),
        isRemembering: values.has("memory"),
      };
    case "export":
      return { command: "export", ...network, ...exportOptions(values) };
    case "doctor":
      return { command: "doctor", ...network, ...doctorOptions(values) };
    default:
      return scriptCommand(name, { values, words: [] }, network);
  }
}

function peers(values: OptionValues): readonly TypedHost[] {
  const typed = values.all("peer");
  if (typed.length <= peersMax) return typed.map(parseTypedHost);
  throw invalid(`--peer is given ${typed.length} times, at most ${peersMax}`);
}

function announce(values: OptionValues): TypedHost | undefined {
  const typed = values.one("announce");
  if (typed === undefined) return undefined;
  const address = parseTypedHost(typed);
  const { host, port = defaultDataPort } = address;
  if (isAnnounceable({ host, port })) return address;
  throw invalid(`--announce is ${sanitizeLine(typed)}, must be an address that others can reach`);
}

function retention(values: OptionValues): RetentionRule {
  const days = values.number("keep-days", 1, 36_500);
  const mebibytes = values.number("keep-mib", 1, 1_000_000);
  return {
    ...(days !== undefined && { ageMs: days * 86_400_000 }),
    ...(mebibytes !== undefined && { bytesMax: mebibytes * 2 ** 20 }),
  };
}

function exportOptions(values: OptionValues) {
  const { rooms, ...target } = joiningOptions(values);
  const [room = lobbyName, other] = rooms;
  if (other !== undefined) throw invalid("one room is exported at a time");
  const typed = values.one("format") ?? "txt";
  const format = transcriptFormats.find((name) => name === typed);
  if (format === undefined) {
    throw invalid(`--format is ${sanitizeLine(typed)}, must be ${transcriptFormats.join(", ")}`);
  }
  const roomPasswordFile = values.one("room-password-file");
  return { ...target, room, format, nick: nickOption(values) ?? exportNick, roomPasswordFile };
}

function doctorOptions(values: OptionValues) {
  const server = serverOption(values);
  const seconds = values.number("listen", 1, 3_600);
  const listenMs = seconds === undefined ? undefined : seconds * 1_000;
  return { server, isJson: values.has("json"), listenMs };
}

function registration(values: OptionValues): RegistrationPolicy {
  const typed = values.one("registration") ?? "open";
  const found = registrationPolicies.find((policy) => policy === typed);
  if (found !== undefined) return found;
  const policies = registrationPolicies.join(", ");
  throw invalid(`--registration is ${sanitizeLine(typed)}, must be one of ${policies}`);
}

function isRemembering(values: OptionValues): boolean | undefined {
  if (values.has("no-memory")) return false;
  return values.has("memory") ? true : undefined;
}

function botNick(values: OptionValues): string {
  const chosen = nickOption(values);
  if (chosen === undefined) throw invalid("a bot needs a nickname: earshot bot --nick NICK");
  return chosen;
}
