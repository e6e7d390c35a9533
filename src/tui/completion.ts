import { commandUsage } from "./command.ts";
import { type CommandDescription, commands, findCommand } from "./command-table.ts";
import { noAction, openActions } from "./custom-keys.ts";
import { emojiTable } from "./emoji-table.ts";
import { keyBindings } from "./key-table.ts";
import { type EditorState, replaceRange } from "./line-editor.ts";
import { themeNames } from "./palette.ts";
import { findSetting, settings } from "./setting-table.ts";
import type { TextRange } from "./text.ts";

/** Candidates that are kept; who wants more types a letter. */
export const candidatesMax = 200;

/** Something that may have been meant. */
export interface Candidate {
  /** What is put in the place of what was typed. */
  readonly text: string;
  /** What the menu shows, and what more there is to say of it. */
  readonly label: string;
  readonly help: string;
}

/** A menu of what may have been meant. */
export interface Completion {
  /** The editor as it was, in which candidates are put in the range. */
  readonly before: EditorState;
  readonly range: TextRange;
  readonly candidates: readonly Candidate[];
  /** `undefined` while none of them is in the text. */
  readonly chosen: number | undefined;
}

/** Whom and what there is where one writes. */
export interface CompletionNames {
  /** Without ourselves; who spoke last is first. */
  readonly nicks: readonly string[];
  /** As people write them: `#lobby`. */
  readonly rooms: readonly string[];
}

/** A file in a directory. */
export interface FileName {
  readonly name: string;
  readonly isDirectory: boolean;
}

/** What may be meant at the cursor. */
export type CompletionPlace =
  | {
      readonly type: "candidates";
      readonly range: TextRange;
      readonly candidates: readonly Candidate[];
    }
  /** The files of that directory have to be known: what was typed up to the last slash, maybe nothing. */
  | {
      readonly type: "files";
      readonly range: TextRange;
      readonly directory: string;
      readonly start: string;
    };

/** Looks at what stands before the cursor: a command, what comes after one, a nickname, a room, an emoji. */
export function completionPlace(
  { text, cursor }: EditorState,
  names: CompletionNames,
): CompletionPlace {
  const before = text.slice(0, cursor);
  const isCommand = before.startsWith("/") && !before.startsWith("//");
  if (isCommand && !/\s/.test(before)) return commandPlace(before);
  const start = before.search(/\S*$/);
  const word = before.slice(start);
  if (isCommand) return argumentPlace(before, { start, word }, names);
  return matched(start, word, wordCandidates(word, start === 0, names));
}

/** The files whose names begin as typed, directories with a slash behind. Hidden ones are wanted by a dot. */
export function fileCandidates(
  { directory, start }: Extract<CompletionPlace, { type: "files" }>,
  files: readonly FileName[],
): readonly Candidate[] {
  return files
    .filter(({ name }) => name.startsWith(start) && (start !== "" || !name.startsWith(".")))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .slice(0, candidatesMax)
    .map(({ name, isDirectory }) => {
      const label = `${name}${isDirectory ? "/" : ""}`;
      return { text: directory + label, label, help: "" };
    });
}

/** As much as all candidates begin with. */
export function commonStart(candidates: readonly Candidate[]): string {
  const [first, ...others] = candidates.map(({ text }) => text);
  let common = first ?? "";
  for (const text of others) while (!text.startsWith(common)) common = common.slice(0, -1);
  // Never half a character.
  return common.toWellFormed() === common ? common : common.slice(0, -1);
}

/** The editor with that candidate in the place of what was typed, as one step of undo. */
export function completed({ before, range, candidates }: Completion, index: number): EditorState {
  const candidate = candidates[index];
  return candidate === undefined ? before : replaceRange(before, range, candidate.text);
}

/** Old names only where none of the others is meant. */
function commandPlace(before: string): CompletionPlace {
  const place = matched(0, before, commandCandidates());
  if (place.type === "files" || 0 < place.candidates.length) return place;
  const aliases = commands.flatMap(({ aliases: all, args, help }) =>
    all.map((alias) => ({
      text: `/${alias}${args === "" ? "" : " "}`,
      label: `/${alias} ${args}`.trimEnd(),
      help,
    })),
  );
  return matched(0, before, aliases);
}

/** Those that begin as typed, upper or lower case; those that have it inside when none does. */
function matched(start: number, word: string, all: readonly Candidate[]): CompletionPlace {
  const typed = word.toLowerCase();
  const isAt = (where: (text: string) => boolean) =>
    all.filter(({ label }) => where(label.toLowerCase()));
  const starting = isAt((label) => label.startsWith(typed));
  const inside = typed.replace(/^[:#@/]/, "");
  const isSought = starting.length === 0 && inside !== "";
  const found = isSought ? isAt((label) => label.includes(inside)) : starting;
  const range = { start, end: start + word.length };
  return { type: "candidates", range, candidates: found.slice(0, candidatesMax) };
}

function wordCandidates(
  word: string,
  isFirst: boolean,
  names: CompletionNames,
): readonly Candidate[] {
  if (word.startsWith("#")) return roomCandidates(names);
  if (/^:[^\s:]/.test(word)) return emojiCandidates();
  if (word.startsWith("@")) return names.nicks.map((nick) => plain(`@${nick}`, " "));
  return names.nicks.map((nick) => plain(nick, isFirst ? ": " : " "));
}

function argumentPlace(
  before: string,
  { start, word }: { readonly start: number; readonly word: string },
  names: CompletionNames,
): CompletionPlace {
  const [typedName = "", ...args] = before.slice(1).split(/\s+/);
  const command = findCommand(typedName);
  if ("candidates" in command) return matched(start, word, []);
  const kinds = argumentKinds(command, args);
  const index = Math.min(args.length, kinds.length) - 1;
  const kind = kinds[index] ?? "";
  if (kind === "FILE" || kind === "PATH") return filePlace(before, index);
  const [, filter = "", rest = ""] = /^((?:from|in):)(.*)$/.exec(word) ?? [];
  if (filter !== "" && kind === "WORDS") {
    const all = filter === "from:" ? names.nicks : names.rooms.map((room) => room.replace("#", ""));
    const named = all.map((name) => plain(name, " "));
    return matched(start + filter.length, rest, named);
  }
  const all = kind.split("|").flatMap((each) => argumentCandidates(each, args, { word, names }));
  return matched(start, word, all);
}

/** A name of a file may have blanks: it is all that stands behind the arguments before it. */
function filePlace(before: string, argsBefore: number): CompletionPlace {
  const [head = ""] = new RegExp(`^/\\S+\\s+(?:\\S+\\s+){${argsBefore}}`).exec(before) ?? [];
  const typed = before.slice(head.length);
  const slash = typed.lastIndexOf("/") + 1;
  return {
    type: "files",
    range: { start: head.length, end: before.length },
    directory: typed.slice(0, slash),
    start: typed.slice(slash),
  };
}

/** The words of the command table for what comes after the name. */
function argumentKinds(
  { args: usage }: CommandDescription,
  args: readonly string[],
): readonly string[] {
  return (
    usage
      .replaceAll("[,NICK]", "")
      .replace(/[[\]]/g, "")
      .split(" ")
      .filter((kind) => !kind.endsWith(":"))
      // Which line is meant may be left out.
      .filter((kind) => kind !== "LINE" || /^#?\d+$/.test(args[0] ?? ""))
  );
}

function argumentCandidates(
  kind: string,
  args: readonly string[],
  { word, names }: { readonly word: string; readonly names: CompletionNames },
): readonly Candidate[] {
  switch (kind) {
    case "NICK":
      return names.nicks.map((nick) => plain(nick, " "));
    case "ROOM":
    case "#ROOM":
      return roomCandidates(names);
    case "EMOJI":
      return emojiCandidates();
    case "COMMAND":
      return commands.map(({ name, help }) => ({ text: name, label: name, help }));
    case "SETTING":
      return settings.map(({ name, help }) => ({ text: `${name} `, label: name, help }));
    case "VALUE":
      return valueCandidates(args[0] ?? "");
    case "KEY":
      return keyCandidates();
    case "ACTION":
      return [...openActions(), "usual", noAction].map((action) => plain(action, ""));
    case "THEME":
      return themeNames.map((theme) => plain(theme, ""));
    case "TEXT":
    case "REASON":
    case "WORDS":
      return wordCandidates(word, false, names);
    default:
      // What is written small is typed as it is: `on|off`.
      return /^[a-z]+$/.test(kind) ? [plain(kind, "")] : [];
  }
}

function valueCandidates(name: string): readonly Candidate[] {
  const kind = findSetting(name)?.kind;
  return kind?.type === "choice" ? kind.values.map((value) => plain(value, "")) : [];
}

/** The keys that do something in a room, with what they do. */
function keyCandidates(): readonly Candidate[] {
  return keyBindings
    .filter(({ context }) => context === "room" || context === "everywhere")
    .flatMap(({ keys, action, help = action }) =>
      // A name with a blank is two keys, and is not bound as one word.
      keys
        .filter((key) => !key.includes(" "))
        .map((key) => ({ text: `${key} `, label: key, help })),
    );
}

function commandCandidates(): readonly Candidate[] {
  return commands.map((command) => ({
    text: `/${command.name}${command.args === "" ? "" : " "}`,
    label: commandUsage(command),
    help: command.help,
  }));
}

function roomCandidates({ rooms }: CompletionNames): readonly Candidate[] {
  return rooms.map((room) => plain(room, " "));
}

function emojiCandidates(): readonly Candidate[] {
  return [...emojiTable].map(([name, emoji]) => ({ text: emoji, label: `:${name}:`, help: emoji }));
}

function plain(label: string, behind: string): Candidate {
  return { text: label + behind, label, help: "" };
}
