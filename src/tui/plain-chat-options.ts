import type { TimeFormat } from "./time-format.ts";

/** What line mode needs to know. */
export interface PlainChatOptions {
  readonly rooms: readonly string[];
  /** What we ask to be called. */
  readonly nick: string;
  readonly timeFormat: TimeFormat;
  /** A person types: their own lines are on the screen already, and mistakes can be corrected. */
  readonly isInteractive: boolean;
  /** Every line is said as it is; otherwise those that start with a slash are commands. */
  readonly isLiteral: boolean;
  /** How many of our lines this computer keeps for the next visit; see `ClientPort`. */
  readonly keptCount?: () => number;
}
