import type { KeyBinding } from "./key-table.ts";

/** The keys of what one does with the input line: long pastes, looking back, completing, selected messages. */
export const writingKeys: readonly KeyBinding[] = [
  { context: "paste", keys: ["enter"], action: "send", help: "send it as one message" },
  { context: "paste", keys: ["alt+e"], action: "edit-paste", help: "put it into the input line" },
  { context: "paste", keys: ["escape"], action: "drop-paste", help: "drop it" },

  {
    context: "input-search",
    keys: ["ctrl+r", "up"],
    action: "select-previous",
    help: "an older line",
  },
  {
    context: "input-search",
    keys: ["ctrl+s", "down"],
    action: "select-next",
    help: "a newer line",
  },
  {
    context: "input-search",
    keys: ["enter", "tab"],
    action: "choose",
    help: "take it, to be changed or sent",
  },
  {
    context: "input-search",
    keys: ["backspace", "ctrl+h"],
    action: "erase",
    help: "a letter less",
  },
  {
    context: "input-search",
    keys: ["escape", "ctrl+g"],
    action: "back",
    help: "back to what you wrote",
  },

  { context: "completion", keys: ["tab", "down"], action: "select-next", help: "the next one" },
  {
    context: "completion",
    keys: ["shift+tab", "up"],
    action: "select-previous",
    help: "the one before",
  },
  { context: "completion", keys: ["enter"], action: "choose", help: "take it" },
  { context: "completion", keys: ["escape", "ctrl+g"], action: "back", help: "what you typed" },

  {
    context: "message",
    keys: ["up", "k", "ctrl+up", "alt+s"],
    action: "select-previous",
    help: "the message before",
  },
  {
    context: "message",
    keys: ["down", "j", "ctrl+down"],
    action: "select-next",
    help: "the next message",
  },
  { context: "message", keys: ["r"], action: "reply", help: "reply to it" },
  { context: "message", keys: ["e"], action: "edit", help: "edit it" },
  { context: "message", keys: ["+"], action: "react", help: "react to it with an emoji" },
  {
    context: "message",
    keys: ["d", "delete"],
    action: "delete",
    help: "delete it, when you say yes",
  },
  { context: "message", keys: ["c", "y"], action: "copy", help: "copy its text" },
  {
    context: "message",
    keys: ["o", "enter", "f4"],
    action: "open-message",
    help: "read all of it, or open its link",
  },
  { context: "message", keys: ["/"], action: "write-command", help: "a command about it" },
  { context: "message", keys: ["escape", "q"], action: "back", help: "back to writing" },
];
