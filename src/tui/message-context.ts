import type { HiddenLines } from "./line-filter.ts";
import type { Theme } from "./theme.ts";
import type { TimeFormat } from "./time-format.ts";

/** Where the parts of a message's rows are, in cells. */
export interface MessageColumns {
  readonly columns: number;
  readonly timeCells: number;
  readonly nickCells: number;
  readonly textCells: number;
  /** Nothing stands beside the text, which begins at the margin: so it can be copied. */
  readonly isBare?: true;
}

/** What the rows of a line depend on besides the line. */
export interface MessageContext {
  readonly at: MessageColumns;
  readonly theme: Theme;
  readonly timeFormat: TimeFormat;
  readonly ownNick: string;
  /** The first new sequence, where there are new lines. */
  readonly newFrom?: number | undefined;
  /** Messages of the room up to its newest one. */
  readonly newestOrdinal?: number | undefined;
  /** Up to this sequence all others have our lines. */
  readonly deliveredSequence?: number;
  /** Key of the line that is pointed at. */
  readonly marked?: string | undefined;
  /** Words that call us, as our nickname does. */
  readonly highlights?: readonly string[];
  /** What is not shown; everything is when absent. */
  readonly hidden?: HiddenLines;
}

/** `09:31` */
const usualTimeCells = 5;
const gutterCells = 3;
const markCells = 3;

/** All of the width for the text; who said it, and when, is above it. */
export function bareColumns(columns: number): MessageColumns {
  return { columns, timeCells: 0, nickCells: 0, textCells: columns, isBare: true };
}

/** Splits the width of the message pane. */
export function messageColumns(
  columns: number,
  timeCells: number = usualTimeCells,
): MessageColumns {
  const nickCells = columns < 50 ? 8 : columns < 80 ? 10 : 14;
  const textCells = columns - 1 - timeCells - 1 - nickCells - gutterCells - markCells;
  return { columns, timeCells, nickCells, textCells: Math.max(1, textCells) };
}
