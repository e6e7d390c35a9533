import { fingerprintWordCount, typedWordCountMin } from "../base/fingerprint.ts";
import { sanitizeLine } from "../base/text.ts";
import { parseNick, parseRoom } from "../room/name.ts";
import { invalid, type OptionValues } from "./option-values.ts";
import { parseTypedServer } from "./typed-server.ts";

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

/** What every command that joins a server is told. */
export interface JoiningOptions {
  /** `undefined` means the one that answers. */
  readonly server: string | undefined;
  readonly rooms: readonly string[];
  /** The first words of the server's fingerprint. */
  readonly trustedWords: string | undefined;
  /** How long to wait for servers to answer. */
  readonly waitMs: number;
}

/** The environment variables that stand in for options. */
export interface Environment {
  /** Adapters separated by commas. */
  readonly EARSHOT_INTERFACE?: string | undefined;
  readonly EARSHOT_DATA?: string | undefined;
}

/**
 * How long to wait for servers unless told otherwise: they answer in milliseconds, asked 4 times within
 * the first second; then every host is asked alone, which takes 0.2 s for a subnet.
 */
export const waitMsDefault = 1_500;

/** Nobody waits longer than ten minutes for an answer to a broadcast. */
export const waitMsMax = 600_000;

/** @throws {EarshotError} WHEN the port makes no sense `argument-invalid`. */
export function networkOptions(values: OptionValues, environment: Environment): NetworkOptions {
  const fromEnvironment = environment.EARSHOT_INTERFACE ?? "";
  const interfaces = values.all("interface");
  return {
    interfaces: 0 < interfaces.length ? interfaces : commaSeparated(fromEnvironment),
    discoveryPort: values.number("discovery-port", 1_024, 65_535),
    isSweeping: !values.has("no-sweep"),
    data: dataOption(values, environment),
  };
}

/** Where data is kept; `undefined` means the platform's place. */
export function dataOption(values: OptionValues, environment: Environment): string | undefined {
  return values.one("data") ?? (environment.EARSHOT_DATA || undefined);
}

/** @throws {EarshotError} WHEN one of them makes no sense `argument-invalid` or `room-invalid`. */
export function joiningOptions(values: OptionValues): JoiningOptions {
  return {
    server: serverOption(values),
    rooms: values.all("room").map(parseRoom),
    trustedWords: trustedWords(values),
    waitMs: waitOption(values),
  };
}

/** @throws {EarshotError} WHEN it is no name, address or link of a server `argument-invalid`. */
export function serverOption(values: OptionValues): string | undefined {
  const server = values.one("server");
  if (server !== undefined) parseTypedServer(server);
  return server;
}

/** How long to wait for servers to answer. @throws {EarshotError} WHEN it is no such time `argument-invalid`. */
export function waitOption(values: OptionValues): number {
  return values.number("wait", 0, waitMsMax) ?? waitMsDefault;
}

/** @throws {EarshotError} WHEN nobody can have that name `nickname-invalid`. */
export function nickOption(values: OptionValues): string | undefined {
  const typed = values.one("nick");
  return typed === undefined ? undefined : parseNick(typed);
}

function commaSeparated(text: string): readonly string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function trustedWords(values: OptionValues): string | undefined {
  const typed = values.one("trust");
  if (typed === undefined) return undefined;
  const words = typed.toLowerCase().match(/[a-z]+/g) ?? [];
  if (typedWordCountMin <= words.length && words.length <= fingerprintWordCount) {
    return words.join(" ");
  }
  const count = `${typedWordCountMin} to ${fingerprintWordCount}`;
  throw invalid(`--trust is ${sanitizeLine(typed)}, must be the first ${count} words of a server`);
}
