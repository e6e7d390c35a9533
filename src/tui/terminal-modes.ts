import type { Capabilities } from "./capabilities.ts";

/** Buttons, not moves (1000), in decimal numbers (1006). Selecting text stays possible with Shift. */
const mouseModes = [1000, 1006];

/** Pastes come in brackets (2004); the window tells whether it is in front (1004). */
const usualModes = [2004, 1004];

/**
 * Keys that are told apart: Ctrl-I from Tab, Esc from the start of a sequence. kitty keeps a stack of
 * such wishes, of which ours is one; `modifyOtherKeys` is xterm's, without one.
 */
const tellKeysApart = "\x1b[>1u\x1b[>4;1m";
const tellKeysAsUsual = "\x1b[>4m\x1b[<u";

/** The bytes that set what the chat needs of the terminal, on the alternate screen. */
export function modesOn({ hasCommands }: Capabilities, hasMouse: boolean): string {
  // What is wider than thought must not wrap (DECAWM).
  const modes = `\x1b[?7l${set(usualModes)}`;
  return `${modes}${hasCommands ? tellKeysApart : ""}${mouseMode(hasMouse)}`;
}

/** The bytes that set everything back, also on a terminal that some of it was not set on. */
export function modesOff({ hasCommands }: Capabilities): string {
  const keys = hasCommands ? `${tellKeysAsUsual}\x1b]8;;\x1b\\` : "";
  return `\x1b[?2026l\x1b[m${keys}${mouseMode(false)}${reset(usualModes)}\x1b[?7h`;
}

/** The bytes that let the terminal tell of the mouse, or not. */
export function mouseMode(isOn: boolean): string {
  return isOn ? set(mouseModes) : reset(mouseModes);
}

function set(modes: readonly number[]): string {
  return modes.map((mode) => `\x1b[?${mode}h`).join("");
}

function reset(modes: readonly number[]): string {
  return modes.map((mode) => `\x1b[?${mode}l`).join("");
}
