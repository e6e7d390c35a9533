import { isLine } from "../room/entry.ts";
import type { Line } from "./line.ts";
import { bodyOf } from "./message-body.ts";
import type { MessageContext } from "./message-context.ts";
import type { Row, Span } from "./picture.ts";
import { span } from "./row.ts";
import { clip, padStart, textWidth } from "./text.ts";
import { nickStyle, type Theme } from "./theme.ts";
import type { TimeFormat } from "./time-format.ts";

/** Within this time the same author's nickname is not written again. */
const sameAuthorMs = 5 * 60_000;

/** Stands where a nickname would be; none can be like it, because they start with a letter. */
const noticeNick = "--";

/** Stands before what somebody does; whose line it is says the text. */
const actionNick = "*";

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
    const mark = index === body.length - 1 ? markOf(line, context.theme) : undefined;
    const start = index === 0 ? firstPrefix(line, before, context) : nextPrefix(context);
    const spans = [...start, ...text];
    if (mark !== undefined) {
      const cells = text.reduce((sum, part) => sum + textWidth(part.text), 0);
      spans.push(span(" ".repeat(Math.max(1, 1 + context.at.textCells - cells))), mark);
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

function firstPrefix(line: Line, before: Line | undefined, context: MessageContext): Span[] {
  const { at, theme, timeFormat } = context;
  const time = timeOf(line);
  const isRepeated = before !== undefined && isSameAuthor(line, before, context);
  const nick = isRepeated ? "" : nickOf(line, context);
  const shownNick = padStart(clip(nick, at.nickCells, theme.glyphs.ellipsis), at.nickCells);
  return [
    span(` ${(time === undefined ? "" : timeFormat.time(time)).padEnd(at.timeCells)} `, theme.dim),
    span(shownNick, nickStyleOf(line, theme)),
    span(` ${theme.glyphs.vertical} `, theme.dim),
  ];
}

/** Rows after a line's first hang below its text. */
function nextPrefix({ at, theme }: MessageContext): Span[] {
  const indent = " ".repeat(1 + at.timeCells + 1 + at.nickCells);
  return [span(`${indent} ${theme.glyphs.vertical} `, theme.dim)];
}

function nickStyleOf(line: Line, theme: Theme): Span["style"] {
  if (line.type === "notice" || line.type === "damaged" || isAnonymous(line)) return theme.dim;
  if (line.type === "failed") return theme.alert;
  if (line.type === "pending" || line.isOwn) return theme.ownNick;
  return nickStyle(theme, line.entry.author.nick);
}

/** Who said it, or the dashes that stand for nobody. */
export function nickOf(line: Line, { ownNick }: MessageContext): string {
  if (line.type === "said") {
    if (isAnonymous(line)) return noticeNick;
    const { author, body } = line.entry;
    return body.type === "message" && body.isAction ? actionNick : author.nick;
  }
  return line.type === "pending" || line.type === "failed" ? ownNick : noticeNick;
}

/** What was done to the room stands without a nickname, which is in its text. */
function isAnonymous(line: Line): boolean {
  return line.type === "said" && !isLine(line.entry);
}

function markOf(line: Line, theme: Theme): Span | undefined {
  const { stored, pending, failed } = theme.glyphs;
  if (line.type === "failed") return span(failed, theme.alert);
  if (line.type === "pending") return span(line.isStored ? stored : pending, theme.dim);
  return line.type === "said" && line.isOwn && isLine(line.entry)
    ? span(stored, theme.dim)
    : undefined;
}

/** When it was said, milliseconds since 1970, or `undefined` for what has no time. */
export function timeOf(line: Line): number | undefined {
  if (line.type === "said") return line.entry.sentAt;
  return line.type === "damaged" ? undefined : line.at;
}

function isSameAuthor(line: Line, before: Line, context: MessageContext): boolean {
  const nick = nickOf(line, context);
  if (nick === noticeNick || nick === actionNick || nick !== nickOf(before, context)) return false;
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
