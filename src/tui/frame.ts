import { type Cell, isSameStyle, plainStyle } from "./cells.ts";
import type { Picture, Style } from "./picture.ts";
import { drawnForm, type TerminalFacts } from "./terminal-probe.ts";
import { graphemeWidth } from "./text.ts";

/** Longer frames are sent as one piece to terminals that know how (mode 2026). */
const synchronisedUnitsMin = 512;

/** The two pictures between which a frame makes the difference. */
export interface FrameOptions {
  /** What is to be seen. */
  readonly lines: readonly Cell[][];
  /** What the terminal shows now; it is made equal to `lines`. */
  readonly shownLines: readonly Cell[][];
  /** The numbers of the rows that may differ. */
  readonly changedRows: readonly number[];
  readonly cursor: Picture["cursor"];
  /** The escape sequence for a style; asked once for each run of cells. */
  readonly sequenceOf: (style: Style) => string;
  /** Whether the terminal knows links (OSC 8). */
  readonly hasLinks: boolean;
  readonly facts: Pick<TerminalFacts, "wideKinds" | "isSynchronised">;
}

/**
 * The bytes that turn what the terminal shows into what is to be seen. The terminal must not wrap at
 * the margin (DECAWM off). Afterwards it draws plain, and its cursor is where the picture says.
 */
export function composeFrame(options: FrameOptions): string {
  const pen = new Pen(options);
  for (const y of options.changedRows) drawLine(pen, y, options);
  const drawn = pen.finish();
  const { cursor } = options;
  const placed =
    cursor === undefined ? "\x1b[?25l" : `${position(cursor.column, cursor.row)}\x1b[?25h`;
  if (drawn === "") return placed;
  const frame = `\x1b[?25l${drawn}${placed}`;
  if (!options.facts.isSynchronised || frame.length < synchronisedUnitsMin) return frame;
  return `\x1b[?2026h${frame}\x1b[?2026l`;
}

/** Cells that are drawn again rather than skipped: as many as there are bytes in a jump over them. */
const redrawnCellsMax = 6;

/** Where the terminal draws next and how, so that nothing is said twice. */
class Pen {
  readonly #options: FrameOptions;
  #output = "";
  #style = plainStyle;
  #link: string | undefined;
  /** Unknown after a character whose width is the terminal's secret. */
  #at: { readonly x: number; readonly y: number } | undefined;

  constructor(options: FrameOptions) {
    this.#options = options;
  }

  draw(x: number, y: number, [style, text, link]: Cell, width: number): void {
    this.#moveTo(x, y);
    this.#use(style, link);
    const drawn = drawnForm(text, this.#options.facts.wideKinds);
    if (isWidthCertain(drawn, this.#options.facts)) {
      this.#output += drawn;
      this.#at = { x: x + width, y };
      return;
    }
    // A terminal that gives it one cell of two would let what was there before shine through.
    this.#output += width === 2 ? `  ${position(x, y)}${drawn}` : drawn;
    this.#at = undefined;
  }

  finish(): string {
    this.#use(plainStyle, undefined);
    return this.#output;
  }

  #moveTo(x: number, y: number): void {
    if (this.#at?.x === x && this.#at.y === y) return;
    const start = this.#at?.y === y ? this.#at.x : x;
    const skipped = start < x && x - start <= redrawnCellsMax ? this.#between(start, x, y) : "";
    this.#output += skipped === "" ? position(x, y) : skipped;
  }

  /** What stands between two cells if it takes no escape sequence to draw it again. */
  #between(start: number, end: number, y: number): string {
    const { lines, facts } = this.#options;
    let text = "";
    for (const cell of lines[y]?.slice(start, end) ?? []) {
      const isSameLook = isSameStyle(cell[0], this.#style) && cell[2] === this.#link;
      if (!isSameLook || (cell[1] !== "" && !isWidthCertain(cell[1], facts))) return "";
      text += cell[1];
    }
    return text;
  }

  #use(style: Style, link: string | undefined): void {
    const { sequenceOf, hasLinks } = this.#options;
    if (!isSameStyle(style, this.#style)) this.#output += sequenceOf(style);
    this.#style = style;
    if (hasLinks && link !== this.#link) this.#output += linkSequence(link);
    this.#link = link;
  }
}

function drawLine(pen: Pen, y: number, options: FrameOptions): void {
  const { facts } = options;
  const line = options.lines[y] ?? [];
  const shownLine = options.shownLines[y] ?? [];
  // Up to here a terminal may have drawn over what follows a character that it takes for wider.
  let spoiltEnd = 0;
  for (let x = 0; x < line.length; x += 1) {
    const cell = line[x];
    const shown = shownLine[x];
    if (cell === undefined || shown === undefined) return;
    const text = cell[1];
    const isSame = shown[1] === text && shown[2] === cell[2] && isSameStyle(shown[0], cell[0]);
    shown[0] = cell[0];
    shown[1] = text;
    shown[2] = cell[2];
    if (text === "" || (isSame && spoiltEnd <= x)) continue;
    const width = line[x + 1]?.[1] === "" ? 2 : 1;
    pen.draw(x, y, cell, width);
    if (!isWidthCertain(text, facts)) spoiltEnd = Math.max(spoiltEnd, x + widthMax(text));
  }
}

/** The cells that a terminal takes which knows nothing of clusters and draws everything wide. */
function widthMax(text: string): number {
  let width = 0;
  for (const character of text) width += Math.max(1, 2 * graphemeWidth(character));
  return width;
}

/**
 * Whether terminals agree on the width: Latin, Greek, Cyrillic, punctuation, box drawing, kana,
 * ideographs and Hangul, each alone. Symbols, other scripts, emoji and clusters are doubtful.
 */
const certain =
  /^[ -~\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0377\u037a-\u0482\u048a-\u052f\u2010-\u2027\u2500-\u259f\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3]$/;

/** The same where letters beyond Latin and all lines are drawn wide ("ambiguous", UAX #11). */
const certainWhereWide = /^[ -~\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3]$/;

function isWidthCertain(text: string, { wideKinds }: FrameOptions["facts"]): boolean {
  if (text.length !== 1) return false;
  // Most of what there is, without a pattern.
  if (" " <= text && text <= "~") return true;
  return (wideKinds.has("ambiguous") ? certainWhereWide : certain).test(text);
}

/** Parts of one link in several rows are one to the terminal by their id; hash of the address. */
function linkSequence(link: string | undefined): string {
  if (link === undefined) return "\x1b]8;;\x1b\\";
  let hash = 0;
  for (let at = 0; at < link.length; at += 1) {
    hash = (Math.imul(hash, 31) + link.charCodeAt(at)) >>> 0;
  }
  return `\x1b]8;id=${hash.toString(36)};${link}\x1b\\`;
}

function position(x: number, y: number): string {
  return `\x1b[${y + 1};${x + 1}H`;
}
