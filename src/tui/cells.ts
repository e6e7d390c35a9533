import type { Colour, Picture, Row, Size, Span, Style } from "./picture.ts";
import { graphemeEnd, graphemeWidth } from "./text.ts";

/**
 * One place of the terminal, as blessed keeps it: an attribute and the characters shown. The second
 * half of a wide character has no characters.
 */
export type Cell = [attribute: number, text: string];

/** blessed's word for the terminal's own colour, in nine bits. */
const ownColour = 0x1ff;

/**
 * Attributes as blessed packs them: nine bits of background, nine of foreground, then flags. Dim is a
 * flag that blessed has no name for.
 */
const flagBits = { isBold: 1, isUnderlined: 2, isInverse: 8, isDim: 64 } as const;

/** The attribute of a blank cell. */
export const plainAttribute: number = (ownColour << 9) | ownColour;

/** The style as one number. */
export function attributeOf(style: Style): number {
  let flags = 0;
  for (const [name, bit] of Object.entries(flagBits)) {
    if (style[name as keyof typeof flagBits]) flags |= bit;
  }
  const foreground = style.foreground ?? ownColour;
  const background = style.background ?? ownColour;
  return (flags << 18) | (foreground << 9) | background;
}

/**
 * The escape sequence that makes the terminal draw with this attribute, whatever it drew with before
 * (ECMA-48 SGR). `reduce` gives the colour that the terminal has in place of the asked one.
 */
export function attributeSequence(attribute: number, reduce: (colour: number) => Colour): string {
  const flags = attribute >> 18;
  const codes = [
    flags & flagBits.isBold ? ";1" : "",
    flags & flagBits.isDim ? ";2" : "",
    flags & flagBits.isUnderlined ? ";4" : "",
    flags & flagBits.isInverse ? ";7" : "",
    colourCode((attribute >> 9) & ownColour, 30, reduce),
    colourCode(attribute & ownColour, 40, reduce),
  ];
  return `\x1b[0${codes.join("")}m`;
}

/** Puts the picture into the cells; what it says nothing about becomes blank. */
export function paint(picture: Picture, lines: readonly Cell[][], size: Size): void {
  for (let y = 0; y < size.rows; y += 1) {
    const line = lines[y];
    if (line === undefined) return;
    paintRow(picture.rows[y] ?? [], line, size.columns);
  }
}

function paintRow(row: Row, line: Cell[], columns: number): void {
  let column = 0;
  for (const span of row) column = paintSpan(span, line, column, columns);
  for (; column < columns; column += 1) setCell(line, column, plainAttribute, " ");
}

/** Gives the column after the span, at most one past the last. */
function paintSpan({ text, style }: Span, line: Cell[], start: number, columns: number): number {
  const attribute = attributeOf(style);
  let column = start;
  for (let at = 0; at < text.length && column < columns; ) {
    const end = graphemeEnd(text, at);
    const shown = showable(text.slice(at, end));
    at = end;
    const width = graphemeWidth(shown);
    if (width === 0) continue;
    // Half of a wide character cannot be shown.
    const isCut = columns < column + width;
    setCell(line, column, attribute, isCut ? " " : shown);
    if (width === 2) setCell(line, column + 1, attribute, "");
    column += width;
  }
  return column;
}

function setCell(line: Cell[], column: number, attribute: number, text: string): void {
  const cell = line[column];
  if (cell === undefined) return;
  cell[0] = attribute;
  cell[1] = text;
}

const control = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

/** The last guard: who made the span should have sanitised it. */
function showable(grapheme: string): string {
  if (grapheme.length === 1 && " " <= grapheme && grapheme <= "~") return grapheme;
  return control.test(grapheme) ? "\ufffd" : grapheme;
}

function colourCode(colour: number, base: 30 | 40, reduce: (colour: number) => Colour): string {
  const shown = colour === ownColour ? undefined : reduce(colour);
  if (shown === undefined) return "";
  if (shown < 8) return `;${base + shown}`;
  if (shown < 16) return `;${base + 60 + shown - 8}`;
  return `;${base + 8};5;${shown}`;
}
