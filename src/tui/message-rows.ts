import { isLine } from "../room/entry.ts";
import { formatCount } from "./count-text.ts";
import type { Line } from "./line.ts";
import { bodyOf } from "./message-body.ts";
import type { MessageContext } from "./message-context.ts";
import type { Row, Span, Style } from "./picture.ts";
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
  /** Its sequence. */
  readonly sequence?: number | undefined;
}

/** The rows of a line, at least one. */
export function messageRows(line: Line, above: Above, context: MessageContext): Row[] {
  const rows = rulesOf(line, above, context);
  const { rows: body } = bodyOf(line, context);
  if (context.at.isBare) return [...rows, ...body];
  body.forEach((text, index) => {
    const mark = index === body.length - 1 ? markOf(line, context) : undefined;
    const start = index === 0 ? firstPrefix(line, above.line, context) : nextPrefix(context);
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
  return bodyOf(line, context).rows.length + rulesOf(line, above, context).length;
}

/** The rows above a line's own: its day, and that it is the first new one. */
function rulesOf(line: Line, above: Above, context: MessageContext): Row[] {
  const { theme } = context;
  const day = newDay(line, above, context.timeFormat);
  const news = newCount(line, above, context);
  return [
    ...(day === undefined ? [] : [ruleRow(day, context, theme.dim)]),
    ...(news === undefined ? [] : [ruleRow(`${formatCount(news)} new`, context, theme.alert)]),
    ...(context.at.isBare ? authorRows(line, above, context) : []),
  ];
}

/** Who says it and when, in a row of its own. */
function authorRows(line: Line, { line: before }: Above, context: MessageContext): Row[] {
  if (before !== undefined && isSameAuthor(line, before, context)) return [];
  const words = [shownTime(line, context.timeFormat), nickOf(line, context)];
  return [[span(words.filter((word) => word !== "").join(" "), nickStyleOf(line, context.theme))]];
}

/** How many lines are new where the first of them stands, else `undefined`. */
function newCount(
  line: Line,
  above: Above,
  { newFrom, newestOrdinal }: MessageContext,
): number | undefined {
  if (newFrom === undefined || line.type !== "said" || line.entry.sequence < newFrom) return;
  const isFirst =
    above.sequence === undefined ? line.entry.sequence === newFrom : above.sequence < newFrom;
  if (!isFirst) return undefined;
  const { ordinal } = line.entry;
  return Math.max(1, (newestOrdinal ?? ordinal) - ordinal + 1);
}

/** Whether only the beginning of the line is drawn. */
export function isFolded(line: Line, context: MessageContext): boolean {
  return bodyOf(line, context).isFolded;
}

function firstPrefix(line: Line, before: Line | undefined, context: MessageContext): Span[] {
  const { at, theme, timeFormat } = context;
  const isRepeated = before !== undefined && isSameAuthor(line, before, context);
  const nick = isRepeated ? "" : nickOf(line, context);
  const isPointedAt = line.key === context.marked;
  const time = isRepeated ? laterTime(line, before, timeFormat) : shownTime(line, timeFormat);
  const lead = isPointedAt ? theme.glyphs.marker : " ";
  const shownNick = padStart(clip(nick, at.nickCells, theme.glyphs.ellipsis), at.nickCells);
  return [
    span(`${lead}${time.padEnd(at.timeCells)} `, isPointedAt ? theme.strong : theme.dim),
    span(shownNick, nickStyleOf(line, theme)),
    span(` ${theme.glyphs.vertical} `, theme.dim),
  ];
}

function shownTime(line: Line, timeFormat: TimeFormat): string {
  const time = timeOf(line);
  return time === undefined ? "" : timeFormat.time(time);
}

/** The time of a line, where it is another than that of the line above. */
function laterTime(line: Line, before: Line, timeFormat: TimeFormat): string {
  const time = shownTime(line, timeFormat);
  return time === shownTime(before, timeFormat) ? "" : time;
}

/** Rows after a line's first hang below its text. */
function nextPrefix({ at, theme }: MessageContext): Span[] {
  const indent = " ".repeat(1 + at.timeCells + 1 + at.nickCells);
  return [span(`${indent} ${theme.glyphs.vertical} `, theme.dim)];
}

function nickStyleOf(line: Line, theme: Theme): Span["style"] {
  if (
    line.type === "notice" ||
    line.type === "presence" ||
    line.type === "damaged" ||
    isAnonymous(line)
  )
    return theme.dim;
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

function markOf(line: Line, { theme, deliveredSequence = 0 }: MessageContext): Span | undefined {
  const { stored, pending, failed } = theme.glyphs;
  if (line.type === "failed") return span(failed, theme.alert);
  if (line.type === "pending") return span(line.isStored ? stored : pending, theme.dim);
  if (line.type !== "said" || !line.isOwn || !isLine(line.entry)) return undefined;
  const isDelivered = line.entry.sequence <= deliveredSequence;
  return span(isDelivered ? stored + stored : stored, theme.dim);
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

function ruleRow(text: string, { at, theme }: MessageContext, style: Style): Row {
  const left = Math.max(0, Math.floor((at.columns - textWidth(text) - 4) / 2));
  const right = Math.max(0, at.columns - left - textWidth(text) - 4);
  const { horizontal } = theme.glyphs;
  return [span(` ${horizontal.repeat(left)} ${text} ${horizontal.repeat(right)} `, style)];
}
