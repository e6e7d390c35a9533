import type { TerminalReply } from "./terminal-reply.ts";

/** What a person did at the terminal, decoded from its bytes. */
export type KeyEvent =
  /** Printable text, one or more whole graphemes. */
  | { readonly type: "text"; readonly text: string }
  | {
      readonly type: "key";
      /** `a`..`z` and other characters with Ctrl or Alt, or a name such as `enter`. */
      readonly name: string;
      readonly isCtrl: boolean;
      readonly isAlt: boolean;
      readonly isShift: boolean;
    }
  /** A bracketed paste, whole, line ends as `\n`, sanitised. `isCut`: it was too long, its end is lost. */
  | { readonly type: "paste"; readonly text: string; readonly isCut?: boolean };

/** What a person did with the mouse. Nothing is told of moves, of other buttons and of what goes on outside. */
export interface MouseEvent {
  readonly type: "mouse";
  /**
   * `left` when the button goes down; `drag` when it comes up elsewhere, as of somebody who wants to
   * select text and does not know that this takes Shift.
   */
  readonly button: "left" | "drag" | "wheel-up" | "wheel-down";
  /** The cell, from 0. It may lie outside when the window has just become smaller. */
  readonly column: number;
  readonly row: number;
  readonly isCtrl: boolean;
  readonly isAlt: boolean;
  readonly isShift: boolean;
}

/** The terminal's window came to the front or went from it. */
export interface FocusEvent {
  readonly type: "focus";
  readonly isFocused: boolean;
}

/** Everything that a terminal's bytes can mean. */
export type TerminalEvent = KeyEvent | MouseEvent | FocusEvent | TerminalReply;

/** The keys that have names. */
export type KeyName =
  | "enter"
  | "tab"
  | "backspace"
  | "escape"
  | "up"
  | "down"
  | "left"
  | "right"
  | "home"
  | "end"
  | "page-up"
  | "page-down"
  | "insert"
  | "delete"
  | "f1"
  | "f2"
  | "f3"
  | "f4"
  | "f5"
  | "f6"
  | "f7"
  | "f8"
  | "f9"
  | "f10"
  | "f11"
  | "f12";
