import { parseNick } from "../room/name.ts";
import type { FileMoving } from "./file-moving.ts";
import { joiningOptions, type NetworkOptions, nickOption } from "./network-options.ts";
import type { CommandName } from "./option-table.ts";
import { invalid, type OptionValues } from "./option-values.ts";

/** What every command is told that visits a server, does one thing there, and ends. */
export interface VisitOptions extends NetworkOptions {
  readonly server: string | undefined;
  /** `undefined` means the name of this machine's user. */
  readonly nick: string | undefined;
  readonly trustedWords: string | undefined;
  readonly waitMs: number;
  /** Where the password of rooms is. */
  readonly roomPasswordFile: string | undefined;
  /** It moves files. */
  readonly moving?: Omit<FileMoving, "data">;
}

export interface SendCommand extends VisitOptions {
  readonly command: "send";
  /** `undefined` means the lobby, or the private chat with `to`. */
  readonly room: string | undefined;
  /** Whom to tell it in private. */
  readonly to: string | undefined;
  /** `undefined` means what stdin says. */
  readonly text: string | undefined;
  /** What is offered in place of a text. */
  readonly file: string | undefined;
  /** Whether to wait until everybody in the room has it. */
  readonly isWaitingForDelivery: boolean;
  /** How long it may take to be stored, and to be delivered where that is waited for. */
  readonly timeoutMs: number;
}

export interface ReceiveCommand extends VisitOptions {
  readonly command: "receive";
  /** Empty means the lobby. */
  readonly rooms: readonly string[];
  /** `undefined` means everybody. */
  readonly from: string | undefined;
  readonly directory: string;
  /** Whether it ends with the first. */
  readonly isOnce: boolean;
  readonly isJson: boolean;
  /** How long to wait for one; `undefined` means for ever. */
  readonly timeoutMs: number | undefined;
}

export interface TailCommand extends VisitOptions {
  readonly command: "tail";
  /** Empty means the lobby. */
  readonly rooms: readonly string[];
  /** How many entries of the past come first. */
  readonly count: number;
  readonly isJson: boolean;
}

export interface HistoryCommand extends VisitOptions {
  readonly command: "history";
  /** `undefined` means the lobby. */
  readonly room: string | undefined;
  /** As it was typed; at most one of them. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly around: string | undefined;
  readonly count: number;
  readonly isJson: boolean;
  /** Whether what this computer keeps is read, without a server. */
  readonly isOffline: boolean;
}

export interface SearchCommand extends VisitOptions {
  readonly command: "search";
  readonly query: string;
  /** `undefined` means all rooms of this user. */
  readonly room: string | undefined;
  readonly count: number;
  readonly isJson: boolean;
  /** Whether what this computer keeps is looked through, without a server. */
  readonly isOffline: boolean;
}

export interface RoomsCommand extends VisitOptions {
  readonly command: "rooms";
  readonly isJson: boolean;
}

export interface WhoCommand extends VisitOptions {
  readonly command: "who";
  /** `undefined` means the lobby. */
  readonly room: string | undefined;
  readonly isJson: boolean;
}

export type ScriptCommand =
  | SendCommand
  | ReceiveCommand
  | TailCommand
  | HistoryCommand
  | SearchCommand
  | RoomsCommand
  | WhoCommand;

/** Entries that `tail` prints of the past unless told otherwise, as `tail` of files does. */
const tailCountDefault = 10;

const historyCountDefault = 50;

const searchCountDefault = 20;

/** Who wants more wants all of it: `earshot export`. */
export const countMax = 1_000_000;

/** How long a line may take to be stored; on a LAN that is milliseconds, unless it is large. */
const timeoutSecondsDefault = 10;

/** An hour. */
const timeoutSecondsMax = 3_600;

/** Commands of which words behind them are the text or the query. */
export function takesWords(name: CommandName): name is "send" | "search" {
  return name === "send" || name === "search";
}

/**
 * The command with its options; `words` are what stands behind its name.
 *
 * @throws {EarshotError} WHEN they make no sense `argument-invalid`, `nickname-invalid` or `room-invalid`.
 */
export function scriptCommand(
  name: ScriptCommand["command"],
  { values, words }: { readonly values: OptionValues; readonly words: readonly string[] },
  network: NetworkOptions,
): ScriptCommand {
  const { rooms, ...joining } = joiningOptions(values);
  const roomPasswordFile = values.one("room-password-file");
  const visit = { ...network, ...joining, nick: nickOption(values), roomPasswordFile };
  const isJson = values.has("json");
  const isOffline = values.has("offline");
  const count = (least: number, most: number) => values.number("lines", least, most);
  if (name === "receive") return { command: name, ...visit, rooms, isJson, ...receiving(values) };
  if (name === "tail") {
    return {
      command: name,
      ...visit,
      rooms,
      isJson,
      count: count(0, countMax) ?? tailCountDefault,
    };
  }
  const [room, other] = rooms;
  if (other !== undefined) throw invalid(`${name} takes one room`);
  switch (name) {
    case "send":
      return { command: name, ...visit, room, ...sending(values, words, room) };
    case "history":
      return {
        ...{ command: name, ...visit, room, isJson, isOffline, ...place(values) },
        count: count(1, countMax) ?? historyCountDefault,
      };
    case "search": {
      if (words.length === 0) throw invalid("search needs something to look for");
      const query = words.join(" ");
      const hits = count(1, countMax) ?? searchCountDefault;
      return { command: name, ...visit, room, query, isJson, isOffline, count: hits };
    }
    case "rooms":
      return { command: name, ...visit, isJson };
    case "who":
      return { command: name, ...visit, room, isJson };
  }
}

function sending(values: OptionValues, words: readonly string[], room: string | undefined) {
  const typed = values.one("to");
  if (typed !== undefined && room !== undefined) throw invalid("send takes --room or --to");
  const file = values.one("file");
  if (file !== undefined && 0 < words.length) throw invalid("send takes --file or a text");
  const isStdin = words.length === 0 || (words.length === 1 && words[0] === "-");
  const usual = file === undefined ? timeoutSecondsDefault : timeoutSecondsMax;
  const seconds = values.number("timeout", 1, timeoutSecondsMax) ?? usual;
  return {
    file,
    to: typed === undefined ? undefined : parseNick(typed),
    text: isStdin ? undefined : words.join(" "),
    isWaitingForDelivery: values.has("wait-delivered"),
    timeoutMs: seconds * 1_000,
  };
}

function receiving(values: OptionValues) {
  const from = values.one("from");
  const seconds = values.number("timeout", 1, timeoutSecondsMax);
  return {
    from: from === undefined ? undefined : parseNick(from),
    directory: values.one("directory") ?? ".",
    isOnce: values.has("once"),
    timeoutMs: seconds === undefined ? undefined : seconds * 1_000,
  };
}

function place(values: OptionValues) {
  const [before, after, around] = ["before", "after", "around"].map((name) => values.one(name));
  if (1 < [before, after, around].filter((typed) => typed !== undefined).length) {
    throw invalid("history takes one of --before, --after and --around");
  }
  return { before, after, around };
}
