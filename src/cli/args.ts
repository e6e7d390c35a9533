import { parseArgs } from "node:util";
import { EarshotError } from "../base/errors.ts";
import { fingerprintWordCount, typedWordCountMin } from "../base/fingerprint.ts";
import { nearest } from "../base/nearest.ts";
import { sanitizeLine } from "../base/text.ts";
import { isAnnounceable } from "../discovery/announcement.ts";
import { peersMax } from "../discovery/peer-table.ts";
import { defaultDataPort } from "../discovery/ports.ts";
import { isLinkLike } from "../discovery/server-link.ts";
import { lobbyName } from "../room/limits.ts";
import type { RetentionRule } from "../room/message-room.ts";
import { parseNick, parseRoom } from "../room/name.ts";
import { type RegistrationPolicy, registrationPolicies } from "../room/registration-policy.ts";
import {
  type CommandName,
  commandTable,
  type OptionDefinition,
  optionTable,
} from "./option-table.ts";
import { type TranscriptFormat, transcriptFormats } from "./transcript.ts";
import { parseTypedHost, parseTypedServer, type TypedHost } from "./typed-server.ts";

/** What every command that uses the network is told. */
export interface NetworkOptions {
  /** Adapters by name or address; empty means all. */
  readonly interfaces: readonly string[];
  /** `undefined` means the documented one. */
  readonly discoveryPort: number | undefined;
  /** `undefined` means the platform's place for data. */
  readonly data: string | undefined;
  /** Whether each host of the own subnets may be asked when no server answers otherwise. */
  readonly isSweeping: boolean;
}

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
  /** Where the password is that `register` and `login` use. */
  readonly passwordFile: string | undefined;
  readonly rooms: readonly string[];
  readonly trustedWords: string | undefined;
  readonly waitMs: number;
  /** Whether lines that wait are kept for the next start. */
  readonly isRemembering: boolean;
}

export interface ExportCommand extends NetworkOptions {
  readonly command: "export";
  readonly server: string | undefined;
  readonly nick: string;
  readonly room: string;
  readonly format: TranscriptFormat;
  readonly trustedWords: string | undefined;
  readonly waitMs: number;
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
  | { readonly command: "help"; readonly topic: CommandName | undefined }
  | { readonly command: "version" };

/**
 * How long to wait for servers unless told otherwise: they answer in milliseconds, asked 4 times within
 * the first second; then every host is asked alone, which takes 0.2 s for a subnet.
 */
export const waitMsDefault = 1_500;

/** Who reads a log goes by this name unless told otherwise. */
const exportNick = "archivist";

/** Nobody waits longer than ten minutes for an answer to a broadcast. */
export const waitMsMax = 600_000;

/** The environment variables that stand in for options. */
export interface Environment {
  /** Adapters separated by commas. */
  readonly EARSHOT_INTERFACE?: string | undefined;
  readonly EARSHOT_DATA?: string | undefined;
}

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
  // `earshot earshot://…`, as a program for links is called.
  const link = words.find(isLinkLike);
  const [first = "chat"] = words;
  const name = first === link ? "chat" : commandName(first);
  const values = new Values();
  for (const token of tokens) if (token.kind === "option") values.add(token, name);
  if (values.has("help")) return { command: "help", topic: words.length === 0 ? undefined : name };
  if (values.has("version")) return { command: "version" };
  if (name === "help") return helpCommand(words);
  if (name === "store") return storeCommand(words, values, environment);
  const stray = words.slice(1).find((word) => word !== link);
  if (stray !== undefined) throw invalid(`${name} takes no argument, but was given ${stray}`);
  if (link !== undefined) values.add({ name: "server", rawName: "a link", value: link }, name);
  return networkCommand(name, values, environment);
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

/** The options of one command line, checked against the table as they are added. */
class Values {
  readonly #values = new Map<string, string[]>();

  add(token: OptionToken, command: CommandName): void {
    const option = optionTable.find((candidate) => candidate.name === token.name);
    if (option === undefined) throw unknownOption(token.rawName, command);
    if (!option.commands.includes(command)) {
      throw invalid(`${token.rawName} is for ${option.commands.join(", ")}, not for ${command}`);
    }
    const earlier = this.#values.get(option.name) ?? [];
    if (0 < earlier.length && !option.isRepeatable)
      throw invalid(`${token.rawName} is given twice`);
    this.#values.set(option.name, [...earlier, tokenValue(option, token)]);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  one(name: string): string | undefined {
    return this.#values.get(name)?.[0];
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  number(name: string, min: number, max: number): number | undefined {
    const text = this.one(name);
    if (text === undefined) return undefined;
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (min <= value && value <= max) return value;
    throw invalid(`--${name} is ${text}, must be a whole number from ${min} to ${max}`);
  }
}

function parserOption(option: OptionDefinition) {
  const type = option.value === undefined ? ("boolean" as const) : ("string" as const);
  return [option.name, { type, ...(option.short && { short: option.short }) }] as const;
}

function tokenValue(option: OptionDefinition, token: OptionToken): string {
  if (option.value === undefined) {
    if (token.value !== undefined) throw invalid(`${token.rawName} takes no value`);
    return "";
  }
  const looksLikeOption = !token.inlineValue && token.value?.startsWith("-");
  if (token.value === undefined || token.value === "" || looksLikeOption) {
    throw invalid(`${token.rawName} needs a value: ${token.rawName} ${option.value}`);
  }
  return token.value;
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
  values: Values,
  environment: Environment,
): StoreCommand {
  const name = values.one("name");
  const data = values.one("data") ?? (environment.EARSHOT_DATA || undefined);
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
  name: Exclude<CommandName, "help" | "store">,
  values: Values,
  environment: Environment,
): Command {
  const network = networkOptions(values, environment);
  switch (name) {
    case "chat":
      return {
        command: "chat",
        ...network,
        ...joining(values),
        nick: nick(values),
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
      return { command: "list", ...network, isJson: values.has("json"), waitMs: waitMs(values) };
    case "bot":
      return {
        ...{ command: "bot", ...network, ...joining(values), nick: botNick(values) },
        passwordFile: values.one("password-file"),
        isRemembering: values.has("memory"),
      };
    case "export":
      return { command: "export", ...network, ...exportOptions(values) };
    case "doctor":
      return { command: "doctor", ...network, ...doctorOptions(values) };
  }
}

function peers(values: Values): readonly TypedHost[] {
  const typed = values.all("peer");
  if (typed.length <= peersMax) return typed.map(parseTypedHost);
  throw invalid(`--peer is given ${typed.length} times, at most ${peersMax}`);
}

function announce(values: Values): TypedHost | undefined {
  const typed = values.one("announce");
  if (typed === undefined) return undefined;
  const address = parseTypedHost(typed);
  const { host, port = defaultDataPort } = address;
  if (isAnnounceable({ host, port })) return address;
  throw invalid(`--announce is ${sanitizeLine(typed)}, must be an address that others can reach`);
}

function networkOptions(values: Values, environment: Environment): NetworkOptions {
  const fromEnvironment = environment.EARSHOT_INTERFACE ?? "";
  const interfaces = values.all("interface");
  return {
    interfaces: 0 < interfaces.length ? interfaces : commaSeparated(fromEnvironment),
    discoveryPort: values.number("discovery-port", 1_024, 65_535),
    isSweeping: !values.has("no-sweep"),
    data: values.one("data") ?? (environment.EARSHOT_DATA || undefined),
  };
}

function commaSeparated(text: string): readonly string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function joining(values: Values) {
  const server = values.one("server");
  if (server !== undefined) parseTypedServer(server);
  return {
    server,
    rooms: values.all("room").map(parseRoom),
    trustedWords: trustedWords(values),
    waitMs: waitMs(values),
  };
}

function retention(values: Values): RetentionRule {
  const days = values.number("keep-days", 1, 36_500);
  const mebibytes = values.number("keep-mib", 1, 1_000_000);
  return {
    ...(days !== undefined && { ageMs: days * 86_400_000 }),
    ...(mebibytes !== undefined && { bytesMax: mebibytes * 2 ** 20 }),
  };
}

function exportOptions(values: Values) {
  const { rooms, ...target } = joining(values);
  const [room = lobbyName, other] = rooms;
  if (other !== undefined) throw invalid("one room is exported at a time");
  const typed = values.one("format") ?? "txt";
  const format = transcriptFormats.find((name) => name === typed);
  if (format === undefined) {
    throw invalid(`--format is ${sanitizeLine(typed)}, must be ${transcriptFormats.join(", ")}`);
  }
  return { ...target, room, format, nick: nick(values) ?? exportNick };
}

function doctorOptions(values: Values) {
  const server = values.one("server");
  if (server !== undefined) parseTypedServer(server);
  const seconds = values.number("listen", 1, 3_600);
  const listenMs = seconds === undefined ? undefined : seconds * 1_000;
  return { server, isJson: values.has("json"), listenMs };
}

function registration(values: Values): RegistrationPolicy {
  const typed = values.one("registration") ?? "open";
  const found = registrationPolicies.find((policy) => policy === typed);
  if (found !== undefined) return found;
  const policies = registrationPolicies.join(", ");
  throw invalid(`--registration is ${sanitizeLine(typed)}, must be one of ${policies}`);
}

function waitMs(values: Values): number {
  return values.number("wait", 0, waitMsMax) ?? waitMsDefault;
}

function trustedWords(values: Values): string | undefined {
  const typed = values.one("trust");
  if (typed === undefined) return undefined;
  const words = typed.toLowerCase().match(/[a-z]+/g) ?? [];
  if (typedWordCountMin <= words.length && words.length <= fingerprintWordCount) {
    return words.join(" ");
  }
  const count = `${typedWordCountMin} to ${fingerprintWordCount}`;
  throw invalid(`--trust is ${sanitizeLine(typed)}, must be the first ${count} words of a server`);
}

function isRemembering(values: Values): boolean | undefined {
  if (values.has("no-memory")) return false;
  return values.has("memory") ? true : undefined;
}

function nick(values: Values): string | undefined {
  const typed = values.one("nick");
  return typed === undefined ? undefined : parseNick(typed);
}

function botNick(values: Values): string {
  const chosen = nick(values);
  if (chosen === undefined) throw invalid("a bot needs a nickname: earshot bot --nick NICK");
  return chosen;
}

function unknownOption(rawName: string, command: CommandName): EarshotError {
  const names = optionTable
    .filter((option) => option.commands.includes(command))
    .map((option) => `--${option.name}`);
  return invalid(`${sanitizeLine(rawName)} is no option${didYouMean(nearest(rawName, names))}`);
}

function didYouMean(word: string | undefined): string {
  return word === undefined ? "; try earshot help" : `; did you mean ${word}?`;
}

function invalid(message: string): EarshotError {
  return new EarshotError("argument-invalid", message);
}
