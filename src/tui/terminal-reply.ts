import type { Rgb } from "./colour.ts";

/** What a terminal answers to our questions. */
export type TerminalReply =
  /** Where its cursor is, from 0 (CPR). */
  | { readonly type: "reply"; readonly about: "cursor"; readonly column: number }
  /** Whether it knows a private mode (DECRPM): 0 says that it does not. */
  | {
      readonly type: "reply";
      readonly about: "mode";
      readonly mode: number;
      readonly isKnown: boolean;
    }
  /** The colour behind its text (OSC 11). */
  | { readonly type: "reply"; readonly about: "background"; readonly rgb: Rgb }
  /** What it is (DA1): the answer that every terminal gives, asked for last. */
  | { readonly type: "reply"; readonly about: "kind" };

/** The answer in a control sequence, or `undefined`; `body` stands between `CSI` and `final`. */
export function sequenceReply(body: string, final: string): TerminalReply | undefined {
  if (final === "c" && body.startsWith("?")) return { type: "reply", about: "kind" };
  if (final === "R") {
    const column = /^\d{1,5};(\d{1,5})$/.exec(body)?.[1];
    return column === undefined
      ? undefined
      : { type: "reply", about: "cursor", column: Number(column) - 1 };
  }
  const [, mode, setting] = /^\?(\d{1,5});(\d)\$$/.exec(body) ?? [];
  if (final !== "y" || mode === undefined) return undefined;
  return { type: "reply", about: "mode", mode: Number(mode), isKnown: setting !== "0" };
}

/** The answer in an operating system command, or `undefined`; `text` stands after `OSC`. */
export function commandReply(text: string): TerminalReply | undefined {
  const channel = "([\\da-f]{1,4})";
  const pattern = new RegExp(`^11;rgba?:${channel}/${channel}/${channel}(?:/|$)`, "i");
  const [, red, green, blue] = pattern.exec(text) ?? [];
  if (red === undefined || green === undefined || blue === undefined) return undefined;
  const rgb: Rgb = [channelOf(red), channelOf(green), channelOf(blue)];
  return { type: "reply", about: "background", rgb };
}

/** X11 writes a channel in one to four hexadecimal digits, of which the largest is full. */
function channelOf(digits: string): number {
  return Math.round((255 * Number.parseInt(digits, 16)) / (16 ** digits.length - 1));
}
