import { utf8Bytes } from "../base/text.ts";
import { entryText, isLine } from "../room/entry.ts";
import type { LogEntry } from "../room/log-entry.ts";
import { sentence } from "./answer-text.ts";
import type { Line } from "./conversation.ts";
import { countOf, formatBytes, lineCount } from "./count-text.ts";
import { type MarkupSpan, parseMarkup } from "./markup.ts";
import type { Row, Span, Style } from "./picture.ts";
import { span } from "./row.ts";
import { clip, padStart, type TextRange, textWidth, wrapRanges } from "./text.ts";
import { markupStyle, nickStyle, type Theme } from "./theme.ts";
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

/** Stands before what somebody does; whose line it is says the text. */
const actionNick = "*";

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

interface Body {
  readonly rows: readonly Row[];
  readonly isFolded: boolean;
}

interface WrappedBody extends Body {
  readonly cells: number;
  readonly theme: Theme;
}

/** Wrapping is the dear part of drawing; a line is wrapped once per width and forgotten with the line. */
const wrappedBodies = new WeakMap<Line, WrappedBody>();

function bodyOf(line: Line, { at, theme, timeFormat }: MessageContext): Body {
  const known = wrappedBodies.get(line);
  const cells = at.textCells;
  if (known !== undefined && known.cells === cells && known.theme === theme) return known;
  const folded = foldedBody(bodyText(line, timeFormat), cells, {
    theme,
    hasMarkup: isMessage(line),
    style: bodyStyle(line, theme),
  });
  const rows = [...quoteRows(line, cells, theme), ...folded.rows, ...factRows(line, cells, theme)];
  const body = { rows, isFolded: folded.isFolded, cells, theme };
  wrappedBodies.set(line, body);
  return body;
}

/** Whether people wrote it, with whatever marks they meant. */
function isMessage(line: Line): boolean {
  return line.type === "pending" || (line.type === "said" && line.entry.body.type === "message");
}

function bodyStyle(line: Line, theme: Theme): Style {
  if (line.type === "failed") return theme.plain;
  if (line.type !== "said" || !isMessage(line)) return theme.dim;
  const { body } = line.entry;
  return body.type === "message" && body.isAnnouncement ? theme.strong : theme.plain;
}

function bodyText(line: Line, timeFormat: TimeFormat): string {
  switch (line.type) {
    case "said":
      return isMessage(line) ? spokenText(line.entry) : happenedText(line.entry, timeFormat);
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

function spokenText(entry: LogEntry): string {
  const { author, body } = entry;
  if (body.type !== "message" || !body.isAction) return entryText(entry);
  return `${author.nick} ${body.text}`;
}

/** A deleted line keeps its author; what was done to the room is told of somebody. */
function happenedText(entry: LogEntry, timeFormat: TimeFormat): string {
  if (entry.body.type === "offer") return entryText(entry);
  return entry.body.type === "deleted" ? `(${entryText(entry)})` : sentence(entry, timeFormat);
}

/** What the line answers. */
function quoteRows(line: Line, cells: number, theme: Theme): Row[] {
  if (line.type !== "said" || line.entry.body.type !== "message") return [];
  const { replyTo } = line.entry.body;
  if (replyTo === undefined) return [];
  const { reply, ellipsis } = theme.glyphs;
  const text = `${reply} ${line.quote ?? `line #${replyTo}`}`;
  return [[span(clip(text, cells, ellipsis), theme.dim)]];
}

/** What became of the line since it was said. */
function factRows(line: Line, cells: number, theme: Theme): Row[] {
  if (line.type !== "said") return [];
  const { edited, reactions = [] } = line.entry;
  const facts = [
    ...reactions.map(({ emoji, persons }) => `${emoji} ${persons.length}`),
    ...(edited === undefined ? [] : ["edited"]),
  ];
  if (facts.length === 0) return [];
  return [[span(clip(facts.join("  "), cells, theme.glyphs.ellipsis), theme.dim)]];
}

function foldedBody(
  text: string,
  cells: number,
  look: { readonly theme: Theme; readonly hasMarkup: boolean; readonly style: Style },
): Body {
  const { theme, hasMarkup, style } = look;
  const { ellipsis } = theme.glyphs;
  const isCut = wrappedUnitsMax < text.length;
  const head = isCut ? text.slice(0, wrappedUnitsMax).toWellFormed() : text;
  const spans = hasMarkup ? parseMarkup(head) : [{ text: head, style: {} }];
  const shown = spans.map((part) => part.text).join("");
  const rows: Row[] = [];
  let wholeLines = 0;
  let start = 0;
  const lines = shown.split("\n");
  for (const line of lines) {
    for (const range of wrapRanges(line, cells)) {
      const at = { start: start + range.start, end: start + range.end };
      rows.push(styledRow(spans, at, { theme, style }));
    }
    if (foldedRows < rows.length) break;
    wholeLines += 1;
    start += line.length + 1;
  }
  if (rows.length <= foldedRows && !isCut) return { rows, isFolded: false };
  const count = lineCount(text) - Math.min(wholeLines, lines.length - 1);
  const fold = foldText(count, formatBytes(utf8Bytes(text)), cells, ellipsis);
  return { rows: [...rows.slice(0, foldedRows), [span(fold, style)]], isFolded: true };
}

/** A part of the text in its styles. */
function styledRow(
  spans: readonly MarkupSpan[],
  { start, end }: TextRange,
  { theme, style }: { readonly theme: Theme; readonly style: Style },
): Row {
  const row: Span[] = [];
  let at = 0;
  for (const part of spans) {
    const text = part.text.slice(Math.max(0, start - at), Math.max(0, end - at));
    if (text !== "") {
      row.push(span(text.replaceAll("\t", " "), { ...style, ...markupStyle(theme, part.style) }));
    }
    at += part.text.length;
    if (end <= at) break;
  }
  return row.length === 0 ? [span("", style)] : row;
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
