import assert from "node:assert/strict";
import { eastAsianWidth } from "get-east-asian-width";
import { splitGraphemes } from "unicode-segmenter/grapheme";

/** A longer grapheme cluster is taken as several: no language needs one, and a cell must stay small. */
export const clusterUnitsMax = 32;

/** Half-open offsets in UTF-16 units: a line is `text.slice(start, end)`. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** What a person takes for one character, in order; joined they are the text (UAX #29). */
export function graphemes(text: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < text.length; ) {
    const end = graphemeEnd(text, at);
    found.push(text.slice(at, end));
    at = end;
  }
  return found;
}

/** The end of the grapheme that starts at the boundary `at`; the text's length when there is none. */
export function graphemeEnd(text: string, at: number): number {
  if (text.length <= at + 1) return text.length;
  if (standsAlone(text.charCodeAt(at)) && standsAlone(text.charCodeAt(at + 1))) return at + 1;
  // One unit more than is kept shows whether the cluster is too long.
  const cluster = splitGraphemes(text.slice(at, at + clusterUnitsMax + 1)).next().value ?? "";
  if (cluster.length <= clusterUnitsMax) return at + cluster.length;
  const end = at + clusterUnitsMax;
  return isHighSurrogate(text.charCodeAt(end - 1)) ? end - 1 : end;
}

/** The start of the grapheme before the offset `at`; 0 when there is none. */
export function graphemeStart(text: string, at: number): number {
  let start = certainBoundary(text, at - 1);
  for (;;) {
    const end = graphemeEnd(text, start);
    if (at <= end) return start;
    start = end;
  }
}

/** The first boundary between graphemes at or after the offset `at`. */
export function graphemeBoundary(text: string, at: number): number {
  let boundary = certainBoundary(text, at);
  while (boundary < at) boundary = graphemeEnd(text, boundary);
  return boundary;
}

const widths = new Map<string, number>();

/** As many clusters as a very mixed screen of 300 x 60 cells may show; about 1 MiB. */
const widthsMax = 18_000;

/**
 * The cells that one grapheme takes: 0 (marks alone, controls, invisible ones), 1 or 2. Terminals do
 * not agree on emoji and on clusters; this is what most of them show (UAX #11 and UTS #51).
 */
export function graphemeWidth(grapheme: string): number {
  if (grapheme.length === 1) {
    const width = simpleWidth(grapheme.charCodeAt(0));
    if (width !== undefined) return width;
  }
  const known = widths.get(grapheme);
  if (known !== undefined) return known;
  const width = measure(grapheme);
  if (widthsMax <= widths.size) widths.clear();
  widths.set(grapheme, width);
  return width;
}

/** The cells that a line of text takes. */
export function textWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let width = 0;
  for (let at = 0; at < text.length; ) {
    const end = graphemeEnd(text, at);
    width += widthBetween(text, at, end);
    at = end;
  }
  return width;
}

/** The text if it fits, else as much of its start as fits with the ellipsis after it. */
export function clip(text: string, cells: number, ellipsis = "…"): string {
  const ellipsisWidth = textWidth(ellipsis);
  let width = 0;
  let keptEnd = 0;
  for (let at = 0; at < text.length; ) {
    const end = graphemeEnd(text, at);
    width += widthBetween(text, at, end);
    if (cells < width) return text.slice(0, keptEnd) + (ellipsisWidth <= cells ? ellipsis : "");
    if (width + ellipsisWidth <= cells) keptEnd = end;
    at = end;
  }
  return text;
}

/** The text with spaces after it up to this width; a wider one stays as it is. */
export function padEnd(text: string, cells: number): string {
  return text + " ".repeat(Math.max(0, cells - textWidth(text)));
}

/** The text with spaces before it up to this width; a wider one stays as it is. */
export function padStart(text: string, cells: number): string {
  return " ".repeat(Math.max(0, cells - textWidth(text))) + text;
}

/**
 * The text in lines of at most this many cells, at least one line. It breaks after spaces (which are
 * left out), between wide characters, and inside a word only when that is longer than a line. Tabs
 * become one space. Only a wide character in a line of one cell is wider than asked.
 */
export function wrap(text: string, cells: number): string[] {
  return wrapRanges(text, cells).map(({ start, end }) =>
    text.slice(start, end).replaceAll("\t", " "),
  );
}

/** The same lines as offsets into the text, for what has to find a position in them. */
export function wrapRanges(text: string, cells: number): TextRange[] {
  assert(1 <= cells);
  const lines: TextRange[] = [];
  for (let start = 0; start <= text.length; ) {
    const newline = text.indexOf("\n", start);
    const paragraphEnd = newline === -1 ? text.length : newline;
    let line = start;
    do {
      const { end, next } = findBreak(text, { start: line, end: paragraphEnd }, cells);
      lines.push({ start: line, end });
      line = next;
    } while (line < paragraphEnd);
    start = paragraphEnd + 1;
  }
  return lines;
}

/** Where a line ends and where the next one starts. */
interface Break {
  readonly end: number;
  readonly next: number;
}

function findBreak(text: string, { start, end }: TextRange, cells: number): Break {
  let width = 0;
  let lastBreak: Break | undefined;
  let blankStart: number | undefined;
  let next: number;
  for (let at = start; at < end; at = next) {
    next = graphemeEnd(text, at);
    if (isBlank(text, at, next)) {
      // Spaces may hang over the margin, where nobody sees them.
      blankStart ??= at;
      lastBreak = { end: blankStart, next };
      width += 1;
      continue;
    }
    const added = widthBetween(text, at, next);
    if (added === 2 && blankStart === undefined) lastBreak = { end: at, next: at };
    width += added;
    if (cells < width && start < at) return lastBreak ?? { end: at, next: at };
    if (added === 2) lastBreak = { end: next, next };
    blankStart = undefined;
  }
  return { end: width <= cells ? end : (lastBreak?.end ?? end), next: end };
}

function widthBetween(text: string, start: number, end: number): number {
  if (end === start + 1) {
    const width = simpleWidth(text.charCodeAt(start));
    if (width !== undefined) return width;
  }
  return graphemeWidth(text.slice(start, end));
}

/** The width of the characters that most text is made of, or `undefined` where a look-up is needed. */
function simpleWidth(unit: number): number | undefined {
  if (unit < 0x20 || (0x7f <= unit && unit < 0xa0) || unit === 0xad) return 0;
  if (unit < 0x300) return 1;
  return isIdeograph(unit) ? 2 : undefined;
}

const invisible = /[\p{M}\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const regionalPair = /^\p{Regional_Indicator}{2}/u;
const emojiPresentation = /^\p{Emoji}\ufe0f/u;

function measure(grapheme: string): number {
  if (regionalPair.test(grapheme) || emojiPresentation.test(grapheme)) return 2;
  let width = 0;
  for (const character of grapheme) {
    const isShown = !invisible.test(character);
    // Code points always have one: the string is iterated by them.
    if (isShown) width += eastAsianWidth(character.codePointAt(0) ?? 0);
  }
  return Math.min(2, width);
}

/** The last offset up to `at` that is a boundary whatever stands around it. */
function certainBoundary(text: string, at: number): number {
  if (text.length <= at) return text.length;
  for (let boundary = at; 0 < boundary; boundary -= 1) {
    const isCertain = standsAlone(text.charCodeAt(boundary));
    if (isCertain && standsAlone(text.charCodeAt(boundary - 1))) return boundary;
  }
  return 0;
}

/** Two neighbours of these kinds are always two graphemes. CR LF is not, but CR never gets here. */
function standsAlone(unit: number): boolean {
  return unit < 0x300 || isIdeograph(unit);
}

/** CJK ideographs and composed Hangul syllables: wide, and nothing joins two of them. */
function isIdeograph(unit: number): boolean {
  return (0x4e00 <= unit && unit <= 0x9fff) || (0xac00 <= unit && unit <= 0xd7a3);
}

function isHighSurrogate(unit: number): boolean {
  return 0xd800 <= unit && unit <= 0xdbff;
}

/** A space with a mark on it is no blank. */
function isBlank(text: string, start: number, end: number): boolean {
  return end === start + 1 && (text.charCodeAt(start) === 0x20 || text.charCodeAt(start) === 0x09);
}
