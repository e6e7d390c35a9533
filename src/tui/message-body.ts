import { utf8Bytes } from "../base/text.ts";
import { bytesText } from "../room/bytes-text.ts";
import { entryText } from "../room/entry.ts";
import type { LogEntry } from "../room/log-entry.ts";
import { sentence } from "./answer-text.ts";
import { countOf, lineCount } from "./count-text.ts";
import type { Line, PresenceChange } from "./line.ts";
import { hiddenReason } from "./line-filter.ts";
import { type MarkupSpan, parseMarkup } from "./markup.ts";
import type { MessageContext } from "./message-context.ts";
import type { Row, Span, Style } from "./picture.ts";
import { span } from "./row.ts";
import { clip, type TextRange, textWidth, wrapRanges } from "./text.ts";
import { markupStyle, type Theme } from "./theme.ts";
import type { TimeFormat } from "./time-format.ts";
import { wordPattern } from "./word-pattern.ts";

/** A longer message is folded: a whole screen of 12 rows at most stays one person's. */
export const foldedRows = 12;

/** Of a longer message only this much is wrapped: 12 rows of 300 cells, two units a cell, and some. */
const wrappedUnitsMax = 8_192;

/** Of a line that was not sent this much shows which one it was; the text itself went back. */
const failedCells = 200;

/** The text of a line in rows. */
export interface Body {
  readonly rows: readonly Row[];
  readonly isFolded: boolean;
}

interface WrappedBody extends Body {
  readonly context: MessageContext;
}

/** Wrapping is the dear part of drawing; a line is wrapped once per width and forgotten with the line. */
const wrappedBodies = new WeakMap<Line, WrappedBody>();

/** The rows of a line's text, wrapped once. */
export function bodyOf(line: Line, context: MessageContext): Body {
  const known = wrappedBodies.get(line);
  if (known !== undefined && isSameLook(known.context, context)) return known;
  const body = { ...(hiddenBody(line, context) ?? shownBody(line, context)), context };
  wrappedBodies.set(line, body);
  return body;
}

function isSameLook(one: MessageContext, other: MessageContext): boolean {
  return (
    one.at.textCells === other.at.textCells &&
    one.theme === other.theme &&
    one.hidden === other.hidden &&
    one.highlights === other.highlights &&
    one.ownNick === other.ownNick
  );
}

/** Of a line that is hidden it stays to be seen that there is one. */
function hiddenBody(line: Line, { at, theme, hidden }: MessageContext): Body | undefined {
  if (line.type !== "said" || line.isOwn || hidden === undefined) return undefined;
  const reason = hiddenReason(line.entry, hidden);
  if (reason === undefined) return undefined;
  const text = clip(`(hidden: ${reason})`, at.textCells, theme.glyphs.ellipsis);
  return { rows: [[span(text, theme.dim)]], isFolded: false };
}

function shownBody(line: Line, context: MessageContext): Body {
  const { at, theme } = context;
  const cells = at.textCells;
  const folded = foldedBody(bodyText(line, context), cells, {
    theme,
    hasMarkup: isMessage(line),
    style: bodyStyle(line, theme),
    called: calledBy(line, context),
  });
  const rows = [...quoteRows(line, cells, theme), ...folded.rows, ...factRows(line, cells, theme)];
  return { rows, isFolded: folded.isFolded };
}

/** What calls the reader in the line of another. */
function calledBy(line: Line, { ownNick, highlights = [] }: MessageContext): RegExp | undefined {
  if (line.type !== "said" || line.isOwn || !isMessage(line)) return undefined;
  return wordPattern([ownNick, ...highlights]);
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

function bodyText(line: Line, { theme, timeFormat }: MessageContext): string {
  switch (line.type) {
    case "said":
      return isMessage(line) ? spokenText(line.entry) : happenedText(line.entry, timeFormat);
    case "pending":
    case "notice":
      return line.text;
    case "presence":
      return presenceText(line.changes, theme.glyphs.separator);
    case "failed":
      return `${clip(line.text, failedCells, "")}\nnot sent: ${line.reason}`;
    case "damaged": {
      const count = line.range.to - line.range.from + 1;
      const are = count === 1 ? "is" : "are";
      return `${countOf(count, "message")} ${are} missing here: history is damaged --`;
    }
  }
}

/** `carol, erin joined · frank left`; who came and went is named once. */
function presenceText(changes: readonly PresenceChange[], separator: string): string {
  const whats = new Map<string, string[]>();
  for (const { nick, what } of changes) whats.set(nick, [...(whats.get(nick) ?? []), what]);
  const nicks = new Map<string, string[]>();
  for (const [nick, all] of whats) {
    const [first = "", last = ""] = [all.at(-2), all.at(-1)];
    const more = all.length <= 2 ? "" : ` (${countOf(all.length, "change")})`;
    const what = first === "" ? last : `${first} and ${last}${more}`;
    nicks.set(what, [...(nicks.get(what) ?? []), nick]);
  }
  return [...nicks].map(([what, who]) => `${who.join(", ")} ${what}`).join(` ${separator} `);
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
  look: {
    readonly theme: Theme;
    readonly hasMarkup: boolean;
    readonly style: Style;
    /** What calls the reader. */
    readonly called: RegExp | undefined;
  },
): Body {
  const { theme, hasMarkup, style, called } = look;
  const { ellipsis } = theme.glyphs;
  const isCut = wrappedUnitsMax < text.length;
  const head = isCut ? text.slice(0, wrappedUnitsMax).toWellFormed() : text;
  const marked = hasMarkup ? parseMarkup(head) : [{ text: head, style: {} }];
  const spans = called === undefined ? marked : marked.flatMap((part) => withCalls(part, called));
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
  const fold = foldText(count, bytesText(utf8Bytes(text)), cells, ellipsis);
  return { rows: [...rows.slice(0, foldedRows), [span(fold, style)]], isFolded: true };
}

/** The part with what calls the reader apart. */
function withCalls(part: MarkupSpan, called: RegExp): readonly MarkupSpan[] {
  const { text, style } = part;
  if (style.isCode || style.link !== undefined) return [part];
  const parts: MarkupSpan[] = [];
  let at = 0;
  for (const { index, 0: word } of text.matchAll(called)) {
    parts.push({ text: text.slice(at, index), style });
    parts.push({ text: word, style: { ...style, isCall: true } });
    at = index + word.length;
  }
  return at === 0 ? [part] : [...parts, { text: text.slice(at), style }];
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
      const { link } = part.style;
      const drawn = span(text.replaceAll("\t", " "), {
        ...style,
        ...markupStyle(theme, part.style),
      });
      row.push(link === undefined ? drawn : { ...drawn, link });
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
