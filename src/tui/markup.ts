import { linkAt, linkStart } from "./link-text.ts";

/** Colours that a text may have: of the terminal's own 16, those that people can read everywhere. */
export type MarkupColour = "red" | "green" | "yellow" | "blue" | "magenta" | "cyan";

/** How a part of a text is meant to look. */
export interface MarkupStyle {
  readonly isBold?: true;
  readonly isItalic?: true;
  readonly isCode?: true;
  readonly colour?: MarkupColour;
  /** The address that it is. */
  readonly link?: string;
  /** It calls the reader. */
  readonly isCall?: true;
}

/** A part of a text in one style. */
export interface MarkupSpan {
  readonly text: string;
  readonly style: MarkupStyle;
}

/** Longer spans are not looked for, so that a text of nothing but markers takes no longer. */
export const spanUnitsMax = 500;

const colours: readonly MarkupColour[] = ["red", "green", "yellow", "blue", "magenta", "cyan"];

const fence = "```";

const code: MarkupStyle = { isCode: true };

/**
 * The text in spans, without the marks that made them. On one line `*bold*`, `_italic_`, `` `code` ``
 * and `{red}colour{/}`; lines between two lines of three backquotes are code as they are. A mark
 * counts where a word begins or ends; a backslash before it makes it an ordinary character. Colours
 * end with their line. What is not closed is text.
 */
export function parseMarkup(text: string): readonly MarkupSpan[] {
  const spans = new SpanList();
  let before: "code" | "text" | undefined;
  for (const { line, isCode } of linesOf(text)) {
    if (before !== undefined) spans.add("\n", isCode && before === "code" ? code : {});
    before = isCode ? "code" : "text";
    if (isCode) spans.add(line, code);
    else parseLine(line, {}, spans);
  }
  return spans.all;
}

/** The text as it reads without its marks. */
export function withoutMarkup(text: string): string {
  return parseMarkup(text)
    .map((span) => span.text)
    .join("");
}

/** The addresses in the text, in order and each once. */
export function linksOf(text: string): readonly string[] {
  const links = parseMarkup(text).map(({ style }) => style.link);
  return [...new Set(links.filter((link) => link !== undefined))];
}

/** The lines of the text without its fences, and whether they stand between two of them. */
function* linesOf(text: string): Generator<{ readonly line: string; readonly isCode: boolean }> {
  // A fence that nobody closes is text.
  const lastFence = text.lastIndexOf(`\n${fence}`);
  let isCode = false;
  for (let start = 0; start <= text.length; ) {
    const found = text.indexOf("\n", start);
    const end = found === -1 ? text.length : found;
    const line = text.slice(start, end);
    start = end + 1;
    if (isFence(line) && (isCode || end <= lastFence)) isCode = !isCode;
    else yield { line, isCode };
  }
}

function isFence(line: string): boolean {
  return line.startsWith(fence) && !line.includes("`", fence.length);
}

/** Neighbours of one style become one span. */
class SpanList {
  readonly all: MarkupSpan[] = [];

  add(text: string, style: MarkupStyle): void {
    const last = this.all.at(-1);
    if (text === "") return;
    if (last !== undefined && isSame(last.style, style)) {
      this.all[this.all.length - 1] = { text: last.text + text, style };
    } else this.all.push({ text, style });
  }
}

function isSame(one: MarkupStyle, other: MarkupStyle): boolean {
  return (
    one.isBold === other.isBold &&
    one.isItalic === other.isItalic &&
    one.isCode === other.isCode &&
    one.colour === other.colour &&
    one.link === other.link
  );
}

/** A marked part: what is inside, its style, and where the text goes on behind it. */
interface Marked {
  readonly inside: string;
  readonly style: MarkupStyle;
  readonly next: number;
}

const marks = new RegExp(`[\\\\*_\`{]|${linkStart.source}`, "gi");

function parseLine(line: string, style: MarkupStyle, spans: SpanList): void {
  let at = 0;
  for (const { index } of line.matchAll(marks)) {
    // It was inside of what began before it.
    if (index < at) continue;
    spans.add(line.slice(at, index), style);
    at = step(line, index, style, spans);
  }
  spans.add(line.slice(at), style);
}

/** Reads what begins at a mark; gives where the text goes on. */
function step(line: string, at: number, style: MarkupStyle, spans: SpanList): number {
  const mark = line.charAt(at);
  if (!isMark(mark)) {
    // What looks like a mark in an address belongs to it.
    const link = linkAt(line, at);
    spans.add(link ?? mark, link === undefined ? style : { ...style, link });
    return at + (link ?? mark).length;
  }
  if (mark === "\\" && isMark(line.charAt(at + 1))) {
    spans.add(line.charAt(at + 1), style);
    return at + 2;
  }
  const marked = markedAt(line, at, style);
  if (marked === undefined) {
    spans.add(mark, style);
    return at + 1;
  }
  if (marked.style.isCode) spans.add(marked.inside, marked.style);
  // Each style is taken once, so it goes at most three deep.
  else parseLine(marked.inside, marked.style, spans);
  return marked.next;
}

function markedAt(line: string, at: number, style: MarkupStyle): Marked | undefined {
  switch (line.charAt(at)) {
    case "`":
      return codeAt(line, at, style);
    case "*":
      return style.isBold ? undefined : wordsAt(line, at, { ...style, isBold: true });
    case "_":
      return style.isItalic ? undefined : wordsAt(line, at, { ...style, isItalic: true });
    case "{":
      return style.colour === undefined ? colouredAt(line, at, style) : undefined;
    default:
      return undefined;
  }
}

function codeAt(line: string, at: number, style: MarkupStyle): Marked | undefined {
  const end = line.slice(at + 1, at + 1 + spanUnitsMax).indexOf("`");
  if (end < 1) return undefined;
  const inside = line.slice(at + 1, at + 1 + end);
  return { inside, style: { ...style, isCode: true }, next: at + end + 2 };
}

/** From a mark before a word to the next one behind a word. */
function wordsAt(line: string, at: number, style: MarkupStyle): Marked | undefined {
  const mark = line.charAt(at);
  if (isWord(line.charAt(at - 1)) || isBlank(line.charAt(at + 1))) return undefined;
  const last = Math.min(line.length, at + 1 + spanUnitsMax);
  for (let end = at + 2; end < last; end += 1) {
    if (line.charAt(end) !== mark || isWord(line.charAt(end + 1))) continue;
    const before = line.charAt(end - 1);
    if (isBlank(before) || before === "\\" || before === mark) continue;
    return { inside: line.slice(at + 1, end), style, next: end + 1 };
  }
  return undefined;
}

function colouredAt(line: string, at: number, style: MarkupStyle): Marked | undefined {
  const [tag, name = ""] = /^\{([a-z]{3,7})\}/.exec(line.slice(at, at + 9)) ?? [];
  const colour = colours.find((other) => other === name);
  if (tag === undefined || colour === undefined) return undefined;
  const start = at + tag.length;
  const found = line.slice(start, start + spanUnitsMax).indexOf("{/}");
  const end = found === -1 ? line.length : start + found;
  const next = found === -1 ? line.length : end + 3;
  return { inside: line.slice(start, end), style: { ...style, colour }, next };
}

function isMark(unit: string): boolean {
  return unit !== "" && "\\*_`{".includes(unit);
}

function isBlank(unit: string): boolean {
  return unit === "" || unit === " " || unit === "\t";
}

function isWord(unit: string): boolean {
  return unit !== "" && /[\p{L}\p{Nd}]/u.test(unit);
}
