import type { KeyEvent } from "./key.ts";
import { writingKeys } from "./writing-keys.ts";

/** Where a key means something: `everywhere`; `silence` is the picker while no server answers. */
export type KeyContext =
  | "everywhere"
  | "picker"
  | "silence"
  | "address"
  | "host-form"
  | "nickname"
  | "changed"
  | "room"
  | "input-search"
  | "completion"
  | "message"
  | "paste"
  | "reader"
  /** Whatever is chosen from a list: help, go-to, hits. */
  | "list";

/** What a key does. */
export type Action =
  | "accept"
  | "back"
  | "choose"
  | "complete"
  | "copy"
  | "decline"
  | "delete"
  | "drop-paste"
  | "edit"
  | "go-to"
  | "edit-paste"
  | "erase"
  | "help"
  | "history-newer"
  | "history-older"
  | "host"
  | "host-form"
  | "interrupt"
  | "new-line"
  | "next-mention"
  | "next-room"
  | "open-editor"
  | "next-unread"
  | "numbered-room"
  | "open-message"
  | "previous-mention"
  | "previous-room"
  | "previous-unread"
  | "quit"
  | "react"
  | "redraw"
  | "reply"
  | "rescan"
  | "retry"
  | "search-input"
  | "scroll-bottom"
  | "scroll-line-down"
  | "scroll-line-up"
  | "scroll-page-down"
  | "scroll-page-up"
  | "scroll-top"
  | "search"
  | "select-message"
  | "select-next"
  | "select-previous"
  | "send"
  | "set-new-line"
  | "show-links"
  | "show-log"
  | "show-mentions"
  | "show-password"
  | "show-settings"
  | "show-statistics"
  | "show-transfers"
  | "suspend"
  | "switch-scope"
  | "toggle-bare"
  | "toggle-people"
  | "toggle-rooms"
  | "write-command"
  | "type-address"
  | "urgent-room";

/** One entry: its keys do the action in that context. */
export interface KeyBinding {
  readonly context: KeyContext;
  /** As `keyName` writes them, two in a row with a blank between; the first is the one that help shows. */
  readonly keys: readonly string[];
  readonly action: Action;
  /** What help says; entries without it are second names that nobody has to know. */
  readonly help?: string;
  /** Only when there is nothing typed; otherwise the key types or edits. */
  readonly isForEmptyInput?: boolean;
}

/** Every key, but those that edit the line. */
export const keyBindings: readonly KeyBinding[] = [
  { context: "everywhere", keys: ["ctrl+q"], action: "quit", help: "quit" },
  {
    context: "everywhere",
    keys: ["ctrl+c"],
    action: "interrupt",
    help: "clear the line; twice: quit",
  },
  { context: "everywhere", keys: ["ctrl+z"], action: "suspend", help: "suspend" },
  { context: "everywhere", keys: ["ctrl+l"], action: "redraw", help: "paint the screen again" },
  { context: "everywhere", keys: ["f1"], action: "help", help: "help" },
  { context: "everywhere", keys: ["?"], action: "help", isForEmptyInput: true },

  { context: "picker", keys: ["enter"], action: "choose", help: "join the server" },
  { context: "picker", keys: ["up"], action: "select-previous", help: "one up" },
  { context: "picker", keys: ["down"], action: "select-next", help: "one down" },
  { context: "picker", keys: ["escape"], action: "back", help: "empty the filter" },
  { context: "picker", keys: ["f2"], action: "host", help: "host a server here" },
  { context: "picker", keys: ["f4"], action: "host-form", help: "host one with a name of its own" },
  { context: "picker", keys: ["f3"], action: "type-address", help: "type an address" },
  { context: "picker", keys: ["f5"], action: "rescan", help: "ask the network again" },

  {
    context: "silence",
    keys: ["h", "enter", "f2"],
    action: "host",
    help: "host a server here and chat in it",
  },
  { context: "silence", keys: ["f4"], action: "host-form" },
  {
    context: "silence",
    keys: ["a", "f3"],
    action: "type-address",
    help: "type the address of a server on another network",
  },
  {
    context: "silence",
    keys: ["r", "f5"],
    action: "rescan",
    help: "ask again (it goes on by itself, too)",
  },

  { context: "host-form", keys: ["enter"], action: "choose", help: "start the server" },
  { context: "host-form", keys: ["tab", "down"], action: "select-next", help: "next line" },
  {
    context: "host-form",
    keys: ["shift+tab", "up"],
    action: "select-previous",
    help: "line before",
  },
  { context: "host-form", keys: ["escape"], action: "back", help: "back to the list" },

  { context: "address", keys: ["enter"], action: "choose", help: "go there" },
  { context: "address", keys: ["escape"], action: "back", help: "back to the list" },

  { context: "nickname", keys: ["enter"], action: "choose", help: "join" },
  { context: "nickname", keys: ["tab", "down"], action: "select-next", help: "next line" },
  {
    context: "nickname",
    keys: ["shift+tab", "up"],
    action: "select-previous",
    help: "line before",
  },
  { context: "nickname", keys: ["f2"], action: "show-password", help: "show the password, or not" },
  { context: "nickname", keys: ["escape"], action: "back", help: "back to the servers" },

  { context: "changed", keys: ["enter"], action: "choose", help: "join with the typed words" },
  { context: "changed", keys: ["escape"], action: "back", help: "back to the servers" },

  { context: "room", keys: ["enter"], action: "send", help: "send" },
  { context: "room", keys: ["page-up"], action: "scroll-page-up", help: "older messages" },
  { context: "room", keys: ["page-down"], action: "scroll-page-down", help: "newer messages" },
  { context: "room", keys: ["shift+up"], action: "scroll-line-up", help: "one row up" },
  { context: "room", keys: ["shift+down"], action: "scroll-line-down", help: "one row down" },
  {
    context: "room",
    keys: ["ctrl+home", "alt+home"],
    action: "scroll-top",
    help: "oldest message here",
  },
  {
    context: "room",
    keys: ["ctrl+end", "alt+end"],
    action: "scroll-bottom",
    help: "newest message",
  },
  { context: "room", keys: ["end"], action: "scroll-bottom", isForEmptyInput: true },
  { context: "room", keys: ["escape"], action: "back", help: "one step back" },
  { context: "room", keys: ["up"], action: "history-older", help: "what you said before" },
  { context: "room", keys: ["down"], action: "history-newer", help: "and back again" },
  {
    context: "room",
    keys: ["ctrl+r"],
    action: "search-input",
    help: "look for what you said before",
  },
  {
    context: "room",
    keys: ["ctrl+x ctrl+e"],
    action: "open-editor",
    help: "write in your own $EDITOR",
  },
  { context: "room", keys: ["ctrl+n", "alt+right"], action: "next-room", help: "next room" },
  { context: "room", keys: ["ctrl+p", "alt+left"], action: "previous-room", help: "previous room" },
  { context: "room", keys: ["f4"], action: "open-message", help: "read the folded message" },
  {
    context: "room",
    keys: ["alt+a"],
    action: "urgent-room",
    help: "where something waits, then back",
  },
  { context: "room", keys: ["alt+down"], action: "next-unread", help: "next unread room" },
  { context: "room", keys: ["alt+up"], action: "previous-unread", help: "previous unread room" },
  {
    context: "room",
    keys: ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"].map((digit) => `alt+${digit}`),
    action: "numbered-room",
    help: "room 1 to 9; Alt+0 the one before",
  },
  {
    context: "room",
    keys: ["alt+u"],
    action: "new-line",
    help: "where the new lines begin",
    isForEmptyInput: true,
  },
  {
    context: "room",
    keys: ["alt+m"],
    action: "set-new-line",
    help: "new is what comes below this",
  },
  {
    context: "room",
    keys: ["alt+p"],
    action: "previous-mention",
    help: "where you are called, above",
  },
  { context: "room", keys: ["alt+n"], action: "next-mention", help: "where you are called, below" },
  { context: "room", keys: ["alt+r"], action: "retry", help: "say again what was refused" },
  { context: "room", keys: ["alt+y"], action: "accept", help: "agree to what is asked above" },
  { context: "room", keys: ["alt+x"], action: "decline", help: "do not agree to it" },
  {
    context: "room",
    keys: ["alt+l"],
    action: "toggle-bare",
    help: "only messages, to be copied",
    isForEmptyInput: true,
  },
  { context: "room", keys: ["alt+o"], action: "show-links", help: "the links of this room" },
  { context: "room", keys: ["f7"], action: "toggle-rooms", help: "rooms on or off" },
  { context: "room", keys: ["ctrl+g"], action: "go-to", help: "go to a room, a person, anything" },
  { context: "room", keys: ["ctrl+k"], action: "go-to" },
  {
    context: "room",
    keys: ["ctrl+up", "alt+s"],
    action: "select-message",
    help: "select a message, to do something with it",
  },
  {
    context: "room",
    keys: ["tab"],
    action: "complete",
    help: "complete a name, a command, a file",
  },
  { context: "room", keys: ["ctrl+f"], action: "search", help: "search messages" },
  { context: "room", keys: ["f3"], action: "show-mentions", help: "where you are mentioned" },
  { context: "room", keys: ["f2"], action: "show-settings", help: "settings" },
  { context: "room", keys: ["f5"], action: "show-transfers", help: "files under way" },
  { context: "room", keys: ["f9"], action: "show-log", help: "what happened lately" },
  { context: "room", keys: ["f12"], action: "show-statistics", help: "link, traffic, memory" },
  { context: "room", keys: ["f8"], action: "toggle-people", help: "people on or off" },

  {
    context: "reader",
    keys: ["escape", "q", "f4", "enter"],
    action: "back",
    help: "back to the conversation",
  },
  { context: "reader", keys: ["page-up", "b"], action: "scroll-page-up", help: "a page up" },
  { context: "reader", keys: ["page-down", " "], action: "scroll-page-down", help: "a page down" },
  { context: "reader", keys: ["home", "ctrl+home"], action: "scroll-top", help: "its beginning" },
  { context: "reader", keys: ["end", "ctrl+end"], action: "scroll-bottom", help: "its end" },
  { context: "reader", keys: ["up", "shift+up"], action: "scroll-line-up" },
  { context: "reader", keys: ["down", "shift+down"], action: "scroll-line-down" },

  { context: "list", keys: ["escape", "ctrl+g"], action: "back", help: "close it" },
  { context: "list", keys: ["enter"], action: "choose", help: "go there, do it, write it" },
  { context: "list", keys: ["alt+x"], action: "decline", help: "cancel the marked transfer" },
  { context: "list", keys: ["tab"], action: "switch-scope", help: "search here, or everywhere" },
  {
    context: "list",
    keys: ["up", "ctrl+p", "shift+up"],
    action: "select-previous",
    help: "one up",
  },
  {
    context: "list",
    keys: ["down", "ctrl+n", "shift+down"],
    action: "select-next",
    help: "one down",
  },
  { context: "list", keys: ["page-up"], action: "scroll-page-up", help: "a page up" },
  { context: "list", keys: ["page-down"], action: "scroll-page-down", help: "a page down" },
  { context: "list", keys: ["ctrl+home"], action: "scroll-top", help: "the first" },
  { context: "list", keys: ["ctrl+end"], action: "scroll-bottom", help: "the last" },

  ...writingKeys,
];

/** The keys of the line editor, for help; line-editor.ts does them. */
export const editingKeys: readonly (readonly [keys: string, help: string])[] = [
  ["Alt+Enter", "new line in the message"],
  ["Ctrl+A Ctrl+E", "start, end of the line"],
  ["Ctrl+Left Ctrl+Right", "a word back, forward (Alt+B Alt+F)"],
  ["Ctrl+W Ctrl+U Ctrl+K", "cut the word, to the start, to the end"],
  ["Alt+Backspace Alt+D", "cut the word before, behind the cursor"],
  ["Ctrl+Y Alt+Y", "put back what was cut; what was cut before"],
  ["Ctrl+T Alt+T", "swap two letters, two words"],
  ["Alt+U Alt+L Alt+C", "the word in capitals, small, with a capital"],
  ["Ctrl+_ Alt+_", "undo, redo"],
];

/** A key as the table writes it: `ctrl+q`, `page-up`, or the text itself; `undefined` for a paste. */
export function keyName(key: KeyEvent): string | undefined {
  if (key.type === "paste") return undefined;
  if (key.type === "text") return key.text;
  const ctrl = key.isCtrl ? "ctrl+" : "";
  const alt = key.isAlt ? "alt+" : "";
  return `${ctrl}${alt}${key.isShift ? "shift+" : ""}${key.name}`;
}

/** The key that the table writes so; `keyName` gives the name back. */
export function keyOf(name: string): KeyEvent {
  const [, prefixes = "", last = ""] = /^((?:(?:ctrl|alt|shift)\+)*)(.+)$/su.exec(name) ?? [];
  if (prefixes === "" && last.length === 1) return { type: "text", text: last };
  const isWith = (modifier: string): boolean => prefixes.includes(`${modifier}+`);
  return {
    type: "key",
    name: last,
    isCtrl: isWith("ctrl"),
    isAlt: isWith("alt"),
    isShift: isWith("shift"),
  };
}

/** What the key does in that context, or `undefined` when it is for the line editor. */
export function actionOf(
  context: KeyContext,
  key: KeyEvent,
  isInputEmpty: boolean,
  bindings: readonly KeyBinding[] = keyBindings,
): Action | undefined {
  const name = keyName(key);
  return name === undefined ? undefined : actionNamed(context, name, isInputEmpty, bindings);
}

/** What the key, or the keys in a row with blanks between, do in that context. */
export function actionNamed(
  context: KeyContext,
  name: string,
  isInputEmpty: boolean,
  bindings: readonly KeyBinding[] = keyBindings,
): Action | undefined {
  const isMeant = (binding: KeyBinding) =>
    binding.keys.includes(name) && (isInputEmpty || !binding.isForEmptyInput);
  const own = bindings.find((binding) => binding.context === context && isMeant(binding));
  return (own ?? bindings.find((other) => other.context === "everywhere" && isMeant(other)))
    ?.action;
}

/** Whether another key makes a sequence of it in that context. */
export function isPrefix(
  context: KeyContext,
  name: string,
  bindings: readonly KeyBinding[],
): boolean {
  return bindings.some(
    (binding) =>
      binding.context === context && binding.keys.some((keys) => keys.startsWith(`${name} `)),
  );
}

/** A key as people write it: `Ctrl+Q`, `PageUp`; a letter by itself stays as it is typed. */
export function keyLabel(name: string): string {
  if (name.length === 1) return name;
  return name.replace(/(^|[-+ ])([a-z])/g, (_, before: string, letter: string) => {
    return (before === "-" ? "" : before) + letter.toUpperCase();
  });
}
