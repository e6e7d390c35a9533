import { type ColourCount, reduceColour } from "./colour.ts";
import { safeLink } from "./link.ts";
import type { Colour, Picture, Row, Size, Span, Style } from "./picture.ts";
import { graphemeEnd, graphemeWidth } from "./text.ts";

/**
 * One place of the terminal in blessed's grid, with a style in place of blessed's number. The second
 * half of a wide character has no text. Blank cells that blessed makes have no third element.
 */
export type Cell = [style: Style, text: string, link?: string | undefined];

/** The style of a blank cell. */
export const plainStyle: Style = {};

/** Whether both look the same; a flag that is not set and one that is absent are equal. */
export function isSameStyle(one: Style, other: Style): boolean {
  return (
    one === other ||
    (one.foreground === other.foreground &&
      one.background === other.background &&
      !one.isBold === !other.isBold &&
      !one.isDim === !other.isDim &&
      !one.isItalic === !other.isItalic &&
      !one.isUnderlined === !other.isUnderlined &&
      !one.isInverse === !other.isInverse)
  );
}

/** What the terminal has of what styles ask for. */
export interface StyleSupport {
  readonly colourCount: ColourCount;
  readonly hasItalic: boolean;
}

/** The escape sequence that draws in this style, whatever was drawn before (ECMA-48 SGR). */
export function styleSequence(style: Style, { colourCount, hasItalic }: StyleSupport): string {
  const { isBold, isDim, isItalic, isUnderlined, isInverse, foreground, background } = style;
  const codes = [
    isBold ? ";1" : "",
    isDim ? ";2" : "",
    isItalic && hasItalic ? ";3" : "",
    isUnderlined || (isItalic && !hasItalic) ? ";4" : "",
    isInverse ? ";7" : "",
    colourCode(reduceColour(foreground, colourCount), 30),
    colourCode(reduceColour(background, colourCount), 40),
  ];
  return `\x1b[0${codes.join("")}m`;
}

/**
 * Puts the picture into the cells; what it says nothing about becomes blank. The cells show `before`,
 * or nothing that is known; gives the numbers of the rows that are not as they were.
 */
export function paint(
  picture: Picture,
  lines: readonly Cell[][],
  size: Size,
  before?: Picture,
): number[] {
  const base = picture.base ?? plainStyle;
  const isSameBase = before !== undefined && isSameStyle(before.base ?? plainStyle, base);
  const changed: number[] = [];
  for (let y = 0; y < size.rows; y += 1) {
    const line = lines[y];
    if (line === undefined) break;
    const row = picture.rows[y] ?? [];
    // A letter typed changes one row of forty.
    if (isSameBase && isSameRow(before.rows[y] ?? [], row)) continue;
    paintRow(row, line, size.columns, base);
    changed.push(y);
  }
  return changed;
}

function isSameRow(one: Row, other: Row): boolean {
  return (
    one === other ||
    (one.length === other.length &&
      one.every(({ text, style, link }, index) => {
        const span = other[index];
        return span?.text === text && span.link === link && isSameStyle(span.style, style);
      }))
  );
}

function paintRow(row: Row, line: Cell[], columns: number, base: Style): void {
  let column = 0;
  for (const span of row) {
    const based = { ...span, style: onBase(span.style, base) };
    column = paintSpan(based, line, column, columns);
  }
  for (; column < columns; column += 1) setCell(line, column, base, " ", undefined);
}

/** Styles of a theme stay the same objects, and so do they on its base. */
const onBases = new WeakMap<Style, { readonly base: Style; readonly style: Style }>();

function onBase(style: Style, base: Style): Style {
  if (base.foreground === undefined && base.background === undefined) return style;
  const known = onBases.get(style);
  if (known?.base === base) return known.style;
  const { foreground = base.foreground, background = base.background } = style;
  const based: Style = { ...style, foreground, background };
  onBases.set(style, { base, style: based });
  return based;
}

/** Gives the column after the span, at most one past the last. */
function paintSpan({ text, style, link }: Span, line: Cell[], start: number, columns: number) {
  const safe = link === undefined ? undefined : safeLink(link);
  let column = start;
  for (let at = 0; at < text.length && column < columns; ) {
    if (isAscii(text.charCodeAt(at)) && !(0x300 <= text.charCodeAt(at + 1))) {
      setCell(line, column, style, text.charAt(at), safe);
      column += 1;
      at += 1;
      continue;
    }
    const end = graphemeEnd(text, at);
    const shown = showable(text.slice(at, end));
    at = end;
    const width = graphemeWidth(shown);
    if (width === 0) continue;
    // Half of a wide character cannot be shown.
    const isCut = columns < column + width;
    setCell(line, column, style, isCut ? " " : shown, safe);
    if (width === 2) setCell(line, column + 1, style, "", safe);
    column += width;
  }
  return column;
}

/** Printable ASCII, which is alone in its cell unless something above U+02FF follows. */
function isAscii(unit: number): boolean {
  return 0x20 <= unit && unit < 0x7f;
}

function setCell(
  line: Cell[],
  column: number,
  style: Style,
  text: string,
  link: string | undefined,
): void {
  const cell = line[column];
  if (cell === undefined) return;
  cell[0] = style;
  cell[1] = text;
  cell[2] = link;
}

const control = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

/** The last guard: who made the span should have sanitised it. */
function showable(grapheme: string): string {
  if (grapheme.length === 1 && " " <= grapheme && grapheme <= "~") return grapheme;
  return control.test(grapheme) ? "\ufffd" : grapheme;
}

function colourCode(colour: Colour, base: 30 | 40): string {
  if (colour === undefined) return "";
  if (typeof colour === "string") {
    const bits = Number.parseInt(colour.slice(1), 16);
    return `;${base + 8};2;${bits >> 16};${(bits >> 8) & 0xff};${bits & 0xff}`;
  }
  if (colour < 8) return `;${base + colour}`;
  if (colour < 16) return `;${base + 60 + colour - 8}`;
  return `;${base + 8};5;${colour}`;
}
