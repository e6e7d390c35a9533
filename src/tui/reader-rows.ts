import { type TextRange, wrapRanges } from "./text.ts";

/**
 * A longer paragraph is wrapped in pieces of about this many UTF-16 units, so that a row in the middle of
 * 16 MiB without a line feed is found without wrapping all that is before it. A piece ends in the middle
 * of its last row.
 */
export const pieceUnitsMax = 4_096;

/** So far from its end a piece may end earlier, after a blank, so that no word is parted. */
const blankUnitsMax = 256;

/** The rows of the text from the one that `offset` is in, as offsets; at most `count`. */
export function rowsFrom(text: string, offset: number, cells: number, count: number): TextRange[] {
  const rows: TextRange[] = [];
  let paragraph = paragraphAt(text, offset);
  let piece = pieceAt(text, paragraph, offset);
  let first = rowIndex(rowsOf(text, piece, cells), offset);
  for (;;) {
    rows.push(...rowsOf(text, piece, cells).slice(first));
    if (count <= rows.length) return rows.slice(0, count);
    first = 0;
    if (piece.end === text.length) return rows;
    if (piece.end === paragraph.end) paragraph = paragraphAt(text, paragraph.end + 1);
    piece = pieceAt(text, paragraph, Math.max(piece.end, paragraph.start));
  }
}

/** Where the row starts that is `count` rows above the one that `offset` is in; 0 when there are fewer. */
export function rowStartAbove(text: string, offset: number, cells: number, count: number): number {
  let paragraph = paragraphAt(text, offset);
  let piece = pieceAt(text, paragraph, offset);
  let rows = rowsOf(text, piece, cells);
  let index = rowIndex(rows, offset) - count;
  while (index < 0) {
    if (piece.start === 0) return 0;
    if (piece.start === paragraph.start) paragraph = paragraphAt(text, paragraph.start - 1);
    piece = pieceAt(text, paragraph, piece.start - 1);
    rows = rowsOf(text, piece, cells);
    index += rows.length;
  }
  return rows[index]?.start ?? 0;
}

/** The paragraph of the offset, without its line feed, on which the offset may be. */
function paragraphAt(text: string, offset: number): TextRange {
  const start = offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;
  const end = text.indexOf("\n", offset);
  return { start, end: end === -1 ? text.length : end };
}

/** The piece of the paragraph that the offset is in; the last one for the paragraph's end. */
function pieceAt(text: string, paragraph: TextRange, offset: number): TextRange {
  const boundary = (index: number): number => pieceStart(text, paragraph, index);
  let index = Math.floor((offset - paragraph.start) / pieceUnitsMax);
  // Pieces may start earlier than their even share.
  if (boundary(index + 1) <= offset && boundary(index + 1) < paragraph.end) index += 1;
  if (0 < index && boundary(index) === paragraph.end) index -= 1;
  return { start: boundary(index), end: boundary(index + 1) };
}

function pieceStart(text: string, paragraph: TextRange, index: number): number {
  const evenly = paragraph.start + index * pieceUnitsMax;
  if (index === 0) return paragraph.start;
  if (paragraph.end <= evenly) return paragraph.end;
  const blank = text.slice(evenly - blankUnitsMax, evenly).lastIndexOf(" ");
  if (blank !== -1) return evenly - blankUnitsMax + blank + 1;
  return isLowSurrogate(text.charCodeAt(evenly)) ? evenly - 1 : evenly;
}

function isLowSurrogate(unit: number): boolean {
  return 0xdc00 <= unit && unit <= 0xdfff;
}

function rowsOf(text: string, piece: TextRange, cells: number): TextRange[] {
  return wrapRanges(text.slice(piece.start, piece.end), cells).map(({ start, end }) => ({
    start: piece.start + start,
    end: piece.start + end,
  }));
}

/** The row that the offset is in, or behind which it hangs. */
function rowIndex(rows: readonly TextRange[], offset: number): number {
  return Math.max(
    0,
    rows.findLastIndex(({ start }) => start <= offset),
  );
}
