import { utf8Bytes } from "../base/text.ts";
import type { Line } from "./conversation.ts";
import { countOf, formatBytes, lineCount } from "./count-text.ts";
import type { Row, Span } from "./picture.ts";
import { span } from "./row.ts";
import { clip, padStart, textWidth, wrap } from "./text.ts";
import { nickStyle, type Theme } from "./theme.ts";
import type { TimeFormat } from "./time-format.ts";

/** A longer message is folded: a whole screen of 12 rows at most stays one person's. */
export const foldedRows = 12;

/** Of a longer message only this much is wrapped: 12 rows of 300 cells, two units a cell, and some. */
const wrappedUnitsMax = 8_192;

/** Within this time the same author's nickname is not written again. */
const sameAuthorMs = 5 * 60_000;

/** Of a line that was not sent this much shows which one it was; the text itself went back. */
const failedCells = 200;

/** Where the parts of a message's rows are, in cells. */
export interface MessageColumns {
  readonly columns: number;
  readonly nickCells: number;
  readonly textCells: number;
}

/** What the rows of a line depend on besides the line. */
export interface MessageContext {
  readonly at: MessageColumns;
  readonly theme: Theme;
  readonly timeFormat: TimeFormat;
  readonly ownNick: string;
}

/** Stands where a nickname would be; none can be like it, because they start with a letter. */
const noticeNick = "--";

const timeCells = 5;
const gutterCells = 3;
const markCells = 3;

/** Splits the width of the message pane. */
export function messageColumns(columns: number): MessageColumns {
  const nickCells = columns < 50 ? 8 : columns < 80 ? 10 : 14;
  const textCells = columns - 1 - timeCells - 1 - nickCells - gutterCells - markCells;
  return { columns, nickCells, textCells: Math.max(1, textCells) };
}

/** What stands above a line, as far as it changes how the line is drawn. */
export interface Above {
  /** The line right above, or `undefined`. */
  readonly line: Line | undefined;
  /** When the nearest line above that the server has dated was sent, or `undefined`. */
  readonly sentAt: number | undefined;
}

/** The rows of a line, at least one. */
export function messageRows(line: Line, above: Above, context: MessageContext): Row[] {
  const rows: Row[] = [];
  const before = above.line;
  const day = newDay(line, above, context.timeFormat);
  if (day !== undefined) rows.push(ruleRow(day, context));
  const body = bodyOf(line, context).rows;
  body.forEach((text, index) => {
    const style = line.type === "said" || line.type === "failed" ? {} : { isDim: true };
    const mark = index === body.length - 1 ? markOf(line, context.theme) : undefined;
    const start = index === 0 ? firstPrefix(line, before, context) : nextPrefix(context);
    const spans = [...start, span(text, style)];
    if (mark !== undefined) {
      spans.push(span(" ".repeat(1 + context.at.textCells - textWidth(text))), mark);
    }
    rows.push(spans);
  });
  return rows;
}

/** How many rows `messageRows` gives. */
export function messageHeight(line: Line, above: Above, context: MessageContext): number {
  const body = bodyOf(line, context).rows.length;
  return body + (newDay(line, above, context.timeFormat) === undefined ? 0 : 1);
}

/** Whether only the beginning of the line is drawn. */
export function isFolded(line: Line, context: MessageContext): boolean {
  return bodyOf(line, context).isFolded;
}

interface Body {
  readonly rows: readonly string[];
  readonly isFolded: boolean;
}

interface WrappedBody extends Body {
  readonly cells: number;
  readonly ellipsis: string;
}

/** Wrapping is the dear part of drawing; a line is wrapped once per width and forgotten with the line. */
const wrappedBodies = new WeakMap<Line, WrappedBody>();

function bodyOf(line: Line, { at, theme }: MessageContext): Body {
  const known = wrappedBodies.get(line);
  const { ellipsis } = theme.glyphs;
  const cells = at.textCells;
  if (known !== undefined && known.cells === cells && known.ellipsis === ellipsis) return known;
  const body = { ...foldedBody(bodyText(line), cells, ellipsis), cells, ellipsis };
  wrappedBodies.set(line, body);
  return body;
}

function bodyText(line: Line): string {
  switch (line.type) {
    case "said":
      return line.entry.text;
    case "pending":
    case "notice":
      return line.text;
    case "failed":
      return `${clip(line.text, failedCells, "")}\nnot sent: ${line.reason}`;
    case "damaged": {
      const count = line.range.to - line.range.from + 1;
      const are = count === 1 ? "is" : "are";
      return `${countOf(count, "message")} ${are} missing here: history is damaged --`;
    }
  }
}

function foldedBody(text: string, cells: number, ellipsis: string): Body {
  const isCut = wrappedUnitsMax < text.length;
  const shown = (isCut ? text.slice(0, wrappedUnitsMax).toWellFormed() : text).split("\n");
  const rows: string[] = [];
  let wholeLines = 0;
  for (const line of shown) {
    rows.push(...wrap(line, cells));
    if (foldedRows < rows.length) break;
    wholeLines += 1;
  }
  if (rows.length <= foldedRows && !isCut) return { rows, isFolded: false };
  const count = lineCount(text) - Math.min(wholeLines, shown.length - 1);
  const fold = foldText(count, formatBytes(utf8Bytes(text)), cells, ellipsis);
  return { rows: [...rows.slice(0, foldedRows), fold], isFolded: true };
}

/** Where it is narrow, the size and the key say more than the number of lines. */
function foldText(count: number, size: string, cells: number, ellipsis: string): string {
  const whole = `${ellipsis} ${countOf(count, "more line")} (${size}), F4 opens`;
  return textWidth(whole) <= cells ? whole : clip(`${ellipsis} ${size}, F4 opens`, cells, ellipsis);
}

function firstPrefix(line: Line, before: Line | undefined, context: MessageContext): Span[] {
  const { at, theme, timeFormat } = context;
  const time = timeOf(line);
  const isRepeated = before !== undefined && isSameAuthor(line, before, context);
  const nick = isRepeated ? "" : nickOf(line, context);
  const shownNick = padStart(clip(nick, at.nickCells, theme.glyphs.ellipsis), at.nickCells);
  return [
    span(` ${(time === undefined ? "" : timeFormat.time(time)).padEnd(timeCells)} `, theme.dim),
    span(shownNick, nickStyleOf(line, theme)),
    span(` ${theme.glyphs.vertical} `, theme.dim),
  ];
}

/** Rows after a line's first hang below its text. */
function nextPrefix({ at, theme }: MessageContext): Span[] {
  const indent = " ".repeat(1 + timeCells + 1 + at.nickCells);
  return [span(`${indent} ${theme.glyphs.vertical} `, theme.dim)];
}

function nickStyleOf(line: Line, theme: Theme): Span["style"] {
  if (line.type === "notice" || line.type === "damaged") return theme.dim;
  if (line.type === "failed") return theme.alert;
  if (line.type === "pending" || line.isOwn) return theme.ownNick;
  return nickStyle(theme, line.entry.author);
}

/** Who said it, or the dashes that stand for nobody. */
export function nickOf(line: Line, { ownNick }: MessageContext): string {
  if (line.type === "said") return line.entry.author;
  return line.type === "pending" || line.type === "failed" ? ownNick : noticeNick;
}

function markOf(line: Line, theme: Theme): Span | undefined {
  const { stored, pending, failed } = theme.glyphs;
  if (line.type === "failed") return span(failed, theme.alert);
  if (line.type === "pending") return span(line.isStored ? stored : pending, theme.dim);
  return line.type === "said" && line.isOwn ? span(stored, theme.dim) : undefined;
}

/** When it was said, milliseconds since 1970, or `undefined` for what has no time. */
export function timeOf(line: Line): number | undefined {
  if (line.type === "said") return line.entry.sentAt;
  return line.type === "damaged" ? undefined : line.at;
}

function isSameAuthor(line: Line, before: Line, context: MessageContext): boolean {
  const nick = nickOf(line, context);
  if (nick === noticeNick || nick !== nickOf(before, context)) return false;
  const time = timeOf(line);
  const timeBefore = timeOf(before);
  return time !== undefined && timeBefore !== undefined && time - timeBefore < sameAuthorMs;
}

/**
 * The day to write above the line, where it is another than above. Only the server's clock counts: ours,
 * which notices are dated by, may be days away from it.
 */
function newDay(line: Line, { sentAt }: Above, timeFormat: TimeFormat): string | undefined {
  if (line.type !== "said") return undefined;
  const day = timeFormat.date(line.entry.sentAt);
  return sentAt !== undefined && timeFormat.date(sentAt) === day ? undefined : day;
}

function ruleRow(text: string, { at, theme }: MessageContext): Row {
  const left = Math.max(0, Math.floor((at.columns - textWidth(text) - 4) / 2));
  const right = Math.max(0, at.columns - left - textWidth(text) - 4);
  const { horizontal } = theme.glyphs;
  return [span(` ${horizontal.repeat(left)} ${text} ${horizontal.repeat(right)} `, theme.dim)];
}
