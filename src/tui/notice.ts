import { sanitizeLine } from "../base/text.ts";
import type { Capabilities } from "./capabilities.ts";
import { clip } from "./text.ts";

/** Cells of a notice's text that are shown: about what desktops show of one. */
export const noticeCellsMax = 120;

/** Cells of its title. */
export const noticeTitleCellsMax = 40;

/** UTF-8 bytes that are copied at once: xterm takes no more base64 than 100,000 characters. */
export const copyBytesMax = 74_994;

/** What is to be told to a person who looks elsewhere. */
export interface Notice {
  readonly title: string;
  readonly body: string;
}

/**
 * The bytes that make the terminal tell it: the bell, and before it the operating system command that
 * this terminal knows (OSC 9 of iTerm2, 777 of rxvt, 99 of kitty). Both texts are sanitised and cut.
 */
export function noticeSequence(notice: Notice, capabilities: Capabilities): string {
  // A semicolon would end the field of OSC 777.
  const title = fitting(notice.title, noticeTitleCellsMax).replaceAll(";", ",");
  const body = fitting(notice.body, noticeCellsMax);
  const command = noticeCommand(title, body, capabilities);
  return `${command === "" ? "" : passThrough(command, capabilities)}\x07`;
}

/**
 * The bytes that put the text into the clipboard (OSC 52), or `undefined` when it is longer than
 * `copyBytesMax` or the terminal has no such command. Whether the terminal obeys is not known.
 */
export function copySequence(text: string, capabilities: Capabilities): string | undefined {
  const bytes = Buffer.from(text.toWellFormed());
  if (!capabilities.hasCommands || copyBytesMax < bytes.length) return undefined;
  // tmux has a clipboard of its own, from which it serves the terminal's.
  return `\x1b]52;c;${bytes.toString("base64")}\x1b\\`;
}

function noticeCommand(title: string, body: string, { noticeWay }: Capabilities): string {
  switch (noticeWay) {
    case "osc9":
      return `\x1b]9;${title}: ${body}\x1b\\`;
    case "osc777":
      return `\x1b]777;notify;${title};${body}\x1b\\`;
    case "osc99":
      return `\x1b]99;i=earshot:d=0:p=title;${title}\x1b\\\x1b]99;i=earshot:p=body;${body}\x1b\\`;
    case "bell":
      return "";
  }
}

/** tmux passes on what is wrapped like this where its owner allows it, and drops it elsewhere. */
function passThrough(command: string, { multiplexer }: Capabilities): string {
  if (multiplexer === undefined) return command;
  // GNU screen ends at the first string terminator; BEL ends a command as well.
  const wrapped =
    multiplexer === "tmux"
      ? `tmux;${command.replaceAll("\x1b", "\x1b\x1b")}`
      : command.replaceAll("\x1b\\", "\x07");
  return `\x1bP${wrapped}\x1b\\`;
}

/** The last guard against what would end the command early. */
function fitting(text: string, cells: number): string {
  return clip(sanitizeLine(text), cells);
}
